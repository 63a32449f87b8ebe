//! The files of an archive, one after the other: what they unpack to is counted while they are read, for what an archive
//! says of its sizes may be wrong.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::problem::{ImportProblem, MAX_FILES, MAX_UNPACKED};
use crate::domain::text;

/// The marks at the beginning of an archive, and of one that has no files.
const MARKS: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// The mark at the beginning of each file in the list at an archive's end.
const LISTED: &[u8] = b"PK\x01\x02";
/// How many files the list may seem to have before it is read into memory; marks of archives in the archive are among
/// them.
const MOST_LISTED: usize = 65_536;
/// The endings of files that may say what was watched.
const ENDINGS: [&str; 4] = ["csv", "json", "tsv", "txt"];

/// How many characters of a file's name are kept.
pub(super) const MAX_NAME: usize = 255;

/// Whether the upload is an archive, by its first bytes.
pub(super) fn is_archive(upload: &[u8]) -> bool {
    MARKS.iter().any(|mark| upload.starts_with(mark))
}

/// Gives each file that may be read to `take`, by its name with the folders that it is in, in the order of the archive, and
/// the names of the others back. Of one that is damaged or encrypted it gives what is wrong with it.
pub(super) fn unpack(
    upload: &[u8],
    take: impl FnMut(String, Result<Vec<u8>, ImportProblem>) -> Result<(), ImportProblem>,
) -> Result<Vec<String>, ImportProblem> {
    unpack_within(upload, MAX_UNPACKED, take)
}

fn unpack_within(
    upload: &[u8],
    most: usize,
    mut take: impl FnMut(String, Result<Vec<u8>, ImportProblem>) -> Result<(), ImportProblem>,
) -> Result<Vec<String>, ImportProblem> {
    let listed = upload.windows(LISTED.len());
    if listed.filter(|bytes| *bytes == LISTED).count() > MOST_LISTED {
        return Err(ImportProblem::TooManyFiles);
    }
    let mut archive =
        ZipArchive::new(Cursor::new(upload)).map_err(|error| damaged_archive(&error))?;
    if archive.len() > MAX_FILES {
        return Err(ImportProblem::TooManyFiles);
    }
    let mut left = most;
    let mut others = Vec::new();
    for index in 0..archive.len() {
        let name = name(&archive, index);
        if name.ends_with('/') || is_of_the_system(&name) {
            continue;
        }
        if !may_be_read(&name) {
            others.push(name);
            continue;
        }
        let mut bytes = Vec::new();
        let read = match archive.by_index(index) {
            Ok(file) => {
                let read = file.take(left as u64 + 1).read_to_end(&mut bytes);
                read.map_err(|error| damaged(&name, &error))
            }
            Err(error) => Err(problem(&name, &error)),
        };
        // What came of a damaged one counts, too.
        left = left
            .checked_sub(bytes.len())
            .ok_or(ImportProblem::UnpackedTooLarge)?;
        take(name, read.map(|_| bytes))?;
    }
    Ok(others)
}

fn name(archive: &ZipArchive<Cursor<&[u8]>>, index: usize) -> String {
    let name = archive.name_for_index(index).and_then(Result::ok);
    match name {
        Some(name) => text::visible(&name).chars().take(MAX_NAME).collect(),
        None => format!("file {}", index + 1),
    }
}

/// What systems put beside people's files.
fn is_of_the_system(name: &str) -> bool {
    name.split('/')
        .any(|part| part == "__MACOSX" || part == ".DS_Store" || part.starts_with("._"))
}

fn may_be_read(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| {
        ENDINGS
            .iter()
            .any(|known| known.eq_ignore_ascii_case(ending))
    })
}

fn problem(file: &str, error: &ZipError) -> ImportProblem {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            ImportProblem::Encrypted {
                file: file.to_owned(),
            }
        }
        error => damaged(file, error),
    }
}

fn damaged(file: &str, error: &dyn std::error::Error) -> ImportProblem {
    ImportProblem::DamagedFile {
        file: file.to_owned(),
        what: words(error),
    }
}

fn damaged_archive(error: &ZipError) -> ImportProblem {
    ImportProblem::DamagedArchive { what: words(error) }
}

fn words(error: &dyn std::error::Error) -> String {
    let words = text::visible(&error.to_string());
    words.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            writer
                .start_file(name, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn names(upload: &[u8], most: usize) -> Result<(Vec<String>, Vec<String>), ImportProblem> {
        let mut taken = Vec::new();
        let others = unpack_within(upload, most, |name, read| {
            read?;
            taken.push(name);
            Ok(())
        })?;
        Ok((taken, others))
    }

    #[test]
    fn only_what_may_say_something_is_unpacked() {
        let upload = archive([
            ("diary.csv", &b"Name"[..]),
            ("photos/me.jpg", &b"\xff\xd8"[..]),
            ("__MACOSX/._diary.csv", &b"\0"[..]),
            ("HISTORY.JSON", &b"[]"[..]),
        ]);

        let (taken, others) = names(&upload, 100).unwrap();

        assert_eq!(taken, ["diary.csv", "HISTORY.JSON"]);
        assert_eq!(others, ["photos/me.jpg"]);
    }

    #[test]
    fn an_archive_is_bounded_whatever_it_says_of_itself() {
        let zeros = vec![0; 100_000];
        let bomb = archive([("a.csv", &zeros[..]), ("b.csv", &zeros[..])]);
        assert!(bomb.len() < 2_000);

        assert!(names(&bomb, 200_000).is_ok());
        assert_eq!(names(&bomb, 199_999), Err(ImportProblem::UnpackedTooLarge));

        let files: Vec<String> = (0..=MAX_FILES).map(|n| format!("{n}.csv")).collect();
        let many = archive(files.iter().map(|name| (name.as_str(), &b""[..])));
        assert_eq!(names(&many, 100), Err(ImportProblem::TooManyFiles));
    }

    #[test]
    fn an_encrypted_file_is_named() {
        let mut upload = archive([("diary.csv", &b"Name"[..])]);
        let mut listed = upload.windows(LISTED.len());
        let list = listed.position(|bytes| bytes == LISTED).unwrap();
        // The first of the flags, before the file and in the list.
        upload[6] |= 1;
        upload[list + 8] |= 1;

        let file = "diary.csv".to_owned();
        assert_eq!(names(&upload, 100), Err(ImportProblem::Encrypted { file }));
    }

    #[test]
    fn a_damaged_archive_is_a_problem() {
        let mut upload = archive([("diary.csv", &b"Name,Year"[..])]);
        upload.truncate(upload.len() - 30);

        let found = names(&upload, 100);

        assert!(
            matches!(found, Err(ImportProblem::DamagedArchive { .. })),
            "{found:?}"
        );
    }
}
