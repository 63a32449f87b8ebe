//! `reelgraph scan`, once, or with `--watch` again and again: each time that the folder has changed, and has been quiet for
//! a while since.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use tokio::time::{Instant, sleep, timeout};

use super::files::shown;
use super::scan::{self, Arguments};
use super::serve::told_to_stop;
use crate::app::{FolderChanges, FollowError, follow_library};
use crate::config::Config;

/// After so long it is scanned again, whatever was told: what happens on other machines to a folder that is shared is told
/// to nobody here.
const WHOLE: Duration = Duration::from_secs(12 * 3600);
/// The same where the system does not tell of all changes.
const POLL: Duration = Duration::from_secs(5 * 60);
/// And after a scan that failed: a scan that was killed has the folder for a minute.
const RETRY: Duration = Duration::from_secs(90);
/// For so long at the most it is waited until nothing changes.
const PATIENCE: Duration = Duration::from_secs(3600);
/// How often it is looked whether the folder is still the same.
const LOOK: Duration = Duration::from_secs(5);

pub(super) async fn run(config: &Config, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if !arguments.watch {
        return scan::run(config, arguments).await;
    }
    if !arguments.recording.applies(config.scans) {
        bail!("--watch writes down what it sees: give --apply, too");
    }
    // What is broken off can be done again: the next scan looks again into what one that broke off has left.
    tokio::select! {
        () = told_to_stop() => {}
        () = watch(config, arguments) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Scans for ever. What fails is told of once, and tried again.
async fn watch(config: &Config, arguments: &Arguments) {
    let settle = Duration::from_secs(arguments.settle);
    let (mut is_deaf_told, mut told) = (false, String::new());
    // Before it is scanned, here and below: what changes meanwhile is seen the next time.
    let mut followed = follow_library(&arguments.folder);
    loop {
        match &followed {
            Ok(changes) => {
                settled(async || changes.next().await, settle, PATIENCE).await;
                is_deaf_told = false;
            }
            // Of a folder that is away the scan tells.
            Err(error) if !is_deaf_told && arguments.folder.is_dir() => {
                tell_deaf(arguments, error);
                is_deaf_told = true;
            }
            Err(_) => {}
        }
        let failure = Box::pin(scan::run(config, arguments)).await.err();
        let failure = failure.map(|error| format!("{error:#}"));
        let is_failed = failure.is_some();
        let failure = failure.unwrap_or_default();
        if is_failed && failure != told {
            eprintln!("reelgraph: {failure}");
        }
        told = failure;
        let most = match &followed {
            _ if is_failed => RETRY,
            Ok(changes) if !changes.is_deaf() => WHOLE,
            _ => POLL,
        };
        match &followed {
            Ok(changes) => wait(changes, most).await,
            Err(_) => sleep(most).await,
        }
        // One that is dropped frees what it had of the system's limit a little later: it is kept as long as it serves.
        if !followed.as_ref().is_ok_and(is_whole) {
            followed = follow_library(&arguments.folder);
        }
    }
}

/// Whether all that changes in the folder is told.
fn is_whole(changes: &FolderChanges) -> bool {
    changes.is_same() && !changes.is_deaf()
}

fn tell_deaf(arguments: &Arguments, error: &FollowError) {
    let folder = shown(&arguments.folder);
    let minutes = POLL.as_secs() / 60;
    eprintln!("{folder}: {error}; it is looked through every {minutes} minutes instead");
}

/// Comes back when the folder has changed, when another is in its place, or when it was waited long enough.
async fn wait(changes: &FolderChanges, most: Duration) {
    let end = Instant::now() + most;
    while Instant::now() < end && changes.is_same() {
        if timeout(LOOK, changes.next()).await.is_ok() {
            return;
        }
    }
}

/// Comes back when there was no change for a while, or when it was waited long enough for that.
async fn settled(next: impl AsyncFn(), settle: Duration, most: Duration) {
    let end = Instant::now() + most;
    while Instant::now() < end && timeout(settle, next()).await.is_ok() {}
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn it_is_waited_until_nothing_changes_any_more() {
        let left = Cell::new(3);
        let next = async || {
            if left.get() == 0 {
                std::future::pending::<()>().await;
            }
            left.set(left.get() - 1);
        };

        settled(next, Duration::from_millis(1), WHOLE).await;

        assert_eq!(left.get(), 0);
    }

    #[tokio::test]
    async fn what_never_is_quiet_is_not_waited_for_for_ever() {
        let next = async || sleep(Duration::from_millis(1)).await;

        let waited = settled(next, WHOLE, Duration::from_millis(20));

        timeout(Duration::from_secs(60), waited).await.unwrap();
    }
}
