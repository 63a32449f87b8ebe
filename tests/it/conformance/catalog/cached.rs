//! The cache in front of the catalogue: what it gives is what is stored, whoever wrote it.

use std::sync::Arc;

use reelgraph::adapters::memory::CachedCatalog;
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb};
use reelgraph::domain::catalog::{
    CatalogBatch, CatalogFollower, CatalogStore, ChangeSource, Title,
};
use reelgraph::domain::ids::{CollectionId, TitleId};
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::recommend::WatchersStore;
use tempfile::TempDir;

use super::samples::{by_id, collection, part, revised};

/// Two servers with a cache each, in front of one store.
struct Servers {
    here: CachedCatalog,
    there: CachedCatalog,
    feed: Arc<SqliteCatalog>,
    _folder: TempDir,
}

impl Servers {
    /// With these titles, all of which `here` has asked for as members of the first two collections.
    async fn new(titles: Vec<Title>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(&folder.path().join("catalog.db")).unwrap();
        let store = Arc::new(SqliteCatalog::new(db));
        let servers = Self {
            here: CachedCatalog::new(Arc::clone(&store)),
            there: CachedCatalog::new(Arc::clone(&store)),
            feed: store,
            _folder: folder,
        };
        put(&servers.there, titles).await;
        servers.members([1, 2]).await;
        servers
    }

    /// What `here` says of who is part of these collections.
    async fn members<const N: usize>(&self, collections: [u64; N]) -> Vec<Title> {
        let ids = collections.map(CollectionId);
        by_id(self.here.titles_of_collections(&ids).await.unwrap())
    }

    /// Lets `here` be told of all that was written.
    async fn tell(&self) {
        let changes = self.feed.changes_after(0, 100).await.unwrap();
        self.here.follow(&changes).await.unwrap();
        let watchers = self.feed.watchers_after(0).await.unwrap();
        self.here.follow_watchers(&watchers);
    }
}

async fn put(store: &CachedCatalog, titles: Vec<Title>) {
    let batch = CatalogBatch {
        titles,
        ..CatalogBatch::default()
    };
    store.put(&batch).await.unwrap();
}

fn moved(title: &Title, to: Option<u64>) -> Title {
    revised(title, |title| title.collection = part(1, to).collection)
}

#[tokio::test]
async fn members_are_given_again_and_with_others() {
    let all = [part(1, Some(1)), part(2, Some(2)), part(3, Some(3))];
    let servers = Servers::new(all.to_vec()).await;

    assert_eq!(servers.members([1, 2]).await, all[..2]);
    assert_eq!(
        servers.members([3, 1, 404, 1]).await,
        [part(1, Some(1)), part(3, Some(3))]
    );
    assert_eq!(servers.members([404]).await, []);
}

#[tokio::test]
async fn members_are_read_once() {
    let servers = Servers::new(vec![part(1, Some(1))]).await;

    put(&servers.there, vec![part(2, Some(1))]).await;

    assert_eq!(
        servers.members([1]).await,
        [part(1, Some(1))],
        "it was not told"
    );
}

#[tokio::test]
async fn another_number_of_watchers_changes_nothing_else_in_the_cache() {
    let servers = Servers::new(vec![part(1, Some(1)), part(2, Some(1))]).await;
    let renamed = revised(&part(1, Some(1)), |title| {
        "Renamed".clone_into(&mut title.name);
    });
    put(&servers.there, vec![renamed.clone()]).await;

    let counted = [(TitleId(1), 0), (TitleId(2), 9)];
    servers.here.put_watchers(1, &counted).await.unwrap();

    let found = servers.members([1]).await;
    assert_eq!(found[0], part(1, Some(1)), "it was read again");
    assert_eq!(found[1].watchers, 9);
    servers
        .here
        .put_watchers(2, &[(TitleId(1), 1)])
        .await
        .unwrap();
    let found = servers.members([1]).await;
    assert_eq!(
        (found[0].watchers, found[0].stamp.revision),
        (1, 1),
        "it was read again"
    );
    servers
        .there
        .put_watchers(3, &[(TitleId(2), 10)])
        .await
        .unwrap();
    servers.tell().await;
    let found = servers.members([1]).await;
    assert_eq!((&found[0].name, found[0].watchers), (&renamed.name, 1));
    assert_eq!((found[1].watchers, found[1].stamp.revision), (10, 1));
}

#[tokio::test]
async fn a_server_sees_its_own_writes_at_once() {
    let servers = Servers::new(vec![part(1, Some(1)), part(2, None)]).await;

    put(&servers.here, vec![part(3, Some(1))]).await;
    assert_eq!(
        servers.members([1]).await,
        [part(1, Some(1)), part(3, Some(1))]
    );

    let joined = moved(&part(2, None), Some(1));
    let left = moved(&part(1, Some(1)), Some(2));
    put(&servers.here, vec![joined.clone(), left.clone()]).await;
    assert_eq!(
        servers.members([1]).await,
        [joined.clone(), part(3, Some(1))]
    );
    assert_eq!(servers.members([2]).await, std::slice::from_ref(&left));
    assert_eq!(
        servers.members([1, 2]).await,
        [left, joined, part(3, Some(1))]
    );
}

#[tokio::test]
async fn the_writes_of_others_arrive_by_the_feed() {
    let servers = Servers::new(vec![part(1, Some(1)), part(2, None)]).await;
    let joined = moved(&part(2, None), Some(1));
    let left = moved(&part(1, Some(1)), None);
    put(&servers.there, vec![joined.clone(), left, part(3, Some(2))]).await;

    servers.tell().await;

    assert_eq!(servers.members([1]).await, [joined]);
    assert_eq!(servers.members([2]).await, [part(3, Some(2))]);
}

#[tokio::test]
async fn a_collection_is_read_anew_when_it_was_written_here() {
    let servers = Servers::new(Vec::new()).await;
    let written = async |collection| {
        let batch = CatalogBatch {
            collections: vec![collection],
            ..CatalogBatch::default()
        };
        servers.here.put(&batch).await.unwrap();
        let found = servers.here.collections(&[CollectionId(1)]).await;
        found.unwrap()
    };

    assert_eq!(written(collection(1)).await, [collection(1)]);
    let mut next = collection(1);
    next.name = "Renamed".to_owned();
    next.stamp = next.stamp.next(next.stamp.updated_at);
    assert_eq!(written(next.clone()).await, [next]);
}
