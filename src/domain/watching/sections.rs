//! Which sections of an item were really played, from reports that may come late, twice or not at all.
//!
//! The position alone says nothing: who jumps to the end has not watched. So two reports in a row span a section only
//! if the second was reached by playing (`PeerTube`'s rule: a seek, or a position before the section, opens a new one).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::playback_event::PlaybackEvent;
use crate::domain::viewer::HistoryPause;

/// The most sections that one play keeps; what is played after that in yet another section is not counted.
const MAX_SECTIONS: usize = 100;

/// A stretch that was played without a jump.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Where it began, in seconds.
    pub from: f64,
    /// Where it ended, in seconds.
    pub to: f64,
    /// The time of the report that it began with.
    pub from_at: DateTime<Utc>,
    /// The time of the report that it ended with.
    pub to_at: DateTime<Utc>,
    /// Whether it began with a jump, so that nothing played before can reach into it.
    pub cut: bool,
}

/// What a report adds to the sections of a play.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Heard {
    /// Nothing: it was there before. What it says of the end may still be new.
    Known,
    /// Where the player is; nothing was played.
    Place,
    /// What was played from the report before it.
    Played(Stretch),
}

/// What was played between two reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Where it began and ended, in seconds from the start of the item.
    pub from: f64,
    pub to: f64,
    /// The times of the two reports.
    pub from_at: DateTime<Utc>,
    pub to_at: DateTime<Utc>,
}

/// The sections of one play, in the order in which they were played.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sections(Vec<Section>);

impl Sections {
    /// One section from the start of the item: what a loaded history knows.
    pub fn from_start(seconds: f64, at: DateTime<Utc>) -> Self {
        Self(vec![Section {
            from: 0.0,
            to: seconds,
            from_at: at,
            to_at: at,
            cut: true,
        }])
    }

    /// Takes a report in. Reports may come in any order and any number of times.
    ///
    /// A jump that arrives only after reports of later times splits nothing: then up to one section is counted that
    /// was jumped over. No section spans the end of a pause of the history, whatever comes first of what lies before
    /// and after it.
    pub fn add(
        &mut self,
        event: PlaybackEvent,
        position: f64,
        at: DateTime<Utc>,
        pause: Option<HistoryPause>,
    ) -> Heard {
        let spans = |from: DateTime<Utc>, to: DateTime<Utc>| {
            pause.is_some_and(|pause| pause.ended_between(from, to))
        };
        // Sections that began by then; the last of them is the one that the report goes on from.
        let begun = self.0.partition_point(|section| section.from_at <= at);
        if self.0[..begun]
            .iter()
            .any(|section| section.knows(event, position, at))
        {
            return Heard::Known;
        }
        let mut played = Stretch {
            from: position,
            to: position,
            from_at: at,
            to_at: at,
        };
        let here = match begun.checked_sub(1) {
            Some(last)
                if !event.is_jump()
                    && position >= self.0[last].to
                    && !spans(self.0[last].to_at, at) =>
            {
                played.from = self.0[last].to;
                played.from_at = self.0[last].to_at.min(at);
                self.0[last].to = position;
                self.0[last].to_at = self.0[last].to_at.max(at);
                last
            }
            _ if self.0.len() >= MAX_SECTIONS => return Heard::Place,
            _ => {
                self.0.insert(
                    begun,
                    Section {
                        from: position,
                        to: position,
                        from_at: at,
                        to_at: at,
                        cut: event.is_jump(),
                    },
                );
                begun
            }
        };
        // A report that came late may close the gap to what was reported before it.
        if let Some(next) = self.0.get(here + 1).copied()
            && !next.cut
            && next.from >= self.0[here].to
            && !spans(self.0[here].to_at, next.from_at)
        {
            (played.to, played.to_at) = (next.from, next.from_at.max(at));
            self.0[here].to = next.to;
            self.0[here].to_at = self.0[here].to_at.max(next.to_at);
            self.0.remove(here + 1);
        }
        if played.to > played.from {
            Heard::Played(played)
        } else {
            Heard::Place
        }
    }

    /// The seconds that were played: the length of the union of the sections.
    pub fn seconds(&self) -> f64 {
        let mut sections = self.0.clone();
        sections.sort_by(|a, b| a.from.total_cmp(&b.from));
        let mut seconds = 0.0;
        let mut reached = 0.0_f64;
        for section in sections {
            seconds += (section.to - section.from.max(reached)).max(0.0);
            reached = reached.max(section.to);
        }
        seconds
    }

    /// The sections, in the order in which they were played.
    pub fn iter(&self) -> impl Iterator<Item = &Section> {
        self.0.iter()
    }
}

impl FromIterator<Section> for Sections {
    /// The sections that a store kept, in the order that [`Sections::iter`] gives.
    fn from_iter<T: IntoIterator<Item = Section>>(sections: T) -> Self {
        Self(sections.into_iter().collect())
    }
}

impl Section {
    /// Whether the report adds nothing to this section.
    fn knows(&self, event: PlaybackEvent, position: f64, at: DateTime<Utc>) -> bool {
        let began_here =
            self.cut && position.to_bits() == self.from.to_bits() && at == self.from_at;
        let inside =
            (self.from..=self.to).contains(&position) && (self.from_at..=self.to_at).contains(&at);
        if event.is_jump() { began_here } else { inside }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "whole seconds are exact")]
mod tests {
    use PlaybackEvent::{Pause, Progress, Seek, Start, Stop};
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn played(reports: &[(PlaybackEvent, f64, i64)]) -> f64 {
        let mut sections = Sections::default();
        for (event, position, seconds) in reports {
            sections.add(*event, *position, at(*seconds), None);
        }
        sections.seconds()
    }

    #[test]
    fn a_jump_is_not_played() {
        assert_eq!(
            played(&[
                (Start, 0.0, 0),
                (Progress, 60.0, 60),
                (Seek, 3000.0, 61),
                (Stop, 3030.0, 91)
            ]),
            90.0
        );
    }

    #[test]
    fn what_is_played_twice_counts_once() {
        assert_eq!(
            played(&[
                (Start, 0.0, 0),
                (Progress, 60.0, 60),
                (Seek, 30.0, 61),
                (Stop, 90.0, 121)
            ]),
            90.0
        );
    }

    #[test]
    fn a_first_report_plays_nothing_wherever_it_is() {
        assert_eq!(played(&[(Progress, 1200.0, 0)]), 0.0);
    }

    #[test]
    fn a_position_before_the_section_opens_a_new_one() {
        assert_eq!(
            played(&[
                (Start, 100.0, 0),
                (Progress, 160.0, 60),
                (Progress, 10.0, 70),
                (Progress, 20.0, 80)
            ]),
            70.0
        );
    }

    #[test]
    fn reports_of_the_same_time_are_taken_as_they_come() {
        assert_eq!(
            played(&[(Start, 0.0, 0), (Progress, 6000.0, 0), (Stop, 6900.0, 0)]),
            6900.0
        );
    }

    proptest! {
        /// Late and repeated reports of playing change nothing in the sum.
        #[test]
        fn order_and_repetition_do_not_matter(
            (reports, shuffled) in prop::collection::vec(1_u32..40, 1..30).prop_flat_map(|steps| {
                let mut reports = vec![(Start, 0.0, 0)];
                for step in steps {
                    let (_, position, time) = reports[reports.len() - 1];
                    let event = if step % 7 == 0 { Pause } else { Progress };
                    reports.push((event, position + f64::from(step), time + i64::from(step)));
                }
                let mut twice = reports.clone();
                twice.extend(reports.iter().copied().filter(|(_, position, _)| position % 3.0 == 0.0));
                (Just(reports), Just(twice).prop_shuffle())
            })
        ) {
            prop_assert_eq!(played(&shuffled), played(&reports));
        }

        /// Whatever comes, the sum stays between nothing and the furthest position.
        #[test]
        fn the_sum_is_bounded(reports in prop::collection::vec((0_usize..5, 0_u32..5000, 0_i64..500), 0..200)) {
            let reports: Vec<_> = reports.into_iter().map(|(event, position, time)| ([Start, Progress, Seek, Pause, Stop][event], f64::from(position), time)).collect();
            let furthest = reports.iter().map(|(_, position, _)| *position).fold(0.0, f64::max);
            let seconds = played(&reports);
            prop_assert!((0.0..=furthest).contains(&seconds));
        }
    }
}
