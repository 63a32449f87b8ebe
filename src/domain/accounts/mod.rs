//! Accounts, their profiles, and who is logged in where.

mod error;
mod password;
mod service;
mod store;
mod token;
mod types;

pub use error::AccountError;
pub use password::{PasswordHash, PasswordHasher};
pub use service::{AccountService, LogIn, LoggedIn, Registration};
pub use store::{AccountStore, SessionStore};
pub use token::{SessionToken, TokenHash};
pub use types::{EmailAddress, Profile, Role, Session, User};
