//! What comes next, without a look at what is finished.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use reelgraph::adapters::memory::{CatalogSnapshot, MemoryEvents};
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb, SqliteWatching};
use reelgraph::domain::catalog::{
    CatalogBatch, CatalogFollower, CatalogListStore, CatalogPorts, CatalogService, ChangeSource,
    Collection, Episode, ExternalId, Genre, Locks, Person, Season, SeasonId, Texts, Title,
    Visibility,
};
use reelgraph::domain::clock::Clock;
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{EpisodeId, PlayId, ProfileId, TitleId};
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::page::{Slice, Window};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::{
    Exclusions, HistoryStore, ImportedWatch, ListedTitle, MeasuredLength, NextDay, Play,
    ProfileList, TitleList, WatchPorts, WatchRules, WatchService, WatchState, WatchedItem,
    WatchedTitle,
};
use serde_json::json;

use super::player::Player;
use crate::support::SOON;
use crate::support::ports::recording;
use crate::support::program::{On, Program};
use crate::support::visitor::Visitor;

const ANN: ProfileId = ProfileId(1);

/// Counts what a store is asked for, and how many rows it gives.
#[derive(Default)]
struct Counts {
    calls: AtomicUsize,
    rows: AtomicUsize,
}

impl Counts {
    fn count<T>(&self, rows: &[T]) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.rows.fetch_add(rows.len(), Ordering::Relaxed);
    }

    /// The calls and the rows since the last time.
    fn take(&self) -> (usize, usize) {
        let counts = [&self.calls, &self.rows];
        counts.map(|count| count.swap(0, Ordering::Relaxed)).into()
    }
}

struct Counted<S> {
    store: S,
    counts: Arc<Counts>,
}

macro_rules! counted {
    ($port:ident for $store:ty: $($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty, $rows:expr;)+) => {
        #[async_trait]
        impl $port for Counted<$store> {
            $(async fn $name(&self, $($argument: $kind),*) -> Result<$answer, StoreError> {
                let answer = self.store.$name($($argument),*).await?;
                let rows: fn(&$answer) -> &[_] = $rows;
                self.counts.count(rows(&answer));
                Ok(answer)
            })+
        }
    };
}

counted! {
    HistoryStore for SqliteWatching:
    states(profile: ProfileId, items: &[WatchedItem]) -> Vec<WatchState>, |it| it;
    states_of_titles(profile: ProfileId, titles: &[TitleId]) -> Vec<WatchState>, |it| it;
    watched_titles(profile: ProfileId, titles: &[TitleId]) -> Vec<WatchedTitle>, |it| it;
    plays(profile: ProfileId, ids: &[PlayId]) -> Vec<Play>, |it| it;
    plays_of_titles(profile: ProfileId, titles: &[TitleId]) -> Vec<Play>, |it| it;
    history(profile: ProfileId, title: Option<TitleId>, window: &Window) -> Slice<Play>, |it| &it.rows;
    in_progress(profile: ProfileId, window: &Window) -> Slice<WatchState>, |it| &it.rows;
    series_to_go_on_with(profile: ProfileId, day: NextDay, window: &Window) -> Slice<WatchedTitle>, |it| &it.rows;
    watched_titles_after(after: Option<(ProfileId, TitleId)>, limit: usize) -> Vec<WatchedTitle>, |it| it;
    listed_titles(profile: ProfileId, list: TitleList, window: &Window) -> Slice<ListedTitle>, |it| &it.rows;
    listed_among(profile: ProfileId, list: TitleList, titles: &[TitleId]) -> Vec<TitleId>, |it| it;
    measured_lengths(items: &[WatchedItem]) -> Vec<MeasuredLength>, |it| it;
    count_by_title(profile: ProfileId, list: ProfileList) -> Vec<(TitleId, u64)>, |it| it;
    passed_over(profile: ProfileId, titles: &[TitleId]) -> Vec<TitleId>, |it| it;
    exclusions(profile: ProfileId) -> Exclusions, |it| &it.titles;
    exclusions_with_taste(profile: ProfileId) -> Exclusions, |it| &it.titles;
    profiles_with(title: TitleId, after: Option<ProfileId>, limit: usize) -> Vec<ProfileId>, |it| it;
}

counted! {
    CatalogListStore for SqliteCatalog:
    titles_by_slug(slugs: &[String]) -> Vec<Arc<Title>>, |it| it;
    titles_by_external_id(ids: &[ExternalId]) -> Vec<Arc<Title>>, |it| it;
    people_by_slug(slugs: &[String]) -> Vec<Person>, |it| it;
    all_genres() -> Vec<Genre>, |it| it;
    collections_by_slug(slugs: &[String]) -> Vec<Collection>, |it| it;
    episodes_of_series(series: &[TitleId]) -> Vec<Episode>, |it| it;
    episodes_of_seasons(seasons: &[SeasonId]) -> Vec<Episode>, |it| it;
    seasons(series: &[TitleId]) -> Vec<Season>, |it| it;
}

struct Fixed(DateTime<Utc>);

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

fn at(days: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + days)
}

fn an_episode(series: u64, number: u32, aired: Option<NaiveDate>) -> Episode {
    Episode {
        id: EpisodeId::of_ordinal(TitleId(series), 1, number),
        series: TitleId(series),
        season: 1,
        number,
        number_end: None,
        absolute_number: None,
        pictures: Vec::new(),
        airs: None,
        name: None,
        original_name: None,
        names: Texts::default(),
        aired,
        duration: Some(3000),
        directors: Vec::new(),
        crew: Vec::new(),
        merging: None,
        deleted_from: None,
        locks: Locks::default(),
        stamp: Stamp::first(at(0)),
    }
}

/// A site on a store of its own.
struct World {
    watching: WatchService,
    ports: WatchPorts,
    catalog: SqliteCatalog,
    memory: CatalogSnapshot,
    counts: Arc<Counts>,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = SqliteDb::open(&folder.path().join("store.sqlite")).unwrap();
        let (catalog, store) = (SqliteCatalog::new(db.clone()), SqliteWatching::new(db));
        let counts = Arc::new(Counts::default());
        let ports = WatchPorts {
            history: Arc::new(Counted {
                store: store.clone(),
                counts: Arc::clone(&counts),
            }),
            ..WatchPorts::on(Arc::new(store), recording())
        };
        let memory = CatalogSnapshot::new(Arc::new(catalog.clone()));
        let catalog_ports = CatalogPorts {
            lists: Arc::new(Counted {
                store: catalog.clone(),
                counts: Arc::clone(&counts),
            }),
            ..CatalogPorts::on(Arc::new(memory.clone()))
        };
        let service = |now| {
            WatchService::new(
                ports.clone(),
                CatalogService::new(catalog_ports.clone()),
                WatchRules::default(),
                Arc::new(Fixed(now)),
                Arc::new(MemoryEvents::new()),
            )
        };
        Self {
            watching: service(at(5000)),
            ports,
            catalog,
            memory,
            counts,
            folder,
        }
    }

    async fn put(&self, episodes: Vec<Episode>) {
        let series: Vec<TitleId> = episodes.iter().map(|episode| episode.series).collect();
        let batch = CatalogBatch {
            episodes,
            ..CatalogBatch::default()
        };
        self.watching.episodes_change(&series).await.unwrap();
        self.catalog.put(&batch).await.unwrap();
        let changes = self.catalog.changes_after(0, 10_000).await.unwrap();
        self.memory.follow(&changes).await.unwrap();
        self.watching.episodes_change(&series).await.unwrap();
        self.counts.take();
    }

    /// Ann watches the whole of episodes, a day after each other.
    async fn watch(&self, episodes: impl Iterator<Item = (u64, u32)>) {
        let watches = (0..)
            .zip(episodes)
            .map(|(day, (series, number))| ImportedWatch {
                profile: ANN,
                item: WatchedItem::Episode(EpisodeId::of_ordinal(TitleId(series), 1, number)),
                title: TitleId(series),
                at: at(day),
                completion: 1.0,
                liked: None,
                duration: Some(3000.0),
                day: None,
            });
        self.watching.import(watches.collect()).await.unwrap();
        self.counts.take();
    }

    /// The series of which Ann's next episodes are, and what it took to find them.
    async fn next_up(&self, first: usize) -> (Vec<u64>, bool, (usize, usize)) {
        let everything = Visibility::everything();
        let window = Window::first(first);
        let page = self.watching.next_up(&everything, ANN, &window);
        let page = page.await.unwrap();
        let series = page.rows.iter().map(|(_, episode)| episode.series.0);
        (series.collect(), page.has_more, self.counts.take())
    }
}

/// A server whose memory does not know yet what was just written says that nothing comes next, and notes no such thing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_not_heard_of_an_episode_does_not_decide_that_there_is_none() {
    let world = World::new();
    let memory = CatalogSnapshot::new(Arc::new(world.catalog.clone()));
    world.put(vec![an_episode(1, 1, None)]).await;
    memory.read().await.unwrap();
    world.watch([(1, 1)].into_iter()).await;
    let behind = WatchService::new(
        world.ports.clone(),
        CatalogService::new(CatalogPorts {
            record: Arc::new(world.catalog.clone()),
            ..CatalogPorts::on(Arc::new(memory.clone()))
        }),
        WatchRules::default(),
        Arc::new(Fixed(at(5000))),
        Arc::new(MemoryEvents::new()),
    );
    let everything = Visibility::everything();
    let next_up = async || {
        let window = Window::first(5);
        let page = behind.next_up(&everything, ANN, &window).await.unwrap();
        page.rows
            .into_iter()
            .map(|(_, episode)| episode.number)
            .collect::<Vec<_>>()
    };
    assert_eq!(next_up().await, [0_u32; 0]);

    world.put(vec![an_episode(1, 2, None)]).await;
    assert_eq!(next_up().await, [0_u32; 0], "it was not told");
    let changes = world.catalog.changes_after(0, 100).await.unwrap();
    memory.follow(&changes).await.unwrap();

    assert_eq!(next_up().await, [2]);
}

/// So many series are finished; of two more the second episode is next.
const FINISHED: u64 = 600;

async fn with_finished_series() -> World {
    let world = World::new();
    let episodes = (1..=FINISHED + 2).flat_map(|series| {
        let of_series = 1..=2_u32;
        of_series.map(move |number| an_episode(series, number, None))
    });
    world.put(episodes.collect()).await;
    let begun = (FINISHED + 1..=FINISHED + 2).map(|series| (series, 1));
    let finished = (1..=FINISHED).flat_map(|series| [(series, 1), (series, 2)]);
    world.watch(begun.chain(finished)).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn finished_series_are_not_read() {
    let world = with_finished_series().await;

    let (one, has_more, cost) = world.next_up(1).await;
    let (all, ends, _) = world.next_up(20).await;

    assert_eq!((one, has_more), (vec![FINISHED + 2], true));
    assert_eq!((all, ends), (vec![FINISHED + 2, FINISHED + 1], false));
    let (calls, rows) = cost;
    assert!(
        calls <= 6 && rows <= 12,
        "two pages, their episodes and states: {calls} calls, {rows} rows"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_episode_opens_a_finished_series_again() {
    let world = with_finished_series().await;
    let today = (at(5000)).date_naive();
    let tomorrow = today.succ_opt();

    world.put(vec![an_episode(7, 3, tomorrow)]).await;
    let (before, ..) = world.next_up(20).await;
    let (_, _, settled) = world.next_up(1).await;
    world.put(vec![an_episode(8, 3, Some(today))]).await;
    let (after, ..) = world.next_up(20).await;

    assert_eq!(before, [FINISHED + 2, FINISHED + 1]);
    assert!(settled.1 <= 12, "what is shown tomorrow is not read today");
    assert_eq!(after, [8, FINISHED + 2, FINISHED + 1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_finished_before_is_looked_at_once() {
    let world = with_finished_series().await;
    let path = world.folder.path().join("store.sqlite");
    // As the version before this was kept left it.
    let connection = rusqlite::Connection::open(path).unwrap();
    let former = "UPDATE watched_titles SET next_day = 0";
    connection.execute(former, ()).unwrap();

    let (first, _, before) = world.next_up(1).await;
    let (second, _, after) = world.next_up(1).await;

    assert_eq!((first, second), (vec![FINISHED + 2], vec![FINISHED + 2]));
    assert!(before.0 <= 30 && before.1 > 600, "all of them, a few times");
    assert!(after.0 <= 6 && after.1 <= 12, "{after:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loaded_episode_is_next_for_whoever_had_watched_all() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("series.ndjson");
    let load = async |episodes: u32| {
        let series = json!({ "kind": "series", "slug": "saga", "title": "Saga" });
        let episodes = (1..=episodes).map(|number| {
            json!({
                "series": "saga", "season": 1, "episode": number, "title": "One",
                "runtime_minutes": 50,
            })
        });
        let lines: Vec<String> = [series]
            .into_iter()
            .chain(episodes)
            .map(|it| it.to_string())
            .collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        program.expect(&["load", file.to_str().unwrap()]).await;
    };
    load(1).await;
    let site = program.serve().await;
    let mut ada = Visitor::of(&site);
    ada.register("ada@example.org").await;
    let next = "{ viewer { profile { nextUp { nodes { id number } } } } series(slug: \"saga\") { nextUp { id } } }";
    let first = ada.ask(next).await["series"]["nextUp"]["id"].take();
    let mut player = Player::of(&mut ada, first.as_str().unwrap());

    player.at("START", 0.0).await;
    let begun = ada.ask(next).await["viewer"]["profile"]["nextUp"]["nodes"].take();
    let mut player = Player::of(&mut ada, first.as_str().unwrap());
    player.at("STOP", 3000.0).await;
    let finished = ada.ask(next).await["viewer"]["profile"]["nextUp"]["nodes"].take();
    load(2).await;
    // Another process has loaded it.
    let by = Instant::now() + SOON;
    let mut opened = json!([]);
    while opened == json!([]) && Instant::now() < by {
        opened = ada.ask(next).await["viewer"]["profile"]["nextUp"]["nodes"].take();
    }

    assert_eq!(begun, json!([{ "id": first, "number": 1 }]));
    assert_eq!(finished, json!([]));
    assert_eq!(opened[0]["number"], 2);
}
