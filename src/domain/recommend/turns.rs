//! Who projects what, where several servers do: each shard of what waits is one server's at a time, by a lease that it
//! has as long as there is work. So none does again what another does at this moment. A lease saves work and is no
//! lock: it is the revisions that keep the graph right.

use std::collections::BTreeSet;
use std::time::Duration;

use uuid::Uuid;

use crate::domain::entropy::unique_name;
use crate::domain::ids::ProfileId;

/// How many shards watched titles have, by profile.
const SHARDS: u64 = 8;
/// How long a server that has died holds a shard. It is renewed once a round; whoever needs longer for one may lose it,
/// and then some of it is done twice.
pub(super) const HELD: Duration = Duration::from_secs(10);

/// A part of what waits for projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Shard {
    Titles,
    /// The watched titles of some profiles.
    Watches(u64),
    Departures,
}

/// The shards that whoever projects has, and what it is called where it holds their leases. Two of one server have
/// names of their own, so that they take turns as well.
#[derive(Debug)]
pub struct Turns {
    pub(super) holder: Uuid,
    pub(super) held: BTreeSet<Shard>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            holder: unique_name(),
            held: BTreeSet::new(),
        }
    }
}

/// The shards of those asked for that are ours now.
pub(super) struct Taken {
    pub(super) shards: BTreeSet<Shard>,
    /// Whether some of them were not before: then another may have done meanwhile what was read.
    pub(super) is_news: bool,
}

impl Shard {
    /// All that watched titles have.
    pub(super) fn of_watches() -> BTreeSet<Self> {
        (0..SHARDS).map(Self::Watches).collect()
    }

    pub(super) fn of(profile: ProfileId) -> Self {
        Self::Watches(profile.0 % SHARDS)
    }

    pub(super) fn lease(self) -> String {
        match self {
            Self::Titles => "project:titles".to_owned(),
            Self::Watches(number) => format!("project:watches:{number}"),
            Self::Departures => "project:departures".to_owned(),
        }
    }
}
