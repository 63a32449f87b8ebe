//! Accounts, their profiles, who is logged in where, and everything that an account's owner can do with it.

mod access_token;
mod api_key;
mod audit;
mod email;
mod epochs;
mod erasure;
mod error;
mod identity;
mod mail;
mod name;
mod one_time;
mod owners;
mod password;
mod profile;
mod service;
mod session;
mod store;
mod telling;
mod token;
mod user;

pub use access_token::{AccessTokens, Claims, KeyRotation, SigningKey, Verified};
pub use api_key::{ApiKey, ApiKeyError, Scope};
pub use audit::{Action, Actor, AuditEntry, AuditOf};
pub use email::{EmailAddress, EmailError};
pub use epochs::{AccountEpochs, EPOCH_LASTS, WRITE_LASTS};
pub use erasure::Erasure;
pub use error::AccountError;
pub use identity::{
    Authorization, Callback, ExternalPerson, Identity, IdentityError, IdentityProvider, LinkError,
};
pub use mail::{Asked, Letter, Mail, MailError, MailKind, Mailer};
pub use name::NameError;
pub use one_time::{KeyedRequest, OAuthPin, OAuthRequest, OAuthState, OneTime};
pub use owners::{Owned, ReadInTurn, SessionOwners};
pub use password::{
    ChosenPassword, HashingError, MIN_PASSWORD, PasswordError, PasswordHash, PasswordHasher,
};
pub use profile::{Profile, ProfileError};
pub use service::{
    AccountExport, AccountPolicy, AccountPorts, AccountService, AccountStores, Arrival, Authority,
    BeginOAuth, Came, ChangePassword, ChangeProfile, Cleared, Confirmed, Credentials, DEMO_EMAIL,
    DEMO_PASSWORD, DEMO_VIEWER, EnterPin, Entered, ExchangeOAuth, Kept, LogIn, LoggedIn,
    MailService, MailingError, MakeApiKey, NamesByProfile, NamesByUser, NewApiKey, OAuthRedirect,
    ProfileChange, Proof, Registration, ReturnFromOAuth, Stale, Tokens,
};
pub use session::{Lifetimes, Rotation, Session, SessionError, Succession, Transport};
pub use store::{
    AccountStore, AccountWrite, ApiKeyStore, AuditStore, ErasureStore, IdentityStore, MailStore,
    OneTimeStore, ProfileStore, SessionStore, SigningKeyStore, UserStore, read_with_owner,
};
pub use token::{ApiKeyToken, RefreshToken, Salt, Secret, SessionToken, TokenHash};
pub use user::User;
