//! Why something of an edit is not done, and what of the edit is to blame.

use super::part::Part;
use crate::domain::error::{Bounds, ErrorCode};
use crate::domain::loading::{Allowed, Problem, Refusal};

/// Why something of an edit is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub code: ErrorCode,
    pub place: Place,
    /// What is wrong, as the rest of a sentence that begins with what is to blame.
    pub reason: String,
    /// What the value may be, if that is what is wrong.
    pub allowed: Option<Allowed>,
    /// Of a stale revision the fields that were changed since, by their names in files, as far as revisions tell.
    pub changed: Vec<String>,
}

/// What of an edit is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// What is to be edited.
    Subject,
    /// What another thing is to be merged into.
    Into,
    /// Whether what is deleted is taken from titles that name it.
    FromTitles,
    /// The revision that the curator has seen.
    Base,
    /// The key of something new.
    Slug,
    /// The name that something is given which has little else.
    Name,
    /// The key by which a repeat is known.
    Key,
    /// What a picture is for.
    Kind,
    /// A picture that was sent before.
    Upload,
    /// Where a picture is on the web.
    Url,
    /// A picture that is there.
    Picture,
    /// The pictures that are to be there.
    Pictures,
    /// The season of a new episode.
    Season,
    /// The number of a new episode in its season.
    Number,
    /// A part of the patch as a whole.
    Part(Part),
    /// A field of the patch, as files call it: `ids.imdb`.
    Field(Part, String),
}

impl Refused {
    pub(super) fn new(code: ErrorCode, place: Place, reason: impl Into<String>) -> Self {
        Self {
            code,
            place,
            reason: reason.into(),
            allowed: None,
            changed: Vec::new(),
        }
    }

    /// What the value may be, for clients that have words of their own.
    pub fn bounds(&self) -> Bounds {
        let allowed = self.allowed.as_ref();
        Bounds {
            min: allowed.and_then(|it| it.least).map(f64::from),
            max: allowed.map(|it| it.most).map(f64::from),
        }
    }

    /// What a record was refused for that says what a part of the patch does.
    pub(super) fn of_record(part: Part, refusal: Refusal) -> Self {
        let Refusal { code, problem } = refusal;
        Self::of_problem(code, part, problem)
    }

    /// The same of what the edit as a whole would lead to.
    pub(super) fn of_problem(code: ErrorCode, part: Part, problem: Problem) -> Self {
        let place = if problem.field.is_empty() {
            Place::Part(part)
        } else {
            Place::Field(part, problem.field)
        };
        Self {
            allowed: problem.allowed,
            ..Self::new(code, place, problem.reason)
        }
    }

    pub(super) fn not_there(what: &str) -> Self {
        let reason = format!("names no {what}");
        Self::new(ErrorCode::NotFound, Place::Subject, reason)
    }

    /// The field to blame, as files call it, without what is within it.
    pub(super) fn field(&self) -> Option<(Part, &str)> {
        match &self.place {
            Place::Field(part, field) => {
                let field = field.split('.').next().unwrap_or(field);
                Some((*part, field))
            }
            Place::Subject
            | Place::Into
            | Place::FromTitles
            | Place::Base
            | Place::Slug
            | Place::Name
            | Place::Key
            | Place::Kind
            | Place::Upload
            | Place::Url
            | Place::Picture
            | Place::Pictures
            | Place::Season
            | Place::Number
            | Place::Part(_) => None,
        }
    }
}
