//! Compares the graph with the documents, page by page of both.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use super::epoch::Epoch;
use super::error::RecommendError;
use super::graph::{TitleNode, WatchedEdge};
use super::projection::{BATCH, GraphService, node};
use crate::domain::catalog::Title;
use crate::domain::ids::{GenreId, PersonId, ProfileId, TitleId};
use crate::domain::watching::{Drifted, WatchedTitle};

/// How many differences a comparison reports at the most.
const MAX_DIFFERENCES: usize = 100;

/// Something that the graph and the documents do not agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The graph lacks a title, or has other edges or an older revision of it.
    Title(TitleId),
    /// The graph has a title that the catalogue has not.
    StrayTitle(TitleId),
    /// The graph lacks a `WATCHED` edge, or has another state of it, and nothing waits that would bring it.
    Watched(ProfileId, TitleId),
    /// The same, but that the watched title waits for projection.
    Waiting(ProfileId, TitleId),
    /// A watched title waits for projection although the graph has it.
    Marked(ProfileId, TitleId),
    /// The graph has a `WATCHED` edge that the record has not.
    StrayWatched(ProfileId, TitleId),
    /// A watched title says something else than its plays add up to.
    Sums(ProfileId, TitleId),
    /// A row is not what the profile's log, or its plays, make of it; of watched titles those whose sums are right.
    Drifted(ProfileId, Drifted),
    /// The stored number of a title's watchers differs from its `WATCHED` edges + departed watchers.
    Watchers(TitleId),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Title(title) => write!(f, "title {title} is not as in the catalogue"),
            Self::StrayTitle(title) => write!(f, "title {title} is not in the catalogue"),
            Self::Watched(profile, title) => write!(
                f,
                "the WATCHED edge from profile {profile} to title {title} is not as recorded, and is not marked as waiting"
            ),
            Self::Waiting(profile, title) => write!(
                f,
                "the WATCHED edge from profile {profile} to title {title} is not as recorded: it waits for projection"
            ),
            Self::Marked(profile, title) => write!(
                f,
                "the WATCHED edge from profile {profile} to title {title} is marked as waiting, and is as recorded"
            ),
            Self::StrayWatched(profile, title) => write!(
                f,
                "the WATCHED edge from profile {profile} to title {title} is not recorded"
            ),
            Self::Sums(profile, title) => write!(
                f,
                "what profile {profile} watched of title {title} is not what its plays add up to"
            ),
            Self::Drifted(profile, drifted) => {
                let what = match drifted {
                    Drifted::Play(play) => format!("play {play}"),
                    Drifted::State(item) => {
                        let (kind, id) = item.key();
                        format!("the state of {kind} {id}")
                    }
                    Drifted::Title(title) => format!("what was watched of title {title}"),
                };
                write!(
                    f,
                    "{what} of profile {profile} is not what was recorded makes of it"
                )
            }
            Self::Watchers(title) => write!(
                f,
                "the stored number of watchers of title {title} differs from the counted one"
            ),
        }
    }
}

/// Something that the graph has, and in which version.
type Versioned<K> = (K, u64);

/// How a page of the graph and one of the documents differ.
pub(super) struct Compared<K> {
    /// What both have, and have the same of.
    same: Vec<K>,
    /// What the graph lacks, or has otherwise.
    pub(super) differing: Vec<K>,
    /// What the record has not, or has and cannot be read, and the version that the graph has of it.
    pub(super) stray: Vec<Versioned<K>>,
    /// Up to where both were compared; `None`: to the end.
    pub(super) end: Option<K>,
}

/// Compares two pages that begin after the same key, by key. A full page says nothing of what lies beyond its last key,
/// so both are compared up to the lesser one.
fn compare<K: Ord + Copy, T: PartialEq>(
    recorded: Vec<(K, T)>,
    projected: Vec<(K, u64, T)>,
) -> Compared<K> {
    let ends = [
        recorded
            .last()
            .filter(|_| recorded.len() == BATCH)
            .map(|(key, _)| *key),
        projected
            .last()
            .filter(|_| projected.len() == BATCH)
            .map(|(key, ..)| *key),
    ];
    let end = ends.into_iter().flatten().min();
    let is_within = |key: &K| end.is_none_or(|end| *key <= end);
    let mut projected: BTreeMap<K, (u64, T)> = projected
        .into_iter()
        .filter(|(key, ..)| is_within(key))
        .map(|(key, version, state)| (key, (version, state)))
        .collect();
    let (mut same, mut differing) = (Vec::new(), Vec::new());
    for (key, state) in recorded.into_iter().filter(|(key, _)| is_within(key)) {
        if projected
            .remove(&key)
            .is_none_or(|(_, other)| other != state)
        {
            differing.push(key);
        } else {
            same.push(key);
        }
    }
    let stray = projected.into_iter();
    Compared {
        same,
        differing,
        stray: stray.map(|(key, (version, _))| (key, version)).collect(),
        end,
    }
}

impl GraphService {
    /// Compares the graph with the documents and their marks, the documents' sums with what they are sums of, and all rows
    /// with the watch log; differences by key, at most 100 of each sort. What waits for projection differs too, so
    /// drain first. Of what cannot be read nothing is said.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn verify(&self) -> Result<Vec<Difference>, RecommendError> {
        self.watching.settle_all().await?;
        let mut differences = self.verify_watchers().await?;
        differences.extend(self.verify_titles().await?);
        let (watched, marked) = self.verify_watched().await?;
        differences.extend(watched);
        let sums = self.verify_sums().await?;
        let log = self.verify_log(&sums).await?;
        differences.extend(sums);
        differences.extend(log);
        // Whoever projected at the same time has taken these off by now.
        let marked = self.ports.watches.waiting_watches(&marked).await?;
        let marked = marked.into_iter();
        differences.extend(marked.map(|(profile, title)| Difference::Marked(profile, title)));
        Ok(differences)
    }

    async fn verify_watchers(&self) -> Result<Vec<Difference>, RecommendError> {
        let mut differences = Vec::new();
        let mut after = None;
        loop {
            let titles = self.ports.titles.titles_after(after, BATCH).await?;
            let Some(last) = titles.last() else { break };
            after = Some(last.id);
            let ids: Vec<TitleId> = titles.iter().map(|title| title.id).collect();
            let watchers = self.watchers(&ids).await?;
            let wrong = titles
                .iter()
                .zip(watchers)
                .filter(|(title, watchers)| title.watchers != *watchers);
            differences.extend(wrong.map(|(title, _)| Difference::Watchers(title.id)));
            if differences.len() >= MAX_DIFFERENCES {
                break;
            }
        }
        differences.truncate(MAX_DIFFERENCES);
        Ok(differences)
    }

    async fn verify_titles(&self) -> Result<Vec<Difference>, RecommendError> {
        let mut differences = Vec::new();
        let mut after = None;
        loop {
            let compared = self.compare_titles(after).await?;
            let stray = self.unknown_titles(compared.stray).await?.into_iter();
            differences.extend(stray.map(|(title, _)| Difference::StrayTitle(title)));
            differences.extend(compared.differing.into_iter().map(Difference::Title));
            if compared.end.is_none() || differences.len() >= MAX_DIFFERENCES {
                differences.truncate(MAX_DIFFERENCES);
                return Ok(differences);
            }
            after = compared.end;
        }
    }

    /// Says also which wait for projection although the graph has them.
    async fn verify_watched(
        &self,
    ) -> Result<(Vec<Difference>, Vec<(ProfileId, TitleId)>), RecommendError> {
        let (mut differences, mut marked) = (Vec::new(), Vec::new());
        let mut after = None;
        loop {
            let compared = self.compare_watched(after).await?;
            let both = [compared.same.as_slice(), &compared.differing].concat();
            let waiting = self.ports.watches.waiting_watches(&both).await?;
            let waiting: BTreeSet<(ProfileId, TitleId)> = waiting.into_iter().collect();
            let same = compared.same.into_iter();
            marked.extend(same.filter(|key| waiting.contains(key)));
            marked.truncate(MAX_DIFFERENCES);
            let differing = compared.differing.into_iter();
            differences.extend(differing.map(|(profile, title)| {
                if waiting.contains(&(profile, title)) {
                    Difference::Waiting(profile, title)
                } else {
                    Difference::Watched(profile, title)
                }
            }));
            let stray = self.unknown_watches(compared.stray).await?.into_iter();
            differences.extend(
                stray.map(|((profile, title), _)| Difference::StrayWatched(profile, title)),
            );
            if compared.end.is_none() || differences.len() >= MAX_DIFFERENCES {
                differences.truncate(MAX_DIFFERENCES);
                return Ok((differences, marked));
            }
            after = compared.end;
        }
    }

    async fn verify_sums(&self) -> Result<Vec<Difference>, RecommendError> {
        let mut differences = Vec::new();
        let mut after = None;
        loop {
            let page = self.watching.all_watched_titles_after(after, BATCH).await?;
            let Some(last) = page.last() else { break };
            after = Some((last.profile, last.title));
            let wrong = self.watching.wrong_sums(&page).await?.into_iter();
            differences.extend(wrong.map(|(profile, title)| Difference::Sums(profile, title)));
            if differences.len() >= MAX_DIFFERENCES {
                break;
            }
        }
        differences.truncate(MAX_DIFFERENCES);
        Ok(differences)
    }

    /// What has drifted, but for what wrong sums were found of.
    async fn verify_log(&self, sums: &[Difference]) -> Result<Vec<Difference>, RecommendError> {
        let mut differences = Vec::new();
        let (mut seen, mut after) = (BTreeSet::new(), None);
        loop {
            let profiles = self.watching.profiles_after(after).await?;
            let Some(last) = profiles.last() else { break };
            after = Some(*last);
            for profile in profiles {
                seen.insert(profile);
                differences.extend(self.drifted(profile, sums).await?);
            }
            if differences.len() >= MAX_DIFFERENCES {
                break;
            }
        }
        // Those of whom nothing is left but the log.
        let mut after = None;
        while differences.len() < MAX_DIFFERENCES {
            let profiles = self.watching.profiles_in_log(after).await?;
            let Some(last) = profiles.last() else { break };
            after = Some(*last);
            for profile in profiles {
                if seen.insert(profile) {
                    differences.extend(self.drifted(profile, sums).await?);
                }
            }
        }
        differences.truncate(MAX_DIFFERENCES);
        Ok(differences)
    }

    async fn drifted(
        &self,
        profile: ProfileId,
        sums: &[Difference],
    ) -> Result<Vec<Difference>, RecommendError> {
        // Where not all wrong sums were found, it may be one of them.
        let is_sum = |title| {
            sums.len() == MAX_DIFFERENCES || sums.contains(&Difference::Sums(profile, title))
        };
        let drifted = self.watching.drifted(profile).await?.into_iter();
        let others = drifted.filter(|it| !matches!(it, Drifted::Title(title) if is_sum(*title)));
        let others = others.map(|it| Difference::Drifted(profile, it));
        Ok(others.collect())
    }

    /// Those titles that the record does not have. What only cannot be read is there all the same.
    pub(super) async fn unknown_titles(
        &self,
        stray: Vec<Versioned<TitleId>>,
    ) -> Result<Vec<Versioned<TitleId>>, RecommendError> {
        if stray.is_empty() {
            return Ok(stray);
        }
        let ids: Vec<TitleId> = stray.iter().map(|(id, _)| *id).collect();
        let known = self.ports.titles.known_titles(&ids).await?;
        let known: BTreeSet<TitleId> = known.into_iter().collect();
        let unknown = stray.into_iter().filter(|(id, _)| !known.contains(id));
        Ok(unknown.collect())
    }

    /// The same for watched titles.
    pub(super) async fn unknown_watches(
        &self,
        stray: Vec<Versioned<(ProfileId, TitleId)>>,
    ) -> Result<Vec<Versioned<(ProfileId, TitleId)>>, RecommendError> {
        if stray.is_empty() {
            return Ok(stray);
        }
        let keys: Vec<_> = stray.iter().map(|(key, _)| *key).collect();
        let known = self.ports.watches.known_watches(&keys).await?;
        let known: BTreeSet<(ProfileId, TitleId)> = known.into_iter().collect();
        let unknown = stray.into_iter().filter(|(key, _)| !known.contains(key));
        Ok(unknown.collect())
    }

    /// Compares the titles that follow an id.
    pub(super) async fn compare_titles(
        &self,
        after: Option<TitleId>,
    ) -> Result<Compared<TitleId>, RecommendError> {
        // The graph first: what is written meanwhile differs, but is never taken for something that is not recorded.
        let projected = self.ports.graph.titles_after(after, BATCH).await?;
        let recorded = self.ports.titles.titles_after(after, BATCH).await?;
        let recorded = recorded.iter().map(|title: &Title| {
            let node = node(title, title.stamp.revision);
            (title.id, fingerprint(&node))
        });
        let projected = projected
            .iter()
            .map(|node| (node.id, node.revision, fingerprint(node)));
        Ok(compare(recorded.collect(), projected.collect()))
    }

    /// Compares the `WATCHED` edges that follow a key.
    pub(super) async fn compare_watched(
        &self,
        after: Option<(ProfileId, TitleId)>,
    ) -> Result<Compared<(ProfileId, TitleId)>, RecommendError> {
        let projected = self.ports.graph.watched_after(after, BATCH).await?;
        let recorded = self.watching.all_watched_titles_after(after, BATCH).await?;
        let recorded = recorded.iter().map(|watched_title: &WatchedTitle| {
            let edge = WatchedEdge::from(watched_title);
            ((edge.profile, edge.title), edge)
        });
        let projected = projected.into_iter().map(|edge| {
            let version = edge.revision;
            let edge = WatchedEdge {
                revision: Epoch::revision_of(version),
                ..edge
            };
            ((edge.profile, edge.title), version, edge)
        });
        Ok(compare(recorded.collect(), projected.collect()))
    }
}

/// What of a title both sides must agree on.
fn fingerprint(node: &TitleNode) -> impl PartialEq + use<> {
    let ids = |people: &[(PersonId, String)]| people.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let genres: BTreeSet<GenreId> = node.genres.iter().map(|(id, _)| *id).collect();
    (
        Epoch::revision_of(node.revision),
        node.kind,
        node.year,
        node.slug.clone(),
        genres,
        ids(&node.directors),
        ids(&node.actors),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_compared_up_to_where_both_are_known() {
        let recorded = vec![(1, 'a'), (2, 'b'), (4, 'd')];
        let projected = vec![(1, 10, 'a'), (2, 20, 'x'), (3, 30, 'c')];

        let compared = compare(recorded, projected);

        assert_eq!(compared.same, [1]);
        assert_eq!(compared.differing, [2, 4]);
        assert_eq!(compared.stray, [(3, 30)]);
        assert_eq!(compared.end, None);
        let full = (0..u64::try_from(BATCH).unwrap()).map(|key| (2 * key, ()));
        let compared = compare(full.collect(), vec![(9, 1, ()), (5000, 1, ())]);
        assert_eq!(compared.stray, [(9, 1)]);
        assert_eq!(compared.end, Some(998));
    }
}
