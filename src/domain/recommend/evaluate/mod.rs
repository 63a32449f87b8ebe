//! How good the lists are: measured on watches that were kept from the ranking, beside what is simpler.
//!
//! [`split`] says what is shown and what is kept back, [`field`] numbers it, [`lists`] are made by the service that
//! serves ([`served`], over what is [`shown`]) and by simpler rules ([`baselines`]), [`metrics`] compares them with
//! what was kept back, [`bootstrap`] says how sure that is, [`report`] puts it together, [`ablation`] takes one
//! ingredient out at a time, [`own`] reads the site's own record. Nothing is read from or written to a store but there.

mod ablation;
mod baselines;
mod bootstrap;
mod field;
mod lists;
mod metrics;
mod own;
mod report;
mod served;
mod shown;
mod split;

pub use bootstrap::Interval;
pub use metrics::Metric;
pub use own::EvaluationService;
pub use report::{EvaluateError, Evaluation, Report, Row};
pub use split::{HeldOut, Relevant, Split, Tastes, Watch, tastes};
