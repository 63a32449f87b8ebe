//! Which sources of values go before which, as documents: one a field.

use bson::{Document, doc};
use serde::Deserialize;

use crate::adapters::mongo::db::{MongoDb, patiently, store_error};
use crate::adapters::mongo::find;
use crate::domain::catalog::{Precedence, ValueSource};
use crate::domain::error::StoreError;

/// The collection, and what orders are called that cannot be read.
const PRECEDENCE: &str = "source_precedence";

/// The order of a field.
#[derive(Deserialize)]
struct OrderDocument {
    #[serde(rename = "_id")]
    field: String,
    sources: Vec<ValueSource>,
}

/// All orders that were set.
pub(super) async fn read(db: &MongoDb) -> Result<Precedence, StoreError> {
    let all = db.collection::<OrderDocument>(PRECEDENCE);
    let (filter, order) = (Document::new(), Document::new());
    // A later version may know of other sources.
    let all: Vec<OrderDocument> = find::readable(&all, PRECEDENCE, filter, order, None).await?;
    let orders = all.into_iter().map(|it| (it.field, it.sources));
    Ok(Precedence {
        orders: orders.collect(),
    })
}

/// Puts the order of a field, or takes it away.
pub(super) async fn put(
    db: &MongoDb,
    field: &str,
    order: &[ValueSource],
) -> Result<(), StoreError> {
    let all = db.collection::<OrderDocument>(PRECEDENCE);
    let sources = bson::serialize_to_bson(order).map_err(StoreError::failed)?;
    patiently(db.timeout, async {
        let this = doc! { "_id": field };
        if order.is_empty() {
            let deleted = all.delete_one(this).await;
            return deleted.map(drop).map_err(store_error);
        }
        let change = doc! { "$set": { "sources": sources } };
        let put = all.update_one(this, change).upsert(true).await;
        put.map(drop).map_err(store_error)
    })
    .await
}
