//! Files that are packed with gzip or Zstandard: unpacked as they are read, and tried to the end before; and packed as
//! they are written.

use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, IntoInnerError, Write};

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use zstd::stream::read::Decoder;
use zstd::stream::write::Encoder;

/// How much is read at once, in bytes.
pub(super) const BUFFER: usize = 256 * 1024;
const GZIP: &[u8] = b"\x1f\x8b";
const ZSTANDARD: &[u8] = b"\x28\xb5\x2f\xfd";

/// The name of a file without the ending that says that it is packed.
pub(super) fn without_ending(name: &str) -> Option<&str> {
    ["gz", "zst", "zstd"].into_iter().find_map(|ending| {
        let (rest, last) = name.rsplit_once('.')?;
        last.eq_ignore_ascii_case(ending).then_some(rest)
    })
}

/// What is written into a file, packed as the ending of its name says. The same bytes are always packed into the same.
pub(super) enum Packer<W: Write> {
    Plain(BufWriter<W>),
    Gzip(GzEncoder<BufWriter<W>>),
    Zstandard(Encoder<'static, BufWriter<W>>),
}

impl<W: Write> Packer<W> {
    /// Begins a file of this name.
    pub(super) fn begin(name: &str, file: W) -> io::Result<Self> {
        let file = BufWriter::with_capacity(BUFFER, file);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        Ok(match ending.to_lowercase().as_str() {
            "gz" => Self::Gzip(GzEncoder::new(file, Compression::default())),
            // 0 stands for the level that it has by itself.
            "zst" | "zstd" => Self::Zstandard(Encoder::new(file, 0)?),
            _ => Self::Plain(file),
        })
    }

    /// Writes what waits, and gives the file back.
    pub(super) fn finish(self) -> io::Result<W> {
        let file = match self {
            Self::Plain(file) => file,
            Self::Gzip(packed) => packed.finish()?,
            Self::Zstandard(packed) => packed.finish()?,
        };
        file.into_inner().map_err(IntoInnerError::into_error)
    }
}

impl<W: Write> Write for Packer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Gzip(packed) => packed.write(bytes),
            Self::Zstandard(packed) => packed.write(bytes),
        }
    }

    /// What is packed waits for more until the end: to hand it on in between would pack it otherwise.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Gzip(_) | Self::Zstandard(_) => Ok(()),
        }
    }
}

/// What is in a file that may be packed, as its first bytes say.
pub(super) fn unpacked<'a>(
    mut reader: impl BufRead + Send + 'a,
) -> io::Result<Box<dyn BufRead + Send + 'a>> {
    let beginning = reader.fill_buf()?;
    let (is_gzip, is_zstandard) = (
        beginning.starts_with(GZIP),
        beginning.starts_with(ZSTANDARD),
    );
    Ok(if is_gzip {
        let unpacked = MultiGzDecoder::new(reader);
        Box::new(BufReader::with_capacity(BUFFER, unpacked))
    } else if is_zstandard {
        let unpacked = Decoder::with_buffer(reader)?;
        Box::new(BufReader::with_capacity(BUFFER, unpacked))
    } else {
        Box::new(reader)
    })
}

/// What is wrong with a packed file, as the rest of a sentence that begins with it: found by unpacking all of it.
pub(super) fn flaw(reader: io::Result<Box<dyn BufRead + Send + '_>>) -> io::Result<Option<String>> {
    let read = reader.and_then(|mut reader| io::copy(&mut reader, &mut io::sink()));
    match read {
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            let reason = "is cut off: unexpected end of what is packed; nothing of it is loaded";
            Ok(Some(reason.to_owned()))
        }
        // What the disk says has a number of the system's; what an unpacker says has none.
        Err(error) if error.raw_os_error().is_none() => Ok(Some(format!(
            "cannot be unpacked: {error}; nothing of it is loaded"
        ))),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    const TEXT: &str = "{\"slug\": \"a\"}\n";

    fn gzip() -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(TEXT.as_bytes()).unwrap();
        packed.finish().unwrap()
    }

    fn zstandard() -> Vec<u8> {
        zstd::encode_all(TEXT.as_bytes(), 1).unwrap()
    }

    #[test]
    fn several_parts_are_read_one_after_the_other() {
        for part in [gzip(), zstandard(), TEXT.as_bytes().to_vec()] {
            let mut text = String::new();
            let two = Cursor::new([part.clone(), part].concat());

            unpacked(two).unwrap().read_to_string(&mut text).unwrap();

            assert_eq!(text, TEXT.repeat(2));
        }
    }

    #[test]
    fn what_is_cut_off_or_damaged_is_told() {
        for whole in [gzip(), zstandard()] {
            assert_eq!(flaw(unpacked(Cursor::new(whole.clone()))).unwrap(), None);
            let cut = &whole[..whole.len() - 3];
            let told = flaw(unpacked(Cursor::new(cut))).unwrap().unwrap();
            assert!(told.starts_with("is cut off: unexpected end"), "{told}");
        }
        let mut damaged = gzip();
        let last = damaged.len() - 6;
        damaged[last] ^= 1;
        let told = flaw(unpacked(Cursor::new(damaged))).unwrap().unwrap();
        assert!(told.starts_with("cannot be unpacked: "), "{told}");
    }

    #[test]
    fn what_is_packed_is_read_again() {
        for (name, beginning) in [
            ("a.ndjson.GZ", GZIP),
            ("a.ndjson.zst", ZSTANDARD),
            ("a.ndjson", &b"{"[..]),
        ] {
            let mut packer = Packer::begin(name, Vec::<u8>::new()).unwrap();
            packer.write_all(TEXT.as_bytes()).unwrap();
            packer.flush().unwrap();
            packer.write_all(TEXT.as_bytes()).unwrap();

            let packed = packer.finish().unwrap();

            assert!(packed.starts_with(beginning), "{name}");
            let mut text = String::new();
            let mut reader = unpacked(Cursor::new(packed)).unwrap();
            reader.read_to_string(&mut text).unwrap();
            assert_eq!(text, TEXT.repeat(2));
        }
    }

    #[test]
    fn endings_are_known_in_either_case() {
        assert_eq!(without_ending("films.ndjson.gz"), Some("films.ndjson"));
        assert_eq!(without_ending("films.csv.ZST"), Some("films.csv"));
        assert_eq!(without_ending("films.csv"), None);
    }
}
