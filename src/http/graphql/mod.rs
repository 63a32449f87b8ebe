//! The HTTP handler in front of the GraphQL schema.
//!
//! Ours instead of the library's, which executes mutations sent by `GET` and as `text/plain`: both are requests that
//! another site can make a browser send with the viewer's cookie. It follows the first edition of GraphQL over HTTP
//! (September 2026), whose rules of thumb are:
//!
//! | what happened | status | |
//! |---|---|---|
//! | executed, no errors | 200 | |
//! | executed, some errors, with or without data | 294 | 200 for clients that asked for `application/json` |
//! | not JSON, no `query`, or no GraphQL | 400 | the edition suggests 422 for the second |
//! | mutation by `GET`, unknown method | 405 | with `Allow` |
//! | no answer that the client accepts | 406 | |
//! | the body is slow, too large, not JSON by its own account | 408, 413, 415 | |
//! | against the schema or the limits, no such operation, a variable is missing | 422 | |
//! | not done within the time limit | 504 | mutations are finished all the same |
//!
//! A success is labelled as the client asked, everything else as `application/graphql-response+json`, by which clients
//! tell our errors from those of a proxy. The body of every error is `{"errors": [{"message", "extensions": {"code"}}]}`.

mod answer;
mod call;
mod endpoint;
mod media;
mod refusal;
#[cfg(test)]
mod tests;

pub use endpoint::{GraphqlEndpoint, PATH, PrepareRequest};
pub use refusal::Refusal;
