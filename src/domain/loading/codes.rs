//! Countries and languages, from what is written for them.

use std::collections::HashSet;

use super::checks::looks_like_several;
use super::fields::{Fields, checked_text, is_placeholder, shown};
use super::problem::Problem;
use super::said::Said;
use crate::domain::catalog::{country_code, language_code};

/// The most countries or languages of a title, and the longest name of one, in characters.
pub(super) const MAX_CODES: usize = 100;
const MAX_CODE: usize = 200;

/// A list of codes, and how its entries are understood.
pub(super) struct Codes {
    field: &'static str,
    code: fn(&str) -> Option<&'static str>,
    /// What is said of an entry that names nothing.
    unknown: &'static str,
}

pub(super) const COUNTRIES: Codes = Codes {
    field: "countries",
    code: country_code,
    unknown: "is no country of ISO 3166-1, by code or name; left out",
};

pub(super) const LANGUAGES: Codes = Codes {
    field: "languages",
    code: language_code,
    unknown: "is no language of ISO 639-1, by code or name; left out",
};

/// Codes from what is written for them. What names nothing that we know is left out, with a warning; what has no letter
/// cannot be a name or a code, and is refused.
pub(super) fn read_codes(fields: &mut Fields, codes: &Codes) -> Result<Said<Vec<String>>, Problem> {
    let field = codes.field;
    let read = fields.entries(field, MAX_CODES, |fields, value| {
        let text = checked_text(field, value, MAX_CODE)?;
        if text.is_empty() {
            return Ok(None);
        }
        // Two letters are a code whatever else they stand for: NA is Namibia, but N/A is nothing.
        let is_missing = is_placeholder(&text) && !is_two_letters(&text);
        if let Some(code) = (codes.code)(&text).filter(|_| !is_missing) {
            return Ok(Some(code.to_owned()));
        }
        if !text.chars().any(char::is_alphanumeric) && !is_placeholder(&text) {
            let reason = format!("has {}, neither a code nor a name", shown(value));
            return Err(Problem::new(field, reason));
        }
        let reason = if looks_like_several(&text) {
            "looks like several in one; each is an entry of its own in a list, and “|” stands between them in a cell of a \
             table; left out"
        } else {
            codes.unknown
        };
        fields.warn_of(field, text, reason);
        Ok(None)
    })?;
    Ok(read.map(|mut codes| {
        let mut seen = HashSet::new();
        codes.retain(|code| seen.insert(code.clone()));
        codes
    }))
}

fn is_two_letters(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}
