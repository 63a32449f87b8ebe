//! `reelgraph jobs`: the loads and scans of the site, listed and cancelled.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::users::table;
use crate::app::App;
use crate::domain::ids::SiteJobId;
use crate::domain::page::{MAX_PAGE, Window};
use crate::domain::site_jobs::{CancelledBy, SiteJob, SiteJobFilter, SiteJobState, place_of};
use crate::domain::text;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// One JSON object a line instead of a table
    #[arg(long)]
    json: bool,
    /// Only those in this state
    #[arg(long, value_enum, ignore_case = true)]
    state: Option<StateName>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Have a load or a scan stop after the batch that is under way; what is done is kept
    Cancel {
        /// The id of the job, as `jobs` shows it
        #[arg(value_parser = id)]
        id: SiteJobId,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StateName {
    Running,
    Done,
    Failed,
    Cancelled,
}

impl From<StateName> for SiteJobState {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Running => Self::Running,
            StateName::Done => Self::Done,
            StateName::Failed => Self::Failed,
            StateName::Cancelled => Self::Cancelled,
        }
    }
}

fn id(text: &str) -> Result<SiteJobId, String> {
    SiteJobId::parse(text).ok_or_else(|| "is no id of a job, which is a UUID".to_owned())
}

pub(super) async fn run(app: &App, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(Command::Cancel { id }) = &arguments.command {
        app.site_jobs.cancel(*id, CancelledBy::Command).await?;
        println!("{id} stops after the batch that is under way");
        return Ok(ExitCode::SUCCESS);
    }
    let jobs = all(app, arguments.state.map(Into::into)).await?;
    match write(&jobs, arguments.json) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        written => written.context("the jobs cannot be written")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// All jobs in a state, or in any, those that were started last first.
async fn all(app: &App, state: Option<SiteJobState>) -> anyhow::Result<Vec<SiteJob>> {
    let filter = SiteJobFilter { kind: None, state };
    let mut jobs = Vec::new();
    let mut window = Window::first(MAX_PAGE);
    loop {
        let page = app.site_jobs.jobs(filter, &window).await?;
        jobs.extend(page.rows);
        match jobs.last().filter(|_| page.has_more) {
            Some(last) => window = Window::after(MAX_PAGE, place_of(last)),
            None => return Ok(jobs),
        }
    }
}

fn write(jobs: &[SiteJob], json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        for job in jobs {
            serde_json::to_writer(&mut out, &Line::of(job))?;
            out.write_all(b"\n")?;
        }
    } else {
        let head = ["ID", "KIND", "STATE", "STARTED", "DONE", "READS"].map(str::to_owned);
        let rows: Vec<_> = std::iter::once(head)
            .chain(jobs.iter().map(cells))
            .collect();
        out.write_all(table(&rows).as_bytes())?;
    }
    out.flush()
}

/// A job as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    id: String,
    kind: &'static str,
    state: &'static str,
    reads: &'a [String],
    started_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    done: u64,
    of: Option<u64>,
    created: u64,
    changed: u64,
    unchanged: u64,
    rejected: u64,
    run: Option<String>,
    error_code: Option<&'static str>,
    error: Option<&'a str>,
    cancelled_by: Option<&'static str>,
}

impl<'a> Line<'a> {
    fn of(job: &'a SiteJob) -> Self {
        let (progress, error) = (&job.progress, job.error.as_ref());
        Self {
            id: job.id.to_string(),
            kind: job.kind.as_str(),
            state: job.state.as_str(),
            reads: &job.reads,
            started_at: job.started_at,
            updated_at: job.updated_at,
            ended_at: job.ended_at,
            done: progress.done,
            of: progress.of,
            created: progress.created,
            changed: progress.changed,
            unchanged: progress.unchanged,
            rejected: progress.rejected,
            run: progress.run.map(|run| run.to_string()),
            error_code: error.map(|error| error.code.as_str()),
            error: error.map(|error| error.message.as_str()),
            cancelled_by: job.cancel.map(|wish| wish.by.as_str()),
        }
    }
}

fn cells(job: &SiteJob) -> [String; 6] {
    let done = match job.progress.of {
        Some(of) => format!("{}/{of}", job.progress.done),
        None => job.progress.done.to_string(),
    };
    let state = match &job.error {
        Some(error) => format!("{} {}", job.state.as_str(), error.code.as_str()),
        None => job.state.as_str().to_owned(),
    };
    [
        job.id.to_string(),
        job.kind.as_str().to_owned(),
        state,
        job.started_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        done,
        text::visible(&job.reads.join(" ")),
    ]
}
