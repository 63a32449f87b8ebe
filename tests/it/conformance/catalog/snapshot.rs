//! The catalogue in memory: what it gives is what is stored, whoever wrote it, and what it knows it asks for no more.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::DateTime;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reelgraph::adapters::memory::CatalogSnapshot;
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb};
use reelgraph::domain::catalog::{
    CatalogBatch, CatalogFollower, CatalogListStore, CatalogPart, CatalogStore, Change,
    ChangeSource, Changed, CreditRole, Episode, Facet, Title, TitleFilter, TitleKind,
    TitleListStore, TitleQuery, TitleState, Visibility,
};
use reelgraph::domain::ids::{CollectionId, GenreId, PersonId, TitleId};
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::page::Direction;
use reelgraph::domain::recommend::WatchersStore;
use tempfile::TempDir;

use super::filters::each_condition;
use super::lists::{ORDERS, walk_seen};
use super::samples::{
    by_id, collection, credit, episode, external, film, genre, part, person, revised,
};

/// Two servers with a snapshot each, in front of one store.
pub(super) struct Servers {
    pub(super) here: CatalogSnapshot,
    pub(super) there: CatalogSnapshot,
    feed: Arc<SqliteCatalog>,
    _folder: TempDir,
}

impl Servers {
    /// With these titles, which both have read.
    pub(super) async fn new(titles: Vec<Title>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(&folder.path().join("catalog.db")).unwrap();
        let store = Arc::new(SqliteCatalog::new(db));
        let servers = Self {
            here: CatalogSnapshot::new(Arc::clone(&store)),
            there: CatalogSnapshot::new(Arc::clone(&store)),
            feed: store,
            _folder: folder,
        };
        put(&servers.there, titles).await;
        servers.here.read().await.unwrap();
        servers.there.read().await.unwrap();
        servers
    }

    /// What `here` says of who is part of these collections.
    async fn members<const N: usize>(&self, collections: [u64; N]) -> Vec<Title> {
        let ids = collections.map(CollectionId);
        by_id(self.here.titles_of_collections(&ids).await.unwrap())
    }

    /// Lets `here` be told of all that was written.
    pub(super) async fn tell(&self) {
        let changes = self.feed.changes_after(0, 10_000).await.unwrap();
        self.here.follow(&changes).await.unwrap();
        let watchers = self.feed.watchers_after(0).await.unwrap();
        self.here.follow_watchers(&watchers);
    }
}

pub(super) async fn put(store: &CatalogSnapshot, titles: Vec<Title>) {
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
async fn another_number_of_watchers_changes_nothing_else() {
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
async fn a_collection_is_known_anew_when_it_was_written_here() {
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

#[tokio::test]
async fn what_the_record_has_and_memory_does_not_is_found_by_its_id() {
    let servers = Servers::new(vec![part(1, None)]).await;

    put(&servers.there, vec![part(2, None)]).await;

    let found = servers.here.titles(&[TitleId(1), TitleId(2)]).await;
    assert_eq!(by_id(found.unwrap()), [part(1, None), part(2, None)]);
}

#[tokio::test]
async fn what_is_older_than_what_is_known_changes_nothing() {
    let servers = Servers::new(vec![part(1, Some(1))]).await;
    let former = servers.feed.changes_after(0, 10_000).await.unwrap();
    let now = moved(&part(1, Some(1)), Some(2));
    put(&servers.here, vec![now.clone()]).await;

    servers.here.follow(&former).await.unwrap();

    assert_eq!(servers.members([1]).await, []);
    assert_eq!(servers.members([2]).await, [now]);
}

/// What was written before, while and after everything was read.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_missed_that_is_written_while_everything_is_read() {
    let servers = Servers::new((1..=3000).map(|number| part(number, None)).collect()).await;
    let late = CatalogSnapshot::new(Arc::clone(&servers.feed));
    let write = async {
        for number in 3001..=3200 {
            put(&late, vec![part(number, None)]).await;
        }
    };

    let (read, ()) = futures::join!(late.read(), write);

    read.unwrap();
    let everything = Visibility::everything();
    let count = late
        .count_titles(&everything, &TitleFilter::default())
        .await;
    assert_eq!(count.unwrap(), 3200);
}

/// Two write at random, and one of them is told from time to time: it has what somebody has who reads it all anew.
#[tokio::test]
async fn whoever_follows_has_what_a_new_reader_has() {
    let mut random = StdRng::seed_from_u64(7);
    let servers = Servers::new(Vec::new()).await;
    let mut known: BTreeMap<u64, Title> = BTreeMap::new();
    let mut episodes: BTreeMap<u64, Episode> = BTreeMap::new();
    for round in 1..=60_u64 {
        let mut batch = CatalogBatch::default();
        for _ in 0..random.random_range(1..8) {
            let number = random.random_range(1..120);
            let mut change = |title: &mut Title| shuffle(title, &mut random);
            let title = if let Some(title) = known.get(&number) {
                revised(title, &mut change)
            } else {
                let mut title = film(number);
                change(&mut title);
                title
            };
            if batch.titles.iter().all(|other| other.id != title.id) {
                known.insert(number, title.clone());
                batch.titles.push(title);
            }
        }
        let number = random.random_range(1..40);
        let mut next = episode(
            number % 4,
            u32::try_from(number % 3).unwrap(),
            u32::try_from(number).unwrap(),
        );
        if let Some(before) = episodes.get(&number) {
            next = Episode {
                name: Some(format!("Written in round {round}")),
                stamp: before.stamp.next(before.stamp.updated_at),
                ..before.clone()
            };
        }
        episodes.insert(number, next.clone());
        batch.episodes.push(next);
        batch.people.extend((round <= 20).then(|| person(round)));
        batch
            .genres
            .extend((round <= 5).then(|| genre(round, "Drama")));
        batch
            .collections
            .extend((round <= 5).then(|| collection(round)));
        let writer = if random.random() {
            &servers.here
        } else {
            &servers.there
        };
        writer.put(&batch).await.unwrap();
        let counted = (TitleId(random.random_range(1..120)), round);
        writer.put_watchers(round, &[counted]).await.unwrap();
        if random.random_ratio(1, 4) {
            servers.tell().await;
        }
    }
    servers.tell().await;
    let anew = CatalogSnapshot::new(Arc::clone(&servers.feed));

    let (one, other) = (
        everything_of(&servers.here).await,
        everything_of(&anew).await,
    );

    assert!(one.len() > 1000 && one.len() == other.len());
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other);
    }
}

/// Changes whatever titles are found or sorted by.
fn shuffle(title: &mut Title, random: &mut StdRng) {
    title.kind = if random.random() {
        TitleKind::Film
    } else {
        TitleKind::Series
    };
    title.name = format!("Name {}", random.random_range(1..20));
    title.year = random
        .random_ratio(3, 4)
        .then(|| random.random_range(1990..2000));
    title.premiered = None;
    title.genres = vec![GenreId(random.random_range(1..4))];
    title.credits = vec![credit(random.random_range(1..20), CreditRole::Actor, 0)];
    title.languages = vec![["de", "en", "fr"][random.random_range(0..3)].to_owned()];
    title.countries = vec![["DE", "GB", "US"][random.random_range(0..3)].to_owned()];
    title.duration = random
        .random_ratio(3, 4)
        .then(|| random.random_range(3_000..11_000));
    title.external_ids[0].value = format!("tt{}", random.random_range(1..40));
    title.collection = part(
        1,
        random.random_ratio(1, 2).then(|| random.random_range(1..4)),
    )
    .collection;
    title.certifications[1].age = random.random_range(12..20);
    title.publication.state = if random.random() {
        TitleState::Published
    } else {
        TitleState::Hidden
    };
}

/// All that can be asked, as text.
async fn everything_of(catalog: &CatalogSnapshot) -> Vec<String> {
    let everything = Visibility::everything();
    let mut all = Vec::new();
    let filters = [
        TitleFilter::default(),
        TitleFilter {
            kinds: Some(vec![TitleKind::Series]),
            ..TitleFilter::default()
        },
        TitleFilter {
            genres: Some(vec![GenreId(1), GenreId(2)]),
            ..TitleFilter::default()
        },
        TitleFilter {
            people: Some(vec![PersonId(3)]),
            ..TitleFilter::default()
        },
        TitleFilter {
            year_from: Some(1994),
            ..TitleFilter::default()
        },
        TitleFilter {
            language: Some("de".to_owned()),
            ..TitleFilter::default()
        },
    ];
    for filter in filters {
        for order in ORDERS {
            for visibility in [everything, everything.only_published(DateTime::UNIX_EPOCH)] {
                let count = catalog.count_titles(&visibility, &filter).await.unwrap();
                let query = TitleQuery {
                    filter: filter.clone(),
                    order,
                };
                all.push(format!("{count} of {query:?}"));
                for (limit, direction) in [(3, Direction::Forward), (5, Direction::Backward)] {
                    let rows = walk_seen(catalog, &visibility, &query, limit, direction).await;
                    assert_eq!(rows.len() as u64, count);
                    all.extend(rows.iter().map(|title| format!("{title:?}")));
                }
            }
        }
    }
    // By number: sets are written in no order.
    for (number, filter) in (1..).zip(each_condition()) {
        let count = catalog.count_titles(&everything, &filter).await.unwrap();
        let facets = catalog.count_facets(&everything, &filter, &Facet::ALL, 100);
        all.push(format!("{count} of {number}: {:?}", facets.await.unwrap()));
    }
    for number in 1..40 {
        let ids = [external("imdb", &format!("tt{number}"))];
        let titles = catalog.titles_by_external_id(&ids).await.unwrap();
        all.extend(titles.iter().map(|title| title.slug.clone()));
        let slugs = [format!("film-{number}")];
        all.push(format!(
            "{:?}",
            catalog.titles_by_slug(&slugs).await.unwrap()
        ));
        let slugs = [format!("person-{number}")];
        all.push(format!(
            "{:?}",
            catalog.people_by_slug(&slugs).await.unwrap()
        ));
        let slugs = [format!("collection-{number}")];
        all.push(format!(
            "{:?}",
            catalog.collections_by_slug(&slugs).await.unwrap()
        ));
        let members = catalog
            .titles_of_collections(&[CollectionId(number)])
            .await
            .unwrap();
        all.push(format!("{:?}", by_id(members)));
    }
    let series = [0, 1, 2, 3].map(TitleId);
    all.push(format!(
        "{:?}",
        catalog.episodes_of_series(&series).await.unwrap()
    ));
    all.push(format!("{:?}", catalog.seasons(&series).await.unwrap()));
    all.push(format!("{:?}", catalog.all_genres().await.unwrap()));
    all
}

/// A later version writes something that this one cannot read: it is gone until that changes.
#[tokio::test]
async fn what_cannot_be_read_any_more_is_not_shown() {
    let servers = Servers::new(vec![part(1, Some(1)), part(2, Some(1))]).await;
    let batch = CatalogBatch {
        people: vec![person(1)],
        episodes: vec![episode(2, 1, 1)],
        collections: vec![collection(1)],
        genres: vec![genre(1, "Drama")],
        ..CatalogBatch::default()
    };
    servers.here.put(&batch).await.unwrap();
    let everything = Visibility::everything();
    let count = async || {
        let all = TitleFilter::default();
        let count = servers.here.count_titles(&everything, &all);
        count.await.unwrap()
    };

    let gone = [
        (CatalogPart::Titles, 1),
        (CatalogPart::People, 1),
        (CatalogPart::Genres, 1),
        (CatalogPart::Collections, 1),
        (CatalogPart::Episodes, 2_001_001),
    ];
    let gone = gone.map(|(part, id)| Change {
        sequence: 100,
        changed: Changed::Unreadable(part, id),
    });
    servers.here.follow(&gone).await.unwrap();

    assert_eq!(count().await, 1);
    assert_eq!(servers.members([1]).await, [part(2, Some(1))]);
    let slugs = ["film-1".to_owned()];
    assert_eq!(servers.here.titles_by_slug(&slugs).await.unwrap(), []);
    let slugs = ["person-1".to_owned()];
    assert_eq!(servers.here.people_by_slug(&slugs).await.unwrap(), []);
    let slugs = ["collection-1".to_owned()];
    assert_eq!(servers.here.collections_by_slug(&slugs).await.unwrap(), []);
    assert_eq!(servers.here.all_genres().await.unwrap(), []);
    let episodes = servers.here.episodes_of_series(&[TitleId(2)]).await;
    assert_eq!(episodes.unwrap(), []);

    let again = revised(&part(1, Some(1)), |_| {});
    put(&servers.here, vec![again.clone()]).await;
    assert_eq!(count().await, 2);
    assert_eq!(servers.members([1]).await, [again, part(2, Some(1))]);
}
