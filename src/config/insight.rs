//! What operators see of the program, and who else may.

use std::net::SocketAddr;

use secrecy::SecretString;

/// What operators see of the program, and who else may.
#[derive(Debug, Clone)]
pub struct InsightConfig {
    /// An address for operators alone.
    pub listen: Option<SocketAddr>,
    /// `REELGRAPH_METRICS_TOKEN`: who sends it sees everything on the public address.
    pub token: Option<SecretString>,
    /// The names of GraphQL operations that metrics tell apart; none: the first that are asked for.
    pub operations: Vec<String>,
    /// What the spans are sent under (`OTEL_SERVICE_NAME`, by default `reelgraph`) if there is a collector for them:
    /// `OTEL_EXPORTER_OTLP_ENDPOINT` or `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is set.
    pub traced_as: Option<String>,
}

impl InsightConfig {
    pub(super) fn complete(
        listen: Option<SocketAddr>,
        operations: Option<Vec<String>>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let is_traced = [
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        ]
        .into_iter()
        .any(|name| variable(name).is_some());
        let service = || variable("OTEL_SERVICE_NAME").unwrap_or_else(|| "reelgraph".to_owned());
        Self {
            listen,
            token: variable("REELGRAPH_METRICS_TOKEN").map(Into::into),
            operations: operations.unwrap_or_default(),
            traced_as: is_traced.then(service),
        }
    }
}
