//! The sources of the program, and what they name.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub(super) struct Source {
    /// From `src`, without the extension: `domain/catalog/store`.
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    pub(super) fn layer(&self) -> &str {
        self.path.split('/').next().unwrap()
    }

    pub(super) fn part(&self) -> &str {
        self.path.split('/').nth(1).unwrap_or_default()
    }

    /// What it names of the crate: the first two parts of each path that begins with `crate::`.
    pub(super) fn uses(&self) -> BTreeSet<(String, String)> {
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
    pub(super) fn names_crate(&self, name: &str) -> bool {
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

pub(super) fn sources() -> Vec<Source> {
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
