//! What [`reelgraph::domain::watching::WatchStore`] promises.

mod lists;
mod projection;
mod reads;
mod support;
mod update;
