//! A whole library, looked through and understood: every file with what it is taken for.

use std::collections::{BTreeMap, BTreeSet};

use super::beside::{Beside, Whose};
use super::endings::{Sort, sort_of};
use super::episode_names::explicit;
use super::excluded::{self, Exclusions, IGNORE, NO_MEDIA};
use super::film_names::extra;
use super::films::film;
use super::folder::{LibraryFolder, LibraryFolderError};
use super::guess::{Certainty, Entry, EntryKind, Guess, TakenFor};
use super::known_sidecars::KnownSidecars;
use super::nfo::{self, read_sidecar};
use super::places::{file_name, parent, split_ending};
use super::series::episodes;
use super::set_aside::set_aside;
use super::tree::{Sidecars, Tree, Video, disc_of, sidecar_key};
use super::twins::Twins;
use crate::domain::catalog::ExtraKind;

/// So much of a video is looked at, in bytes, to tell whether it can be one.
const HEAD: usize = 512;

/// What is wrong with the bytes of a video.
enum Flaw {
    Unreadable(String),
    NoVideo(&'static str),
}

/// A library that is understood by its names and by its sidecars. How its videos begin has yet to be looked at.
pub struct NamedLibrary {
    found: Vec<(Entry, Guess)>,
    /// The places of the videos among them.
    videos: Vec<usize>,
    /// What its sidecars say, for the next scan.
    sidecars: KnownSidecars,
}

impl NamedLibrary {
    /// Looks through a folder and takes each file, link and oddity in it for something; folders have no guess. In the order
    /// of paths. A year in a name is at most the one after `this_year`. Sidecars that are `known` are not read. Nothing is
    /// written anywhere.
    pub fn read(
        folder: &dyn LibraryFolder,
        this_year: i32,
        known: &KnownSidecars,
    ) -> Result<Self, LibraryFolderError> {
        let entries = folder.entries()?;
        let mut warned = BTreeMap::new();
        let exclusions = read_exclusions(folder, &entries, &mut warned);
        let aside = set_aside(&entries, &exclusions, this_year);
        let mut now_known = KnownSidecars::default();
        let sidecars = read_sidecars(folder, &entries, &aside, known, &mut now_known);
        let are_videos: Vec<bool> = entries
            .iter()
            .zip(&aside)
            .map(|(entry, aside)| aside.is_none() && is_video(entry))
            .collect();
        let guesses = understand(&entries, aside, &sidecars, this_year);
        let (mut found, mut videos) = (Vec::new(), Vec::new());
        for ((entry, guess), is_video) in entries.into_iter().zip(guesses).zip(are_videos) {
            let Some(mut guess) = guess else {
                continue;
            };
            if let Some(warnings) = warned.remove(&entry.path) {
                guess.warnings.extend(warnings);
            }
            if !entry.is_utf8 {
                let warning =
                    "its path is no UTF-8; bytes that are none are shown by their numbers";
                guess.warnings.push(warning.to_owned());
            }
            if is_video {
                videos.push(found.len());
            }
            found.push((entry, guess));
        }
        Ok(Self {
            found,
            videos,
            sidecars: now_known,
        })
    }

    /// What its sidecars say, for the next scan to know them again.
    pub fn sidecars(&self) -> KnownSidecars {
        self.sidecars.clone()
    }

    /// What was found, without what is wrong with videos.
    pub(super) fn found(&self) -> &[(Entry, Guess)] {
        &self.found
    }

    /// Looks at how videos begin, too, but for those right in folders that are as they were: these were looked at then. Says
    /// which are copies of others.
    pub fn with_videos(
        mut self,
        folder: &dyn LibraryFolder,
        unchanged: &BTreeSet<String>,
    ) -> Vec<(Entry, Guess)> {
        let mut heads = BTreeMap::new();
        for at in self.videos {
            let (entry, guess) = &mut self.found[at];
            if unchanged.contains(parent(&entry.path)) {
                heads.insert(at, None);
                continue;
            }
            match read_head(folder, entry) {
                Ok(head) => drop(heads.insert(at, Some(head))),
                Err(flaw) => spoil(guess, &flaw),
            }
        }
        Twins::new(folder, heads, HEAD).tell(&mut self.found);
        self.found
    }
}

/// What all entries are taken for that are no folders; what is set aside stays what it is.
fn understand(
    entries: &[Entry],
    aside: Vec<Option<Guess>>,
    sidecars: &Sidecars,
    this_year: i32,
) -> Vec<Option<Guess>> {
    let tree = Tree::new(entries, &aside, sidecars, this_year);
    let mut of_videos: Vec<Option<Guess>> = vec![None; entries.len()];
    let mut extras = Vec::new();
    for video in &tree.videos {
        if let Some((taken_for, whose)) = extra_of(&tree, video) {
            extras.push((video, taken_for, whose));
        } else {
            let guess = episodes(&tree, video).unwrap_or_else(|| film(&tree, video));
            of_videos[video.at] = Some(guess);
        }
    }
    let mut beside = Beside::new(&tree, &of_videos);
    let mut guesses = aside;
    for (video, taken_for, whose) in extras {
        guesses[video.at] = Some(beside.extra(video, taken_for, whose));
    }
    for (at, entry) in entries.iter().enumerate() {
        if entry.kind == EntryKind::Folder || guesses[at].is_some() {
            continue;
        }
        let guess = of_videos[at].clone();
        guesses[at] = Some(guess.unwrap_or_else(|| beside.guess(&entry.path)));
    }
    guesses
}

/// What extra a video is, if it is one, and whose.
fn extra_of<'v>(tree: &Tree<'_>, video: &'v Video<'_>) -> Option<(TakenFor, Whose<'v>)> {
    if video.is_disc {
        return None;
    }
    if let Some((taken_for, of)) = tree.extras_around(video.path) {
        // Specials of a series may lie among its extras.
        let is_special =
            taken_for == TakenFor::Extra(ExtraKind::Other) && explicit(&video.stem).is_some();
        return (!is_special).then_some((taken_for, Whose::Folder(of)));
    }
    let (base, taken_for) = extra(&video.stem)?;
    let whose = if base.is_empty() {
        Whose::Folder(video.folder)
    } else {
        Whose::Named(base)
    };
    Some((taken_for, whose))
}

/// What `.ignore` and `.nomedia` files say. What is wrong with one is put beside its path.
fn read_exclusions(
    folder: &dyn LibraryFolder,
    entries: &[Entry],
    warned: &mut BTreeMap<String, Vec<String>>,
) -> Exclusions {
    let mut exclusions = Exclusions::default();
    let unreadable = "its .ignore cannot be read";
    for entry in entries
        .iter()
        .filter(|entry| entry.kind != EntryKind::Folder)
    {
        let around = parent(&entry.path);
        match file_name(&entry.path) {
            NO_MEDIA => exclusions.leave_out(around, "a .nomedia takes out its whole folder"),
            // What cannot be known to be in the library is not taken into it.
            IGNORE if !is_file(entry) => exclusions.leave_out(around, unreadable),
            IGNORE => match folder.read(entry, 0, excluded::MOST_BYTES + 1) {
                Ok(bytes) if bytes.len() <= excluded::MOST_BYTES => {
                    let warnings = exclusions.follow(around, &String::from_utf8_lossy(&bytes));
                    warned.insert(entry.path.clone(), warnings);
                }
                Ok(_) => exclusions.leave_out(around, "its .ignore is longer than 64 KiB"),
                Err(_) => exclusions.leave_out(around, unreadable),
            },
            _ => {}
        }
    }
    exclusions
}

fn read_sidecars(
    folder: &dyn LibraryFolder,
    entries: &[Entry],
    aside: &[Option<Guess>],
    known: &KnownSidecars,
    now_known: &mut KnownSidecars,
) -> Sidecars {
    let mut sidecars = Sidecars::new();
    for (at, entry) in entries.iter().enumerate() {
        if aside[at].is_some() || !is_sort(entry, Sort::Sidecar) {
            continue;
        }
        let sidecar = match known.find(entry) {
            Some(said) => said.clone(),
            None => match folder.read(entry, 0, nfo::MOST_BYTES + 1) {
                Ok(bytes) => read_sidecar(&bytes),
                // It may be read the next time.
                Err(error) => {
                    let fault = Err(format!("cannot be read: {error}"));
                    sidecars.insert(sidecar_key(&entry.path), fault);
                    continue;
                }
            },
        };
        now_known.note(entry, &sidecar);
        sidecars.insert(sidecar_key(&entry.path), sidecar);
    }
    sidecars
}

/// How a video begins: what is not whole often has nothing there, or what a server said instead of it.
fn read_head(folder: &dyn LibraryFolder, video: &Entry) -> Result<Vec<u8>, Flaw> {
    if video.size == 0 {
        return Err(Flaw::NoVideo("has no bytes"));
    }
    let head = folder.read(video, 0, HEAD);
    let head = head.map_err(|error| Flaw::Unreadable(error.to_string()))?;
    match flaw_of(&head) {
        Some(flaw) => Err(Flaw::NoVideo(flaw)),
        None => Ok(head),
    }
}

fn is_video(entry: &Entry) -> bool {
    is_sort(entry, Sort::Video) && disc_of(&entry.path).is_none()
}

fn is_file(entry: &Entry) -> bool {
    matches!(entry.kind, EntryKind::File | EntryKind::LinkToFile { .. })
}

fn is_sort(entry: &Entry, sort: Sort) -> bool {
    is_file(entry) && sort_of(&split_ending(file_name(&entry.path)).1) == sort
}

/// Why what begins so is no video. Only what no video can begin with is said: containers are many.
fn flaw_of(head: &[u8]) -> Option<&'static str> {
    if head.iter().all(|byte| *byte == 0) {
        return Some("begins with nothing but zeros, as what is not yet copied does");
    }
    let beginning = head.trim_ascii_start();
    let beginning = &beginning[..beginning.len().min(9)];
    let tags = ["<!doctype", "<html", "<head", "<?xml"].map(str::as_bytes);
    let is_page = tags.into_iter().any(|tag| {
        let start = beginning.get(..tag.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(tag))
    });
    is_page.then_some("begins as a page of the web, as what a server said instead of a video")
}

/// A video that cannot be one is still of what its name says.
fn spoil(guess: &mut Guess, flaw: &Flaw) {
    guess.certainty = Certainty::Sure;
    match flaw {
        Flaw::Unreadable(error) => {
            guess.taken_for = TakenFor::Refused;
            guess.reason = format!("cannot be read: {error}");
        }
        Flaw::NoVideo(reason) => {
            guess.taken_for = TakenFor::Damaged;
            (*reason).clone_into(&mut guess.reason);
        }
    }
}
