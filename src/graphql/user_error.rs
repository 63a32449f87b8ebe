//! What a person can put right, as part of a mutation's payload.

use async_graphql::{Enum, Interface, SimpleObject};

use super::accounts::{
    AuthPayload, BeginOAuthPayload, CreateApiKeyPayload, DeleteMyAccountPayload,
    DeleteProfilePayload, LogOutOthersPayload, LogOutPayload, ProfilePayload,
    RequestPasswordResetPayload, ResendConfirmationPayload, ResetPasswordPayload,
    RevokeApiKeyPayload, SetHistoryPausedPayload, UnlinkIdentityPayload, UserPayload,
};
use super::error::{ApiError, Result};
use super::watching::{
    DeleteHistoryPayload, EditPlayPayload, HideFromNextUpPayload, HideTitlePayload,
    MuteTastePayload, RateTitlePayload, RemoveFromContinueWatchingPayload,
    ReportPlaybackBatchPayload, ReportPlaybackPayload, SetWatchedPayload, SetWatchlistedPayload,
};
use crate::domain::error::{self, Coded};

/// What went wrong, said in a way that stays the same: in `userErrors.code`, and in `extensions.code` of top-level
/// errors.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "error::ErrorCode")]
pub(crate) enum ErrorCode {
    /// A required text is empty or has only invisible characters.
    Blank,
    /// A value is not of the form that its field wants.
    Invalid,
    /// A text is longer than its field allows.
    TooLong,
    /// A text is shorter than its field allows.
    TooShort,
    /// A number is below or above what its field allows.
    OutOfRange,
    /// The value must be unique, and somebody else has it already.
    Taken,
    /// It does not exist, or the viewer may not know that it does.
    NotFound,
    /// The change contradicts what is stored; `message` says how.
    Conflict,
    /// The role, the key, the age of the profile or a rule does not let this viewer do this.
    Forbidden,
    /// The viewer must log in first.
    Unauthenticated,
    /// E-mail address or password is wrong.
    WrongCredentials,
    /// The person changed their mind at another site.
    Cancelled,
    /// It was good once: it was used before, or its time is over. Begin again.
    Expired,
    /// Too many at once or in too short a time: wait for `extensions.retryAfter` seconds, if it says so.
    RateLimited,
    /// A cursor is not one that this list, in this order, gave out: start from the first page.
    BadCursor,
    /// A part of the site did not answer in time: try again.
    UpstreamUnavailable,
    /// The site has no room left to write; what can be read still is. Try again later.
    StorageFull,
    /// A fault of the site, not of the request.
    Internal,
}

/// Something that a person can put right.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct UserError {
    /// What went wrong, in a spelling that stays the same.
    code: ErrorCode,
    /// The same in English, for the person.
    message: String,
    /// The path to the value that is to blame, for instance `["input", "email"]`; null if it is about no single one.
    field: Option<Vec<String>>,
}

/// What the payload of every mutation has: errors that a person can put right.
#[derive(Interface)]
#[graphql(field(
    name = "user_errors",
    ty = "&Vec<UserError>",
    desc = "What a person can put right; empty if the mutation did what it was asked to."
))]
pub(crate) enum Payload {
    /// Of `register`, `logIn` and `refreshSession`.
    Auth(AuthPayload),
    LogOut(LogOutPayload),
    LogOutOthers(LogOutOthersPayload),
    /// Of what changes an account.
    User(UserPayload),
    ResendConfirmation(ResendConfirmationPayload),
    RequestPasswordReset(RequestPasswordResetPayload),
    ResetPassword(ResetPasswordPayload),
    /// Of `createProfile`, `updateProfile` and `selectProfile`.
    Profile(ProfilePayload),
    DeleteProfile(DeleteProfilePayload),
    CreateApiKey(CreateApiKeyPayload),
    RevokeApiKey(RevokeApiKeyPayload),
    DeleteMyAccount(DeleteMyAccountPayload),
    BeginOAuth(BeginOAuthPayload),
    UnlinkIdentity(UnlinkIdentityPayload),
    ReportPlayback(ReportPlaybackPayload),
    ReportPlaybackBatch(ReportPlaybackBatchPayload),
    RateTitle(RateTitlePayload),
    HideTitle(HideTitlePayload),
    EditPlay(EditPlayPayload),
    MuteTaste(MuteTastePayload),
    SetWatchlisted(SetWatchlistedPayload),
    SetWatched(SetWatchedPayload),
    RemoveFromContinueWatching(RemoveFromContinueWatchingPayload),
    HideFromNextUp(HideFromNextUpPayload),
    DeleteHistory(DeleteHistoryPayload),
    SetHistoryPaused(SetHistoryPausedPayload),
}

impl UserError {
    /// About a field of the input.
    pub(crate) fn input(code: error::ErrorCode, field: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            field: Some(vec!["input".to_owned(), field.to_owned()]),
        }
    }

    /// The same error of something that stands deeper in the input, by the names and numbers that lead there.
    pub(crate) fn within(mut self, path: &[&str]) -> Self {
        let field = self.field.get_or_insert_with(|| vec!["input".to_owned()]);
        let deeper = path.iter().map(|step| (*step).to_owned());
        drop(field.splice(1..1, deeper));
        self
    }

    /// About no single field of the input.
    pub(crate) fn general(error: &impl Coded) -> Self {
        Self {
            code: error.code().into(),
            message: error.to_string(),
            field: None,
        }
    }

    /// About a field of the input that the domain calls otherwise.
    pub(crate) fn about(field: &str, error: &impl Coded) -> Self {
        Self::input(error.code(), field, error.to_string())
    }

    /// What was done, or what a person can put right; the rest is a top-level error.
    pub(crate) fn split<T>(outcome: Result<T, impl Coded>) -> Result<(Option<T>, Vec<Self>)> {
        Ok(match outcome {
            Ok(done) => (Some(done), Vec::new()),
            Err(error) => (None, vec![Self::from_error(error)?]),
        })
    }

    /// Any error of one of several things, in words that are safe to show: the others were done.
    pub(crate) fn of_one(error: impl Coded) -> Self {
        let code = error.code().into();
        Self::from_error(error).unwrap_or_else(|error| Self {
            code,
            message: error.message().to_owned(),
            field: None,
        })
    }

    /// What a person can put right of an error; the rest is a top-level error.
    pub(crate) fn from_error(error: impl Coded) -> Result<Self> {
        match (error.field(), error.code()) {
            (Some(field), code) => Ok(Self::input(code, field, error.to_string())),
            (None, error::ErrorCode::WrongCredentials) => Ok(Self::general(&error)),
            (None, _) => Err(ApiError::from(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::resolver_utils::EnumType;

    use super::*;
    use crate::domain::error::StoreError;
    use crate::domain::watching::WatchError;

    #[test]
    fn any_error_of_one_of_several_things_is_said_in_safe_words() {
        let away = WatchError::Store(StoreError::unavailable("mongodb://behind:27017"));

        let error = UserError::of_one(away);

        assert_eq!(error.code, ErrorCode::UpstreamUnavailable);
        assert!(!error.message.contains("mongodb"), "{}", error.message);
    }

    #[test]
    fn codes_are_spelled_as_in_the_extensions_of_errors() {
        for item in ErrorCode::items() {
            assert_eq!(item.name, error::ErrorCode::from(item.value).as_str());
        }
    }
}
