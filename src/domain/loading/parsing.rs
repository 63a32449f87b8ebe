//! Texts that are parsed as JSON, in which no key comes twice.

use serde_json::Value;

use super::problem::Problem;
use crate::domain::json::Strict;

/// What some programs begin a text with. It is no part of the text, nor where files were joined in the middle.
pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

/// A record that is written in JSON.
pub(super) fn parse(text: &[u8]) -> Result<Value, Problem> {
    sound(serde_json::from_slice(text))
}

/// What was read as JSON, if no key in it comes twice.
pub(super) fn sound(read: serde_json::Result<Strict>) -> Result<Value, Problem> {
    let record = read.map_err(|error| {
        let (what, column) = (without_place(&error), error.column());
        Problem::new("", format!("is not JSON: {what} (column {column})"))
    })?;
    match record.twice {
        Some(key) => Err(Problem::new(key, "comes twice in the record")),
        None => Ok(record.value),
    }
}

/// The parser counts lines within the line that it was given.
pub(super) fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned()
}
