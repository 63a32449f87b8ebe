//! Access tokens as JSON Web Tokens, signed with Ed25519 keys that follow each other by themselves.

mod crypto;
mod keys;
mod ring;
mod seal;
mod tokens;

#[cfg(test)]
mod tests;

pub use crypto::install;
pub use tokens::JwtTokens;
