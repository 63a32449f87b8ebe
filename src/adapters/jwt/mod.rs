//! Access tokens as JSON Web Tokens, signed with Ed25519 keys that are rotated automatically.

mod crypto;
mod grants;
mod key_set;
mod keys;
mod seal;
mod tokens;

#[cfg(test)]
mod tests;

pub use crypto::install;
pub use grants::JwtGrants;
pub use tokens::JwtTokens;
