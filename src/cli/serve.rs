//! `reelgraph serve`: the API, until the process is told to stop.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use super::seed;
use crate::app::App;
use crate::config::{Config, Environment};
use crate::graphql::limits::Introspection;
use crate::http::{self, HttpOptions, Insight};

/// How long requests in progress may take when the process is told to stop, and then the rounds of jobs.
const GRACE: Duration = Duration::from_secs(10);
/// How often what was measured is added up: it takes memory until then.
const UPKEEP: Duration = Duration::from_secs(5);
/// The seconds that durations are sorted by: from a read in memory to a request that runs into its limit.
const BUCKETS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    // First the port: if it is taken, nothing else is worth doing.
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let config = &Config {
        listen: listener.local_addr()?,
        ..config.clone()
    };
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
    let app = App::open(config).await?;
    if config.servers.is_none() {
        seed::load_if_empty(&app).await?;
    }
    let options = HttpOptions {
        is_production: config.env == Environment::Production,
        trusted_origins: config.trusted_origins.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        introspection: if config.introspection {
            Introspection::Open
        } else {
            Introspection::Closed
        },
        metrics: metrics.clone(),
        insight,
        operations: config.insight.operations.clone(),
    };
    let router = app.router(options)?;
    if let Some(listener) = operators {
        println!("metrics on http://{}", listener.local_addr()?);
        let router = http::operators(app.stores(), metrics);
        // Until the process ends: the end is something to see, too.
        tokio::spawn(axum::serve(listener, router).into_future());
    }
    let jobs = app.start_jobs().await?;
    println!("listening on http://{}", config.listen);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(
        listener,
        router.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(async {
        drop(stopped.await);
    });
    let server = tokio::spawn(server.into_future());
    told_to_stop().await;
    tracing::info!("Stopping");
    drop(stop);
    if tokio::time::timeout(GRACE, server).await.is_err() {
        tracing::warn!("Some requests were not finished in time");
    }
    jobs.stop(GRACE).await;
    Ok(ExitCode::SUCCESS)
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
async fn told_to_stop() {
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
