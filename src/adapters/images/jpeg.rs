//! Whether a JPEG is whole: `zune-jpeg`, as `image` 0.25.10 calls it, fills up with grey what is cut off, and says nothing.

/// Whether there is an end behind where the pixels begin. Only there: a small picture inside the notes before them has
/// an end of its own. What has not the form of a JPEG counts as whole, and is left to the decoder.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    pixels(bytes).is_none_or(|pixels| pixels.windows(2).any(|pair| pair == [0xff, 0xd9]))
}

/// All from the first scan on (ITU-T T.81, annex B): before it stand segments that say their length.
fn pixels(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        // Any number of these may stand before a marker.
        while let [0xff, 0xff, ..] = rest {
            rest = &rest[1..];
        }
        rest = match rest {
            [0xff, 0xda, scan @ ..] => return Some(scan),
            [0xff, 0x01 | 0xd0..=0xd7, more @ ..] => more,
            [0xff, _, more @ ..] => {
                let length = more.first_chunk::<2>()?;
                more.get(usize::from(u16::from_be_bytes(*length)).max(2)..)?
            }
            _ => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jpeg_that_is_cut_off_is_told_from_one_that_is_whole() {
        let thumbnail = [0xff, 0xe1, 0x00, 0x06, 0xff, 0xda, 0xff, 0xd9];
        let begin = [&[0xff, 0xd8][..], &thumbnail, &[0xff, 0xff, 0xda, 1, 2, 3]].concat();
        let end = [&begin[..], &[0xff, 0xd9, 0]].concat();

        assert!(is_whole(&end));
        assert!(!is_whole(&begin));
        // No length leads behind the end, and none stands still.
        assert!(is_whole(&[0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff]));
        assert!(is_whole(&[0xff, 0xd8, 0xff, 0xe1, 0, 0]));
        assert!(is_whole(&[0xff, 0xd8, 0xff]));
        assert!(is_whole(b"no picture"));
    }
}
