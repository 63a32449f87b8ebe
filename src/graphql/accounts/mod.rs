//! Accounts: registering, logging in and out, who the viewer is, and what owners and admins do with accounts.

mod api_key;
mod audit;
mod delete;
mod email;
mod identity;
mod manage;
mod mutation;
mod password;
mod pause;
mod profile;
mod profile_mutation;
mod query;
mod session;
mod user;
mod viewer;

pub(crate) use api_key::{ApiKey, ApiKeyMutation, CreateApiKeyPayload, RevokeApiKeyPayload};
pub(crate) use delete::{DeleteMutation, DeleteMyAccountPayload};
pub(crate) use email::{EmailMutation, ResendConfirmationPayload};
pub(crate) use identity::{BeginOAuthPayload, IdentityMutation, UnlinkIdentityPayload};
pub(crate) use manage::{ManageMutation, ManageQuery};
pub(crate) use mutation::{AccountMutation, AuthPayload, LogOutOthersPayload, LogOutPayload};
pub(crate) use password::{PasswordMutation, RequestPasswordResetPayload, ResetPasswordPayload};
pub(crate) use pause::{PauseMutation, SetHistoryPausedPayload};
pub(crate) use profile::Profile;
pub(crate) use profile_mutation::{DeleteProfilePayload, ProfileMutation, ProfilePayload};
pub(crate) use query::AccountQuery;
pub(crate) use session::Session;
pub(crate) use user::{User, UserPayload};
pub(crate) use viewer::Viewer;
