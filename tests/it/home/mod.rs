//! What pages of the catalogue cost: no call of the store, for fifty titles as for five.

mod services;
mod unread;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use self::services::services;

use async_graphql::{Data, Variables};
use async_trait::async_trait;
use reelgraph::adapters::memory::CatalogSnapshot;
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb};
use reelgraph::domain::catalog::{
    Biography, CatalogBatch, CatalogListStore, CatalogNode, CatalogPart, CatalogPorts,
    CatalogService, CatalogStore, Change, ChangeSource, Collection, Episode, ExternalId, Genre,
    Overview, Person, Precedence, Season, SeasonId, Title, TitleWatchers, ValueSource,
    ValueSources, Visibility,
};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{
    CollectionId, EpisodeId, GenreId, PersonId, ProfileId, SessionId, TitleId, UserId,
};
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::recommend::WatchersStore;
use reelgraph::domain::viewer::{Client, KnownViewer, Login, Role, Viewer};
use reelgraph::graphql::limits::{Introspection, Limits};
use reelgraph::graphql::{
    Answered, Asked, Caller, Documents, Execute, Schema, Services, SessionCookie, build,
};
use serde_json::{Value, json};

/// A schema without HTTP in front of it.
struct Asking {
    schema: Schema,
    documents: Documents,
}

impl Asking {
    fn of(services: Services) -> Self {
        Self {
            schema: build(services, Introspection::Open),
            documents: Documents::new(Limits::default()),
        }
    }

    /// The data of an answer without errors.
    async fn ask(&self, document: &str, variables: Value, viewer: Viewer) -> Value {
        match self.answer(document, variables, viewer).await {
            Answered::Common(common) => {
                let body: Value = serde_json::from_slice(&common.body).unwrap();
                body["data"].clone()
            }
            Answered::Theirs(response) => {
                assert_eq!(response.errors, []);
                response.data.into_json().unwrap()
            }
        }
    }

    async fn answer(&self, document: &str, variables: Value, viewer: Viewer) -> Answered {
        let document = self.documents.read(document).unwrap();
        let mut data = Data::default();
        data.insert(Caller::new(
            viewer,
            Client::default(),
            SessionCookie::DEVELOPMENT,
        ));
        let asked = Asked {
            document: Arc::clone(&document),
            operation: None,
            wants_cost: false,
            variables: Variables::from_json(variables),
            data,
        };
        let answered = self.schema.execute(asked).await;
        self.documents.keep(&document);
        answered
    }
}

/// A catalogue that counts how often it is asked.
struct Counted {
    store: SqliteCatalog,
    calls: AtomicUsize,
}

macro_rules! counted {
    ($port:ident: $($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl $port for Counted {
            $(async fn $name(&self, $($argument: $kind),*) -> Result<$answer, StoreError> {
                self.calls.fetch_add(1, Ordering::Relaxed);
                self.store.$name($($argument),*).await
            })+
        }
    };
}

counted! {
    CatalogStore:
    titles(ids: &[TitleId]) -> Vec<Arc<Title>>;
    people(ids: &[PersonId]) -> Vec<Person>;
    biographies(ids: &[PersonId]) -> Vec<Biography>;
    genres(ids: &[GenreId]) -> Vec<Genre>;
    collections(ids: &[CollectionId]) -> Vec<Collection>;
    titles_of_collections(collections: &[CollectionId]) -> Vec<Arc<Title>>;
    episodes(ids: &[EpisodeId]) -> Vec<Episode>;
    overviews(ids: &[EpisodeId]) -> Vec<Overview>;
}

counted! {
    CatalogListStore:
    titles_by_slug(slugs: &[String]) -> Vec<Arc<Title>>;
    titles_by_external_id(ids: &[ExternalId]) -> Vec<Arc<Title>>;
    people_by_slug(slugs: &[String]) -> Vec<Person>;
    all_genres() -> Vec<Genre>;
    collections_by_slug(slugs: &[String]) -> Vec<Collection>;
    episodes_of_series(series: &[TitleId]) -> Vec<Episode>;
    episodes_of_seasons(seasons: &[SeasonId]) -> Vec<Episode>;
    seasons(series: &[TitleId]) -> Vec<Season>;
}

counted! {
    ChangeSource:
    changes_after(sequence: u64, limit: usize) -> Vec<Change>;
    last_change() -> u64;
    part_after(part: CatalogPart, after: i64, limit: usize) -> (CatalogBatch, Option<i64>);
    watchers_after(count: u64) -> Vec<TitleWatchers>;
}

counted! {
    CurationStore:
    put(batch: &CatalogBatch) -> ();
    value_sources(nodes: &[CatalogNode]) -> Vec<ValueSources>;
    precedence() -> Precedence;
    put_precedence(field: &str, order: &[ValueSource]) -> ();
}

counted! {
    WatchersStore:
    begin_count() -> u64;
    put_watchers(count: u64, watchers: &[(TitleId, u64)]) -> Vec<TitleId>;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_everybody_sees_of_the_catalogue_costs_no_call_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("store.sqlite")).unwrap();
    let store = Arc::new(Counted {
        store: SqliteCatalog::new(db.clone()),
        calls: AtomicUsize::new(0),
    });
    let (services, _) = services(&db, Arc::clone(&store)).await;
    let asking = Asking::of(services);
    let child = Viewer::Known(KnownViewer {
        user: UserId(1),
        profile: ProfileId(1),
        max_age: Some(17),
        language: None,
        pause: None,
        role: Role::Viewer,
        login: Login::Session(SessionId(1)),
    });
    let home = include_str!("../fixtures/contract/home.graphql");
    let film = include_str!("../fixtures/contract/film.graphql");
    let search = include_str!("../fixtures/contract/search.graphql");
    let collections = "{ titles(first: 20, orderBy: NAME) { totalCount edges { node {
        ... on Film { collection { name films { name } } } } } } }";
    let genre = "{ genre(slug: \"drama\") { name titles(first: 20) { totalCount nodes { id } } } genres { name } }";
    let year = "{ titles(first: 20, filter: { kind: FILM, yearFrom: 1990, yearTo: 1999 }) { nodes { id } } }";
    let person = "{ person(slug: \"michael-mann\") { name titles(first: 20) { nodes { name } } } }";

    for (document, variables, said) in [
        (home, json!({}), "DIRECTOR"),
        (collections, json!({}), "Collection"),
        (genre, json!({}), "Drama"),
        (year, json!({}), "nodes"),
        (person, json!({}), "Heat"),
        (film, json!({ "slug": "heat-1995" }), "Al Pacino"),
        (search, json!({ "query": "heat" }), "Heat"),
    ] {
        for viewer in [Viewer::Anonymous, child] {
            let before = store.calls.load(Ordering::Relaxed);
            let data = asking.ask(document, variables.clone(), viewer).await;
            let calls = store.calls.load(Ordering::Relaxed) - before;
            assert!(data.to_string().contains(said), "{data}");
            assert_eq!(calls, 0, "{document}");
        }
    }
}

/// Lives are long, and stay in the store.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_lives_of_a_whole_page_are_read_together() {
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("store.sqlite")).unwrap();
    let store = Arc::new(Counted {
        store: SqliteCatalog::new(db.clone()),
        calls: AtomicUsize::new(0),
    });
    let (services, snapshot) = services(&db, Arc::clone(&store)).await;
    let catalog = services.catalog.clone();
    let asking = Asking::of(services);
    let (everything, slugs) = (Visibility::everything(), ["al-pacino".to_owned()]);
    let people = catalog.people_by_slug(&everything, &slugs).await;
    let mut person = people.unwrap().remove(0);
    person.stamp = person.stamp.next(person.stamp.updated_at);
    let texts = serde_json::from_value(json!({ "en": "An actor." })).unwrap();
    let batch = CatalogBatch {
        biographies: vec![Biography {
            person: person.id,
            texts,
        }],
        people: vec![person],
        ..CatalogBatch::default()
    };
    snapshot.put(&batch).await.unwrap();
    let mut all_calls = Vec::new();

    // Mostly it is one; a machine that has much else to do may be late with some of them. An answer that was given is
    // kept, hence another question each time.
    for time in 0..10 {
        let document = format!(
            "{{ film(slug: \"heat-1995\") {{ time{time}: slug credits {{ nodes {{ slug born died biography }} }} }} }}"
        );
        let before = store.calls.load(Ordering::Relaxed);

        let data = asking.ask(&document, json!({}), Viewer::Anonymous).await;

        let calls = store.calls.load(Ordering::Relaxed) - before;
        let people = data["film"]["credits"]["nodes"].as_array().unwrap();
        assert!(people.len() > 3, "{data}");
        for person in people {
            let is_told = person["slug"] == "al-pacino";
            let told = is_told.then_some("An actor.");
            assert_eq!(person["biography"], json!(told), "{person}");
        }
        if calls * 2 <= people.len() {
            return;
        }
        all_calls.push(calls);
    }
    panic!("{all_calls:?} calls");
}

/// Until the catalogue is in memory, whatever is looked up is asked of the store.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_condition_names_is_looked_up_in_one_call() {
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("store.sqlite")).unwrap();
    let store = Arc::new(Counted {
        store: SqliteCatalog::new(db.clone()),
        calls: AtomicUsize::new(0),
    });
    services(&db, Arc::clone(&store)).await;
    let unread = CatalogSnapshot::new(Arc::clone(&store));
    let catalog = CatalogService::new(CatalogPorts::on(Arc::new(unread)));
    let named = |slugs: &[&str]| -> Vec<String> { slugs.iter().map(ToString::to_string).collect() };
    let calls = || store.calls.swap(0, Ordering::Relaxed);
    calls();

    let people = named(&["michael-mann", "nobody-at-all", "al-pacino"]);
    let everything = Visibility::everything();
    let people = catalog.find_people(&everything, &people).await.unwrap();

    assert_eq!(calls(), 1);
    let id = |slug: &str| Some(PersonId::of_slug(slug));
    assert_eq!(people, [id("michael-mann"), None, id("al-pacino")]);

    let genres = named(&["drama", "no-such-genre", "Crime", "drama"]);
    let genres = catalog.find_genres(&genres).await.unwrap();

    assert_eq!(calls(), 1);
    let slugs = genres.iter();
    let slugs = slugs.map(|genre| genre.as_ref().map(|genre| genre.slug.as_str()));
    let slugs: Vec<Option<&str>> = slugs.collect();
    assert_eq!(slugs, [Some("drama"), None, Some("crime"), Some("drama")]);
}

/// What is answered to nobody in particular is kept for a moment, and never longer than it is true.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_for_everybody_is_of_the_catalogue_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("store.sqlite")).unwrap();
    let store = Arc::new(Counted {
        store: SqliteCatalog::new(db.clone()),
        calls: AtomicUsize::new(0),
    });
    let (services, snapshot) = services(&db, store).await;
    let catalog = services.catalog.clone();
    let asking = Asking::of(services);
    let ask = async |viewer, variables: Value| {
        let document =
            "query Film($slug: String!) { film(slug: $slug) { name } viewer { user { id } } }";
        asking.ask(document, variables, viewer).await
    };
    let heat = json!({ "slug": "heat-1995" });
    let slugs = ["heat-1995".to_owned()];
    let everything = Visibility::everything();
    let found = catalog.titles_by_slug(&everything, &slugs).await.unwrap();
    let mut title = (*found[0]).clone();

    for round in 1..=3 {
        for _ in 0..2 {
            let answer = ask(Viewer::Anonymous, heat.clone()).await;
            assert_eq!(
                answer,
                json!({ "film": { "name": title.name }, "viewer": null })
            );
        }
        let other = ask(Viewer::Anonymous, json!({ "slug": "alien-1979" })).await;
        assert_eq!(other["film"]["name"], "Alien");
        title.name = format!("Heat, written {round} times");
        title.stamp = title.stamp.next(title.stamp.updated_at);
        let batch = CatalogBatch {
            titles: vec![title.clone()],
            ..CatalogBatch::default()
        };
        snapshot.put(&batch).await.unwrap();
    }
}
