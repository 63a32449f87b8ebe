//! `reelgraph watches …`: keeping what is made from the watch log.

use std::process::ExitCode;

use clap::Subcommand;

use crate::app::App;
use crate::domain::ids::ProfileId;
use crate::domain::watching::Rebuilt;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make plays, states and sums of all profiles anew from the watch log, where it is whole; else the states and sums
    /// from the plays. While the site runs; broken off, it is begun again
    Rebuild,
    /// Fold what waits in the watch log, whoever recorded it, and return
    Fold,
}

pub(super) async fn run(app: &App, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Fold => {
            println!("folded {} entries", app.watching.settle_all().await?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Rebuild => rebuild(app).await,
    }
}

async fn rebuild(app: &App) -> anyhow::Result<ExitCode> {
    app.watching.settle_all().await?;
    let mut total = Rebuilt::default();
    let mut after = None;
    loop {
        let profiles = app.watching.profiles_after(after).await?;
        let Some(last) = profiles.last() else { break };
        after = Some(*last);
        for profile in &profiles {
            add(&mut total, app, *profile).await?;
        }
    }
    // Those of whom nothing is left but the log.
    let mut after = None;
    loop {
        let profiles = app.watching.profiles_in_log(after).await?;
        let Some(last) = profiles.last() else { break };
        after = Some(*last);
        for profile in &profiles {
            let page = app.watching.watched_titles_after(*profile, None).await?;
            if page.is_empty() {
                add(&mut total, app, *profile).await?;
            }
        }
    }
    println!(
        "looked at {} profiles, {} of them by their plays, for their logs are not whole: {} rows were others",
        total.profiles, total.from_plays, total.changed
    );
    println!("projected {} documents", app.graph.drain().await?);
    if total.left > 0 {
        eprintln!(
            "reelgraph: {} titles of profiles were written meanwhile and are left as they are: run “reelgraph watches rebuild” again",
            total.left
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(total: &mut Rebuilt, app: &App, profile: ProfileId) -> anyhow::Result<()> {
    let rebuilt = app.watching.rebuild_watches(profile).await?;
    total.profiles += rebuilt.profiles;
    total.from_plays += rebuilt.from_plays;
    total.changed += rebuilt.changed;
    total.left += rebuilt.left;
    Ok(())
}
