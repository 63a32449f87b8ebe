//! What of the catalogue files are: by ids of names and sidecars, then by kind, folded name and year, as imports are
//! matched. Never by a name that is only like another, never an episode as a film, and of what nobody can be sure the
//! candidates with their scores.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::error::LibraryError;
use super::file::{FileCandidate, FileState, MAX_CANDIDATES, MAX_ITEMS, MatchedBy};
use super::guess::{Episodes, Guess, Item, Named, TakenFor};
use super::wanted::{TITLES, asked, learn_titles};
use crate::domain::catalog::{CatalogService, Episode, Title, TitleKind, Visibility};
use crate::domain::ids::TitleId;
use crate::domain::importing::{FoundBy, ImportedItem, Known, Match};
use crate::domain::watching::WatchedItem;

/// Which version of the rules this is. It is one more whenever they find something else for the same file in the same
/// catalogue: then files are matched once more that are as they were.
pub(super) const RULES: u32 = 1;
/// Of how many series the episodes are read at a time.
const SERIES: usize = 200;

/// What was found out of what a file is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Verdict {
    pub(super) state: FileState,
    pub(super) items: Vec<WatchedItem>,
    pub(super) matched_by: Option<MatchedBy>,
    pub(super) candidates: Vec<FileCandidate>,
}

impl Verdict {
    fn matched(items: Vec<WatchedItem>, by: MatchedBy) -> Self {
        Self {
            state: FileState::Matched,
            items,
            matched_by: Some(by),
            candidates: Vec::new(),
        }
    }

    fn open(state: FileState, mut candidates: Vec<FileCandidate>) -> Self {
        // Equal scores stay in the order of ids, in which they were found.
        candidates.sort_by(|one, other| other.score.total_cmp(&one.score));
        candidates.truncate(MAX_CANDIDATES);
        Self {
            state,
            items: Vec::new(),
            matched_by: None,
            candidates,
        }
    }
}

/// Whose an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Of this film or series.
    Title(TitleId),
    /// It may be of several, or nobody can be sure of the only one.
    Unclear,
    /// The catalogue has nothing of it.
    Nobody,
}

/// What of the catalogue some files may be.
pub(super) struct Matcher {
    known: Known,
    titles: HashMap<TitleId, Arc<Title>>,
    episodes: HashMap<TitleId, Vec<Episode>>,
}

impl Matcher {
    /// Learns of the catalogue, published or not, what these guesses may be of: matching is the site's own work, and files
    /// are shown to curators alone.
    pub(super) async fn learn(
        catalog: &CatalogService,
        guesses: &[&Guess],
    ) -> Result<Self, LibraryError> {
        let of_use = guesses.iter().filter(|guess| is_of_use(guess.taken_for));
        let items = of_use.filter_map(|guess| guess.item.as_ref());
        let wanted: Vec<ImportedItem> = items.map(asked).collect();
        let known = learn_titles(catalog, &wanted).await?;
        let everything = Visibility::everything();
        let mut episodes: HashMap<TitleId, Vec<Episode>> = HashMap::new();
        for series in known.series().chunks(SERIES) {
            for episode in catalog.episodes_of_series(&everything, series).await? {
                episodes.entry(episode.series).or_default().push(episode);
            }
        }
        let found: BTreeSet<TitleId> = wanted
            .iter()
            .flat_map(|item| titles_of(&known.find(item, &[])))
            .collect();
        let found: Vec<TitleId> = found.into_iter().collect();
        let mut titles = HashMap::new();
        for ids in found.chunks(TITLES) {
            let read = catalog.titles(&everything, ids).await?;
            titles.extend(read.into_iter().map(|title| (title.id, title)));
        }
        Ok(Self {
            known,
            titles,
            episodes,
        })
    }

    /// One for an empty catalogue.
    #[cfg(test)]
    pub(super) fn of_nothing() -> Self {
        Self {
            known: Known::default(),
            titles: HashMap::new(),
            episodes: HashMap::new(),
        }
    }

    /// What a file is that is taken for this.
    pub(super) fn find(&self, guess: &Guess) -> Verdict {
        if !is_of_use(guess.taken_for) {
            return Verdict::open(FileState::Ignored, Vec::new());
        }
        let Some(item) = &guess.item else {
            // A second name of a file is not looked for: the catalogue has it, or has nothing of it, under the first.
            let state = match guess.taken_for {
                TakenFor::Duplicate => FileState::Ignored,
                _ => FileState::Unmatched,
            };
            return Verdict::open(state, Vec::new());
        };
        let found = self.known.find(&asked(item), &[]);
        let candidates = |found: &Match| -> Vec<FileCandidate> {
            let titles = titles_of(found).into_iter();
            let candidates = titles.map(|id| FileCandidate {
                item: self.as_item(id),
                score: self.score(item.named(), id),
            });
            candidates.collect()
        };
        let (title, by) = match &found {
            Match::One(one) => match (one.by, item) {
                (FoundBy::Id, _) => (one.is.title, MatchedBy::Id),
                (FoundBy::NameAndYear, _) => (one.is.title, MatchedBy::NameAndYear),
                // Series are rarely made twice, and must have the episode, too.
                (FoundBy::Name, Item::Series(_) | Item::Season { .. } | Item::Episodes(_)) => {
                    (one.is.title, MatchedBy::Name)
                }
                (FoundBy::Name | FoundBy::NearYear | FoundBy::Viewer, _) => {
                    return Verdict::open(FileState::Ambiguous, candidates(&found));
                }
            },
            Match::Several(_) => return Verdict::open(FileState::Ambiguous, candidates(&found)),
            Match::Nothing(_) => return Verdict::open(FileState::Unmatched, candidates(&found)),
        };
        match item {
            Item::Film(_) => Verdict::matched(vec![WatchedItem::Film(title)], by),
            Item::Series(_) | Item::Season { .. } => {
                Verdict::matched(vec![WatchedItem::Series(title)], by)
            }
            Item::Episodes(episodes) => match self.episodes(title, episodes) {
                Some(items) => Verdict::matched(items, by),
                None => Verdict::open(FileState::Unmatched, candidates(&found)),
            },
        }
    }

    /// The film or series that an item is of, whether the catalogue has its episodes or not.
    pub(super) fn title_of(&self, item: &Item) -> Whose {
        match self.known.find(&asked(item), &[]) {
            Match::One(one) => match (one.by, item) {
                (FoundBy::Id | FoundBy::NameAndYear, _)
                | (FoundBy::Name, Item::Series(_) | Item::Season { .. } | Item::Episodes(_)) => {
                    Whose::Title(one.is.title)
                }
                (FoundBy::Name | FoundBy::NearYear | FoundBy::Viewer, _) => Whose::Unclear,
            },
            Match::Several(_) => Whose::Unclear,
            Match::Nothing(_) => Whose::Nobody,
        }
    }

    /// Whether a series has an episode with this number.
    pub(super) fn has_episode(&self, series: TitleId, season: u32, number: u32) -> bool {
        let known = self.episodes.get(&series).into_iter().flatten();
        let mut of_season = known.filter(|it| it.season == season);
        of_season.any(|it| numbers_of(it).contains(&number))
    }

    /// The episodes of a series that a file has, if the catalogue knows all of them.
    fn episodes(&self, series: TitleId, wanted: &Episodes) -> Option<Vec<WatchedItem>> {
        let known = self.episodes.get(&series)?;
        let found = match (wanted.season, wanted.absolute, wanted.date) {
            (Some(season), _, _) if !wanted.numbers.is_empty() => {
                let at = |number: &u32| {
                    let mut of_season = known.iter().filter(|it| it.season == season);
                    of_season.find(|it| numbers_of(it).contains(number))
                };
                wanted.numbers.iter().map(at).collect::<Option<Vec<_>>>()?
            }
            (_, Some(absolute), _) => vec![in_the_whole_series(known, absolute)?],
            (_, None, Some(date)) => {
                let on_that_day: Vec<&Episode> =
                    known.iter().filter(|it| it.aired == Some(date)).collect();
                // Two on one day are told apart by nothing.
                match on_that_day.as_slice() {
                    [only] => vec![*only],
                    _ => return None,
                }
            }
            (_, None, None) => return None,
        };
        let mut items: Vec<WatchedItem> = Vec::new();
        for episode in found {
            let item = WatchedItem::Episode(episode.id);
            // Two numbers may be one episode of the catalogue.
            if !items.contains(&item) {
                items.push(item);
            }
        }
        (items.len() <= MAX_ITEMS).then_some(items)
    }

    fn as_item(&self, id: TitleId) -> WatchedItem {
        match self.titles.get(&id) {
            Some(title) => item_of(title),
            None => WatchedItem::Film(id),
        }
    }

    /// How well a title fits what is said, 0 to 1.
    fn score(&self, named: &Named, id: TitleId) -> f64 {
        let Some(title) = self.titles.get(&id) else {
            return 0.0;
        };
        if named
            .external_ids
            .iter()
            .any(|id| title.external_ids.contains(id))
        {
            return 1.0;
        }
        match (named.year, title.year) {
            (Some(said), Some(its)) if said == its => 0.9,
            (Some(said), Some(its)) if said.abs_diff(its) == 1 => 0.7,
            (Some(_), Some(_)) => 0.3,
            (None, _) | (_, None) => 0.5,
        }
    }
}

/// A title as an item that a file may be of.
pub(super) fn item_of(title: &Title) -> WatchedItem {
    match title.kind {
        TitleKind::Film => WatchedItem::Film(title.id),
        TitleKind::Series => WatchedItem::Series(title.id),
    }
}

/// Whether a file that is taken for this is of something; the others are kept in mind, and never matched.
pub(super) fn is_of_use(taken_for: TakenFor) -> bool {
    match taken_for {
        TakenFor::Video
        | TakenFor::Extra(_)
        | TakenFor::Subtitle
        | TakenFor::Audio
        | TakenFor::Picture(_)
        | TakenFor::Sidecar
        | TakenFor::DiscPart
        | TakenFor::Duplicate => true,
        TakenFor::Sample
        | TakenFor::OtherPicture
        | TakenFor::Damaged
        | TakenFor::Unfinished
        | TakenFor::Ignored
        | TakenFor::Junk
        | TakenFor::Refused
        | TakenFor::Other => false,
    }
}

fn numbers_of(episode: &Episode) -> std::ops::RangeInclusive<u32> {
    episode.number..=episode.number_end.unwrap_or(episode.number)
}

/// The episode with a number in the whole series. Where no episode says its own they are counted, specials left out.
fn in_the_whole_series(known: &[Episode], number: u32) -> Option<&Episode> {
    if known.iter().any(|it| it.absolute_number.is_some()) {
        return known.iter().find(|it| it.absolute_number == Some(number));
    }
    let mut run: Vec<&Episode> = known.iter().filter(|it| it.season > 0).collect();
    run.sort_by_key(|it| (it.season, it.number));
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    run.get(place).copied()
}

/// The titles that a match names.
fn titles_of(found: &Match) -> Vec<TitleId> {
    match found {
        Match::One(found) => vec![found.is.title],
        Match::Several(candidates) | Match::Nothing(candidates) => {
            candidates.iter().map(|candidate| candidate.title).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::catalog::ExternalId;
    use crate::domain::ids::EpisodeId;
    use crate::domain::library::guess::Certainty;

    fn stamped(mut thing: Value) -> Value {
        let now = "2026-01-01T00:00:00Z";
        thing["stamp"] = json!({ "revision": 1, "created_at": now, "updated_at": now });
        thing
    }

    fn title(id: u64, kind: &str, name: &str, year: i32, imdb: &str) -> Title {
        let title = json!({
            "id": id, "kind": kind, "slug": format!("title-{id}"), "name": name, "original_name": null,
            "year": year, "end_year": null, "premiered": null, "duration": null, "genres": [], "credits": [],
            "countries": [], "languages": [], "external_ids": [{ "provider": "imdb", "value": imdb }],
            "network": null, "total_seasons": null,
        });
        serde_json::from_value(stamped(title)).unwrap()
    }

    fn episode(season: u32, number: u32, number_end: Option<u32>, aired: &str) -> Episode {
        let episode = json!({
            "id": EpisodeId::of_ordinal(TitleId(4), season, number), "series": 4, "season": season,
            "number": number, "number_end": number_end, "name": null, "original_name": null, "aired": aired,
            "duration": null, "directors": [],
        });
        serde_json::from_value(stamped(episode)).unwrap()
    }

    fn named(name: &str, year: Option<i32>, imdb: Option<&str>) -> Named {
        let ids = imdb.map(|value| ExternalId {
            provider: "imdb".to_owned(),
            value: value.to_owned(),
        });
        Named {
            name: name.to_owned(),
            original_name: None,
            year,
            external_ids: ids.into_iter().collect(),
        }
    }

    fn episodes(season: Option<u32>, numbers: &[u32]) -> Episodes {
        Episodes {
            series: named("the wire", None, None),
            season,
            numbers: numbers.to_vec(),
            absolute: None,
            date: None,
            title: None,
            external_ids: Vec::new(),
        }
    }

    /// What becomes of a video of an item in a small catalogue.
    fn found(item: Item) -> Verdict {
        let guess = Guess {
            item: Some(item),
            ..Guess::new(TakenFor::Video, Certainty::Sure, "its name says so")
        };
        let titles = [
            title(1, "film", "Solaris", 1972, "tt0069293"),
            title(2, "film", "Solaris", 2002, "tt0307479"),
            title(3, "film", "The Wire", 2010, "tt1111111"),
            title(4, "series", "The Wire", 2002, "tt0306414"),
        ];
        let mut known = Known::for_items(&[asked(guess.item.as_ref().unwrap())]);
        for title in &titles {
            known.learn(title);
        }
        let of_series = [
            episode(0, 1, None, "2002-05-01"),
            episode(1, 1, None, "2002-06-02"),
            episode(1, 2, Some(3), "2002-06-09"),
            episode(2, 1, None, "2003-06-01"),
        ];
        let matcher = Matcher {
            known,
            titles: titles.map(|it| (it.id, Arc::new(it))).into_iter().collect(),
            episodes: HashMap::from([(TitleId(4), of_series.to_vec())]),
        };
        matcher.find(&guess)
    }

    fn matched(items: &[WatchedItem], by: MatchedBy) -> Verdict {
        Verdict::matched(items.to_vec(), by)
    }

    fn at(season: u32, number: u32) -> WatchedItem {
        WatchedItem::Episode(EpisodeId::of_ordinal(TitleId(4), season, number))
    }

    /// The state, and what else it may be with the scores.
    fn open(verdict: &Verdict) -> (FileState, Vec<(WatchedItem, f64)>) {
        assert_eq!((verdict.items.len(), verdict.matched_by), (0, None));
        let candidates = verdict.candidates.iter().map(|it| (it.item, it.score));
        (verdict.state, candidates.collect())
    }

    #[test]
    fn a_film_is_found_by_an_id_or_by_name_and_year() {
        let film = |id| WatchedItem::Film(TitleId(id));
        let by_id = found(Item::Film(named("Soliaris", None, Some("tt0307479"))));
        assert_eq!(by_id, matched(&[film(2)], MatchedBy::Id));
        let by_year = found(Item::Film(named("SOLARIS", Some(1972), None)));
        assert_eq!(by_year, matched(&[film(1)], MatchedBy::NameAndYear));
    }

    #[test]
    fn what_nobody_can_be_sure_of_waits_with_candidates() {
        let film = |id| WatchedItem::Film(TitleId(id));
        let remake = found(Item::Film(named("Solaris", None, None)));
        let both = vec![(film(1), 0.5), (film(2), 0.5)];
        assert_eq!(open(&remake), (FileState::Ambiguous, both));
        let near = found(Item::Film(named("Solaris", Some(2003), None)));
        assert_eq!(open(&near), (FileState::Ambiguous, vec![(film(2), 0.7)]));
        let without_year = found(Item::Film(named("The Wire", None, None)));
        let only = vec![(film(3), 0.5)];
        assert_eq!(open(&without_year), (FileState::Ambiguous, only));
        let other = found(Item::Film(named("Solaris", Some(1985), None)));
        let alike = vec![(film(1), 0.3), (film(2), 0.3)];
        assert_eq!(open(&other), (FileState::Unmatched, alike));
        let like = found(Item::Film(named("Solariss", Some(1972), None)));
        assert_eq!(open(&like), (FileState::Unmatched, Vec::new()));
    }

    #[test]
    fn a_file_may_be_several_episodes_and_never_a_film() {
        let of = |episodes: Episodes| found(Item::Episodes(episodes));
        let by_name = |items: &[WatchedItem]| matched(items, MatchedBy::Name);
        assert_eq!(
            of(episodes(Some(1), &[1, 2])),
            by_name(&[at(1, 1), at(1, 2)])
        );
        // Two numbers of one episode, and a special.
        assert_eq!(of(episodes(Some(1), &[2, 3])), by_name(&[at(1, 2)]));
        assert_eq!(of(episodes(Some(0), &[1])), by_name(&[at(0, 1)]));
        let of_all = found(Item::Season {
            series: named("The Wire", None, None),
            season: 1,
        });
        assert_eq!(of_all, by_name(&[WatchedItem::Series(TitleId(4))]));
        let absolute = Episodes {
            absolute: Some(3),
            ..episodes(None, &[])
        };
        assert_eq!(of(absolute), by_name(&[at(2, 1)]));
        let on_a_day = Episodes {
            date: chrono::NaiveDate::from_ymd_opt(2002, 6, 9),
            ..episodes(None, &[])
        };
        assert_eq!(of(on_a_day), by_name(&[at(1, 2)]));
        let series = vec![(WatchedItem::Series(TitleId(4)), 0.5)];
        for unknown in [episodes(Some(9), &[1]), episodes(None, &[1])] {
            assert_eq!(open(&of(unknown)), (FileState::Unmatched, series.clone()));
        }
    }

    #[test]
    fn what_no_library_has_a_use_for_is_ignored() {
        let guess = Guess {
            item: Some(Item::Film(named("Solaris", Some(1972), None))),
            ..Guess::new(TakenFor::Sample, Certainty::Sure, "a sample")
        };
        let twin = Guess::new(TakenFor::Duplicate, Certainty::Sure, "a second name");
        for guess in [guess, twin] {
            let verdict = Matcher::of_nothing().find(&guess);

            assert_eq!(open(&verdict), (FileState::Ignored, Vec::new()));
        }
    }
}
