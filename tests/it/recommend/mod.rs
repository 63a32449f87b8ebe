//! The ranking as it is served.

mod cold;
mod everywhere;
mod extent;
mod for_everybody;
