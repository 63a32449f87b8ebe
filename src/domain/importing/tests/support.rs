//! Small exports, and what is read of them in a form that is quick to compare.

use std::io::{Cursor, Write};

use chrono::NaiveDate;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::domain::importing::{
    ImportProblem, ImportedAt, ImportedFile, ImportedIds, ImportedItem, ImportedWhat,
    PassedOverReason, ReadOptions, read,
};

/// What an entry says, without its place.
pub(super) type Said = (ImportedItem, ImportedWhat, Option<ImportedAt>);

/// Reads a text as a file of this name.
pub(super) fn try_read(name: &str, text: &str) -> Result<ImportedFile, ImportProblem> {
    read(text.as_bytes(), name, &ReadOptions::default())
}

pub(super) fn read_file(name: &str, text: &str) -> ImportedFile {
    try_read(name, text).unwrap()
}

pub(super) fn read_for(
    profile: &str,
    name: &str,
    text: &str,
) -> Result<ImportedFile, ImportProblem> {
    let options = ReadOptions {
        profile_name: Some(profile.to_owned()),
        ..ReadOptions::default()
    };
    read(text.as_bytes(), name, &options)
}

pub(super) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

pub(super) fn read_archive(files: &[(&str, &str)]) -> ImportedFile {
    read(&archive(files), "export.zip", &ReadOptions::default()).unwrap()
}

pub(super) fn said(file: &ImportedFile) -> Vec<Said> {
    let entries = file.entries.iter();
    entries
        .map(|entry| (entry.of.clone(), entry.what, entry.at))
        .collect()
}

/// The rows that were passed over, with the last part of their file's name.
pub(super) fn passed(file: &ImportedFile) -> Vec<(&str, u32, PassedOverReason)> {
    let passed = file.passed_over.iter();
    passed
        .map(|over| {
            let name = over.file.rsplit('/').next().unwrap();
            (name, over.row, over.reason)
        })
        .collect()
}

pub(super) fn film(name: &str, year: Option<i32>) -> ImportedItem {
    ImportedItem::Film {
        name: name.to_owned(),
        original_name: None,
        year,
        ids: ImportedIds::default(),
    }
}

pub(super) fn unknown(name: &str) -> ImportedItem {
    ImportedItem::Unknown {
        name: name.to_owned(),
        year: None,
    }
}

/// An episode that is known by names alone.
pub(super) fn episode(
    series: &str,
    place: (Option<u32>, Option<u32>),
    name: Option<&str>,
) -> ImportedItem {
    ImportedItem::Episode {
        series: series.to_owned(),
        series_year: None,
        series_ids: ImportedIds::default(),
        season: place.0,
        number: place.1,
        name: name.map(str::to_owned),
        ids: ImportedIds::default(),
    }
}

/// Watched once, for as long as is said.
pub(super) fn watched(seconds: Option<u32>) -> ImportedWhat {
    ImportedWhat::Watched {
        seconds,
        percent: None,
        plays: 1,
    }
}

pub(super) fn rated(out_of_ten: f32) -> ImportedWhat {
    ImportedWhat::Rating { out_of_ten }
}

#[expect(clippy::unnecessary_wraps, reason = "entries have it so")]
pub(super) fn day(text: &str) -> Option<ImportedAt> {
    let day: NaiveDate = text.parse().unwrap();
    Some(ImportedAt::Day(day))
}

#[expect(clippy::unnecessary_wraps, reason = "entries have it so")]
pub(super) fn moment(text: &str) -> Option<ImportedAt> {
    Some(ImportedAt::Moment(text.parse().unwrap()))
}
