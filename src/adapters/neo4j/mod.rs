//! The recommendation graph in production: Neo4j, over Bolt. The statements stand in `cypher/`.

mod db;
mod epoch;
mod examine;
mod graph;
mod lists;
mod project;
pub mod queries;
mod similar;
mod solutions;
mod taste;
mod walk;

pub use db::Neo4jDb;
pub use examine::examine;
pub use graph::Neo4jGraph;
