//! A library as a whole: what lies beside what, which folders are of series, and what sidecars say.

use std::collections::{BTreeMap, BTreeSet};

use super::endings::{Sort, sort_of};
use super::episode_names::{explicit, season_of_folder};
use super::film_names::{extra, extras_folder, part};
use super::guess::{Entry, EntryKind, Guess, TakenFor};
use super::naming::{is_same_name, read_name};
use super::nfo::{Said, SaidOf, Sidecar};
use super::places::{file_name, folders, join, parent, split_ending, stem};
use crate::domain::text;

/// What sidecars say, or why they are not believed, by [`sidecar_key`].
pub(super) type Sidecars = BTreeMap<String, Result<Sidecar, String>>;

/// The path of a sidecar however it is spelt: composed (NFC), with its ending in small letters, as is a name that says of
/// its whole folder. Names of videos may differ by case alone.
pub(super) fn sidecar_key(path: &str) -> String {
    let (name, ending) = split_ending(file_name(path));
    let small = name.to_lowercase();
    let name = match small.as_str() {
        "movie" | "tvshow" | "season" | "video_ts" => small,
        _ => text::compose(name),
    };
    join(parent(path), &format!("{name}.{ending}"))
}

/// All that a guess goes by.
pub(super) struct Tree<'a> {
    pub(super) this_year: i32,
    sidecars: &'a Sidecars,
    /// What may be a film, an episode or an extra, in the order of paths.
    pub(super) videos: Vec<Video<'a>>,
    /// The places in `videos` of what lies right in a folder and is no extra by its name.
    by_folder: BTreeMap<&'a str, Vec<usize>>,
    /// Folders that have folders of seasons in them.
    with_seasons: BTreeSet<&'a str>,
    /// Folders in which a name has a season and an episode.
    with_episodes: BTreeSet<&'a str>,
    /// The places in `videos` of the parts of what is called so in a folder, by their numbers.
    parts: BTreeMap<(&'a str, String), BTreeMap<u32, usize>>,
    /// How many different films, or other things, lie right in a folder.
    different: BTreeMap<&'a str, usize>,
}

/// A file that is a video by its name, or the file by which a disc is known.
pub(super) struct Video<'a> {
    /// Its place among all entries.
    pub(super) at: usize,
    pub(super) path: &'a str,
    /// Where it lies; of a disc the folder around those of the disc.
    pub(super) folder: &'a str,
    /// Its name without the ending, composed (NFC); of a disc that of the folder.
    pub(super) stem: String,
    pub(super) is_disc: bool,
}

impl<'a> Tree<'a> {
    /// Looks at all entries that are not set aside.
    pub(super) fn new(
        entries: &'a [Entry],
        aside: &[Option<Guess>],
        sidecars: &'a Sidecars,
        this_year: i32,
    ) -> Self {
        let mut tree = Self {
            this_year,
            sidecars,
            videos: Vec::new(),
            by_folder: BTreeMap::new(),
            with_seasons: BTreeSet::new(),
            with_episodes: BTreeSet::new(),
            parts: BTreeMap::new(),
            different: BTreeMap::new(),
        };
        let mut seen = BTreeSet::new();
        for (at, entry) in entries.iter().enumerate() {
            if entry.kind == EntryKind::Folder || aside[at].is_some() {
                continue;
            }
            for folder in folders(&entry.path).take_while(|folder| seen.insert(*folder)) {
                if is_season_of(folder, parent(folder), this_year) {
                    tree.with_seasons.insert(parent(folder));
                }
            }
            if let Some(video) = video(at, entry) {
                tree.add(video);
            }
        }
        tree.different = tree
            .by_folder
            .keys()
            .map(|folder| (*folder, tree.count_different(folder)))
            .collect();
        tree
    }

    fn add(&mut self, video: Video<'a>) {
        // At the root anything may lie beside an episode.
        if !video.folder.is_empty() && explicit(&video.stem).is_some() {
            self.with_episodes.insert(video.folder);
        }
        if let Some((base, number)) = part(&video.stem) {
            let key = (video.folder, base.to_lowercase());
            let parts = self.parts.entry(key).or_default();
            parts.insert(number, self.videos.len());
        }
        if extra(&video.stem).is_none() {
            let beside = self.by_folder.entry(video.folder).or_default();
            beside.push(self.videos.len());
        }
        self.videos.push(video);
    }

    /// The videos right in a folder that are no extras by their names.
    pub(super) fn videos_in(&self, folder: &str) -> impl Iterator<Item = &Video<'a>> {
        let places = self.by_folder.get(folder).into_iter().flatten();
        places.map(move |at| &self.videos[*at])
    }

    /// The name of the whole and the number of the part, if there are other parts beside it.
    pub(super) fn part_of<'s>(&self, video: &'s Video<'a>) -> Option<(&'s str, u32)> {
        let (base, number) = part(&video.stem)?;
        let parts = self.parts.get(&(video.folder, base.to_lowercase()))?;
        (parts.len() > 1).then_some((base, number))
    }

    /// The other parts of the same, if there are any, and the video itself.
    pub(super) fn parts_beside(&self, video: &Video<'a>) -> impl Iterator<Item = &Video<'a>> {
        let parts = part(&video.stem)
            .and_then(|(base, _)| self.parts.get(&(video.folder, base.to_lowercase())));
        let places = parts.into_iter().flat_map(BTreeMap::values);
        places.map(move |at| &self.videos[*at])
    }

    /// How many films, or other things, the videos right in a folder are, if each has a name of its own.
    pub(super) fn different_in(&self, folder: &str) -> usize {
        self.different.get(folder).copied().unwrap_or(0)
    }

    fn count_different(&self, folder: &str) -> usize {
        let names = self.videos_in(folder).map(|video| {
            let name = self.part_of(video).map_or(&*video.stem, |(base, _)| base);
            let named = read_name(name, self.this_year).named;
            (text::words(&named.name), named.year)
        });
        names.collect::<BTreeSet<_>>().len()
    }

    /// What a sidecar says that is believed.
    pub(super) fn sidecar(&self, path: &str) -> Option<&'a Sidecar> {
        self.sidecars.get(&sidecar_key(path))?.as_ref().ok()
    }

    /// Why nothing of a sidecar is believed.
    pub(super) fn fault(&self, path: &str) -> Option<&'a str> {
        let fault = self.sidecars.get(&sidecar_key(path))?.as_ref().err();
        fault.map(String::as_str)
    }

    /// What the sidecar of a name in a folder says of this sort of thing.
    pub(super) fn said(
        &self,
        folder: &str,
        name: &str,
        of: SaidOf,
    ) -> Option<(&'a Said, &'a Sidecar)> {
        let sidecar = self.sidecar(&join(folder, name))?;
        let said = sidecar.roots.first().filter(|said| said.of == of)?;
        Some((said, sidecar))
    }

    /// Whether a folder is one of a series: it has folders of seasons, or a sidecar says so.
    pub(super) fn is_series(&self, folder: &str) -> bool {
        self.with_seasons.contains(folder)
            || self.said(folder, "tvshow.nfo", SaidOf::Series).is_some()
    }

    /// Whether there are episodes right in a folder.
    pub(super) fn has_episodes(&self, folder: &str) -> bool {
        self.with_episodes.contains(folder)
    }

    /// The folder of extras that something lies in, what is in there, and whose they are.
    pub(super) fn extras_around<'s>(&self, path: &'s str) -> Option<(TakenFor, &'s str)> {
        folders(path).find_map(|folder| {
            let taken_for = extras_folder(file_name(folder))?;
            let of = parent(folder);
            let read = read_name(file_name(of), self.this_year).named;
            let is_of_something = self.is_series(of)
                || self.has_episodes(of)
                || season_of_folder(file_name(of)).is_some()
                || read.year.is_some()
                || !read.external_ids.is_empty()
                || self.said(of, "movie.nfo", SaidOf::Film).is_some()
                || self.different_in(of) == 1;
            (!of.is_empty() && is_of_something).then_some((taken_for, of))
        })
    }
}

/// The folder of the series that something lies in, or would lie in: the innermost one that is not of a season, of extras or
/// of one episode. Empty: the root.
pub(super) fn home(path: &str) -> &str {
    let is_home = |folder: &&str| {
        let name = file_name(folder);
        season_of_folder(name).is_none()
            && extras_folder(name).is_none()
            && explicit(name).is_none()
    };
    folders(path).find(is_home).unwrap_or("")
}

/// Whether a folder is of a season of the series whose folder lies around it.
fn is_season_of(folder: &str, around: &str, this_year: i32) -> bool {
    season_of_folder(file_name(folder)).is_some_and(|(_, before)| {
        let is_same = || {
            let (series, season) = (
                read_name(file_name(around), this_year).named,
                read_name(before, this_year).named,
            );
            is_same_name(&series.name, &season.name)
        };
        before.is_empty() || is_same()
    })
}

/// The video that a file is by its name.
fn video(at: usize, entry: &Entry) -> Option<Video<'_>> {
    let path = entry.path.as_str();
    let name = file_name(path);
    let (_, ending) = split_ending(name);
    if let Some((home, is_main)) = disc_of(path) {
        return is_main.then(|| Video {
            at,
            path,
            folder: home,
            stem: text::compose(file_name(home)),
            is_disc: true,
        });
    }
    (sort_of(&ending) == Sort::Video).then(|| Video {
        at,
        path,
        folder: parent(path),
        stem: text::compose(stem(path)),
        is_disc: false,
    })
}

/// The folder around the folders of the disc that a file is of, and whether the disc is known by this file.
pub(super) fn disc_of(path: &str) -> Option<(&str, bool)> {
    let is_of_disc = |folder: &&str| {
        let name = file_name(folder);
        name.eq_ignore_ascii_case("VIDEO_TS") || name.eq_ignore_ascii_case("BDMV")
    };
    let disc = folders(path).find(is_of_disc)?;
    let name = file_name(path);
    let is_main =
        name.eq_ignore_ascii_case("VIDEO_TS.IFO") || name.eq_ignore_ascii_case("index.bdmv");
    Some((parent(disc), is_main && parent(path) == disc))
}
