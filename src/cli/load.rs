//! `reelgraph load`: files into the catalogue, with progress, a line for each refused record, and a summary.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use super::files::{FileSource, find, shown, spare};
use super::kept_job::{Figures, KeptJob, Worth, failure};
use super::load_job::{LoadFollower, UntilCancelled};
use super::maps::Maps;
use super::stopping::STOPPED;
use super::unreadable::Unreadable;
use crate::app::App;
use crate::domain::catalog::{Author, RevisionSource, Writer};
use crate::domain::ids::RunId;
use crate::domain::loading::{
    LoadError, LoadMode, LoadOptions, LoadSummary, Manner, NewTitles, Source, Tally, Told,
    ToldSort, WarningKind,
};
use crate::domain::site_jobs::{SiteJobEnd, SiteJobKind};

/// What is told of a run.
const TAKEN_BACK: &str = "is the run, by which revertRevisions takes it back";

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// `.ndjson`, `.json` and `.csv` files, packed (`.gz`, `.zst`) or not, files of IMDb and TMDB as they come, folders of
    /// them, or `-` for the standard input
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Check everything, write nothing, and tell what would change in which field
    #[arg(long)]
    dry_run: bool,
    /// Clear what a record does not name; without it, that stays
    #[arg(long)]
    replace: bool,
    /// What the columns of files mean: `imdb`, `tmdb`, or a file of one's own, for files of its names and such as begin
    /// like them; the first two know their files by name in any case
    #[arg(long, value_name = "MAP")]
    map: Option<String>,
    /// Of files that a map reads, complete the titles that are there and add none
    #[arg(long)]
    only_known: bool,
    /// Of the new titles of such files, add those for which so many voted elsewhere, as title.ratings says beside them
    #[arg(long, value_name = "NUMBER", conflicts_with = "only_known")]
    min_votes: Option<u64>,
    /// Write what was refused, warned of, not matched or would change, one JSON object a line: `file line sort field
    /// value reason`, where the sort is `refused`, `warning`, `unmatched` or `change`; the last line, of the sort `run`,
    /// has as its value what the load is taken back by, if it changed the catalogue
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl Arguments {
    fn options(&self) -> LoadOptions {
        LoadOptions {
            mode: if self.dry_run {
                LoadMode::DryRun
            } else {
                LoadMode::Write
            },
            manner: if self.replace {
                Manner::Replace
            } else {
                Manner::Merge
            },
            new_titles: match self.min_votes {
                Some(least) => NewTitles::WithVotes(least),
                None if self.only_known => NewTitles::PassOver,
                None => NewTitles::Add,
            },
            writer: Writer::new(Author::Command, RevisionSource::Load),
        }
    }
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let options = arguments.options();
    let maps = Maps::of(arguments.map.as_deref())?;
    let (kept, figures) = (KeptJob::default(), Figures::default());
    if options.mode == LoadMode::Write {
        let reads = arguments.paths.iter().map(|path| shown(path)).collect();
        let so_far = {
            let figures = figures.clone();
            Box::new(move || figures.so_far())
        };
        let jobs = &app.site_jobs;
        kept.begin(jobs, SiteJobKind::Load, reads, so_far).await?;
    }
    let follower = LoadFollower {
        kept: kept.clone(),
        figures,
    };
    let loaded = Box::pin(load(app, arguments, options, maps, &follower)).await;
    let cancelled_by = kept.cancelled_by().filter(|_| loaded.is_err());
    let end = match &loaded {
        Ok(_) => SiteJobEnd::Done,
        Err(_) if cancelled_by.is_some() => SiteJobEnd::Cancelled(None),
        Err(error) => SiteJobEnd::Failed(failure(error)),
    };
    let job = kept.end(end, Worth::Always).await;
    let of_job = job.map(|job| format!("{} is the job, as `reelgraph jobs` lists it", job.id));
    match (loaded, cancelled_by) {
        (Ok(code), _) => {
            if let Some(of_job) = of_job {
                println!("{of_job}");
            }
            Ok(code)
        }
        (Err(error), None) => {
            if let Some(of_job) = of_job {
                eprintln!("{of_job}");
            }
            Err(error)
        }
        (Err(_), Some(by)) => {
            let by = by.in_words();
            eprintln!("the load was cancelled by {by}; the next goes on from there");
            eprintln!("{}", of_job.unwrap_or_default());
            Ok(ExitCode::from(STOPPED))
        }
    }
}

/// The files that are loaded. What comes on the standard input is waited for in a thread, so that whoever cancels the
/// load need not wait for it, too.
async fn find_files(
    arguments: &Arguments,
    maps: Maps,
    progress: &ProgressBar,
    kept: &KeptJob,
) -> anyhow::Result<Vec<FileSource>> {
    let (paths, progress) = (arguments.paths.clone(), progress.clone());
    let finding = spawn_blocking(move || find(&paths, &maps, &progress));
    let found = tokio::select! {
        found = finding => found?,
        () = kept.cancelled() => return Err(LoadError::Stopped.into()),
    };
    Ok(found.map_err(|error| Unreadable::of(&error))?)
}

async fn load(
    app: &App,
    arguments: &Arguments,
    options: LoadOptions,
    maps: Maps,
    follower: &LoadFollower,
) -> anyhow::Result<ExitCode> {
    let progress = progress_bar()?;
    let files = find_files(arguments, maps, &progress, &follower.kept).await?;
    // It is made only now, so that it is no file of a folder that is loaded.
    let mut report = None;
    if let Some(path) = &arguments.report {
        spare(&files, path)?;
        report = Some(Report::new(path)?);
    }
    let sources: Vec<Box<dyn Source>> = files
        .into_iter()
        .map(|file| {
            let kept = follower.kept.clone();
            Box::new(UntilCancelled { file, kept }) as Box<dyn Source>
        })
        .collect();
    let mut tell = |told: &Told<'_>| {
        if let Some(report) = &mut report {
            report.add(told);
        }
        if let Some(sort) = sort_on_terminal(told.sort) {
            progress.suspend(|| eprintln!("{}", message(sort, told)));
        }
    };
    let load = &app.load;
    let summary = load.load_watched(&sources, options, &mut tell, follower);
    let summary = Box::pin(summary).await;
    follower
        .figures
        .note(|job| job.of = Some(job.done).filter(|_| summary.is_ok()));
    progress.finish_and_clear();
    if let (Some(report), Ok(LoadSummary { run: Some(run), .. })) = (&mut report, &summary) {
        report.end(*run);
    }
    // What was told before a load broke off is in the report, too.
    let reported = report.map_or(Ok(()), Report::finish);
    let summary = summary?;
    println!("{}", sum_up(&summary, options));
    reported?;
    let is_clean = summary.refused + summary.refused_pictures == 0 && summary.given_up.is_empty();
    Ok(if is_clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What is told of, as a file: one JSON object a line.
struct Report {
    name: String,
    file: BufWriter<File>,
    /// Why something could not be written. What comes after it is lost, and the load goes on.
    failed: Option<io::Error>,
}

impl Report {
    fn new(path: &Path) -> anyhow::Result<Self> {
        let name = shown(path);
        let file = File::create(path).with_context(|| format!("{name} cannot be written"))?;
        Ok(Self {
            name,
            file: BufWriter::new(file),
            failed: None,
        })
    }

    fn add(&mut self, told: &Told<'_>) {
        let sort = match told.sort {
            ToldSort::Refused => "refused",
            ToldSort::Unmatched => "unmatched",
            ToldSort::Warning | ToldSort::FurtherWarning => "warning",
            ToldSort::Change => "change",
        };
        let line = json!({
            "file": told.file,
            "line": told.line,
            "sort": sort,
            "field": told.problem.field,
            "value": told.problem.value,
            "reason": told.problem.reason,
        });
        self.write(&line);
    }

    /// Says by what the load is taken back. It is of no file, and of no line.
    fn end(&mut self, run: RunId) {
        let line = json!({
            "file": null,
            "line": null,
            "sort": "run",
            "field": "",
            "value": run.to_string(),
            "reason": TAKEN_BACK,
        });
        self.write(&line);
    }

    fn write(&mut self, line: &Value) {
        if self.failed.is_none()
            && let Err(error) = writeln!(self.file, "{line}")
        {
            self.failed = Some(error);
        }
    }

    fn finish(mut self) -> anyhow::Result<()> {
        let written = self.failed.map_or_else(|| self.file.flush(), Err);
        written.with_context(|| format!("{} cannot be written", self.name))
    }
}

/// Drawn on a terminal only.
fn progress_bar() -> anyhow::Result<ProgressBar> {
    let target = if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template(
        "{msg} [{bar:40}] {bytes}/{total_bytes} at {bytes_per_sec}, {elapsed}, {eta} left",
    )?;
    let progress = ProgressBar::with_draw_target(Some(0), target).with_style(style);
    progress.enable_steady_tick(Duration::from_millis(200));
    Ok(progress)
}

/// What a message begins with; `None`: it is for the report alone.
fn sort_on_terminal(sort: ToldSort) -> Option<&'static str> {
    match sort {
        ToldSort::Refused => Some("refused"),
        ToldSort::Warning => Some("warning"),
        ToldSort::Change => Some("would change"),
        ToldSort::FurtherWarning | ToldSort::Unmatched => None,
    }
}

fn message(sort: &str, told: &Told<'_>) -> String {
    let (file, line, problem) = (told.file, told.line, told.problem);
    let field = if problem.field.is_empty() {
        String::new()
    } else {
        format!("{} ", problem.field)
    };
    format!("{file}:{line}: {sort}: {field}{}", problem.reason)
}

fn sum_up(summary: &LoadSummary, options: LoadOptions) -> String {
    let tallies = summary.tallies.iter();
    let mut parts: Vec<String> = tallies
        .map(|(sort, tally)| format!("{sort}: {}", counts(tally, options)))
        .collect();
    if parts.is_empty() {
        parts.push("no records".to_owned());
    }
    let refused = match (summary.refused, summary.refused_pictures) {
        (records, 0) => format!("{records} refused"),
        (records, pictures) => format!(
            "{records} records and {pictures} pictures refused (the records of these are loaded without them)"
        ),
    };
    parts.push(format!("{refused}, {} warnings", summary.warnings));
    if summary.unmatched > 0 {
        parts.push(format!(
            "{} rows match no title or person, or several, and are left out (--report lists them)",
            summary.unmatched
        ));
    }
    if summary.passed_over > 0 {
        parts.push(format!(
            "{} rows are of titles that are not there, of people whom no title needs, or of episodes without a number",
            summary.passed_over
        ));
    }
    if summary.nameless > 0 {
        parts.push(format!(
            "{} credits are left out, for no file says what those people are called (name.basics does)",
            summary.nameless
        ));
    }
    for ((place, why), number) in &summary.given_up {
        parts.push(format!(
            "{number} pictures not read, because {place} {why}; load them again later"
        ));
    }
    for (kind, warned) in &summary.warnings_by_kind {
        let of = if warned.different < warned.times {
            format!(" ({} different)", warned.different)
        } else {
            String::new()
        };
        let WarningKind { field, reason } = kind;
        parts.push(format!("  {}{of} × {field} … {reason}", warned.times));
    }
    if let Some(run) = summary.run {
        parts.push(format!("{run} {TAKEN_BACK}"));
    }
    parts.join("\n")
}

/// What became of the records of a sort, as `2 new, 1 changed (cast 1, genres 1), 7 unchanged`.
fn counts(tally: &Tally, options: LoadOptions) -> String {
    let (new, changed) = match options.mode {
        LoadMode::DryRun => ("would be new", "would change"),
        LoadMode::Write => ("new", "changed"),
    };
    let fields = tally.fields.iter();
    let fields: Vec<String> = fields
        .map(|(field, count)| format!("{field} {count}"))
        .collect();
    let fields = if fields.is_empty() {
        String::new()
    } else {
        format!(" ({})", fields.join(", "))
    };
    format!(
        "{} {new}, {} {changed}{fields}, {} unchanged",
        tally.new, tally.changed, tally.unchanged
    )
}
