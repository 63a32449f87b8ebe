//! A real mail server of a test's own, which keeps what it receives and misbehaves when it is told to.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::SOON;
use super::own_server::OwnServer;

/// A mail server, started by `tests/services/smtp`; what it can do is said in `smtp_server.py` beside that.
pub(crate) struct MailServer(OwnServer);

impl MailServer {
    pub(crate) fn start() -> Self {
        Self(OwnServer::start("smtp"))
    }

    /// A server that has its ports, but does not run.
    pub(crate) fn stopped() -> Self {
        let server = Self::start();
        server.kill();
        server
    }

    /// Starts it on the same ports, with the mail that it has.
    pub(crate) fn start_again(&self) {
        self.0.start_again();
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) {
        self.0.kill();
    }

    /// Its address, without TLS.
    pub(crate) fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.0.read("port"))
    }

    /// Its address for STARTTLS.
    pub(crate) fn starttls_url(&self, credentials: &str) -> String {
        let port = self.0.read("port");
        format!("smtp://{credentials}@127.0.0.1:{port}?tls=required")
    }

    /// Its address for TLS from the first byte.
    pub(crate) fn tls_url(&self, credentials: &str) -> String {
        format!(
            "smtps://{credentials}@localhost:{}",
            self.0.read("tls_port")
        )
    }

    /// What to trust, to trust it.
    pub(crate) fn certificate(&self) -> String {
        let path = self.0.path("certificate.pem");
        path.to_str().unwrap().to_owned()
    }

    /// Tells it how to behave from now on: lines of `STAGE RECEIVER ANSWER`. Without any, it behaves well.
    pub(crate) fn behave(&self, lines: &str) {
        let partial = self.0.path("behaviour.partial");
        std::fs::write(&partial, lines).unwrap();
        std::fs::rename(partial, self.0.path("behaviour")).unwrap();
    }

    /// What it has received, the oldest first.
    pub(crate) fn received(&self) -> Vec<Value> {
        let mut paths: Vec<_> = std::fs::read_dir(self.0.path("mail"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        paths.sort();
        let read = |path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        paths.into_iter().map(read).collect()
    }

    /// Waits until it has received so many.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Value> {
        let started = Instant::now();
        loop {
            let received = self.received();
            if received.len() >= count {
                return received;
            }
            assert!(started.elapsed() < SOON, "still {received:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The token in the link of a received mail.
pub(crate) fn token(mail: &Value) -> String {
    let text = mail["parts"]["text/plain"].as_str().unwrap();
    let (_, rest) = text
        .split_once("token=")
        .unwrap_or_else(|| panic!("no link in {text}"));
    rest.chars().take_while(|c| !c.is_whitespace()).collect()
}
