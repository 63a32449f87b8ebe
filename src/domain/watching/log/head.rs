//! What one process knows of a profile's log: where it ends, the rows as they are there, and what is not folded yet:
//! what it has appended, and what waited there before.
//!
//! Invariant: every row that a waiting entry touches is among the rows. So a row that is not among them is stored as it
//! is at the end of the log, unless somebody else has appended, who is met then: the next sequence is taken.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::entry::Entry;
use super::store::Tail;
use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::watching::ledger::Ledger;
use crate::domain::watching::rows::Rows;
use crate::domain::watching::touched::Touched;
use crate::domain::watching::types::WatchedItem;

/// How many rows are known before they are dropped where nothing waits.
const MOST_ROWS: usize = 300;
/// How long it may wait that playing went on: shorter than a taste in memory keeps what the graph may not have.
const TICK_WAITS: Duration = Duration::from_secs(45);
/// How many entries wait at most.
pub(super) const MOST_WAITING: usize = 100;
/// How long is believed where the log ends without a look: far less than anything stays in the log.
pub(super) const BELIEVED: Duration = Duration::from_secs(300);

/// The end of a profile's log, as this process knows it.
pub(super) struct Head {
    /// The sequence of the last entry.
    pub(super) sequence: u64,
    /// A sequence up to which it is folded.
    pub(super) folded: u64,
    /// When the store last said so.
    pub(super) known_at: Instant,
    /// The rows that are known.
    rows: Ledger,
    known: Known,
    waiting: VecDeque<Waiting>,
    /// Whether somebody may look for what waits.
    is_urgent: bool,
}

/// The keys of rows that are known, also of those that do not exist.
#[derive(Default)]
struct Known {
    plays: BTreeSet<(ProfileId, PlayId)>,
    states: BTreeSet<(ProfileId, WatchedItem)>,
    titles: BTreeSet<(ProfileId, TitleId)>,
}

/// An entry that is not folded, as far as we know.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) entry: Arc<Entry>,
    pub(super) stream: Uuid,
    pub(super) number: u64,
    since: Instant,
}

/// A ledger that nothing is in.
pub(super) fn no_rows() -> Ledger {
    Ledger::stored(
        Rows::stored([]),
        Rows::stored([]),
        Rows::stored([]),
        Rows::stored([]),
    )
}

impl Head {
    /// What the store says; nothing waits in it.
    pub(super) fn of(tail: &Tail) -> Self {
        Self {
            sequence: tail.sequence(),
            folded: tail.folded,
            known_at: Instant::now(),
            rows: no_rows(),
            known: Known::default(),
            waiting: VecDeque::new(),
            is_urgent: false,
        }
    }

    /// Which of these rows must be read. Those of whole titles always are: others may have more plays and states.
    pub(super) fn missing(&self, touched: &[Touched]) -> Vec<Touched> {
        let is_missing = |one: &&Touched| {
            one.whole_title_key().is_some()
                || one
                    .play_key()
                    .is_some_and(|key| !self.known.plays.contains(&key))
                || one
                    .state_key()
                    .is_some_and(|key| !self.known.states.contains(&key))
                || !self.known.titles.contains(&one.title_key())
        };
        touched.iter().filter(is_missing).copied().collect()
    }

    /// Takes rows over that were read, but for those that are known: these may be ahead of what is stored.
    pub(super) fn learn(&mut self, touched: &[Touched], stored: &Ledger) {
        let (mut plays, mut states, mut titles) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for one in touched {
            plays.extend(one.play_key());
            states.extend(one.state_key());
            titles.insert(one.title_key());
            if let Some(title) = one.whole_title_key() {
                let of_title = stored.plays_of(title);
                plays.extend(of_title.map(|play| (play.profile, play.id)));
                let of_title = stored.states_of(title);
                states.extend(of_title.map(|state| (state.profile, state.item)));
            }
        }
        plays.retain(|key| self.known.plays.insert(*key));
        states.retain(|key| self.known.states.insert(*key));
        titles.retain(|key| self.known.titles.insert(*key));
        self.rows.plays.learn(&stored.plays, &plays);
        self.rows.states.learn(&stored.states, &states);
        self.rows
            .watched_titles
            .learn(&stored.watched_titles, &titles);
    }

    /// The rows that are touched, to work on.
    pub(super) fn part(&self, touched: &[Touched]) -> Ledger {
        self.rows.part(touched)
    }

    /// An entry was appended, which changed these rows.
    pub(super) fn appended(
        &mut self,
        entry: Arc<Entry>,
        (stream, number): (Uuid, u64),
        changed: &Ledger,
    ) {
        self.sequence = entry.sequence;
        self.known_at = Instant::now();
        self.is_urgent |=
            !entry.causes.iter().all(super::entry::Cause::is_tick) || !changed.only_goes_on();
        // Some of them are named by nobody: what is said of a whole series makes states. A later look at the store must
        // not put older ones in their place.
        let plays = changed.plays.changed();
        self.known
            .plays
            .extend(plays.map(|play| (play.profile, play.id)));
        let states = changed.states.changed();
        self.known
            .states
            .extend(states.map(|state| (state.profile, state.item)));
        self.known.states.extend(changed.states.removed());
        let titles = changed.watched_titles.changed();
        self.known
            .titles
            .extend(titles.map(|title| (title.profile, title.title)));
        self.rows.plays.overlay(&changed.plays);
        self.rows.states.overlay(&changed.states);
        self.rows.states.forget(&changed.states);
        self.rows.watched_titles.overlay(&changed.watched_titles);
        self.waiting.push_back(Waiting {
            entry,
            stream,
            number,
            since: Instant::now(),
        });
    }

    /// Everything up to a sequence is folded.
    pub(super) fn folded(&mut self, to: u64) {
        self.folded = self.folded.max(to);
        self.waiting
            .retain(|waiting| waiting.entry.sequence > self.folded);
        if self.waiting.is_empty() {
            self.is_urgent = false;
            if self.known.plays.len() + self.known.states.len() > MOST_ROWS {
                self.rows = no_rows();
                self.known = Known::default();
            }
        }
    }

    /// What waits cannot be folded now, and is tried again after a while.
    pub(super) fn postpone(&mut self) {
        self.is_urgent = false;
        for waiting in &mut self.waiting {
            waiting.since = Instant::now();
        }
    }

    /// What waits, in order.
    pub(super) fn waiting(&self) -> impl ExactSizeIterator<Item = &Waiting> {
        self.waiting.iter()
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether what waits is to be folded now.
    pub(super) fn is_due(&self) -> bool {
        let oldest = self.waiting.front();
        self.is_waiting()
            && (self.is_urgent
                || self.waiting.len() >= MOST_WAITING
                || oldest.is_some_and(|oldest| oldest.since.elapsed() >= TICK_WAITS))
    }

    /// Whether nobody has asked the store for long where the log ends, and nothing of ours waits.
    pub(super) fn is_old(&self) -> bool {
        !self.is_waiting() && self.known_at.elapsed() > BELIEVED
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::ids::EpisodeId;
    use crate::domain::watching::log::entry::Cause;
    use crate::domain::watching::rules::WatchRules;
    use crate::domain::watching::told::Said;
    use crate::domain::watching::types::Teller;

    const SERIES: (ProfileId, TitleId) = (ProfileId(1), TitleId(2));
    const EPISODE: WatchedItem = WatchedItem::Episode(EpisodeId(3));

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap()
    }

    impl Head {
        /// Appends what is said of the episode. Gives the rows with it.
        fn say(&mut self, said: Said) -> Ledger {
            let touched = [Touched::WholeTitle(SERIES.0, SERIES.1)];
            let at = at(i64::try_from(self.sequence).unwrap());
            let mut rows = self.part(&touched);
            rows.tell(&WatchRules::default(), SERIES, &[EPISODE], said, at);
            let cause = Cause::Tell {
                title: SERIES.1,
                items: vec![EPISODE],
                said,
                by: Teller::default(),
                going_on: Vec::new(),
            };
            let entry = Entry {
                profile: SERIES.0,
                sequence: self.sequence + 1,
                at,
                causes: vec![cause],
            };
            self.appended(Arc::new(entry), (Uuid::nil(), 1), &rows);
            rows
        }
    }

    #[test]
    fn what_is_stored_of_an_earlier_entry_replaces_nothing_of_a_later_one() {
        let mut head = Head::of(&Tail {
            profile: SERIES.0,
            folded: 0,
            waiting: Vec::new(),
            is_erased: false,
        });
        let touched = [Touched::WholeTitle(SERIES.0, SERIES.1)];
        head.learn(&touched, &no_rows());
        // It makes a state that it names nowhere.
        let first = head.say(Said::Watched { at: None });
        head.say(Said::Unwatched);

        // The first is folded by now, and the title is looked at once more.
        head.learn(&touched, &first);

        let rows = head.part(&touched);
        let state = rows.states.get((SERIES.0, EPISODE)).unwrap();
        assert!(!state.watched);
    }
}
