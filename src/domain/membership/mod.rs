//! Membership: the plans that a site sells, what of the catalogue they open, and who has them.
//!
//! Whether a title is in lists is not decided here, but in `catalog/visibility.rs`: this says whether it may be played.

mod access;
mod batch;
mod carrying;
mod error;
mod listing;
mod member;
mod offer;
mod plan;
mod service;
mod store;

pub use access::{Access, AccessItem, AccessRule, Needs, Place};
pub use batch::AccessByPlace;
pub use error::MembershipError;
pub use listing::NamedRule;
pub use member::{Grant, HeldPlan, Membership};
pub use offer::Named;
pub use plan::{Interval, IntervalUnit, Plan, PlanId, Price};
pub use service::{LoadedOffer, MembershipService};
pub use store::{MembershipStore, OfferChange};
