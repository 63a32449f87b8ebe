//! What waits for projection, in MongoDB; what is promised is documented at the port, [`BacklogStore`].

use async_trait::async_trait;
use bson::{Bson, Document, doc};

use super::db::{MongoDb, patiently, store_error};
use crate::domain::error::StoreError;
use crate::domain::recommend::{Backlog, BacklogStore, Waiting};

/// The marks of what waits, in a database.
#[derive(Clone)]
pub struct MongoBacklog(MongoDb);

impl MongoBacklog {
    /// The backlog of this database.
    pub fn new(db: MongoDb) -> Self {
        Self(db)
    }

    /// How many documents of a collection wait, the first of them by `order`. The filters are the words of the partial
    /// indexes, which have nothing but what waits.
    async fn waiting(
        &self,
        collection: &str,
        filter: Document,
        order: &str,
        since: &str,
    ) -> Result<Waiting, StoreError> {
        patiently(self.0.timeout, async {
            let collection = self.0.collection::<Document>(collection);
            let documents = collection
                .count_documents(filter.clone())
                .await
                .map_err(store_error)?;
            let first = collection
                .find_one(filter)
                .sort(doc! { order: 1 })
                .projection(doc! { order: 1, since: 1 })
                .await
                .map_err(store_error)?;
            let of_first = |field: &str| first.as_ref().and_then(|first| first.get(field));
            Ok(Waiting {
                documents,
                since: of_first(since)
                    .and_then(Bson::as_datetime)
                    .map(|at| at.to_chrono()),
                first: match of_first(order) {
                    Some(Bson::DateTime(at)) => at.timestamp_millis(),
                    Some(Bson::Int64(sequence)) => *sequence,
                    _ => 0,
                },
            })
        })
        .await
    }
}

#[async_trait]
impl BacklogStore for MongoBacklog {
    async fn backlog(&self) -> Result<Backlog, StoreError> {
        let since = "waiting_since";
        let (titles, watches, departures) = tokio::try_join!(
            self.waiting(
                "titles",
                doc! { "unprojected": { "$gt": 0 } },
                "unprojected",
                "updated_at",
            ),
            self.waiting(
                "watched_titles",
                doc! { since: { "$exists": true } },
                since,
                since
            ),
            self.waiting(
                "departed_viewers",
                doc! { "waiting": true },
                "_id",
                "updated_at"
            ),
        )?;
        Ok(Backlog {
            titles,
            watches,
            departures: Waiting {
                // Their order is none of time.
                first: 0,
                ..departures
            },
        })
    }
}
