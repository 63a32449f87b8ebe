//! The commands: each is a short program on the same services as the server.

mod doctor;
mod evaluate;
mod exchange;
mod export;
mod files;
mod follow;
mod graph;
mod hours;
mod import;
mod jobs;
mod kept_job;
mod kept_scan;
mod library;
mod lists;
mod load;
mod load_job;
mod log;
mod maps;
mod members;
mod migrate;
mod packed;
mod pictures;
mod plans;
mod precedence;
mod prepare;
mod scan;
mod scan_job;
mod scan_report;
mod schema;
mod seed;
mod serve;
mod sidecars;
mod stopping;
mod unreadable;
mod users;
mod video;
mod watches;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use crate::app::App;
use crate::config::{Config, Settings};

/// The backend of a film and TV site: a GraphQL API over a recommendation graph
#[derive(Debug, Parser)]
#[command(name = "reelgraph", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve,
    /// Load films, series, episodes, people and watches from files or folders
    Load(load::Arguments),
    /// Write the whole catalogue into a file that `load` reads, with its pictures beside it
    Export(export::Arguments),
    /// Look through a folder of films and series, and tell what each file of it is taken for; write it down with --apply
    Scan(scan::Arguments),
    /// List the loads and scans that run, or ran, and cancel one
    Jobs(jobs::Arguments),
    /// Bring along what a profile watched elsewhere: the export of another service, matched, and applied with --apply
    Import(import::Arguments),
    /// Keep the recommendation graph
    Graph {
        #[command(subcommand)]
        command: graph::Command,
    },
    /// Keep what is made from the watch log
    Watches {
        #[command(subcommand)]
        command: watches::Command,
    },
    /// Show which sources of values go before which: curators, sidecars, records, names of files; and set it
    Precedence(precedence::Arguments),
    /// Keep the pictures that were loaded
    Pictures {
        #[command(subcommand)]
        command: pictures::Command,
    },
    /// Keep what films and episodes are played from
    Video {
        #[command(subcommand)]
        command: video::Command,
    },
    /// Write the suggestions of every profile that has watched something, as NDJSON
    Suggest(lists::Arguments),
    /// Write the titles that are like each title, as NDJSON
    Similar(lists::Arguments),
    /// Measure how good the suggestions are, on watches that were held out, beside simpler lists
    Evaluate(evaluate::Arguments),
    /// Create accounts, change roles, disable and erase
    Users {
        #[command(subcommand)]
        command: users::Command,
    },
    /// Load and list the plans that the site sells, and the rules for what they open
    Plans {
        #[command(subcommand)]
        command: plans::Command,
    },
    /// Give accounts plans by hand, list what was given, and take it back
    Members {
        #[command(subcommand)]
        command: members::Command,
    },
    /// Look at every service, permission, clock and setting, and say what to do; exit status 1 if something is wrong
    Doctor(doctor::Arguments),
    /// Make what the record needs and lacks: indexes that a newer version wants, while the site runs
    Migrate,
    /// Print the GraphQL schema
    Schema,
}

/// How long threads may go on when the command is done.
const AFTER_THE_END: Duration = Duration::from_millis(500);

/// Runs the command that the arguments name. Exit status 1: something failed or was refused; 2: wrong usage.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("reelgraph: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    if matches!(cli.command, Some(Command::Schema)) {
        return schema::run();
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment for the settings"
    )]
    let config = Config::complete(cli.settings, |name| std::env::var(name).ok())?;
    // One provider for everything that speaks TLS; it fails only if there is one already.
    drop(rustls::crypto::ring::default_provider().install_default());
    // Dropped after the runtime.
    let _log = log::start(&config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => Box::pin(serve::run(&config)).await,
            Command::Load(arguments) => {
                Box::pin(load::run(&App::open(&config).await?, &arguments)).await
            }
            Command::Export(arguments) => {
                let app = App::open(&config).await?;
                match arguments.library() {
                    Some(folder) if arguments.is_forced() => {
                        Box::pin(sidecars::write(&app, folder, sidecars::Others::Go)).await
                    }
                    Some(folder) => {
                        Box::pin(sidecars::write(&app, folder, sidecars::Others::Stay)).await
                    }
                    None => Box::pin(export::run(&app, &arguments)).await,
                }
            }
            Command::Scan(arguments) => Box::pin(follow::run(&config, &arguments)).await,
            Command::Jobs(arguments) => jobs::run(&App::open(&config).await?, &arguments).await,
            Command::Import(arguments) => {
                Box::pin(import::run(&App::open(&config).await?, arguments)).await
            }
            Command::Graph { command } => Box::pin(graph::run(&config, &command)).await,
            Command::Watches { command } => {
                watches::run(&App::open(&config).await?, &command).await
            }
            Command::Precedence(arguments) => {
                precedence::run(&App::open(&config).await?, &arguments).await
            }
            Command::Pictures { command } => {
                pictures::run(&App::open(&config).await?, &command).await
            }
            Command::Video { command } => Box::pin(video::run(&config, &command)).await,
            Command::Suggest(arguments) => {
                lists::suggest(&App::open(&config).await?, &arguments).await
            }
            Command::Similar(arguments) => {
                lists::similar(&App::open(&config).await?, &arguments).await
            }
            Command::Evaluate(arguments) => evaluate::run(&config, &arguments).await,
            Command::Users { command } => users::run(&App::open(&config).await?, command).await,
            Command::Plans { command } => plans::run(&App::open(&config).await?, &command).await,
            Command::Members { command } => {
                members::run(&App::open(&config).await?, &command).await
            }
            Command::Doctor(arguments) => doctor::run(&config, &arguments).await,
            Command::Migrate => migrate::run(&config).await,
            Command::Schema => schema::run(),
        }
    });
    // What still computes in a thread keeps nobody waiting: nothing but the stores is kept.
    runtime.shutdown_timeout(AFTER_THE_END);
    done
}
