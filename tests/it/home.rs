//! What the home page costs: as many calls of the store for fifty titles as for five.

use std::io::BufRead;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::ports::recording;

use async_graphql::{Executor, Request, Variables};
use async_trait::async_trait;
use reelgraph::adapters::argon2::Argon2Hasher;
use reelgraph::adapters::jwt::JwtTokens;
use reelgraph::adapters::memory::{MemoryEvents, MemoryLimiter, MemoryLists, TokioTasks};
use reelgraph::adapters::search::TantivySearch;
use reelgraph::adapters::sqlite::{
    SqliteAccounts, SqliteCatalog, SqliteDb, SqliteGraph, SqliteOneTime, SqliteSessions,
    SqliteSigningKeys, SqliteUsage, SqliteWatching,
};
use reelgraph::domain::accounts::{
    AccountPolicy, AccountPorts, AccountService, AccountStores, KeyRotation,
};
use reelgraph::domain::catalog::{
    CatalogListStore, CatalogPorts, CatalogService, CatalogStore, Change, ChangeSource, Collection,
    Episode, ExternalId, Genre, Person, SearchService, Season, SeasonId, Title, TitleFilter,
    TitleQuery, TitleWatchers, Visibility, VisibilityPolicy,
};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::entropy::SystemEntropy;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{
    CollectionId, EpisodeId, GenreId, PersonId, ProfileId, SessionId, TitleId, UserId,
};
use reelgraph::domain::loading::{Format, LoadMode, LoadOptions, LoadService, Manner, Source};
use reelgraph::domain::page::{Slice, Window};
use reelgraph::domain::recommend::{Ranking, RecommendPorts, RecommendService};
use reelgraph::domain::usage::UsageService;
use reelgraph::domain::viewer::{Client, KnownViewer, Login, Role, Viewer};
use reelgraph::domain::watching::{WatchPorts, WatchRules, WatchService};
use reelgraph::graphql::limits::Introspection;
use reelgraph::graphql::{Caller, Services, SessionCookie, build};

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
    genres(ids: &[GenreId]) -> Vec<Genre>;
    collections(ids: &[CollectionId]) -> Vec<Collection>;
    titles_of_collections(collections: &[CollectionId]) -> Vec<Arc<Title>>;
    episodes(ids: &[EpisodeId]) -> Vec<Episode>;
}

counted! {
    CatalogListStore:
    titles_by_slug(slugs: &[String]) -> Vec<Title>;
    titles_by_external_id(ids: &[ExternalId]) -> Vec<Title>;
    list_titles(visibility: &Visibility, query: &TitleQuery, window: &Window) -> Slice<Title>;
    count_titles(visibility: &Visibility, filter: &TitleFilter) -> u64;
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
    watchers_after(count: u64) -> Vec<TitleWatchers>;
}

struct Films;

impl Source for Films {
    fn name(&self) -> String {
        "seed/films.ndjson".to_owned()
    }

    fn format(&self) -> Format {
        Format::Lines
    }

    fn open(&self) -> std::io::Result<Box<dyn BufRead + Send + '_>> {
        Ok(Box::new(&include_bytes!("../../seed/films.ndjson")[..]))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_number_of_store_calls_does_not_grow_with_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let db = SqliteDb::open(&folder.path().join("store.sqlite")).unwrap();
    let store = Arc::new(Counted {
        store: SqliteCatalog::new(db.clone()),
        calls: AtomicUsize::new(0),
    });
    let schema = build(services(&db, Arc::clone(&store)).await, Introspection::Open);
    let ask_as = async |viewer: Viewer, document: &str, first: usize| {
        let request = Request::new(document.replace("first: 20", &format!("first: {first}")))
            .variables(Variables::default());
        let before = store.calls.load(Ordering::Relaxed);
        let response = schema
            .execute(request.data(Caller::new(
                viewer,
                Client::default(),
                SessionCookie::DEVELOPMENT,
            )))
            .await;
        assert_eq!(response.errors, []);
        let data = response.data.into_json().unwrap();
        assert_eq!(
            data["titles"]["edges"].as_array().map(Vec::len),
            Some(first)
        );
        store.calls.load(Ordering::Relaxed) - before
    };

    let ask = async |document: &str, first| ask_as(Viewer::Anonymous, document, first).await;

    let home = include_str!("fixtures/contract/home.graphql");
    let calls = [ask(home, 5).await, ask(home, 20).await, ask(home, 50).await];

    // What is collected by time may be asked for in two goes, on a busy machine.
    let expected = 3..=6;
    assert!(
        calls.iter().all(|calls| expected.contains(calls)),
        "the titles, their genres, their people: {calls:?}"
    );

    let child = Viewer::Known(KnownViewer {
        user: UserId(1),
        profile: ProfileId(1),
        max_age: Some(17),
        role: Role::Viewer,
        login: Login::Session(SessionId(1)),
    });
    let calls = [ask_as(child, home, 5).await, ask_as(child, home, 50).await];
    assert_eq!(calls, [3, 3], "the page of a child costs the same");

    let document = "{ titles(first: 20, orderBy: NAME) { edges { node {
        ... on Film { collection { name films { name } } } } } } }";
    let calls = [ask(document, 20).await, ask(document, 100).await];
    assert!(
        calls.iter().all(|calls| expected.contains(calls)),
        "the titles, their collections, the films of these: {calls:?}"
    );
}

async fn services(db: &SqliteDb, catalog: Arc<Counted>) -> Services {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let events = Arc::new(MemoryEvents::new());
    let catalog = CatalogService::new(CatalogPorts::on(catalog));
    let keys = Arc::new(SqliteSigningKeys::new(db.clone()));
    let access_tokens = JwtTokens::new(
        keys,
        Arc::clone(&clock),
        "it".to_owned(),
        KeyRotation::default(),
        None,
    );
    let ports = AccountPorts {
        accounts: AccountStores::on(Arc::new(SqliteAccounts::new(db.clone()))),
        sessions: Arc::new(SqliteSessions::new(db.clone())),
        one_time: Arc::new(SqliteOneTime::new(db.clone())),
        access_tokens: Arc::new(access_tokens),
        limiter: Arc::new(MemoryLimiter::new()),
        passwords: Arc::new(Argon2Hasher::new()),
        providers: Vec::new(),
        events: events.clone(),
        clock: Arc::clone(&clock),
        entropy: Arc::new(SystemEntropy),
    };
    let policy = AccountPolicy::at("http://127.0.0.1:8080/".parse().unwrap());
    let accounts = AccountService::new(ports, policy);
    let watching = WatchService::new(
        WatchPorts::on(Arc::new(SqliteWatching::new(db.clone())), recording()),
        catalog.clone(),
        WatchRules::default(),
        Arc::clone(&clock),
        events.clone(),
    );
    let load = LoadService::new(
        catalog.clone(),
        Arc::new(SqliteCatalog::new(db.clone())),
        accounts.clone(),
        watching.clone(),
        Arc::clone(&clock),
        events,
    );
    let summary = load
        .load(
            &[Box::new(Films)],
            LoadOptions {
                mode: LoadMode::Write,
                manner: Manner::Merge,
            },
            &mut |_, _, _, _| {},
        )
        .await
        .unwrap();
    assert_eq!(summary.refused, 0);
    Services {
        search: SearchService::new(Arc::new(TantivySearch::new().unwrap()), catalog.clone()),
        recommend: RecommendService::new(
            RecommendPorts {
                graph: Arc::new(SqliteGraph::new(db.clone())),
                lists: Arc::new(MemoryLists::new()),
                clock: Arc::clone(&clock),
                tasks: Arc::new(TokioTasks),
            },
            catalog.clone(),
            watching.clone(),
            WatchRules::default(),
            Ranking::default(),
        ),
        usage: UsageService::new(
            Arc::new(SqliteUsage::new(db.clone())),
            catalog.clone(),
            Arc::clone(&clock),
        ),
        catalog,
        watching,
        accounts,
        visibility: VisibilityPolicy::default(),
        budget: None,
        clock,
    }
}
