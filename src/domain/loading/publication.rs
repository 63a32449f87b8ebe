//! Whether and when viewers may see a title, as a record says it.

use chrono::SubsecRound;

use super::fields::{Fields, shown};
use super::problem::Problem;
use crate::domain::catalog::{Publication, TitleState};

/// The fields that say it.
const FIELDS: [&str; 3] = ["state", "available_from", "available_until"];

/// Reads `state` and the window, `available_from` and `available_until`. `None` if the record has none of them: then a
/// title that is loaded already stays as it is, so that loading a file once more brings nothing back that a curator hid.
pub(super) fn read_publication(fields: &mut Fields) -> Result<Option<Publication>, Problem> {
    if FIELDS.iter().all(|name| !fields.has(name)) {
        return Ok(None);
    }
    let state = match fields.take("state") {
        None => TitleState::default(),
        Some(value) => match value.as_str() {
            Some("draft") => TitleState::Draft,
            Some("published") => TitleState::Published,
            Some("hidden") => TitleState::Hidden,
            _ => {
                let reason = format!("is {}, not draft, published or hidden", shown(&value));
                return Err(Problem::new("state", reason));
            }
        },
    };
    // To the millisecond, as stores keep it.
    let mut time = |name| {
        let time = fields.optional_time(name)?;
        Ok(time.map(|time| time.trunc_subsecs(3)))
    };
    let (from, until) = (time("available_from")?, time("available_until")?);
    if let (Some(from), Some(until)) = (from, until)
        && until <= from
    {
        let reason = format!("is {until}, not after available_from, {from}");
        return Err(Problem::new("available_until", reason));
    }
    Ok(Some(Publication { state, from, until }))
}
