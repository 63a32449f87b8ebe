//! What one store is to all of its users: the ports that an adapter implements, together.

use std::sync::Arc;

use chrono::TimeDelta;
use reelgraph::adapters::memory::TokioTasks;
use reelgraph::domain::accounts::{
    AccountStore, ApiKeyStore, AuditStore, ErasureStore, IdentityStore, MailStore, ProfileStore,
    UserStore,
};
use reelgraph::domain::catalog::{CatalogListStore, CatalogStore, ChangeSource};
use reelgraph::domain::clock::SystemClock;
use reelgraph::domain::loading::CurationStore;
use reelgraph::domain::recommend::{WatchSource, WatchersStore};
use reelgraph::domain::watching::{
    FeedbackStore, HistoryStore, Recording, ThumbStore, WatchLog, WatchRules, WatchStore,
};

/// How watches are recorded where nothing depends on it.
pub(crate) fn recording() -> Recording {
    Recording {
        rules: WatchRules::default(),
        clock: Arc::new(SystemClock),
        tasks: Arc::new(TokioTasks),
        keep: TimeDelta::days(30),
    }
}

macro_rules! together {
    ($($(#[$doc:meta])* $name:ident: $first:ident $(+ $port:ident)*;)+) => {
        $(
            $(#[$doc])*
            pub(crate) trait $name: $first $(+ $port)* {}

            impl<S: $first $(+ $port)*> $name for S {}
        )+
    };
}

together! {
    Catalog: CatalogStore + CatalogListStore + ChangeSource + CurationStore + WatchersStore;
    Watching: WatchStore + WatchLog + HistoryStore + FeedbackStore + ThumbStore + WatchSource;
    /// Accounts, and what belongs to them.
    Accounts: AccountStore + UserStore + ProfileStore + IdentityStore + ApiKeyStore + AuditStore + MailStore
        + ErasureStore;
}
