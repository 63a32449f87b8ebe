//! The recommendation graph and its ranking: "if you watched X, these might be good", each with its reasons.
//!
//! [`graph`] is the port to the graph, [`similar`] computes the `SIMILAR` edges, [`for_viewer`] and [`title_page`] make
//! lists of them, [`rows`] makes a page, [`evaluate`] says how good it all is.
#![doc = include_str!("formula.md")]

mod backlog;
mod cached_lists;
mod compare;
mod edges;
mod epoch;
mod epochs;
mod error;
pub mod evaluate;
mod exchange;
mod features;
mod follower;
mod for_viewer;
mod graph;
mod headline;
mod inputs;
mod late;
mod lookout;
mod material;
mod notes;
mod origin;
mod other_parts;
mod popular;
mod projection;
mod publish;
mod queues;
mod reasons;
mod rebuild;
mod reception;
mod reweigh;
mod rows;
mod schema_version;
mod service;
pub mod similar;
mod similar_service;
mod site_statistics;
mod sources;
mod spread;
mod tastes;
mod title_page;
mod turns;
mod types;

pub use backlog::{Backlog, BacklogService, BacklogStore, ProjectionProgress, Waiting};
pub use cached_lists::{CachedList, Extent, Generation, KeptId, KeptList, ListCache, ListKey};
pub use compare::Difference;
pub use edges::{EdgeChanges, changes, edges_by_start};
pub use epoch::{Epoch, GraphEpoch};
pub use error::RecommendError;
pub use exchange::{
    CheckedGeneration, ExchangeError, ExchangeFolder, ExportedEdges, ExportedMessages, FileProblem,
    Imported, MESSAGES, TITLES_TOPIC, WATCHES_TOPIC,
};
pub use features::{Features, Rarity};
pub use follower::GraphFollower;
pub use for_viewer::Ranking;
pub use graph::{
    GraphCounts, GraphProjection, Incoming, Outgoing, SimilarEdge, SimilarLists, SimilarSource,
    SimilarVersion, Solution, Taste, TasteEdge, TasteGraph, TitleNode, WatchedEdge, Weight,
};
pub use headline::headlines;
pub use material::Material;
pub use notes::{NoteStore, Notes, Pass, Phase, Rebuild, Reweigh};
pub use projection::GraphService;
pub use publish::{
    PublishRound, PublishService, Published, Publishing, TopicMessage, Topics, WatchPosition,
};
pub use rebuild::RebuildStep;
pub use reception::ReceptionService;
pub use reweigh::ReweighStep;
pub use rows::{Item, Row, RowKind};
pub use schema_version::Schema;
pub use service::{Leaf, RecommendPorts, RecommendService, TasteWeight};
pub use similar_service::{Computed, Following, Freshness, SimilarRound, SimilarService};
pub use sources::{
    ProjectionPorts, TitleSource, UnprojectedWatch, WatchSource, WatchersStore, last_in_queue,
};
pub use tastes::{TasteRead, TasteReader, TastesInGraph};
pub use turns::Turns;
pub use types::{Reason, ReasonKind, ReasonSource, Recommendation};

#[cfg(test)]
mod tests;
