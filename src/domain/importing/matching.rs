//! What of the catalogue an imported item is: by its ids elsewhere, then by kind, folded name and year. Never by a name
//! that is only like another, and never an episode as a film.

use std::collections::BTreeSet;

use super::alike;
use super::entry::{ImportedIds, ImportedItem};
use super::import::{Candidate, Found, FoundBy};
use super::known::{Known, KnownEpisode, each, folded};
use crate::domain::catalog::TitleKind;
use crate::domain::ids::TitleId;
use crate::domain::watching::WatchedItem;

/// How many candidates a row has at the most.
const MOST: usize = 10;

/// What became of matching an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// It is this, and nothing else.
    One(Found),
    /// It may be any of these.
    Several(Vec<Candidate>),
    /// It is nothing of the catalogue; these are called alike.
    Nothing(Vec<Candidate>),
}

/// Which titles a name and ids lead to.
enum Titles {
    One(TitleId, FoundBy),
    Several(Vec<TitleId>),
    Nothing(Vec<TitleId>),
}

impl Known {
    /// What an item is. Of other things that it may mean, the likeliest first, the first is asked that is anything.
    pub fn find(&self, item: &ImportedItem, alternatives: &[ImportedItem]) -> Match {
        let mut near = Vec::new();
        for item in std::iter::once(item).chain(alternatives) {
            match self.find_one(item) {
                Match::Nothing(candidates) => near.extend(candidates),
                found => return found,
            }
        }
        Match::Nothing(bounded(near))
    }

    fn find_one(&self, item: &ImportedItem) -> Match {
        match item {
            ImportedItem::Film {
                name,
                original_name,
                year,
                ids,
            } => {
                let names = [Some(name.as_str()), original_name.as_deref()];
                let titles = self.titles(&[TitleKind::Film], &names, *year, ids);
                whole(titles, WatchedItem::Film)
            }
            ImportedItem::Series {
                name,
                original_name,
                year,
                ids,
            } => {
                let names = [Some(name.as_str()), original_name.as_deref()];
                let titles = self.titles(&[TitleKind::Series], &names, *year, ids);
                whole(titles, WatchedItem::Series)
            }
            ImportedItem::Unknown { name, year } => {
                let kinds = [TitleKind::Film, TitleKind::Series];
                let titles = self.titles(
                    &kinds,
                    &[Some(name.as_str())],
                    *year,
                    &ImportedIds::default(),
                );
                whole(titles, |id| self.as_item(id))
            }
            ImportedItem::Episode {
                series,
                series_year,
                series_ids,
                season,
                number,
                name,
                ..
            } => {
                let kinds = [TitleKind::Series];
                let place = (*season, *number, name.as_deref().unwrap_or_default());
                match self.titles(&kinds, &[Some(series.as_str())], *series_year, series_ids) {
                    Titles::One(series, by) => self.episode(series, by, place),
                    Titles::Several(series) => {
                        let found = series.iter().flat_map(|id| self.episodes(*id, place));
                        several(found.collect())
                    }
                    Titles::Nothing(series) => {
                        let near = series.iter().flat_map(|id| self.episodes(*id, place));
                        Match::Nothing(bounded(near.collect()))
                    }
                }
            }
        }
    }

    /// The titles of some kinds that these ids lead to, or else these names and the year.
    fn titles(
        &self,
        kinds: &[TitleKind],
        names: &[Option<&str>],
        year: Option<i32>,
        ids: &ImportedIds,
    ) -> Titles {
        let is_of_kind = |id: &&TitleId| {
            self.titles
                .get(*id)
                .is_some_and(|it| kinds.contains(&it.kind))
        };
        let by_id = each(ids).flat_map(|(provider, id)| {
            let found = self.ids.get(&(provider, id.to_owned()));
            found.into_iter().flatten()
        });
        let by_id: BTreeSet<TitleId> = by_id.filter(is_of_kind).copied().collect();
        match by_id.first() {
            Some(only) if by_id.len() == 1 => return Titles::One(*only, FoundBy::Id),
            Some(_) => return Titles::Several(by_id.into_iter().collect()),
            None => {}
        }
        let folded = names.iter().flatten().map(|name| folded(name));
        let named = folded.flat_map(|name| self.names.get(&name).into_iter().flatten());
        let named: BTreeSet<TitleId> = named.filter(is_of_kind).copied().collect();
        if named.is_empty() {
            return Titles::Nothing(self.called_alike(kinds, names, year));
        }
        let meant = named.iter().filter(|id| !self.is_another(**id, ids));
        let meant: Vec<TitleId> = meant.copied().collect();
        let with = |is_fine: &dyn Fn(Option<i32>) -> bool| -> Vec<TitleId> {
            let year_of = |id: &TitleId| self.titles.get(id).and_then(|title| title.year);
            let found = meant.iter().filter(|id| is_fine(year_of(id)));
            found.copied().collect()
        };
        let Some(year) = year else {
            return choose(meant, FoundBy::Name, named.into_iter().collect());
        };
        let exact = with(&|its| its == Some(year));
        if !exact.is_empty() {
            return choose(exact, FoundBy::NameAndYear, Vec::new());
        }
        // Festivals and countries differ by a year; of two that do, nobody knows which is meant.
        let near = with(&|its| its.is_some_and(|its| its.abs_diff(year) == 1));
        choose(near, FoundBy::NearYear, named.into_iter().collect())
    }

    /// The titles of some kinds that are only called alike, those of about the year first: for a person to choose from.
    fn called_alike(
        &self,
        kinds: &[TitleKind],
        names: &[Option<&str>],
        year: Option<i32>,
    ) -> Vec<TitleId> {
        let keys = names.iter().flatten().flat_map(|name| alike::keys(name));
        let found = keys.flat_map(|key| self.alike.get(&key).into_iter().flatten());
        let found: BTreeSet<TitleId> = found.copied().collect();
        let known = found.into_iter().filter_map(|id| {
            let title = self.titles.get(&id)?;
            let years = title.year.zip(year);
            let apart = years.map_or(u32::MAX, |(its, year)| its.abs_diff(year));
            kinds.contains(&title.kind).then_some((apart, id))
        });
        let mut known: Vec<(u32, TitleId)> = known.collect();
        known.sort_unstable();
        known.into_iter().map(|(_, id)| id).collect()
    }

    /// Whether a title has another id than these where both have one: then it is called alike and is another.
    fn is_another(&self, id: TitleId, ids: &ImportedIds) -> bool {
        let Some(title) = self.titles.get(&id) else {
            return false;
        };
        let mut both = each(ids).flat_map(|(provider, id)| {
            let its = title.ids.iter().filter(move |its| its.0 == provider);
            its.map(move |its| (its.1.as_str(), id))
        });
        both.any(|(its, id)| its != id)
    }

    /// The episode of a series at a place, or of a name.
    fn episode(
        &self,
        series: TitleId,
        by: FoundBy,
        place: (Option<u32>, Option<u32>, &str),
    ) -> Match {
        let found = self.episodes(series, place);
        match found.as_slice() {
            [] => Match::Nothing(Vec::new()),
            [only] => Match::One(Found { is: *only, by }),
            _ => Match::Several(bounded(found)),
        }
    }

    fn episodes(
        &self,
        series: TitleId,
        (season, number, name): (Option<u32>, Option<u32>, &str),
    ) -> Vec<Candidate> {
        let name = folded(name);
        let is_it = |episode: &&KnownEpisode| {
            let is_of_season = season.is_none_or(|season| season == episode.season);
            match (season, number) {
                (Some(season), Some(number)) => {
                    season == episode.season && episode.numbers.contains(&number)
                }
                _ => is_of_season && !name.is_empty() && episode.names.contains(&name),
            }
        };
        let episodes = self.episodes.get(&series).into_iter().flatten();
        let found = episodes.filter(is_it).map(|episode| Candidate {
            title: series,
            item: WatchedItem::Episode(episode.id),
        });
        found.collect()
    }

    fn as_item(&self, id: TitleId) -> WatchedItem {
        match self.titles.get(&id) {
            Some(title) if title.kind == TitleKind::Series => WatchedItem::Series(id),
            _ => WatchedItem::Film(id),
        }
    }
}

fn choose(found: Vec<TitleId>, by: FoundBy, alike: Vec<TitleId>) -> Titles {
    match found.as_slice() {
        [] => Titles::Nothing(alike),
        [only] => Titles::One(*only, by),
        _ => Titles::Several(found),
    }
}

/// A match of titles as a whole.
fn whole(titles: Titles, item: impl Fn(TitleId) -> WatchedItem) -> Match {
    let candidates = |titles: Vec<TitleId>| {
        let candidates = titles.into_iter().map(|title| Candidate {
            title,
            item: item(title),
        });
        bounded(candidates.collect())
    };
    match titles {
        Titles::One(title, by) => Match::One(Found {
            is: Candidate {
                title,
                item: item(title),
            },
            by,
        }),
        Titles::Several(titles) => Match::Several(candidates(titles)),
        Titles::Nothing(titles) => Match::Nothing(candidates(titles)),
    }
}

fn several(found: Vec<Candidate>) -> Match {
    if found.is_empty() {
        Match::Nothing(found)
    } else {
        Match::Several(bounded(found))
    }
}

fn bounded(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.truncate(MOST);
    candidates
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::catalog::{Episode, Title};
    use crate::domain::ids::EpisodeId;

    fn title(id: u64, kind: &str, name: &str, year: i32, more: &Value) -> Title {
        let mut title = json!({
            "id": id, "kind": kind, "slug": format!("title-{id}"), "name": name, "original_name": null,
            "year": year, "end_year": null, "premiered": null, "duration": null, "genres": [], "credits": [],
            "countries": [], "languages": [], "external_ids": [], "network": null, "total_seasons": null,
            "stamp": {
                "revision": 1, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            },
        });
        for (field, value) in more.as_object().unwrap() {
            title[field] = value.clone();
        }
        serde_json::from_value(title).unwrap()
    }

    fn episode(series: u64, season: u32, number: u32, name: &str) -> Episode {
        let id = EpisodeId::of_ordinal(TitleId(series), season, number);
        let episode = json!({
            "id": id, "series": series, "season": season, "number": number, "name": name,
            "original_name": null, "aired": null, "duration": null, "directors": [],
            "stamp": {
                "revision": 1, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            },
        });
        serde_json::from_value(episode).unwrap()
    }

    fn film(name: &str, year: Option<i32>, ids: &[(&str, &str)]) -> ImportedItem {
        let id = |provider: &str| {
            let found = ids.iter().find(|(name, _)| *name == provider);
            found.map(|(_, id)| (*id).to_owned())
        };
        ImportedItem::Film {
            name: name.to_owned(),
            original_name: None,
            year,
            ids: ImportedIds {
                imdb: id("imdb"),
                tmdb: id("tmdb"),
                tvdb: id("tvdb"),
                trakt: id("trakt"),
            },
        }
    }

    fn part(series: &str, place: Option<(u32, u32)>, name: Option<&str>) -> ImportedItem {
        ImportedItem::Episode {
            series: series.to_owned(),
            series_year: None,
            series_ids: ImportedIds::default(),
            season: place.map(|place| place.0),
            number: place.map(|place| place.1),
            name: name.map(str::to_owned),
            ids: ImportedIds::default(),
        }
    }

    /// What becomes of an item in a small catalogue: what it is and how that is known, or how many it may be.
    fn found(item: &ImportedItem) -> Result<(WatchedItem, FoundBy), (bool, usize)> {
        let imdb = |id: &str| json!({ "external_ids": [{ "provider": "imdb", "value": id }] });
        let mut known = Known::for_items([item]);
        known.learn(&title(1, "film", "Solaris", 1972, &imdb("tt0069293")));
        known.learn(&title(2, "film", "Solaris", 2002, &imdb("tt0307479")));
        known.learn(&title(
            3,
            "film",
            "Amélie",
            2001,
            &json!({ "names": { "de": "Die fabelhafte Welt der Amélie" } }),
        ));
        known.learn(&title(4, "series", "The Wire", 2002, &json!({})));
        known.learn(&title(5, "film", "Sentencing", 2008, &json!({})));
        known.learn(&title(6, "film", "The Office", 2005, &json!({})));
        known.learn(&title(7, "film", "The Office", 2007, &json!({})));
        for episode in [
            episode(4, 1, 13, "Sentencing"),
            episode(4, 2, 1, "Ebb Tide"),
        ] {
            known.learn_episode(&episode);
        }
        match known.find(item, &[]) {
            Match::One(found) => Ok((found.is.item, found.by)),
            Match::Several(candidates) => Err((true, candidates.len())),
            Match::Nothing(candidates) => Err((false, candidates.len())),
        }
    }

    fn a_film(id: u64, by: FoundBy) -> (WatchedItem, FoundBy) {
        (WatchedItem::Film(TitleId(id)), by)
    }

    #[test]
    fn remakes_are_told_apart_by_their_year_or_listed() {
        assert_eq!(
            found(&film("Solaris", Some(1972), &[])),
            Ok(a_film(1, FoundBy::NameAndYear))
        );
        assert_eq!(
            found(&film("SOLARIS", Some(2003), &[])),
            Ok(a_film(2, FoundBy::NearYear))
        );
        assert_eq!(found(&film("Solaris", None, &[])), Err((true, 2)));
        assert_eq!(found(&film("Solaris", Some(1985), &[])), Err((false, 2)));
        // Both are a year away.
        assert_eq!(found(&film("The Office", Some(2006), &[])), Err((true, 2)));
    }

    #[test]
    fn ids_are_believed_before_names_and_only_with_the_kind() {
        let misnamed = film("Solyaris", Some(1999), &[("imdb", "tt0069293")]);
        assert_eq!(found(&misnamed), Ok(a_film(1, FoundBy::Id)));
        let namesake = film("Solaris", Some(1972), &[("imdb", "tt9999999")]);
        assert_eq!(found(&namesake), Err((false, 2)));
        let series = ImportedItem::Series {
            name: "Solaris".to_owned(),
            original_name: None,
            year: None,
            ids: ImportedIds {
                imdb: Some("tt0069293".to_owned()),
                ..ImportedIds::default()
            },
        };
        assert_eq!(found(&series), Err((false, 0)));
    }

    #[test]
    fn an_episode_is_never_a_film_of_its_name() {
        let sentencing = WatchedItem::Episode(EpisodeId::of_ordinal(TitleId(4), 1, 13));
        assert_eq!(
            found(&part("The Wire", Some((1, 13)), Some("Another Name"))),
            Ok((sentencing, FoundBy::Name))
        );
        assert_eq!(
            found(&part("The Wire", None, Some("sentencing"))),
            Ok((sentencing, FoundBy::Name))
        );
        assert_eq!(
            found(&part("The Wire", Some((9, 9)), Some("Sentencing"))),
            Err((false, 0))
        );
        assert_eq!(
            found(&part("Sentencing", Some((1, 1)), Some("Sentencing"))),
            Err((false, 0))
        );
    }

    #[test]
    fn what_is_only_called_alike_is_to_choose_from_and_no_match() {
        let second = film("Godfather 2", Some(1974), &[]);
        let place = part("Wire", Some((1, 13)), None);
        let learnt = |mut known: Known| {
            let nothing = json!({});
            known.learn(&title(1, "film", "The Godfather Part II", 1974, &nothing));
            known.learn(&title(2, "film", "Godfather: Part II", 2024, &nothing));
            known.learn(&title(
                3,
                "series",
                "The Godfather, Part II",
                1974,
                &nothing,
            ));
            known.learn(&title(4, "series", "The Wire", 2002, &nothing));
            known.learn_episode(&episode(4, 1, 13, "Sentencing"));
            known
        };

        let known = learnt(Known::for_rows([&second, &place]));
        let matched = known.find(&second, &[]);
        let of_series = known.find(&place, &[]);
        let strict = learnt(Known::for_items([&second])).find(&second, &[]);

        let candidate = |title, item| Candidate {
            title: TitleId(title),
            item,
        };
        let films = [1, 2].map(|id| candidate(id, WatchedItem::Film(TitleId(id))));
        assert_eq!(matched, Match::Nothing(films.to_vec()));
        let sentencing = WatchedItem::Episode(EpisodeId::of_ordinal(TitleId(4), 1, 13));
        assert_eq!(of_series, Match::Nothing(vec![candidate(4, sentencing)]));
        assert_eq!(strict, Match::Nothing(Vec::new()));
    }

    #[test]
    fn a_name_is_whole_or_it_is_another() {
        let german = film("Die fabelhafte Welt der Amelie", Some(2001), &[]);
        assert_eq!(found(&german), Ok(a_film(3, FoundBy::NameAndYear)));
        assert_eq!(
            found(&film("Amelie!", None, &[])),
            Ok(a_film(3, FoundBy::Name))
        );
        assert_eq!(found(&film("Amelia", Some(2001), &[])), Err((false, 0)));
    }
}
