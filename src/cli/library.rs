//! What `reelgraph scan` writes down: with `--apply`, or where the settings say so.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;

use super::files::shown;
use crate::app::App;
use crate::config::Scans;
use crate::domain::library::{
    AllGone, Entry, FileEventKind, Guess, LibraryFolder, MediaFile, Reading, ScanNews, ScanOptions,
    ScanSummary,
};
use crate::domain::text;

/// How a scan is written down.
#[derive(Debug, Clone, Args)]
pub(super) struct Recording {
    /// Write down what is seen: files are matched with the catalogue, and what moved, went or came back is noted
    #[arg(long)]
    apply: bool,
    /// Read all bytes of each file once, not only its beginning, middle and end
    #[arg(long)]
    full_hash: bool,
    /// Believe that all files that were known are gone; without it that is taken for a disk that is not mounted
    #[arg(long)]
    all_gone: bool,
}

impl Recording {
    /// Whether anything is written down.
    pub(super) fn applies(&self, scans: Scans) -> bool {
        self.apply || scans == Scans::Recorded
    }

    /// Whether a folder without a video is no fault.
    pub(super) fn expects_nothing(&self) -> bool {
        self.all_gone
    }

    fn options(&self) -> ScanOptions {
        ScanOptions {
            reading: if self.full_hash {
                Reading::Whole
            } else {
                Reading::Pieces
            },
            all_gone: if self.all_gone {
                AllGone::FilesAreGone
            } else {
                AllGone::DiskIsAway
            },
        }
    }
}

/// What is printed beside problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Printing {
    /// What became of files that were known, and a summary.
    News,
    /// Nothing: for cron, which mails whatever is printed.
    ProblemsAlone,
}

/// The path of a folder from the root of the file system: by whatever way it was named, it is one library.
pub(super) fn root_of(path: &Path) -> anyhow::Result<String> {
    let root = path.canonicalize();
    let root = root.with_context(|| format!("{} cannot be read", shown(path)))?;
    let Some(root) = root.to_str() else {
        bail!("the path of {} is no UTF-8", shown(&root));
    };
    Ok(root.to_owned())
}

/// Writes down what was found in a folder. Exit status 1: something could not be read, and is as it was.
pub(super) async fn record(
    app: &App,
    root: &str,
    found: Vec<(Entry, Guess)>,
    folder: Arc<dyn LibraryFolder>,
    how: &Recording,
    printing: Printing,
) -> anyhow::Result<ExitCode> {
    let mut tell = |news: ScanNews<'_>| match news {
        ScanNews::Unreadable { path, error } => {
            eprintln!("{}: {}", text::visible(path), text::visible(error));
        }
        ScanNews::File { file, what, from } => {
            if printing == Printing::News
                && let Some(line) = line(file, what, from)
            {
                println!("{}", text::visible(&line));
            }
        }
    };
    let recorded = app
        .scans
        .record(root, found, folder, how.options(), &mut tell);
    let summary = recorded.await?;
    // A disk within the folder that is not mounted takes much away at once, and cron has to tell of it.
    let is_much = summary.gone > summary.seen / 10;
    match printing {
        Printing::News => println!("{}", sum_up(&summary)),
        Printing::ProblemsAlone if is_much => {
            eprintln!("{} files that were known are gone", summary.gone);
        }
        Printing::ProblemsAlone => {}
    }
    Ok(if summary.unreadable == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What became of a file that was known before. What is new is in the report.
fn line(file: &MediaFile, what: FileEventKind, from: Option<&str>) -> Option<String> {
    let place = file.place();
    match what {
        FileEventKind::Moved => Some(format!("moved: {} to {place}", from.unwrap_or_default())),
        FileEventKind::Changed => Some(format!("changed: {place}")),
        FileEventKind::Gone => Some(format!("gone: {place}")),
        FileEventKind::Back => Some(format!("back: {place}")),
        FileEventKind::Seen
        | FileEventKind::Matched
        | FileEventKind::Decided
        | FileEventKind::Released => None,
    }
}

fn sum_up(summary: &ScanSummary) -> String {
    let ScanSummary {
        seen,
        unchanged,
        new,
        moved,
        changed,
        gone,
        back,
        unreadable,
        states: [matched, ambiguous, unmatched, ignored, missing],
    } = summary;
    format!(
        "{seen} files, {unchanged} of them in folders that are as they were: {new} new, {moved} moved, {changed} changed, \
         {gone} gone, {back} back, {unreadable} unreadable\n\
         matched {matched}, ambiguous {ambiguous}, unmatched {unmatched}, ignored {ignored}, missing {missing}"
    )
}
