//! The HTTP handler in front of the GraphQL schema.
//!
//! Ours instead of async-graphql-axum's (7.2.1), which executes mutations sent by `GET` and as `text/plain`: both are
//! requests that another site can make a browser send with the viewer's cookie. It follows the GraphQL over HTTP draft:
//!
//! | what happened | `application/graphql-response+json` | `application/json` |
//! |---|---|---|
//! | executed, with or without errors | 200 | 200 |
//! | no GraphQL, against the schema or the limits, no such operation, a variable does not fit | 400 | 200 |
//! | not JSON, a key in it twice, no `query` in it, or a hash that is not that of `query` | 400 | 400 |
//! | the hash of a document that is not known, and no `query` | 200 | 200 |
//! | no document has this id, or it is not one of those that alone are executed | 400 | 200 |
//! | mutation by `GET`, unknown method | 405, with `Allow` | 405 |
//! | no answer that the client accepts | 406 | 406 |
//! | the body is slow, too large, not JSON by its own account | 408, 413, 415 | 408, 413, 415 |
//! | a subscription that is neither sent over a WebSocket nor asked for as a stream of events (see `live`) | 400 | 200 |
//! | not done within the time limit; mutations are finished all the same | 504 | 504 |
//!
//! The body of every error is `{"errors": [{"message", "extensions": {"code"}}]}`.

mod answer;
mod call;
mod endpoint;
mod live;
mod media;
mod operations;
mod persisted;
mod refusal;
#[cfg(test)]
mod tests;
mod trusted;

pub(super) use media::{best_liked, is_json_body};

pub use endpoint::{GraphqlEndpoint, PATH, PrepareRequest};
pub(super) use live::STREAM_TOKEN;
pub use live::{Gatekeeper, Live, LiveLimits};
pub use operations::Operations;
pub use refusal::Refusal;
pub use trusted::DocumentPolicy;
