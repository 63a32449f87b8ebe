//! The ports of [`crate::domain`] on real technology: one folder for each, one file a feature. No adapter knows of
//! another one.

pub mod argon2;
pub mod blobs;
pub mod ffmpeg;
pub mod folders;
pub mod images;
pub mod jwt;
#[cfg(feature = "kafka")]
pub mod kafka;
pub mod mail;
pub mod memory;
pub mod mongo;
pub mod neo4j;
pub mod oauth;
pub mod oembed;
pub mod pictures;
pub mod redis;
pub mod search;
pub mod sqlite;
