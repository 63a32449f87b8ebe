//! Whether and when viewers may see a title, as a record says it.

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::Value;

use super::fields::{Fields, shown};
use super::problem::Problem;
use super::said::Said;
use crate::domain::catalog::{Publication, TitleState};

/// What a record says of whether and when viewers may see a title.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublicationRecord {
    /// Draft, published or hidden; published if it is cleared.
    pub state: Said<TitleState>,
    /// The first moment of the window, in whole milliseconds.
    pub from: Said<DateTime<Utc>>,
    /// The first moment after the window, in whole milliseconds.
    pub until: Said<DateTime<Utc>>,
}

impl PublicationRecord {
    /// What holds after the record, where `stored` held before: loading a file once more brings nothing back that a
    /// curator hid.
    pub(super) fn over(&self, stored: Publication) -> Result<Publication, Problem> {
        let publication = Publication {
            state: self.state.over(stored.state),
            from: self.from.over(stored.from),
            until: self.until.over(stored.until),
        };
        if let (Some(from), Some(until)) = (publication.from, publication.until)
            && until <= from
            && publication != stored
        {
            let reason = format!("is {until}, not after available_from, {from}");
            return Err(Problem::new("available_until", reason));
        }
        Ok(publication)
    }
}

/// Reads `state` and the window, `available_from` and `available_until`.
pub(super) fn read_publication(fields: &mut Fields) -> Result<PublicationRecord, Problem> {
    let state = match fields.raw("state") {
        None => Said::Nothing,
        Some(Value::Null) => Said::Cleared,
        Some(value) => Said::Value(match value.as_str() {
            Some("draft") => TitleState::Draft,
            Some("published") => TitleState::Published,
            Some("hidden") => TitleState::Hidden,
            _ => {
                let reason = format!("is {}, not draft, published or hidden", shown(&value));
                return Err(Problem::new("state", reason));
            }
        }),
    };
    // To the millisecond, as stores keep it.
    let mut time = |name| {
        let time = fields.optional_time(name)?;
        Ok(time.map(|time| time.trunc_subsecs(3)))
    };
    let (from, until) = (time("available_from")?, time("available_until")?);
    Ok(PublicationRecord { state, from, until })
}
