//! `reelgraph scan`, once, or with `--watch` again and again: each time that the folder has changed, and has been quiet for
//! a while since; in some hours of the day alone, if these are given.

use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use chrono::{DateTime, Local, Utc};
use tokio::time::{Instant, sleep, timeout};

use super::files::shown;
use super::hours::{closed, opened};
use super::kept_scan;
use super::library::Printing;
use super::scan::{Arguments, check};
use super::serve::told_to_stop;
use super::stopping::Ending;
use crate::app::{FolderChanges, FollowError, follow_library};
use crate::config::Config;
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::library::{LibraryError, ScanHours};

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
    let hours = arguments.hours()?;
    check(config, arguments)?;
    let told = pin!(told_to_stop());
    if !arguments.watch {
        return once(config, arguments, hours, told).await;
    }
    if !arguments.recording.applies(config.scans) {
        bail!("--watch writes down what it sees: give --apply, too");
    }
    watch(config, arguments, hours, told).await;
    Ok(ExitCode::SUCCESS)
}

/// Scans once, in the hours if there are some.
async fn once(
    config: &Config,
    arguments: &Arguments,
    hours: Option<ScanHours>,
    mut told: Pin<&mut impl Future<Output = ()>>,
) -> anyhow::Result<ExitCode> {
    // It listens before it says that it waits.
    let closes = tokio::select! {
        biased;
        () = told.as_mut() => None,
        closes = begin(arguments, hours) => Some(closes),
    };
    let ending = match closes {
        None => Ending::Stopped,
        Some(closes) => {
            let stopped = pin!(async {
                tokio::select! {
                    () = told => {}
                    () = closed(&SystemClock, closes) => {}
                }
            });
            Box::pin(kept_scan::run(config, arguments, stopped)).await?
        }
    };
    tell_ending(arguments, &ending);
    Ok(ending.code())
}

/// Tells of a scan that was not through.
fn tell_ending(arguments: &Arguments, ending: &Ending) {
    let folder = shown(&arguments.folder);
    match ending {
        Ending::Through(_) => {}
        Ending::Stopped => eprintln!("{folder}: {}", LibraryError::Stopped),
        Ending::Cancelled(by) => eprintln!(
            "{folder}: the scan was cancelled by {}; the next goes on from there",
            by.in_words()
        ),
    }
}

/// Comes back when it may be scanned, and says until when; none: as long as it takes.
async fn begin(arguments: &Arguments, hours: Option<ScanHours>) -> Option<DateTime<Utc>> {
    let tell = |until: DateTime<Utc>| {
        if arguments.printing() == Printing::News {
            let until = until.with_timezone(&Local).format("%Y-%m-%d %H:%M %:z");
            println!("{}: waits until {until}", shown(&arguments.folder));
        }
    };
    Some(opened(hours?, &SystemClock, &Local, tell).await)
}

/// Scans again and again until it is told to stop. What fails is told of once, and tried again. What was stopped can be done
/// again: the next scan looks again into what one before has left.
async fn watch(
    config: &Config,
    arguments: &Arguments,
    hours: Option<ScanHours>,
    mut told: Pin<&mut impl Future<Output = ()>>,
) {
    let (mut is_deaf_told, mut last_failure) = (false, String::new());
    // Before it is scanned, here and below: what changes meanwhile is seen the next time.
    let mut followed = follow_library(&arguments.folder);
    loop {
        match &followed {
            Ok(_) => is_deaf_told = false,
            // Of a folder that is away the scan tells.
            Err(error) if !is_deaf_told && arguments.folder.is_dir() => {
                tell_deaf(arguments, error);
                is_deaf_told = true;
            }
            Err(_) => {}
        }
        let closes = tokio::select! {
            closes = ready(arguments, hours, followed.as_ref().ok()) => closes,
            () = told.as_mut() => return,
        };
        let mut is_told = false;
        let ending = {
            let stopped = pin!(async {
                tokio::select! {
                    () = told.as_mut() => is_told = true,
                    () = closed(&SystemClock, closes) => {}
                }
            });
            Box::pin(kept_scan::run(config, arguments, stopped)).await
        };
        if is_told {
            return;
        }
        let (mut is_over, mut failure) = (false, String::new());
        match ending {
            Ok(ending) => {
                tell_ending(arguments, &ending);
                // One that was cancelled is not begun again before something changes.
                is_over = matches!(ending, Ending::Stopped);
            }
            Err(error) => failure = format!("{error:#}"),
        }
        let is_failed = !failure.is_empty();
        if is_failed && failure != last_failure {
            eprintln!("reelgraph: {failure}");
        }
        last_failure = failure;
        let most = match &followed {
            _ if is_over => Duration::ZERO,
            _ if is_failed => RETRY,
            Ok(changes) if !changes.is_deaf() => WHOLE,
            _ => POLL,
        };
        let rest = async {
            match &followed {
                Ok(changes) => wait(changes, most).await,
                Err(_) => sleep(most).await,
            }
        };
        tokio::select! {
            () = rest => {}
            () = told.as_mut() => return,
        }
        // One that is dropped frees what it had of the system's limit a little later: it is kept as long as it serves.
        if !followed.as_ref().is_ok_and(is_whole) {
            followed = follow_library(&arguments.folder);
        }
    }
}

/// Comes back when it may be scanned and nothing changes, and says until when that may go on.
async fn ready(
    arguments: &Arguments,
    hours: Option<ScanHours>,
    changes: Option<&FolderChanges>,
) -> Option<DateTime<Utc>> {
    let settle = Duration::from_secs(arguments.settle);
    loop {
        let closes = begin(arguments, hours).await;
        if let Some(changes) = changes {
            settled(async || changes.next().await, settle, PATIENCE).await;
        }
        // It may not have been quiet before the hours were over.
        if closes.is_none_or(|closes| SystemClock.now() < closes) {
            return closes;
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
