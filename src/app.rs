//! Connects everything: settings to adapters, adapters to services. No rules of any kind.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures::future::BoxFuture;

use crate::adapters;
use crate::adapters::argon2::Argon2Hasher;
use crate::adapters::jwt::JwtTokens;
use crate::adapters::mail::{FileMailer, SmtpMailer};
use crate::adapters::memory::{
    BreakerGraph, CachedCatalog, CachedGraph, MemoryEvents, MemoryLeases, MemoryLimiter,
    ObservedWatching, Tastes, TokioTasks,
};
use crate::adapters::mongo::{
    MongoAccounts, MongoBacklog, MongoCatalog, MongoDb, MongoNotes, MongoWatching,
};
use crate::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use crate::adapters::oauth::{FacebookProvider, FacebookSettings, OpenIdProvider, OpenIdSettings};
use crate::adapters::redis::{
    RedisDb, RedisEvents, RedisLeases, RedisLimiter, RedisOneTime, RedisSessions, RedisSigningKeys,
};
use crate::adapters::search::TantivySearch;
use crate::adapters::sqlite::{
    SqliteAccounts, SqliteBacklog, SqliteCatalog, SqliteDb, SqliteGraph, SqliteNotes,
    SqliteOneTime, SqliteSessions, SqliteSigningKeys, SqliteWatching,
};
use crate::config::{AccountConfig, Config, Environment, Servers};
use crate::domain::accounts::{
    AccountPolicy, AccountPorts, AccountService, AccountStores, IdentityProvider, KeyRotation,
    MailService, MailStore, Mailer, OneTimeStore, SessionStore, SigningKeyStore,
};
use crate::domain::budget::{Budget, BudgetPolicy};
use crate::domain::catalog::{
    CatalogFollower, CatalogListStore, CatalogPorts, CatalogService, CatalogStore, ChangeSource,
    SearchService, VisibilityPolicy,
};
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::entropy::{Entropy, SystemEntropy};
use crate::domain::error::StoreError;
use crate::domain::events::EventBus;
use crate::domain::finding::Finding;
use crate::domain::lease::Leases;
use crate::domain::limits::RateLimiter;
use crate::domain::loading::{CurationStore, LoadService};
use crate::domain::measured::Measured;
use crate::domain::ping::Ping;
use crate::domain::privacy::{ErasureService, ExportService, Parts};
use crate::domain::pulse::Pulse;
use crate::domain::recommend::evaluate::EvaluationService;
use crate::domain::recommend::{
    BacklogService, BacklogStore, GraphFollower, GraphService, NoteStore, ProjectionPorts,
    ProjectionProgress, RecommendPorts, RecommendService, SimilarService, TasteGraph, TitleSource,
    WatchSource, WatchersStore,
};
use crate::domain::watching::{
    FeedbackStore, HistoryStore, PlayLimit, WatchPorts, WatchService, WatchStore,
};
use crate::graphql::Services;
use crate::http::{HttpOptions, Stores};
use crate::jobs::{self, CatalogFeed, Jobs, Keeper, Measure};

/// How long the embedded store may take to say that it is well: it may be reading a lot.
const PATIENCE: Duration = Duration::from_secs(2);
/// The file of the embedded store.
const SQLITE: &str = "reelgraph.sqlite";

/// The program with its stores opened and its services on them.
pub struct App {
    pub catalog: CatalogService,
    /// Finding things by name.
    pub search: SearchService,
    pub watching: WatchService,
    pub accounts: AccountService,
    pub recommend: RecommendService,
    pub graph: GraphService,
    pub load: LoadService,
    similar: SimilarService,
    mail: MailService,
    stores: AllStores,
    follower: Arc<dyn GraphFollower>,
    visibility: VisibilityPolicy,
    budget: Option<Budget>,
    progress: ProjectionProgress,
    clock: Arc<dyn Clock>,
    events: MemoryEvents,
}

/// The ports, on one technology or another.
#[derive(Clone)]
struct AllStores {
    catalog: CatalogStores,
    watching: WatchStores,
    accounts: AccountStores,
    mails: Arc<dyn MailStore>,
    sessions: Arc<dyn SessionStore>,
    one_time: Arc<dyn OneTimeStore>,
    signing_keys: Arc<dyn SigningKeyStore>,
    limiter: Arc<dyn RateLimiter>,
    leases: Arc<dyn Leases>,
    graph: Arc<dyn TasteGraph>,
    backlog: Arc<dyn BacklogStore>,
    notes: Arc<dyn NoteStore>,
    bus: Arc<dyn EventBus>,
    pulses: Pulses,
    /// Makes the indexes of the record that are missing.
    preparation: Preparation,
    /// Whether none is missing.
    is_prepared: bool,
}

/// Something that is done to a store and may take long.
type Preparation = Arc<dyn Fn() -> BoxFuture<'static, Result<(), StoreError>> + Send + Sync>;

/// What is known of whether the stores answer.
#[derive(Clone)]
struct Pulses {
    record: Pulse,
    sessions: Pulse,
    graph: Pulse,
}

/// The catalogue, as its users see it.
#[derive(Clone)]
struct CatalogStores {
    service: CatalogPorts,
    loading: Arc<dyn CurationStore>,
    titles: Arc<dyn TitleSource>,
    watchers: Arc<dyn WatchersStore>,
    cache: CachedCatalog,
}

impl CatalogStores {
    /// All on one store, behind a cache.
    fn on<S>(store: Arc<S>) -> Self
    where
        S: CatalogStore
            + CatalogListStore
            + ChangeSource
            + CurationStore
            + TitleSource
            + WatchersStore
            + 'static,
    {
        let cache = CachedCatalog::new(Arc::clone(&store));
        Self {
            service: CatalogPorts {
                store: Arc::new(cache.clone()),
                ..CatalogPorts::on(Arc::clone(&store))
            },
            loading: Arc::new(cache.clone()),
            titles: store,
            watchers: Arc::new(cache.clone()),
            cache,
        }
    }
}

/// What was watched, as its users see it.
#[derive(Clone)]
struct WatchStores {
    service: WatchPorts,
    watches: Arc<dyn WatchSource>,
    tastes: Tastes,
}

impl WatchStores {
    /// All on one store, observed by the tastes in memory.
    fn on<S>(store: Arc<S>) -> Self
    where
        S: WatchStore + HistoryStore + FeedbackStore + WatchSource + 'static,
    {
        let tastes = Tastes::new(Arc::clone(&store));
        let observed = Arc::new(ObservedWatching::new(Arc::clone(&store), tastes.clone()));
        Self {
            service: WatchPorts {
                watching: observed.clone(),
                history: store.clone(),
                feedback: observed,
                plays: None,
            },
            watches: store,
            tastes,
        }
    }
}

impl AllStores {
    /// The same with a cache in front of the graph, which must be told what changes.
    fn behind_cache(self) -> (Self, CachedGraph) {
        let graph = CachedGraph::new(self.graph, self.watching.tastes.clone());
        let stores = Self {
            graph: Arc::new(graph.clone()),
            ..self
        };
        (stores, graph)
    }

    /// The graph, and the documents that it is made from.
    fn projection(&self) -> ProjectionPorts {
        ProjectionPorts {
            graph: Arc::clone(&self.graph),
            titles: Arc::clone(&self.catalog.titles),
            watches: Arc::clone(&self.watching.watches),
            watchers: Arc::clone(&self.catalog.watchers),
            notes: Arc::clone(&self.notes),
            leases: Arc::clone(&self.leases),
        }
    }
}

impl App {
    /// Opens the stores that the settings name, if what they say goes with the settings.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let app = Self::open_to_mend(config).await?;
        app.graph.check_record().await?;
        Ok(app)
    }

    /// Opens the stores that the settings name, whatever they say, for a command that makes it go with the settings.
    #[expect(clippy::too_many_lines, reason = "one list of what is connected")]
    pub async fn open_to_mend(config: &Config) -> anyhow::Result<Self> {
        let events = MemoryEvents::new();
        let stores = match &config.servers {
            Some(servers) => on_servers(servers, &events).await?,
            None => embedded(config, &events)?,
        };
        let (stores, graph) = stores.behind_cache();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let bus = Arc::clone(&stores.bus);
        let catalog = CatalogService::new(stores.catalog.service.clone());
        let index = TantivySearch::new().context("the search index cannot be made")?;
        let plays = config.plays_per_day.map(|per_day| PlayLimit {
            limiter: Arc::clone(&stores.limiter),
            per_day,
        });
        let watching = WatchService::new(
            WatchPorts {
                plays,
                ..stores.watching.service.clone()
            },
            catalog.clone(),
            config.rules,
            Arc::clone(&clock),
            Arc::clone(&bus),
        );
        let public_url = config.public_url()?;
        let policy = config
            .accounts
            .policy(public_url, config.env == Environment::Production);
        let mail = MailService::new(
            Arc::clone(&stores.mails),
            Arc::clone(&stores.accounts.users),
            Arc::clone(&stores.one_time),
            mailer(config)?,
            Arc::clone(&clock),
            Arc::clone(&entropy),
            policy.clone(),
        );
        let access_tokens = access_tokens(config, &stores, &clock);
        let accounts = AccountService::new(
            AccountPorts {
                accounts: stores.accounts.clone(),
                sessions: Arc::clone(&stores.sessions),
                one_time: Arc::clone(&stores.one_time),
                access_tokens: Arc::new(access_tokens),
                limiter: Arc::clone(&stores.limiter),
                passwords: Arc::new(Argon2Hasher::new()),
                providers: providers(&config.accounts, &policy, &clock)?,
                events: Arc::clone(&bus),
                clock: Arc::clone(&clock),
                entropy,
            },
            policy,
        );
        let budget = config.budget.then(|| {
            Budget::new(
                Arc::clone(&stores.limiter),
                Arc::new(MemoryLimiter::new()),
                stores.pulses.sessions.clone(),
                BudgetPolicy::default(),
            )
        });
        let similar = SimilarService::new(
            stores.projection(),
            catalog.clone(),
            watching.clone(),
            bus.clone(),
            Arc::clone(&clock),
            config.freshness,
        );
        Ok(Self {
            search: SearchService::new(Arc::new(index), catalog.clone()),
            recommend: RecommendService::new(
                RecommendPorts {
                    graph: Arc::clone(&stores.graph),
                    lists: Arc::new(stores.watching.tastes.lists()),
                    clock: Arc::clone(&clock),
                    tasks: Arc::new(TokioTasks),
                },
                catalog.clone(),
                watching.clone(),
                config.rules,
                config.ranking,
            ),
            graph: GraphService::new(
                stores.projection(),
                catalog.clone(),
                watching.clone(),
                similar.clone(),
                bus.clone(),
                Arc::clone(&clock),
            ),
            similar,
            load: LoadService::new(
                catalog.clone(),
                Arc::clone(&stores.catalog.loading),
                accounts.clone(),
                watching.clone(),
                Arc::clone(&clock),
                bus,
            ),
            catalog,
            watching,
            accounts,
            mail,
            stores,
            follower: Arc::new(graph),
            visibility: config.visibility,
            budget,
            progress: ProjectionProgress::default(),
            clock,
            events,
        })
    }

    /// Makes all that the record needs and lacks, however long that takes. Says whether anything was missing.
    pub async fn migrate(&self) -> anyhow::Result<bool> {
        (self.stores.preparation)()
            .await
            .context("the indexes of the record cannot be made")?;
        Ok(!self.stores.is_prepared)
    }

    /// Looks at everything that the program needs, and changes nothing.
    pub async fn examine(config: &Config) -> Vec<Finding> {
        let mut findings = config.examine();
        if let Some(servers) = &config.servers {
            let (record, graph, sessions) = futures::join!(
                adapters::mongo::examine(&servers.mongodb_uri, servers.timeout, &SystemClock),
                adapters::neo4j::examine(
                    &servers.neo4j_uri,
                    &servers.neo4j_user,
                    &servers.neo4j_password,
                    servers.timeout,
                    &SystemClock
                ),
                adapters::redis::examine(
                    &servers.redis_url,
                    &servers.redis_prefix,
                    servers.timeout,
                    &SystemClock
                ),
            );
            findings.extend([record, graph, sessions].concat());
        } else {
            let is_public = config.env == Environment::Production;
            findings.extend(adapters::sqlite::examine(
                &config.data_dir,
                SQLITE,
                is_public,
            ));
        }
        findings
    }

    /// Reads the record, for measuring suggestions on it.
    pub fn evaluation(&self) -> EvaluationService {
        EvaluationService::new(
            Arc::clone(&self.stores.catalog.titles),
            self.watching.clone(),
        )
    }

    /// Starts the background jobs, once the search index has the whole catalogue.
    pub async fn start_jobs(&self) -> anyhow::Result<Jobs> {
        let followers: Vec<Arc<dyn CatalogFollower>> = vec![
            Arc::new(self.stores.catalog.cache.clone()),
            Arc::new(self.search.clone()),
        ];
        let mut feed = CatalogFeed::new(self.catalog.clone(), followers);
        feed.catch_up()
            .await
            .context("the catalogue cannot be indexed")?;
        if !self.stores.is_prepared {
            jobs::prepare_record((self.stores.preparation)());
        }
        let erasures = ErasureService::new(
            self.accounts.clone(),
            self.parts(),
            Arc::clone(&self.stores.bus),
        );
        Ok(Jobs::start(
            &self.graph,
            &self.progress,
            Keeper {
                similar: self.similar.clone(),
                leases: Arc::clone(&self.stores.leases),
            },
            self.accounts.clone(),
            erasures,
            feed,
            &self.follower,
            self.mail.clone(),
            Measure {
                backlog: BacklogService::new(
                    Arc::clone(&self.stores.backlog),
                    self.progress.clone(),
                ),
                graph: Arc::clone(&self.stores.graph),
                clock: Arc::clone(&self.clock),
            },
            vec![
                self.stores.pulses.record.clone(),
                self.stores.pulses.sessions.clone(),
                self.stores.pulses.graph.clone(),
            ],
            || self.events.subscribe(),
        ))
    }

    /// What is kept of people.
    fn parts(&self) -> Parts {
        Parts::new(
            self.graph.clone(),
            self.watching.clone(),
            self.catalog.clone(),
        )
    }

    /// What is asked whether the program is ready.
    pub fn stores(&self) -> Stores {
        let pulses = self.stores.pulses.clone();
        Stores {
            record: pulses.record,
            sessions: pulses.sessions,
            graph: pulses.graph,
            progress: self.progress.clone(),
            clock: Arc::clone(&self.clock),
        }
    }

    /// The routes of HTTP on these services, without the address to listen on.
    pub fn router(&self, options: HttpOptions) -> anyhow::Result<axum::Router> {
        let services = Services {
            catalog: self.catalog.clone(),
            search: self.search.clone(),
            watching: self.watching.clone(),
            accounts: self.accounts.clone(),
            recommend: self.recommend.clone(),
            visibility: self.visibility,
            budget: self.budget.clone(),
            clock: Arc::clone(&self.clock),
        };
        let exports =
            ExportService::new(self.accounts.clone(), self.parts(), Arc::clone(&self.clock));
        crate::http::router(services, exports, self.stores(), options)
    }
}

/// What makes and reads access tokens.
fn access_tokens(config: &Config, stores: &AllStores, clock: &Arc<dyn Clock>) -> JwtTokens {
    JwtTokens::new(
        Arc::clone(&stores.signing_keys),
        Arc::clone(clock),
        // Servers of one site must name the same issuer, wherever each of them listens.
        config
            .public_url
            .as_ref()
            .map_or_else(|| "reelgraph".to_owned(), ToString::to_string),
        KeyRotation::default(),
        config.accounts.secret.clone(),
    )
}

/// The other sites that the settings name.
fn providers(
    config: &AccountConfig,
    policy: &AccountPolicy,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Vec<Arc<dyn IdentityProvider>>> {
    let mut providers: Vec<Arc<dyn IdentityProvider>> = Vec::new();
    if let Some(facebook) = config.facebook.clone() {
        let settings = FacebookSettings {
            app_id: facebook.app_id,
            app_secret: facebook.app_secret,
            authorize_url: facebook.authorize_url,
            token_url: facebook.token_url,
            me_url: facebook.me_url,
            redirect_url: policy.callback("facebook"),
        };
        let facebook = FacebookProvider::new(settings, Arc::clone(clock));
        providers.push(Arc::new(facebook.context("Facebook cannot be set up")?));
    }
    for openid in config.openid.clone() {
        let name = openid.settings.name;
        let settings = OpenIdSettings {
            redirect_url: policy.callback(&name),
            name: name.clone(),
            issuer: openid.settings.issuer,
            client_id: openid.settings.client_id,
            client_secret: openid.client_secret,
        };
        let issuer = OpenIdProvider::new(settings, Arc::clone(clock))
            .with_context(|| format!("the log-in by {name} cannot be set up"))?;
        if providers.iter().any(|other| other.name() == name) {
            anyhow::bail!("two log-ins are called {name}");
        }
        providers.push(Arc::new(issuer));
    }
    Ok(providers)
}

/// Mail goes out by the mail server that the settings name, or into a folder beside the data.
fn mailer(config: &Config) -> anyhow::Result<Arc<dyn Mailer>> {
    let from = &config.accounts.mail_from;
    if let Some(url) = &config.accounts.smtp_url {
        let mailer = SmtpMailer::new(url, from).context("SMTP_URL or mail-from is wrong")?;
        return Ok(Arc::new(mailer));
    }
    let folder = config.data_dir.join("mail");
    let mailer = FileMailer::new(&folder, from).context("mail-from is wrong")?;
    Ok(Arc::new(mailer))
}

fn embedded(config: &Config, events: &MemoryEvents) -> anyhow::Result<AllStores> {
    make_private_folder(&config.data_dir)
        .with_context(|| format!("the folder {} cannot be made", config.data_dir.display()))?;
    let path = config.data_dir.join(SQLITE);
    let db =
        SqliteDb::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let accounts = measured("sqlite", SqliteAccounts::new(db.clone()));
    let pulse = pulse("sqlite", measured("sqlite", db.clone()), PATIENCE);
    Ok(AllStores {
        catalog: CatalogStores::on(measured("sqlite", SqliteCatalog::new(db.clone()))),
        watching: WatchStores::on(measured("sqlite", SqliteWatching::new(db.clone()))),
        accounts: AccountStores::on(Arc::clone(&accounts)),
        mails: accounts,
        sessions: measured("sqlite", SqliteSessions::new(db.clone())),
        one_time: measured("sqlite", SqliteOneTime::new(db.clone())),
        signing_keys: measured("sqlite", SqliteSigningKeys::new(db.clone())),
        limiter: measured("memory", MemoryLimiter::new()),
        leases: measured("memory", MemoryLeases::new()),
        graph: measured("sqlite", SqliteGraph::new(db.clone())),
        backlog: measured("sqlite", SqliteBacklog::new(db.clone())),
        notes: measured("sqlite", SqliteNotes::new(db)),
        bus: Arc::new(events.clone()),
        // Tables are brought up to date when the file is opened.
        preparation: Arc::new(|| Box::pin(async { Ok(()) })),
        is_prepared: true,
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
async fn on_servers(servers: &Servers, events: &MemoryEvents) -> anyhow::Result<AllStores> {
    let mongo = MongoDb::open(&servers.mongodb_uri, servers.timeout)
        .await
        .context("MONGODB_URI is not an address of MongoDB")?;
    let catalog = MongoCatalog::new(mongo.clone());
    let watching = MongoWatching::new(mongo.clone());
    let accounts = MongoAccounts::new(mongo.clone());
    let cannot = "MongoDB cannot be prepared";
    let is_prepared = catalog.prepare().await.context(cannot)?
        & watching.prepare().await.context(cannot)?
        & accounts.prepare().await.context(cannot)?;
    let (all_of_catalog, all_of_watching, all_of_accounts) =
        (catalog.clone(), watching.clone(), accounts.clone());
    let preparation: Preparation = Arc::new(move || {
        let (catalog, watching, accounts) = (
            all_of_catalog.clone(),
            all_of_watching.clone(),
            all_of_accounts.clone(),
        );
        Box::pin(async move {
            catalog.ensure_indexes().await?;
            watching.ensure_indexes().await?;
            accounts.ensure_indexes().await
        })
    });
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
    Ok(AllStores {
        catalog: CatalogStores::on(measured("mongo", catalog)),
        watching: WatchStores::on(measured("mongo", watching)),
        accounts: AccountStores::on(Arc::clone(&accounts)),
        mails: accounts,
        sessions: measured("redis", RedisSessions::new(redis.clone())),
        one_time: measured("redis", RedisOneTime::new(redis.clone())),
        signing_keys: measured("redis", RedisSigningKeys::new(redis.clone())),
        limiter: measured("redis", RedisLimiter::new(redis.clone())),
        leases: measured("redis", RedisLeases::new(redis.clone())),
        graph: Arc::new(BreakerGraph::new(graph, pulses.graph.clone())),
        backlog: measured("mongo", MongoBacklog::new(mongo.clone())),
        notes: measured("mongo", MongoNotes::new(mongo)),
        pulses,
        bus: Arc::new(RedisEvents::new(redis, Arc::new(events.clone()))),
        preparation,
        is_prepared,
    })
}

/// What is known of whether a store answers.
fn pulse(store: &'static str, ping: Arc<dyn Ping>, patience: Duration) -> Pulse {
    Pulse::new(store, ping, Arc::new(TokioTasks), patience)
}

/// A store whose calls are measured, under the name of its technology.
fn measured<S>(technology: &'static str, store: S) -> Arc<Measured<S>> {
    Arc::new(Measured::new(technology, Arc::new(store)))
}
