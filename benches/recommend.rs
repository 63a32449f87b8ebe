//! How long a viewer's suggestions take, cold and warm, for eight viewers at a time: `cargo bench --bench recommend`
//!
//! On a made-up site of 5,000 films, 20,000 viewers and 2 million watches, embedded; and on Neo4j as well, with MongoDB
//! as the record, if `MONGODB_URI`, `NEO4J_URI`, `NEO4J_USER` and `NEO4J_PASSWORD` are set (what is in them is
//! removed; Neo4j must run as it does on a site, with both compilers of the JVM: `REELGRAPH_NEO4J_JVM=-Xmx2g
//! tests/services/up`). `-- N` takes N times the watches. Cold: nothing of the viewer is in memory. Warm: the viewer
//! has just asked. Beside them, a viewer of 10,000 films and one of 200.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::try_join_all;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reelgraph::adapters::memory::{
    CachedGraph, CatalogSnapshot, MemoryEvents, ObservedWatching, Tastes, TokioTasks,
};
use reelgraph::adapters::mongo::{MongoDb, MongoWatching};
use reelgraph::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use reelgraph::adapters::sqlite::{SqliteCatalog, SqliteDb, SqliteGraph, SqliteWatching};
use reelgraph::domain::catalog::{
    CatalogBatch, CatalogPorts, CatalogService, Credit, CreditRole, Locks, Publication, Reception,
    Texts, Title, TitleKind, Visibility,
};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::recommend::similar::{Histories, Ridge, solve_all};
use reelgraph::domain::recommend::{
    Extent, Features, GraphFollower, GraphProjection, Ranking, RecommendPorts, RecommendService,
    Taste, TitleNode, WatchedEdge,
};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::{
    FeedbackStore, HistoryStore, Ledger, Recording, ThumbStore, Touched, WatchLog, WatchPorts,
    WatchRules, WatchService, WatchStore,
};
use secrecy::SecretString;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TITLES: u64 = 12_000;
const ON_OFFER: u64 = 5_000;
const VIEWERS: u64 = 20_000;
const WATCHES: u64 = 2_000_000;
/// How long an operation on a server may take: what is slow is to be measured, not given up.
const STORE_TIMEOUT: Duration = Duration::from_secs(60);
/// How many viewers ask at the same time.
const AT_ONCE: usize = 8;
/// How many viewers are asked for.
const ASKED: usize = 2_000;
/// How many others have asked before: what viewers share is in memory on a server that runs, and a JVM is compiled.
const OTHERS: u64 = 4_000;
/// How many titles of a viewer are written to the record at once.
const TOGETHER: usize = 1_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let times: u64 = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(1);
    let folder = tempfile::tempdir()?;
    let db = SqliteDb::open(&folder.path().join("bench.sqlite"))?;
    let catalog = Arc::new(SqliteCatalog::new(db.clone()));
    fill_catalog(&catalog).await?;
    let watches = Arc::new(SqliteWatching::new(db.clone()));
    println!("embedded, {} watches", WATCHES * times);
    measure(Arc::new(SqliteGraph::new(db)), &catalog, watches, times).await?;
    if let Ok(uri) = variable("NEO4J_URI") {
        let password = SecretString::from(variable("NEO4J_PASSWORD")?);
        let user = variable("NEO4J_USER")?;
        let neo4j = Neo4jDb::open(&uri, &user, &password, STORE_TIMEOUT)?;
        let uri = SecretString::from(variable("MONGODB_URI")?);
        let mongo = MongoDb::open(&uri, STORE_TIMEOUT).await?;
        let watches = Arc::new(MongoWatching::new(mongo));
        println!("on Neo4j and MongoDB, {} watches", WATCHES * times);
        measure(Arc::new(Neo4jGraph::new(neo4j)), &catalog, watches, times).await?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench has no settings")]
fn variable(name: &'static str) -> anyhow::Result<String> {
    std::env::var(name).context(name)
}

async fn measure<W>(
    graph: Arc<dyn GraphProjection>,
    catalog: &Arc<SqliteCatalog>,
    watches: Arc<W>,
    times: u64,
) -> anyhow::Result<()>
where
    W: WatchStore + WatchLog + HistoryStore + FeedbackStore + ThumbStore + 'static,
{
    let started = Instant::now();
    fill_graph(&*graph, times).await?;
    let others: Vec<ProfileId> = (VIEWERS - OTHERS..VIEWERS).map(ProfileId).collect();
    let asked: Vec<ProfileId> = (0..ASKED as u64)
        .map(|at| ProfileId(at * 7 % (VIEWERS - OTHERS)))
        .collect();
    let long = [
        (200, ProfileId(VIEWERS + 1)),
        (10_000, ProfileId(VIEWERS + 2)),
    ];
    let recorded = [&asked[..], &long.map(|(_, viewer)| viewer)].concat();
    fill_record(&*watches, &*graph, &recorded).await?;
    println!("  filled in {:.0} s", started.elapsed().as_secs_f64());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let recording = Recording {
        rules: WatchRules::default(),
        clock: Arc::clone(&clock),
        tasks: Arc::new(TokioTasks),
        keep: TimeDelta::days(1),
    };
    let ports = WatchPorts::on(watches, recording);
    let tastes = Tastes::new(Arc::clone(&ports.history));
    let cached = CachedGraph::new(graph, tastes.clone());
    let lists = tastes.lists();
    let observed = Arc::new(ObservedWatching::new(
        Arc::clone(&ports.recorder),
        Arc::clone(&ports.feedback),
        tastes,
    ));
    let catalog = CatalogService::new(CatalogPorts::on(Arc::new(CatalogSnapshot::new(
        Arc::clone(catalog),
    ))));
    let watching = WatchService::new(
        WatchPorts {
            recorder: observed.clone(),
            feedback: observed,
            ..ports
        },
        catalog.clone(),
        WatchRules::default(),
        Arc::clone(&clock),
        Arc::new(MemoryEvents::new()),
    );
    let recommend = RecommendService::new(
        RecommendPorts {
            graph: Arc::new(cached.clone()),
            tastes: Arc::new(cached.clone()),
            lists: Arc::new(lists),
            clock,
            tasks: Arc::new(TokioTasks),
        },
        catalog,
        watching,
        WatchRules::default(),
        Ranking::default(),
    );
    cached.refresh().await?;
    ask(&recommend, &others).await?;
    for (name, viewers) in [("cold", &asked[..]), ("warm", &asked[ASKED - 200..])] {
        let mut times = ask(&recommend, viewers).await?;
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3;
        println!("  {name}: p50 {:.2} ms, p99 {:.2} ms", at(50), at(99));
    }
    for (films, viewer) in long {
        let started = Instant::now();
        recommend
            .recommendations(&Visibility::everything(), viewer, None, Extent::Page)
            .await?;
        println!(
            "  a viewer of {films} films, cold: {:.2} ms",
            started.elapsed().as_secs_f64() * 1e3
        );
    }
    Ok(())
}

/// How long each viewer waits, eight at a time.
async fn ask(recommend: &RecommendService, viewers: &[ProfileId]) -> anyhow::Result<Vec<Duration>> {
    let next = Arc::new(AtomicUsize::new(0));
    let viewers: Arc<[ProfileId]> = viewers.into();
    let everything = Visibility::everything();
    let mut tasks = Vec::new();
    for _ in 0..AT_ONCE {
        let (recommend, viewers, next) =
            (recommend.clone(), Arc::clone(&viewers), Arc::clone(&next));
        tasks.push(tokio::spawn(async move {
            let mut times = Vec::new();
            while let Some(viewer) = viewers.get(next.fetch_add(1, Ordering::Relaxed)) {
                let started = Instant::now();
                recommend
                    .recommendations(&everything, *viewer, None, Extent::Page)
                    .await?;
                times.push(started.elapsed());
            }
            Ok::<_, anyhow::Error>(times)
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    Ok(times)
}

fn genre(title: u64) -> GenreId {
    GenreId(title % 20)
}

/// Its own, and two that it shares with others.
fn genres(title: u64) -> Vec<GenreId> {
    let mut genres = vec![
        genre(title),
        GenreId(title / 20 % 20),
        GenreId(title / 7 % 20),
    ];
    genres.sort_unstable();
    genres.dedup();
    genres
}

fn director(title: u64) -> PersonId {
    PersonId(100_000 + title / 20 % 800)
}

fn actors(title: u64) -> impl Iterator<Item = PersonId> {
    (0..10).map(move |index| PersonId(title * (index + 3) % 4_000))
}

fn credits(title: u64) -> Vec<Credit> {
    let credit = |(order, (person, role))| Credit {
        person,
        role,
        character: None,
        order,
    };
    let directors = [(director(title), CreditRole::Director)];
    let actors = actors(title).map(|person| (person, CreditRole::Actor));
    let directors = (0..).zip(directors).map(credit);
    directors.chain((0..).zip(actors).map(credit)).collect()
}

async fn fill_catalog(catalog: &SqliteCatalog) -> anyhow::Result<()> {
    let titles: Vec<u64> = (1..=TITLES).collect();
    for titles in titles.chunks(500) {
        let batch = CatalogBatch {
            titles: titles.iter().map(|title| film(*title)).collect(),
            ..CatalogBatch::default()
        };
        catalog.put(&batch).await?;
    }
    Ok(())
}

fn film(id: u64) -> Title {
    Title {
        id: TitleId(id),
        kind: TitleKind::Film,
        publication: Publication::default(),
        slug: format!("film-{id}"),
        name: format!("Film {id}"),
        original_name: None,
        year: Some(1990),
        end_year: None,
        premiered: None,
        duration: Some(6000),
        genres: genres(id),
        credits: credits(id),
        crew: Vec::new(),
        countries: Vec::new(),
        languages: Vec::new(),
        external_ids: Vec::new(),
        network: None,
        total_seasons: None,
        episode_duration: None,
        collection: None,
        certifications: Vec::new(),
        names: Texts::default(),
        overview: Texts::default(),
        tagline: Texts::default(),
        status: None,
        studios: Vec::new(),
        tags: Vec::new(),
        scores: Vec::new(),
        extras: Vec::new(),
        pictures: Vec::new(),
        merge: None,
        season_pictures: Vec::new(),
        watchers: TITLES - id,
        reception: Reception::default(),
        locks: Locks::default(),
        stamp: Stamp::first(now()),
    }
}

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

async fn fill_graph(graph: &dyn GraphProjection, times: u64) -> anyhow::Result<()> {
    graph.clear().await?;
    let nodes: Vec<TitleNode> = (1..=TITLES)
        .map(|id| TitleNode {
            id: TitleId(id),
            kind: TitleKind::Film,
            slug: format!("film-{id}"),
            name: String::new(),
            year: None,
            genres: Vec::new(),
            directors: Vec::new(),
            actors: Vec::new(),
            revision: 1,
        })
        .collect();
    for nodes in nodes.chunks(1000) {
        graph.put_titles(nodes).await?;
    }
    let mut random = StdRng::seed_from_u64(7);
    let mut histories = Histories::default();
    for id in 1..=ON_OFFER {
        histories.put_title(Features::from(&film(id)));
    }
    let each = usize::try_from(WATCHES * times / VIEWERS)?;
    let mut batch = Vec::new();
    for viewer in 0..VIEWERS + 3 {
        let watched: Vec<u64> = match viewer {
            _ if viewer == VIEWERS + 1 => (1..=200).collect(),
            _ if viewer == VIEWERS + 2 => (1..=10_000).collect(),
            _ => history(&mut random, each),
        };
        let edges = (0_i64..)
            .zip(&watched)
            .map(|(at, title)| edge(ProfileId(viewer), TitleId(*title), at));
        batch.extend(edges);
        if batch.len() >= 5000 {
            graph.put_watched(&batch).await?;
            batch.clear();
        }
        let watched = watched
            .iter()
            .map(|title| (TitleId(*title), title % 2 == 0));
        histories.put_profile(ProfileId(viewer), watched.take(2000));
    }
    graph.put_watched(&batch).await?;
    let solutions = solve_all(&histories, &Ridge::default());
    graph.replace_similar(&solutions, now()).await?;
    Ok(())
}

/// Lets the record know of the same titles as the graph, for it is asked first what viewers like, and has the last word
/// on what is left out.
async fn fill_record(
    watches: &dyn WatchStore,
    graph: &dyn GraphProjection,
    viewers: &[ProfileId],
) -> anyhow::Result<()> {
    for viewers in viewers.chunks(AT_ONCE) {
        let written = viewers.iter().map(|viewer| async {
            for titles in watched(graph, *viewer).await?.chunks(TOGETHER) {
                let titles: Vec<_> = titles.iter().map(|title| (*viewer, *title)).collect();
                let touched: Vec<_> = titles
                    .iter()
                    .map(|(of, title)| Touched::Title(*of, *title))
                    .collect();
                let rate = move |ledger: &mut Ledger| {
                    for title in &titles {
                        ledger.rate(*title, false, Some(true), now());
                    }
                    Ok(())
                };
                watches.update(&touched, Arc::new(rate)).await?;
            }
            Ok::<_, anyhow::Error>(())
        });
        try_join_all(written).await?;
    }
    Ok(())
}

/// All titles that a viewer has watched. Few have watched more than a taste has edges.
async fn watched(graph: &dyn GraphProjection, viewer: ProfileId) -> anyhow::Result<Vec<TitleId>> {
    let taste = graph.taste(viewer).await?;
    if taste.edges.len() < Taste::EDGES {
        return Ok(taste.edges.iter().map(|edge| edge.title).collect());
    }
    let mut titles: Vec<TitleId> = Vec::new();
    loop {
        let last = titles.last().copied().unwrap_or(TitleId(0));
        let edges = graph.watched_after(Some((viewer, last)), TOGETHER).await?;
        let own = edges.iter().take_while(|edge| edge.profile == viewer);
        let known = titles.len();
        titles.extend(own.map(|edge| edge.title));
        if titles.len() - known < TOGETHER {
            return Ok(titles);
        }
    }
}

/// What a viewer of a few genres watched, well-known titles before others.
fn history(random: &mut StdRng, length: usize) -> Vec<u64> {
    let favourites: Vec<u64> = (0..3).map(|_| random.random_range(0..20)).collect();
    let mut watched: Vec<u64> = (0..length)
        .map(|_| {
            let uniform: f64 = random.random();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "between 0 and 250"
            )]
            let rank = (uniform.powi(3) * (ON_OFFER / 20) as f64) as u64;
            1 + rank * 20 + favourites[random.random_range(0..3)]
        })
        .filter(|title| *title <= ON_OFFER)
        .collect();
    watched.sort_unstable();
    watched.dedup();
    watched
}

fn edge(profile: ProfileId, title: TitleId, at: i64) -> WatchedEdge {
    let last_at = DateTime::UNIX_EPOCH + TimeDelta::days(19_000) + TimeDelta::hours(at);
    WatchedEdge {
        profile,
        title,
        weight: WatchRules::default().weight(1.0, last_at),
        plays: 1,
        completions: 1,
        seconds: 6000.0,
        first_at: last_at,
        last_at,
        liked: title.0.is_multiple_of(2).then_some(true),
        revision: 1,
    }
}
