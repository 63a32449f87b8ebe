//! Subscriptions: what the schema tells while it happens.
//!
//! A subscription is a listener of the domain and a pace: what comes close together is told together. Before each
//! payload it is asked once more who listens, as every request is, and the payload is read anew.

mod catalogue;
mod follow;
mod jobs;
mod leaving;
mod session;
mod site_jobs;
mod standing;
mod states;
mod suggestions;

pub(crate) use catalogue::CatalogueSubscription;
pub(crate) use jobs::JobSubscription;
pub use leaving::{Leaving, Stay, staying};
pub(crate) use session::SessionSubscription;
pub(crate) use site_jobs::SiteJobSubscription;
pub use standing::{Over, Standing};
pub(crate) use states::StateSubscription;
pub(crate) use suggestions::SuggestionSubscription;
