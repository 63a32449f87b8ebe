//! `reelgraph video prepare`, `add` and `verify`: films that are prepared for any device, added, and looked through.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::future::pending;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::{DateTime, Local, NaiveTime, Utc};
use clap::Args;
use tokio::time::sleep;

use super::files::shown;
use super::hours::{closed, opened};
use super::kept_job::{KeptJob, Worth, failure};
use super::scan::time_of_day;
use super::serve::told_to_stop;
use super::stopping::STOPPED;
use crate::app::{App, open_prepared, open_workshop, probe_file};
use crate::config::Config;
use crate::domain::catalog::{TitleKind, Visibility};
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::library::ScanHours;
use crate::domain::preparing::{self, Plan, PreparingError, PreparingProgress};
use crate::domain::site_jobs::{SiteJobEnd, SiteJobKind, SiteJobProgress};
use crate::domain::video::{PackageBefore, version_name};
use crate::domain::watching::WatchedItem;

/// How many names are told of what was not taken.
const NAMED: usize = 20;
/// How often it is looked whether others have all that is left.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Debug, Args)]
pub(super) struct Prepare {
    /// The film, as a camera or a disc gives it
    file: PathBuf,
    /// The folder that it comes to lie in, which must not be there; unfinished work is beside it, as FOLDER.parts
    folder: PathBuf,
    #[command(flatten)]
    item: Item,
    /// So many pieces are encoded at once, besides those of other processes that prepare the same
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    workers: u8,
    /// No size is higher than this, for a film that is 16:9
    #[arg(long, value_name = "PIXELS", default_value_t = 1080, value_parser = clap::value_parser!(u32).range(240..=2160))]
    max_height: u32,
    /// Try again what failed too often
    #[arg(long)]
    retry: bool,
    /// Wait until this time of the day, by the clock on the wall (TZ), as 00:30
    #[arg(long, value_name = "HH:MM", requires = "until", value_parser = time_of_day)]
    at: Option<NaiveTime>,
    /// Stop at this time, on the next day if it is not later than --at, with what is finished kept; exit status 3
    #[arg(long, value_name = "HH:MM", requires = "at", value_parser = time_of_day)]
    until: Option<NaiveTime>,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The folder, with `manifest.mpd` in it
    folder: PathBuf,
    #[command(flatten)]
    item: Item,
}

/// What a folder is added to.
#[derive(Debug, Args)]
struct Item {
    /// Add it to the film or the series with this slug
    #[arg(long = "to", value_name = "SLUG")]
    slug: Option<String>,
    /// The season of the episode that it is
    #[arg(long, value_name = "N", requires_all = ["slug", "episode"])]
    season: Option<u32>,
    /// The number of the episode in its season
    #[arg(long, value_name = "N", requires = "season")]
    episode: Option<u32>,
    /// Which version it is, as a cut, in at most 100 characters; what was added before with the same name is replaced
    #[arg(long, value_name = "NAME", default_value = "", requires = "slug", value_parser = version_name)]
    version_name: String,
}

impl Item {
    /// The film or the episode that is meant; `None` if nothing is.
    async fn find(&self, app: &App) -> anyhow::Result<Option<WatchedItem>> {
        let Some(slug) = &self.slug else {
            return Ok(None);
        };
        let everything = Visibility::everything();
        let slugs = [slug.clone()];
        let titles = app.catalog.titles_by_slug(&everything, &slugs).await?;
        let title = titles.first();
        let title = title.with_context(|| format!("--to: no title has the slug {slug:?}"))?;
        let place = self.season.zip(self.episode);
        match (title.kind, place) {
            (TitleKind::Film, None) => Ok(Some(WatchedItem::Film(title.id))),
            (TitleKind::Film, Some(_)) => bail!("--season: {slug} is a film"),
            (TitleKind::Series, None) => {
                bail!("--to: {slug} is a series; --season and --episode say which episode it is")
            }
            (TitleKind::Series, Some((season, number))) => {
                let these = [title.id];
                let episodes = app.catalog.episodes_of_series(&everything, &these);
                let episodes = episodes.await?;
                let mut episodes = episodes.iter();
                let found = episodes.find(|it| (it.season, it.number) == (season, number));
                let found = found.with_context(|| {
                    format!("--episode: {slug} has no episode {number} in season {season}")
                })?;
                Ok(Some(WatchedItem::Episode(found.id)))
            }
        }
    }
}

impl Prepare {
    fn hours(&self) -> anyhow::Result<Option<ScanHours>> {
        let (Some(at), Some(until)) = (self.at, self.until) else {
            return Ok(None);
        };
        let hours = ScanHours::new(at, until);
        let hours = hours.context("--at and --until are the same time of the day")?;
        Ok(Some(hours))
    }
}

/// Prepares a film in its hours, as a job of the site, and adds it if it is said to what.
pub(super) async fn prepare(config: &Config, arguments: &Prepare) -> anyhow::Result<ExitCode> {
    let hours = arguments.hours()?;
    let mut told = pin!(told_to_stop());
    // It listens before it says that it waits.
    let closes = tokio::select! {
        biased;
        () = told.as_mut() => return Ok(stopped(&PreparingError::Stopped.to_string())),
        closes = begin(arguments, hours) => closes,
    };
    let app = App::open(config).await?;
    let item = arguments.item.find(&app).await?;
    let (kept, progress) = (KeptJob::default(), PreparingProgress::default());
    let so_far = {
        let progress = progress.clone();
        Box::new(move || figures(&progress))
    };
    let reads = vec![shown(&arguments.file)];
    let jobs = &app.site_jobs;
    kept.begin(jobs, SiteJobKind::Prepare, reads, so_far)
        .await?;
    let stop = pin!(async {
        tokio::select! {
            () = told => {}
            () = closed(&SystemClock, closes) => {}
            () = kept.cancelled() => {}
        }
    });
    let made = Box::pin(make(&app, arguments, &progress, stop)).await;
    // What is prepared is added also if it is stopped meanwhile: that takes a moment.
    let made = match (made, item) {
        (Ok(()), Some(item)) => {
            let version = arguments.item.version_name.clone();
            Box::pin(take(&app, &arguments.folder, item, version)).await
        }
        (made, _) => made,
    };
    let is_stopped = matches!(&made, Err(error)
        if matches!(error.downcast_ref(), Some(PreparingError::Stopped)));
    let by = kept.cancelled_by().filter(|_| is_stopped);
    let end = match &made {
        Ok(()) => SiteJobEnd::Done,
        Err(_) if by.is_some() => SiteJobEnd::Cancelled(None),
        Err(error) if is_stopped => SiteJobEnd::Cancelled(Some(failure(error))),
        Err(error) => SiteJobEnd::Failed(failure(error)),
    };
    kept.end(end, Worth::Always).await;
    match (made, by) {
        (Ok(()), _) => Ok(ExitCode::SUCCESS),
        (Err(_), Some(by)) => Ok(stopped(&format!(
            "it was cancelled by {}; the next run goes on from there",
            by.in_words()
        ))),
        (Err(error), None) if is_stopped => Ok(stopped(&error.to_string())),
        (Err(error), None) => Err(error.context(shown(&arguments.file))),
    }
}

fn stopped(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::from(STOPPED)
}

/// Comes back when it may be prepared, and says until when; none: as long as it takes.
async fn begin(arguments: &Prepare, hours: Option<ScanHours>) -> Option<DateTime<Utc>> {
    let tell = |until: DateTime<Utc>| {
        let until = until.with_timezone(&Local).format("%Y-%m-%d %H:%M %:z");
        println!("{}: waits until {until}", shown(&arguments.file));
    };
    Some(opened(hours?, &SystemClock, &Local, tell).await)
}

fn figures(progress: &PreparingProgress) -> SiteJobProgress {
    let (made, all) = progress.so_far();
    SiteJobProgress {
        done: made as u64,
        of: (all > 0).then_some(all as u64),
        ..SiteJobProgress::default()
    }
}

async fn make(
    app: &App,
    arguments: &Prepare,
    progress: &PreparingProgress,
    mut stop: Pin<&mut impl Future<Output = ()>>,
) -> anyhow::Result<()> {
    let probed = tokio::select! {
        probed = probe_file(&arguments.file) => probed?,
        () = stop.as_mut() => return Err(PreparingError::Stopped.into()),
    };
    for why in &probed.left_out {
        eprintln!("{}: {why}; it is left out", shown(&arguments.file));
    }
    let plan = Plan::of(&probed, arguments.max_height);
    let (parts, sizes) = (plan.parts(), plan.video.clone());
    let workshop = open_workshop(&arguments.file, &arguments.folder, plan).await?;
    if arguments.retry {
        app.preparing.retry(&*workshop, &parts).await?;
    }
    let workers = usize::from(arguments.workers);
    let preparing = (app.preparing).prepare(&*workshop, &parts, workers, progress, stop);
    let folder = shown(&arguments.folder);
    let prepared = tokio::select! {
        prepared = preparing => prepared?,
        never = tell_waiting(&folder, progress) => match never {},
    };
    let Some(counted) = prepared else {
        println!("{folder}: was prepared before");
        return Ok(());
    };
    let unshown = sizes.as_ref().map_or(0, |video| video.frames);
    let unshown = unshown.saturating_sub(counted.read);
    if unshown > 0 {
        eprintln!(
            "{folder}: {unshown} pictures more are in the file, and no player shows them: an edit list cuts them off, or they \
             lack what they go by"
        );
    }
    let sizes = sizes.map(|video| video.sizes).unwrap_or_default();
    let sizes = sizes
        .iter()
        .map(|size| format!("{}×{}", size.width, size.height));
    let sizes: Vec<String> = sizes.collect();
    println!(
        "{folder}: prepared in {} parts; sizes: {}; {} of {} pictures",
        parts.len(),
        sizes.join(" "),
        counted.made,
        counted.read
    );
    Ok(())
}

/// Says once that others have all that is left, if they do. Never comes back.
async fn tell_waiting(folder: &str, progress: &PreparingProgress) -> Infallible {
    while !progress.waits() {
        sleep(LOOK).await;
    }
    let free = preparing::LEASE.as_secs();
    eprintln!(
        "{folder}: waits for what another process has; if that was killed, it is free after {free} s"
    );
    pending().await
}

/// Adds a folder to what a film or an episode is played from.
pub(super) async fn add(config: &Config, arguments: &Add) -> anyhow::Result<ExitCode> {
    let app = App::open(config).await?;
    let item = arguments.item.find(&app).await?;
    let item = item.context("--to says which film or series it is added to")?;
    let version = arguments.item.version_name.clone();
    let taken = take(&app, &arguments.folder, item, version).await;
    taken.with_context(|| shown(&arguments.folder))?;
    Ok(ExitCode::SUCCESS)
}

async fn take(app: &App, path: &Path, item: WatchedItem, version: String) -> anyhow::Result<()> {
    let folder = open_prepared(path);
    let now = SystemClock.now();
    let taken = preparing::take(&app.video, &*folder, item, version, now).await?;
    tell_unnamed(&taken.unnamed);
    let (files, path) = (taken.added.package.files.len(), shown(path));
    match taken.added.before {
        PackageBefore::Nothing => println!("{path}: {files} files were added"),
        PackageBefore::TheSame => {
            println!("{path}: these {files} files were added before, and stay");
        }
        PackageBefore::Another => {
            println!(
                "{path}: {files} files were added, in the place of others of the same version"
            );
        }
    }
    Ok(())
}

/// Tells whether a folder is whole.
pub(super) async fn verify(path: &Path) -> anyhow::Result<ExitCode> {
    let checked = preparing::check(&*open_prepared(path)).await;
    let checked = checked.with_context(|| shown(path))?;
    tell_unnamed(&checked.unnamed);
    println!(
        "{}: whole; {} files, {} streams, {:.1} s",
        shown(path),
        checked.files.len(),
        checked.streams.len(),
        checked.seconds
    );
    Ok(ExitCode::SUCCESS)
}

fn tell_unnamed(unnamed: &BTreeSet<String>) {
    // What it was prepared from is written beside the manifests.
    let unnamed: Vec<&String> = unnamed.iter().filter(|it| *it != "prepared.json").collect();
    for name in unnamed.iter().take(NAMED) {
        eprintln!("no manifest names {}", shown(Path::new(name.as_str())));
    }
    if unnamed.len() > NAMED {
        eprintln!("and {} more files", unnamed.len() - NAMED);
    }
}
