//! How long watches that wait take into the graph: `cargo bench --bench project -- WATCHES SERVERS`
//!
//! Makes a site of 5,000 films and 6,000 profiles whose watches (100,000 unless said otherwise) all wait in MongoDB, and
//! lets so many servers (1) project them into Neo4j, as they do when they run: each takes its turns by leases. Then all
//! profiles report a tick of something that is there already, and at last it is asked again and again for what waits
//! when nothing does. Says the time of each and the processor time of each process, the server's being this one.
//!
//! Needs `MONGODB_URI`, `NEO4J_URI`, `NEO4J_USER`, `NEO4J_PASSWORD` and `REDIS_URL`; what is in the graph and in the
//! database is removed. Neo4j must run as it does on a site, with both compilers of the JVM:
//! `REELGRAPH_NEO4J_JVM=-Xmx2g tests/services/up`.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bson::{DateTime, Document, doc};
use chrono::TimeDelta;
use futures::future::try_join_all;
use neo4rs::{ConfigBuilder, Graph, query};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use reelgraph::adapters::memory::{CatalogSnapshot, MemoryEvents, TokioTasks};
use reelgraph::adapters::mongo::{MongoCatalog, MongoDb, MongoNotes, MongoWatching};
use reelgraph::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use reelgraph::adapters::redis::{RedisDb, RedisLeases};
use reelgraph::domain::catalog::{
    CatalogBatch, CatalogPorts, CatalogService, Locks, Publication, Reception, Texts, Title,
    TitleKind,
};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::recommend::{
    Freshness, GraphProjection, GraphService, ProjectionPorts, SimilarService, Turns, WatchSource,
};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::watching::{Recording, WatchPorts, WatchRules, WatchService};
use secrecy::SecretString;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TITLES: u64 = 5_000;
const PROFILES: u64 = 6_000;
/// How long an operation on a server may take: what is slow is to be measured, not given up.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How often it is asked what waits when nothing does.
const POLLS: u32 = 200;
/// How many documents are written to MongoDB at once.
const WRITTEN: usize = 10_000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let watches: usize = numbers.next().unwrap_or(100_000);
    let servers: usize = numbers.next().unwrap_or(1);
    let site = Site::open().await?;
    site.clear().await?;
    site.put_titles().await?;
    site.project(servers).await?;
    let pairs = pairs(watches);
    println!(
        "{} watches of {PROFILES} profiles and {TITLES} titles, {servers} server(s)",
        pairs.len()
    );
    site.put_watches(&pairs).await?;
    site.measured("new watches", pairs.len(), site.project(servers))
        .await?;
    let ticks = site.tick().await?;
    site.measured("ticks", ticks, site.project(servers)).await?;
    let (graph, mut turns) = (site.server().await?, Turns::default());
    graph.project_in_turn(&mut turns).await?;
    // What was done just before is looked at again for some seconds.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let polled = async {
        for _ in 0..POLLS {
            graph.project_in_turn(&mut turns).await?;
        }
        Ok(())
    };
    site.measured("polls when nothing waits", POLLS as usize, polled)
        .await?;
    site.check(pairs.len()).await
}

/// The servers' addresses, and connections that go round our code.
struct Site {
    mongo: mongodb::Client,
    mongo_uri: SecretString,
    database: mongodb::Database,
    neo4j: Graph,
    neo4j_login: (String, String, SecretString),
    redis_url: SecretString,
}

/// The processor time that each process has used.
#[derive(Clone, Copy)]
struct Used {
    ours: f64,
    mongo: f64,
    neo4j: f64,
}

impl Site {
    async fn open() -> anyhow::Result<Self> {
        let uri = variable("MONGODB_URI")?;
        let (address, options) = uri.split_once('?').unwrap_or((&uri, ""));
        let uri = format!("{}/bench_project?{options}", address.trim_end_matches('/'));
        let mongo = mongodb::Client::with_uri_str(&uri).await?;
        let (neo4j_uri, user) = (variable("NEO4J_URI")?, variable("NEO4J_USER")?);
        let password = variable("NEO4J_PASSWORD")?;
        let config = ConfigBuilder::default()
            .uri(&*neo4j_uri)
            .user(&*user)
            .password(&*password)
            .build()?;
        Ok(Self {
            database: mongo.database("bench_project"),
            mongo,
            mongo_uri: uri.into(),
            neo4j: Graph::connect(config)?,
            neo4j_login: (neo4j_uri, user, password.into()),
            redis_url: variable("REDIS_URL")?.into(),
        })
    }

    async fn clear(&self) -> anyhow::Result<()> {
        self.database.drop().await?;
        self.graph()?.clear().await?;
        self.watching().await?.ensure_indexes().await?;
        self.catalog().await?.ensure_indexes().await?;
        Ok(())
    }

    fn graph(&self) -> anyhow::Result<Neo4jGraph> {
        let (uri, user, password) = &self.neo4j_login;
        let db = Neo4jDb::open(uri, user, password, TIMEOUT)?;
        Ok(Neo4jGraph::new(db))
    }

    async fn watching(&self) -> anyhow::Result<MongoWatching> {
        let db = MongoDb::open(&self.mongo_uri, TIMEOUT).await?;
        Ok(MongoWatching::new(db))
    }

    async fn catalog(&self) -> anyhow::Result<MongoCatalog> {
        let db = MongoDb::open(&self.mongo_uri, TIMEOUT).await?;
        Ok(MongoCatalog::new(db))
    }

    /// What projects, with connections of its own.
    async fn server(&self) -> anyhow::Result<GraphService> {
        let db = MongoDb::open(&self.mongo_uri, TIMEOUT).await?;
        let watches = Arc::new(MongoWatching::new(db.clone()));
        let titles = Arc::new(MongoCatalog::new(db.clone()));
        let redis = RedisDb::open(&self.redis_url, "bench-project:", TIMEOUT)?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let events = Arc::new(MemoryEvents::new());
        let catalog = CatalogService::new(CatalogPorts::on(Arc::new(CatalogSnapshot::new(
            titles.clone(),
        ))));
        let watching = WatchService::new(
            WatchPorts::on(
                Arc::clone(&watches),
                Recording {
                    rules: WatchRules::default(),
                    clock: Arc::clone(&clock),
                    tasks: Arc::new(TokioTasks),
                    keep: TimeDelta::days(1),
                },
            ),
            catalog.clone(),
            WatchRules::default(),
            Arc::clone(&clock),
            events.clone(),
        );
        let ports = ProjectionPorts {
            graph: Arc::new(self.graph()?),
            titles: titles.clone(),
            watches,
            watchers: titles,
            notes: Arc::new(MongoNotes::new(db)),
            leases: Arc::new(RedisLeases::new(redis)),
        };
        let similar = SimilarService::new(
            ports.clone(),
            catalog.clone(),
            watching.clone(),
            events.clone(),
            Arc::clone(&clock),
            Freshness::default(),
        );
        Ok(GraphService::new(
            ports, catalog, watching, similar, events, clock,
        ))
    }

    /// Lets servers project until nothing waits.
    async fn project(&self, servers: usize) -> anyhow::Result<()> {
        let source = self.watching().await?;
        let mut tasks = Vec::new();
        for _ in 0..servers {
            let (graph, source) = (self.server().await?, source.clone());
            tasks.push(tokio::spawn(async move {
                let mut turns = Turns::default();
                let (mut is_at_work, mut idle) = (true, 0);
                loop {
                    if graph.project_in_turn(&mut turns).await? > 0 {
                        (is_at_work, idle) = (true, 0);
                        continue;
                    }
                    // Not too often, for the look is none that a server would take.
                    idle += 1;
                    if (is_at_work || idle % 10 == 0)
                        && source.unprojected_watches(None, 1).await?.is_empty()
                    {
                        return Ok::<_, anyhow::Error>(());
                    }
                    is_at_work = false;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }));
        }
        for task in try_join_all(tasks).await? {
            task?;
        }
        Ok(())
    }

    async fn put_titles(&self) -> anyhow::Result<()> {
        let catalog = self.catalog().await?;
        let titles: Vec<Title> = (1..=TITLES).map(film).collect();
        for titles in titles.chunks(500) {
            let batch = CatalogBatch {
                titles: titles.to_vec(),
                ..CatalogBatch::default()
            };
            catalog.put(&batch).await?;
        }
        Ok(())
    }

    async fn put_watches(&self, pairs: &[(u64, u64)]) -> anyhow::Result<()> {
        let begun = SystemClock.now().timestamp_millis();
        let watched_titles = self.database.collection::<Document>("watched_titles");
        for (chunk, pairs) in (0_i64..).zip(pairs.chunks(WRITTEN)) {
            let at = DateTime::from_millis(begun + chunk);
            let documents = pairs.iter().map(|(profile, title)| {
                let (profile, title) = (profile.cast_signed(), title.cast_signed());
                let first = DateTime::from_millis(1_600_000_000_000 + title * 100_000 + profile);
                doc! {
                    "_id": { "profile": profile, "title": title },
                    "is_series": false,
                    "weight": 1.0 + f64::from(u32::try_from(title).unwrap_or_default()) / 7.0,
                    "plays": 1,
                    "completions": 1,
                    "seconds": 5400.0,
                    "first_at": first,
                    "last_at": first,
                    "liked": null,
                    "liked_at": null,
                    "next_day": 0_i64,
                    "revision": 1_i64,
                    "created_at": at,
                    "updated_at": at,
                    "waiting_since": at,
                }
            });
            watched_titles.insert_many(documents).ordered(false).await?;
        }
        Ok(())
    }

    /// What a tick changes: what was watched, of one title of each profile.
    async fn tick(&self) -> anyhow::Result<usize> {
        let watched_titles = self.database.collection::<Document>("watched_titles");
        let firsts = vec![
            doc! { "$sort": { "_id": 1 } },
            doc! { "$group": { "_id": "$_id.profile", "title": { "$first": "$_id.title" } } },
            doc! { "$project": { "_id": { "profile": "$_id", "title": "$title" } } },
        ];
        let mut found = watched_titles
            .aggregate(firsts)
            .allow_disk_use(true)
            .await?;
        let mut keys = Vec::new();
        while found.advance().await? {
            keys.push(found.deserialize_current()?.get_document("_id")?.clone());
        }
        let now = DateTime::from_millis(SystemClock.now().timestamp_millis());
        let tick = doc! {
            "$inc": { "revision": 1_i64, "seconds": 10.0 },
            "$set": { "updated_at": now, "waiting_since": now },
        };
        let these = doc! { "_id": { "$in": &keys } };
        watched_titles.update_many(these, tick).await?;
        Ok(keys.len())
    }

    async fn used(&self) -> anyhow::Result<Used> {
        let status = self
            .mongo
            .database("admin")
            .run_command(doc! { "serverStatus": 1 })
            .await?;
        let status = status.get_document("extra_info")?;
        let micros = |name| status.get_i64(name).map(seconds);
        let mut rows = self
            .neo4j
            .execute(query(
                "CALL dbms.queryJmx('java.lang:type=OperatingSystem') YIELD attributes
                 RETURN attributes.ProcessCpuTime.value / 1000 AS used",
            ))
            .await?;
        let row = rows.next().await?.context("Neo4j does not say its time")?;
        let stat = std::fs::read_to_string("/proc/self/stat")?;
        let ticks = stat.rsplit(')').next().unwrap_or_default();
        let ticks = ticks.split_whitespace().skip(11).take(2);
        let ticks = ticks.map(str::parse::<i64>).sum::<Result<i64, _>>()?;
        Ok(Used {
            ours: seconds(ticks * 10_000),
            mongo: micros("user_time_us")? + micros("system_time_us")?,
            neo4j: seconds(row.get("used")?),
        })
    }

    async fn measured(
        &self,
        what: &str,
        rows: usize,
        work: impl Future<Output = anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        let before = self.used().await?;
        let started = Instant::now();
        work.await?;
        let time = started.elapsed().as_secs_f64();
        let after = self.used().await?;
        let rows = f64::from(u32::try_from(rows)?);
        let of =
            |name: &str, used: f64| format!("{name} {used:.1} s ({:.0} us)", used / rows * 1e6);
        println!(
            "{what}: {rows} in {time:.2} s, {:.0}/s; processor: {}, {}, {}",
            rows / time,
            of("ours", after.ours - before.ours),
            of("mongod", after.mongo - before.mongo),
            of("neo4j", after.neo4j - before.neo4j),
        );
        Ok(())
    }

    /// Whether the graph has all of it, and the catalogue the number of watchers of each title.
    async fn check(&self, watches: usize) -> anyhow::Result<()> {
        let graph = self.graph()?;
        let counts = graph.counts().await?;
        anyhow::ensure!(counts.watched == watches as u64, "{} edges", counts.watched);
        let sum = vec![doc! { "$group": { "_id": null, "sum": { "$sum": "$popularity" } } }];
        let titles = self.database.collection::<Document>("titles");
        let mut sums = titles.aggregate(sum).await?;
        anyhow::ensure!(sums.advance().await?, "no titles");
        let sum = sums.deserialize_current()?.get_i64("sum")?;
        anyhow::ensure!(sum == i64::try_from(watches)?, "{sum} watchers");
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is only printed")]
fn seconds(micros: i64) -> f64 {
    micros as f64 / 1e6
}

#[expect(clippy::disallowed_methods, reason = "a bench has no settings")]
fn variable(name: &'static str) -> anyhow::Result<String> {
    std::env::var(name).context(name)
}

/// Who watched what, in no order: how many films a profile watched, and how well a film is known, are both log-normal.
fn pairs(watches: usize) -> Vec<(u64, u64)> {
    let mut random = StdRng::seed_from_u64(7);
    let titles = cumulative(&mut random, TITLES, 1.2);
    let profiles = cumulative(&mut random, PROFILES, 0.8);
    let mut pairs = BTreeSet::new();
    while pairs.len() < watches {
        pairs.insert((pick(&mut random, &profiles), pick(&mut random, &titles)));
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.shuffle(&mut random);
    pairs
}

fn cumulative(random: &mut StdRng, many: u64, spread: f64) -> Vec<f64> {
    let mut sum = 0.0;
    (0..many)
        .map(|_| {
            let (a, b): (f64, f64) = (random.random(), random.random());
            let normal = (-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos();
            sum += (spread * normal).exp();
            sum
        })
        .collect()
}

fn pick(random: &mut StdRng, cumulative: &[f64]) -> u64 {
    let at = random.random::<f64>() * cumulative.last().copied().unwrap_or_default();
    let index = cumulative.partition_point(|sum| *sum < at);
    1 + index.min(cumulative.len() - 1) as u64
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
        genres: Vec::new(),
        credits: Vec::new(),
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
        watchers: 0,
        reception: Reception::default(),
        locks: Locks::default(),
        stamp: Stamp::first(SystemClock.now()),
    }
}
