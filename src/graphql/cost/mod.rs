//! How much a query may ask for: every field counts as often as it may be answered, so lists inside each other multiply.
//!
//! Not the `complexity` of async-graphql: its visitor finds the attribute on fields of objects only (7.2.1), so a field
//! that is asked of an interface, such as `Title.credits` in every list of titles, counts as one value however long the
//! list is, and four lists of a hundred inside each other would pass. And it wants an attribute on every field, which can
//! be forgotten. Here the lengths of lists are read from the schema's own text: an argument that says how many (`first`,
//! `last`, `ids`; for the titles in rows of suggestions the rows' `itemsPerRow`), or the table of lists that the domain
//! keeps short.

mod costs;
mod plan;
mod reports;
#[cfg(test)]
mod tests;

pub(super) use costs::Costs;
pub(super) use plan::Plan;
pub(super) use reports::Reports;
