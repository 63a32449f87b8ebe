//! `/uploads`: files in pieces that are resumed where they broke off, by tus 1.0 (<https://tus.io/protocols/resumable-upload>)
//! with the extensions `creation`, `creation-with-upload`, `checksum`, `expiration`, `termination` and `concatenation`.
//!
//! | request | what happens |
//! |---|---|
//! | `POST /uploads` | an upload begins, with a first piece or without one, or parts are joined |
//! | `HEAD /uploads/{id}` | says how much is kept for good |
//! | `PATCH /uploads/{id}` | a piece comes, from where the kept ones end |
//! | `DELETE /uploads/{id}` | it is taken away |
//! | `OPTIONS /uploads` | says what there is |
//!
//! Whoever goes away in the middle of a piece finds what came of it, unless it had a checksum.

mod body;
mod headers;
mod places;
mod routes;

pub(super) use headers::{SENT, SHOWN};
pub(super) use routes::{Tus, present, routes};
