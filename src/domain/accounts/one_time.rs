//! What a one-time link or code stands for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use url::Url;

use super::email::EmailAddress;
use super::session::Transport;
use super::token::TokenHash;
use crate::domain::ids::UserId;

/// What a one-time secret stands for. It can be used once, within its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "purpose", rename_all = "snake_case")]
pub enum OneTime {
    /// Whoever has it gets the mail of this address, which becomes, or is, that of the account.
    ConfirmEmail {
        user: UserId,
        /// The address that the account had when the mail went out; once it has another one the link is void.
        replaces: Option<EmailAddress>,
        /// Its epoch; in another one the link is void.
        epoch: u32,
        /// The address that the mail went to.
        email: EmailAddress,
    },
    /// Whoever has it may set a new password, as long as the account has the address. That ends all links like it.
    ResetPassword {
        user: UserId,
        /// Its epoch then, for versions that ask for it and may run beside this one.
        epoch: u32,
        /// The address that the mail went to.
        email: EmailAddress,
    },
    /// An app may send the system's browser to another site with it.
    OAuthTicket(OAuthRequest),
    /// The browser came back from the other site with it (`state`, RFC 6749, 10.12).
    OAuthState(OAuthState),
    /// The browser came back with it: it may come again, by its back button, which then leads on.
    OAuthDone {
        /// The account that is logged in there since, or linked.
        user: Option<UserId>,
        return_to: Url,
    },
    /// The browser came back, and is logged in once the PIN of the profile is given that it would open.
    OAuthPin(OAuthPin),
    /// An app gets its tokens for it, once it came back by deep link.
    OAuthCode {
        /// The account that is logged in.
        user: UserId,
        /// Its epoch; in another one the code is void.
        epoch: u32,
        provider: String,
        /// The `code_challenge` of the app (RFC 7636, S256).
        challenge: String,
        /// Who it is there, if the account is to be linked.
        links: Option<String>,
    },
    /// A request named a key of its own, of which this is the hash. It is looked at, and never used up.
    Request(KeyedRequest),
}

impl OneTime {
    /// The account that it is about, if there is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::ConfirmEmail { user, .. }
            | Self::ResetPassword { user, .. }
            | Self::OAuthCode { user, .. } => Some(*user),
            Self::OAuthPin(waiting) => Some(waiting.user),
            Self::OAuthDone { user, .. } => *user,
            Self::Request(request) => Some(request.user),
            Self::OAuthTicket(request) | Self::OAuthState(OAuthState { request, .. }) => {
                request.link_to.map(|(user, _)| user)
            }
        }
    }
}

/// A request that named a key of its own, so that a repeat of it makes nothing a second time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyedRequest {
    /// Whose request it was, and whose key.
    pub user: UserId,
    /// A hash of what it said.
    pub said: String,
    /// What names the thing that it was about to make, to whoever makes it.
    pub makes: String,
    /// When it was noted.
    pub at: DateTime<Utc>,
}

/// A log-in by another site, as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuthRequest {
    pub provider: String,
    /// Where to go in the end; one of the allowed addresses.
    pub return_to: Url,
    /// How the client will hold its session.
    pub transport: Transport,
    /// Whether a browser's session is to last.
    pub remember: bool,
    /// The account to link with, instead of logging in, and its epoch; in another one the request is void.
    pub link_to: Option<(UserId, u32)>,
    /// The `code_challenge` of an app (RFC 7636, S256).
    pub challenge: Option<String>,
}

/// A log-in by another site that wants a PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuthPin {
    pub user: UserId,
    /// Its epoch; in another one the log-in is void.
    pub epoch: u32,
    pub provider: String,
    /// Where to go in the end.
    pub return_to: Url,
    /// Whether the session is to last.
    pub remember: bool,
    /// The hash of the secret in the browser's cookie.
    pub browser: TokenHash,
}

/// What is remembered while the browser is at the other site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuthState {
    /// What was asked for.
    pub request: OAuthRequest,
    /// The hash of the secret in the browser's cookie: only the browser that left may come back.
    pub browser: TokenHash,
    /// The PKCE code verifier. It is of no use without the code, which the other site gives to the browser.
    pub verifier: String,
    /// What an OpenID Connect issuer must repeat.
    pub nonce: String,
}
