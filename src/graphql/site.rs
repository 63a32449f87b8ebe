//! What a frontend must know of the site itself, so that it need not be built with it.

use std::time::Duration;

use async_graphql::{Context, Object, SimpleObject};

use super::context::ContextExt;
use super::limits::Limits;
use super::weights;
use crate::domain::editing::Locking;
use crate::domain::page::MAX_PAGE;
use crate::domain::watching::MOST_REPORTS;

/// What the body of a request may have: a batch of reports, or a long document.
pub const REQUEST_BYTES: usize = 128 * 1024;
/// How long a request may take to arrive, and again to be answered, unless the settings say otherwise.
pub const REQUEST_TIME: Duration = Duration::from_secs(10);
/// The languages that messages, mails and pages are written in.
const LANGUAGES: [&str; 1] = ["en"];

/// What the settings say of the site, as far as clients must know it.
#[derive(Debug, Clone)]
pub struct SiteFacts {
    /// What the site is called.
    pub name: String,
    /// How much a document may ask for.
    pub limits: Limits,
    /// How many operations may come as one array.
    pub batch: usize,
    /// How many bytes the body of a request may have.
    pub request_bytes: usize,
    /// How long a request may take to arrive, and again to be answered.
    pub request_time: Duration,
    /// Whether what curators edit is locked with it, where they do not say.
    pub edits: Locking,
}

#[derive(Default)]
pub(crate) struct SiteQuery;

#[Object]
impl SiteQuery {
    /// What a frontend must know of the site: how people log in, and how much may be asked for. The same for everybody.
    async fn site(&self, ctx: &Context<'_>) -> Site {
        let services = ctx.services();
        let accounts = &services.accounts;
        Site {
            name: services.site.name.clone(),
            languages: LANGUAGES.map(str::to_owned).into(),
            log_in: LogInRules {
                providers: accounts.provider_names(),
                password_min_length: accounts.password_lengths().0,
                password_max_length: accounts.password_lengths().1,
                confirms_email_first: accounts.conceals_accounts(),
            },
            edits_lock: services.site.edits == Locking::Lock,
            limits: (&services.site).into(),
        }
    }
}

/// What a frontend must know of the site.
#[derive(SimpleObject)]
struct Site {
    /// What the site is called, for people.
    name: String,
    /// The languages that messages of errors, mails and the site's own pages are in, as BCP 47 tags, the usual one first.
    /// Frontends say what went wrong in others by `code`, `min`, `max` and `retryAfter` of `UserError`.
    languages: Vec<String>,
    /// How people make accounts and log in.
    log_in: LogInRules,
    /// Whether what curators edit is locked with it, so that no load changes it, where an input does not say by `lock`.
    edits_lock: bool,
    /// How much one request may ask for. More is refused as a whole, before anything of it is done.
    limits: SiteLimits,
}

/// How people make accounts and log in.
#[derive(SimpleObject)]
struct LogInRules {
    /// The other sites that one can log in by, as `beginOAuth` takes their names, in the order of the settings; empty:
    /// there are none.
    providers: Vec<String>,
    /// The fewest characters of a password.
    password_min_length: usize,
    /// The most characters of a password.
    password_max_length: usize,
    /// Whether `register` logs nobody in, and answers the same for an address that has an account: the address must be
    /// confirmed first, by the link in a mail.
    confirms_email_first: bool,
}

/// How much one request may ask for.
#[derive(SimpleObject)]
struct SiteLimits {
    /// Bytes of the body of a request; beyond it is `PAYLOAD_TOO_LARGE`.
    request_bytes: usize,
    /// Seconds that a request may take to arrive, and again until it is answered; beyond it is `TIMEOUT`.
    request_seconds: u64,
    /// How many operations one request may have as an array; 1: arrays are refused.
    batch: usize,
    /// Bytes of a document; beyond it is `DOCUMENT_TOO_LARGE`.
    document_bytes: usize,
    /// Names, numbers, strings and marks of a document; beyond it is `DOCUMENT_TOO_LARGE`.
    document_tokens: usize,
    /// Fields inside fields, fragments included; beyond it is `DOCUMENT_TOO_DEEP`.
    depth: usize,
    /// What an operation may weigh; beyond it is `DOCUMENT_TOO_COMPLEX`. With `extensions: { cost: true }` in the request
    /// the answer's `extensions.cost` says what it weighs.
    complexity: usize,
    /// Fields of a query, fragments included; beyond it is `DOCUMENT_TOO_COMPLEX`.
    root_fields: usize,
    /// Fields of a mutation, fragments included; beyond it is `DOCUMENT_TOO_COMPLEX`.
    mutations: usize,
    /// Fields with an alias in a document; beyond it is `DOCUMENT_TOO_COMPLEX`.
    aliases: usize,
    /// The most rows of a page: of `first` and `last` of every list, and of the ids of `nodes`. Beyond it is
    /// `OUT_OF_RANGE`.
    page_size: usize,
    /// The most reports of one `reportPlaybackBatch`; beyond it is `OUT_OF_RANGE`.
    playback_reports: usize,
}

impl From<&SiteFacts> for SiteLimits {
    fn from(facts: &SiteFacts) -> Self {
        let limits = &facts.limits;
        Self {
            request_bytes: facts.request_bytes,
            request_seconds: facts.request_time.as_secs(),
            batch: facts.batch,
            document_bytes: limits.bytes,
            document_tokens: limits.tokens,
            depth: limits.depth,
            complexity: weights::MOST,
            root_fields: limits.root_fields,
            mutations: limits.mutations,
            aliases: limits.aliases,
            page_size: MAX_PAGE,
            playback_reports: MOST_REPORTS,
        }
    }
}

impl Default for SiteFacts {
    fn default() -> Self {
        Self {
            name: "Reelgraph".to_owned(),
            limits: Limits::default(),
            batch: 1,
            request_bytes: REQUEST_BYTES,
            request_time: REQUEST_TIME,
            edits: Locking::Lock,
        }
    }
}
