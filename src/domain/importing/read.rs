//! Reads an upload: unpacks it, recognises each of its files, and says once what several of them say.

use std::collections::HashMap;

use serde::de::IgnoredAny;

use super::decode::decode;
use super::file::{ImportFormat, ImportNote, ImportedFile};
use super::formats::{read_json, read_table};
use super::options::ReadOptions;
use super::problem::{ImportProblem, MAX_UPLOAD};
use super::reading::Reading;
use super::settle::{choose_profiles, say_once};
use super::sheet::Sheet;
use super::sittings::add_up;
use super::unpack::{MAX_NAME, is_archive, unpack};
use crate::domain::text;

/// What an export says. `name` is what the upload is called, which tells files apart that have the same form.
pub fn read(
    upload: &[u8],
    name: &str,
    options: &ReadOptions,
) -> Result<ImportedFile, ImportProblem> {
    if upload.len() > MAX_UPLOAD {
        return Err(ImportProblem::UploadTooLarge);
    }
    let mut reading = Reading::new(options)?;
    // What is wrong with the first file that is broken: it is the problem if no other can be read.
    let mut broken = None;
    if is_archive(upload) {
        let others = unpack(upload, |name, unpacked| {
            let mark = reading.mark();
            let read = unpacked.and_then(|bytes| match decode(&bytes) {
                Some(text) => read_text(&name, &text, &mut reading),
                None => Ok(false),
            });
            match read {
                Ok(true) => {}
                Ok(false) => reading.note(ImportNote::unused(name)),
                // Half of a file would seem to be all that was watched.
                Err(problem) if problem.is_of_one_file() => {
                    reading.back_to(mark);
                    reading.note(ImportNote::UnusedFile {
                        file: name,
                        why: Some(problem.to_string()),
                    });
                    broken.get_or_insert(problem);
                }
                Err(problem) => return Err(problem),
            }
            Ok(())
        })?;
        for file in others {
            reading.note(ImportNote::unused(file));
        }
    } else {
        let file: String = text::visible(name).chars().take(MAX_NAME).collect();
        let text = decode(upload).ok_or_else(|| ImportProblem::NotText { file: file.clone() })?;
        if text.trim().is_empty() {
            return Err(ImportProblem::Empty);
        }
        if !read_text(&file, &text, &mut reading)? && is_json(&text) {
            check_json(&file, &text)?;
        }
    }
    if reading.formats.is_empty() {
        return Err(broken.unwrap_or(ImportProblem::Unrecognised));
    }
    choose_profiles(&mut reading)?;
    say_once(&mut reading);
    add_up(&mut reading);
    Ok(told(reading))
}

/// Reads a file, and says whether it is one of a known format.
fn read_text(file: &str, text: &str, reading: &mut Reading<'_>) -> Result<bool, ImportProblem> {
    if is_json(text) {
        return read_json(file, text, reading);
    }
    // A line of names that never ends is none of a table that is known.
    Sheet::new(file, text).map_or(Ok(false), |sheet| read_table(&sheet, reading))
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{'])
}

/// Tells what is wrong with a text that nobody recognised because it is broken.
fn check_json(file: &str, text: &str) -> Result<(), ImportProblem> {
    let read: serde_json::Result<IgnoredAny> = serde_json::from_str(text);
    read.map(|_| ())
        .map_err(|error| ImportProblem::not_json(file, &error))
}

fn told(mut reading: Reading<'_>) -> ImportedFile {
    let mut counts: HashMap<ImportFormat, usize> = HashMap::new();
    for draft in &reading.drafts {
        *counts.entry(draft.format).or_default() += 1;
    }
    let formats = std::mem::take(&mut reading.formats);
    let count = |format: ImportFormat| counts.get(&format).copied().unwrap_or_default();
    // Of those that have as many, the one that was met first.
    let most = formats.iter().rev().max_by_key(|format| count(**format));
    let format = most.copied().unwrap_or(ImportFormat::Letterboxd);
    if formats.len() > 1 {
        reading.note(ImportNote::Mixed { formats });
    }
    ImportedFile {
        format,
        entries: reading
            .drafts
            .into_iter()
            .map(|draft| draft.entry)
            .collect(),
        passed_over: reading
            .passed
            .into_iter()
            .map(|passed| passed.over)
            .collect(),
        notes: reading.notes,
    }
}
