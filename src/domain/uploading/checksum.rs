//! The checksum of one request, as clients of uploads send it. It finds what a line has damaged, and proves nothing.

use sha1::Sha1;
use sha2::{Digest, Sha256};

/// What the bytes of a request are to add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

/// The bytes that came so far.
pub(super) enum Summing {
    Sha1(Sha1, [u8; 20]),
    Sha256(Sha256, [u8; 32]),
}

impl Checksum {
    /// The checksum of an algorithm, by its name; `None`: the name is of another, or it has not so many bytes.
    pub fn of(algorithm: &str, digest: &[u8]) -> Option<Self> {
        match algorithm {
            "sha1" => digest.try_into().ok().map(Self::Sha1),
            "sha256" => digest.try_into().ok().map(Self::Sha256),
            _ => None,
        }
    }
}

impl Summing {
    pub(super) fn of(checksum: &Checksum) -> Self {
        match checksum {
            Checksum::Sha1(expected) => Self::Sha1(Sha1::new(), *expected),
            Checksum::Sha256(expected) => Self::Sha256(Sha256::new(), *expected),
        }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(sum, _) => sum.update(bytes),
            Self::Sha256(sum, _) => sum.update(bytes),
        }
    }

    /// Whether they are what they are to be.
    pub(super) fn is_right(&self) -> bool {
        match self {
            Self::Sha1(sum, expected) => sum.clone().finalize()[..] == *expected,
            Self::Sha256(sum, expected) => sum.clone().finalize()[..] == *expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_that_of_all_bytes_in_their_order() {
        // Of "abc", as FIPS 180 has them.
        let sha1 = [
            0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50,
            0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d,
        ];
        let sha256: [u8; 32] = Sha256::digest(b"abc").into();
        for (name, digest) in [("sha1", &sha1[..]), ("sha256", &sha256[..])] {
            for (pieces, is_right) in [(["a", "bc"], true), (["bc", "a"], false)] {
                let mut sum = Summing::of(&Checksum::of(name, digest).unwrap());
                for piece in pieces {
                    sum.add(piece.as_bytes());
                }
                assert_eq!(sum.is_right(), is_right, "{name}");
            }
        }
        assert_eq!(Checksum::of("md5", &sha1[..16]), None);
        assert_eq!(Checksum::of("sha1", &sha256), None);
    }
}
