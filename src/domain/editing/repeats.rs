//! Creations that name a key of their own: a repeat makes nothing, and is answered with what was made.
//!
//! What is about to be made is noted before it is, once it is known that nothing has its name. So what has the name after
//! that is what the note is of, also where the program died in between; and of two who come at the same time both note the
//! same name, which one of them gets.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::error::EditError;
use super::refused::{Place, Refused};
use super::service::EditService;
use super::single::Edited;
use crate::domain::accounts::KeyedRequest;
use crate::domain::blobs::BlobHash;
use crate::domain::catalog::CatalogError;
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::ids::UserId;
use crate::domain::loading::{Allowed, LoadMode, Problem};
use crate::domain::viewer::KnownViewer;

/// The longest key, in characters.
const MOST_KEY: usize = 64;
/// By how much what was made may seem to be older than what was noted of it: servers have clocks of their own, and of two
/// who come at the same time the note of the other may be the later one.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// A creation that is done once.
#[derive(Debug)]
pub(super) struct Keyed {
    /// What sort of thing it makes.
    sort: &'static str,
    user: UserId,
    key: String,
    /// A hash of what is said of it.
    said: String,
}

impl Keyed {
    /// The key that a creation of a sort of thing names, with all that it says; `None` if it names none, or makes nothing.
    pub(super) fn of(
        viewer: &KnownViewer,
        (key, mode): (Option<&str>, LoadMode),
        sort: &'static str,
        said: &Value,
    ) -> Result<Option<Self>, Refused> {
        let Some(key) = key else {
            return Ok(None);
        };
        check(key)?;
        let keyed = Self {
            sort,
            user: viewer.user,
            key: key.to_owned(),
            said: BlobHash::of(format!("{sort}{said}").as_bytes()).to_string(),
        };
        Ok((mode == LoadMode::Write).then_some(keyed))
    }

    /// The name of what is made by a note, if it is of this sort.
    fn name_in<'n>(&self, noted: &'n str) -> Option<&'n str> {
        noted.strip_prefix(self.sort)?.strip_prefix(':')
    }
}

fn check(key: &str) -> Result<(), Refused> {
    let length = key.chars().count();
    if key.trim().is_empty() {
        let reason = "is empty: leave it out, or give one that no other creation has";
        return Err(Refused::new(ErrorCode::Blank, Place::Key, reason));
    }
    if length > MOST_KEY {
        let reason = format!("has {length} characters, more than {MOST_KEY}");
        let most = i32::try_from(MOST_KEY).unwrap_or(i32::MAX);
        return Err(Refused {
            allowed: Some(Allowed { least: None, most }),
            ..Refused::new(ErrorCode::TooLong, Place::Key, reason)
        });
    }
    Ok(())
}

impl EditService {
    /// What was noted of a key in the last day; an error if it was of another sort of thing.
    pub(super) async fn noted(&self, keyed: &Keyed) -> Result<Option<Noted>, EditError> {
        let found = self.accounts.find_request(keyed.user, &keyed.key).await;
        let Some(request) = found.map_err(CatalogError::from)? else {
            return Ok(None);
        };
        let name = keyed.name_in(&request.makes).ok_or_else(another_input)?;
        Ok(Some(Noted {
            is_same: request.said == keyed.said,
            name: name.to_owned(),
            at: request.at,
        }))
    }

    /// Notes that something of this name is about to be made; the name that it is to have, for whoever came at the same time
    /// may have noted another.
    pub(super) async fn reserve(&self, keyed: &Keyed, name: String) -> Result<String, EditError> {
        if let Some(noted) = self.noted(keyed).await?
            && noted.is_same
        {
            return Ok(noted.name);
        }
        let request = KeyedRequest {
            user: keyed.user,
            said: keyed.said.clone(),
            makes: format!("{}:{name}", keyed.sort),
            at: self.clock.now(),
        };
        let noted = self.accounts.note_request(&keyed.key, request).await;
        noted.map_err(CatalogError::from)?;
        Ok(name)
    }
}

/// What was noted of a key.
pub(super) struct Noted {
    /// Whether the same was said.
    is_same: bool,
    /// The name of what was about to be made.
    pub(super) name: String,
    at: DateTime<Utc>,
}

impl Noted {
    /// Whether something that was made then is what the note is of.
    pub(super) fn has_made(&self, created_at: DateTime<Utc>) -> bool {
        created_at >= self.at - SKEW
    }

    /// The answer to a repeat, by what was made; an error if something else was asked for then.
    pub(super) fn answer<T>(&self, made: T) -> Result<Edited<T>, EditError> {
        if !self.is_same {
            return Err(another_input().into());
        }
        let again = Problem {
            field: "idempotency_key".to_owned(),
            reason: "was given before: this is what was made then".to_owned(),
            value: None,
            allowed: None,
        };
        Ok(Edited {
            node: made,
            differences: Vec::new(),
            noticed: vec![again],
            run: None,
        })
    }
}

/// That a key was given with something else.
fn another_input() -> Refused {
    let reason = "was given before, with another input: each creation needs a key of its own";
    Refused::new(ErrorCode::Conflict, Place::Key, reason)
}

/// Whether something was not made because its name is taken: by now perhaps by who came at the same time.
pub(super) fn is_taken<T>(made: &Result<T, EditError>) -> bool {
    matches!(made, Err(error) if error.code() == ErrorCode::Taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(is_same: bool) -> Noted {
        Noted {
            is_same,
            name: "heat-1995".to_owned(),
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_key_is_a_short_text() {
        assert_eq!(check(&"k".repeat(MOST_KEY)), Ok(()));
        for (key, code) in [
            ("", ErrorCode::Blank),
            (" ", ErrorCode::Blank),
            (&*"k".repeat(MOST_KEY + 1), ErrorCode::TooLong),
        ] {
            let refused = check(key).unwrap_err();
            assert_eq!((refused.code, refused.place), (code, Place::Key));
        }
        assert_eq!(check(&"k".repeat(65)).unwrap_err().bounds().max, Some(64.0));
    }

    #[test]
    fn a_repeat_is_told_from_another_creation_by_what_it_says() {
        let again = noted(true).answer(7).unwrap();
        assert_eq!((again.node, again.run), (7, None));
        assert_eq!(again.noticed.len(), 1);

        let other = noted(false).answer(7).unwrap_err();
        assert_eq!(other.code(), ErrorCode::Conflict);
    }

    #[test]
    fn a_note_of_another_sort_of_thing_is_none_of_its_own() {
        let keyed = Keyed {
            sort: "title",
            user: UserId(1),
            key: "k".to_owned(),
            said: String::new(),
        };
        assert_eq!(keyed.name_in("title:heat-1995"), Some("heat-1995"));
        assert_eq!(keyed.name_in("episode:7"), None);
        assert_eq!(keyed.name_in("titles:7"), None);
    }

    #[test]
    fn what_was_there_long_before_was_made_by_another() {
        let noted = noted(true);
        assert!(noted.has_made(DateTime::UNIX_EPOCH + TimeDelta::hours(1)));
        assert!(noted.has_made(DateTime::UNIX_EPOCH - TimeDelta::seconds(59)));
        assert!(!noted.has_made(DateTime::UNIX_EPOCH - TimeDelta::seconds(61)));
    }
}
