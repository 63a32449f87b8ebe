//! Subscriptions over HTTP: a WebSocket by the protocol `graphql-transport-ws`, or streams of events by `graphql-sse`.
//!
//! Ours instead of async-graphql's `http::WebSocket` (7.2.1), which accepts a second subscriber of an id, has other close
//! codes than the protocol, and executes documents past our limits and budgets.
//!
//! | what happened | the WebSocket is closed with |
//! |---|---|
//! | a message that is none of the protocol, or not JSON | 4400 |
//! | an operation before the connection is acknowledged, or credentials that prove nothing | 4401 |
//! | credentials whose time is over, so that the client fetches others and comes again | 4403 |
//! | another subprotocol | 4406 |
//! | no `connection_init` within ten seconds | 4408 |
//! | a second operation under an id that is in use | 4409 |
//! | a second `connection_init` | 4429 |
//! | who was logged in is not any more | 4401 |
//! | who was logged in goes on as somebody else: connect and subscribe again | 4499 |
//! | the server stops | 1001 |
//! | a message that is too long | 1009 |
//! | too many connections of one session or messages, a client that does not read, a store that does not answer: try again later | 1013 |
//!
//! Queries and mutations are answered as well, for clients that send all by one connection: each has a place at work, or is
//! `BUSY`, and a server that stops finishes and answers them first, as it does requests of their own. A browser takes no
//! cookie here: who wants one is told so, as a page is whose browser would drop it.

mod connection;
mod events;
mod gate;
mod message;
mod operation;
mod seats;
mod single;
mod socket;
mod transport;

pub use gate::Gatekeeper;
pub use seats::LiveLimits;
pub use transport::Live;

pub(super) use gate::{Answers, Begin, Beside};
pub(super) use transport::STREAM;
pub(in crate::http) use transport::STREAM_TOKEN;
