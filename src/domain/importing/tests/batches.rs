//! Uploads as a whole: mixed ones, and those of which nothing can be read.

use super::support::{archive, day, film, read_archive, said, try_read, watched};
use crate::domain::importing::{
    ImportFormat, ImportNote, ImportProblem, ImportedWhat, MAX_UPLOAD, ReadOptions, read,
};

const DIARY: &str = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n\
                     ,Heat,1995,x,,,,2024-02-10\n\
                     ,Ronin,1998,x,,,,2024-02-11\n";

#[test]
fn a_mixed_batch_is_read_and_told() {
    let list =
        r#"[{ "listed_at": "2020-01-01T00:00:00Z", "movie": { "title": "Heat", "year": 1995 } }]"#;

    let read = read_archive(&[
        ("trakt/watchlist.json", list),
        ("diary.csv", DIARY),
        ("notes.txt", "Watch Heat again!"),
        ("broken.json", "[{\"a\": "),
    ]);

    assert_eq!(read.format, ImportFormat::Letterboxd, "it has most");
    assert_eq!(
        said(&read)
            .into_iter()
            .map(|(of, what, _)| (of, what))
            .collect::<Vec<_>>(),
        [
            (film("Heat", Some(1995)), ImportedWhat::Watchlist),
            (film("Heat", Some(1995)), watched(None)),
            (film("Ronin", Some(1998)), watched(None)),
        ]
    );
    assert_eq!(read.entries[1].at, day("2024-02-10"));
    let unused = |file: &str| ImportNote::UnusedFile {
        file: file.to_owned(),
        why: None,
    };
    assert_eq!(
        read.notes,
        [
            unused("notes.txt"),
            unused("broken.json"),
            ImportNote::Mixed {
                formats: vec![ImportFormat::Trakt, ImportFormat::Letterboxd]
            },
        ]
    );
}

#[test]
fn a_broken_file_is_passed_over_if_another_can_be_read() {
    let row = r#"{ "watched_at": "2014-04-05T15:27:00Z", "movie": { "title": "Ronin" } }"#;
    let broken = format!("[{row}, {row}, {{");

    let both = read_archive(&[("history.json", broken.as_str()), ("diary.csv", DIARY)]);
    let alone = archive(&[("history.json", broken.as_str()), ("notes.txt", "Heat!")]);
    let alone = read(&alone, "export.zip", &ReadOptions::default());

    assert_eq!(both.format, ImportFormat::Letterboxd);
    let files: Vec<&str> = both.entries.iter().map(|one| one.file.as_str()).collect();
    assert_eq!(files, ["diary.csv"; 2], "nothing of it is taken");
    let [note] = both.notes.as_slice() else {
        panic!("{:?}", both.notes);
    };
    let words = note.words();
    assert!(
        words.starts_with("history.json was not used (history.json is no JSON: "),
        "{words}"
    );
    assert!(
        matches!(&alone, Err(ImportProblem::NotJson { file, .. }) if file == "history.json"),
        "{alone:?}"
    );
}

#[test]
fn a_file_that_cannot_be_unpacked_is_passed_over_if_another_can_be_read() {
    let spoilt = |files: &[(&str, &str)]| {
        let mut upload = archive(files);
        let places = |mark: &[u8]| {
            let marks = upload.windows(mark.len()).enumerate();
            let marks = marks.filter(|(_, bytes)| *bytes == mark);
            marks.map(|(place, _)| place).collect::<Vec<_>>()
        };
        let (before, listed) = (places(b"PK\x03\x04"), places(b"PK\x01\x02"));
        // The sum of the first is another, and the second is said to be encrypted, before the file and in the list.
        upload[listed[0] + 16] ^= 1;
        upload[before[1] + 6] |= 1;
        upload[listed[1] + 8] |= 1;
        read(&upload, "export.zip", &ReadOptions::default())
    };
    let broken = [("a/history.csv", DIARY), ("locked.csv", DIARY)];

    let alone = spoilt(&broken);
    let all = spoilt(&[broken[0], broken[1], ("diary.csv", DIARY)]).unwrap();

    let files: Vec<&str> = all.entries.iter().map(|one| one.file.as_str()).collect();
    assert_eq!(files, ["diary.csv"; 2]);
    let notes: Vec<String> = all.notes.iter().map(ImportNote::words).collect();
    let [damaged, encrypted] = notes.as_slice() else {
        panic!("{notes:?}");
    };
    let begins = "a/history.csv was not used (a/history.csv is damaged in the archive: ";
    assert!(damaged.starts_with(begins), "{damaged}");
    let begins = "locked.csv was not used (locked.csv is encrypted; ";
    assert!(encrypted.starts_with(begins), "{encrypted}");
    assert!(
        matches!(&alone, Err(ImportProblem::DamagedFile { file, .. }) if file == "a/history.csv"),
        "{alone:?}"
    );
}

#[test]
fn an_upload_in_utf_16_is_read() {
    let bytes: Vec<u8> = format!("\u{feff}{DIARY}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();

    let read = read(&bytes, "diary.csv", &ReadOptions::default()).unwrap();

    assert_eq!(read.entries.len(), 2);
}

#[test]
fn what_cannot_be_read_says_why() {
    let options = ReadOptions::default();
    let broken = |text: &str| match try_read("a.json", text) {
        Err(ImportProblem::NotJson { file, .. }) => file == "a.json",
        _ => false,
    };
    let row = r#"{ "watched_at": "2014-04-05T15:27:00Z", "movie": { "title": "Heat" } }"#;

    assert_eq!(try_read("a.csv", " \n"), Err(ImportProblem::Empty));
    assert_eq!(
        try_read("a.csv", "a,b\n1,2\n"),
        Err(ImportProblem::Unrecognised)
    );
    assert_eq!(try_read("a.json", "[]"), Err(ImportProblem::Unrecognised));
    assert!(broken("[{"));
    assert!(broken(&format!("[{row}, {row}")));
    assert_eq!(
        read(b"\xff\xd8\xff\xe0", "a.csv", &options),
        Err(ImportProblem::NotText {
            file: "a.csv".to_owned()
        })
    );
    assert_eq!(
        read(&vec![b' '; MAX_UPLOAD + 1], "a.csv", &options),
        Err(ImportProblem::UploadTooLarge)
    );
    assert_eq!(
        read(&archive(&[("a.csv", "a,b\n")]), "a.zip", &options),
        Err(ImportProblem::Unrecognised)
    );
}
