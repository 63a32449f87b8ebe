//! Trusted documents: those that the site's own clients were built with, known by the ids that their tools gave them.
//!
//! The tools write manifests, and a folder has those of all clients that are in use: `{"ID": "TEXT"}` as Relay's compiler
//! has it, or `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id", "body", …}]}` as
//! Apollo's.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::domain::json;
use crate::domain::persisted::DocumentHash;
use crate::graphql::{Document, Documents};

/// How Apollo's manifests call themselves.
const APOLLO: &str = "apollo-persisted-query-manifest";

/// Which documents are executed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum DocumentPolicy {
    /// Whatever is within the limits.
    #[default]
    Any,
    /// The same, and those of the manifests in a folder by their ids.
    AlsoOf(PathBuf),
    /// Those of the manifests in a folder, and no other.
    OnlyOf(PathBuf),
}

/// Says why a document is never executed, if it is not.
type Examine<'a> = &'a dyn Fn(&Document) -> Result<(), String>;

/// The documents of manifests, and whether there are others.
#[derive(Default)]
pub(super) struct Trusted {
    by_id: HashMap<String, Arc<Document>>,
    by_hash: HashMap<DocumentHash, Arc<Document>>,
    is_all: bool,
}

impl Trusted {
    /// Reads the manifests. Each document must be within the limits and fit the schema, and no id may stand for two.
    pub(super) fn read(
        policy: &DocumentPolicy,
        documents: &Documents,
        examine: Examine<'_>,
    ) -> anyhow::Result<Self> {
        let (folder, is_all) = match policy {
            DocumentPolicy::Any => return Ok(Self::default()),
            DocumentPolicy::AlsoOf(folder) => (folder, false),
            DocumentPolicy::OnlyOf(folder) => (folder, true),
        };
        let mut trusted = Self {
            is_all,
            ..Self::default()
        };
        let mut faults = Vec::new();
        for path in manifests(folder)? {
            let of_manifest = trusted
                .take(&path, documents, examine)
                .with_context(|| path.display().to_string())?;
            for (id, fault) in of_manifest {
                let manifest = path.display();
                tracing::error!(%manifest, %id, %fault, "A document of a manifest is never executed");
                faults.push(format!("{manifest}: `{id}`: {fault}"));
            }
        }
        match faults.as_slice() {
            [] => {}
            [fault] => bail!("a document of a manifest is never executed: {fault}"),
            [fault, ..] => bail!(
                "{} documents of manifests are never executed, as the log says, the first: {fault}",
                faults.len()
            ),
        }
        ensure!(
            !trusted.by_id.is_empty(),
            "{} has no manifest of documents (*.json)",
            folder.display()
        );
        tracing::info!(
            documents = trusted.by_id.len(),
            "Read the manifests of documents"
        );
        Ok(trusted)
    }

    /// Takes the documents of a manifest. Gives those that are none, by their ids, and why.
    fn take(
        &mut self,
        path: &Path,
        documents: &Documents,
        examine: Examine<'_>,
    ) -> anyhow::Result<Vec<(String, String)>> {
        let text = std::fs::read(path).context("it cannot be read")?;
        let manifest = json::parse(&text).context("it is not JSON")?;
        let mut faults = Vec::new();
        for (id, text) in entries(&manifest)? {
            let read = documents.read(text).map_err(|error| error.to_string());
            let document = match read.and_then(|found| examine(found.as_ref()).map(|()| found)) {
                Ok(document) => document,
                Err(fault) => {
                    faults.push((id.to_owned(), fault));
                    continue;
                }
            };
            let hash = DocumentHash::of(text);
            let document = self.by_hash.entry(hash).or_insert(document);
            let known = self.by_id.entry(id.to_owned());
            let known = known.or_insert_with(|| Arc::clone(document));
            ensure!(
                Arc::ptr_eq(known, document),
                "`{id}` is another document than in another manifest"
            );
        }
        Ok(faults)
    }

    /// The document with an id.
    pub(super) fn by_id(&self, id: &str) -> Option<&Arc<Document>> {
        self.by_id.get(id)
    }

    /// The document with a hash.
    pub(super) fn by_hash(&self, hash: DocumentHash) -> Option<&Arc<Document>> {
        self.by_hash.get(&hash)
    }

    /// Whether no others are executed.
    pub(super) fn is_all(&self) -> bool {
        self.is_all
    }
}

/// The manifests in a folder, in the order of their names.
fn manifests(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let cannot = || {
        format!(
            "the folder of documents {} cannot be read",
            folder.display()
        )
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.extension().is_some_and(|kind| kind == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The ids and texts of a manifest.
fn entries(manifest: &Value) -> anyhow::Result<Vec<(&str, &str)>> {
    let Value::Object(fields) = manifest else {
        bail!("a manifest is an object");
    };
    let entries: Option<Vec<_>> = if fields.get("format").is_some_and(|format| format == APOLLO) {
        let version = fields.get("version").and_then(Value::as_u64);
        ensure!(version == Some(1), "its version is not 1");
        let operations = fields.get("operations").and_then(Value::as_array);
        let operations = operations.context("it has no list of `operations`")?.iter();
        operations
            .map(|one| Some((one.get("id")?.as_str()?, one.get("body")?.as_str()?)))
            .collect()
    } else {
        fields
            .iter()
            .map(|(id, text)| Some((id.as_str(), text.as_str()?)))
            .collect()
    };
    entries.context("it has an entry without id or text")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graphql::limits::Limits;

    fn read(manifests: &[Value]) -> anyhow::Result<Trusted> {
        let folder = tempfile::tempdir().unwrap();
        for (number, manifest) in manifests.iter().enumerate() {
            let path = folder.path().join(format!("{number}.json"));
            std::fs::write(path, manifest.to_string()).unwrap();
        }
        std::fs::write(folder.path().join("README.md"), "not a manifest").unwrap();
        let policy = DocumentPolicy::AlsoOf(folder.path().to_owned());
        let examine = |document: &Document| match document.parsed().fragments.len() {
            0 => Ok(()),
            fragments => Err(format!("it has {fragments} fragments")),
        };
        Trusted::read(&policy, &Documents::new(Limits::default()), &examine)
    }

    #[test]
    fn manifests_of_both_forms_are_read() {
        let trusted = read(&[
            json!({ "r1": "{ a }", "r2": "query B { b }" }),
            json!({ "format": APOLLO, "version": 1, "operations": [
                { "id": "a1", "name": "C", "type": "query", "body": "query C { c }" },
                { "id": "a2", "name": "B", "type": "query", "body": "query B { b }" },
            ] }),
        ])
        .unwrap();

        for id in ["r1", "r2", "a1", "a2"] {
            assert!(trusted.by_id(id).is_some(), "{id}");
        }
        assert!(trusted.by_id("r3").is_none());
        assert!(trusted.by_hash(DocumentHash::of("{ a }")).is_some());
        assert!(trusted.by_hash(DocumentHash::of("{ b }")).is_none());
        assert!(!trusted.is_all());
    }

    #[test]
    fn what_is_wrong_with_a_manifest_is_said_with_file_and_id() {
        for (manifests, said) in [
            (vec![], "has no manifest"),
            (vec![json!([])], "0.json: a manifest is an object"),
            (
                vec![json!({ "a": "{ a }" }), json!({ "b": 1 })],
                "1.json: it has an entry",
            ),
            (vec![json!({ "a": "{ a " })], "0.json: `a`: syntax error"),
            (
                vec![json!({ "a": "{ a }", "b": "{ ...B } fragment B on Query { b }" })],
                "0.json: `b`: it has 1 fragments",
            ),
            (
                vec![json!({ "a": "{ a " }), json!({ "b": "{ b " })],
                "2 documents of manifests are never executed",
            ),
            (
                vec![json!({ "a": "{ a }" }), json!({ "a": "{ b }" })],
                "1.json: `a` is another document",
            ),
            (
                vec![json!({ "format": APOLLO, "version": 2 })],
                "version is not 1",
            ),
            (
                vec![json!({ "format": APOLLO, "version": 1 })],
                "no list of `operations`",
            ),
            (
                vec![json!({ "format": APOLLO, "version": 1, "operations": [{ "id": "a" }] })],
                "without id or text",
            ),
        ] {
            let error = read(&manifests).err().unwrap();

            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
    }
}
