//! Lists of titles as their users meet them: conditions, orders, and what is counted for filters.

mod facets;
mod filters;
mod likely;
mod orders;
