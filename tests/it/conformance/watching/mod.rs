//! What [`reelgraph::domain::watching::WatchStore`] promises.

mod erasure;
mod feedback;
mod lists;
mod projection;
mod reads;
mod support;
mod update;
mod wishes;
