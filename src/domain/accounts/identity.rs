//! Federated log-in (OAuth 2.0, OpenID Connect): logging in by an account at another site, and the port to such a site.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use url::Url;

use super::email::EmailAddress;
use crate::domain::error::{Coded, ErrorCode};
use crate::domain::ids::UserId;

/// That somebody at another site is the owner of an account here. One account has at most one of each site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The other site: `facebook`, or what the operator called an OpenID Connect issuer.
    pub provider: String,
    /// Who it is there; unique within the site.
    pub subject: String,
    pub user: UserId,
    /// When it was linked.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Whom another site says that somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalPerson {
    /// Who it is there.
    pub subject: String,
    /// The address, if the site told one.
    pub email: Option<EmailAddress>,
    /// Whether the site vouches for the address.
    pub email_verified: bool,
    /// What the person is called, if the site told that.
    pub name: Option<String>,
}

/// What goes with the browser to the other site.
#[derive(Debug, Clone)]
pub struct Authorization<'a> {
    /// To be brought back.
    pub state: &'a str,
    /// To be repeated in an id token.
    pub nonce: &'a str,
    /// The PKCE code verifier, of which only the challenge goes along (RFC 7636, S256).
    pub verifier: &'a str,
}

/// What the browser brought back.
#[derive(Debug, Clone)]
pub struct Callback<'a> {
    pub code: SecretString,
    /// What was to be repeated.
    pub nonce: &'a str,
    /// The PKCE code verifier.
    pub verifier: &'a str,
}

/// Another site that knows people. It is one of several: nothing but its adapter knows how it speaks.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// What it is called, in lower case: part of addresses, stored with each identity.
    fn name(&self) -> &str;

    /// Where to send the browser.
    async fn authorization_url(
        &self,
        authorization: &Authorization<'_>,
    ) -> Result<Url, IdentityError>;

    /// Exchanges the code and asks who it is. Everything that the site says is checked.
    async fn identify(&self, callback: Callback<'_>) -> Result<ExternalPerson, IdentityError>;

    /// Whom a request that the site itself signed is about; `None` if the signature is wrong, or it signs none.
    fn signed_subject(&self, signed_request: &str) -> Option<String> {
        let _ = signed_request;
        None
    }
}

/// Why another site did not say who somebody is.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It does not answer, or not in time, or with a fault of its own.
    #[error("the other site does not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It refused the code, or what it says does not hold.
    #[error("the other site did not confirm who this is")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The code that the browser brought back was good once.
    #[error("the log-in took too long, or was used before; begin again")]
    Expired,
}

impl Coded for IdentityError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable(_) => ErrorCode::UpstreamUnavailable,
            Self::Refused(_) => ErrorCode::WrongCredentials,
            Self::Expired => ErrorCode::Expired,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::Unavailable(_) | Self::Refused(_) | Self::Expired => None,
        }
    }

    fn words(&self) -> Option<&'static str> {
        match self {
            Self::Unavailable(_) => Some("the other site does not answer; try again later"),
            Self::Refused(_) | Self::Expired => None,
        }
    }
}

/// What can go wrong with linking an account here with one at another site, and with logging in by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// No such other site is set up.
    #[error("this site has no log-in by that name")]
    ProviderNotFound,
    /// The address is not on the list.
    #[error("this is not an address that the site allows to return to")]
    ReturnNotAllowed,
    /// An app must prove that it is the one that began.
    #[error("an app needs a code challenge of 43 characters (RFC 7636, S256)")]
    InvalidChallenge,
    /// The person at the other site said no.
    #[error("the log-in was cancelled")]
    Cancelled,
    /// The browser or the app came back before, or too late.
    #[error("this log-in was used before, or took too long; begin again")]
    Expired,
    /// The other site's account is linked with an account here, or this account with another one there.
    #[error("it is linked already")]
    Taken,
    /// The other site told an address that an account here has.
    #[error("an account with this e-mail address exists already; log in to it and link it there")]
    EmailTaken,
    /// The account is not linked with that site.
    #[error("the account is not linked with this")]
    NotFound,
    /// Without it nobody could log in.
    #[error("this is the last way to log in; set a password first")]
    LastWayIn,
}

impl Coded for LinkError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::ProviderNotFound | Self::NotFound => ErrorCode::NotFound,
            Self::ReturnNotAllowed | Self::InvalidChallenge => ErrorCode::Invalid,
            Self::Cancelled => ErrorCode::Cancelled,
            Self::Expired => ErrorCode::Expired,
            Self::Taken | Self::EmailTaken | Self::LastWayIn => ErrorCode::Conflict,
        }
    }

    fn field(&self) -> Option<&'static str> {
        match self {
            Self::ProviderNotFound | Self::Taken | Self::NotFound | Self::LastWayIn => {
                Some("provider")
            }
            Self::ReturnNotAllowed => Some("returnTo"),
            Self::InvalidChallenge => Some("codeChallenge"),
            // Said when the browser comes back, where there is no input.
            Self::Cancelled | Self::Expired | Self::EmailTaken => None,
        }
    }
}
