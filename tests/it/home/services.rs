//! The services of the site as the tests of its pages have them: on the embedded store, with a catalogue that counts.

use std::io::BufRead;
use std::sync::Arc;

use super::Counted;
use crate::support::ports::recording;

use reelgraph::adapters::argon2::Argon2Hasher;
use reelgraph::adapters::blobs::FolderBlobs;
use reelgraph::adapters::folders::MediaOnDisk;
use reelgraph::adapters::images::ImageReader;
use reelgraph::adapters::jwt::{JwtGrants, JwtTokens};
use reelgraph::adapters::memory::{
    CatalogSnapshot, MemoryEvents, MemoryLeases, MemoryLimiter, MemoryLists, TokioTasks,
};
use reelgraph::adapters::search::WordSearch;
use reelgraph::adapters::sqlite::{
    SqliteAccounts, SqliteCatalog, SqliteComments, SqliteDb, SqliteGraph, SqliteImports,
    SqliteJobs, SqliteLibrary, SqliteMembership, SqliteOneTime, SqliteSessions, SqliteSigningKeys,
    SqliteSiteJobs, SqliteUploads, SqliteUsage, SqliteVideo, SqliteWatching,
};
use reelgraph::domain::accounts::{
    AccountPolicy, AccountPorts, AccountService, AccountStores, KeyRotation, ReadInTurn,
};
use reelgraph::domain::catalog::{
    Author, CatalogFollower, CatalogPorts, CatalogService, PictureService, RevisionSource,
    SearchService, VisibilityPolicy, Writer,
};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::commenting::{CommentPolicy, CommentPorts, CommentService};
use reelgraph::domain::editing::EditService;
use reelgraph::domain::entropy::SystemEntropy;
use reelgraph::domain::importing::{ImportPorts, ImportService};
use reelgraph::domain::library::LibraryService;
use reelgraph::domain::loading::{
    Format, LoadMode, LoadOptions, LoadService, Manner, NewTitles, Source,
};
use reelgraph::domain::membership::MembershipService;
use reelgraph::domain::merging::{MergePorts, MergeService};
use reelgraph::domain::recommend::{Ranking, RecommendPorts, RecommendService, TastesInGraph};
use reelgraph::domain::revising::{RevisionPorts, RevisionService};
use reelgraph::domain::site_jobs::SiteJobService;
use reelgraph::domain::uploading::{UploadPolicy, UploadService, Uploaders};
use reelgraph::domain::usage::UsageService;
use reelgraph::domain::video::{VideoPorts, VideoService};
use reelgraph::domain::watching::{WatchPorts, WatchRules, WatchService};
use reelgraph::domain::working::WorkService;
use reelgraph::graphql::{Services, SiteFacts};

/// The films of the demo catalogue.
struct Films;

impl Source for Films {
    fn name(&self) -> String {
        "seed/films.ndjson".to_owned()
    }

    fn format(&self) -> Format {
        Format::Lines
    }

    fn open(&self) -> std::io::Result<Box<dyn BufRead + Send + '_>> {
        Ok(Box::new(&include_bytes!("../../../seed/films.ndjson")[..]))
    }
}

#[expect(clippy::too_many_lines, reason = "one list of what is connected")]
pub(super) async fn services(db: &SqliteDb, catalog: Arc<Counted>) -> (Services, CatalogSnapshot) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let events = Arc::new(MemoryEvents::new());
    let snapshot = CatalogSnapshot::new(catalog);
    let catalog = CatalogService::new(CatalogPorts::on(Arc::new(snapshot.clone())));
    let keys = Arc::new(SqliteSigningKeys::new(db.clone()));
    let access_tokens = JwtTokens::new(
        keys,
        Arc::clone(&clock),
        "it".to_owned(),
        KeyRotation::default(),
        None,
    );
    let profiles = Arc::new(SqliteAccounts::new(db.clone()));
    let sessions = Arc::new(SqliteSessions::new(db.clone()));
    let ports = AccountPorts {
        accounts: AccountStores::on(Arc::clone(&profiles)),
        owners: Arc::new(ReadInTurn::new(sessions.clone(), profiles)),
        sessions,
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
    let commenting = CommentService::new(
        CommentPorts {
            store: Arc::new(SqliteComments::new(db.clone())),
            limiter: Arc::new(MemoryLimiter::new()),
            clock: Arc::clone(&clock),
            entropy: Arc::new(SystemEntropy),
        },
        catalog.clone(),
        CommentPolicy::Off,
    );
    let load = LoadService::new(
        catalog.clone(),
        Arc::new(snapshot.clone()),
        accounts.clone(),
        watching.clone(),
        Arc::clone(&clock),
        events.clone(),
        Arc::new(TokioTasks),
    );
    let summary = load
        .load(
            &[Box::new(Films)],
            LoadOptions {
                mode: LoadMode::Write,
                manner: Manner::Merge,
                new_titles: NewTitles::Add,
                writer: Writer::new(Author::Command, RevisionSource::Load),
            },
            &mut |_| {},
        )
        .await
        .unwrap();
    assert_eq!(summary.refused, 0);
    let search = SearchService::new(Arc::new(WordSearch::default()), catalog.clone());
    snapshot.read().await.unwrap();
    for part in snapshot.titles_and_people(1000) {
        search.follow(&part).await.unwrap();
    }
    search.begun().begin();
    let work = WorkService::new(
        Arc::new(SqliteJobs::new(db.clone())),
        Arc::clone(&clock),
        events.clone(),
    );
    let revising = RevisionService::new(RevisionPorts {
        load: load.clone(),
        accounts: accounts.clone(),
        catalog: catalog.clone(),
        revisions: Arc::new(SqliteCatalog::new(db.clone())),
        clock: Arc::clone(&clock),
        keep: None,
    });
    let editing = EditService::new(
        load.clone(),
        catalog.clone(),
        revising.clone(),
        accounts.clone(),
        Arc::clone(&clock),
    );
    let library = LibraryService::new(
        Arc::new(SqliteLibrary::new(db.clone())),
        catalog.clone(),
        Arc::clone(&clock),
    );
    let grants = JwtGrants::new(
        Arc::new(SqliteSigningKeys::new(db.clone())),
        Arc::clone(&clock),
        KeyRotation::default(),
        None,
    );
    let membership = MembershipService::new(
        Arc::new(SqliteMembership::new(db.clone())),
        accounts.clone(),
        catalog.clone(),
        Arc::clone(&clock),
    );
    let video = VideoService::new(VideoPorts {
        sources: Arc::new(SqliteVideo::new(db.clone())),
        packages: Arc::new(SqliteVideo::new(db.clone())),
        files: Arc::new(MediaOnDisk),
        blobs: Arc::new(FolderBlobs::new("no media".into())),
        grants: Arc::new(grants),
        catalog: catalog.clone(),
        library: library.clone(),
        accounts: accounts.clone(),
        membership: membership.clone(),
        visibility: VisibilityPolicy::default(),
        clock: Arc::clone(&clock),
    });
    let services = Services {
        site_jobs: SiteJobService::new(
            Arc::new(SqliteSiteJobs::new(db.clone())),
            Arc::clone(&clock),
        ),
        uploads: UploadService::new(
            Arc::new(SqliteUploads::new(db.clone())),
            Arc::new(FolderBlobs::new("no uploads".into())),
            Arc::new(MemoryLeases::new()),
            Arc::clone(&clock),
            UploadPolicy {
                who: Uploaders::Curators,
                quota: 0,
            },
        ),
        membership: membership.clone(),
        search,
        recommend: RecommendService::new(
            RecommendPorts {
                graph: Arc::new(SqliteGraph::new(db.clone())),
                tastes: Arc::new(TastesInGraph::new(Arc::new(SqliteGraph::new(db.clone())))),
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
        pictures: PictureService::new(
            Arc::new(FolderBlobs::new("no pictures".into())),
            Arc::new(ImageReader::new()),
        ),
        importing: ImportService::new(
            ImportPorts {
                store: Arc::new(SqliteImports::new(db.clone())),
                leases: Arc::new(MemoryLeases::new()),
            },
            watching.clone(),
            work.clone(),
            catalog.clone(),
            Arc::clone(&clock),
        ),
        work,
        merging: MergeService::new(MergePorts {
            load,
            catalog: catalog.clone(),
            revising: revising.clone(),
            editing: editing.clone(),
            watching: watching.clone(),
            commenting: commenting.clone(),
            membership,
            leases: Arc::new(MemoryLeases::new()),
            clock: Arc::clone(&clock),
        }),
        editing,
        revising,
        commenting,
        library,
        video,
        catalog,
        watching,
        accounts,
        visibility: VisibilityPolicy::default(),
        site: SiteFacts::default(),
        budget: None,
        events,
        clock,
    };
    (services, snapshot)
}
