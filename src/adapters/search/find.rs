//! What a search finds: from the best kind of match to the worst, until there is enough.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use tantivy::query::{Query, TermSetQuery};
use tantivy::{Result, Searcher, Term};

use super::index::{CREDITED, Fields, NameFields};
use super::query::{each_segment, exact, forgiving, ids, ids_with_texts, symbolic};
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
    id: u64,
    /// How many watch it, of a title.
    watchers: u64,
    found: Match,
}

/// How many watchers the title with an id has, if it is wanted.
pub(super) type Watchers<'a> = &'a dyn Fn(u64) -> Option<u64>;

/// Every person is wanted.
const ANYBODY: Watchers<'_> = &|_| Some(0);

/// The wanted titles that match by their name, then those that match by who is credited with them.
pub(super) fn titles(
    typed: &Typed,
    searcher: &Searcher,
    fields: &Fields,
    watchers: Watchers<'_>,
    limit: usize,
) -> Result<Vec<TitleHit>> {
    let mut hits = by_name(typed, searcher, &fields.titles, watchers, limit)?;
    hits.sort_unstable_by_key(|hit| (hit.found, Reverse(hit.watchers), hit.id));
    let mut titles: Vec<TitleHit> = hits
        .iter()
        .map(|hit| title_hit(hit.id, hit.found.score()))
        .collect();
    if titles.len() < limit {
        let known = hits.iter().map(|hit| hit.id).collect();
        let credited = by_credit(typed, searcher, fields, watchers, &known)?;
        titles.extend(
            credited
                .iter()
                .map(|(credit, _, id)| title_hit(*id, credit.score())),
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
    watchers: Watchers<'_>,
    limit: usize,
) -> Result<Vec<PersonHit>> {
    let hits = by_name(typed, searcher, &fields.people, ANYBODY, limit)?;
    let fame = fame(searcher, fields, watchers, &hits)?;
    let mut people: Vec<PersonHit> = hits
        .iter()
        .map(|hit| PersonHit {
            person: PersonId(hit.id),
            score: person_score(hit.found, fame.get(&hit.id).copied().unwrap_or_default()),
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
    watchers: Watchers<'_>,
    enough: usize,
) -> Result<Vec<Hit>> {
    if typed.words.is_empty() {
        return by_symbols(typed, searcher, fields, watchers);
    }
    let mut hits = Vec::new();
    let mut known = HashSet::new();
    for (kind, query) in exact(typed, fields) {
        if hits.len() >= enough {
            return Ok(hits);
        }
        let found = Match::exact(kind);
        for id in ids(searcher, &*query, fields)? {
            if known.insert(id)
                && let Some(watchers) = watchers(id)
            {
                hits.push(Hit {
                    id,
                    watchers,
                    found,
                });
            }
        }
    }
    if hits.len() >= enough {
        return Ok(hits);
    }
    let Some(query) = forgiving(typed, fields) else {
        return Ok(hits);
    };
    for (id, names) in ids_with_texts(searcher, &*query, fields, fields.exact.1)? {
        // Most matches with typing errors are no matches, and comparing is dear.
        if known.contains(&id) {
            continue;
        }
        let Some(watchers) = watchers(id) else {
            continue;
        };
        let compared = names.iter().filter_map(|name| {
            let words: Vec<&str> = name.split(' ').collect();
            typed.compare(&words)
        });
        hits.extend(compared.min().map(|found| Hit {
            id,
            watchers,
            found,
        }));
    }
    Ok(hits)
}

/// The wanted names that contain a query without words literally.
fn by_symbols(
    typed: &Typed,
    searcher: &Searcher,
    fields: &NameFields,
    watchers: Watchers<'_>,
) -> Result<Vec<Hit>> {
    let query = symbolic(typed, fields);
    let mut hits = Vec::new();
    for (id, names) in ids_with_texts(searcher, &*query, fields, fields.literal.1)? {
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
        if let Some(kind) = kinds.min()
            && let Some(watchers) = watchers(id)
        {
            hits.push(Hit {
                id,
                watchers,
                found: Match::exact(kind),
            });
        }
    }
    Ok(hits)
}

/// The wanted titles of people whose name matches, in order, without those that are known: how, by how many watchers,
/// and the id.
fn by_credit(
    typed: &Typed,
    searcher: &Searcher,
    fields: &Fields,
    watchers: Watchers<'_>,
    known: &HashSet<u64>,
) -> Result<Vec<(Credit, Reverse<u64>, u64)>> {
    let mut people: HashMap<Credit, Vec<u64>> = HashMap::new();
    for hit in by_name(typed, searcher, &fields.people, ANYBODY, MAX_PEOPLE)? {
        people.entry(hit.found.credit()).or_default().push(hit.id);
    }
    let mut best: HashMap<u64, Credit> = HashMap::new();
    for (credit, people) in people {
        let query = credited(fields, people.iter().copied().take(MAX_PEOPLE));
        for id in ids(searcher, &*query, &fields.titles)? {
            let title = best.entry(id).or_insert(credit);
            *title = credit.min(*title);
        }
    }
    let mut titles: Vec<(Credit, Reverse<u64>, u64)> = best
        .into_iter()
        .filter(|(id, _)| !known.contains(id))
        .filter_map(|(id, credit)| Some((credit, Reverse(watchers(id)?), id)))
        .collect();
    titles.sort_unstable();
    Ok(titles)
}

/// How many titles each person is credited with, each counted once more for each profile that watched it.
fn fame(
    searcher: &Searcher,
    fields: &Fields,
    watchers: Watchers<'_>,
    hits: &[Hit],
) -> Result<HashMap<u64, u64>> {
    let mut fame: HashMap<u64, u64> = hits.iter().map(|hit| (hit.id, 0)).collect();
    let query = credited(fields, hits.iter().map(|hit| hit.id));
    each_segment(searcher, &*query, |segment, documents| {
        let people = segment.fast_fields().u64(CREDITED)?;
        let titles = segment.fast_fields().u64(fields.titles.id.1)?;
        for &document in documents {
            let title = titles.first(document);
            let watchers = title.and_then(watchers).unwrap_or_default();
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

fn title_hit(id: u64, score: f64) -> TitleHit {
    TitleHit {
        title: TitleId(id),
        score,
    }
}
