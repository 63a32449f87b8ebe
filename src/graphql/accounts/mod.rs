//! Accounts: registering, logging in and out, and who the viewer is.

mod identity;
mod mutation;
mod profile;
mod query;
mod session;
mod user;
mod viewer;

pub(crate) use identity::{BeginOAuthPayload, IdentityMutation, UnlinkIdentityPayload};
pub(crate) use mutation::{AccountMutation, AuthPayload, LogOutPayload};
pub(crate) use profile::Profile;
pub(crate) use query::AccountQuery;
pub(crate) use session::Session;
pub(crate) use user::User;
pub(crate) use viewer::Viewer;
