//! What of an edit was refused, as errors that a person can put right.

use super::words::{in_schema, path_in_schema};
use crate::domain::editing::{EditError, Part, Place, Refused};
use crate::domain::error::ErrorCode;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::user_error::UserError;

/// The names of the parts of a patch.
fn part_name(part: Part) -> &'static str {
    match part {
        Part::Set => "set",
        Part::Add => "add",
        Part::Remove => "remove",
    }
}

/// An error about what was refused; `subject` is the path to what is edited.
pub(super) fn user_error(refused: &Refused, subject: &[&str]) -> UserError {
    let said = |name: &str| format!("`{name}` {}", refused.reason);
    let (last, before) = match subject.split_last() {
        Some((last, before)) => (*last, before),
        None => ("input", subject),
    };
    let input = |name: &str| UserError::input(refused.code, name, said(name));
    let error = match &refused.place {
        Place::Subject => input(last).within(before),
        Place::Into => input("into"),
        Place::FromTitles => input("fromTitles"),
        Place::Base => input("baseRevision").within(before),
        Place::Slug => input("slug"),
        Place::Name => input("name"),
        Place::Key => input("idempotencyKey"),
        Place::Kind => input("kind"),
        Place::Upload => input("upload"),
        Place::Url => input("url"),
        Place::Picture => input("picture"),
        Place::Pictures => input("pictures"),
        Place::Season => input("season"),
        Place::Number => input("number"),
        Place::Part(part) => input(part_name(*part)),
        Place::Field(part, field) => {
            let name = in_schema(field.split('.').next().unwrap_or(field));
            let message = said(&path_in_schema(field));
            UserError::input(refused.code, &name, message).within(&[part_name(*part)])
        }
    };
    let error = error.changed_since(&refused.changed);
    error.bounded(refused.bounds())
}

/// That what is to be edited is not there: its id is of nothing of the kind.
pub(super) fn not_there(subject: &str) -> UserError {
    let message = format!("`{subject}` names no {subject}");
    UserError::input(ErrorCode::NotFound, subject, message)
}

/// What was done, or what a person can put right; the rest is a top-level error.
pub(super) fn split<T>(
    outcome: std::result::Result<T, EditError>,
    subject: &[&str],
) -> Result<(Option<T>, Vec<UserError>)> {
    match outcome {
        Ok(done) => Ok((Some(done), Vec::new())),
        Err(EditError::Refused(refused)) => {
            let errors = refused.iter().map(|it| user_error(it, subject));
            Ok((None, errors.collect()))
        }
        Err(
            error @ (EditError::NoTitles
            | EditError::TooManyTitles(_)
            | EditError::FilterOfTooMany(_)),
        ) => Ok((None, vec![UserError::from_error(error)?])),
        Err(
            error @ (EditError::Forbidden
            | EditError::Catalog(_)
            | EditError::Revising(_)
            | EditError::Picture(_)),
        ) => Err(ApiError::from(error)),
    }
}

/// An argument that was refused before the edit began, as an error about a field of the input; what nobody can put right
/// stays a top-level error.
pub(super) fn of_argument(field: &str, error: ApiError) -> Result<UserError> {
    match error.kind() {
        ErrorCode::Blank
        | ErrorCode::Invalid
        | ErrorCode::TooLong
        | ErrorCode::TooShort
        | ErrorCode::OutOfRange
        | ErrorCode::NotFound => {
            let message = error.message().to_owned();
            Ok(UserError::input(error.kind(), field, message))
        }
        ErrorCode::Taken
        | ErrorCode::Conflict
        | ErrorCode::StaleRevision
        | ErrorCode::Forbidden
        | ErrorCode::MembershipRequired
        | ErrorCode::Unauthenticated
        | ErrorCode::WrongCredentials
        | ErrorCode::Cancelled
        | ErrorCode::Expired
        | ErrorCode::RateLimited
        | ErrorCode::BadCursor
        | ErrorCode::UpstreamUnavailable
        | ErrorCode::StorageFull
        | ErrorCode::Internal => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
    use serde_json::{Value, json};

    use super::*;

    /// The error as clients read it.
    async fn read(place: Place, subject: &[&str]) -> Value {
        struct Query(UserError);

        #[Object]
        impl Query {
            async fn error(&self) -> &UserError {
                &self.0
            }
        }

        let refused = Refused {
            code: ErrorCode::Invalid,
            place,
            reason: "is wrong".to_owned(),
            allowed: None,
            changed: Vec::new(),
        };
        let query = Query(user_error(&refused, subject));
        let schema = Schema::new(query, EmptyMutation, EmptySubscription);
        let answer = schema.execute("{ error { message field } }").await;
        assert_eq!(answer.errors, []);
        answer.data.into_json().unwrap()["error"].take()
    }

    #[tokio::test]
    async fn what_is_to_blame_is_named_as_in_the_input() {
        let row: &[&str] = &["titles", "3", "title"];
        let person: &[&str] = &["person"];
        let field = |part, field: &str| Place::Field(part, field.to_owned());
        for (place, subject, path, message) in [
            (
                Place::Subject,
                row,
                json!(["input", "titles", "3", "title"]),
                "`title` is wrong",
            ),
            (
                Place::Base,
                row,
                json!(["input", "titles", "3", "baseRevision"]),
                "`baseRevision` is wrong",
            ),
            (
                Place::Subject,
                person,
                json!(["input", "person"]),
                "`person` is wrong",
            ),
            (
                Place::Part(Part::Add),
                row,
                json!(["input", "add"]),
                "`add` is wrong",
            ),
            (
                field(Part::Set, "ids.imdb"),
                row,
                json!(["input", "set", "externalIds"]),
                "`externalIds.imdb` is wrong",
            ),
            (
                field(Part::Remove, "release_date"),
                row,
                json!(["input", "remove", "premiered"]),
                "`premiered` is wrong",
            ),
        ] {
            let expected = json!({ "message": message, "field": path });
            assert_eq!(read(place, subject).await, expected);
        }
    }
}
