//! What reports and imports leave in the ledger: facts one by one, and laws that hold for any reports.

mod bringing;
mod deleting;
mod feedback;
mod going_on;
mod imports;
mod laws;
mod lengths;
mod moving;
mod moving_series;
mod reports;
mod rewatch;
mod support;
mod told;
