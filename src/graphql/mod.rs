//! The GraphQL surface: what the domain knows and does, as a schema.
//!
//! Start at `schema`. Each feature has a file or a folder named as in the domain; what all share stands beside them:
//! `context` (who asks, and where resolvers find the services), `error`, `page` and `cursor` (connections), `loaders`
//! and `together` (reading in batches), `language` (in which languages texts are wanted), `node` and `global_id`. What
//! the library leaves undone is done around it: `limits` and `cost` (how much a query may ask for), `nulls` (what stands
//! where something failed), `documents` and `inputs` (what need not be looked at twice), `answers` (what need not be
//! made twice).

mod accounts;
mod answers;
mod asked;
mod catalog;
mod commenting;
mod context;
mod cookie;
mod cost;
mod curating;
mod cursor;
mod documents;
mod editing;
mod error;
mod examine;
mod freshness;
mod global_id;
mod guard;
mod hierarchy;
mod highlight;
mod hit;
mod importing;
mod inputs;
mod language;
mod library;
pub mod limits;
mod list_lengths;
mod live;
mod loaders;
mod membership;
mod node;
mod nulls;
mod order;
mod page;
mod recommend;
mod refused;
mod revising;
mod roots;
mod scalars;
mod schema;
mod search;
mod site;
mod site_jobs;
mod together;
mod total;
mod trace;
mod translated;
mod turns;
mod types;
mod uploading;
mod usage;
mod user_error;
mod video;
mod watching;
mod weights;

pub use asked::{Answered, Asked, Common, Execute};
pub use context::Caller;
pub use context::Services;
pub use cookie::SessionCookie;
pub use documents::{Document, Documents};
pub(crate) use error::{ApiError, Edge, RETRY_AFTER};
pub(crate) use global_id::GlobalId;
pub use live::{Leaving, Over, Standing, Stay, staying};
pub use schema::{Schema, build, sdl, weigh};
pub use site::{REQUEST_BYTES, REQUEST_TIME, SiteFacts};
