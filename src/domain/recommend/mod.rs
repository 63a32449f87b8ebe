//! The recommendation graph and its ranking: "if you watched X, these might be good", each with its reasons.
//!
//! [`graph`] is the port to the graph, [`affinity`] says how well one title follows another, [`scoring`] makes lists
//! of it, [`similar`] computes the `SIMILAR` edges, [`rows`] makes a page.

mod affinity;
mod erasure;
mod error;
mod follower;
mod graph;
mod projection;
mod rows;
mod scoring;
mod service;
mod similar;
mod types;

pub use affinity::{Features, Rarity};
pub use erasure::ErasureService;
pub use error::RecommendError;
pub use follower::GraphFollower;
pub use graph::{
    GraphCounts, ProfileNeighbourhood, Reach, Seed, SimilarEdge, SimilarTo, TasteGraph,
    TitleNeighbourhood, TitleNode, WatchedEdge,
};
pub use projection::{Difference, GraphService};
pub use rows::{Row, RowKind};
pub use service::RecommendService;
pub use similar::similar_edges;
pub use types::{Reason, ReasonKind, ReasonSource, Recommendation};
