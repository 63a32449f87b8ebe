//! Which part of the program may know of which: the arrows of the map in `src/lib.rs`, read off the sources.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What each layer may use of the crate, besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &["domain"]),
    ("adapters", &["domain"]),
    ("graphql", &["domain"]),
    ("http", &["graphql", "domain"]),
    ("jobs", &["domain"]),
    (
        "app",
        &["domain", "config", "adapters", "graphql", "http", "jobs"],
    ),
    ("cli", &["app", "config", "domain", "graphql", "http"]),
    ("main", &["cli"]),
    (
        "lib",
        &[
            "domain", "config", "adapters", "graphql", "http", "jobs", "app", "cli",
        ],
    ),
];

/// Crates that only some layers may use.
const CRATES: &[(&str, &[&str])] = &[
    ("rusqlite", &["adapters"]),
    ("mongodb", &["adapters"]),
    ("bson", &["adapters"]),
    ("neo4rs", &["adapters"]),
    ("redis", &["adapters"]),
    ("tantivy", &["adapters"]),
    ("argon2", &["adapters"]),
    ("aws_lc_rs", &["adapters"]),
    ("governor", &["adapters"]),
    ("jsonwebtoken", &["adapters"]),
    ("lettre", &["adapters"]),
    ("moka", &["adapters"]),
    ("oauth2", &["adapters"]),
    ("openidconnect", &["adapters"]),
    ("reqwest", &["adapters"]),
    ("hmac", &["adapters"]),
    ("zxcvbn", &["adapters"]),
    ("async_graphql", &["graphql", "http"]),
    ("axum", &["http", "app", "cli"]),
    ("tower_http", &["http"]),
    ("clap", &["cli", "config"]),
    ("indicatif", &["cli"]),
    // A format of the files that curators load, as JSON is.
    ("csv", &["domain", "cli"]),
    ("postcard", &["adapters"]),
    ("flate2", &["cli"]),
    ("opentelemetry", &["cli"]),
    ("opentelemetry_otlp", &["cli"]),
    ("opentelemetry_sdk", &["cli"]),
    ("tracing_opentelemetry", &["cli"]),
    ("fs4", &["adapters"]),
    ("tokio", &["adapters", "http", "graphql", "jobs", "cli"]),
];

/// The features of the domain: each may use those before it, and the kernel.
const FEATURES: &[&str] = &["catalog", "accounts", "watching", "recommend", "curation"];
/// What of the kernel the first feature gives to all.
const ADAPTERS: &[&str] = &[
    "argon2", "jwt", "mail", "memory", "mongo", "neo4j", "oauth", "redis", "search", "sqlite",
];

struct Source {
    /// From `src`, without the extension: `domain/catalog/store`.
    path: String,
    text: String,
}

impl Source {
    fn layer(&self) -> &str {
        self.path.split('/').next().unwrap()
    }

    fn part(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }

    /// What it names of the crate: the first two parts of each path that begins with `crate::`.
    fn uses(&self) -> BTreeSet<(String, String)> {
        let paths = self
            .text
            .match_indices("crate::")
            .map(|(at, start)| &self.text[at + start.len()..]);
        paths
            .map(|path| {
                let is_part = |c: char| c.is_alphanumeric() || c == '_';
                let first: String = path.chars().take_while(|c| is_part(*c)).collect();
                let rest = path[first.len()..].strip_prefix("::").unwrap_or_default();
                (first, rest.chars().take_while(|c| is_part(*c)).collect())
            })
            .collect()
    }

    /// Whether it names a crate.
    fn names_crate(&self, name: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.';
        self.text
            .match_indices(&format!("{name}::"))
            .any(|(at, _)| {
                let before = self.text[..at].chars().next_back();
                !before.is_some_and(|c| is_part(c) && c != ':')
                    && !self.text[..at].ends_with("crate::")
                    && !self.text[..at].ends_with("super::")
                    && !self.text[..at].ends_with("adapters::")
            })
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                sources.push(Source {
                    path: name.to_str().unwrap().to_owned(),
                    text: code(&std::fs::read_to_string(&path).unwrap()),
                });
            }
        }
    }
    assert!(sources.len() > 50, "the sources are found");
    sources
}

/// The text without comments, so that a link in a description is no arrow, and without its unit tests.
fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |mut code, line| {
            writeln!(code, "{line}").unwrap();
            code
        })
}

#[test]
fn layers_know_only_what_is_below_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let (_, allowed) = LAYERS
            .iter()
            .find(|(layer, _)| *layer == source.layer())
            .unwrap_or_else(|| panic!("{} is in no layer", source.path));
        for (layer, _) in source.uses() {
            if LAYERS.iter().any(|(known, _)| *known == layer)
                && layer != source.layer()
                && !allowed.contains(&layer.as_str())
            {
                wrong.push(format!("{} uses crate::{layer}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn features_know_only_features_before_them() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.layer() == "domain") {
        let place = |feature: &str| FEATURES.iter().position(|known| *known == feature);
        for (_, feature) in source.uses().iter().filter(|(layer, _)| layer == "domain") {
            let Some(used) = place(feature) else { continue };
            if place(source.part()).is_none_or(|own| used > own) {
                wrong.push(format!("{} uses crate::domain::{feature}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn adapters_do_not_know_each_other() {
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.layer() == "adapters" && source.path != "adapters/mod")
    {
        let own = source.part();
        assert!(
            ADAPTERS.contains(&own),
            "{} is of no known technology",
            source.path
        );
        for (_, other) in source
            .uses()
            .iter()
            .filter(|(layer, other)| layer == "adapters" && other != own)
        {
            wrong.push(format!("{} uses crate::adapters::{other}", source.path));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn drivers_and_frameworks_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, layers) in CRATES {
            if !layers.contains(&source.layer()) && source.names_crate(name) {
                wrong.push(format!("{} names {name}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
