//! A real server of a test's own, which a script of `tests/services` starts on a folder.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

/// A server, with what it keeps and says of itself in a folder. It ends with this.
pub(crate) struct OwnServer {
    script: &'static str,
    folder: TempDir,
}

impl OwnServer {
    /// Starts it by the script of this name.
    pub(crate) fn start(script: &'static str) -> Self {
        let server = Self {
            script,
            folder: tempfile::tempdir().unwrap(),
        };
        server.start_again();
        server
    }

    /// Starts it on the same data, ports and keys.
    pub(crate) fn start_again(&self) {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/services");
        // Not `output`: that would wait for the server, which inherits the pipes.
        let status = Command::new(scripts.join(self.script))
            .arg(self.folder.path())
            .status();
        assert!(status.unwrap().success());
    }

    /// Ends it at once.
    pub(crate) fn kill(&self) {
        let pid = self.read("pid");
        let status = Command::new("kill").args(["-KILL", &pid]).status();
        assert!(status.unwrap().success());
        let process = Path::new("/proc").join(pid).join("cwd");
        while process.read_link().is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Where a file of its folder is.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What it or its script has written down under this name, without the end of the line.
    pub(crate) fn read(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.path(name)).unwrap();
        text.trim().to_owned()
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        // It may be dead already, or have never started, which the test has said then.
        if let Ok(pid) = std::fs::read_to_string(self.path("pid")) {
            drop(Command::new("kill").args(["-KILL", pid.trim()]).output());
        }
    }
}
