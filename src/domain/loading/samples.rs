//! Titles as tests write them down: as records.

use chrono::DateTime;
use serde_json::{Value, json};

use super::records::Record;
use crate::domain::catalog::Title;

/// The new title that a record makes.
pub(super) fn title(record: Value) -> Title {
    let Ok((Record::Title(title), ..)) = Record::read(record, 2026) else {
        unreachable!("it is a title");
    };
    title.new_title(DateTime::UNIX_EPOCH).unwrap()
}

/// A film of which a record says all but its key and its name.
pub(super) fn heat(mut record: Value) -> Title {
    record["slug"] = json!("heat-1995");
    record["title"] = json!("Heat");
    title(record)
}
