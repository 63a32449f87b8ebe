//! The `SIMILAR` edges: for each title the best that follow it, from who watched what and from the metadata.
//!
//! Sparse all the way: the work grows with the watches of each viewer, never with the square of the titles.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::affinity::{Features, Rarity, on_title_page};
use super::graph::{SimilarEdge, SimilarTo};
use crate::domain::ids::{GenreId, PersonId};

/// The most edges from a title that somebody watched.
const EDGES: usize = 100;
/// How many edges a title has from its metadata alone, at the least where there are so many titles.
const METADATA_EDGES: usize = 24;

/// The edges from each of the titles. `histories` has, for each profile, the places of its watched titles in `titles`.
pub fn similar_edges(
    titles: &[Features],
    histories: &[Vec<u32>],
    rarity: &Rarity,
) -> Vec<SimilarTo> {
    let watched_by = watched_by(titles.len(), histories);
    let by_people = by_people(titles);
    let look_alikes = LookAlikes::new(titles, rarity);
    let scratch = || (vec![0_u32; titles.len()], Vec::new());
    (0..titles.len())
        .into_par_iter()
        .map_init(scratch, |(co_watches, candidates), from| {
            let seed = &titles[from];
            for history in watched_by[from]
                .iter()
                .map(|profile| &histories[*profile as usize])
            {
                for other in history {
                    if co_watches[*other as usize] == 0 {
                        candidates.push(*other);
                    }
                    co_watches[*other as usize] += 1;
                }
            }
            let limit = if candidates.is_empty() {
                METADATA_EDGES
            } else {
                EDGES
            };
            let watched_too = candidates.len();
            candidates.extend(
                people_of(seed)
                    .filter_map(|key| by_people.get(&key))
                    .flatten(),
            );
            candidates.extend(look_alikes.of(seed));
            let mut edges: Vec<SimilarEdge> = Vec::with_capacity(candidates.len());
            for (place, other) in candidates.iter().enumerate() {
                // What was found by metadata may have been found before.
                let is_new = place < watched_too || co_watches[*other as usize] == 0;
                if *other as usize != from && is_new {
                    let other = &titles[*other as usize];
                    let count = co_watches[candidates[place] as usize];
                    let affinity = on_title_page(seed, other, count, rarity)
                        .iter()
                        .map(|term| term.value)
                        .sum();
                    edges.push(SimilarEdge {
                        to: other.id,
                        affinity,
                        co_watches: count,
                    });
                }
            }
            for other in candidates.drain(..) {
                co_watches[other as usize] = 0;
            }
            edges.sort_by(|a, b| b.affinity.total_cmp(&a.affinity).then(a.to.cmp(&b.to)));
            edges.dedup_by_key(|edge| edge.to);
            edges.truncate(limit);
            edges
                .into_iter()
                .filter(|edge| edge.affinity > 0.0)
                .map(|edge| SimilarTo {
                    from: seed.id,
                    edge,
                })
                .collect::<Vec<_>>()
        })
        .flatten_iter()
        .collect()
}

fn watched_by(titles: usize, histories: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut watched_by = vec![Vec::new(); titles];
    for (profile, history) in (0_u32..).zip(histories) {
        for title in history {
            watched_by[*title as usize].push(profile);
        }
    }
    watched_by
}

#[derive(PartialEq, Eq, Hash)]
enum Part {
    Directed(PersonId),
    Acted(PersonId),
}

fn people_of(title: &Features) -> impl Iterator<Item = Part> {
    title
        .directors
        .iter()
        .map(|person| Part::Directed(*person))
        .chain(title.actors.iter().map(|person| Part::Acted(*person)))
}

fn by_people(titles: &[Features]) -> HashMap<Part, Vec<u32>> {
    let mut by_people: HashMap<Part, Vec<u32>> = HashMap::new();
    for (place, title) in (0_u32..).zip(titles) {
        for part in people_of(title) {
            by_people.entry(part).or_default().push(place);
        }
    }
    by_people
}

/// Titles alike in genres and decade. Found by group, not by title: there are few combinations of genres and decade.
struct LookAlikes {
    by_group: HashMap<Group, Vec<u32>>,
}

type Group = (Vec<GenreId>, Option<i32>);

impl LookAlikes {
    fn new(titles: &[Features], rarity: &Rarity) -> Self {
        let mut members: BTreeMap<Group, Vec<u32>> = BTreeMap::new();
        for (place, title) in (0_u32..).zip(titles) {
            members.entry(group(title)).or_default().push(place);
        }
        // One more than needed, for the title itself.
        for places in members.values_mut() {
            places.sort_by_key(|place| {
                (
                    std::cmp::Reverse(titles[*place as usize].watchers),
                    titles[*place as usize].id,
                )
            });
            places.truncate(METADATA_EDGES + 1);
        }
        let groups: Vec<(&Group, f64)> = members
            .keys()
            .map(|group| (group, rarity.norm(&group.0)))
            .collect();
        let by_group = groups
            .par_iter()
            .map(|group| (group.0.clone(), best(*group, &groups, &members, rarity)))
            .collect();
        Self { by_group }
    }

    fn of(&self, title: &Features) -> impl Iterator<Item = u32> {
        self.by_group
            .get(&group(title))
            .into_iter()
            .flatten()
            .copied()
    }
}

fn group(title: &Features) -> Group {
    (title.genres.clone(), title.decade)
}

/// The first titles of the groups most like one, as many as are needed.
fn best(
    of: (&Group, f64),
    groups: &[(&Group, f64)],
    members: &BTreeMap<Group, Vec<u32>>,
    rarity: &Rarity,
) -> Vec<u32> {
    let mut ranked: Vec<(f64, &Group)> = groups
        .iter()
        .map(|other| (alike(of, *other, rarity), other.0))
        .filter(|(alike, _)| *alike > 0.0)
        .collect();
    ranked.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
    ranked
        .into_iter()
        .filter_map(|(_, group)| members.get(group))
        .flatten()
        .copied()
        .take(METADATA_EDGES + 1)
        .collect()
}

/// What two groups have in common: the cosine of their genres by rarity, and 1 for the same decade.
fn alike((a, a_norm): (&Group, f64), (b, b_norm): (&Group, f64), rarity: &Rarity) -> f64 {
    let decade = if a.1.is_some() && a.1 == b.1 {
        1.0
    } else {
        0.0
    };
    let shared: f64 =
        a.0.iter()
            .filter(|genre| b.0.contains(genre))
            .map(|genre| rarity.of(*genre).powi(2))
            .sum();
    if shared > 0.0 {
        decade + shared / (a_norm * b_norm)
    } else {
        decade
    }
}

#[cfg(test)]
mod tests {
    use super::super::affinity::tests::features;
    use super::*;
    use crate::domain::ids::TitleId;

    fn from(edges: &[SimilarTo], id: u64) -> Vec<(u64, u32)> {
        edges
            .iter()
            .filter(|to| to.from == TitleId(id))
            .map(|to| (to.edge.to.0, to.edge.co_watches))
            .collect()
    }

    #[test]
    fn viewers_in_common_are_counted_both_ways() {
        let titles: Vec<Features> = (1..=3)
            .map(|id| Features {
                genres: vec![],
                decade: None,
                watchers: 2,
                ..features(id)
            })
            .collect();

        let edges = similar_edges(&titles, &[vec![0, 1], vec![0, 1, 2]], &Rarity::default());

        assert_eq!(from(&edges, 1), [(2, 2), (3, 1)]);
        assert_eq!(from(&edges, 3), [(1, 1), (2, 1)]);
    }

    #[test]
    fn an_unwatched_title_follows_its_director_then_its_genre() {
        let directed = |id| Features {
            directors: vec![PersonId(7)],
            genres: vec![],
            decade: None,
            watchers: 0,
            ..features(id)
        };
        let alike = Features {
            watchers: 0,
            ..features(3)
        };
        let titles = [
            directed(1),
            directed(2),
            alike.clone(),
            Features {
                id: TitleId(4),
                ..alike
            },
        ];

        let edges = similar_edges(&titles, &[], &Rarity::default());

        assert_eq!(from(&edges, 1), [(2, 0)]);
        assert_eq!(from(&edges, 3), [(4, 0)]);
    }

    #[test]
    fn no_title_has_more_edges_than_allowed_or_one_to_itself() {
        let titles: Vec<Features> = (1..=300).map(features).collect();

        let edges = similar_edges(&titles, &[(0..300).collect()], &Rarity::default());

        assert_eq!(edges.len(), 300 * EDGES);
        assert!(edges.iter().all(|to| to.from != to.edge.to));
    }
}
