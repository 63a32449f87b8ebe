//! Connects everything: settings to adapters, adapters to services. No rules of any kind.

use std::sync::Arc;

use anyhow::Context;

use crate::adapters;
use crate::adapters::argon2::Argon2Hasher;
use crate::adapters::jwt::JwtTokens;
use crate::adapters::mail::{FileMailer, SmtpMailer};
use crate::adapters::memory::{
    CachedCatalog, CachedGraph, MemoryEvents, MemoryLeases, MemoryLimiter, MemoryLists,
    ObservedWatching, Tastes,
};
use crate::adapters::mongo::{MongoAccounts, MongoBacklog, MongoCatalog, MongoDb, MongoWatching};
use crate::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use crate::adapters::oauth::{FacebookProvider, FacebookSettings, OpenIdProvider, OpenIdSettings};
use crate::adapters::redis::{
    RedisDb, RedisEvents, RedisLeases, RedisLimiter, RedisOneTime, RedisSessions, RedisSigningKeys,
};
use crate::adapters::search::TantivySearch;
use crate::adapters::sqlite::{
    SqliteAccounts, SqliteBacklog, SqliteCatalog, SqliteDb, SqliteGraph, SqliteOneTime,
    SqliteSessions, SqliteSigningKeys, SqliteWatching,
};
use crate::config::{AccountConfig, Config, Environment, Servers};
use crate::domain::accounts::{
    AccountPolicy, AccountPorts, AccountService, AccountStore, IdentityProvider, KeyRotation,
    MailService, Mailer, OneTimeStore, SessionStore, SigningKeyStore,
};
use crate::domain::catalog::{CatalogFollower, CatalogService, CatalogStore, SearchService};
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::curation::LoadService;
use crate::domain::events::EventBus;
use crate::domain::finding::Finding;
use crate::domain::lease::Leases;
use crate::domain::limits::RateLimiter;
use crate::domain::measured::Measured;
use crate::domain::recommend::evaluate::EvaluationService;
use crate::domain::recommend::{
    BacklogStore, ErasureService, GraphFollower, GraphService, ProjectionProgress,
    RecommendService, SimilarService, TasteGraph,
};
use crate::domain::watching::{WatchService, WatchStore};
use crate::graphql::Services;
use crate::http::{HttpOptions, Stores};
use crate::jobs::{CatalogFeed, Jobs, Keeper, Measure};

/// The file of the embedded store.
const SQLITE: &str = "reelgraph.sqlite";

/// The program, connected.
pub struct App {
    /// The catalogue.
    pub catalog: CatalogService,
    /// Finding things by name.
    pub search: SearchService,
    /// What was watched.
    pub watching: WatchService,
    /// Who is who.
    pub accounts: AccountService,
    /// Suggestions.
    pub recommend: RecommendService,
    /// Keeping the graph.
    pub graph: GraphService,
    /// Reading the record, for measuring suggestions on it.
    pub evaluation: EvaluationService,
    /// Loading files.
    pub load: LoadService,
    similar: SimilarService,
    mail: MailService,
    stores: AllStores,
    cache: CachedCatalog,
    follower: Arc<dyn GraphFollower>,
    progress: ProjectionProgress,
    clock: Arc<dyn Clock>,
    events: MemoryEvents,
}

/// The ports, on one technology or another.
#[derive(Clone)]
struct AllStores {
    catalog: Arc<dyn CatalogStore>,
    watching: Arc<dyn WatchStore>,
    accounts: Arc<dyn AccountStore>,
    sessions: Arc<dyn SessionStore>,
    one_time: Arc<dyn OneTimeStore>,
    signing_keys: Arc<dyn SigningKeyStore>,
    limiter: Arc<dyn RateLimiter>,
    leases: Arc<dyn Leases>,
    graph: Arc<dyn TasteGraph>,
    backlog: Arc<dyn BacklogStore>,
    bus: Arc<dyn EventBus>,
}

/// What the ports are made of, as metrics and traces show it.
struct Technologies {
    record: &'static str,
    graph: &'static str,
    sessions: &'static str,
    shared: &'static str,
}

impl AllStores {
    /// The same, with each call measured.
    fn measured(self, by: &Technologies) -> Self {
        Self {
            catalog: Arc::new(Measured::new(by.record, self.catalog)),
            watching: Arc::new(Measured::new(by.record, self.watching)),
            accounts: Arc::new(Measured::new(by.record, self.accounts)),
            backlog: Arc::new(Measured::new(by.record, self.backlog)),
            graph: Arc::new(Measured::new(by.graph, self.graph)),
            sessions: Arc::new(Measured::new(by.sessions, self.sessions)),
            one_time: Arc::new(Measured::new(by.sessions, self.one_time)),
            signing_keys: Arc::new(Measured::new(by.sessions, self.signing_keys)),
            limiter: Arc::new(Measured::new(by.shared, self.limiter)),
            leases: Arc::new(Measured::new(by.shared, self.leases)),
            bus: self.bus,
        }
    }

    /// The same with caches in front; and those caches, which must hear what changes.
    fn behind_caches(self) -> (Self, CachedCatalog, CachedGraph, MemoryLists) {
        let catalog = CachedCatalog::new(self.catalog);
        let tastes = Tastes::new(Arc::clone(&self.watching));
        let graph = CachedGraph::new(self.graph, tastes.clone());
        let lists = tastes.lists();
        let stores = Self {
            catalog: Arc::new(catalog.clone()),
            watching: Arc::new(ObservedWatching::new(self.watching, tastes)),
            graph: Arc::new(graph.clone()),
            ..self
        };
        (stores, catalog, graph, lists)
    }
}

impl App {
    /// Opens the stores that the settings name.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let events = MemoryEvents::new();
        let stores = match &config.servers {
            Some(servers) => on_servers(servers, &events).await?,
            None => embedded(config, &events)?,
        };
        let (stores, cache, graph, lists) = stores.behind_caches();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let bus = Arc::clone(&stores.bus);
        let catalog = CatalogService::new(Arc::clone(&stores.catalog));
        let index = TantivySearch::new().context("the search index cannot be made")?;
        let watching = WatchService::new(
            Arc::clone(&stores.watching),
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
            Arc::clone(&stores.accounts),
            Arc::clone(&stores.one_time),
            mailer(config)?,
            Arc::clone(&clock),
            policy.clone(),
        );
        let access_tokens = access_tokens(config, &stores, &clock);
        let accounts = AccountService::new(
            AccountPorts {
                accounts: Arc::clone(&stores.accounts),
                sessions: Arc::clone(&stores.sessions),
                one_time: Arc::clone(&stores.one_time),
                access_tokens: Arc::new(access_tokens),
                limiter: Arc::clone(&stores.limiter),
                passwords: Arc::new(Argon2Hasher::new()),
                providers: providers(&config.accounts, &policy, &clock)?,
                events: Arc::clone(&bus),
                clock: Arc::clone(&clock),
            },
            policy,
        );
        let similar = SimilarService::new(
            Arc::clone(&stores.graph),
            Arc::clone(&stores.catalog),
            Arc::clone(&stores.watching),
            bus.clone(),
            Arc::clone(&clock),
            config.freshness,
        );
        Ok(Self {
            search: SearchService::new(Arc::new(index), catalog.clone()),
            recommend: RecommendService::new(
                Arc::clone(&stores.graph),
                catalog.clone(),
                watching.clone(),
                Arc::new(lists),
                Arc::clone(&clock),
                config.rules,
                config.ranking,
            ),
            graph: GraphService::new(
                Arc::clone(&stores.graph),
                Arc::clone(&stores.catalog),
                Arc::clone(&stores.watching),
                similar.clone(),
                bus.clone(),
            ),
            similar,
            evaluation: EvaluationService::new(
                Arc::clone(&stores.catalog),
                Arc::clone(&stores.watching),
            ),
            load: LoadService::new(
                Arc::clone(&stores.catalog),
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
            cache,
            follower: Arc::new(graph),
            progress: ProjectionProgress::default(),
            clock,
            events,
        })
    }

    /// Looks at everything that the program needs, and changes nothing.
    pub async fn examine(config: &Config) -> Vec<Finding> {
        let mut findings = config.examine();
        match &config.servers {
            Some(servers) => {
                let (record, graph, sessions) = futures::join!(
                    adapters::mongo::examine(&servers.mongodb_uri, &SystemClock),
                    adapters::neo4j::examine(
                        &servers.neo4j_uri,
                        &servers.neo4j_user,
                        &servers.neo4j_password,
                        &SystemClock
                    ),
                    adapters::redis::examine(
                        &servers.redis_url,
                        &servers.redis_prefix,
                        &SystemClock
                    ),
                );
                findings.extend([record, graph, sessions].concat());
            }
            None => {
                let is_public = config.env == Environment::Production;
                findings.extend(adapters::sqlite::examine(
                    &config.data_dir,
                    SQLITE,
                    is_public,
                ));
            }
        }
        findings
    }

    /// Starts the background jobs, once the search index has the whole catalogue.
    pub async fn start_jobs(&self) -> anyhow::Result<Jobs> {
        let followers: Vec<Arc<dyn CatalogFollower>> =
            vec![Arc::new(self.cache.clone()), Arc::new(self.search.clone())];
        let mut feed = CatalogFeed::new(Arc::clone(&self.stores.catalog), followers);
        feed.catch_up()
            .await
            .context("the catalogue cannot be indexed")?;
        let erasures = ErasureService::new(self.accounts.clone(), self.graph.clone());
        Ok(Jobs::start(
            &self.graph,
            Keeper {
                similar: self.similar.clone(),
                leases: Arc::clone(&self.stores.leases),
            },
            erasures,
            feed,
            &self.follower,
            self.mail.clone(),
            Measure {
                backlog: Arc::clone(&self.stores.backlog),
                graph: Arc::clone(&self.stores.graph),
                clock: Arc::clone(&self.clock),
                progress: self.progress.clone(),
            },
            || self.events.subscribe(),
        ))
    }

    /// What is asked whether the program is ready.
    pub fn stores(&self) -> Stores {
        Stores {
            catalog: Arc::clone(&self.stores.catalog),
            sessions: Arc::clone(&self.stores.sessions),
            graph: Arc::clone(&self.stores.graph),
            progress: self.progress.clone(),
            clock: Arc::clone(&self.clock),
        }
    }

    /// What answers requests.
    pub fn router(&self, options: HttpOptions) -> anyhow::Result<axum::Router> {
        let services = Services {
            catalog: self.catalog.clone(),
            search: self.search.clone(),
            watching: self.watching.clone(),
            accounts: self.accounts.clone(),
            recommend: self.recommend.clone(),
            clock: Arc::clone(&self.clock),
        };
        crate::http::router(services, self.stores(), options)
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
    std::fs::create_dir_all(&config.data_dir)
        .with_context(|| format!("the folder {} cannot be made", config.data_dir.display()))?;
    let path = config.data_dir.join(SQLITE);
    let db =
        SqliteDb::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let stores = AllStores {
        catalog: Arc::new(SqliteCatalog::new(db.clone())),
        watching: Arc::new(SqliteWatching::new(db.clone())),
        accounts: Arc::new(SqliteAccounts::new(db.clone())),
        sessions: Arc::new(SqliteSessions::new(db.clone())),
        one_time: Arc::new(SqliteOneTime::new(db.clone())),
        signing_keys: Arc::new(SqliteSigningKeys::new(db.clone())),
        limiter: Arc::new(MemoryLimiter::new()),
        leases: Arc::new(MemoryLeases::new()),
        graph: Arc::new(SqliteGraph::new(db.clone())),
        backlog: Arc::new(SqliteBacklog::new(db)),
        bus: Arc::new(events.clone()),
    };
    Ok(stores.measured(&Technologies {
        record: "sqlite",
        graph: "sqlite",
        sessions: "sqlite",
        shared: "memory",
    }))
}

/// MongoDB must be there to begin with; the graph and the sessions may come later.
async fn on_servers(servers: &Servers, events: &MemoryEvents) -> anyhow::Result<AllStores> {
    let mongo = MongoDb::open(&servers.mongodb_uri)
        .await
        .context("MONGODB_URI is not an address of MongoDB")?;
    let catalog = MongoCatalog::new(mongo.clone());
    let watching = MongoWatching::new(mongo.clone());
    let accounts = MongoAccounts::new(mongo.clone());
    catalog
        .ensure_indexes()
        .await
        .context("MongoDB cannot be prepared")?;
    watching
        .ensure_indexes()
        .await
        .context("MongoDB cannot be prepared")?;
    accounts
        .ensure_indexes()
        .await
        .context("MongoDB cannot be prepared")?;
    let neo4j = Neo4jDb::open(
        &servers.neo4j_uri,
        &servers.neo4j_user,
        &servers.neo4j_password,
    )
    .context("NEO4J_URI is not an address of Neo4j")?;
    let redis = RedisDb::open(&servers.redis_url, &servers.redis_prefix)
        .context("REDIS_URL is not an address of Redis")?;
    let stores = AllStores {
        catalog: Arc::new(catalog),
        watching: Arc::new(watching),
        accounts: Arc::new(accounts),
        sessions: Arc::new(RedisSessions::new(redis.clone())),
        one_time: Arc::new(RedisOneTime::new(redis.clone())),
        signing_keys: Arc::new(RedisSigningKeys::new(redis.clone())),
        limiter: Arc::new(RedisLimiter::new(redis.clone())),
        leases: Arc::new(RedisLeases::new(redis.clone())),
        graph: Arc::new(Neo4jGraph::new(neo4j)),
        backlog: Arc::new(MongoBacklog::new(mongo)),
        bus: Arc::new(RedisEvents::new(redis, Arc::new(events.clone()))),
    };
    Ok(stores.measured(&Technologies {
        record: "mongo",
        graph: "neo4j",
        sessions: "redis",
        shared: "redis",
    }))
}
