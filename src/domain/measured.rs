//! How a store is used, seen from outside: each call is a span, and it is counted how long it took and whether it
//! failed. The decorator is written by [`measured`] from the port itself, so that no method can be forgotten.

use std::sync::Arc;
use std::time::Instant;

use tracing::Instrument;

use super::error::{Coded, ErrorCode};

/// A port whose calls are seen. For every port that [`measured`] stands around, it is one itself.
pub struct Measured<P: ?Sized> {
    store: &'static str,
    port: Arc<P>,
}

impl<P: ?Sized> Measured<P> {
    /// `store` is what the calls are shown under: the technology.
    pub fn new(store: &'static str, port: Arc<P>) -> Self {
        Self { store, port }
    }

    pub(in crate::domain) fn port(&self) -> &P {
        &self.port
    }

    /// Waits for a call. Neither what it is asked nor what it answers is shown.
    pub(in crate::domain) async fn measure<T, E: Coded>(
        &self,
        method: &'static str,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let span = tracing::debug_span!("store call", store = self.store, method);
        let started = Instant::now();
        let result = call.instrument(span).await;
        let outcome = match result.as_ref().map_err(Coded::code) {
            Err(ErrorCode::UpstreamUnavailable) => "unavailable",
            Err(ErrorCode::StorageFull) => "full",
            Err(ErrorCode::Internal) => "failed",
            // What a store refuses is an answer.
            Ok(_) | Err(_) => "answered",
        };
        metrics::histogram!(
            "store_call_duration_seconds",
            "store" => self.store,
            "method" => method,
            "outcome" => outcome
        )
        .record(started.elapsed());
        result
    }
}

/// Stands around a port, and makes [`Measured`] one. Every method is `async` and answers with a `Result` whose error is
/// [`Coded`].
macro_rules! measured {
    (
        $(#[$about:meta])*
        pub trait $port:ident: $bound:ident $(+ $another:ident)* {
            $(
                $(#[$about_method:meta])*
                async fn $method:ident(
                    &$this:ident $(, $argument:ident: $type:ty)* $(,)?
                ) -> $result:ty;
            )+
        }
    ) => {
        $(#[$about])*
        pub trait $port: $bound $(+ $another)* {
            $(
                $(#[$about_method])*
                async fn $method(&$this $(, $argument: $type)*) -> $result;
            )+
        }

        #[::async_trait::async_trait]
        impl<P: $port + ?Sized> $port for $crate::domain::measured::Measured<P> {
            $(
                async fn $method(&$this $(, $argument: $type)*) -> $result {
                    $this
                        .measure(stringify!($method), $this.port().$method($($argument),*))
                        .await
                }
            )+
        }
    };
}
pub(in crate::domain) use measured;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_trait::async_trait;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use uuid::Uuid;

    use super::*;
    use crate::domain::error::StoreError;
    use crate::domain::lease::Leases;

    /// Answers differently for each lease name.
    struct Fickle;

    #[async_trait]
    impl Leases for Fickle {
        async fn acquire(&self, name: &str, _: Uuid, _: Duration) -> Result<bool, StoreError> {
            match name {
                "there" => Ok(true),
                "away" => Err(StoreError::unavailable("away")),
                "taken" => Err(StoreError::Conflict),
                _ => Err(StoreError::failed("broken")),
            }
        }

        async fn release(&self, _: &str, _: Uuid) -> Result<(), StoreError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn calls_are_counted_by_store_method_and_outcome() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _here = metrics::set_default_local_recorder(&recorder);
        let leases: Measured<dyn Leases> = Measured::new("redis", Arc::new(Fickle));

        for name in ["there", "there", "taken", "away", "broken"] {
            drop(leases.acquire(name, Uuid::nil(), Duration::ZERO).await);
        }
        leases.release("there", Uuid::nil()).await.unwrap();

        let shown = recorder.handle().render();
        for (method, outcome, calls) in [
            ("acquire", "answered", 3),
            ("acquire", "unavailable", 1),
            ("acquire", "failed", 1),
            ("release", "answered", 1),
        ] {
            let line = format!(
                "store_call_duration_seconds_count{{store=\"redis\",method=\"{method}\",outcome=\"{outcome}\"}} {calls}\n"
            );
            assert!(shown.contains(&line), "{line} is not in {shown}");
        }
    }
}
