//! Being told that something in a folder changes, by the system. What is only read tells nothing.

use std::fs::Metadata;
use std::io;
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Error, ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};
use thiserror::Error as ThisError;
use tokio::sync::Notify;

/// Why a folder cannot be followed.
#[derive(Debug, ThisError)]
pub enum FollowError {
    #[error(
        "the system follows no more folders: raise its limit, as by `sysctl fs.inotify.max_user_watches=1048576`"
    )]
    TooMany,
    #[error("the system does not tell what changes: {0}")]
    Failed(io::Error),
}

/// What happens in a folder, and in all folders in it, until this is dropped.
pub struct FolderChanges {
    root: PathBuf,
    /// Which folder it is: another may be mounted there.
    number: (u64, u64),
    heard: Arc<Heard>,
    _watcher: RecommendedWatcher,
}

/// What was told so far.
#[derive(Default)]
struct Heard {
    /// However much happens, it waits as one thing.
    changed: Notify,
    /// Whether something may happen that nobody is told of.
    is_deaf: AtomicBool,
}

impl FolderChanges {
    /// Follows a folder from now on.
    pub fn follow(root: &Path) -> Result<Self, FollowError> {
        let about = root.metadata().map_err(FollowError::Failed)?;
        let heard = Arc::new(Heard::default());
        let told = Arc::clone(&heard);
        let watcher =
            notify::recommended_watcher(move |event: notify::Result<Event>| told.hear(&event));
        let mut watcher = watcher.map_err(why)?;
        watcher.watch(root, RecursiveMode::Recursive).map_err(why)?;
        Ok(Self {
            root: root.to_owned(),
            number: number(&about),
            heard,
            _watcher: watcher,
        })
    }

    /// Comes back when something has changed since this was asked last.
    pub async fn next(&self) {
        self.heard.changed.notified().await;
    }

    /// Whether something may change that is not told: the system follows no more folders than it does.
    pub fn is_deaf(&self) -> bool {
        self.heard.is_deaf.load(Ordering::SeqCst)
    }

    /// Whether it is still the folder that lies there: a disk that is mounted or taken away tells nothing.
    pub fn is_same(&self) -> bool {
        let about = self.root.metadata();
        about.is_ok_and(|about| number(&about) == self.number)
    }
}

impl Heard {
    fn hear(&self, event: &notify::Result<Event>) {
        match event {
            Ok(event) if !event.need_rescan() && !is_change(event.kind) => return,
            Ok(_) => {}
            Err(_) => self.is_deaf.store(true, Ordering::SeqCst),
        }
        self.changed.notify_one();
    }
}

/// Whether there is something else than before. A scan reads, and would wake itself for ever.
fn is_change(kind: EventKind) -> bool {
    let written = AccessKind::Close(AccessMode::Write);
    !matches!(kind, EventKind::Access(access) if access != written)
}

fn why(error: Error) -> FollowError {
    match error.kind {
        ErrorKind::MaxFilesWatch => FollowError::TooMany,
        ErrorKind::Io(error) => FollowError::Failed(error),
        _ => FollowError::Failed(io::Error::other(error)),
    }
}

#[cfg(unix)]
fn number(about: &Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}

#[cfg(not(unix))]
fn number(_about: &Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// Longer than any machine takes to tell.
    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_is_only_read_is_no_change() {
        use notify::event::{CreateKind, ModifyKind, RemoveKind};

        let reading = [
            AccessKind::Open(AccessMode::Any),
            AccessKind::Read,
            AccessKind::Close(AccessMode::Read),
        ];
        assert!(!reading.into_iter().map(EventKind::Access).any(is_change));
        let changes = [
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Create(CreateKind::File),
            EventKind::Modify(ModifyKind::Any),
            EventKind::Remove(RemoveKind::Folder),
        ];
        assert!(changes.into_iter().all(is_change));
    }

    #[tokio::test]
    async fn it_is_told_of_new_files_however_deep_and_of_another_folder_in_its_place() {
        let around = tempfile::tempdir().unwrap();
        let root = around.path().join("library");
        let inside = root.join("Film").join("Heat (1995)");
        std::fs::create_dir_all(&inside).unwrap();
        let changes = FolderChanges::follow(&root).unwrap();

        std::fs::write(inside.join("Heat.mkv"), "film").unwrap();
        timeout(LONG, changes.next()).await.unwrap();
        assert!(changes.is_same());

        std::fs::rename(&root, around.path().join("away")).unwrap();
        assert!(!changes.is_same());
        assert!(!changes.is_deaf());
    }
}
