//! A storm over every process of a site; see `tests/storm/run`.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed storm")]

#[path = "../it/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use the rest")]
mod support;

mod processes;
mod viewers;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use processes::{Processes, Sites};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reelgraph::domain::entropy::unique_name;
use support::program::{On, Program};
use viewers::Viewer;

/// How many viewers report at the same time.
const VIEWERS: usize = 24;
/// How long a process is frozen at most, in milliseconds: longer than a store is waited for.
const FROZEN: u64 = 7000;
/// How long nothing happens between two blows at most, in milliseconds.
const PAUSE: u64 = 2500;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [services, seconds] = &arguments[..] else {
        eprintln!("storm SERVICES SECONDS; tests/storm/run starts the services");
        return ExitCode::FAILURE;
    };
    let services = PathBuf::from(services);
    let lasts = Duration::from_secs(seconds.parse().expect("how many seconds"));
    let mut wrong = Vec::new();
    for on in [On::Embedded, On::Servers] {
        wrong.extend(storm(on, services.clone(), lasts).await);
    }
    for line in &wrong {
        eprintln!("{line}");
    }
    if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        eprintln!("{} faults", wrong.len());
        ExitCode::FAILURE
    }
}

/// Lets it storm over one way of running. Says what is wrong afterwards.
async fn storm(on: On, services: PathBuf, lasts: Duration) -> Vec<String> {
    let mut program = Program::new(on).await;
    // It is not what is tried here whether anybody asks for too much.
    program.set("REELGRAPH_BUDGET", "false");
    program.set(support::program::STORE_TIMEOUT, "4");
    program.set(support::program::REQUEST_TIMEOUT, "10");
    program.expect(&["load", "seed"]).await;
    for number in 0..VIEWERS {
        let email = format!("viewer{number}@example.org");
        program.create_user(&email, "viewer").await;
    }
    let program = Arc::new(program);
    let sites = Sites::default();
    let mut processes = Processes::start(Arc::clone(&program), on, services, sites.clone()).await;
    let mut viewers = Vec::new();
    for number in 0..VIEWERS {
        viewers.push(Viewer::log_in(number, sites.clone()).await);
    }

    let until = Instant::now() + lasts;
    let watching = viewers
        .into_iter()
        .map(|viewer| tokio::spawn(viewer.watch(until)));
    let watching: Vec<_> = watching.collect();
    let (seed, _) = unique_name().as_u64_pair();
    println!("{on:?}: {} s with the seed {seed}", lasts.as_secs());
    let mut rng = StdRng::seed_from_u64(seed);
    while Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..PAUSE))).await;
        let which = rng.random_range(0..processes.count());
        if rng.random() {
            processes.kill(which).await;
        } else {
            let frozen = Duration::from_millis(rng.random_range(200..FROZEN));
            processes.freeze(which, frozen).await;
        }
    }

    let mut wrong = Vec::new();
    let (mut reports, mut again) = (0, 0);
    for watched in futures::future::join_all(watching).await {
        let viewer = watched.expect("a viewer goes on whatever happens");
        reports += viewer.acknowledged;
        again += viewer.repeated;
        wrong.extend(viewer.compare().await);
    }
    let blows = processes.blows();
    processes.stop().await;
    drop(program.run(&["graph", "drain"]).await);
    let verified = program.run(&["graph", "verify"]).await;
    let said = String::from_utf8_lossy(&verified.stdout);
    println!(
        "{on:?}: {reports} reports acknowledged, {again} sent again; {blows}; {}",
        said.trim()
    );
    if !verified.status.success() {
        wrong.push(format!(
            "graph verify: {}",
            String::from_utf8_lossy(&verified.stderr)
        ));
    }
    if reports == 0 {
        wrong.push("nothing was reported".to_owned());
    }
    wrong
        .into_iter()
        .map(|line| format!("{on:?}: {line}"))
        .collect()
}
