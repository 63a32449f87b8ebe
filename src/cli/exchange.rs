//! `reelgraph graph export` and `graph import`: what is computed elsewhere, out and back as files.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::SecondsFormat;

use super::files::shown;
use crate::app::App;
use crate::config::Config;
use crate::domain::recommend::{CheckedGeneration, Computed, ExchangeFolder};

/// A folder on the disk.
struct DiskFolder(PathBuf);

impl ExchangeFolder for DiskFolder {
    fn open(&self, name: &str) -> io::Result<Box<dyn BufRead + Send + '_>> {
        let file = File::open(self.0.join(name))?;
        Ok(Box::new(BufReader::with_capacity(256 * 1024, file)))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn Write + Send + '_>> {
        let file = File::create_new(self.0.join(name))?;
        Ok(Box::new(BufWriter::with_capacity(256 * 1024, file)))
    }
}

/// Writes the messages of the topics, or the edges that are served.
pub(super) async fn export(app: &App, folder: &Path, edges: bool) -> anyhow::Result<ExitCode> {
    make_empty(folder)?;
    let files = DiskFolder(folder.to_owned());
    let name = shown(folder);
    if edges {
        let exported = app.graph.export_edges(&files).await?;
        let at = exported.version.computed_at;
        println!(
            "wrote {} SIMILAR edges, computed at {}, to {name}",
            exported.edges,
            at.to_rfc3339_opts(SecondsFormat::Secs, true)
        );
    } else {
        let exported = app.graph.export_messages(&files).await?;
        println!(
            "wrote {} titles and {} watches to {name}",
            exported.titles, exported.watches
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks a generation, and says what is wrong in it.
pub(super) async fn check(app: &App, folder: &Path) -> anyhow::Result<Option<CheckedGeneration>> {
    let files = DiskFolder(folder.to_owned());
    let mut problems = 0_u64;
    let checked = app
        .graph
        .check_generation(&files, &mut |problem| {
            problems += 1;
            let file = shown(&folder.join(&problem.file));
            let line = problem
                .line
                .map_or(String::new(), |line| format!(":{line}"));
            eprintln!("{file}{line}: {}", problem.reason);
        })
        .await?;
    if checked.is_none() {
        eprintln!("reelgraph: refused: {problems} problems; the edges are what they were");
    }
    Ok(checked)
}

/// Serves a generation that was checked.
pub(super) async fn switch(
    app: &App,
    config: &Config,
    generation: &CheckedGeneration,
) -> anyhow::Result<ExitCode> {
    let imported = app.graph.switch_to(generation).await?;
    println!(
        "serving {} SIMILAR edges that were computed at {}",
        imported.edges,
        generation
            .computed_at
            .to_rfc3339_opts(SecondsFormat::Secs, true)
    );
    if imported.without_edges > 0 {
        println!(
            "{} titles have no edges: they are newer, or like no other",
            imported.without_edges
        );
    }
    if config.freshness.computed == Computed::Here {
        eprintln!(
            "reelgraph: servers without REELGRAPH_SIMILAR=import go on computing edges themselves and replace these"
        );
    }
    if imported.edges != generation.edges {
        eprintln!(
            "reelgraph: {} edges are in the files: the others are of titles that wait for projection, or another generation was switched to meanwhile",
            generation.edges
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// So that nothing of an earlier export is taken for a part of this one.
fn make_empty(folder: &Path) -> anyhow::Result<()> {
    let name = shown(folder);
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                bail!("{name} is not empty");
            }
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(folder).with_context(|| format!("{name} cannot be made"))
        }
        Err(error) => Err(error).with_context(|| format!("{name} cannot be read")),
    }
}
