//! Which sidecars say what the catalogue has of the files of a library: where they lie, and of what they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::error::LibraryError;
use super::file::{FileState, MediaFile};
use super::guess::{Item, TakenFor};
use super::places::{join, parent, stem};
use super::recording::ScanService;
use super::store::{FileFilter, place_of};
use super::tree::disc_of;
use crate::domain::catalog::Visibility;
use crate::domain::ids::{EpisodeId, TitleId};
use crate::domain::page::Window;
use crate::domain::watching::WatchedItem;

/// How many things are read at a time.
const AT_ONCE: usize = 1_000;

/// Sidecars by their paths from the root of a library, each with the keys of what it is of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SidecarsWanted {
    /// Beside videos of films, by slug.
    pub films: BTreeMap<String, String>,
    /// In the folders of series, by slug.
    pub series: BTreeMap<String, String>,
    /// In the folders of seasons, by number.
    pub seasons: BTreeMap<String, u32>,
    /// Beside videos of episodes: the slug of the series, the season, the number.
    pub episodes: BTreeMap<String, Vec<(String, u32, u32)>>,
}

/// What episodes there are: the series, the season, the number.
type Places = HashMap<EpisodeId, (TitleId, u32, u32)>;

impl ScanService {
    /// The sidecars that videos of a library can have, of those that are of something in the catalogue. None is beside a
    /// disc in folders, and none where one place would have to say several things. A video that is not there has none,
    /// as on a disk that is not mounted; nor has one whose name is no UTF-8, for no text is its path.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn sidecars_wanted(
        &self,
        root: &str,
        is_there: impl Fn(&str) -> bool,
    ) -> Result<SidecarsWanted, LibraryError> {
        let videos = self.videos(root, is_there).await?;
        let items = || videos.iter().flat_map(|video| &video.items);
        let episodes = items().filter_map(|item| match item {
            WatchedItem::Episode(id) => Some(*id),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        });
        let episodes: BTreeSet<EpisodeId> = episodes.collect();
        let episodes: Vec<EpisodeId> = episodes.into_iter().collect();
        let mut places = Places::new();
        let everything = Visibility::everything();
        for some in episodes.chunks(AT_ONCE) {
            let found = self.catalog.episodes_now(&everything, some);
            let found = found.await?.into_iter();
            places.extend(found.map(|(id, it)| (id, it.place())));
        }
        let titles = items().filter_map(|item| match item {
            WatchedItem::Film(id) | WatchedItem::Series(id) => Some(*id),
            WatchedItem::Episode(id) => Some(places.get(id)?.0),
        });
        let titles: BTreeSet<TitleId> = titles.collect();
        let titles: Vec<TitleId> = titles.into_iter().collect();
        let mut slugs: HashMap<TitleId, String> = HashMap::new();
        let everything = Visibility::everything();
        for some in titles.chunks(AT_ONCE) {
            let found = self.catalog.titles(&everything, some).await?;
            slugs.extend(found.iter().map(|title| (title.id, title.slug.clone())));
            let merged = self.catalog.merged_into(some).await?.into_iter();
            slugs.extend(merged.map(|(id, other)| (id, other.slug.clone())));
        }
        Ok(wanted(&videos, &places, &slugs))
    }

    /// The videos of a library that are of something, and are there.
    async fn videos(
        &self,
        root: &str,
        is_there: impl Fn(&str) -> bool,
    ) -> Result<Vec<MediaFile>, LibraryError> {
        let filter = FileFilter {
            states: vec![FileState::Matched],
            below: Some(root.to_owned()),
            ..FileFilter::default()
        };
        let (mut videos, mut window) = (Vec::new(), Window::first(AT_ONCE));
        loop {
            let page = self.ports.store.list_files(&filter, &window).await?;
            window.start = page.rows.last().map(place_of);
            let rows = page.rows.into_iter();
            videos.extend(rows.filter(|file| {
                file.root == root
                    && file.guess.taken_for == TakenFor::Video
                    && disc_of(&file.path).is_none()
                    && is_there(&file.path)
            }));
            if !page.has_more {
                return Ok(videos);
            }
        }
    }
}

fn wanted(
    videos: &[MediaFile],
    places: &Places,
    slugs: &HashMap<TitleId, String>,
) -> SidecarsWanted {
    let mut wanted = SidecarsWanted::default();
    let (mut series, mut seasons) = (Several::default(), Several::default());
    for video in videos {
        let folder = parent(&video.path);
        let beside = join(folder, &format!("{}.nfo", stem(&video.path)));
        if let [WatchedItem::Film(id)] = video.items.as_slice() {
            if let Some(slug) = slugs.get(id) {
                wanted.films.insert(beside, slug.clone());
            }
            continue;
        }
        let episodes = video.items.iter().map(|item| match item {
            WatchedItem::Episode(id) => {
                let (series, season, number) = places.get(id)?;
                Some((slugs.get(series)?.clone(), *season, *number))
            }
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        });
        let Some(episodes) = episodes.collect::<Option<Vec<_>>>() else {
            continue;
        };
        let Some((slug, season, _)) = episodes.first().cloned() else {
            continue;
        };
        if let (Some(home), Some(Item::Episodes(_))) = (&video.guess.belongs_to, &video.guess.item)
        {
            series.add(join(home, "tvshow.nfo"), slug);
            if folder != home {
                seasons.add(join(folder, "season.nfo"), season);
            }
        }
        wanted.episodes.insert(beside, episodes);
    }
    wanted.series = series.alone();
    wanted.seasons = seasons.alone();
    wanted
}

/// What files say of a place that can say one thing alone.
struct Several<T>(BTreeMap<String, BTreeSet<T>>);

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T: Ord> Several<T> {
    fn add(&mut self, place: String, what: T) {
        self.0.entry(place).or_default().insert(what);
    }

    fn alone(self) -> BTreeMap<String, T> {
        let places = self.0.into_iter();
        let alone = places.filter(|(_, what)| what.len() == 1);
        let alone = alone.filter_map(|(place, mut what)| Some((place, what.pop_first()?)));
        alone.collect()
    }
}
