//! Membership: the plans that the site sells, what they open, and which of them the viewer has.

mod access;
mod held;
mod plan;
mod query;

pub(crate) use access::Access;
pub(crate) use held::Membership;
pub(crate) use query::PlanQuery;
