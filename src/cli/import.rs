//! `reelgraph import FILE`: what a profile brings from elsewhere, seen first, and applied with `--apply`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

use super::files::shown;
use crate::app::App;
use crate::domain::accounts::Profile;
use crate::domain::ids::{ProfileId, SessionId};
use crate::domain::importing::{Import, MAX_UPLOAD, ReadOptions, RowState, read};
use crate::domain::language::LanguageTag;
use crate::domain::text;
use crate::domain::viewer::{KnownViewer, Login, Viewer};
use crate::domain::working::JobState;

/// How many rows that were not matched are shown.
const SHOWN: usize = 20;
/// How often it is looked whether a job is over that another server works on.
const POLL: Duration = Duration::from_millis(500);

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The export of another service: a zip, or a file of one
    file: PathBuf,
    /// The account whose profile it is for
    #[arg(long)]
    email: String,
    /// The id or the name of the profile; its oldest one if left out
    #[arg(long)]
    profile: Option<String>,
    /// The time zone of times that are written without one, as Europe/Berlin; UTC if left out
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
    /// Whose rows are meant, of a file with those of several people
    #[arg(long, value_name = "NAME")]
    profile_name: Option<String>,
    /// Whether the day stands first in dates that can be read in two ways
    #[arg(long)]
    day_first: Option<bool>,
    /// Put it into the history; without it, a preview is kept for seven days
    #[arg(long)]
    apply: bool,
}

pub(super) async fn run(app: &App, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let path = shown(&arguments.file);
    let length = std::fs::metadata(&arguments.file)
        .with_context(|| format!("{path} cannot be read"))?
        .len();
    if length > MAX_UPLOAD as u64 {
        bail!("{path} has more than {MAX_UPLOAD} bytes");
    }
    let upload =
        std::fs::read(&arguments.file).with_context(|| format!("{path} cannot be read"))?;
    let name = arguments.file.file_name().unwrap_or_default();
    let name = name.to_string_lossy().into_owned();
    let options = ReadOptions {
        time_zone: arguments.time_zone,
        profile_name: arguments.profile_name,
        day_first: arguments.day_first,
    };
    let file = read(&upload, &name, &options).with_context(|| path.clone())?;
    let viewer = viewer(app, &arguments.email, arguments.profile.as_deref()).await?;
    let visibility = app.visibility_of(&Viewer::Known(viewer));
    let importing = &app.importing;
    let import = importing.preview(&visibility, &viewer, &name, file).await?;
    let matched = show(app, &import).await?;
    if !arguments.apply {
        println!("nothing is in the history yet: apply it with --apply, or by startImport");
        return Ok(code(matched > 0));
    }
    if matched == 0 {
        eprintln!("reelgraph: no row was matched, and nothing was applied");
        return Ok(ExitCode::FAILURE);
    }
    let (_, job) = importing.start(&visibility, &viewer, import.id).await?;
    loop {
        let worked = importing.work_off().await?;
        let now = app.work.find(viewer.profile, job.id).await?;
        match now.map(|job| (job.state, job.error)) {
            Some((JobState::Succeeded, _)) => break,
            Some((JobState::Failed, error)) => {
                bail!("the import failed: {}", error.unwrap_or_default());
            }
            Some((JobState::Queued | JobState::Running, _)) => {}
            None => bail!("the job is gone"),
        }
        if worked == 0 {
            tokio::time::sleep(POLL).await;
        }
    }
    println!("applied {matched} rows");
    println!("projected {} documents", app.graph.drain().await?);
    Ok(ExitCode::SUCCESS)
}

/// Prints what became of the rows. Says how many were matched.
async fn show(app: &App, import: &Import) -> anyhow::Result<u64> {
    let [matched, ambiguous, unmatched, passed_over] = app.importing.counts(import).await?;
    println!("{}: {} rows", import.format.name(), import.rows);
    for note in &import.notes {
        println!("note: {}", note.words());
    }
    println!(
        "matched {matched}, ambiguous {ambiguous}, unmatched {unmatched}, passed over {passed_over}"
    );
    let open = [RowState::Ambiguous, RowState::Unmatched];
    let rows = app.importing.rows_after(import, &open, 0, SHOWN).await?;
    for row in &rows {
        let may_be = row.candidates.len();
        println!(
            "{} line {}: {} ({may_be} candidates)",
            row.file,
            row.line,
            text::visible(&row.text)
        );
    }
    let more = (ambiguous + unmatched).saturating_sub(rows.len() as u64);
    if more > 0 {
        println!("and {more} more");
    }
    Ok(matched)
}

fn code(is_achieved: bool) -> ExitCode {
    if is_achieved {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whoever owns the profile, on the word of whoever runs the command.
async fn viewer(app: &App, email: &str, wanted: Option<&str>) -> anyhow::Result<KnownViewer> {
    let user = app.accounts.user_by_email(email).await?;
    let owner = KnownViewer {
        user: user.id,
        profile: ProfileId(0),
        max_age: None,
        language: None,
        pause: None,
        role: user.role,
        login: Login::Session(SessionId(0)),
    };
    let profiles = app.accounts.profiles(&owner).await?;
    let is_wanted = |profile: &&Profile| {
        wanted.is_none_or(|wanted| profile.name == wanted || profile.id.to_string() == wanted)
    };
    let profile = profiles.iter().find(is_wanted);
    let profile = profile.context("the account has no such profile")?;
    let language = profile.language.as_deref().and_then(LanguageTag::parse);
    Ok(owner.with_profile(profile.id, profile.max_age, language, profile.pause))
}
