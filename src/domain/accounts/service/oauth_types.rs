//! What a log-in by another site is asked with, and what becomes of it.

use chrono::TimeDelta;
use secrecy::SecretString;
use url::Url;

use super::log_in::LoggedIn;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::session::Transport;
use crate::domain::accounts::token::Secret;
use crate::domain::viewer::KnownViewer;

/// A log-in by another site that begins.
#[derive(Debug, Clone)]
pub struct BeginOAuth {
    pub provider: String,
    /// Where to go in the end: one of the allowed addresses.
    pub return_to: String,
    /// How the client will hold its session.
    pub transport: Transport,
    /// Whether a browser's session is to last.
    pub remember: bool,
    /// The `code_challenge` of an app (RFC 7636, S256).
    pub challenge: Option<String>,
    /// The password of the account that is to be linked; not needed right after logging in.
    pub password: Option<SecretString>,
}

/// Where a browser is redirected to.
#[derive(Debug, Clone)]
pub struct OAuthRedirect {
    pub url: Url,
    /// The value of the OAuth state cookie, if the browser is redirected to the other site.
    pub browser: Option<Secret>,
}

/// What a browser brings back.
#[derive(Debug)]
pub struct ReturnFromOAuth {
    /// The site that it comes from, by the address that it came to.
    pub provider: String,
    pub state: String,
    /// The `code` parameter; without it the person said no.
    pub code: Option<SecretString>,
    /// The values of its OAuth state cookie: one for each of its tabs that began.
    pub browser: Vec<Secret>,
    /// Who was logged in there: a log-in ends that session.
    pub before: Option<KnownViewer>,
}

/// What became of somebody who came back.
#[derive(Debug)]
pub struct Came {
    /// Where to go now; `None` if the browser is not the one that began, or came before.
    pub return_to: Option<Url>,
    /// What the browser is to keep for its other tabs.
    pub left: Vec<Secret>,
    pub outcome: Result<Arrival, AccountError>,
}

/// The PIN of a profile that a log-in by another site would open.
#[derive(Debug, Clone)]
pub struct EnterPin {
    /// What the form was given.
    pub token: String,
    pub pin: SecretString,
    /// What the browser was to keep.
    pub browser: Vec<Secret>,
    /// Who was logged in there.
    pub before: Option<KnownViewer>,
}

/// Logged in by the PIN.
#[derive(Debug)]
pub struct Entered {
    /// Where to go now.
    pub return_to: Url,
    /// What the browser is to keep for its other tabs.
    pub left: Vec<Secret>,
    pub logged_in: LoggedIn,
}

/// What an app got by its deep link, and what shows that it is the one that began.
#[derive(Debug, Clone)]
pub struct ExchangeOAuth {
    pub code: String,
    /// What the code challenge was made of (RFC 7636).
    pub verifier: String,
    /// The PIN of the account's first profile, to open that; without it the log-in opens one that needs none.
    pub pin: Option<SecretString>,
}

/// How somebody came back.
#[derive(Debug)]
pub enum Arrival {
    /// Logged in, in this browser.
    LoggedIn(LoggedIn),
    /// The account that was logged in, in this browser, is linked now.
    Linked,
    /// An app gets its tokens for this code, and its account linked if that was asked for.
    Code(Secret),
    /// Logged in once the PIN is given with this.
    Pin(Secret),
    /// It came before, and is logged in since.
    Already,
}

impl OAuthRedirect {
    /// How long somebody may take at the other site.
    pub const LASTS: TimeDelta = TimeDelta::minutes(10);
}
