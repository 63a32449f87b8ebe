//! The colour profile of a PNG, looked at before the decoder of `png` 0.18.1 unpacks it, which stops only at all that a
//! picture may take in memory, and says nothing of what it passes over.

use std::io::{self, Read};
use std::ops::Range;

use flate2::read::ZlibDecoder;

use super::colours::MOST_OF_PROFILE;

/// The bytes of a PNG before its first chunk.
const SIGNATURE: usize = 8;
/// The bytes of a chunk before its content, which are its length and its name, and behind it, which are its sum.
const HEAD: usize = 8;
const SUM: usize = 4;
/// The longest name of a profile (PNG, 11.3.2.3).
const MOST_OF_NAME: usize = 79;

/// The picture without what it has for a profile, if that unpacks to nothing, or to too much, or if it has several; `None`:
/// it can be read as it is.
pub(super) fn without_unusable_profile(bytes: &[u8]) -> Option<Vec<u8>> {
    let profiles = profiles(bytes);
    let is_usable = match &profiles[..] {
        [] => true,
        [profile] => is_usable(&bytes[profile.clone()]),
        _ => false,
    };
    if is_usable {
        return None;
    }
    let mut without = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for profile in profiles {
        without.extend_from_slice(&bytes[from..profile.start]);
        from = profile.end;
    }
    without.extend_from_slice(&bytes[from..]);
    Some(without)
}

/// Where the chunks with profiles are. Behind the first pixels none is read.
fn profiles(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = SIGNATURE;
    while let Some([a, b, c, d, name @ ..]) =
        bytes.get(at..).and_then(|rest| rest.first_chunk::<HEAD>())
    {
        let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).unwrap_or(usize::MAX);
        let end = at.saturating_add(HEAD + SUM).saturating_add(length);
        let end = end.min(bytes.len());
        match name {
            b"iCCP" => found.push(at..end),
            b"IDAT" => break,
            _ => {}
        }
        at = end;
    }
    found
}

/// Whether the profile of a chunk can be unpacked, and is no larger than one may be. Nothing of it is kept.
fn is_usable(chunk: &[u8]) -> bool {
    let content = chunk.get(HEAD..chunk.len().saturating_sub(SUM));
    let content = content.unwrap_or_default();
    let name = content.iter().position(|byte| *byte == 0);
    let packed = match name {
        Some(name @ 1..=MOST_OF_NAME) => content[name + 1..].strip_prefix(&[0]),
        _ => None,
    };
    let Some(packed) = packed else {
        return false;
    };
    let most = MOST_OF_PROFILE as u64;
    let mut unpacked = ZlibDecoder::new(packed).take(most + 1);
    io::copy(&mut unpacked, &mut io::sink()).is_ok_and(|length| length <= most)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        [&length[..], &name, content, &[0; SUM]].concat()
    }

    /// A chunk with a profile of so many bytes.
    fn profile(length: usize) -> Vec<u8> {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&vec![0; length]).unwrap();
        let packed = packed.finish().unwrap();
        chunk(*b"iCCP", &[&b"name\0\0"[..], &packed].concat())
    }

    /// A picture with these chunks between its header and its pixels.
    fn picture(between: &[u8]) -> Vec<u8> {
        let (header, pixels) = (chunk(*b"IHDR", &[0; 13]), chunk(*b"IDAT", b"pixels"));
        [&b"\x89PNG\r\n\x1a\n"[..], &header, between, &pixels].concat()
    }

    #[test]
    fn a_profile_that_unpacks_to_too_much_is_cut_out_before_it_does() {
        let plain = picture(&[]);
        let twice = [profile(8), profile(8)].concat();
        for (between, is_cut) in [
            (Vec::new(), false),
            (profile(8), false),
            (profile(MOST_OF_PROFILE), false),
            (profile(MOST_OF_PROFILE + 1), true),
            (twice, true),
            (chunk(*b"iCCP", b"name\0\0not packed"), true),
            (chunk(*b"iCCP", b"name\0\x01"), true),
            (chunk(*b"iCCP", b"\0\0"), true),
            (chunk(*b"iCCP", b"no end of a name"), true),
            (chunk(*b"iCCP", &[]), true),
        ] {
            let cut = without_unusable_profile(&picture(&between));

            assert_eq!(
                cut,
                is_cut.then(|| plain.clone()),
                "{} bytes",
                between.len()
            );
        }
    }

    #[test]
    fn what_is_cut_off_is_read_to_its_end() {
        let whole = picture(&profile(64));
        for length in SIGNATURE..whole.len() {
            let begin = &whole[..length];
            let cut = without_unusable_profile(begin);
            assert!(cut.is_none_or(|cut| cut.len() < length), "{length}");
        }
        // Behind the pixels the decoder reads none.
        let late = [picture(&[]), profile(MOST_OF_PROFILE + 1)].concat();
        assert_eq!(without_unusable_profile(&late), None);
    }
}
