//! Which part of the program may know of which: the arrows of the map in `src/lib.rs`, read off the sources.

use std::collections::{BTreeMap, BTreeSet};
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

/// What each layer may use of other crates. What stands here is all.
const CRATES: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "async_trait",
            "base64",
            "bytes",
            "cardinality_estimator",
            "chrono",
            "chrono_tz",
            // A format of the files that curators load, as JSON is.
            "csv",
            "dataloader",
            "futures",
            "idna",
            "isolang",
            "metrics",
            "nalgebra",
            "postcard",
            "rand",
            "rayon",
            "rust_iso3166",
            "rustc_hash",
            "secrecy",
            "serde",
            "serde_json",
            "sha2",
            "subtle",
            "thiserror",
            "tracing",
            "unicode_normalization",
            "unicode_script",
            "unicode_segmentation",
            "url",
            "uuid",
            "woothee",
            // The archives that other services export.
            "zip",
        ],
    ),
    (
        "config",
        &[
            "anyhow", "chrono", "clap", "ipnet", "secrecy", "serde", "toml", "url",
        ],
    ),
    (
        "adapters",
        &[
            "argon2",
            "async_trait",
            "backon",
            "base64",
            "blurhash",
            "bson",
            "bytes",
            "chrono",
            "fs4",
            "futures",
            "governor",
            "hashbrown",
            "hmac",
            "image",
            "jsonwebtoken",
            "lettre",
            "metrics",
            "minijinja",
            "moka",
            "mongodb",
            "neo4rs",
            "oauth2",
            "object_store",
            "percent_encoding",
            "postcard",
            "rdkafka",
            "redis",
            "reqwest",
            "ring",
            "roaring",
            "rusqlite",
            "secrecy",
            "serde",
            "serde_json",
            "sha2",
            "thiserror",
            "tokio",
            "tracing",
            "url",
            "uuid",
            "webp",
            "zxcvbn",
        ],
    ),
    (
        "graphql",
        &[
            "async_graphql",
            "async_graphql_value",
            "async_trait",
            "base64",
            "chrono",
            "futures",
            "metrics",
            "moka",
            "secrecy",
            "serde",
            "serde_json",
            "thiserror",
            "tokio",
            "tracing",
            "uuid",
        ],
    ),
    (
        "http",
        &[
            "anyhow",
            "async_graphql",
            "async_trait",
            "axum",
            "base64",
            "chrono",
            "csv",
            "futures",
            "hyper",
            "hyper_util",
            "ipnet",
            "metrics",
            "metrics_exporter_prometheus",
            "minijinja",
            "moka",
            "secrecy",
            "serde",
            "serde_json",
            "serde_path_to_error",
            "sha2",
            "subtle",
            "tokio",
            "tower_http",
            "tracing",
            "url",
            "utoipa",
            "utoipa_axum",
            "uuid",
        ],
    ),
    (
        "jobs",
        &[
            "async_trait",
            "chrono",
            "futures",
            "metrics",
            "tokio",
            "tracing",
            "uuid",
        ],
    ),
    ("app", &["anyhow", "axum", "futures"]),
    (
        "cli",
        &[
            "anyhow",
            "chrono",
            "clap",
            "csv",
            "flate2",
            "indicatif",
            "metrics_exporter_prometheus",
            "opentelemetry",
            "opentelemetry_otlp",
            "opentelemetry_sdk",
            "rpassword",
            "rustix",
            "rustls",
            "secrecy",
            "serde",
            "serde_json",
            "tempfile",
            "tokio",
            "tracing",
            "tracing_opentelemetry",
            "tracing_subscriber",
            "zstd",
        ],
    ),
    ("main", &["mimalloc"]),
    ("lib", &[]),
];

/// The features of the domain: each may use those before it, and the kernel.
const FEATURES: &[&str] = &[
    "catalog",
    "accounts",
    "watching",
    "recommend",
    "usage",
    "working",
    "importing",
    "privacy",
    "loading",
];
/// The technologies: one folder each.
const ADAPTERS: &[&str] = &[
    "argon2", "blobs", "images", "jwt", "kafka", "mail", "memory", "mongo", "neo4j", "oauth",
    "pictures", "redis", "search", "sqlite",
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

    /// Whether it names a crate, and no module of its own that is called alike.
    fn names_crate(&self, name: &str) -> bool {
        let is_own = |own: &str| self.text.contains(&own.replace("{}", name));
        let own = ["mod {};", "use super::{};", "use super::{}::{self"];
        if own.into_iter().any(is_own) {
            return false;
        }
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '.';
        self.text
            .match_indices(&format!("{name}::"))
            .any(|(at, _)| {
                let before = self.text[..at].chars().next_back();
                !before.is_some_and(is_part)
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
        let index = |feature: &str| FEATURES.iter().position(|known| *known == feature);
        for (_, feature) in source.uses().iter().filter(|(layer, _)| layer == "domain") {
            let Some(used) = index(feature) else { continue };
            if index(source.part()).is_none_or(|own| used > own) {
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

/// Every crate that the program may use, as code names it.
fn dependencies() -> Vec<String> {
    let manifest: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let dependencies = manifest["dependencies"].as_table().unwrap();
    assert!(dependencies.len() > 20, "the manifest is read");
    dependencies
        .keys()
        .map(|name| name.replace('-', "_"))
        .collect()
}

#[test]
fn layers_use_the_crates_that_they_list() {
    let dependencies = dependencies();
    let mut wrong = Vec::new();
    for source in sources() {
        let listed = CRATES.iter().find(|(layer, _)| *layer == source.layer());
        let (_, listed) = listed.unwrap_or_else(|| panic!("{} is in no layer", source.path));
        for name in &dependencies {
            if !listed.contains(&name.as_str()) && source.names_crate(name) {
                wrong.push(format!("{} names {name}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_a_layer_lists_is_used_there() {
    let dependencies = dependencies();
    let sources = sources();
    let mut idle = Vec::new();
    for (layer, listed) in CRATES {
        for name in *listed {
            assert!(
                dependencies.iter().any(|known| known == name),
                "{name} is in no manifest"
            );
            let mut of_layer = sources.iter().filter(|source| source.layer() == *layer);
            if !of_layer.any(|source| source.names_crate(name)) {
                idle.push(format!("{layer} does not use {name}"));
            }
        }
    }
    assert_eq!(idle, Vec::<String>::new());
}

/// The public traits of each feature, with the feature.
fn ports(sources: &[Source]) -> Vec<(String, String)> {
    let ports: Vec<(String, String)> = sources
        .iter()
        .filter(|source| source.layer() == "domain" && FEATURES.contains(&source.part()))
        .flat_map(|source| {
            let traits = source.text.match_indices("\npub trait ");
            traits.map(|(at, start)| {
                let rest = source.text[at + start.len()..].chars();
                let name = rest.take_while(|c| c.is_alphanumeric()).collect();
                (source.part().to_owned(), name)
            })
        })
        .collect();
    assert!(ports.len() > 20, "the ports are found");
    ports
}

/// A feature uses another through its service. Where it needs more, the port is its own.
#[test]
fn no_feature_names_a_port_of_another() {
    let sources = sources();
    let ports = ports(&sources);
    let mut wrong = Vec::new();
    for source in &sources {
        let words: BTreeSet<&str> = source
            .text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        for (feature, port) in &ports {
            let may_name = match source.layer() {
                "domain" => source.part() == feature,
                "adapters" | "app" => true,
                // Whoever answers or works stands on services; what is given in, as files are, is no store.
                _ => !port.ends_with("Store"),
            };
            if !may_name && words.contains(port.as_str()) {
                wrong.push(format!("{} names {port} of {feature}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// Files beside each other have an order in which they can be read. In the schema they have none: its types name each other.
#[test]
fn files_beside_each_other_use_each_other_in_one_direction() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let sources = sources();
    for source in sources.iter().filter(|source| source.layer() != "graphql") {
        let Some((folder, _)) = source.path.rsplit_once('/') else {
            continue;
        };
        let beside = source.text.split("use super::").skip(1).map(|path| {
            let file: String = path
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            format!("{folder}/{file}")
        });
        uses.insert(source.path.clone(), beside.collect());
    }
    assert!(
        uses.values().map(BTreeSet::len).sum::<usize>() > 500,
        "the uses are found"
    );

    // Whoever uses nobody that is left can be read; in the end only circles are left, and who uses them.
    loop {
        let files: BTreeSet<String> = uses.keys().cloned().collect();
        for used in uses.values_mut() {
            used.retain(|file| files.contains(file));
        }
        uses.retain(|_, used| !used.is_empty());
        if uses.len() == files.len() {
            break;
        }
    }
    assert_eq!(uses, BTreeMap::new());
}
