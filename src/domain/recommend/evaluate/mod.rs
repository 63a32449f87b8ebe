//! How good the lists are: measured on watches that were held out, beside simpler lists.
//!
//! [`split`] divides watches into a training set and a held-out set, [`indexed`] numbers its titles and viewers,
//! [`lists`] are made by the service that serves ([`served`], from the [`training`] set) and by simpler rules
//! ([`baselines`]), [`metrics`] compares them with the held-out set, [`bootstrap`] says how sure that is, [`report`]
//! puts it together, [`ablation`] takes one ingredient out at a time, [`imported`] takes a past for one that an import has
//! brought, [`own`] reads the site's own record. Only `own` reads a store; nothing writes.

mod ablation;
mod baselines;
mod bootstrap;
mod imported;
mod indexed;
mod lists;
mod metrics;
mod own;
mod report;
mod served;
mod split;
mod training;

pub use bootstrap::Interval;
pub use metrics::Metric;
pub use own::EvaluationService;
pub use report::{EvaluateError, Evaluation, Report, Row};
pub use split::{HeldOut, Relevant, Split, Tastes, Watch, tastes};
