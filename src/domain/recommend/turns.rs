//! Who projects what, where several servers do: each queue of what waits is one server's at a time, by a lease that it
//! has as long as there is work. So none does again what another does at this moment, nor reads it. Whoever has it
//! writes several parts of it side by side, which is as much as one graph takes. A lease saves work and is no lock: it
//! is the revisions that keep the graph right.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::lookout::Lookout;
use crate::domain::entropy::unique_name;

/// How long a server that has died holds a shard. It is renewed once a round; whoever needs longer for one may lose it,
/// and then some of it is done twice.
pub(super) const HELD: Duration = Duration::from_secs(10);

/// For how long whoever was refused a queue leaves it alone: who has it works off whatever comes meanwhile.
const REFUSED: Duration = Duration::from_millis(100);
/// How often at the most it is looked for what is written seldom.
const SELDOM: Duration = Duration::from_millis(200);

/// A queue of what waits for projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Queue {
    Titles,
    Watches,
    Departures,
}

/// The queues that whoever projects has, and what it is called where it holds their leases. Two of one server have
/// names of their own, so that they take turns as well.
#[derive(Debug)]
pub struct Turns {
    pub(super) holder: Uuid,
    pub(super) held: BTreeSet<Queue>,
    /// When another had the queue of watched titles.
    refused: Option<Instant>,
    /// When it was seen that nothing waits of what is written seldom.
    seldom: Option<Instant>,
    /// Where to look for watched titles.
    pub(super) lookout: Lookout,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            holder: unique_name(),
            held: BTreeSet::new(),
            refused: None,
            seldom: None,
            lookout: Lookout::default(),
        }
    }
}

impl Turns {
    /// Notes that another has the queue of watched titles.
    pub(super) fn refuse(&mut self) {
        self.refused = Some(Instant::now());
    }

    /// Whether another had the queue of watched titles a moment ago.
    pub(super) fn is_refused(&self) -> bool {
        self.refused.is_some_and(|at| at.elapsed() < REFUSED)
    }

    /// Notes whether there was anything of what is written seldom.
    pub(super) fn saw_seldom(&mut self, is_any: bool) {
        self.seldom = (!is_any).then(Instant::now);
    }

    /// Whether nothing was there a moment ago of what is written seldom.
    pub(super) fn was_seldom(&self) -> bool {
        self.seldom.is_some_and(|at| at.elapsed() < SELDOM)
    }
}

/// What came of asking for a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was ours already.
    Kept,
    /// It is ours now: another may have done meanwhile what was read.
    Anew,
    /// Another has it at this moment.
    Refused,
}

impl Queue {
    pub(super) fn lease(self) -> &'static str {
        match self {
            Self::Titles => "project:titles",
            Self::Watches => "project:watches",
            Self::Departures => "project:departures",
        }
    }
}
