//! Where resolvers find who asks, the services and the loaders.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::Context;

use super::cookie::SessionCookie;
use super::error::{ApiError, Result};
use super::loaders::{Loaders, PersonalLoaders};
use super::site::SiteFacts;
use crate::domain::accounts::AccountService;
use crate::domain::accounts::Secret;
use crate::domain::budget::Budget;
use crate::domain::catalog::{CatalogService, PictureService, SearchService, VisibilityPolicy};
use crate::domain::catalog::{Seen, Visibility};
use crate::domain::clock::Clock;
use crate::domain::commenting::CommentService;
use crate::domain::editing::EditService;
use crate::domain::events::EventBus;
use crate::domain::importing::ImportService;
use crate::domain::language::LanguageTag;
use crate::domain::library::{FilesOfItems, LibraryService};
use crate::domain::membership::{AccessByPlace, MembershipService};
use crate::domain::merging::MergeService;
use crate::domain::recommend::RecommendService;
use crate::domain::revising::RevisionService;
use crate::domain::site_jobs::SiteJobService;
use crate::domain::uploading::UploadService;
use crate::domain::usage::UsageService;
use crate::domain::video::VideoService;
use crate::domain::viewer::{Client, KnownViewer, Viewer};
use crate::domain::watching::WatchService;
use crate::domain::working::WorkService;

/// What the schema stands on.
pub struct Services {
    pub catalog: CatalogService,
    /// Finding things by name.
    pub search: SearchService,
    pub watching: WatchService,
    pub accounts: AccountService,
    pub recommend: RecommendService,
    /// How much is watched.
    pub usage: UsageService,
    /// What viewers write of titles.
    pub commenting: CommentService,
    /// What is made of pictures that were given.
    pub pictures: PictureService,
    /// What profiles bring from elsewhere.
    pub importing: ImportService,
    /// The jobs that profiles wait for.
    pub work: WorkService,
    /// What was changed of the catalogue, and by whom.
    pub revising: RevisionService,
    /// What curators change by hand.
    pub editing: EditService,
    /// Merging titles that are one.
    pub merging: MergeService,
    /// The files of libraries, for curators.
    pub library: LibraryService,
    /// What films and episodes are played from.
    pub video: VideoService,
    /// The loads and scans that commands run, for curators.
    pub site_jobs: SiteJobService,
    /// Files that are uploaded.
    pub uploads: UploadService,
    /// The plans that are sold, what they open, and who has them.
    pub membership: MembershipService,
    /// Who may see what, as far as the site decides.
    pub visibility: VisibilityPolicy,
    /// What clients must know of the site itself.
    pub site: SiteFacts,
    /// What anybody may make the site do in a time; none: as much as they like.
    pub budget: Option<Budget>,
    /// What whoever subscribes listens to.
    pub events: Arc<dyn EventBus>,
    pub clock: Arc<dyn Clock>,
}

/// Who sent a request, and how to answer them. The HTTP layer puts one into the data of every request.
pub struct Caller {
    client: Client,
    cookie: SessionCookie,
    /// Why the browser would drop it.
    lost_cookie: Option<&'static str>,
    is_rationed: bool,
    /// What its OAuth state cookie has.
    oauth_states: Mutex<Vec<Secret>>,
    /// The languages that it asks for, the most wanted first.
    languages: Vec<LanguageTag>,
    current: Arc<Mutex<Current>>,
}

/// Who asks now: a log-in changes it in the middle of a request.
struct Current {
    viewer: Viewer,
    /// What they may see, once it was asked for: at one moment in the whole request.
    visibility: Option<Visibility>,
    loaders: Option<Arc<PersonalLoaders>>,
}

impl Caller {
    /// Somebody behind a client that gets sessions by this cookie.
    pub fn new(viewer: Viewer, client: Client, cookie: SessionCookie) -> Self {
        Self {
            client,
            cookie,
            lost_cookie: None,
            is_rationed: true,
            oauth_states: Mutex::default(),
            languages: Vec::new(),
            current: Arc::new(Mutex::new(Current::of(viewer))),
        }
    }

    /// The same, whose work nobody counts: what the site itself runs.
    #[must_use]
    pub fn unrationed(self) -> Self {
        Self {
            is_rationed: false,
            ..self
        }
    }

    /// The same, whose OAuth state cookie has these.
    #[must_use]
    pub fn with_oauth_states(self, states: Vec<Secret>) -> Self {
        Self {
            oauth_states: Mutex::new(states),
            ..self
        }
    }

    /// The same, who reads these languages, the most wanted first.
    #[must_use]
    pub fn reading(self, languages: Vec<LanguageTag>) -> Self {
        Self { languages, ..self }
    }

    /// The languages that the request asks for, the most wanted first.
    pub(super) fn languages(&self) -> &[LanguageTag] {
        &self.languages
    }

    /// The same behind a browser that drops the session cookie, and why; `None`: it keeps it.
    #[must_use]
    pub fn without_cookie(self, lost_cookie: Option<&'static str>) -> Self {
        Self {
            lost_cookie,
            ..self
        }
    }

    /// Who asks and from where, if their work is counted.
    pub(super) fn rationed(&self) -> Option<(Viewer, &Client)> {
        self.is_rationed
            .then(|| (self.current().viewer, &self.client))
    }

    /// Who asks, as far as the request has gone.
    pub(super) fn viewer(&self) -> Viewer {
        self.current().viewer
    }

    /// By which what stays looks anew.
    pub(super) fn renewal(&self) -> Renewal {
        Renewal(Arc::clone(&self.current))
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets a request that stays begin anew: what it may see, and what it has read, is of one moment only.
pub(super) struct Renewal(Arc<Mutex<Current>>);

impl Renewal {
    /// Goes on from now, for this viewer.
    pub(super) fn go_on_as(&self, viewer: Viewer) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Current::of(viewer);
    }
}

impl Current {
    /// Nothing is known yet of what they may see.
    fn of(viewer: Viewer) -> Self {
        Self {
            viewer,
            visibility: None,
            loaders: None,
        }
    }
}

/// What resolvers ask the context for.
pub(crate) trait ContextExt {
    /// The services and the clock.
    fn services(&self) -> &Services;

    /// What every request may read, in batches.
    fn loaders(&self) -> &Loaders;

    /// What depends on who asks, in batches.
    fn personal(&self) -> Arc<PersonalLoaders>;

    /// Who asks: the session or the key that came with the request, or nobody.
    fn viewer(&self) -> Viewer;

    /// What of the catalogue whoever asks may see.
    fn visibility(&self) -> Visibility;

    /// What of it is for a profile of this highest age as well.
    fn visibility_for(&self, max_age: Option<u8>) -> Visibility;

    /// Who asks, or `UNAUTHENTICATED`.
    fn known_viewer(&self) -> Result<KnownViewer>;

    /// Goes on with the request as somebody else: the rest of it sees what they see.
    fn go_on_as(&self, viewer: Viewer);

    /// What sent the request.
    fn client(&self) -> &Client;

    /// The languages that the request itself asks for, the most wanted first.
    fn accepted_languages(&self) -> &[LanguageTag];

    /// Gives the browser a session for so many seconds; `None`: until it is closed.
    fn set_session_cookie(&self, token: &str, seconds: Option<i64>);

    /// Takes the session from the browser.
    fn clear_session_cookie(&self);

    /// Why the browser would drop the session cookie; `None`: it would not, as far as is known.
    fn lost_cookie(&self) -> Option<&'static str>;

    /// Gives the browser the OAuth state cookie, which it brings back from another site.
    fn set_oauth_state_cookie(&self, browser: &Secret);
}

impl ContextExt for Context<'_> {
    fn services(&self) -> &Services {
        self.data_unchecked::<Arc<Services>>()
    }

    fn loaders(&self) -> &Loaders {
        self.data_unchecked::<Arc<Loaders>>()
    }

    fn personal(&self) -> Arc<PersonalLoaders> {
        let services = self.services();
        let seen = Seen {
            catalog: services.catalog.clone(),
            visibility: self.visibility(),
        };
        let mut current = self.data_unchecked::<Caller>().current();
        let profile = current.viewer.profile();
        let files = FilesOfItems {
            library: services.library.clone(),
            viewer: current.viewer.known().copied(),
        };
        let access = AccessByPlace {
            membership: services.membership.clone(),
            viewer: current.viewer,
        };
        let loaders = current.loaders.get_or_insert_with(|| {
            Arc::new(PersonalLoaders::new(
                &seen, services, files, access, profile,
            ))
        });
        Arc::clone(loaders)
    }

    fn viewer(&self) -> Viewer {
        self.data_unchecked::<Caller>().viewer()
    }

    fn visibility(&self) -> Visibility {
        let services = self.services();
        let mut current = self.data_unchecked::<Caller>().current();
        let viewer = current.viewer;
        *current
            .visibility
            .get_or_insert_with(|| services.visibility.of(&viewer, services.clock.now()))
    }

    fn visibility_for(&self, max_age: Option<u8>) -> Visibility {
        let policy = self.services().visibility;
        policy.narrowed(&self.visibility(), max_age)
    }

    fn known_viewer(&self) -> Result<KnownViewer> {
        self.viewer()
            .known()
            .copied()
            .ok_or_else(ApiError::unauthenticated)
    }

    fn go_on_as(&self, viewer: Viewer) {
        *self.data_unchecked::<Caller>().current() = Current::of(viewer);
    }

    fn client(&self) -> &Client {
        &self.data_unchecked::<Caller>().client
    }

    fn accepted_languages(&self) -> &[LanguageTag] {
        self.data_unchecked::<Caller>().languages()
    }

    fn set_session_cookie(&self, token: &str, seconds: Option<i64>) {
        let cookie = self.data_unchecked::<Caller>().cookie;
        self.append_http_header("set-cookie", cookie.set(token, seconds));
    }

    fn clear_session_cookie(&self) {
        let cookie = self.data_unchecked::<Caller>().cookie;
        self.append_http_header("set-cookie", cookie.clear());
    }

    fn lost_cookie(&self) -> Option<&'static str> {
        self.data_unchecked::<Caller>().lost_cookie
    }

    fn set_oauth_state_cookie(&self, browser: &Secret) {
        let caller = self.data_unchecked::<Caller>();
        let states = caller.oauth_states.lock();
        let mut states = states.unwrap_or_else(PoisonError::into_inner);
        states.push(browser.clone());
        self.append_http_header("set-cookie", caller.cookie.set_oauth_states(&states));
    }
}
