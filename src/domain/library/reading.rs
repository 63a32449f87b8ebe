//! Reading what is in files, off the async threads, while whoever waits is told now and then that it goes on.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::fingerprint::{Print, Reading, print};
use super::folder::LibraryFolder;
use super::guess::Entry;

/// How often it is told that a long file is still being read.
const BEAT: Duration = Duration::from_secs(5);

/// What is told while files are read.
pub(super) enum Told {
    /// A long file is still being read.
    Beat,
    /// A file was read, by its place among those that were asked for.
    Read(usize, io::Result<Print>),
}

/// Reads files of a library. What is told ends when all are read, and no more are read once nobody listens.
pub(super) fn read(
    folder: Arc<dyn LibraryFolder>,
    files: Vec<Entry>,
    reading: Reading,
) -> UnboundedReceiver<Told> {
    let (sender, receiver) = unbounded();
    rayon::spawn(move || {
        files.into_par_iter().enumerate().for_each(|(place, file)| {
            if !sender.is_closed() {
                let found = read_one(&*folder, &file, reading, &sender);
                // Nobody may listen any more.
                drop(sender.unbounded_send(Told::Read(place, found)));
            }
        });
    });
    receiver
}

fn read_one(
    folder: &dyn LibraryFolder,
    file: &Entry,
    reading: Reading,
    sender: &UnboundedSender<Told>,
) -> io::Result<Print> {
    let mut last = Instant::now();
    print(file.size, reading, &mut |from, most| {
        if last.elapsed() >= BEAT {
            last = Instant::now();
            if sender.unbounded_send(Told::Beat).is_err() {
                return Err(io::Error::other("nobody waits for it any more"));
            }
        }
        let most = usize::try_from(most).map_err(io::Error::other)?;
        folder.read(file, from, most)
    })
}
