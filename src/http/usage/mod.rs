//! `/usage`: how much is watched, for machines with a key of a curator, or for a curator who is logged in; and what other
//! players play, from machines.
//!
//! | address | what it is |
//! |---|---|
//! | `POST /usage/events` | takes in what other players play |
//! | `GET /usage/site`, `/usage/titles/{id}`, `/usage/episodes/{id}` | the figures of a range |
//! | `…/series`, `…/breakdown`, `…/retention` | the same over time, by country, device or client, and along an item |
//! | `GET /usage/titles` | what is watched most |
//! | `GET /usage/days` | all days of all titles and episodes, page by page |
//! | `GET /usage/openapi.json` | the description of all of it, made from the handlers |
//!
//! Lists are JSON, CSV or NDJSON. Refusals are problem details (RFC 9457).

mod access;
mod answers;
mod document;
mod episodes;
mod events;
mod figures;
mod format;
mod lists;
mod parameters;
mod refusals;
mod routes;
mod scopes;
mod site;
mod titles;

pub(super) use access::Usage;
pub(super) use events::{EVENTS, MOST_BYTES};
pub(super) use format::cell;
pub(super) use routes::routes;
