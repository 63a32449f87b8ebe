//! What `reelgraph scan` writes down: with `--apply`, or where the settings say so.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;

use super::files::shown;
use super::kept_job::Figures;
use super::scan_report::Changes;
use crate::app::App;
use crate::config::{Scans, TitlesOfScans};
use crate::domain::catalog::TitleState;
use crate::domain::library::{
    AllGone, Brought, Entry, FileEventKind, Guess, KnownSidecars, LibraryFolder, MediaFile,
    Reading, ScanNews, ScanOptions, ScanProgress, ScanSummary, ScannedTitles, StopScan,
};
use crate::domain::loading::ToldSort;
use crate::domain::site_jobs::SiteJobProgress;
use crate::domain::text;

/// How a scan is written down.
#[derive(Debug, Clone, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(super) struct Recording {
    /// Write down what is seen: files are matched with the catalogue, and what moved, went or came back is noted
    #[arg(long)]
    apply: bool,
    /// Tell what --apply would write down of files, also where the settings say that it is written down, and write nothing
    #[arg(long, conflicts_with = "apply")]
    changes: bool,
    /// Read all bytes of each file once, not only its beginning, middle and end
    #[arg(long)]
    full_hash: bool,
    /// Believe that all files that were known are gone; without it that is taken for a disk that is not mounted
    #[arg(long)]
    all_gone: bool,
    /// Bring what `.nfo` files and pictures say into the catalogue, as `load` does with records, and make titles that it
    /// lacks, as drafts; without --apply tell what that would change
    #[arg(long)]
    titles: bool,
    /// Publish the titles that are made, instead of leaving them drafts
    #[arg(long)]
    publish: bool,
}

impl Recording {
    /// Whether anything is written down.
    pub(super) fn applies(&self, scans: Scans) -> bool {
        self.apply || scans == Scans::Recorded && !self.changes
    }

    /// Whether it is told what would be written down.
    pub(super) fn rehearses(&self) -> bool {
        self.changes
    }

    /// Whether a folder without a video is no fault.
    pub(super) fn expects_nothing(&self) -> bool {
        self.all_gone
    }

    /// Whether titles that are made are published.
    pub(super) fn publishes(&self) -> bool {
        self.publish
    }

    /// What becomes of titles by this scan.
    pub(super) fn titles(&self, titles: TitlesOfScans) -> ScannedTitles {
        if !self.titles && titles == TitlesOfScans::Untouched {
            return ScannedTitles::Untouched;
        }
        ScannedTitles::Brought(if self.publish {
            TitleState::Published
        } else {
            TitleState::Draft
        })
    }

    pub(super) fn options(
        &self,
        titles: TitlesOfScans,
        stop: StopScan,
        progress: ScanProgress,
    ) -> ScanOptions {
        ScanOptions {
            stop,
            progress,
            titles: self.titles(titles),
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
    found: (Vec<(Entry, Guess)>, KnownSidecars),
    folder: Arc<dyn LibraryFolder>,
    options: ScanOptions,
    printing: Printing,
    (figures, changes): (&Figures, &mut Changes),
) -> anyhow::Result<ExitCode> {
    let mut tell = |news: ScanNews<'_>| match news {
        ScanNews::Unreadable { path, error } => tell_unreadable(path, error),
        ScanNews::Record {
            path,
            sort,
            field,
            reason,
        } => tell_record(path, sort, field, reason, printing),
        ScanNews::File { file, what, from } => {
            changes.note(file, what, from);
            if printing == Printing::News
                && let Some(line) = line(file, what, from)
            {
                println!("{}", text::visible(&line));
            }
        }
    };
    let titles = options.titles;
    let recorded = app.scans.record(root, found, folder, options, &mut tell);
    let summary = recorded.await?;
    figures.note(|job| count(job, &summary));
    // A disk within the folder that is not mounted takes much away at once, and cron has to tell of it.
    let is_much = summary.gone > summary.seen / 10;
    match printing {
        Printing::News => {
            println!("{}", sum_up(&summary));
            if titles != ScannedTitles::Untouched {
                println!("{}", sum_up_titles(&summary.brought));
            }
        }
        Printing::ProblemsAlone if is_much => {
            eprintln!("{} files that were known are gone", summary.gone);
        }
        Printing::ProblemsAlone => {}
    }
    Ok(if summary.unreadable == 0 && summary.brought.refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Tells what a scan would write down of what was found in a folder. Says whether all of it could be read.
pub(super) async fn rehearse(
    app: &App,
    root: &str,
    found: Vec<(Entry, Guess)>,
    folder: Arc<dyn LibraryFolder>,
    options: ScanOptions,
    printing: Printing,
    changes: &mut Changes,
) -> anyhow::Result<bool> {
    let mut tell = |news: ScanNews<'_>| match news {
        ScanNews::Unreadable { path, error } => tell_unreadable(path, error),
        // What sidecars say is told by a preview.
        ScanNews::Record { .. } => {}
        ScanNews::File { file, what, from } => {
            changes.note(file, what, from);
            if printing == Printing::News
                && let Some(line) = line(file, what, from)
            {
                println!("would be {}", text::visible(&line));
            }
        }
    };
    let rehearsed = app.scans.rehearse(root, found, folder, options, &mut tell);
    let summary = Box::pin(rehearsed).await?;
    if printing == Printing::News {
        println!("would be: {}", sum_up(&summary));
    }
    Ok(summary.unreadable == 0)
}

fn tell_unreadable(path: &str, error: &str) {
    eprintln!("{}: {}", text::visible(path), text::visible(error));
}

/// Tells what a scan would bring into the catalogue. Exit status 1: something of it would be refused.
pub(super) async fn preview(
    app: &App,
    root: &str,
    found: &[(Entry, Guess)],
    folder: &dyn LibraryFolder,
    state: TitleState,
    printing: Printing,
) -> anyhow::Result<ExitCode> {
    let mut tell = |news: ScanNews<'_>| {
        if let ScanNews::Record {
            path,
            sort,
            field,
            reason,
        } = news
        {
            tell_record(path, sort, field, reason, printing);
        }
    };
    let brought = app.scans.preview(root, found, state, folder, &mut tell);
    let brought = brought.await?;
    if printing == Printing::News {
        println!("would be: {}", sum_up_titles(&brought));
    }
    Ok(if brought.refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Tells what a record says that was made of a file: what is refused in any case, the rest where news are printed.
fn tell_record(path: &str, sort: ToldSort, field: &str, reason: &str, printing: Printing) {
    let said = match sort {
        ToldSort::Refused => "refused",
        ToldSort::Unmatched => "left out",
        ToldSort::Warning => "warning",
        ToldSort::Change => "would change",
        ToldSort::FurtherWarning => return,
    };
    let is_problem = sort == ToldSort::Refused;
    if printing == Printing::ProblemsAlone && !is_problem {
        return;
    }
    let field = if field.is_empty() {
        String::new()
    } else {
        format!("{field} ")
    };
    let line = format!("{path}: {said}: {field}{reason}");
    if sort == ToldSort::Change {
        println!("{}", text::visible(&line));
    } else {
        eprintln!("{}", text::visible(&line));
    }
}

/// What has become of files, and of what they have made of the catalogue, as the job says it.
fn count(job: &mut SiteJobProgress, summary: &ScanSummary) {
    let brought = &summary.brought;
    let other = summary.moved + summary.changed + summary.gone + summary.back;
    let same = summary.seen.saturating_sub(
        summary.new + summary.moved + summary.changed + summary.back + summary.unreadable,
    );
    job.created = summary.new as u64 + brought.new_titles + brought.new_episodes;
    job.changed = other as u64 + brought.changed_titles + brought.changed_episodes;
    job.unchanged = same as u64;
    job.rejected = summary.unreadable as u64 + brought.refused;
}

fn sum_up_titles(brought: &Brought) -> String {
    let Brought {
        new_titles,
        changed_titles,
        new_episodes,
        changed_episodes,
        refused,
        open,
    } = brought;
    format!(
        "titles: {new_titles} new, {changed_titles} changed; episodes: {new_episodes} new, {changed_episodes} changed; \
         {refused} refused, {open} left out"
    )
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
        brought: _,
    } = summary;
    format!(
        "{seen} files, {unchanged} of them in folders that are as they were: {new} new, {moved} moved, {changed} changed, \
         {gone} gone, {back} back, {unreadable} unreadable\n\
         matched {matched}, ambiguous {ambiguous}, unmatched {unmatched}, ignored {ignored}, missing {missing}"
    )
}
