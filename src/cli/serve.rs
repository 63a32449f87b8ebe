//! `reelgraph serve`: the API, until the process is told to stop.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;

use super::seed;
use crate::app::App;
use crate::config::{Config, Environment};
use crate::http::HttpOptions;

/// How long requests in progress may take when the process is told to stop, and then the rounds of jobs.
const GRACE: Duration = Duration::from_secs(10);

pub(super) async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    // First the port: if it is taken, nothing else is worth doing.
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let config = &Config {
        listen: listener.local_addr()?,
        ..config.clone()
    };
    let app = App::open(config).await?;
    if config.servers.is_none() {
        seed::load_if_empty(&app).await?;
    }
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .context("metrics cannot be collected")?;
    let options = HttpOptions {
        is_production: config.env == Environment::Production,
        trusted_origins: config.trusted_origins.clone(),
        trusted_proxies: config.trusted_proxies.clone(),
        metrics: Some(metrics),
    };
    let router = app.router(options)?;
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
