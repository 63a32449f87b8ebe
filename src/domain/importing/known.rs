//! What of the catalogue imported items may be: the titles that have one of their names or ids, and the episodes of those
//! that are series.

use std::collections::{BTreeSet, HashMap};
use std::ops::RangeInclusive;

use super::alike;
use super::entry::{ImportedIds, ImportedItem};
use crate::domain::catalog::{Episode, Title, TitleKind};
use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::text;

/// What of the catalogue some items may be, as far as a viewer may see it.
#[derive(Debug, Default)]
pub struct Known {
    /// The names and ids that are asked for: of the rest of the catalogue nothing is kept.
    pub(super) names: HashMap<String, Vec<TitleId>>,
    /// By what names are only alike; nothing if that is not asked for.
    pub(super) alike: HashMap<String, Vec<TitleId>>,
    pub(super) ids: HashMap<(&'static str, String), Vec<TitleId>>,
    pub(super) titles: HashMap<TitleId, KnownTitle>,
    pub(super) episodes: HashMap<TitleId, Vec<KnownEpisode>>,
}

#[derive(Debug)]
pub(super) struct KnownTitle {
    pub(super) kind: TitleKind,
    pub(super) year: Option<i32>,
    /// Its ids at providers that spell all of theirs in one way.
    pub(super) ids: Vec<(&'static str, String)>,
}

#[derive(Debug)]
pub(super) struct KnownEpisode {
    pub(super) id: EpisodeId,
    pub(super) season: u32,
    pub(super) numbers: RangeInclusive<u32>,
    pub(super) names: Vec<String>,
}

impl Known {
    /// Nothing yet, for these items.
    pub fn for_items<'a>(items: impl IntoIterator<Item = &'a ImportedItem>) -> Self {
        let mut known = Self::default();
        for item in items {
            match item {
                ImportedItem::Film {
                    name,
                    original_name,
                    ids,
                    ..
                }
                | ImportedItem::Series {
                    name,
                    original_name,
                    ids,
                    ..
                } => {
                    known.want_name(name);
                    known.want_name(original_name.as_deref().unwrap_or_default());
                    known.want_ids(ids);
                }
                ImportedItem::Episode {
                    series, series_ids, ..
                } => {
                    known.want_name(series);
                    known.want_ids(series_ids);
                }
                ImportedItem::Unknown { name, .. } => known.want_name(name),
            }
        }
        known
    }

    /// The same with titles that are only called alike: a person may choose one of them, though nothing is matched by it.
    pub(super) fn for_rows<'a>(items: impl IntoIterator<Item = &'a ImportedItem>) -> Self {
        let items: Vec<&ImportedItem> = items.into_iter().collect();
        let mut known = Self::for_items(items.iter().copied());
        for item in items {
            for name in names_of(item) {
                let keys = alike::keys(name).into_iter();
                known.alike.extend(keys.map(|key| (key, Vec::new())));
            }
        }
        known
    }

    fn want_name(&mut self, name: &str) {
        let name = folded(name);
        if !name.is_empty() {
            self.names.entry(name).or_default();
        }
    }

    fn want_ids(&mut self, ids: &ImportedIds) {
        for (provider, id) in each(ids) {
            self.ids.entry((provider, id.to_owned())).or_default();
        }
    }

    /// Learns of a title of the catalogue.
    pub fn learn(&mut self, title: &Title) {
        let names = [Some(title.name.as_str()), title.original_name.as_deref()];
        let others = title.names.iter().map(|name| &*name.text);
        let names: Vec<&str> = names.into_iter().flatten().chain(others).collect();
        let mut is_wanted = self.learn_alike(title.id, &names);
        let names: BTreeSet<String> = names.into_iter().map(folded).collect();
        for name in names {
            if let Some(titles) = self.names.get_mut(&name) {
                titles.push(title.id);
                is_wanted = true;
            }
        }
        for id in &title.external_ids {
            let Some(provider) = PROVIDERS.iter().find(|name| **name == id.provider) else {
                continue;
            };
            if let Some(titles) = self.ids.get_mut(&(*provider, id.value.clone())) {
                titles.push(title.id);
                is_wanted = true;
            }
        }
        if is_wanted {
            let known = KnownTitle {
                kind: title.kind,
                year: title.year,
                ids: ids_of(title),
            };
            self.titles.insert(title.id, known);
        }
    }

    /// Learns by what a title is called alike. Says whether anybody asks for that.
    fn learn_alike(&mut self, title: TitleId, names: &[&str]) -> bool {
        if self.alike.is_empty() {
            return false;
        }
        let keys: BTreeSet<String> = names.iter().flat_map(|name| alike::keys(name)).collect();
        let mut is_wanted = false;
        for key in keys {
            if let Some(titles) = self.alike.get_mut(&key) {
                titles.push(title);
                is_wanted = true;
            }
        }
        is_wanted
    }

    /// The series among the titles that were learnt of: their episodes are to be learnt of, too.
    pub fn series(&self) -> Vec<TitleId> {
        let series = self.titles.iter();
        let series = series.filter(|(_, title)| title.kind == TitleKind::Series);
        let mut series: Vec<TitleId> = series.map(|(id, _)| *id).collect();
        series.sort_unstable();
        series
    }

    /// Learns of an episode of a series.
    pub fn learn_episode(&mut self, episode: &Episode) {
        let names = [episode.name.as_deref(), episode.original_name.as_deref()];
        let others = episode.names.iter().map(|name| &*name.text);
        let names = names.into_iter().flatten().chain(others).map(folded);
        let last = episode.number_end.unwrap_or(episode.number);
        let known = KnownEpisode {
            id: episode.id,
            season: episode.season,
            numbers: episode.number..=last,
            names: names.filter(|name| !name.is_empty()).collect(),
        };
        self.episodes.entry(episode.series).or_default().push(known);
    }
}

/// The names that a title as a whole has in a file.
fn names_of(item: &ImportedItem) -> impl Iterator<Item = &str> {
    let (name, original_name) = match item {
        ImportedItem::Film {
            name,
            original_name,
            ..
        }
        | ImportedItem::Series {
            name,
            original_name,
            ..
        } => (name, original_name.as_deref()),
        ImportedItem::Episode { series, .. } => (series, None),
        ImportedItem::Unknown { name, .. } => (name, None),
    };
    std::iter::once(name.as_str()).chain(original_name)
}

/// The providers of ids.
const PROVIDERS: [&str; 4] = ["imdb", "tmdb", "tvdb", "trakt"];
/// Those whose ids are spelled in one way.
const OF_ONE_SPELLING: [&str; 2] = ["imdb", "tmdb"];

/// The ids of a title that tell it from another of its name.
fn ids_of(title: &Title) -> Vec<(&'static str, String)> {
    let ids = title.external_ids.iter().filter_map(|id| {
        let provider = OF_ONE_SPELLING.into_iter().find(|it| *it == id.provider)?;
        Some((provider, id.value.clone()))
    });
    ids.collect()
}

pub(super) fn each(ids: &ImportedIds) -> impl Iterator<Item = (&'static str, &str)> {
    let all = [&ids.imdb, &ids.tmdb, &ids.tvdb, &ids.trakt];
    let pairs = PROVIDERS.into_iter().zip(all);
    pairs.filter_map(|(provider, id)| Some((provider, id.as_deref()?)))
}

/// The words of a name, folded: what stands between them says nothing.
pub(super) fn folded(name: &str) -> String {
    text::words(name).join(" ")
}
