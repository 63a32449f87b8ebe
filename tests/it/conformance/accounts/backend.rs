//! An empty store of accounts on a backend, and a way past it.

use std::ops::Deref;
use std::path::PathBuf;

use bson::Document;
use mongodb::Database;
use reelgraph::adapters::mongo::{MongoAccounts, MongoDb};
use reelgraph::adapters::sqlite::{SqliteAccounts, SqliteDb};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

use crate::conformance::Backend;
use crate::support::ports::Accounts;
use crate::support::servers::{self, PATIENT};

/// A store of one test. What it keeps is deleted with it.
pub(super) struct Opened {
    store: Box<dyn Accounts>,
    keeper: Keeper,
}

enum Keeper {
    Folder(TempDir),
    Database(SecretString),
}

pub(super) async fn open(backend: Backend) -> Opened {
    match backend {
        Backend::sqlite => {
            let folder = tempfile::tempdir().unwrap();
            let db = SqliteDb::open(&file(&folder)).unwrap();
            Opened {
                store: Box::new(SqliteAccounts::new(db)),
                keeper: Keeper::Folder(folder),
            }
        }
        Backend::mongo => {
            let uri = servers::mongo_uri();
            let store = MongoAccounts::new(MongoDb::open(&uri, PATIENT).await.unwrap());
            store.ensure_indexes().await.unwrap();
            Opened {
                store: Box::new(store),
                keeper: Keeper::Database(uri),
            }
        }
        Backend::memory | Backend::neo4j | Backend::redis => {
            unreachable!("no accounts are kept there")
        }
    }
}

impl Opened {
    /// Changes what is stored behind the store's back: runs the statement, or sets fields of all documents of the
    /// collection.
    pub(super) async fn tamper(&self, sql: &str, collection: &str, fields: Document) {
        match &self.keeper {
            Keeper::Folder(folder) => {
                let connection = rusqlite::Connection::open(file(folder)).unwrap();
                assert_ne!(connection.execute(sql, ()).unwrap(), 0);
            }
            Keeper::Database(uri) => {
                let changed = database(uri)
                    .await
                    .collection::<Document>(collection)
                    .update_many(bson::doc! {}, bson::doc! { "$set": fields })
                    .await
                    .unwrap();
                assert_ne!(changed.modified_count, 0);
            }
        }
    }
}

pub(super) async fn database(uri: &SecretString) -> Database {
    let client = mongodb::Client::with_uri_str(uri.expose_secret()).await;
    client.unwrap().default_database().unwrap()
}

fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("accounts.db")
}

impl Deref for Opened {
    type Target = dyn Accounts;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let Self::Database(uri) = self else { return };
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current()
                .block_on(async { drop(database(uri).await.drop().await) });
        });
    }
}
