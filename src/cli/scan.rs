//! `reelgraph scan`: a library of files, looked through and understood. It writes nothing but its report, unless `--apply`
//! or the settings say that what is seen is written down.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{Datelike, NaiveTime};
use clap::Args;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::files::shown;
use super::library::{Printing, Recording, preview, record, rehearse, root_of};
use super::scan_job::ScanJob;
use super::scan_report::{Changes, write_report};
use super::stopping::{Ending, UntilStopped};
use crate::app::{App, open_library};
use crate::config::Config;
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::library::{
    Certainty, Entry, Episodes, Guess, Item, KnownSidecars, LibraryError, LibraryFolder, Named,
    NamedLibrary, ScanHours, ScanOptions, ScannedTitles, StopScan, TakenFor,
};
use crate::domain::text;

/// How many files of a folder are named for the same problem; of more there is the number.
const NAMED: usize = 20;
/// How long the step may take that is under way when a scan is stopped; one that takes longer is broken off, and the folder
/// is free when its lease is over.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// A folder of films and series, in folders as media servers know them or not
    pub(super) folder: PathBuf,
    /// Write what each file was taken for, one JSON object a line: `path taken_for kind certainty reason item …`, and with
    /// --apply or --changes what became of it, or would: `change from state`
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Print nothing but problems
    #[arg(long)]
    quiet: bool,
    /// Scan, and again each time that something has changed, until it is stopped (SIGINT, SIGTERM)
    #[arg(long, conflicts_with = "all_gone")]
    pub(super) watch: bool,
    /// For so many seconds nothing must change before it is scanned again
    #[arg(long, value_name = "SECONDS", default_value_t = 10, requires = "watch", value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(super) settle: u64,
    /// Wait until this time of the day, by the clock on the wall (TZ), as 00:30; with --watch, day after day
    #[arg(long, value_name = "HH:MM", requires = "until", value_parser = time_of_day)]
    at: Option<NaiveTime>,
    /// Stop at this time, on the next day if it is not later than --at, with what is done kept; exit status 3 if something
    /// is left
    #[arg(long, value_name = "HH:MM", requires = "at", value_parser = time_of_day)]
    until: Option<NaiveTime>,
    #[command(flatten)]
    pub(super) recording: Recording,
}

impl Arguments {
    /// The hours in which is scanned, if not in all.
    pub(super) fn hours(&self) -> anyhow::Result<Option<ScanHours>> {
        let (Some(at), Some(until)) = (self.at, self.until) else {
            return Ok(None);
        };
        let hours = ScanHours::new(at, until);
        let hours = hours.context("--at and --until are the same time of the day")?;
        Ok(Some(hours))
    }

    /// What is printed beside problems.
    pub(super) fn printing(&self) -> Printing {
        if self.quiet {
            Printing::ProblemsAlone
        } else {
            Printing::News
        }
    }
}

/// A time of the day, as arguments say it.
pub(super) fn time_of_day(text: &str) -> Result<NaiveTime, String> {
    NaiveTime::parse_from_str(text, "%H:%M")
        .map_err(|_| "is no time of the day from 00:00 to 23:59".to_owned())
}

/// What lies in a folder, and what is to become of it.
struct Looked {
    folder: Arc<dyn LibraryFolder>,
    found: Vec<(Entry, Guess)>,
    sidecars: KnownSidecars,
    titles: ScannedTitles,
    is_recorded: bool,
    /// What knows of the catalogue, if that is asked, and the path from the root of the file system.
    recorder: Option<(App, String)>,
}

/// Fails if what was asked for goes together in no scan, however often it is tried.
pub(super) fn check(config: &Config, arguments: &Arguments) -> anyhow::Result<()> {
    let recording = &arguments.recording;
    let titles = recording.titles(config.titles_of_scans);
    if titles == ScannedTitles::Untouched && recording.publishes() {
        bail!("--publish says how titles are made, and without --titles none is");
    }
    match &arguments.report {
        Some(report) => spare(&arguments.folder, report),
        None => Ok(()),
    }
}

/// Scans a folder until it is through, or until `stopped` comes back or its job is cancelled: then a scan that is written
/// down ends after the step that is under way.
pub(super) async fn scan(
    config: &Config,
    arguments: &Arguments,
    stopped: Pin<&mut impl Future<Output = ()>>,
    job: &ScanJob,
) -> anyhow::Result<Ending> {
    let mut stopped = pin!(async {
        tokio::select! {
            () = stopped => {}
            () = job.kept.cancelled() => {}
        }
    });
    let stop = StopScan::default();
    let looked = tokio::select! {
        looked = Box::pin(look(config, arguments, &stop, job)) => looked?,
        () = stopped.as_mut() => {
            stop.wish();
            return Ok(Ending::Stopped);
        }
    };
    let patience = if looked.is_recorded {
        PATIENCE
    } else {
        Duration::ZERO
    };
    let mut telling = Box::pin(tell(config, arguments, looked, &stop, job));
    let told = tokio::select! {
        told = &mut telling => Ok(told),
        () = stopped => {
            stop.wish();
            timeout(patience, telling).await
        }
    };
    match told {
        Ok(Ok(code)) => Ok(Ending::Through(code)),
        Ok(Err(error)) if matches!(error.downcast_ref(), Some(LibraryError::Stopped)) => {
            Ok(Ending::Stopped)
        }
        Ok(Err(error)) => Err(error),
        Err(_) => Ok(Ending::Stopped),
    }
}

/// Looks through the folder, off the async threads: whoever waits is to hear that it is stopped.
async fn look(
    config: &Config,
    arguments: &Arguments,
    stop: &StopScan,
    job: &ScanJob,
) -> anyhow::Result<Looked> {
    let folder: Arc<dyn LibraryFolder> = UntilStopped::new(open_library(&arguments.folder)?, stop);
    // The folder may not have been there when it was begun.
    check(config, arguments)?;
    let titles = arguments.recording.titles(config.titles_of_scans);
    let is_recorded = arguments.recording.applies(config.scans);
    let asks_catalog = arguments.recording.rehearses() || titles != ScannedTitles::Untouched;
    let knows_catalog = is_recorded || asks_catalog;
    let recorder = if knows_catalog {
        Some((App::open(config).await?, root_of(&arguments.folder)?))
    } else {
        None
    };
    if let Some((app, _)) = recorder.as_ref().filter(|_| is_recorded) {
        job.begin(app, &arguments.folder).await?;
    }
    let known = match &recorder {
        Some((app, root)) => app.scans.sidecars(root).await?,
        None => KnownSidecars::default(),
    };
    let (of_names, year) = (Arc::clone(&folder), SystemClock.now().year());
    let library = spawn_blocking(move || NamedLibrary::read(&*of_names, year, &known)).await??;
    let sidecars = library.sidecars();
    let unchanged = match &recorder {
        Some((app, root)) if is_recorded => app.scans.unchanged(root, &library).await?,
        _ => BTreeSet::new(),
    };
    let of_videos = Arc::clone(&folder);
    let found = spawn_blocking(move || library.with_videos(&*of_videos, &unchanged)).await?;
    Ok(Looked {
        folder,
        found,
        sidecars,
        titles,
        is_recorded,
        recorder,
    })
}

/// Tells what was found, and writes it down if that is wanted.
async fn tell(
    config: &Config,
    arguments: &Arguments,
    looked: Looked,
    stop: &StopScan,
    job: &ScanJob,
) -> anyhow::Result<ExitCode> {
    let Looked {
        folder,
        found,
        sidecars,
        titles,
        is_recorded,
        recorder,
    } = looked;
    let mut changes = Changes::default();
    if let Some(path) = &arguments.report {
        write_report(path, &found, &changes)?;
    }
    let is_rehearsed = arguments.recording.rehearses();
    let reported = arguments.report.as_ref();
    let reported = reported.filter(|_| is_recorded || is_rehearsed);
    let reported = reported.map(|path| (path, found.clone()));
    let printing = arguments.printing();
    if printing == Printing::News {
        show(&found, is_recorded)?;
    }
    let decided = match &recorder {
        Some((app, root)) => app.scans.decided(root, &doubtful(&found)).await?,
        None => BTreeSet::new(),
    };
    tell_problems(&found, &decided);
    let mut taken_for = found.iter().map(|(_, guess)| guess.taken_for);
    let has_video = taken_for.any(|sort| sort == TakenFor::Video);
    let mut code = ExitCode::SUCCESS;
    if let Some((app, root)) = &recorder {
        let (stop, progress) = (stop.clone(), job.progress.clone());
        let recording = &arguments.recording;
        let how = recording.options(config.titles_of_scans, stop, progress);
        let noted = (&job.figures, &mut changes);
        let told = if is_recorded {
            let found = (found, sidecars);
            Box::pin(record(app, root, found, folder, how, printing, noted)).await
        } else {
            let (found, asked) = ((&*found, is_rehearsed), (titles, how));
            Box::pin(foretell(
                app, root, found, &folder, asked, printing, noted.1,
            ))
            .await
        };
        // Also of one that broke off.
        if let Some((path, found)) = reported {
            write_report(path, &found, &changes)?;
        }
        code = told?;
    }
    // Who says that all files are gone scans an empty folder.
    let is_expected = is_recorded && arguments.recording.expects_nothing();
    if has_video || is_expected {
        return Ok(code);
    }
    eprintln!(
        "{} has no film and no episode in it",
        shown(&arguments.folder)
    );
    Ok(ExitCode::FAILURE)
}

/// Tells what would become of files, if that is asked, and of titles.
async fn foretell(
    app: &App,
    root: &str,
    (found, is_rehearsed): (&[(Entry, Guess)], bool),
    folder: &Arc<dyn LibraryFolder>,
    (titles, how): (ScannedTitles, ScanOptions),
    printing: Printing,
    changes: &mut Changes,
) -> anyhow::Result<ExitCode> {
    let mut code = ExitCode::SUCCESS;
    let mut is_whole = true;
    if is_rehearsed {
        let (found, folder) = (found.to_vec(), Arc::clone(folder));
        is_whole = rehearse(app, root, found, folder, how, printing, changes).await?;
    }
    if let ScannedTitles::Brought(state) = titles {
        code = Box::pin(preview(app, root, found, &**folder, state, printing)).await?;
    }
    Ok(if is_whole { code } else { ExitCode::FAILURE })
}

/// Prints what each file was taken for, and how many were taken for what. Of what is written down the sums are enough: the
/// rest is in the report.
fn show(found: &[(Entry, Guess)], is_recorded: bool) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    if !is_recorded {
        for (entry, guess) in found {
            writeln!(out, "{}", line(entry, guess))?;
        }
    }
    writeln!(out, "{}", sum_up(found))?;
    out.flush()
}

/// Fails if a report would be written into the library, which is never written.
fn spare(library: &Path, report: &Path) -> anyhow::Result<()> {
    // Of a folder that is away the scan tells, and looks again when it is there.
    let Ok(library) = library.canonicalize() else {
        return Ok(());
    };
    let around = report
        .parent()
        .filter(|around| !around.as_os_str().is_empty());
    let around = around.unwrap_or(Path::new("."));
    let places = [report.canonicalize(), around.canonicalize()];
    if places
        .iter()
        .flatten()
        .any(|place| place.starts_with(&library))
    {
        bail!(
            "{} would lie in the folder that is scanned, into which nothing is written",
            shown(report)
        );
    }
    Ok(())
}

/// Tells what is wrong with which files. A folder of thousands with the same fault makes no mail of thousands of lines: the
/// report has them all. Of what a curator has decided nothing is in doubt.
fn tell_problems(found: &[(Entry, Guess)], decided: &BTreeSet<String>) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (entry, guess) in found {
        if guess.taken_for != TakenFor::Refused && decided.contains(&entry.path) {
            continue;
        }
        let folder = entry
            .path
            .rsplit_once('/')
            .map_or(".", |(folder, _)| folder);
        for problem in problems(guess) {
            let count = counts.entry((folder, problem)).or_default();
            *count += 1;
            if *count <= NAMED {
                eprintln!("{}: {}", text::visible(&entry.path), text::visible(problem));
            }
        }
    }
    for ((folder, problem), count) in counts {
        if count > NAMED {
            let (more, folder) = (count - NAMED, text::visible(folder));
            eprintln!("{folder}: {more} more files: {}", text::visible(problem));
        }
    }
}

/// The paths of what is wrong, or needs a curator, unless one has decided.
fn doubtful(found: &[(Entry, Guess)]) -> BTreeSet<&str> {
    let doubtful = found
        .iter()
        .filter(|(_, guess)| problems(guess).next().is_some());
    doubtful.map(|(entry, _)| entry.path.as_str()).collect()
}

/// What is wrong with a file, or needs a curator.
fn problems(guess: &Guess) -> impl Iterator<Item = &str> {
    let is_fault = matches!(guess.taken_for, TakenFor::Refused | TakenFor::Damaged);
    let is_doubt = matches!(guess.taken_for, TakenFor::Video | TakenFor::Sidecar)
        && guess.certainty == Certainty::Unsure;
    let reason = (is_fault || is_doubt).then_some(guess.reason.as_str());
    reason
        .into_iter()
        .chain(guess.warnings.iter().map(String::as_str))
}

/// A file on one line, as `VIDEO SURE Film/Heat (1995).mkv: Heat (1995); why`.
fn line(entry: &Entry, guess: &Guess) -> String {
    let mut said: Vec<String> = guess.item.as_ref().map(describe).into_iter().collect();
    said.extend(
        guess
            .version
            .as_ref()
            .map(|label| format!("version {label}")),
    );
    said.extend(guess.part.map(|part| format!("part {part}")));
    let language = guess.track.as_ref().and_then(|track| track.language);
    said.extend(language.map(|language| format!("language {language}")));
    let said = if said.is_empty() {
        String::new()
    } else {
        format!("{}; ", said.join(", "))
    };
    let (sort, sure) = (guess.taken_for.as_str(), guess.certainty.as_str());
    let whole = format!("{sort} {sure} {}: {said}{}", entry.path, guess.reason);
    text::visible(&whole)
}

/// What a file is of, in words.
fn describe(item: &Item) -> String {
    match item {
        Item::Film(named) | Item::Series(named) => describe_name(named),
        Item::Season { series, season } => format!("{} season {season}", describe_name(series)),
        Item::Episodes(episodes) => describe_episodes(episodes),
    }
}

fn describe_name(named: &Named) -> String {
    let name = if named.name.is_empty() {
        "(no name)"
    } else {
        &named.name
    };
    match named.year {
        Some(year) => format!("{name} ({year})"),
        None => name.to_owned(),
    }
}

fn describe_episodes(episodes: &Episodes) -> String {
    let mut parts = vec![describe_name(&episodes.series)];
    if let Some(season) = episodes.season {
        parts.push(format!("season {season}"));
    }
    if !episodes.numbers.is_empty() {
        let numbers: Vec<String> = episodes.numbers.iter().map(u32::to_string).collect();
        parts.push(format!("episode {}", numbers.join(" and ")));
    }
    parts.extend(
        episodes
            .absolute
            .map(|number| format!("number {number} of all")),
    );
    parts.extend(episodes.date.map(|day| format!("of {day}")));
    parts.join(" ")
}

/// How many files were taken for what, and how many of them surely.
fn sum_up(found: &[(Entry, Guess)]) -> String {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (_, guess) in found {
        let (all, sure) = counts.entry(guess.taken_for.as_str()).or_default();
        *all += 1;
        *sure += usize::from(guess.certainty == Certainty::Sure);
    }
    let mut lines = vec![format!("{} files", found.len())];
    let counts = counts.iter();
    lines.extend(
        counts.map(|(sort, (all, sure))| format!("  {sort}: {all}, {sure} of them surely")),
    );
    lines.join("\n")
}
