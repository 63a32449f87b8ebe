//! `reelgraph graph …`: keeping the recommendation graph.

use std::process::ExitCode;

use clap::Subcommand;

use crate::app::App;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Project what is waiting, and return
    Drain,
    /// Make the whole graph anew from the documents
    Rebuild,
    /// Compare the graph with the documents; exit status 1 on a difference
    Verify,
    /// Compute the SIMILAR edges from the watches and titles that are there
    Similar,
}

pub(super) async fn run(app: &App, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Drain => println!("projected {} documents", app.graph.drain().await?),
        Command::Rebuild => println!(
            "rebuilt the graph from {} documents",
            app.graph.rebuild().await?
        ),
        Command::Similar => println!("computed {} SIMILAR edges", app.graph.similar().await?),
        Command::Verify => {
            let differences = app.graph.verify().await?;
            for difference in &differences {
                println!("{difference}");
            }
            if !differences.is_empty() {
                println!(
                    "{} differences; “reelgraph graph rebuild” makes the graph anew",
                    differences.len()
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
