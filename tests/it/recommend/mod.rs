//! The ranking as it is served.

mod everywhere;
mod extent;
mod for_everybody;
