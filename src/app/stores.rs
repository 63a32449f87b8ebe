//! The ports, opened on one technology or the other.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures::future::BoxFuture;

use crate::adapters::memory::{
    BreakerGraph, BreakerPersisted, CachedGraph, CatalogSnapshot, MemoryEvents, MemoryLeases,
    MemoryLimiter, MemoryPersisted, ObservedWatching, RememberedAccounts, Tastes, TokioTasks,
};
use crate::adapters::mongo::{
    MongoAccounts, MongoBacklog, MongoCatalog, MongoComments, MongoDb, MongoImporting,
    MongoLibrary, MongoMembership, MongoNotes, MongoSiteJobs, MongoUploads, MongoUsage, MongoVideo,
    MongoWatching,
};
use crate::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use crate::adapters::redis::{
    RedisAccountEpochs, RedisDb, RedisEvents, RedisLeases, RedisLimiter, RedisOneTime,
    RedisPersisted, RedisSessions, RedisSigningKeys,
};
use crate::adapters::sqlite::{
    SqliteAccounts, SqliteBacklog, SqliteCatalog, SqliteComments, SqliteDb, SqliteGraph,
    SqliteImports, SqliteJobs, SqliteLeases, SqliteLibrary, SqliteMembership, SqliteNotes,
    SqliteOneTime, SqliteSessions, SqliteSigningKeys, SqliteSiteJobs, SqliteUploads, SqliteUsage,
    SqliteVideo, SqliteWatching,
};
use crate::config::{Config, Servers};
use crate::domain::accounts::{
    AccountStores, MailStore, OneTimeStore, ReadInTurn, SessionOwners, SessionStore,
    SigningKeyStore,
};
use crate::domain::catalog::{CatalogListStore, CatalogPorts, CatalogStore, ChangeSource};
use crate::domain::clock::SystemClock;
use crate::domain::commenting::CommentStore;
use crate::domain::error::StoreError;
use crate::domain::events::EventBus;
use crate::domain::importing::ImportStore;
use crate::domain::lease::Leases;
use crate::domain::library::{LibraryStore, ScanPorts};
use crate::domain::limits::RateLimiter;
use crate::domain::loading::{CurationStore, Writers};
use crate::domain::measured::Measured;
use crate::domain::membership::MembershipStore;
use crate::domain::persisted::{Bounds, PersistedStore};
use crate::domain::ping::Ping;
use crate::domain::pulse::Pulse;
use crate::domain::recommend::{
    BacklogStore, GraphProjection, NoteStore, ProjectionPorts, SimilarSource, TitleSource,
    WatchSource, WatchersStore,
};
use crate::domain::revising::RevisionStore;
use crate::domain::site_jobs::SiteJobStore;
use crate::domain::uploading::UploadStore;
use crate::domain::usage::UsageStore;
use crate::domain::video::{PackageStore, VideoSourceStore};
use crate::domain::watching::{
    FeedbackStore, HistoryStore, Recording, ThumbStore, WatchLog, WatchPorts, WatchStore,
};
use crate::domain::working::JobStore;

/// How long the embedded store may take to say that it is well: it may be reading a lot.
const PATIENCE: Duration = Duration::from_secs(2);
/// The file of the embedded store.
pub(super) const SQLITE: &str = "reelgraph.sqlite";

/// The ports, on one technology or another.
#[derive(Clone)]
pub(super) struct AllStores {
    pub(super) catalog: CatalogStores,
    /// Who writes to the record at the same time.
    pub(super) writers: Writers,
    pub(super) watching: WatchStores,
    pub(super) usage: Arc<dyn UsageStore>,
    pub(super) comments: Arc<dyn CommentStore>,
    pub(super) imports: Arc<dyn ImportStore>,
    pub(super) jobs: Arc<dyn JobStore>,
    pub(super) library: Arc<dyn LibraryStore>,
    pub(super) site_jobs: Arc<dyn SiteJobStore>,
    pub(super) uploads: Arc<dyn UploadStore>,
    pub(super) video_sources: Arc<dyn VideoSourceStore>,
    pub(super) packages: Arc<dyn PackageStore>,
    pub(super) membership: Arc<dyn MembershipStore>,
    pub(super) accounts: AccountStores,
    pub(super) mails: Arc<dyn MailStore>,
    pub(super) sessions: Arc<dyn SessionStore>,
    pub(super) owners: Arc<dyn SessionOwners>,
    pub(super) one_time: Arc<dyn OneTimeStore>,
    pub(super) signing_keys: Arc<dyn SigningKeyStore>,
    pub(super) limiter: Arc<dyn RateLimiter>,
    pub(super) leases: Arc<dyn Leases>,
    /// Those that commands beside the site see as well.
    pub(super) shared_leases: Arc<dyn Leases>,
    /// Documents that clients name by their hash.
    pub(super) persisted: Arc<dyn PersistedStore>,
    /// The graph as it is read, behind a breaker where it is on a server.
    pub(super) graph: Arc<dyn SimilarSource>,
    /// The same graph as it is written and compared.
    pub(super) projected: Arc<dyn GraphProjection>,
    pub(super) backlog: Arc<dyn BacklogStore>,
    pub(super) notes: Arc<dyn NoteStore>,
    pub(super) bus: Arc<dyn EventBus>,
    pub(super) pulses: Pulses,
    /// Makes the indexes of the record that are missing.
    pub(super) preparation: Preparation,
    /// Whether none is missing.
    pub(super) is_prepared: bool,
    /// Drops the indexes of the record that only versions of before need. Says whether there were any.
    pub(super) clearing: Clearing,
}

/// Something that is taken away from a store.
type Clearing = Arc<dyn Fn() -> BoxFuture<'static, Result<bool, StoreError>> + Send + Sync>;

/// Something that is done to a store and may take long.
type Preparation = Arc<dyn Fn() -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync>;

/// What is known of whether the stores answer.
#[derive(Clone)]
pub(super) struct Pulses {
    pub(super) record: Pulse,
    pub(super) sessions: Pulse,
    pub(super) graph: Pulse,
}

/// The catalogue, as its users see it.
#[derive(Clone)]
pub(super) struct CatalogStores {
    /// From memory, and the record where that is not enough.
    pub(super) service: CatalogPorts,
    /// Things as the record has them at this moment: what is to be written is laid over them.
    pub(super) record: CatalogPorts,
    pub(super) loading: Arc<dyn CurationStore>,
    pub(super) revisions: Arc<dyn RevisionStore>,
    pub(super) titles: Arc<dyn TitleSource>,
    pub(super) watchers: Arc<dyn WatchersStore>,
    pub(super) snapshot: CatalogSnapshot,
}

impl CatalogStores {
    /// All on one store, and in memory what is read.
    fn on<S>(store: Arc<S>) -> Self
    where
        S: CatalogStore
            + CatalogListStore
            + ChangeSource
            + CurationStore
            + RevisionStore
            + TitleSource
            + WatchersStore
            + 'static,
    {
        let snapshot = CatalogSnapshot::new(Arc::clone(&store));
        let memory = Arc::new(snapshot.clone());
        let service = CatalogPorts::on(memory.clone());
        Self {
            record: CatalogPorts {
                store: store.clone(),
                lists: store.clone(),
                record: store.clone(),
                ..service.clone()
            },
            service: CatalogPorts {
                record: store.clone(),
                ..service
            },
            loading: memory.clone(),
            revisions: store.clone(),
            titles: store,
            watchers: memory,
            snapshot,
        }
    }
}

/// What was watched, as its users see it.
#[derive(Clone)]
pub(super) struct WatchStores {
    pub(super) service: WatchPorts,
    pub(super) watches: Arc<dyn WatchSource>,
    pub(super) tastes: Tastes,
}

impl WatchStores {
    /// All on one store, observed by the tastes in memory.
    fn on<S>(store: Arc<S>, recording: Recording) -> Self
    where
        S: WatchStore
            + WatchLog
            + HistoryStore
            + FeedbackStore
            + ThumbStore
            + WatchSource
            + 'static,
    {
        let ports = WatchPorts::on(Arc::clone(&store), recording);
        let tastes = Tastes::new(Arc::clone(&ports.history));
        let (recorder, feedback) = (Arc::clone(&ports.recorder), Arc::clone(&ports.feedback));
        let observed = Arc::new(ObservedWatching::new(recorder, feedback, tastes.clone()));
        Self {
            service: WatchPorts {
                recorder: observed.clone(),
                feedback: observed,
                ..ports
            },
            watches: store,
            tastes,
        }
    }
}

impl AllStores {
    /// A cache in front of the graph, which must be told what changes.
    pub(super) fn cached_graph(&self) -> CachedGraph {
        CachedGraph::new(Arc::clone(&self.graph), self.watching.tastes.clone())
    }

    /// What scans of libraries are written down by.
    pub(super) fn scans(&self) -> ScanPorts {
        ScanPorts {
            store: Arc::clone(&self.library),
            leases: Arc::clone(&self.shared_leases),
        }
    }

    /// The graph, and the documents that it is made from.
    pub(super) fn projection(&self) -> ProjectionPorts {
        ProjectionPorts {
            graph: Arc::clone(&self.projected),
            titles: Arc::clone(&self.catalog.titles),
            watches: Arc::clone(&self.watching.watches),
            watchers: Arc::clone(&self.catalog.watchers),
            notes: Arc::clone(&self.notes),
            leases: Arc::clone(&self.leases),
        }
    }
}

/// Everything in one file of SQLite, and in memory what need not outlive the program.
pub(super) fn embedded(config: &Config, events: &MemoryEvents) -> anyhow::Result<AllStores> {
    make_private_folder(&config.data_dir)
        .with_context(|| format!("the folder {} cannot be made", config.data_dir.display()))?;
    let path = config.data_dir.join(SQLITE);
    let db =
        SqliteDb::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let accounts = measured("sqlite", SqliteAccounts::new(db.clone()));
    let sessions = measured("sqlite", SqliteSessions::new(db.clone()));
    let graph = measured("sqlite", SqliteGraph::new(db.clone()));
    let video = measured("sqlite", SqliteVideo::new(db.clone()));
    let pulse = pulse("sqlite", measured("sqlite", db.clone()), PATIENCE);
    Ok(AllStores {
        writers: Writers::One,
        catalog: CatalogStores::on(measured("sqlite", SqliteCatalog::new(db.clone()))),
        watching: WatchStores::on(
            measured("sqlite", SqliteWatching::new(db.clone())),
            recording(config),
        ),
        usage: measured("sqlite", SqliteUsage::new(db.clone())),
        comments: measured("sqlite", SqliteComments::new(db.clone())),
        imports: measured("sqlite", SqliteImports::new(db.clone())),
        jobs: measured("sqlite", SqliteJobs::new(db.clone())),
        library: measured("sqlite", SqliteLibrary::new(db.clone())),
        site_jobs: measured("sqlite", SqliteSiteJobs::new(db.clone())),
        uploads: measured("sqlite", SqliteUploads::new(db.clone())),
        video_sources: video.clone(),
        packages: video,
        membership: measured("sqlite", SqliteMembership::new(db.clone())),
        accounts: AccountStores::on(Arc::clone(&accounts)),
        owners: Arc::new(ReadInTurn::new(sessions.clone(), accounts.clone())),
        mails: accounts,
        sessions,
        one_time: measured("sqlite", SqliteOneTime::new(db.clone())),
        signing_keys: measured("sqlite", SqliteSigningKeys::new(db.clone())),
        limiter: measured("memory", MemoryLimiter::new()),
        leases: measured("memory", MemoryLeases::new()),
        shared_leases: measured("sqlite", SqliteLeases::new(db.clone())),
        persisted: measured("memory", MemoryPersisted::new(Bounds::default())),
        graph: graph.clone(),
        projected: graph,
        backlog: measured("sqlite", SqliteBacklog::new(db.clone())),
        notes: measured("sqlite", SqliteNotes::new(db)),
        bus: Arc::new(events.clone()),
        // Tables are brought up to date when the file is opened.
        preparation: Arc::new(|| Box::pin(async { Ok(()) })),
        is_prepared: true,
        clearing: Arc::new(|| Box::pin(async { Ok(false) })),
        pulses: Pulses {
            record: pulse.clone(),
            sessions: pulse.clone(),
            graph: pulse,
        },
    })
}

/// A folder that only the user that the program runs as may look into; one that is there already is left as it is,
/// because other things may be in it.
fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// MongoDB must be there to begin with; the graph and the sessions may come later.
#[expect(clippy::too_many_lines, reason = "one list of what is opened")]
pub(super) async fn on_servers(
    servers: &Servers,
    recording: Recording,
    events: &MemoryEvents,
) -> anyhow::Result<AllStores> {
    let mongo = MongoDb::open(&servers.mongodb_uri, servers.timeout)
        .await
        .context("MONGODB_URI is not an address of MongoDB")?;
    let catalog = MongoCatalog::new(mongo.clone());
    let watching = MongoWatching::new(mongo.clone());
    let usage = MongoUsage::new(mongo.clone());
    let comments = MongoComments::new(mongo.clone());
    let importing = MongoImporting::new(mongo.clone());
    let library = MongoLibrary::new(mongo.clone());
    let site_jobs = MongoSiteJobs::new(mongo.clone());
    let uploads = MongoUploads::new(mongo.clone());
    let video = MongoVideo::new(mongo.clone());
    let membership = MongoMembership::new(mongo.clone());
    let accounts = MongoAccounts::new(mongo.clone());
    let cannot = "MongoDB cannot be prepared";
    let is_prepared = catalog.prepare().await.context(cannot)?
        & watching.prepare().await.context(cannot)?
        & usage.prepare().await.context(cannot)?
        & comments.prepare().await.context(cannot)?
        & importing.prepare().await.context(cannot)?
        & library.prepare().await.context(cannot)?
        & site_jobs.prepare().await.context(cannot)?
        & uploads.prepare().await.context(cannot)?
        & video.prepare().await.context(cannot)?
        & membership.prepare().await.context(cannot)?
        & accounts.prepare().await.context(cannot)?;
    let all = (
        catalog.clone(),
        watching.clone(),
        usage.clone(),
        comments.clone(),
        importing.clone(),
        library.clone(),
        site_jobs.clone(),
        uploads.clone(),
        video.clone(),
        membership.clone(),
        accounts.clone(),
    );
    let preparation: Preparation = Arc::new(move || {
        let (
            catalog,
            watching,
            usage,
            comments,
            importing,
            library,
            site_jobs,
            uploads,
            video,
            membership,
            accounts,
        ) = all.clone();
        Box::pin(async move {
            catalog.ensure_indexes().await?;
            watching.ensure_indexes().await?;
            usage.ensure_indexes().await?;
            comments.ensure_indexes().await?;
            importing.ensure_indexes().await?;
            library.ensure_indexes().await?;
            site_jobs.ensure_indexes().await?;
            uploads.ensure_indexes().await?;
            video.ensure_indexes().await?;
            membership.ensure_indexes().await?;
            accounts.ensure_indexes().await
        })
    });
    let clearing: Clearing = {
        let catalog = catalog.clone();
        Arc::new(move || {
            let catalog = catalog.clone();
            Box::pin(async move { catalog.drop_obsolete_indexes().await })
        })
    };
    let neo4j = Neo4jDb::open(
        &servers.neo4j_uri,
        &servers.neo4j_user,
        &servers.neo4j_password,
        servers.timeout,
    )
    .context("NEO4J_URI is not an address of Neo4j")?;
    let redis = RedisDb::open(&servers.redis_url, &servers.redis_prefix, servers.timeout)
        .context("REDIS_URL is not an address of Redis")?;
    let accounts = measured("mongo", accounts);
    let importing = measured("mongo", importing);
    let video = measured("mongo", video);
    let epochs = measured("redis", RedisAccountEpochs::new(redis.clone()));
    let sessions = measured("redis", RedisSessions::new(redis.clone()));
    let remembered = Arc::new(RememberedAccounts::new(
        Arc::clone(&accounts),
        sessions.clone(),
        epochs,
    ));
    // Whoever waits in vain is to have an answer before the time limit of the store.
    let pulses = Pulses {
        record: pulse(
            "mongo",
            measured("mongo", mongo.clone()),
            servers.timeout / 2,
        ),
        sessions: pulse(
            "redis",
            measured("redis", redis.clone()),
            servers.timeout / 2,
        ),
        graph: pulse(
            "neo4j",
            measured("neo4j", neo4j.clone()),
            servers.timeout / 2,
        ),
    };
    let graph = measured("neo4j", Neo4jGraph::new(neo4j));
    let leases = measured("redis", RedisLeases::new(redis.clone()));
    let persisted = RedisPersisted::new(redis.clone(), Bounds::default());
    let persisted = BreakerPersisted::new(measured("redis", persisted), pulses.sessions.clone());
    Ok(AllStores {
        writers: Writers::Many,
        catalog: CatalogStores::on(measured("mongo", catalog)),
        watching: WatchStores::on(measured("mongo", watching), recording),
        usage: measured("mongo", usage),
        comments: measured("mongo", comments),
        imports: importing.clone(),
        jobs: importing,
        library: measured("mongo", library),
        site_jobs: measured("mongo", site_jobs),
        uploads: measured("mongo", uploads),
        video_sources: video.clone(),
        packages: video,
        membership: measured("mongo", membership),
        accounts: AccountStores {
            writes: remembered.clone(),
            profiles: remembered.clone(),
            ..AccountStores::on(Arc::clone(&accounts))
        },
        owners: remembered,
        mails: accounts,
        sessions,
        one_time: measured("redis", RedisOneTime::new(redis.clone())),
        signing_keys: measured("redis", RedisSigningKeys::new(redis.clone())),
        limiter: measured("redis", RedisLimiter::new(redis.clone())),
        leases: leases.clone(),
        shared_leases: leases,
        persisted: Arc::new(persisted),
        graph: Arc::new(BreakerGraph::new(graph.clone(), pulses.graph.clone())),
        projected: graph,
        backlog: measured("mongo", MongoBacklog::new(mongo.clone())),
        notes: measured("mongo", MongoNotes::new(mongo)),
        pulses,
        bus: Arc::new(RedisEvents::new(redis, Arc::new(events.clone()))),
        preparation,
        is_prepared,
        clearing,
    })
}

/// How what is watched is recorded, by the settings.
pub(super) fn recording(config: &Config) -> Recording {
    Recording {
        rules: config.rules,
        clock: Arc::new(SystemClock),
        tasks: Arc::new(TokioTasks),
        keep: config.watch_log_kept,
    }
}

/// What is known of whether a store answers.
fn pulse(store: &'static str, ping: Arc<dyn Ping>, patience: Duration) -> Pulse {
    Pulse::new(store, ping, Arc::new(TokioTasks), patience)
}

/// A store whose calls are measured, under the name of its technology.
fn measured<S>(technology: &'static str, store: S) -> Arc<Measured<S>> {
    Arc::new(Measured::new(technology, Arc::new(store)))
}
