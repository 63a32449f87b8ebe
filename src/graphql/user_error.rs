//! What a person can put right, as part of a mutation's payload.

use async_graphql::{Enum, Interface, Number, ServerError, SimpleObject, Value};

use super::accounts::{
    AuthPayload, BeginOAuthPayload, CreateApiKeyPayload, DeleteMyAccountPayload,
    DeleteProfilePayload, LogOutOthersPayload, LogOutPayload, ProfilePayload,
    RequestPasswordResetPayload, ResendConfirmationPayload, ResetPasswordPayload,
    RevokeApiKeyPayload, SetHistoryPausedPayload, UnlinkIdentityPayload, UserPayload,
};
use super::commenting::{CommentPayload, ModerateCommentsPayload, SetCommentLikedPayload};
use super::editing::{
    CreateEpisodePayload, CreatePersonPayload, CreateTitlePayload, DeleteCollectionPayload,
    DeleteEpisodePayload, DeleteGenrePayload, DeletePersonPayload, DeleteTitlePayload,
    EditCollectionPayload, EditEpisodePayload, EditGenrePayload, EditPersonPayload,
    EditTitlesPayload, MergeCollectionsPayload, MergeEpisodesPayload, MergeGenresPayload,
    MergePeoplePayload, MergeTitlesPayload, PicturesPayload, SplitTitlePayload, UndoMergePayload,
};
use super::error::{ApiError, CODE, FIELD, MAX, MIN, RETRY_AFTER, Result, seconds};
use super::importing::{DecideImportRowPayload, DiscardImportPayload, ImportPayload};
use super::library::MatchFilePayload;
use super::revising::{RevertRevisionsPayload, SetLocksPayload, SetSourcePrecedencePayload};
use super::site_jobs::CancelSiteJobPayload;
use super::uploading::CreateUploadPayload;
use super::video::SetVideosPayload;
use super::watching::{
    DeleteHistoryPayload, EditPlayPayload, HideFromNextUpPayload, HideTitlePayload,
    MuteTastePayload, RateTitlePayload, RemoveFromContinueWatchingPayload,
    ReportPlaybackBatchPayload, ReportPlaybackPayload, SetWatchedPayload, SetWatchlistedPayload,
};
use crate::domain::error::{self, Bounds, Coded};

/// What went wrong, said in a way that stays the same: in `userErrors.code`, and in `extensions.code` of top-level
/// errors. Of a mutation `FORBIDDEN` and `RATE_LIMITED` are in `userErrors`, but where the request as a whole asks for too
/// much. Those from `BAD_REQUEST` on are of requests that were refused as a whole; no `userErrors` have them.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Somebody has changed it since the revision that the change goes by: read it again. `changedFields` says what is other.
    StaleRevision,
    /// The role, the key, the age of the profile or a rule does not let this viewer do this.
    Forbidden,
    /// It is for members, and the viewer has no plan that opens it; `access` of a film or an episode says which plans would.
    MembershipRequired,
    /// The viewer must log in first.
    Unauthenticated,
    /// E-mail address or password is wrong.
    WrongCredentials,
    /// The person changed their mind at another site.
    Cancelled,
    /// It was good once: it was used before, or its time is over. Begin again.
    Expired,
    /// Too many at once or in too short a time: wait for `retryAfter` seconds, if it says so.
    RateLimited,
    /// A cursor is not one that this list, in this order, gave out: start from the first page.
    BadCursor,
    /// A part of the site did not answer in time: try again.
    UpstreamUnavailable,
    /// The site has no room left to write; what can be read still is. Try again later.
    StorageFull,
    /// A fault of the site, not of the request.
    Internal,
    /// The request is not one of GraphQL over HTTP: its body, its parameters or its headers are malformed.
    BadRequest,
    /// A page of another site sent it. The page's origin must be listed (`REELGRAPH_TRUSTED_ORIGINS`).
    CrossSite,
    /// Queries are sent by `GET` or `POST`, mutations by `POST`.
    MethodNotAllowed,
    /// The client takes no answer of a type that there is.
    NotAcceptable,
    /// The body is not JSON in UTF-8.
    UnsupportedMediaType,
    /// The body has more bytes than `site.limits.requestBytes`.
    PayloadTooLarge,
    /// The document is no GraphQL.
    GraphqlParseFailed,
    /// The document, or a variable, does not fit the schema.
    GraphqlValidationFailed,
    /// The document has more bytes or words than the site reads.
    DocumentTooLarge,
    /// Fields or brackets are nested deeper than the site follows.
    DocumentTooDeep,
    /// The operation asks for too much at once: `site.limits` says how much may be.
    DocumentTooComplex,
    /// The schema does not describe itself here.
    IntrospectionDisabled,
    /// No document is known by this hash: send its text with the hash.
    PersistedQueryNotFound,
    /// No document of this site has this id.
    DocumentNotFound,
    /// The site executes its own documents only, and this is none of them.
    DocumentNotTrusted,
    /// It was not done in time. A mutation may still be.
    Timeout,
    /// The site has its hands full: come again after `Retry-After` seconds.
    Busy,
}

/// Which codes are those of the domain, under the same names.
macro_rules! of_resolvers {
    ($($name:ident)+) => {
        impl From<error::ErrorCode> for ErrorCode {
            fn from(code: error::ErrorCode) -> Self {
                match code {
                    $(error::ErrorCode::$name => Self::$name,)+
                }
            }
        }

        #[cfg(test)]
        impl ErrorCode {
            /// All that an error of a resolver can have.
            pub(super) const OF_RESOLVERS: &[error::ErrorCode] = &[$(error::ErrorCode::$name),+];
        }
    };
}

of_resolvers! {
    Blank Invalid TooLong TooShort OutOfRange Taken NotFound Conflict StaleRevision Forbidden MembershipRequired
    Unauthenticated WrongCredentials Cancelled Expired RateLimited BadCursor UpstreamUnavailable StorageFull Internal
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
    /// The least that the value may be: a number as such, a text in characters, a list in entries; for words of the
    /// client's own. Null if there is no such limit, or if it is not what is wrong.
    min: Option<f64>,
    /// The most that the value may be, counted likewise; of a `CONFLICT` how many there may be. Null as for `min`.
    max: Option<f64>,
    /// After how many seconds to try again; null if waiting does not help, or nobody knows.
    retry_after: Option<u64>,
    /// The fields that were changed since, by their names in files that are loaded, sorted, as far as the kept revisions
    /// tell; null unless it is `STALE_REVISION`.
    changed_fields: Option<Box<[String]>>,
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
    /// Of `startImport` and `undoImport`.
    Import(ImportPayload),
    DecideImportRow(DecideImportRowPayload),
    DiscardImport(DiscardImportPayload),
    SetLocks(SetLocksPayload),
    SetSourcePrecedence(SetSourcePrecedencePayload),
    RevertRevisions(RevertRevisionsPayload),
    CreateTitle(CreateTitlePayload),
    CreateEpisode(CreateEpisodePayload),
    CreatePerson(CreatePersonPayload),
    EditTitles(EditTitlesPayload),
    DeleteTitle(DeleteTitlePayload),
    DeleteEpisode(DeleteEpisodePayload),
    DeletePerson(DeletePersonPayload),
    MergeTitles(MergeTitlesPayload),
    MergePeople(MergePeoplePayload),
    MergeEpisodes(MergeEpisodesPayload),
    MergeGenres(MergeGenresPayload),
    DeleteGenre(DeleteGenrePayload),
    MergeCollections(MergeCollectionsPayload),
    DeleteCollection(DeleteCollectionPayload),
    UndoMerge(UndoMergePayload),
    SplitTitle(SplitTitlePayload),
    EditEpisode(EditEpisodePayload),
    EditPerson(EditPersonPayload),
    EditGenre(EditGenrePayload),
    EditCollection(EditCollectionPayload),
    /// Of `addPicture`, `removePicture` and `setPictures`.
    Pictures(PicturesPayload),
    MatchFile(MatchFilePayload),
    CancelSiteJob(CancelSiteJobPayload),
    CreateUpload(CreateUploadPayload),
    SetVideos(SetVideosPayload),
    /// Of `addComment`, `editComment` and `deleteComment`.
    Comment(CommentPayload),
    SetCommentLiked(SetCommentLikedPayload),
    ModerateComments(ModerateCommentsPayload),
}

impl UserError {
    /// About a field of the input.
    pub(crate) fn input(code: error::ErrorCode, field: &str, message: impl Into<String>) -> Self {
        Self {
            field: Some(vec!["input".to_owned(), field.to_owned()]),
            ..Self::new(code, message.into())
        }
    }

    fn new(code: error::ErrorCode, message: String) -> Self {
        Self {
            code: code.into(),
            message,
            field: None,
            min: None,
            max: None,
            retry_after: None,
            changed_fields: (code == error::ErrorCode::StaleRevision).then(Box::default),
        }
    }

    /// The same about a value that must be between these.
    #[must_use]
    pub(crate) fn bounded(self, Bounds { min, max }: Bounds) -> Self {
        Self { min, max, ..self }
    }

    /// The same of a stale revision with the fields that were changed since; of anything else as it was.
    #[must_use]
    pub(crate) fn changed_since(self, fields: &[String]) -> Self {
        Self {
            changed_fields: self.changed_fields.map(|_| fields.into()),
            ..self
        }
    }

    /// The same with the numbers of an error and the fields that it names, for clients that have words of their own.
    fn with_numbers_of(self, error: &impl Coded) -> Self {
        let told = self.changed_since(error.changed_fields());
        Self {
            retry_after: error.retry_after().map(seconds),
            ..told.bounded(error.bounds())
        }
    }

    /// The same error of something that stands deeper in the input, by the names and numbers that lead there.
    pub(crate) fn within(mut self, path: &[&str]) -> Self {
        let field = self.field.get_or_insert_with(|| vec!["input".to_owned()]);
        let deeper = path.iter().map(|step| (*step).to_owned());
        drop(field.splice(1..1, deeper));
        self
    }

    /// The same error of one entry of the list that it is about, by its place from 0.
    pub(crate) fn at_entry(mut self, place: usize) -> Self {
        let field = self.field.get_or_insert_with(|| vec!["input".to_owned()]);
        field.push(place.to_string());
        self
    }

    /// About no single field of the input.
    pub(crate) fn general(error: &impl Coded) -> Self {
        Self::new(error.code(), error.to_string()).with_numbers_of(error)
    }

    /// About a field of the input that the domain calls otherwise.
    pub(crate) fn about(field: &str, error: &impl Coded) -> Self {
        Self::input(error.code(), field, error.to_string()).with_numbers_of(error)
    }

    /// What was refused of whoever asks, or for now; `None` for any other error, which nobody can put right who sends the
    /// same again later or as somebody else.
    pub(super) fn of_refusal(refused: &ServerError) -> Option<Self> {
        let extensions = refused.extensions.as_ref()?;
        let codes = [error::ErrorCode::Forbidden, error::ErrorCode::RateLimited];
        let is_it = |code: &error::ErrorCode| {
            let said = extensions.get(CODE);
            said == Some(&Value::from(code.as_str()))
        };
        let code = codes.into_iter().find(is_it)?;
        let number = |name: &str| match extensions.get(name) {
            Some(Value::Number(number)) => Some(number),
            _ => None,
        };
        let refusal = match extensions.get(FIELD) {
            Some(Value::String(field)) => Self::input(code, field, refused.message.as_str()),
            _ => Self::new(code, refused.message.clone()),
        };
        Some(Self {
            min: number(MIN).and_then(Number::as_f64),
            max: number(MAX).and_then(Number::as_f64),
            retry_after: number(RETRY_AFTER).and_then(Number::as_u64),
            ..refusal
        })
    }

    /// After how many seconds to try again, where that is known.
    pub(super) fn wait(&self) -> Option<u64> {
        self.retry_after
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
        let code = error.code();
        Self::from_error(error).unwrap_or_else(|error| Self {
            retry_after: error.retry_after(),
            ..Self::new(code, error.message().to_owned())
        })
    }

    /// What a person can put right of an error; the rest is a top-level error.
    pub(crate) fn from_error(error: impl Coded) -> Result<Self> {
        match (error.field(), error.code()) {
            (Some(field), _) => Ok(Self::about(field, &error)),
            (None, error::ErrorCode::WrongCredentials) => Ok(Self::general(&error)),
            (None, _) => Err(ApiError::from(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use async_graphql::resolver_utils::EnumType;

    use super::*;
    use crate::domain::accounts::{AccountError, PasswordError};
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
        for code in ErrorCode::OF_RESOLVERS {
            let mut items = ErrorCode::items().iter();
            let item = items.find(|item| item.value == ErrorCode::from(*code));

            assert_eq!(item.map(|item| item.name), Some(code.as_str()));
        }
    }

    #[test]
    fn the_numbers_of_an_error_come_with_it() {
        let short = AccountError::Password(PasswordError::TooShort { least: 15 });
        let often = WatchError::TooManyPlays {
            most: 10,
            wait: Duration::from_millis(1_500),
        };

        let [short, often] = [UserError::of_one(short), UserError::of_one(often)];

        assert_eq!((short.min, short.max), (Some(15.0), Some(256.0)));
        assert_eq!(short.retry_after, None);
        assert_eq!((often.min, often.max), (None, Some(10.0)));
        assert_eq!(often.retry_after, Some(2));
    }
}
