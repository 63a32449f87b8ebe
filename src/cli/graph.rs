//! `reelgraph graph …`: keeping the recommendation graph.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use chrono::SecondsFormat;
use clap::Subcommand;

use super::exchange;
use crate::app::App;
use crate::config::Config;
use crate::domain::recommend::{Difference, RebuildStep, ReweighStep};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Project what is waiting, and return
    Drain,
    /// Make the whole graph anew from the documents, while it is read; what was broken off goes on
    Rebuild,
    /// Compute the sums of what was watched anew from the plays, with the half-life that is set; stop all servers first
    Reweigh,
    /// Compare the graph with the documents, and these with their plays and the watch log; exit status 1 on a difference
    Verify,
    /// Project what is waiting, and compute the SIMILAR edges from the watches and titles that are there
    Similar,
    /// Write what the topics of Kafka carry, as NDJSON, for computing the SIMILAR edges elsewhere
    Export {
        /// Write the SIMILAR edges that are served instead, as a generation that can be imported
        #[arg(long)]
        edges: bool,
        /// The folder, which is empty or not there yet
        folder: PathBuf,
    },
    /// Check a generation of SIMILAR edges that was computed elsewhere, and serve it; a refused one changes nothing
    Import {
        /// The folder that has its `manifest.json`
        folder: PathBuf,
    },
}

/// How often to look how far another program has come that makes the graph anew.
const LOOK: Duration = Duration::from_millis(500);

pub(super) async fn run(config: &Config, command: &Command) -> anyhow::Result<ExitCode> {
    if matches!(command, Command::Reweigh) {
        return reweigh(&App::open_to_mend(config).await?).await;
    }
    let app = &App::open(config).await?;
    match command {
        Command::Reweigh => return reweigh(app).await,
        Command::Drain => println!("projected {} documents", drain(app).await?),
        Command::Rebuild => println!("rebuilt the graph from {} documents", rebuild(app).await?),
        Command::Similar => return similar(app).await,
        Command::Export { edges, folder } => return exchange::export(app, folder, *edges).await,
        Command::Import { folder } => return import(app, config, folder).await,
        Command::Verify => {
            let differences = app.graph.verify().await?;
            for difference in &differences {
                println!("{difference}");
            }
            if !differences.is_empty() {
                let (mut of_log, mut of_sums) = (false, false);
                let (mut of_marks, mut of_graph) = (false, false);
                for difference in &differences {
                    match difference {
                        Difference::Drifted(..) => of_log = true,
                        Difference::Sums(..) => of_sums = true,
                        Difference::Waiting(..) | Difference::Marked(..) => of_marks = true,
                        _ => of_graph = true,
                    }
                }
                let advice = [
                    (
                        of_log,
                        "“reelgraph watches rebuild” makes plays and states anew",
                    ),
                    (of_sums, "“reelgraph graph reweigh” computes the sums anew"),
                    (
                        of_marks,
                        "“reelgraph graph drain” projects what waits, and takes its marks off",
                    ),
                    (of_graph, "“reelgraph graph rebuild” makes the graph anew"),
                ];
                let advice: Vec<&str> = advice
                    .into_iter()
                    .filter_map(|(is_wanted, advice)| is_wanted.then_some(advice))
                    .collect();
                println!(
                    "{} differences; {}",
                    differences.len(),
                    advice.join("; then ")
                );
                return Ok(ExitCode::FAILURE);
            }
            let counts = app.graph.counts().await?;
            println!(
                "the graph is as the documents: {} titles, {} people, {} genres, {} profiles, {} WATCHED and {} SIMILAR edges",
                counts.titles,
                counts.people,
                counts.genres,
                counts.profiles,
                counts.watched,
                counts.similar
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Projects what waits; if the graph is being made anew, or must be because a store came back from a backup, all of it.
async fn drain(app: &App) -> anyhow::Result<u64> {
    app.graph.check_epoch().await?;
    let mut projected = 0;
    if app.graph.rebuild_under_way().await?.is_some() {
        projected += rebuild(app).await?;
        println!("rebuilt the graph from {projected} documents");
    }
    Ok(projected + app.graph.drain().await? as u64)
}

/// Makes the graph anew, or goes on where that was broken off. Says from how many documents.
async fn rebuild(app: &App) -> anyhow::Result<u64> {
    let mut under_way = app.graph.begin_rebuild().await?;
    if under_way.documents > 0 {
        eprintln!(
            "going on with the rebuild that was begun at {}",
            under_way
                .begun_at
                .to_rfc3339_opts(SecondsFormat::Secs, true)
        );
    }
    loop {
        match app.graph.rebuild_step(tokio::time::sleep).await? {
            RebuildStep::Finished(documents) => {
                app.graph.leave_rebuild().await?;
                return Ok(documents);
            }
            RebuildStep::Did(_) => {}
            RebuildStep::Elsewhere(_) => tokio::time::sleep(LOOK).await,
            // A server has done the last step.
            RebuildStep::Nothing => return Ok(under_way.documents),
        }
        if let Some(rebuild) = app.graph.rebuild_under_way().await? {
            under_way = rebuild;
        }
    }
}

/// Computes all sums anew, or goes on where that was broken off, and projects what has changed.
async fn reweigh(app: &App) -> anyhow::Result<ExitCode> {
    let done = loop {
        if let ReweighStep::Finished(done) = app.graph.reweigh_step().await? {
            break done;
        }
    };
    println!(
        "computed {} sums with a half-life of {} days, {} of them were others",
        done.watched_titles, done.half_life_days, done.changed
    );
    println!("projected {} documents", app.graph.drain().await?);
    if done.left > 0 {
        eprintln!(
            "reelgraph: {} sums could not be computed and are what they were: the log above names them; once their plays can be read, run “reelgraph graph reweigh” again",
            done.left
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks a generation, projects what waits, for edges lead only to what the graph has, and switches to it.
async fn import(app: &App, config: &Config, folder: &Path) -> anyhow::Result<ExitCode> {
    let Some(generation) = exchange::check(app, folder).await? else {
        return Ok(ExitCode::FAILURE);
    };
    println!("projected {} documents", drain(app).await?);
    exchange::switch(app, config, &generation).await
}

/// Projects what waits, for edges lead only to what the graph has, and computes the edges.
async fn similar(app: &App) -> anyhow::Result<ExitCode> {
    println!("projected {} documents", drain(app).await?);
    let edges = app.graph.similar().await?;
    println!("computed {edges} SIMILAR edges");
    let counts = app.graph.counts().await?;
    if edges == 0 && counts.titles > 0 {
        eprintln!(
            "reelgraph: no two of {} titles are alike: they share no genres and people, and nobody watched both of two ({} WATCHED edges); load more of either",
            counts.titles, counts.watched
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}
