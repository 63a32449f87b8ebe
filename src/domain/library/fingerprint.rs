//! What tells a file from others by what is in it: its size, and a hash of its beginning, its middle and its end.
//!
//! So of a film of 40 GB as little is read as of one of 200 kB, and one that is moved or renamed is known again.

use std::io;

use sha2::{Digest, Sha256};

use crate::domain::text::hex;

/// How many bytes are read at each of the three places.
pub(super) const PIECE: u64 = 64 << 10;
/// How many bytes of a whole file are read at a time.
const CHUNK: u64 = 4 << 20;

/// How much of files is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Three pieces of each.
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

/// Reads a file that is so long; `read` gives up to so many bytes from a place on, fewer where the file ends.
pub(super) fn print(
    size: u64,
    reading: Reading,
    read: &mut dyn FnMut(u64, u64) -> io::Result<Vec<u8>>,
) -> io::Result<Print> {
    let mut hash = Sha256::new();
    if size <= 3 * PIECE {
        // What is not longer than three pieces is hashed as a whole, each byte once.
        hash.update(read(0, size)?);
    } else {
        for at in [0, size / 2 - PIECE / 2, size - PIECE] {
            hash.update(read(at, PIECE)?);
        }
    }
    let fingerprint = format!("{size}-{}", hex(&hash.finalize()));
    let full_hash = match reading {
        Reading::Pieces => None,
        Reading::Whole => Some(hash_whole(read)?),
    };
    Ok(Print {
        fingerprint,
        full_hash,
    })
}

fn hash_whole(read: &mut dyn FnMut(u64, u64) -> io::Result<Vec<u8>>) -> io::Result<String> {
    let (mut hash, mut at) = (Sha256::new(), 0);
    loop {
        let bytes = read(at, CHUNK)?;
        hash.update(&bytes);
        at += bytes.len() as u64;
        if (bytes.len() as u64) < CHUNK {
            return Ok(hex(&hash.finalize()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8], reading: Reading) -> Print {
        let place = |at: u64| usize::try_from(at).unwrap().min(bytes.len());
        let mut read = |from: u64, most: u64| -> io::Result<Vec<u8>> {
            Ok(bytes[place(from)..place(from + most)].to_vec())
        };
        print(bytes.len() as u64, reading, &mut read).unwrap()
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
        // More than one chunk.
        let size = 5 << 20;
        let plain = vec![7_u8; size];
        let with = |place: usize| {
            let mut bytes = plain.clone();
            bytes[place] = 8;
            of(&bytes, Reading::Whole)
        };
        let whole = of(&plain, Reading::Whole);

        for place in [0, size / 2, size - 1] {
            assert_ne!(with(place).fingerprint, whole.fingerprint, "{place}");
        }
        for between in [size / 4, size - (1 << 19)].map(with) {
            assert_eq!(between.fingerprint, whole.fingerprint);
            assert_ne!(between.full_hash, whole.full_hash);
        }
        let longer = vec![7; size + 1];
        assert_ne!(of(&longer, Reading::Pieces).fingerprint, whole.fingerprint);
    }
}
