//! What a search finds: from the best kind of match to the worst, until there is enough.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use tantivy::query::{Query, TermSetQuery};
use tantivy::{Result, Searcher, Term};

use super::index::{CREDITED, Fields, NameFields, WATCHERS};
use super::query::{Entry, each_segment, entries, entries_with_texts, exact, forgiving, symbolic};
use super::ranking::{Credit, Kind, Match};
use super::typed::Typed;
use crate::domain::catalog::{PersonHit, TitleHit};
use crate::domain::ids::{PersonId, TitleId};

/// The most people whose titles are looked up.
const MAX_PEOPLE: usize = 5000;
/// The fame at which a person's score is halfway to the next better match.
const FAME: f64 = 1000.0;

/// A name that matches.
#[derive(Debug, Clone, Copy)]
struct Hit {
    entry: Entry,
    found: Match,
}

/// Tells of an id whether its title or person is wanted.
pub(super) type IsWanted<'a> = &'a dyn Fn(u64) -> bool;

/// The wanted titles that match by their name, then those that match by who is credited with them.
pub(super) fn titles(
    typed: &Typed,
    searcher: &Searcher,
    fields: &Fields,
    is_wanted: IsWanted<'_>,
    limit: usize,
) -> Result<Vec<TitleHit>> {
    let mut hits = by_name(typed, searcher, &fields.titles, is_wanted, limit)?;
    hits.sort_unstable_by_key(|hit| (hit.found, rank(&hit.entry)));
    let mut titles: Vec<TitleHit> = hits
        .iter()
        .map(|hit| title_hit(&hit.entry, hit.found.score()))
        .collect();
    if titles.len() < limit {
        let known = hits.iter().map(|hit| hit.entry.id).collect();
        let credited = by_credit(typed, searcher, fields, is_wanted, &known)?;
        titles.extend(
            credited
                .iter()
                .map(|(credit, entry)| title_hit(entry, credit.score())),
        );
    }
    titles.truncate(limit);
    Ok(titles)
}

/// The people whose name matches; among equal matches those first whose titles are the most and the most watched.
pub(super) fn people(
    typed: &Typed,
    searcher: &Searcher,
    fields: &Fields,
    limit: usize,
) -> Result<Vec<PersonHit>> {
    let hits = by_name(typed, searcher, &fields.people, &|_| true, limit)?;
    let fame = fame(searcher, fields, &hits)?;
    let mut people: Vec<PersonHit> = hits
        .iter()
        .map(|hit| PersonHit {
            person: PersonId(hit.entry.id),
            score: person_score(
                hit.found,
                fame.get(&hit.entry.id).copied().unwrap_or_default(),
            ),
        })
        .collect();
    people.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.person.cmp(&b.person)));
    people.truncate(limit);
    Ok(people)
}

/// The wanted names that match, in no order: all of the best kinds, down to the kind with which there is enough.
fn by_name(
    typed: &Typed,
    searcher: &Searcher,
    fields: &NameFields,
    is_wanted: IsWanted<'_>,
    enough: usize,
) -> Result<Vec<Hit>> {
    if typed.words.is_empty() {
        let mut hits = by_symbols(typed, searcher, fields)?;
        hits.retain(|hit| is_wanted(hit.entry.id));
        return Ok(hits);
    }
    let mut hits = Vec::new();
    let mut known = HashSet::new();
    for (kind, query) in exact(typed, fields) {
        if hits.len() >= enough {
            return Ok(hits);
        }
        let found = Match::exact(kind);
        for entry in entries(searcher, &*query, fields)? {
            if known.insert(entry.id) && is_wanted(entry.id) {
                hits.push(Hit { entry, found });
            }
        }
    }
    if hits.len() >= enough {
        return Ok(hits);
    }
    let Some(query) = forgiving(typed, fields) else {
        return Ok(hits);
    };
    for (entry, names) in entries_with_texts(searcher, &*query, fields, fields.exact.1)? {
        // Most matches with typing errors are no matches, and comparing is dear.
        if known.contains(&entry.id) || !is_wanted(entry.id) {
            continue;
        }
        let compared = names.iter().filter_map(|name| {
            let words: Vec<&str> = name.split(' ').collect();
            typed.compare(&words)
        });
        hits.extend(compared.min().map(|found| Hit { entry, found }));
    }
    Ok(hits)
}

/// The names that contain a query without words literally.
fn by_symbols(typed: &Typed, searcher: &Searcher, fields: &NameFields) -> Result<Vec<Hit>> {
    let query = symbolic(typed, fields);
    let mut hits = Vec::new();
    for (entry, names) in entries_with_texts(searcher, &*query, fields, fields.literal.1)? {
        let kinds = names.iter().filter_map(|name| {
            if *name == typed.text {
                Some(Kind::Whole)
            } else if name.starts_with(&typed.text) {
                Some(Kind::Beginning)
            } else if name.contains(&typed.text) {
                Some(Kind::Words)
            } else {
                None
            }
        });
        if let Some(kind) = kinds.min() {
            let found = Match::exact(kind);
            hits.push(Hit { entry, found });
        }
    }
    Ok(hits)
}

/// The wanted titles of people whose name matches, in order, without those that are known.
fn by_credit(
    typed: &Typed,
    searcher: &Searcher,
    fields: &Fields,
    is_wanted: IsWanted<'_>,
    known: &HashSet<u64>,
) -> Result<Vec<(Credit, Entry)>> {
    let mut people: HashMap<Credit, Vec<u64>> = HashMap::new();
    for hit in by_name(typed, searcher, &fields.people, &|_| true, MAX_PEOPLE)? {
        people
            .entry(hit.found.credit())
            .or_default()
            .push(hit.entry.id);
    }
    let mut best: HashMap<u64, (Credit, Entry)> = HashMap::new();
    for (credit, people) in people {
        let query = credited(fields, people.iter().copied().take(MAX_PEOPLE));
        for entry in entries(searcher, &*query, &fields.titles)? {
            let title = best.entry(entry.id).or_insert((credit, entry));
            title.0 = title.0.min(credit);
        }
    }
    let mut titles: Vec<(Credit, Entry)> = best
        .into_values()
        .filter(|(_, entry)| !known.contains(&entry.id) && is_wanted(entry.id))
        .collect();
    titles.sort_unstable_by_key(|(credit, entry)| (*credit, rank(entry)));
    Ok(titles)
}

/// How many titles each person is credited with, each counted once more for each profile that watched it.
fn fame(searcher: &Searcher, fields: &Fields, hits: &[Hit]) -> Result<HashMap<u64, u64>> {
    let mut fame: HashMap<u64, u64> = hits.iter().map(|hit| (hit.entry.id, 0)).collect();
    let query = credited(fields, hits.iter().map(|hit| hit.entry.id));
    each_segment(searcher, &*query, |segment, documents| {
        let people = segment.fast_fields().u64(CREDITED)?;
        let watchers = segment.fast_fields().u64(WATCHERS)?;
        for &document in documents {
            let watchers = watchers.first(document).unwrap_or_default();
            for person in people.values_for_doc(document) {
                if let Some(fame) = fame.get_mut(&person) {
                    *fame += 1 + watchers;
                }
            }
        }
        Ok(())
    })?;
    Ok(fame)
}

/// What finds the titles that somebody of these is credited with.
fn credited(fields: &Fields, people: impl Iterator<Item = u64>) -> Box<dyn Query> {
    Box::new(TermSetQuery::new(
        people.map(|person| Term::from_field_u64(fields.credited, person)),
    ))
}

/// Above that of equal matches by fame, but below that of any better match; 1 for a whole name.
fn person_score(found: Match, fame: u64) -> f64 {
    let score = found.score();
    #[expect(clippy::cast_precision_loss, reason = "so many are not told apart")]
    let fame = fame as f64;
    (score + 0.9 * Match::STEP * fame / (fame + FAME)).min(1.0)
}

fn title_hit(entry: &Entry, score: f64) -> TitleHit {
    TitleHit {
        title: TitleId(entry.id),
        score,
    }
}

/// The order of equal matches.
fn rank(entry: &Entry) -> (Reverse<u64>, u64) {
    (Reverse(entry.watchers), entry.id)
}
