//! An empty catalogue on a backend.

use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;
use bson::{Document, doc};
use reelgraph::adapters::memory::CatalogSnapshot;
use reelgraph::adapters::mongo::{MongoCatalog, MongoDb};
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb};
use reelgraph::domain::catalog::{
    CatalogPart, CreditedIn, Facet, FacetCount, PersonMerge, Title, TitleFilter, TitleListStore,
    TitleQuery, Visibility,
};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{CollectionId, PersonId};
use reelgraph::domain::page::{Slice, Window};
use reelgraph::domain::recommend::TitleSource;
use reelgraph::domain::revising::RevisionStore;
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use crate::conformance::Backend;
use crate::support::ports::Catalog;
use crate::support::servers::{self, PATIENT};

/// What the file of a catalogue is called.
const FILE: &str = "catalog.db";

/// A catalogue of one test. What it keeps is deleted with it.
pub(super) struct Opened {
    store: Box<dyn Catalog>,
    record: Arc<dyn TitleSource>,
    revisions: Arc<dyn RevisionStore>,
    /// Makes the snapshot that lists come from: of memory the one that is tried, of a record one that reads it anew.
    snapshot: Box<dyn Fn() -> CatalogSnapshot + Send + Sync>,
    keeper: Keeper,
}

enum Keeper {
    Folder(TempDir),
    Database(SecretString),
}

pub(super) async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::memory => {
            let (store, keeper) = sqlite();
            let snapshot = CatalogSnapshot::new(Arc::new(store.clone()));
            snapshot.read().await.unwrap();
            Opened {
                store: Box::new(snapshot.clone()),
                record: Arc::new(store.clone()),
                revisions: Arc::new(store),
                snapshot: Box::new(move || snapshot.clone()),
                keeper,
            }
        }
        Backend::sqlite => {
            let (store, keeper) = sqlite();
            Opened::on(store, keeper)
        }
        Backend::mongo => {
            let uri = servers::mongo_uri();
            let catalog = MongoCatalog::new(MongoDb::open(&uri, PATIENT).await.unwrap());
            catalog.ensure_indexes().await.unwrap();
            Opened::on(catalog, Keeper::Database(uri))
        }
        other => unreachable!("no catalogue is kept in {other:?}"),
    }
}

fn sqlite() -> (SqliteCatalog, Keeper) {
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join(FILE)).unwrap();
    (SqliteCatalog::new(db), Keeper::Folder(folder))
}

impl Opened {
    fn on<S: Catalog + RevisionStore + TitleSource + Clone + 'static>(
        store: S,
        keeper: Keeper,
    ) -> Self {
        let record = Arc::new(store.clone());
        Self {
            store: Box::new(store),
            record: record.clone(),
            revisions: record.clone(),
            snapshot: Box::new(move || CatalogSnapshot::new(Arc::clone(&record))),
            keeper,
        }
    }

    /// The snapshot that lists come from.
    pub(super) fn snapshot(&self) -> CatalogSnapshot {
        (self.snapshot)()
    }

    /// What waits for projection.
    pub(super) fn source(&self) -> &dyn TitleSource {
        &*self.record
    }

    /// Who changed what of it.
    pub(super) fn revisions(&self) -> &dyn RevisionStore {
        &*self.revisions
    }

    /// Gives a thing a name that no version writes.
    pub(super) async fn spoil(&self, part: CatalogPart, id: i64) {
        let collection = match part {
            CatalogPart::Titles => "titles",
            CatalogPart::People => "people",
            CatalogPart::Genres => "genres",
            CatalogPart::Collections => "collections",
            CatalogPart::Episodes => "episodes",
        };
        let spoilt = match &self.keeper {
            Keeper::Folder(folder) => {
                let table = match part {
                    CatalogPart::Titles => "title_documents",
                    _ => collection,
                };
                let sql = format!(
                    "UPDATE {table} SET document = json_set(document, '$.name', 7) WHERE id = ?1"
                );
                let file = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
                file.execute(&sql, [id]).unwrap() as u64
            }
            Keeper::Database(uri) => {
                let client = mongodb::Client::with_uri_str(uri.expose_secret()).await;
                let database = client.unwrap().default_database().unwrap();
                let things = database.collection::<Document>(collection);
                let name = doc! { "$set": { "name": 7 } };
                let updated = things.update_one(doc! { "_id": id }, name).await;
                updated.unwrap().modified_count
            }
        };
        assert_eq!(spoilt, 1);
    }
}

#[async_trait]
impl TitleListStore for Opened {
    async fn list_titles(
        &self,
        visibility: &Visibility,
        query: &TitleQuery,
        window: &Window,
    ) -> Result<Slice<Arc<Title>>, StoreError> {
        (self.snapshot)()
            .list_titles(visibility, query, window)
            .await
    }

    async fn count_titles(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
    ) -> Result<u64, StoreError> {
        (self.snapshot)().count_titles(visibility, filter).await
    }

    async fn count_facets(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
        facets: &[Facet],
        most: usize,
    ) -> Result<Vec<Vec<FacetCount>>, StoreError> {
        (self.snapshot)()
            .count_facets(visibility, filter, facets, most)
            .await
    }

    async fn hidden_people(
        &self,
        visibility: &Visibility,
        people: &[PersonId],
    ) -> Result<Vec<PersonId>, StoreError> {
        (self.snapshot)().hidden_people(visibility, people).await
    }

    async fn merged_people(&self) -> Result<Vec<(PersonId, PersonMerge)>, StoreError> {
        (self.snapshot)().merged_people().await
    }

    async fn deleted_people(&self) -> Result<Vec<PersonId>, StoreError> {
        (self.snapshot)().deleted_people().await
    }

    async fn gone_collections(&self) -> Result<Vec<CollectionId>, StoreError> {
        (self.snapshot)().gone_collections().await
    }

    async fn credited_in(&self, people: &[PersonId]) -> Result<CreditedIn, StoreError> {
        (self.snapshot)().credited_in(people).await
    }

    async fn merged_titles(&self) -> Result<Vec<Arc<Title>>, StoreError> {
        (self.snapshot)().merged_titles().await
    }

    async fn revision(&self) -> Result<Option<u64>, StoreError> {
        (self.snapshot)().revision().await
    }
}

impl Deref for Opened {
    type Target = dyn Catalog;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let Self::Database(uri) = self else { return };
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let client = mongodb::Client::with_uri_str(uri.expose_secret()).await;
                if let Some(database) = client.unwrap().default_database() {
                    drop(database.drop().await);
                }
            });
        });
    }
}
