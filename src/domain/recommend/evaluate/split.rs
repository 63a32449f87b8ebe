//! Watches divided into a training set, which lists are made from, and a held-out set, which they are measured on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::domain::catalog::Title;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::graph::TasteEdge;
use crate::domain::watching::WatchRules;

/// With fewer titles than this, all that a viewer watched is in the training set.
const FEWEST: usize = 5;
/// The share of a viewer's titles that is in the training set.
const TRAIN: f64 = 0.8;

/// What each viewer watched, every title once, the latest watch first, ties by title id.
pub type Tastes = BTreeMap<ProfileId, Vec<TasteEdge>>;

/// A watch, as a file tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Watch {
    pub profile: ProfileId,
    pub title: TitleId,
    /// When it was watched, in UTC.
    pub at: DateTime<Utc>,
    /// How much of it, 0 to 1.
    pub completion: f64,
    /// What the viewer said of the title, if anything.
    pub liked: Option<bool>,
}

/// A title of the held-out set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldOut {
    pub title: TitleId,
    /// Whether the viewer gave it a thumb up.
    pub is_liked: bool,
}

/// What a list should find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relevant {
    /// The held-out titles that the viewer gave a thumb up.
    Liked,
    /// All titles that are held out.
    Watched,
}

/// A training set and a held-out set.
#[derive(Debug, Clone, Default)]
pub struct Split {
    /// All titles; what they say of their popularity and their collections is not read.
    pub titles: Vec<Title>,
    /// The training set: what everything is computed from.
    pub train: Tastes,
    /// What else is known of viewers when a list is made for them: their own past, of which no edge was computed.
    pub fold_in: Tastes,
    /// The held-out set: what the viewers watched afterwards, in the order in which they did.
    pub test: BTreeMap<ProfileId, Vec<HeldOut>>,
    /// Held-out titles of a viewer that were watched right after one another, in their order.
    pub next: BTreeMap<ProfileId, Vec<(TitleId, TitleId)>>,
    /// What may be in a list; none: every title.
    pub candidates: Option<HashSet<TitleId>>,
}

impl Split {
    /// Holds out the last fifth of what each viewer watched; nothing of those who watched fewer than 5 titles.
    pub fn temporal(titles: Vec<Title>, tastes: Tastes) -> Self {
        let mut split = Self {
            titles,
            ..Self::default()
        };
        for (profile, mut edges) in tastes {
            let held_out: Vec<TasteEdge> = edges
                .drain(..edges.len() - train_size(edges.len()))
                .collect();
            split.train.insert(profile, edges);
            if held_out.is_empty() {
                continue;
            }
            let in_order = || held_out.iter().rev();
            let pairs = in_order().zip(in_order().skip(1));
            let pairs = pairs.filter(|(one, next)| next.last_at > one.last_at);
            split.next.insert(
                profile,
                pairs.map(|(one, next)| (one.title, next.title)).collect(),
            );
            let of_edge = |edge: &TasteEdge| HeldOut {
                title: edge.title,
                is_liked: edge.liked == Some(true),
            };
            split
                .test
                .insert(profile, in_order().map(of_edge).collect());
        }
        split
    }
}

/// How many of a viewer's titles are in the training set.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "histories are short"
)]
fn train_size(titles: usize) -> usize {
    if titles < FEWEST {
        titles
    } else {
        (titles as f64 * TRAIN).round_ties_even() as usize
    }
}

/// What watches add up to, by the rules of the record: weights add up, the last thumb counts, of several at the same
/// time the one that stands last.
pub fn tastes(watches: &[Watch], rules: &WatchRules) -> Tastes {
    // With the time of the thumb.
    type Sum = (TasteEdge, Option<DateTime<Utc>>);
    let mut sums: HashMap<(ProfileId, TitleId), Sum> = HashMap::new();
    for watch in watches {
        let (edge, said_at) = sums
            .entry((watch.profile, watch.title))
            .or_insert_with(|| (nothing_of(watch), None));
        edge.weight += rules.weight(watch.completion, watch.at);
        edge.plays += 1;
        edge.completions += u32::from(rules.judge_share(watch.completion, None).watched);
        edge.last_at = edge.last_at.max(watch.at);
        if watch.liked.is_some() && said_at.is_none_or(|said_at| watch.at >= said_at) {
            edge.liked = watch.liked;
            *said_at = Some(watch.at);
        }
    }
    let mut tastes = Tastes::new();
    for ((profile, _), (edge, _)) in sums {
        tastes.entry(profile).or_default().push(edge);
    }
    for edges in tastes.values_mut() {
        latest_first(edges);
    }
    tastes
}

/// The order of a taste.
pub(super) fn latest_first(edges: &mut [TasteEdge]) {
    edges.sort_unstable_by_key(|edge| (Reverse(edge.last_at), edge.title));
}

fn nothing_of(watch: &Watch) -> TasteEdge {
    TasteEdge {
        title: watch.title,
        weight: 0.0,
        plays: 0,
        completions: 0,
        last_at: watch.at,
        liked: None,
        revision: 1,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn watch(title: u64, day: i64, liked: Option<bool>) -> Watch {
        Watch {
            profile: ProfileId(1),
            title: TitleId(title),
            at: DateTime::UNIX_EPOCH + TimeDelta::days(day),
            completion: 1.0,
            liked,
        }
    }

    #[test]
    fn the_last_fifth_is_held_out() {
        let rules = WatchRules::default();
        // The days: 9 and 10 of the same day are no pair.
        let mut watches: Vec<Watch> = (1_i64..=8)
            .map(|at| watch(at.cast_unsigned(), at, None))
            .collect();
        watches.extend([
            watch(9, 20, Some(true)),
            watch(10, 21, None),
            watch(11, 21, None),
        ]);
        let few: Vec<Watch> = watches[..4]
            .iter()
            .map(|watch| Watch {
                profile: ProfileId(2),
                ..*watch
            })
            .collect();
        watches.extend(few);

        let split = Split::temporal(Vec::new(), tastes(&watches, &rules));

        let train = |profile| {
            split.train[&ProfileId(profile)]
                .iter()
                .map(|edge| edge.title.0)
        };
        // 11 · 0.8 = 8.8, so 9 are in the training set. Of the two of the last day, the one with the greater id counts
        // as earlier.
        assert_eq!(train(1).collect::<Vec<_>>(), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(train(2).collect::<Vec<_>>(), [4, 3, 2, 1]);
        let held_out = |title| HeldOut {
            title: TitleId(title),
            is_liked: false,
        };
        assert_eq!(
            split.test,
            BTreeMap::from([(ProfileId(1), vec![held_out(11), held_out(10)])])
        );
        assert_eq!(split.next, BTreeMap::from([(ProfileId(1), vec![])]));
    }

    #[test]
    fn titles_that_follow_one_another_are_pairs() {
        let rules = WatchRules::default();
        let watches: Vec<Watch> = (1_i64..=10)
            .map(|at| watch(at.cast_unsigned(), at, Some(true)))
            .collect();

        let split = Split::temporal(Vec::new(), tastes(&watches, &rules));

        let pair = (TitleId(9), TitleId(10));
        assert_eq!(split.next, BTreeMap::from([(ProfileId(1), vec![pair])]));
        assert!(
            split.test[&ProfileId(1)]
                .iter()
                .all(|held_out| held_out.is_liked)
        );
    }

    #[test]
    fn watches_of_a_title_add_up() {
        let rules = WatchRules::default();
        let watches = [
            watch(1, 2, Some(true)),
            watch(1, 3, None),
            watch(1, 1, Some(false)),
            Watch {
                completion: 0.5,
                ..watch(2, 9, None)
            },
        ];

        let tastes = tastes(&watches, &rules);

        let weight = |watch: &Watch| rules.weight(watch.completion, watch.at);
        let edge = |title, weight, plays, completions, day, liked| TasteEdge {
            title: TitleId(title),
            weight,
            plays,
            completions,
            last_at: DateTime::UNIX_EPOCH + TimeDelta::days(day),
            liked,
            revision: 1,
        };
        let sum = watches[..3].iter().map(weight).sum();
        let expected = vec![
            edge(2, weight(&watches[3]), 1, 0, 9, None),
            edge(1, sum, 3, 3, 3, Some(true)),
        ];
        assert_eq!(tastes, Tastes::from([(ProfileId(1), expected)]));
    }
}
