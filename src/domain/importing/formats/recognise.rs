//! Which service a file is from: by the columns of a table and the fields of JSON, and by its name only where two files of
//! one service have the same.

use std::ops::ControlFlow;

use serde_json::Value;

use super::element::{Element, Told};
use super::{imdb, jellyfin, letterboxd, netflix, plex, prime, simkl, trakt, tvtime};
use crate::domain::importing::file::{ImportFormat, PassedOverReason};
use crate::domain::importing::json_rows::each_element;
use crate::domain::importing::problem::ImportProblem;
use crate::domain::importing::reading::{Place, Reading};
use crate::domain::importing::sheet::Sheet;

/// The longest element of a list that is read, in bytes: it is in memory as a whole.
const MAX_ELEMENT: usize = 1024 * 1024;

/// A format of tables.
struct Table {
    format: ImportFormat,
    is: fn(&Sheet<'_>) -> bool,
    read: fn(&Sheet<'_>, &mut Reading<'_>) -> Result<(), ImportProblem>,
}

/// A format of JSON.
struct Json {
    format: ImportFormat,
    is: fn(&Element<'_>) -> bool,
    read: fn(&Element<'_>, &mut Reading<'_>) -> Told,
}

static TABLES: [Table; 7] = [
    Table {
        format: ImportFormat::Letterboxd,
        is: letterboxd::is,
        read: letterboxd::read,
    },
    Table {
        format: ImportFormat::Imdb,
        is: imdb::is,
        read: imdb::read,
    },
    Table {
        format: ImportFormat::TvTime,
        is: tvtime::is,
        read: tvtime::read,
    },
    Table {
        format: ImportFormat::Prime,
        is: prime::is,
        read: prime::read,
    },
    Table {
        format: ImportFormat::Plex,
        is: plex::is,
        read: plex::read,
    },
    Table {
        format: ImportFormat::Netflix,
        is: netflix::is,
        read: netflix::read,
    },
    Table {
        format: ImportFormat::Jellyfin,
        is: jellyfin::is,
        read: jellyfin::read,
    },
];
static JSONS: [Json; 3] = [
    Json {
        format: ImportFormat::Simkl,
        is: simkl::is,
        read: simkl::read,
    },
    Json {
        format: ImportFormat::Trakt,
        is: trakt::is,
        read: trakt::read,
    },
    Json {
        format: ImportFormat::Plex,
        is: plex::is_element,
        read: plex::read_element,
    },
];

/// Reads a table, and says whether it is one of a known format.
pub(in crate::domain::importing) fn read_table(
    sheet: &Sheet<'_>,
    reading: &mut Reading<'_>,
) -> Result<bool, ImportProblem> {
    let Some(table) = TABLES.iter().find(|table| (table.is)(sheet)) else {
        return Ok(false);
    };
    reading.met(table.format);
    (table.read)(sheet, reading)?;
    Ok(true)
}

/// Reads the lists of a JSON text, and says whether an element of them is one of a known format.
pub(in crate::domain::importing) fn read_json(
    file: &str,
    text: &str,
    reading: &mut Reading<'_>,
) -> Result<bool, ImportProblem> {
    let mut known: Option<(&Json, String)> = None;
    let mut problem = None;
    let walked = each_element(text, |path, row, element| {
        match take_element(&mut known, (file, path, row), element, reading) {
            Ok(()) => ControlFlow::Continue(()),
            Err(found) => {
                problem = Some(found);
                ControlFlow::Break(())
            }
        }
    });
    if let Some(problem) = problem {
        return Err(problem);
    }
    match walked {
        Err(error) if known.is_some() => Err(ImportProblem::not_json(file, &error)),
        Ok(()) | Err(_) => Ok(known.is_some()),
    }
}

/// The format that the elements before this one have, and the list in which the first of them stood.
type Known<'j> = Option<(&'j Json, String)>;

fn take_element(
    known: &mut Known<'_>,
    (file, path, row): (&str, &str, u32),
    text: &str,
    reading: &mut Reading<'_>,
) -> Result<(), ImportProblem> {
    let read: Result<Value, PassedOverReason> = if text.len() > MAX_ELEMENT {
        Err(PassedOverReason::TooLong)
    } else {
        serde_json::from_str(text).map_err(|_| PassedOverReason::Malformed)
    };
    let value = read.as_ref().unwrap_or(&Value::Null);
    let element = Element { file, path, value };
    if known.is_none() {
        *known = JSONS
            .iter()
            .find(|json| (json.is)(&element))
            .map(|json| (json, path.to_owned()));
        if let Some((json, _)) = known {
            reading.met(json.format);
        }
    }
    let Some((json, list)) = known else {
        return Ok(());
    };
    let told = match read.as_ref() {
        Ok(_) if (json.is)(&element) => (json.read)(&element, reading),
        // Elements of other lists than the one that was recognised are another matter.
        _ if list.as_str() != path => return Ok(()),
        read => Told {
            value: String::new(),
            profile: None,
            said: Err(*read.err().unwrap_or(&PassedOverReason::Malformed)),
        },
    };
    let place = Place {
        format: json.format,
        file,
        row,
        profile: told.profile.as_deref(),
    };
    reading.take(place, &told.value, told.said)
}
