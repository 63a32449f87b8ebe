//! What [`reelgraph::domain::watching::WatchStore`] promises.

mod erasure;
mod lists;
mod projection;
mod reads;
mod support;
mod update;
