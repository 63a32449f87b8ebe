//! `reelgraph pictures …`: keeping the pictures that were loaded.

use std::process::ExitCode;

use clap::Subcommand;

use crate::app::App;
use crate::domain::catalog::SweepMode;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Remove the pictures that are older than a day and nothing refers to, with all that was made of them, while the site
    /// runs
    Sweep {
        /// Count them, remove nothing
        #[arg(long)]
        dry_run: bool,
    },
}

pub(super) async fn run(app: &App, command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Sweep { dry_run } = command;
    let (mode, done) = if *dry_run {
        (SweepMode::DryRun, "would remove")
    } else {
        (SweepMode::Remove, "removed")
    };
    let swept = app.sweep.sweep(mode).await?;
    println!(
        "{done} {} pictures and {} renditions, {} bytes; {} are referred to, {} are younger than a day",
        swept.pictures, swept.renditions, swept.bytes, swept.referred, swept.young
    );
    Ok(ExitCode::SUCCESS)
}
