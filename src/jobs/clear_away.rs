//! Takes away what has had its time: old entries of the audit list and of the watch log, what usage remembers of
//! sittings, accounts that were never confirmed, erasures that are finished, imports that nobody applied, jobs that are over,
//! revisions of the catalogue.

use std::time::Duration;

use super::job::{Job, Round};
use crate::domain::accounts::AccountService;
use crate::domain::events::Event;
use crate::domain::ids::UserId;
use crate::domain::importing::ImportService;
use crate::domain::revising::RevisionService;
use crate::domain::usage::UsageCounter;
use crate::domain::watching::WatchService;
use crate::domain::working::WorkService;

/// How often to look.
const POLL: Duration = Duration::from_secs(3600);

pub(super) struct ClearAway {
    accounts: AccountService,
    watching: WatchService,
    usage: UsageCounter,
    importing: ImportService,
    work: WorkService,
    revising: RevisionService,
    /// Where the last round stopped.
    after: Option<UserId>,
}

impl ClearAway {
    pub(super) fn new(
        accounts: AccountService,
        watching: WatchService,
        usage: UsageCounter,
        importing: ImportService,
        work: WorkService,
        revising: RevisionService,
    ) -> Self {
        Self {
            accounts,
            watching,
            usage,
            importing,
            work,
            revising,
            after: None,
        }
    }
}

impl Job for ClearAway {
    const NAME: &'static str = "clear_away";
    const WAKES: &'static [Event] = &[];

    async fn round(&mut self) -> Round {
        let cleared = match self.accounts.clear_away(self.after).await {
            Ok(cleared) => cleared,
            Err(error) => return Round::failed(error),
        };
        self.after = cleared.after;
        if cleared.total() > 0 {
            tracing::info!(
                audit = cleared.audit,
                audit_of_nobody = cleared.audit_of_nobody,
                unconfirmed = cleared.unconfirmed,
                erasures = cleared.erasures,
                "Took away {} records that have had their time",
                cleared.total()
            );
        }
        if cleared.has_more {
            return Round::Again;
        }
        match self.watching.trim_log().await {
            Ok(0) => {}
            Ok(entries) => {
                tracing::info!(entries, "Took entries that are folded out of the watch log");
            }
            Err(error) => return Round::failed(error),
        }
        match self.usage.forget().await {
            Ok(0) => {}
            Ok(sittings) => {
                tracing::info!(sittings, "Forgot sittings that are counted");
            }
            Err(error) => return Round::failed(error),
        }
        match self.revising.clear_away().await {
            Ok(0) => {}
            Ok(revisions) => {
                tracing::info!(revisions, "Took away old revisions of the catalogue");
                return Round::Again;
            }
            Err(error) => return Round::failed(error),
        }
        let imports = match self.importing.clear_away().await {
            Ok(imports) => imports,
            Err(error) => return Round::failed(error),
        };
        match self.work.clear_away().await {
            Ok(jobs) => {
                if imports > 0 || jobs > 0 {
                    tracing::info!(imports, jobs, "Took away old previews and jobs");
                }
                Round::Due(POLL)
            }
            Err(error) => Round::failed(error),
        }
    }
}
