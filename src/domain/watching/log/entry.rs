//! What stands in the log, and what it does to a ledger.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{PlayId, ProfileId, TitleId};
use crate::domain::viewer::HistoryPause;
use crate::domain::watching::bringing::Brought;
use crate::domain::watching::deleting::Deleted;
use crate::domain::watching::error::WatchError;
use crate::domain::watching::import::ImportedWatch;
use crate::domain::watching::ledger::Ledger;
use crate::domain::watching::lengths::Lengths;
use crate::domain::watching::moving::Moving;
use crate::domain::watching::next_up::NextDay;
use crate::domain::watching::playback_event::PlaybackEvent;
use crate::domain::watching::rules::WatchRules;
use crate::domain::watching::set_aside::without_play;
use crate::domain::watching::told::Said;
use crate::domain::watching::touched::{PlayRef, Touched};
use crate::domain::watching::types::{Report, Teller, WatchedItem};
use crate::domain::watching::viewing::{Origin, Viewing};

/// A play that may make an episode watched, and the day on which a later one is shown.
pub type GoingOn = (PlayRef, Option<NextDay>);

/// Some changes of what a profile has watched, which became durable together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub profile: ProfileId,
    /// Which one of the profile's, from 1; none is left out.
    pub sequence: u64,
    /// When it was received, in UTC.
    pub at: DateTime<Utc>,
    /// What changed, in this order; nothing of a profile that was erased.
    pub causes: Vec<Cause>,
}

/// Why what a profile has watched is another now. It says all that the change goes by, so that it does the same
/// whenever it is folded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Cause {
    /// A player said how playing went on.
    Report {
        play: PlayRef,
        report: Report,
        /// What was known of the item's length.
        lengths: Lengths,
        /// When the series goes on, if this may have made an episode watched.
        going_on: Vec<GoingOn>,
        /// Where it was watched; of no meaning but for usage.
        #[serde(default, skip_serializing_if = "Origin::is_unknown")]
        origin: Origin,
        /// The latest pause of the history, which ended before this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pause: Option<HistoryPause>,
    },
    /// A list of what was watched elsewhere was loaded.
    Import {
        watches: Vec<ImportedWatch>,
        /// When the series go on whose episodes were watched.
        going_on: Vec<GoingOn>,
    },
    /// The viewer brought with an import what they watched elsewhere.
    Bring {
        watches: Vec<ImportedWatch>,
        /// When the series go on whose episodes were watched.
        going_on: Vec<GoingOn>,
    },
    /// An import was undone: what it brought of a title is gone, and may be brought again.
    TakeBack { brought: Brought },
    /// The viewer said what they think of a title.
    Rate {
        title: TitleId,
        is_series: bool,
        liked: Option<bool>,
    },
    /// It was said of items of a title whether they were watched: by the viewer, by hand, or by an import.
    Tell {
        title: TitleId,
        /// The film itself, or episodes of the series.
        items: Vec<WatchedItem>,
        said: Said,
        #[serde(default)]
        by: Teller,
        /// When the series goes on behind the last of them.
        going_on: Vec<GoingOn>,
    },
    /// An item is to be off what can be resumed, or no longer.
    SetAside {
        item: WatchedItem,
        title: TitleId,
        is_aside: bool,
    },
    /// A series is to be off what comes next, or no longer.
    SetSeriesAside { title: TitleId, is_aside: bool },
    /// A play is to count, or no longer.
    Count {
        play: PlayId,
        title: TitleId,
        counts: bool,
    },
    /// The viewer deleted something of a title from the history.
    Delete {
        title: TitleId,
        deleted: Deleted,
        /// About how many plays are deleted, so that few such changes share a transaction; older versions do not say.
        #[serde(default)]
        plays: u32,
    },
    /// A title was merged into another: what there is of it is of that.
    Move { moving: Moving },
    /// A merge was undone: what was moved by it goes back.
    MoveBack { moving: Moving },
}

/// A cause that is to become an entry.
#[derive(Debug, Clone)]
pub struct Draft {
    pub profile: ProfileId,
    pub cause: Cause,
    /// Whether it may begin a play; else [`WatchError::NewPlay`] if it would.
    pub may_begin: bool,
}

impl Cause {
    /// The rows that it reads and changes.
    pub fn touched(&self, profile: ProfileId) -> Vec<Touched> {
        match self {
            Self::Report { play, lengths, .. } => match lengths.catalogue {
                Some(_) => vec![Touched::Play(*play)],
                None => vec![Touched::PlayOfUnknownLength(*play)],
            },
            Self::Import { watches, .. } | Self::Bring { watches, .. } => watches
                .iter()
                .map(|watch| watch.play_ref().into())
                .collect(),
            Self::SetAside { item, title, .. } => {
                vec![Touched::Play(without_play(profile, *item, *title))]
            }
            Self::Rate { title, .. } | Self::SetSeriesAside { title, .. } => {
                vec![Touched::Title(profile, *title)]
            }
            Self::Tell { title, items, .. } => {
                // What there is of an episode that came from another series may still be with that one.
                let episodes = items.iter().copied();
                let episodes = episodes.filter(|it| matches!(it, WatchedItem::Episode(_)));
                let whole = std::iter::once(Touched::WholeTitle(profile, *title));
                let episodes =
                    episodes.map(|item| Touched::Play(without_play(profile, item, *title)));
                whole.chain(episodes).collect()
            }
            Self::Count { title, .. }
            | Self::TakeBack {
                brought: Brought { title, .. },
            } => {
                vec![Touched::WholeTitle(profile, *title)]
            }
            Self::Move { moving } | Self::MoveBack { moving } => {
                let titles = [moving.from, moving.into];
                let whole = titles.map(|title| Touched::WholeTitle(profile, title));
                // The state of a series as a whole is found by its key alone.
                let series = titles.map(|title| {
                    Touched::Play(without_play(profile, WatchedItem::Series(title), title))
                });
                let series = series.into_iter().filter(|_| moving.is_of_series());
                whole.into_iter().chain(series).collect()
            }
            Self::Delete { title, .. } => {
                // The state of a series as a whole is found by its key alone.
                let series = WatchedItem::Series(*title);
                vec![
                    Touched::WholeTitle(profile, *title),
                    Touched::Play(without_play(profile, series, *title)),
                ]
            }
        }
    }

    /// About how many plays it deletes, or of how many episodes it moves them.
    fn deletes(&self) -> usize {
        match self {
            Self::Delete { plays, .. } => *plays as usize,
            Self::TakeBack { brought } => brought.plays.len(),
            Self::Move { moving } | Self::MoveBack { moving } => moving.items.len(),
            _ => 0,
        }
    }

    /// Changes the rows of a profile that it touches.
    pub fn apply(
        &self,
        rules: &WatchRules,
        profile: ProfileId,
        ledger: &mut Ledger,
        at: DateTime<Utc>,
    ) -> Result<(), WatchError> {
        let going_on = match self {
            Self::Report {
                play,
                report,
                lengths,
                going_on,
                origin,
                pause,
            } => {
                let played = ledger.report_after(*pause, rules, play, report, lengths, at)?;
                if let Some(played) = played {
                    ledger.viewings.push(Viewing::of(play, played, origin));
                }
                going_on
            }
            Self::Import { watches, going_on } => {
                for watch in watches {
                    ledger.import(rules, &watch.play_ref(), watch, at)?;
                }
                going_on
            }
            Self::Bring { watches, going_on } => {
                for watch in watches {
                    ledger.bring(rules, &watch.play_ref(), watch, at)?;
                }
                going_on
            }
            Self::TakeBack { brought } => {
                ledger.take_back(rules, profile, brought, at);
                return Ok(());
            }
            Self::Rate {
                title,
                is_series,
                liked,
            } => {
                ledger.rate((profile, *title), *is_series, *liked, at);
                return Ok(());
            }
            Self::Tell {
                title,
                items,
                said,
                by,
                going_on,
            } => {
                ledger.tell_by(*by, rules, (profile, *title), items, *said, at);
                going_on
            }
            Self::SetAside {
                item,
                title,
                is_aside,
            } => {
                ledger.set_aside(profile, (*item, *title), *is_aside, at);
                return Ok(());
            }
            Self::SetSeriesAside { title, is_aside } => {
                ledger.set_series_aside((profile, *title), *is_aside, at);
                return Ok(());
            }
            Self::Count { play, counts, .. } => {
                return ledger.set_counts(rules, (profile, *play), *counts, at);
            }
            Self::Delete { title, deleted, .. } => {
                ledger.delete(rules, (profile, *title), *deleted, at);
                return Ok(());
            }
            Self::Move { moving } => {
                ledger.move_title(rules, profile, moving, at);
                return Ok(());
            }
            Self::MoveBack { moving } => {
                ledger.move_back(rules, profile, moving, at);
                return Ok(());
            }
        };
        for (play, later) in going_on {
            if !ledger.is_deleted(play) {
                ledger.go_on(play, *later, at);
            }
        }
        Ok(())
    }

    /// Whether nobody but the viewer's own player waits for it: playing goes on, as it did.
    pub fn is_tick(&self) -> bool {
        matches!(
            self,
            Self::Report {
                report: Report {
                    event: PlaybackEvent::Progress,
                    ..
                },
                ..
            }
        )
    }

    /// The play that it may begin.
    pub(super) fn play(&self) -> Option<&PlayRef> {
        match self {
            Self::Report { play, .. } => Some(play),
            Self::Import { .. }
            | Self::Bring { .. }
            | Self::TakeBack { .. }
            | Self::Rate { .. }
            | Self::Tell { .. }
            | Self::SetAside { .. }
            | Self::SetSeriesAside { .. }
            | Self::Count { .. }
            | Self::Delete { .. }
            | Self::Move { .. }
            | Self::MoveBack { .. } => None,
        }
    }
}

impl Entry {
    /// The rows that it reads and changes.
    pub(super) fn touched(&self) -> impl Iterator<Item = Touched> + '_ {
        let profile = self.profile;
        self.causes
            .iter()
            .flat_map(move |cause| cause.touched(profile))
    }

    /// About how many plays it deletes, or of how many episodes it moves them.
    pub(super) fn deletes(&self) -> usize {
        self.causes.iter().map(Cause::deletes).sum()
    }

    /// Changes the rows that it touches. What cannot be done to them any more, which was possible when it was
    /// acknowledged, is named in the log of the program.
    pub(super) fn apply(&self, rules: &WatchRules, ledger: &mut Ledger) {
        for cause in &self.causes {
            if let Err(error) = cause.apply(rules, self.profile, ledger, self.at) {
                tracing::error!(
                    profile = %self.profile,
                    sequence = self.sequence,
                    error = &error as &dyn std::error::Error,
                    "A change that was acknowledged cannot be made, and is passed over"
                );
            }
        }
    }
}
