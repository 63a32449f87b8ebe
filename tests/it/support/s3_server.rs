//! A real server of a test's own that speaks S3.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use reelgraph::adapters::blobs::{S3Access, Way};
use tempfile::TempDir;

/// A server with the bucket `pictures`, started by `tests/services/s3`.
pub(crate) struct S3Server {
    folder: TempDir,
}

impl S3Server {
    pub(crate) fn start() -> Self {
        let server = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        server.start_again();
        server
    }

    /// Starts it on the same data, port and keys.
    pub(crate) fn start_again(&self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/services/s3");
        // Not `output`: that would wait for the server, which inherits the pipes.
        let status = Command::new(script).arg(self.folder.path()).status();
        assert!(status.unwrap().success());
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) {
        let pid = self.read("pid");
        let status = Command::new("kill").args(["-KILL", pid.trim()]).status();
        assert!(status.unwrap().success());
        let process = Path::new("/proc").join(pid.trim()).join("cwd");
        while process.read_link().is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// How to reach its bucket, where an operation may take so long.
    pub(crate) fn access(&self, timeout: Duration) -> S3Access {
        S3Access {
            bucket: "pictures".to_owned(),
            folder: "test/site".to_owned(),
            endpoint: Some(format!("http://127.0.0.1:{}", self.read("port").trim())),
            region: "us-east-1".to_owned(),
            key_id: "reelgraph".into(),
            secret: self.read("secret").trim().into(),
            way: Way::Plain,
            timeout,
        }
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap()
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        // It may be dead already, or have never started, which the test has said then.
        if let Ok(pid) = std::fs::read_to_string(self.folder.path().join("pid")) {
            drop(Command::new("kill").args(["-KILL", pid.trim()]).output());
        }
    }
}
