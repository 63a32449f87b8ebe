//! An empty catalogue on a backend.

use std::ops::Deref;

use reelgraph::adapters::mongo::{MongoCatalog, MongoDb};
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use crate::conformance::Backend;
use crate::support::ports::Catalog;
use crate::support::servers::{self, PATIENT};

/// A catalogue of one test. What it keeps is deleted with it.
pub(super) struct Opened {
    store: Box<dyn Catalog>,
    _keeper: Keeper,
}

enum Keeper {
    Folder { _folder: TempDir },
    Database(SecretString),
}

pub(super) async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let db = SqliteDb::open(&folder.path().join("catalog.db")).unwrap();
            Opened {
                store: Box::new(SqliteCatalog::new(db)),
                _keeper: Keeper::Folder { _folder: folder },
            }
        }
        Backend::mongo => {
            let uri = servers::mongo_uri();
            let catalog = MongoCatalog::new(MongoDb::open(&uri, PATIENT).await.unwrap());
            catalog.ensure_indexes().await.unwrap();
            Opened {
                store: Box::new(catalog),
                _keeper: Keeper::Database(uri),
            }
        }
        other => unreachable!("no catalogue is kept in {other:?}"),
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
