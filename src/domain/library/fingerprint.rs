//! What tells a file from others by what is in it: its size, and a hash of its beginning, its middle and its end.
//!
//! So of a film of 40 GB as little is read as of one of 200 kB, and one that is moved or renamed is known again.

use std::io::{self, Read, Seek, SeekFrom};

use sha2::{Digest, Sha256};

/// How many bytes are read at each of the three places.
const PIECE: u64 = 64 << 10;
/// How many bytes of a whole file are read at a time.
const CHUNK: usize = 1 << 20;

/// What is read of a file.
pub trait Bytes: Read + Seek {}

impl<T: Read + Seek> Bytes for T {}

/// The files of a library, as they can be read.
pub trait Contents: Send + Sync {
    /// Opens a file by its path in the library; see [`super::Entry`]. What is no file, or lies outside, is an error.
    fn open(&self, path: &str) -> io::Result<Box<dyn Bytes>>;
}

/// How much of files is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Three pieces.
    Pieces,
    /// All bytes, once for each file as it is.
    Whole,
}

/// What a file was found to be, by what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Print {
    pub(super) fingerprint: String,
    pub(super) full_hash: Option<String>,
}

/// Reads a file that is so long; one that has grown or shrunk meanwhile is told by what its length is now.
pub(super) fn print(file: &mut dyn Bytes, reading: Reading) -> io::Result<Print> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut hash = Sha256::new();
    // What is not longer than three pieces is hashed as a whole, each byte once.
    let places = if size <= 3 * PIECE {
        vec![(0, size)]
    } else {
        vec![
            (0, PIECE),
            (size / 2 - PIECE / 2, PIECE),
            (size - PIECE, PIECE),
        ]
    };
    for (at, length) in places {
        file.seek(SeekFrom::Start(at))?;
        read_into(&mut hash, &mut (&mut *file).take(length))?;
    }
    let fingerprint = format!("{size}-{}", text(&hash.finalize()));
    let full_hash = match reading {
        Reading::Pieces => None,
        Reading::Whole => {
            let mut hash = Sha256::new();
            file.seek(SeekFrom::Start(0))?;
            read_into(&mut hash, file)?;
            Some(text(&hash.finalize()))
        }
    };
    Ok(Print {
        fingerprint,
        full_hash,
    })
}

fn read_into(hash: &mut Sha256, from: &mut dyn Read) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(read) => hash.update(&chunk[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// A hash as hexadecimal digits.
pub(super) fn text(digest: &[u8]) -> String {
    let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    digits.collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn of(bytes: &[u8], reading: Reading) -> Print {
        print(&mut Cursor::new(bytes), reading).unwrap()
    }

    #[test]
    fn a_short_file_is_known_by_all_of_its_bytes() {
        // SHA-256 of "abc", from FIPS 180-2.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

        let print = of(b"abc", Reading::Whole);

        assert_eq!(print.fingerprint, format!("3-{abc}"));
        assert_eq!(print.full_hash.as_deref(), Some(abc));
        assert_eq!(of(b"abc", Reading::Pieces).full_hash, None);
    }

    #[test]
    fn a_long_file_is_known_by_its_beginning_middle_and_end() {
        let size = 1 << 20;
        let plain = vec![7; size];
        let with = |place: usize| {
            let mut bytes = plain.clone();
            bytes[place] = 8;
            of(&bytes, Reading::Whole)
        };
        let whole = of(&plain, Reading::Whole);

        for place in [0, size / 2, size - 1] {
            assert_ne!(with(place).fingerprint, whole.fingerprint, "{place}");
        }
        let between = with(size / 4);
        assert_eq!(between.fingerprint, whole.fingerprint);
        assert_ne!(between.full_hash, whole.full_hash);
        let longer = vec![7; size + 1];
        assert_ne!(of(&longer, Reading::Pieces).fingerprint, whole.fingerprint);
    }
}
