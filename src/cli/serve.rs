//! `reelgraph serve`: the API, until the process is told to stop.

use std::io::ErrorKind;
use std::pin::pin;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use super::seed;
use crate::app::App;
use crate::config::{Config, Environment, Ide};
use crate::domain::error::StoreError;
use crate::graphql::limits::Introspection;
use crate::http::{self, DocumentPolicy, HttpOptions, Insight, ServerLimits};

/// How long requests in progress and the rounds of jobs may take when the process is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How often a store that is not there is looked for, and how often that is said.
const RETRY: Duration = Duration::from_secs(1);
const REMINDER: Duration = Duration::from_secs(60);
/// How many files stores, logs and listeners have open, generously.
const FILES_OF_STORES: usize = 200;
/// How often what was measured is added up: it takes memory until then.
const UPKEEP: Duration = Duration::from_secs(5);
/// The seconds that durations are sorted by: from a read in memory to a request that runs into its limit.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    config.check_for_serving()?;
    let connections = connections(config);
    // First the port: if it is taken, nothing else is worth doing.
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let mut config = Config {
        listen: listener.local_addr()?,
        ..config.clone()
    };
    let mut listeners = vec![listener];
    listeners.extend(listen_too(&mut config).await);
    let config = &config;
    let operators = match config.insight.listen {
        Some(address) => Some(
            TcpListener::bind(address)
                .await
                .with_context(|| format!("cannot listen on {address}"))?,
        ),
        None => None,
    };
    let insight = insight(config);
    // Before anything is counted. What nobody may see is not collected.
    let is_seen = operators.is_some() || !matches!(insight, Insight::Closed);
    let metrics = is_seen.then(collect_metrics).transpose()?;
    let (router, routers) = http::swapping(http::starting());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = tokio::spawn(http::serve(listeners, routers, connections, async {
        drop(stopped.await);
    }));
    let app = once_there(|| App::open(config)).await?;
    let has_demo_account = match config.servers {
        Some(_) => false,
        None => seed::prepare(&app, config.env).await?,
    };
    let options = HttpOptions {
        is_production: config.env == Environment::Production,
        has_ide: config.ide == Ide::Served,
        has_demo_account,
        trusted_origins: config.trusted_origins.clone(),
        cors_headers: config.cors_headers.clone(),
        trusted_proxies: config.trusted_proxies.networks.clone(),
        country_header: config.country_header.clone(),
        unlimited_networks: config.unlimited_networks.clone(),
        max_requests: Some(config.max_requests),
        max_live: Some(config.max_live),
        request_timeout: Some(config.request_timeout),
        site_name: config.site_name.clone(),
        edits: Some(config.edits),
        introspection: introspection(config),
        metrics: metrics.clone(),
        insight,
        operations: config.insight.operations.clone(),
        batch: Some(config.batch),
        documents: match config.documents.clone() {
            None => DocumentPolicy::Any,
            Some(folder) if config.documents_only => DocumentPolicy::OnlyOf(folder),
            Some(folder) => DocumentPolicy::AlsoOf(folder),
        },
    };
    let routes = app.router(options)?;
    if let Some(listener) = operators {
        println!("metrics on http://{}", listener.local_addr()?);
        let (_, router) = http::swapping(http::operators(app.stores(), metrics));
        // Until the process ends: the end is something to see, too.
        let limits = ServerLimits::default();
        tokio::spawn(http::serve(
            vec![listener],
            router,
            limits,
            std::future::pending(),
        ));
    }
    // What needs no list and no search is answered while the catalogue is read.
    drop(router.send_replace(routes));
    let mut told_to_stop = pin!(told_to_stop());
    let started = tokio::select! {
        started = once_there(|| app.start_jobs()) => Some(started),
        () = &mut told_to_stop => None,
    };
    if let Some(Ok(_)) = started {
        println!("listening on {}", config.address());
        told_to_stop.await;
    }
    tracing::info!("Stopping");
    drop(stop);
    let (jobs, outcome) = match started {
        Some(Ok(jobs)) => (Some(jobs), Ok(ExitCode::SUCCESS)),
        Some(Err(error)) => (None, Err(error)),
        None => (None, Ok(ExitCode::SUCCESS)),
    };
    let stop_jobs = async {
        if let Some(jobs) = jobs {
            jobs.stop(GRACE).await;
        }
    };
    // Both at once: whoever stops the program waits for one limit, not for two.
    let (served, ()) = tokio::join!(tokio::time::timeout(GRACE, server), stop_jobs);
    if served.is_err() {
        tracing::warn!("Some requests were not finished in time");
    }
    outcome
}

/// The other address of `localhost`, if the program is to be found by that name. Where there is none, the name leads to
/// the first; where another program has it, the name may lead there, and the program is found by its number.
async fn listen_too(config: &mut Config) -> Option<TcpListener> {
    let address = config.listen_too?;
    match TcpListener::bind(address).await {
        Ok(listener) => Some(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            tracing::warn!(
                "Another program listens on {address}, where `localhost` may lead to: open {} instead",
                config.listen
            );
            config.listen_too = None;
            None
        }
        Err(error) => {
            tracing::debug!(%error, "There is no {address}: `localhost` is {}", config.listen);
            None
        }
    }
}

/// Tries until the stores that it needs are there, and says for what it waits.
async fn once_there<T, F>(begin: impl Fn() -> F) -> anyhow::Result<T>
where
    F: Future<Output = anyhow::Result<T>>,
{
    let mut told: Option<Instant> = None;
    loop {
        let error = match begin().await {
            Ok(begun) => return Ok(begun),
            Err(error) => error,
        };
        let is_away = |cause: &(dyn std::error::Error + 'static)| {
            matches!(cause.downcast_ref(), Some(StoreError::Unavailable(_)))
        };
        if !error.chain().any(is_away) {
            return Err(error);
        }
        if told.is_none_or(|told| told.elapsed() > REMINDER) {
            tracing::warn!(error = format!("{error:#}"), "Waiting for a store to begin");
            told = Some(Instant::now());
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Whether the schema describes itself, by the settings.
fn introspection(config: &Config) -> Introspection {
    if config.introspection {
        Introspection::Open
    } else {
        Introspection::Closed
    }
}

/// How many connections there may be: no more than the machine lets the program have files open, of which stores need
/// some.
fn connections(config: &Config) -> ServerLimits {
    let wanted = config.max_connections;
    let possible = raise_open_files().map_or(usize::MAX, |files| {
        files.saturating_sub(FILES_OF_STORES).max(1)
    });
    if possible < wanted {
        tracing::warn!(
            wanted,
            possible,
            "The machine lets this process have fewer connections than the settings; raise its limit of open files"
        );
    }
    ServerLimits {
        connections: wanted.min(possible),
        connections_per_peer: config.max_connections_per_peer,
        proxies: config.trusted_proxies.networks.clone().unwrap_or_default(),
        ..ServerLimits::default()
    }
}

/// Raises how many files may be open to what the machine allows; that many; none: there is no limit.
#[cfg(unix)]
fn raise_open_files() -> Option<usize> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let now = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "The limit of open files cannot be raised");
            limit.current
        }
    };
    now.map(|files| usize::try_from(files).unwrap_or(usize::MAX))
}

#[cfg(not(unix))]
fn raise_open_files() -> Option<usize> {
    None
}

/// Who sees on the public address what is for operators: in development everybody.
fn insight(config: &Config) -> Insight {
    match (&config.insight.token, config.insight.listen, config.env) {
        (Some(token), _, _) => Insight::Token(token.clone()),
        (None, None, Environment::Development) => Insight::Open,
        (None, _, _) => Insight::Closed,
    }
}

/// Begins to collect metrics.
fn collect_metrics() -> anyhow::Result<PrometheusHandle> {
    let metrics = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .context("metrics cannot be collected")?;
    http::describe_metrics();
    let kept = metrics.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            kept.run_upkeep();
        }
    });
    Ok(metrics)
}

/// Ctrl-C, or what a supervisor sends.
pub(super) async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        _ = interrupt => {}
        () = terminate => {}
    }
}
