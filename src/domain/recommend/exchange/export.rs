//! Writing what the topics carry, and the edges that are served, as files.

use std::io::Write;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::constants::constants;
use super::edge_line::EdgeLine;
use super::error::ExchangeError;
use super::folder::ExchangeFolder;
use super::manifest::{
    EdgeFile, GENERATION, MANIFEST, MESSAGE_FILES, Manifest, MessageManifest, VERSION,
};
use super::messages::{MESSAGES, TITLES_TOPIC, WATCHES_TOPIC, of_title, of_watch};
use crate::domain::ids::TitleId;
use crate::domain::recommend::graph::SimilarVersion;
use crate::domain::recommend::projection::GraphService;
use crate::domain::text::hex;

/// How many titles are read at once.
const TITLES: usize = 500;
/// How many watched titles are read at once.
const WATCHED_TITLES: usize = 5000;
/// The file of the edges.
const EDGES: &str = "edges.ndjson";

/// How many messages were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportedMessages {
    pub titles: u64,
    pub watches: u64,
}

/// How many edges were written, of which generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportedEdges {
    pub version: SimilarVersion,
    pub edges: u64,
}

impl GraphService {
    /// Writes what the topics carry: a file for each, one message a line, and a manifest when both are whole.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn export_messages(
        &self,
        folder: &dyn ExchangeFolder,
    ) -> Result<ExportedMessages, ExchangeError> {
        let taken_at = self.clock.now();
        let mut titles = LineFile::new(folder, format!("{TITLES_TOPIC}.ndjson"))?;
        let mut after = None;
        loop {
            let page = self.ports.titles.titles_after(after, TITLES).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for title in &page {
                titles.put(&of_title(title))?;
            }
        }
        let mut watches = LineFile::new(folder, format!("{WATCHES_TOPIC}.ndjson"))?;
        let mut after = None;
        loop {
            let page = self
                .watching
                .all_watched_titles_after(after, WATCHED_TITLES)
                .await?;
            let Some(last) = page.last() else { break };
            after = Some((last.profile, last.title));
            for watched_title in &page {
                watches.put(&of_watch(watched_title))?;
            }
        }
        let exported = ExportedMessages {
            titles: titles.finish()?.edges,
            watches: watches.finish()?.edges,
        };
        let manifest = MessageManifest {
            format: MESSAGE_FILES,
            version: MESSAGES,
            taken_at,
            titles: exported.titles,
            watches: exported.watches,
        };
        write_manifest(folder, &manifest)?;
        Ok(exported)
    }

    /// Writes the edges that are served, as a generation that can be imported.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn export_edges(
        &self,
        folder: &dyn ExchangeFolder,
    ) -> Result<ExportedEdges, ExchangeError> {
        let version = self.ports.graph.similar_version().await?;
        if version.generation == 0 {
            return Err(ExchangeError::NoGeneration);
        }
        let mut file = LineFile::new(folder, EDGES.to_owned())?;
        let mut titles = 0;
        let mut after = None;
        loop {
            let page = self.ports.titles.titles_after(after, TITLES).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            titles += page.len() as u64;
            let ids: Vec<TitleId> = page.iter().map(|title| title.id).collect();
            let of_titles = self.ports.graph.similar(&ids).await?;
            if of_titles.version != version {
                return Err(ExchangeError::Changed);
            }
            for (from, edges) in ids.into_iter().zip(of_titles.lists) {
                for edge in edges.iter() {
                    file.put(&EdgeLine::new(from, edge))?;
                }
            }
        }
        let file = file.finish()?;
        let edges = file.edges;
        let manifest = Manifest {
            format: GENERATION.to_owned(),
            version: VERSION,
            computed_at: version.computed_at,
            constants: constants(),
            titles,
            watches: None,
            edges,
            files: vec![file],
        };
        write_manifest(folder, &manifest)?;
        Ok(ExportedEdges { version, edges })
    }
}

/// A file that is written line by line.
struct LineFile<'a> {
    name: String,
    file: Box<dyn Write + Send + 'a>,
    hash: Sha256,
    lines: u64,
    buffer: Vec<u8>,
}

impl<'a> LineFile<'a> {
    fn new(folder: &'a dyn ExchangeFolder, name: String) -> Result<Self, ExchangeError> {
        let file = folder.create(&name).map_err(|error| failed(&name, error))?;
        Ok(Self {
            name,
            file,
            hash: Sha256::new(),
            lines: 0,
            buffer: Vec::new(),
        })
    }

    fn put(&mut self, line: &impl Serialize) -> Result<(), ExchangeError> {
        self.buffer.clear();
        serde_json::to_writer(&mut self.buffer, line)
            .map_err(|error| failed(&self.name, error.into()))?;
        self.buffer.push(b'\n');
        self.hash.update(&self.buffer);
        self.lines += 1;
        self.file
            .write_all(&self.buffer)
            .map_err(|error| failed(&self.name, error))
    }

    fn finish(mut self) -> Result<EdgeFile, ExchangeError> {
        self.file
            .flush()
            .map_err(|error| failed(&self.name, error))?;
        Ok(EdgeFile {
            name: self.name,
            edges: self.lines,
            sha256: hex(&self.hash.finalize()),
        })
    }
}

fn write_manifest(
    folder: &dyn ExchangeFolder,
    manifest: &impl Serialize,
) -> Result<(), ExchangeError> {
    let write = || -> std::io::Result<()> {
        let mut file = folder.create(MANIFEST)?;
        serde_json::to_writer_pretty(&mut file, manifest)?;
        file.write_all(b"\n")?;
        file.flush()
    };
    write().map_err(|error| failed(MANIFEST, error))
}

fn failed(file: &str, error: std::io::Error) -> ExchangeError {
    ExchangeError::Write {
        file: file.to_owned(),
        error,
    }
}
