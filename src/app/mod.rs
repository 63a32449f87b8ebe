//! Connects everything: settings to adapters, adapters to services. No rules of any kind.

mod blobs;
mod jobs;
mod library;
mod outside;
mod preparing;
mod stores;

use std::sync::Arc;

use anyhow::Context;

use crate::adapters;
use crate::adapters::argon2::Argon2Hasher;
use crate::adapters::folders::MediaOnDisk;
use crate::adapters::images::ImageReader;
use crate::adapters::memory::{MemoryEvents, MemoryLimiter, TokioTasks};
use crate::adapters::search::WordSearch;
use crate::config::{Config, Environment};
use crate::domain::accounts::{AccountPorts, AccountService, MailService};
use crate::domain::budget::{Budget, BudgetPolicy};
use crate::domain::catalog::{
    CatalogService, PictureService, PictureSweep, SearchService, Visibility, VisibilityPolicy,
};
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::commenting::{CommentPorts, CommentService};
use crate::domain::editing::EditService;
use crate::domain::entropy::{Entropy, SystemEntropy};
use crate::domain::finding::Finding;
use crate::domain::importing::{ImportPorts, ImportService};
use crate::domain::library::{LibraryService, ScanService};
use crate::domain::loading::{CatalogExport, LoadService};
use crate::domain::membership::MembershipService;
use crate::domain::merging::{MergePorts, MergeService};
use crate::domain::preparing::PreparingService;
use crate::domain::privacy::{ExportService, Parts};
use crate::domain::recommend::evaluate::EvaluationService;
use crate::domain::recommend::{
    GraphFollower, GraphService, ProjectionProgress, PublishService, RecommendPorts,
    RecommendService, SimilarService,
};
use crate::domain::revising::{RevisionPorts, RevisionService};
use crate::domain::site_jobs::SiteJobService;
use crate::domain::uploading::UploadService;
use crate::domain::usage::UsageService;
use crate::domain::video::{VideoPorts, VideoService};
use crate::domain::viewer::Viewer;
use crate::domain::watching::{PlayLimit, WatchPorts, WatchService};
use crate::domain::working::WorkService;
use crate::graphql::Services;
use crate::http::{HttpOptions, Stores};

pub use self::library::{FolderChanges, FollowError, follow_library, open_library};
pub use self::outside::open_video_hosts;
pub use self::preparing::{open_prepared, open_workshop, probe_file};

use self::blobs::Blobs;
use self::outside::{access_tokens, grants, mailer, providers, topics};
use self::stores::{AllStores, SQLITE, embedded, on_servers, recording};

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
    /// The catalogue as files that can be loaded.
    pub export: CatalogExport,
    /// What was changed of the catalogue, and by whom.
    pub revising: RevisionService,
    /// What curators change by hand.
    editing: EditService,
    /// Merging titles that are one.
    merging: MergeService,
    /// Removing pictures that nothing refers to.
    pub sweep: PictureSweep,
    /// How much is watched.
    pub usage: UsageService,
    /// What viewers write of titles.
    commenting: CommentService,
    pictures: PictureService,
    blobs: Blobs,
    /// What profiles bring from elsewhere.
    pub importing: ImportService,
    /// The jobs that profiles wait for.
    pub work: WorkService,
    /// The files of libraries, as curators see them.
    pub library: LibraryService,
    /// What films and episodes are played from.
    pub video: VideoService,
    /// Preparing films for any device.
    pub preparing: PreparingService,
    /// Writing down what scans of libraries see.
    pub scans: ScanService,
    /// The loads and scans that commands run.
    pub site_jobs: SiteJobService,
    /// Files that are uploaded.
    pub uploads: UploadService,
    /// The plans that are sold, what they open, and who has them.
    pub membership: MembershipService,
    similar: SimilarService,
    publish: Option<PublishService>,
    mail: MailService,
    stores: AllStores,
    follower: Arc<dyn GraphFollower>,
    visibility: VisibilityPolicy,
    budget: Option<Budget>,
    progress: ProjectionProgress,
    clock: Arc<dyn Clock>,
    events: MemoryEvents,
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
            Some(servers) => on_servers(servers, recording(config), &events).await?,
            None => embedded(config, &events)?,
        };
        let graph = stores.cached_graph();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        let bus = Arc::clone(&stores.bus);
        let catalog = CatalogService::new(stores.catalog.service.clone());
        let index = WordSearch::default();
        let blobs = blobs::open(config)?;
        let pictures = PictureService::new(Arc::clone(&blobs.store), Arc::new(ImageReader::new()));
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
        let commenting = CommentService::new(
            CommentPorts {
                store: Arc::clone(&stores.comments),
                limiter: Arc::clone(&stores.limiter),
                clock: Arc::clone(&clock),
                entropy: Arc::clone(&entropy),
            },
            catalog.clone(),
            config.comments,
        );
        let access_tokens = access_tokens(config, &stores, &clock);
        let accounts = AccountService::new(
            AccountPorts {
                accounts: stores.accounts.clone(),
                sessions: Arc::clone(&stores.sessions),
                owners: Arc::clone(&stores.owners),
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
        let topics = topics(config.brokers.as_ref())?;
        let publish = topics.map(|topics| {
            let (catalog, clock) = (catalog.clone(), Arc::clone(&clock));
            PublishService::new(topics, stores.projection(), catalog, clock)
        });
        let work = WorkService::new(
            Arc::clone(&stores.jobs),
            Arc::clone(&clock),
            Arc::clone(&bus),
        );
        let similar = SimilarService::new(
            stores.projection(),
            catalog.clone(),
            watching.clone(),
            bus.clone(),
            Arc::clone(&clock),
            config.freshness,
        );
        let load = LoadService::new(
            CatalogService::new(stores.catalog.record.clone()),
            Arc::clone(&stores.catalog.loading),
            accounts.clone(),
            watching.clone(),
            Arc::clone(&clock),
            Arc::clone(&bus),
            Arc::new(TokioTasks),
        )
        .with_pictures(blobs.loading(&pictures, config))
        .with_writers(stores.writers);
        let revising = RevisionService::new(RevisionPorts {
            load: load.clone(),
            accounts: accounts.clone(),
            catalog: CatalogService::new(stores.catalog.record.clone()),
            revisions: Arc::clone(&stores.catalog.revisions),
            clock: Arc::clone(&clock),
            keep: config.revisions_kept,
        });
        let editing = EditService::new(
            load.clone(),
            CatalogService::new(stores.catalog.record.clone()),
            revising.clone(),
            accounts.clone(),
            Arc::clone(&clock),
        );
        let library = LibraryService::new(
            Arc::clone(&stores.library),
            catalog.clone(),
            Arc::clone(&clock),
        );
        let membership = MembershipService::new(
            Arc::clone(&stores.membership),
            accounts.clone(),
            CatalogService::new(stores.catalog.record.clone()),
            Arc::clone(&clock),
        );
        Ok(Self {
            search: SearchService::new(Arc::new(index), catalog.clone()),
            recommend: RecommendService::new(
                RecommendPorts {
                    graph: Arc::new(graph.clone()),
                    tastes: Arc::new(graph.clone()),
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
                bus,
                Arc::clone(&clock),
            ),
            similar,
            publish,
            editing: editing.clone(),
            merging: MergeService::new(MergePorts {
                load: load.clone(),
                catalog: CatalogService::new(stores.catalog.record.clone()),
                revising: revising.clone(),
                editing,
                watching: watching.clone(),
                commenting: commenting.clone(),
                membership: membership.clone(),
                leases: Arc::clone(&stores.leases),
                clock: Arc::clone(&clock),
            }),
            export: CatalogExport::new(
                CatalogService::new(stores.catalog.record.clone()),
                Arc::clone(&blobs.store),
                Arc::clone(&clock),
            ),
            revising,
            sweep: PictureSweep::new(
                Arc::clone(&blobs.store),
                CatalogService::new(stores.catalog.record.clone()),
                Arc::clone(&clock),
            ),
            usage: UsageService::new(
                Arc::clone(&stores.usage),
                catalog.clone(),
                Arc::clone(&clock),
            ),
            importing: ImportService::new(
                ImportPorts {
                    store: Arc::clone(&stores.imports),
                    leases: Arc::clone(&stores.leases),
                },
                watching.clone(),
                work.clone(),
                catalog.clone(),
                Arc::clone(&clock),
            ),
            preparing: PreparingService::new(
                Arc::clone(&stores.shared_leases),
                Arc::new(TokioTasks),
            ),
            video: VideoService::new(VideoPorts {
                sources: Arc::clone(&stores.video_sources),
                packages: Arc::clone(&stores.packages),
                files: Arc::new(MediaOnDisk),
                blobs: Arc::clone(&blobs.store),
                grants: Arc::new(grants(config, &stores, &clock)),
                catalog: catalog.clone(),
                library: library.clone(),
                accounts: accounts.clone(),
                membership: membership.clone(),
                visibility: config.visibility,
                clock: Arc::clone(&clock),
            }),
            library,
            scans: ScanService::new(
                stores.scans(),
                CatalogService::new(stores.catalog.record.clone()),
                load.clone(),
                Arc::clone(&clock),
            ),
            site_jobs: SiteJobService::new(Arc::clone(&stores.site_jobs), Arc::clone(&clock)),
            uploads: UploadService::new(
                Arc::clone(&stores.uploads),
                Arc::clone(&blobs.kept),
                Arc::clone(&stores.leases),
                Arc::clone(&clock),
                config.uploads,
            ),
            membership,
            load,
            work,
            catalog,
            watching,
            commenting,
            accounts,
            pictures,
            blobs,
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

    /// Makes all that the record needs and lacks, however long that takes, and drops what only versions of before need.
    /// Says whether anything was to be done.
    pub async fn migrate(&self) -> anyhow::Result<bool> {
        (self.stores.preparation)()
            .await
            .context("the indexes of the record cannot be made")?;
        let cleared = (self.stores.clearing)().await;
        let cleared = cleared.context("indexes of former versions cannot be dropped")?;
        Ok(cleared || !self.stores.is_prepared)
    }

    /// Looks at everything that the program needs, and changes nothing.
    pub async fn examine(config: &Config) -> Vec<Finding> {
        let mut findings = config.examine();
        findings.extend(blobs::examine(config).await);
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

    /// What of the catalogue a viewer may see at this moment.
    pub fn visibility_of(&self, viewer: &Viewer) -> Visibility {
        self.visibility.of(viewer, self.clock.now())
    }

    /// Reads the record, for measuring suggestions on it.
    pub fn evaluation(&self) -> EvaluationService {
        EvaluationService::new(
            Arc::clone(&self.stores.catalog.titles),
            self.watching.clone(),
        )
    }

    /// What is kept of people.
    fn parts(&self) -> Parts {
        Parts::new(
            self.graph.clone(),
            self.watching.clone(),
            self.importing.clone(),
            self.uploads.clone(),
            self.usage.clone(),
            (self.commenting.clone(), self.membership.clone()),
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
            blobs: self.blobs.pulse.clone(),
            catalog: self.search.begun().clone(),
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
            usage: self.usage.clone(),
            commenting: self.commenting.clone(),
            pictures: self.pictures.clone(),
            importing: self.importing.clone(),
            work: self.work.clone(),
            revising: self.revising.clone(),
            editing: self.editing.clone(),
            merging: self.merging.clone(),
            library: self.library.clone(),
            video: self.video.clone(),
            site_jobs: self.site_jobs.clone(),
            uploads: self.uploads.clone(),
            membership: self.membership.clone(),
            visibility: self.visibility,
            site: options.facts(),
            budget: self.budget.clone(),
            events: Arc::clone(&self.stores.bus),
            clock: Arc::clone(&self.clock),
        };
        let exports =
            ExportService::new(self.accounts.clone(), self.parts(), Arc::clone(&self.clock));
        let persisted = Arc::clone(&self.stores.persisted);
        crate::http::router(services, exports, self.stores(), persisted, options)
    }
}
