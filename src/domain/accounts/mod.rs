//! Accounts, their profiles, who is logged in where, and everything that an account's owner can do with it.

mod access_token;
mod api_key;
mod audit;
mod erasure;
mod error;
mod identity;
mod mail;
mod one_time;
mod password;
mod service;
mod session;
mod store;
mod token;
mod types;

pub use access_token::{AccessTokens, Claims, KeyRotation, SigningKey};
pub use api_key::{ApiKey, Scope};
pub use audit::{Action, Actor, AuditEntry};
pub use erasure::Erasure;
pub use error::AccountError;
pub use identity::{
    Authorization, Callback, ExternalPerson, Identity, IdentityError, IdentityProvider,
};
pub use mail::{Letter, Mail, MailError, MailKind, Mailer};
pub use one_time::{OAuthRequest, OAuthState, OneTime};
pub use password::{ChosenPassword, MIN_PASSWORD, PasswordHash, PasswordHasher};
pub use service::{
    AccountExport, AccountPolicy, AccountPorts, AccountService, Arrival, Authority, BeginOAuth,
    Came, Credentials, LogIn, LoggedIn, MailService, MailingError, NewApiKey, ProfileChange,
    Registration, ReturnFromOAuth, SentAway, Tokens,
};
pub use session::{Lifetimes, Rotation, Session, Transport};
pub use store::{AccountStore, AccountWrite, OneTimeStore, SessionStore, SigningKeyStore};
pub use token::{ApiKeyToken, RefreshToken, Secret, SessionToken, TokenHash};
pub use types::{EmailAddress, Profile, User};
