//! The providers of federated log-in: Facebook, and any OpenID Connect issuer.

mod facebook;
mod id_token;
mod issuer;
mod openid;
mod signed_request;
mod web;

pub use facebook::{FacebookProvider, FacebookSettings};
pub use openid::{OpenIdProvider, OpenIdSettings};
pub use web::SetupError;
