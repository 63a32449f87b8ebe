//! What lies beside videos: extras, subtitles, tracks of sound, pictures and sidecars, and whose each of them is.

use std::collections::BTreeMap;

use super::artwork::{Artwork, ArtworkOf, read_artwork};
use super::endings::{Sort, sort_of};
use super::episode_names::season_of_folder;
use super::guess::{Certainty, Guess, Item, TakenFor};
use super::naming::is_same_name;
use super::nfo::SaidOf;
use super::places::{file_name, folders, parent, split_ending, stem};
use super::series::series;
use super::tracks::read_track;
use super::tree::{Tree, Video, disc_of, home};
use crate::domain::catalog::PictureKind;
use crate::domain::text;

/// What is known of the videos, for what lies beside them.
pub(super) struct Beside<'a> {
    tree: &'a Tree<'a>,
    /// The guesses of all videos that are no extras, by the places of their entries.
    guesses: &'a [Option<Guess>],
    /// The places of videos in the tree, by folder and composed name, and by that of the whole for the first of some parts.
    by_stem: BTreeMap<(&'a str, &'a str), usize>,
    /// Whose folders were looked at already.
    of_folders: BTreeMap<String, Option<Item>>,
}

/// Whose an extra is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Whose<'a> {
    /// Of the film, series or season of a folder.
    Folder(&'a str),
    /// Of the video that is called so, in the folder of the extra.
    Named(&'a str),
}

impl<'a> Beside<'a> {
    pub(super) fn new(tree: &'a Tree<'a>, guesses: &'a [Option<Guess>]) -> Self {
        let mut by_stem = BTreeMap::new();
        for (place, video) in tree.videos.iter().enumerate() {
            if guesses[video.at].is_none() {
                continue;
            }
            by_stem.insert((video.folder, video.stem.as_str()), place);
            if let Some((base, _)) = tree.part_of(video) {
                by_stem.entry((video.folder, base)).or_insert(place);
            }
        }
        Self {
            tree,
            guesses,
            by_stem,
            of_folders: BTreeMap::new(),
        }
    }

    /// Takes a video for an extra or a sample.
    pub(super) fn extra(
        &mut self,
        video: &Video<'_>,
        taken_for: TakenFor,
        whose: Whose<'_>,
    ) -> Guess {
        let (folder, reason) = match whose {
            Whose::Folder(folder) => (
                folder,
                "is called, or lies in a folder, as extras are, and so is no film",
            ),
            Whose::Named(base) => {
                let reason = "ends as extras do, and so is no film";
                if let Some((path, item)) = self.video(video.folder, base) {
                    let mut guess = Guess::new(taken_for, Certainty::Sure, reason);
                    guess.belongs_to = Some(path);
                    guess.item = item;
                    return guess;
                }
                (video.folder, reason)
            }
        };
        let mut guess = Guess::new(taken_for, Certainty::Likely, reason);
        guess.item = self.of_folder(folder);
        if guess.item.is_some() {
            guess.certainty = Certainty::Sure;
            guess.belongs_to = (!folder.is_empty()).then(|| folder.to_owned());
        } else {
            guess
                .warnings
                .push("nothing says whose extra it is".to_owned());
        }
        guess
    }

    /// Takes a file that is no video for what its ending and its name say.
    pub(super) fn guess(&mut self, path: &str) -> Guess {
        let name = file_name(path);
        let (_, ending) = split_ending(name);
        let sort = sort_of(&ending);
        if let Some((home, _)) = disc_of(path)
            && sort != Sort::Sidecar
        {
            let reason = "is a file of a disc, whose folders are one video together";
            let mut guess = Guess::new(TakenFor::DiscPart, Certainty::Sure, reason);
            guess.item = self.of_folder(home);
            guess.belongs_to = Some(home.to_owned());
            return guess;
        }
        match sort {
            Sort::Subtitle => self.track(path, TakenFor::Subtitle),
            Sort::Audio if stem(path).eq_ignore_ascii_case("theme") => self.theme(path),
            Sort::Audio => self.track(path, TakenFor::Audio),
            Sort::Picture => self.picture(path),
            Sort::Sidecar => self.sidecar(path),
            Sort::Video | Sort::Unfinished | Sort::Other => {
                let reason = "has an ending that is neither of a video nor of what lies beside one";
                Guess::new(TakenFor::Other, Certainty::Sure, reason)
            }
        }
    }

    /// The path and the item of the video that is called so.
    fn video(&self, folder: &str, stem: &str) -> Option<(String, Option<Item>)> {
        let stem = text::compose(stem);
        let place = self.by_stem.get(&(folder, stem.as_str()))?;
        let video = &self.tree.videos[*place];
        let item = self.guesses[video.at].as_ref()?.item.clone();
        Some((video.path.to_owned(), item))
    }

    /// What the folder itself is of: a season, a series, or the one film in it.
    fn of_folder(&mut self, folder: &str) -> Option<Item> {
        if let Some(known) = self.of_folders.get(folder) {
            return known.clone();
        }
        let item = self.look_at(folder);
        self.of_folders.insert(folder.to_owned(), item.clone());
        item
    }

    /// What the videos right in a folder are of.
    fn items_in(&self, folder: &str) -> impl Iterator<Item = &Item> {
        let videos = self.tree.videos_in(folder);
        videos.filter_map(move |video| self.guesses[video.at].as_ref()?.item.as_ref())
    }

    fn look_at(&self, folder: &str) -> Option<Item> {
        let tree = self.tree;
        if folder.is_empty() {
            return None;
        }
        if let Some((season, before)) = season_of_folder(file_name(folder))
            && !self
                .items_in(folder)
                .any(|item| matches!(item, Item::Film(_)))
        {
            let series = series(tree, home(folder), before, &mut Vec::new());
            return Some(Item::Season { series, season });
        }
        if tree.is_series(folder) {
            return Some(Item::Series(series(tree, folder, "", &mut Vec::new())));
        }
        let mut first: Option<&Item> = None;
        for item in self.items_in(folder) {
            let is_same = |first: &Item| {
                let (one, other) = (first.named(), item.named());
                one.year == other.year
                    && (one.name == other.name || is_same_name(&one.name, &other.name))
            };
            match first {
                Some(first) if !is_same(first) => return None,
                _ => first = Some(item),
            }
        }
        Some(match first? {
            Item::Film(named) => Item::Film(named.clone()),
            other => Item::Series(other.named().clone()),
        })
    }

    /// A subtitle or a track of sound: of the video whose name its own begins with, or of the one beside its folder.
    fn track(&self, path: &str, taken_for: TakenFor) -> Guess {
        let own = text::compose(stem(path));
        let folder = parent(path);
        let beginnings =
            std::iter::once(own.len()).chain(own.rmatch_indices('.').map(|(at, _)| at));
        for end in beginnings {
            if let Some((of, item)) = self.video(folder, &own[..end]) {
                let reason = "is called as the video beside it";
                let mut guess = Guess::new(taken_for, Certainty::Sure, reason);
                guess.track = Some(read_track(&own[end..]));
                guess.belongs_to = Some(of);
                guess.item = item;
                return guess;
            }
        }
        let around = folders(path).find(|folder| is_of_subtitles(file_name(folder)));
        if let Some(around) = around {
            let outside = parent(around);
            // `Subs/NAME OF THE VIDEO/2_English.srt`, as releases of series have them.
            let inner = file_name(folder);
            let of = self
                .video(outside, inner)
                .or_else(|| self.only_video(outside));
            if let Some((of, item)) = of {
                let reason = "lies in a folder of subtitles beside the video";
                let mut guess = Guess::new(taken_for, Certainty::Likely, reason);
                guess.track = Some(read_track(&own));
                guess.belongs_to = Some(of);
                guess.item = item;
                return guess;
            }
        }
        let reason = "is called as no video beside it";
        let mut guess = Guess::new(taken_for, Certainty::Unsure, reason);
        let behind = own.find('.').map_or("", |at| &own[at..]);
        guess.track = Some(read_track(behind));
        guess
    }

    /// The one video right in a folder, if there is one alone.
    fn only_video(&self, folder: &str) -> Option<(String, Option<Item>)> {
        let mut videos = self.tree.videos_in(folder);
        let video = videos.next()?;
        if videos.next().is_some() {
            return None;
        }
        let item = self.guesses[video.at].as_ref()?.item.clone();
        Some((video.path.to_owned(), item))
    }

    fn theme(&mut self, path: &str) -> Guess {
        let folder = parent(path);
        let reason = "is called theme, as the music of a film or series";
        let mut guess = Guess::new(TakenFor::Audio, Certainty::Likely, reason);
        guess.item = self.of_folder(folder);
        guess.belongs_to = guess.item.is_some().then(|| folder.to_owned());
        guess
    }

    fn picture(&mut self, path: &str) -> Guess {
        let folder = parent(path);
        let own = text::compose(stem(path));
        let inside = match file_name(folder).to_lowercase().as_str() {
            "extrafanart" | "backdrops" => Some(PictureKind::Backdrop),
            "extrathumbs" => Some(PictureKind::Thumb),
            _ => None,
        };
        if let Some(kind) = inside {
            let reason = "lies in a folder of pictures of this kind";
            return self.picture_of(parent(folder), Some(kind), reason);
        }
        if let Some((of, item)) = self.video(folder, &own) {
            let kind = match item {
                Some(Item::Film(_)) => PictureKind::Poster,
                _ => PictureKind::Still,
            };
            let reason = "is called as the video beside it";
            let mut guess = Guess::new(TakenFor::Picture(kind), Certainty::Likely, reason);
            guess.belongs_to = Some(of);
            guess.item = item;
            return guess;
        }
        let Some(Artwork { kind, of }) = read_artwork(&own) else {
            let reason = "is a picture whose name says no kind";
            return Guess::new(TakenFor::OtherPicture, Certainty::Unsure, reason);
        };
        let reason = "has the name of a picture of this kind";
        match of {
            ArtworkOf::Folder => self.picture_of(folder, kind, reason),
            ArtworkOf::Season(season) => {
                let mut guess = self.picture_of(folder, kind, reason);
                if let Some(Item::Series(series) | Item::Season { series, .. }) = guess.item {
                    guess.item = Some(Item::Season { series, season });
                } else {
                    guess.item = None;
                    guess.certainty = Certainty::Unsure;
                    let warning = "names a season, and no series lies beside it";
                    guess.warnings.push(warning.to_owned());
                }
                guess
            }
            ArtworkOf::Named(base) => {
                let Some((of, item)) = self.video(folder, base) else {
                    let reason = "has the name of a picture of a video that does not lie beside it";
                    return Guess::new(TakenFor::OtherPicture, Certainty::Unsure, reason);
                };
                let is_of_film = matches!(item, Some(Item::Film(_)));
                let kind = match kind {
                    Some(PictureKind::Thumb) if !is_of_film => Some(PictureKind::Still),
                    kind => kind,
                };
                let mut guess = Guess::new(taken_for(kind), Certainty::Sure, reason);
                guess.belongs_to = Some(of);
                guess.item = item;
                guess
            }
        }
    }

    fn picture_of(&mut self, folder: &str, kind: Option<PictureKind>, reason: &str) -> Guess {
        let mut guess = Guess::new(taken_for(kind), Certainty::Sure, reason);
        guess.item = self.of_folder(folder);
        if guess.item.is_some() {
            guess.belongs_to = Some(folder.to_owned());
        } else {
            guess.certainty = Certainty::Unsure;
            let warning = "nothing in its folder says whose it is";
            guess.warnings.push(warning.to_owned());
        }
        guess
    }

    fn sidecar(&mut self, path: &str) -> Guess {
        let folder = parent(path);
        let name = file_name(path).to_lowercase();
        let mut guess = Guess::new(TakenFor::Sidecar, Certainty::Sure, "");
        let (of, item, reason) = match name.as_str() {
            "tvshow.nfo" => {
                let series = series(self.tree, folder, "", &mut guess.warnings);
                (
                    Some(folder.to_owned()),
                    Some(Item::Series(series)),
                    "says what the series of its folder is",
                )
            }
            "movie.nfo" | "season.nfo" | "video_ts.nfo" => {
                let folder = disc_of(path).map_or(folder, |(home, _)| home);
                let item = self.of_folder(folder);
                let of = item.is_some().then(|| folder.to_owned());
                (of, item, "says what its folder is")
            }
            _ => match self.video(folder, stem(path)) {
                Some((of, item)) => (Some(of), item, "says what the video beside it is"),
                None => (None, None, "is called as no video beside it"),
            },
        };
        guess.reason = reason.to_owned();
        if of.is_none() {
            guess.certainty = Certainty::Unsure;
        }
        guess.belongs_to = of;
        guess.item = item;
        self.doubt(&mut guess, path);
        guess
    }

    /// Says of a sidecar why it is not believed, if it is not, and what of it is left out.
    fn doubt(&self, guess: &mut Guess, path: &str) {
        if let Some(fault) = self.tree.fault(path) {
            guess.certainty = Certainty::Unsure;
            guess.reason = format!("is not believed, because it {fault}");
            // The guess of a series says so of its own sidecar.
            guess.warnings.clear();
        }
        let Some(sidecar) = self.tree.sidecar(path) else {
            return;
        };
        guess.warnings.extend(sidecar.warnings.iter().cloned());
        let is_of_series = |of: SaidOf| matches!(of, SaidOf::Series | SaidOf::Season);
        let says_other = sidecar.roots.first().is_some_and(|said| match &guess.item {
            Some(Item::Film(_)) => said.of != SaidOf::Film,
            Some(Item::Series(_) | Item::Season { .. }) => !is_of_series(said.of),
            Some(Item::Episodes(_)) => said.of != SaidOf::Episode,
            None => false,
        });
        if says_other {
            guess.certainty = Certainty::Unsure;
            "is not believed, because it is of another sort than what it lies beside"
                .clone_into(&mut guess.reason);
        }
    }
}

/// The sort of a picture of this kind.
fn taken_for(kind: Option<PictureKind>) -> TakenFor {
    kind.map_or(TakenFor::OtherPicture, TakenFor::Picture)
}

fn is_of_subtitles(name: &str) -> bool {
    matches!(
        name.to_lowercase().as_str(),
        "subs" | "sub" | "subtitles" | "subtitle" | "untertitel" | "vobsubs"
    )
}
