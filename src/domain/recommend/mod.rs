//! The recommendation graph and its ranking: "if you watched X, these might be good", each with its reasons.

mod error;
mod graph;
mod service;
mod types;

pub use error::RecommendError;
pub use graph::{
    GraphCounts, ProfileNeighbourhood, Reach, Seed, SimilarEdge, SimilarTo, TasteGraph,
    TitleNeighbourhood, TitleNode, WatchedEdge,
};
pub use service::{RecommendService, Row, RowKind};
pub use types::{Reason, ReasonKind, ReasonSource, Recommendation};
