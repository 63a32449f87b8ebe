//! Indexes for what waits, for what is forgotten, and for the days of all titles.

use bson::doc;

use super::collections::Collections;
use crate::adapters::mongo::indexes::{Build, Index, create, make};
use crate::domain::error::StoreError;

/// Makes the collections and their indexes, unless they are there.
pub(super) async fn ensure(collections: &Collections, build: Build) -> Result<bool, StoreError> {
    create(&collections.curves).await?;
    create(&collections.turn).await?;
    let oldest = Index::on(doc! { "at": 1, "_id": 1 }).named("oldest");
    let mut is_whole = make(&collections.waiting, [oldest], build).await?;
    let written = Index::on(doc! { "updated_at": 1 }).named("written");
    is_whole &= make(&collections.sittings, [written], build).await?;
    // Has the sums, so that titles are compared without reading what is packed.
    let in_order =
        doc! { "_id.day": 1, "_id.kind": 1, "_id.id": 1, "plays": 1, "views": 1, "seconds": 1 };
    let in_order = Index::on(in_order).named("in_order");
    is_whole &= make(&collections.days, [in_order], build).await?;
    Ok(is_whole)
}
