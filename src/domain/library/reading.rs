//! Reading what is in files, off the async threads, while whoever waits is told now and then that it goes on.

use std::io::{self, Read, Seek};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::fingerprint::{Bytes, Contents, Print, Reading, print};

/// How often it is told that a long file is still being read.
const BEAT: Duration = Duration::from_secs(5);

/// What is told while files are read.
pub(super) enum Told {
    /// It goes on.
    Beat,
    /// A file was read, by its place among those that were asked for.
    Read(usize, io::Result<Print>),
}

/// Reads files by their paths. What is told ends when all are read, and no more are read once nobody listens.
pub(super) fn read(
    contents: Arc<dyn Contents>,
    paths: Vec<String>,
    reading: Reading,
) -> UnboundedReceiver<Told> {
    let (sender, receiver) = unbounded();
    rayon::spawn(move || {
        paths.into_par_iter().enumerate().for_each(|(place, path)| {
            if !sender.is_closed() {
                let found = read_one(&*contents, &path, reading, &sender);
                // Nobody may listen any more.
                drop(sender.unbounded_send(Told::Read(place, found)));
            }
        });
    });
    receiver
}

fn read_one(
    contents: &dyn Contents,
    path: &str,
    reading: Reading,
    sender: &UnboundedSender<Told>,
) -> io::Result<Print> {
    let mut file = Beating {
        file: contents.open(path)?,
        sender,
        last: Instant::now(),
    };
    print(&mut file, reading)
}

/// A file that tells that it is read.
struct Beating<'a> {
    file: Box<dyn Bytes>,
    sender: &'a UnboundedSender<Told>,
    last: Instant,
}

impl Read for Beating<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.last.elapsed() >= BEAT {
            self.last = Instant::now();
            if self.sender.unbounded_send(Told::Beat).is_err() {
                return Err(io::Error::other("nobody waits for it any more"));
            }
        }
        self.file.read(buffer)
    }
}

impl Seek for Beating<'_> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
