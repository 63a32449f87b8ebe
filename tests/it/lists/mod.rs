//! Lists as their users meet them: conditions, orders, what is counted for filters, and both ends.

mod both_ends;
mod facets;
mod filters;
mod likely;
mod orders;
