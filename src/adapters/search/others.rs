//! Finding collections and episodes: by their own names, and episodes also by what is theirs and their series'.

use super::candidates::{Lists, Marks, count_names, each_slot, rarest};
use super::compare::Comparing;
use super::hits::Seen;
use super::index::{Entry, Index};
use super::lexicon::Slot;
use super::ranking::{Grade, Kind, Spread, score};
use super::senses::{ALL, Forgiven, Meanings, NONE};
use super::typed::Typed;
use crate::domain::catalog::{AnyHit, HitId, TitleFacts, TitleKind};

/// Of words that stand in more names only so many episodes are looked at, those of the most watched series first.
const MOST_LOOKED_AT: usize = 10_000;
/// So many of the most watched titles are gone through for them.
const MOST_WALKED: usize = 20_000;
/// So many episodes are looked at for a series that has a word.
const EPISODES_OF_A_SERIES: usize = 30;
/// So much less is a match of a collection or an episode worth than the same of a title.
const BEHIND_TITLES: Grade = 5;

/// The collections that have all words and one of the wanted titles, the best first; of equal matches those whose titles
/// are the most watched.
pub(super) fn collections(
    query: &str,
    index: &Index,
    wanted: &dyn Fn(&TitleFacts) -> bool,
    limit: usize,
) -> Vec<AnyHit> {
    let typed = Typed::new(query);
    let things = &index.named_collections;
    let mut hits = Vec::new();
    for forgiven in [NONE, ALL] {
        let meanings = Meanings::of_names(&typed, index, &things.words, forgiven);
        let mut comparing = Comparing::new(&typed, &meanings);
        let Some((rarest, _)) = rarest(&typed, |at, most| count_names(&meanings, at, most)) else {
            continue;
        };
        each_slot(&meanings.names, rarest, Lists::All, things.len(), |slot| {
            let thing = things.at(slot);
            let names = thing.names.iter();
            let found = names.filter_map(|name| comparing.all_words(name));
            let grade = found.map(|found| found.grade() - BEHIND_TITLES).max();
            if let Some(grade) = grade
                && let Some(fame) = index.fame(index.titles_of(thing.id), wanted)
            {
                let (id, score) = (HitId::Collection(thing.id), score(grade, fame));
                hits.push(AnyHit { id, score });
            }
            true
        });
        if !hits.is_empty() {
            break;
        }
    }
    best(hits, limit)
}

/// The episodes of wanted series that have all words, some of them perhaps in the name of their series, the best first;
/// of equal matches those of the more watched series.
pub(super) fn episodes(
    query: &str,
    index: &Index,
    wanted: &dyn Fn(&TitleFacts) -> bool,
    limit: usize,
) -> Vec<AnyHit> {
    let typed = Typed::new(query);
    for forgiven in [NONE, ALL] {
        let hits = episodes_with(&typed, forgiven, index, wanted);
        if !hits.is_empty() {
            return best(hits, limit);
        }
    }
    Vec::new()
}

fn episodes_with(
    typed: &Typed,
    forgiven: Forgiven,
    index: &Index,
    wanted: &dyn Fn(&TitleFacts) -> bool,
) -> Vec<AnyHit> {
    let episodes = &index.episodes;
    let own = Meanings::of_names(typed, index, &episodes.named.words, forgiven);
    let of_series = Meanings::of_names(typed, index, &index.names, forgiven);
    let is_one = typed.needed().is_power_of_two();
    let rarest = rarest(typed, |at, most| {
        let most = most.min(MOST_LOOKED_AT + 1);
        let series = if is_one {
            0
        } else {
            EPISODES_OF_A_SERIES * count_names(&of_series, at, most)
        };
        count_names(&own, at, most) + series
    });
    let Some((rarest, count)) = rarest else {
        return Vec::new();
    };
    let (titles, _) = index.sizes();
    let mut seen = Seen::none_of(episodes.named.len());
    let mut matching = Matching {
        index,
        needed: typed.needed(),
        own: Comparing::new(typed, &own),
        series: Comparing::new(typed, &of_series),
    };
    let mut hits: Vec<AnyHit> = Vec::new();
    let mut left = MOST_LOOKED_AT;
    let mut look = |slot: Slot| {
        if !seen.is_new(slot) {
            return true;
        }
        let series = index.slot_of(episodes.series(slot));
        let series = series.map(|series| index.title(series));
        if let Some(series) = series.filter(|series| wanted(&series.facts))
            && let Some(grade) = matching.grade(slot, series)
        {
            hits.push(AnyHit {
                id: HitId::Episode(episodes.named.at(slot).id),
                score: score(grade, series.watchers),
            });
        }
        left -= 1;
        left > 0
    };
    if count > MOST_LOOKED_AT {
        let have_word = Marks::of_word(&own.names, rarest, episodes.named.len());
        let series_have_it = (!is_one).then(|| Marks::of_word(&of_series.names, rarest, titles));
        for title in index.by_watchers().take(MOST_WALKED) {
            let facts = &index.title(title).facts;
            if facts.kind != TitleKind::Series || !wanted(facts) {
                continue;
            }
            let all_have_it = series_have_it
                .as_ref()
                .is_some_and(|marks| marks.may_have_all(title));
            let mut slots = episodes.of_series(facts.id).iter();
            let goes_on = slots.all(|slot| {
                let may_match = all_have_it || have_word.may_have_all(*slot);
                !may_match || look(*slot)
            });
            if !goes_on {
                return hits;
            }
        }
    }
    let goes_on = each_slot(
        &own.names,
        rarest,
        Lists::All,
        episodes.named.len(),
        &mut look,
    );
    if goes_on && !is_one {
        each_slot(&of_series.names, rarest, Lists::All, titles, |title| {
            let facts = &index.title(title).facts;
            let slots = match facts.kind {
                TitleKind::Series => episodes.of_series(facts.id),
                TitleKind::Film => &[],
            };
            slots.iter().all(|slot| look(*slot))
        });
    }
    hits
}

/// Compares episodes to a query.
struct Matching<'a> {
    index: &'a Index,
    needed: u64,
    own: Comparing<'a>,
    series: Comparing<'a>,
}

impl Matching<'_> {
    /// How an episode of a series matches, if it has what the series has not.
    fn grade(&mut self, episode: Slot, series: &Entry) -> Option<Grade> {
        let needed = self.needed;
        let names = self.index.episodes.named.at(episode).names.iter();
        let found = names.filter_map(|name| {
            let found = self.own.some_words(name);
            Some((found, found.matched?))
        });
        let best = found.max_by_key(|(found, matched)| {
            let words = (found.words & needed).count_ones();
            (words, matched.grade())
        });
        let (own, matched) = best?;
        if own.words & needed == needed {
            return Some(matched.grade() - BEHIND_TITLES);
        }
        let (mut words, mut exact) = (0, 0);
        for name in &series.names {
            let found = self.series.some_words(name);
            words |= found.words;
            exact |= found.exact;
        }
        let is_told_by_both = needed & !words != 0 && needed & !(words | own.words) == 0;
        if !is_told_by_both {
            return None;
        }
        let spread = match matched.kind {
            Kind::Whole | Kind::WholeLoosely => Spread::WholeName,
            _ => Spread::Words,
        };
        let errors = (needed & !(own.exact | exact)).count_ones();
        Some(spread.grade(errors) - BEHIND_TITLES)
    }
}

/// The best, in order: by score, then by id.
fn best(mut hits: Vec<AnyHit>, limit: usize) -> Vec<AnyHit> {
    // An episode may be found by its own name and by that of its series.
    hits.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    hits.dedup_by_key(|hit| hit.id);
    hits.truncate(limit);
    hits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::search::tests::named;
    use crate::domain::ids::{EpisodeId, TitleId};

    #[test]
    fn of_what_very_many_episodes_are_called_those_of_the_most_watched_series_are_found() {
        let mut index = Index::default();
        for (id, watchers) in [(1, 5), (2, 900), (3, 9_000)] {
            let mut series = named(id, &["Something Else"]);
            series.facts.kind = TitleKind::Series;
            series.watchers = watchers;
            index.put_title(series);
        }
        let crowd = MOST_LOOKED_AT as u64 + 10;
        for id in 0..crowd {
            index.put_episode(EpisodeId(id), TitleId(1), &["Pilot".to_owned()], &[]);
        }
        for (id, series) in [(crowd, 2), (crowd + 1, 3)] {
            let name = "The Pilot".to_owned();
            index.put_episode(EpisodeId(id), TitleId(series), &[name], &[]);
        }
        let is_seen = |title: &TitleFacts| title.id != TitleId(3);

        let hits = episodes("the pilot", &index, &is_seen, 2);

        assert_eq!(hits[0].id, HitId::Episode(EpisodeId(crowd)));
        assert_eq!(hits.len(), 2, "the others are looked at as well");
    }
}
