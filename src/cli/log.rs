//! What the program tells while it runs: the log, and the spans for a collector of traces if there is one.

use anyhow::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::FilterExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{Config, Environment};

/// What must be finished at the end, so that the last spans arrive.
pub(super) struct Log {
    spans: Option<SdkTracerProvider>,
}

impl Drop for Log {
    fn drop(&mut self) {
        if let Some(Err(error)) = self.spans.as_ref().map(SdkTracerProvider::shutdown) {
            eprintln!("reelgraph: the last spans were not sent: {error}");
        }
    }
}

/// Logs go to standard error, as JSON in production. Must be called outside of a runtime: the spans are sent by a client
/// that waits.
pub(super) fn start(config: &Config) -> anyhow::Result<Log> {
    let filter = EnvFilter::try_new(&config.log)?;
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = match config.env {
        Environment::Development => log.boxed(),
        Environment::Production => log.json().boxed(),
    };
    let spans = config.insight.traced_as.as_deref().map(collector);
    let spans = spans
        .transpose()
        .context("spans cannot be sent to OTEL_EXPORTER_OTLP_ENDPOINT")?;
    let traces = spans.as_ref().map(|spans| {
        tracing_opentelemetry::layer()
            .with_tracer(spans.tracer("reelgraph"))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            // What is logged on the way may name people; spans never do.
            .with_filter(
                tracing_subscriber::filter::filter_fn(|metadata| {
                    metadata.is_span() && metadata.target().starts_with("reelgraph")
                })
                .and(LevelFilter::DEBUG),
            )
    });
    tracing_subscriber::registry()
        .with(log.with_filter(filter))
        .with(traces)
        .init();
    Ok(Log { spans })
}

/// Where the spans go. The library reads the address, headers, time limits and sampling from the environment, by the
/// names that OpenTelemetry gives them.
fn collector(service: &str) -> anyhow::Result<SdkTracerProvider> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .build()?;
    let resource = Resource::builder()
        .with_service_name(service.to_owned())
        .build();
    Ok(SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(resource)
        .build())
}
