//! One program that runs: it may write nothing but its folder's files, for so long and so much, and never outlives who asks.
//!
//! util-linux sets the limits, which a process can set for itself only by code that Rust calls unsafe: `setpriv` has the
//! kernel kill the program when this process is killed, `prlimit` bounds memory and files, `nice` lets all others go first.
//! Each of them becomes the next one, so there is one process to kill.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::time::timeout;

use crate::domain::preparing::PreparingError;

/// Address space, in bytes: x264 takes about a gigabyte for eight threads and the largest picture that is let in.
const MEMORY: u64 = 6 << 30;
/// How large a file may become, in bytes.
const FILE: u64 = 64 << 30;
/// So much of what a program writes to its standard output is taken.
const MOST_OUTPUT: u64 = 16 << 20;
/// So many of the last bytes that it says are told.
const LAST: usize = 2000;

/// Runs a program to its end, and gives what it wrote to its standard output.
pub(super) async fn run(
    program: &'static str,
    arguments: Vec<OsString>,
    folder: &Path,
    time: Duration,
) -> Result<Vec<u8>, PreparingError> {
    let failed = |lines: String| PreparingError::Tool { program, lines };
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "prlimit"]);
    command.args([format!("--as={MEMORY}"), format!("--fsize={FILE}")]);
    command.args(["--core=0", "nice", "-n", "10", program]);
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("setpriv cannot be started: {error}")))?;
    let group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
    let (out, said) = (child.stdout.take(), child.stderr.take());
    let running = async { tokio::join!(read_out(out), read_last(said), child.wait()) };
    let Ok((out, said, status)) = timeout(time, running).await else {
        return Err(failed(format!("it took more than {} s", time.as_secs())));
    };
    let status = status.map_err(|error| failed(error.to_string()))?;
    group.forget();
    if !status.success() {
        let said = String::from_utf8_lossy(&said);
        return Err(failed(format!("{} ({status})", said.trim())));
    }
    Ok(out)
}

/// The processes of a program, which are killed if they are not over.
struct Group(Option<Pid>);

impl Group {
    /// Its number may be that of others from now on.
    fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It fails only if they are over.
            kill_process_group(group, Signal::KILL).ok();
        }
    }
}

async fn read_out(out: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(out) = out {
        // What cannot be read is not there: whoever understands it says what is lacking.
        out.take(MOST_OUTPUT).read_to_end(&mut bytes).await.ok();
    }
    bytes
}

async fn read_last(said: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut last = Vec::new();
    let Some(mut said) = said else {
        return last;
    };
    let mut buffer = [0; 4096];
    while let Ok(read @ 1..) = said.read(&mut buffer).await {
        last.extend_from_slice(&buffer[..read]);
        let excess = last.len().saturating_sub(LAST);
        last.drain(..excess);
    }
    last
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    async fn shell(script: &str, time: Duration) -> Result<Vec<u8>, PreparingError> {
        let arguments = ["-c", script].map(OsString::from).to_vec();
        run("sh", arguments, Path::new("/"), time).await
    }

    #[tokio::test]
    async fn the_last_that_a_program_says_is_told() {
        let minute = Duration::from_secs(60);

        assert_eq!(shell("printf out", minute).await.unwrap(), b"out");
        let script = "head -c 9000 /dev/zero | tr '\\0' a >&2; echo broken >&2; exit 3";
        let error = shell(script, minute).await.unwrap_err().to_string();

        assert!(error.starts_with("sh failed: aaaa"), "{error}");
        assert!(error.ends_with("aaaabroken (exit status: 3)"), "{error}");
        assert!(error.len() < LAST + 100, "{error}");
    }

    #[tokio::test]
    async fn a_program_that_takes_too_long_is_killed_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let pid = folder.path().join("pid");
        let script = format!("sleep 600 & echo $! > {}; wait", pid.display());
        let started = Instant::now();

        let error = shell(&script, Duration::from_secs(2)).await.unwrap_err();

        assert_eq!(error.to_string(), "sh failed: it took more than 2 s");
        let child = std::fs::read_to_string(pid).unwrap();
        let state = Path::new("/proc").join(child.trim()).join("stat");
        // Whoever inherits it takes it away a moment later.
        while let Ok(state) = std::fs::read_to_string(&state)
            && !state.contains(") Z ")
        {
            assert!(started.elapsed() < Duration::from_secs(60), "{state}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
