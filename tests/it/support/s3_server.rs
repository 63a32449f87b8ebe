//! A real server of a test's own that speaks S3.

use std::time::Duration;

use reelgraph::adapters::blobs::{S3Access, Way};

use super::own_server::OwnServer;

/// A server with the bucket `pictures`, started by `tests/services/s3`.
pub(crate) struct S3Server(OwnServer);

impl S3Server {
    pub(crate) fn start() -> Self {
        Self(OwnServer::start("s3"))
    }

    /// Starts it on the same data, port and keys.
    pub(crate) fn start_again(&self) {
        self.0.start_again();
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) {
        self.0.kill();
    }

    /// How to reach its bucket, where an operation may take so long.
    pub(crate) fn access(&self, timeout: Duration) -> S3Access {
        S3Access {
            bucket: "pictures".to_owned(),
            folder: "test/site".to_owned(),
            endpoint: Some(format!("http://127.0.0.1:{}", self.0.read("port"))),
            region: "us-east-1".to_owned(),
            key_id: "reelgraph".into(),
            secret: self.0.read("secret").into(),
            way: Way::Plain,
            timeout,
        }
    }
}
