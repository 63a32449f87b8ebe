//! The promises of [`reelgraph::domain::watching::WatchStore`], sentence by sentence.

mod erasure;
mod feedback;
mod lists;
mod projection;
mod reads;
mod support;
mod update;
mod wishes;
