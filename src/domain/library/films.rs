//! Which film a video is, by its name, that of its folder, and sidecars.

use super::film_names::{picture_lines, stereo, version};
use super::guess::{Certainty, Guess, Item, Named, TakenFor};
use super::naming::{ReadName, YearIn, add_ids, is_same_name, read_name, title_behind};
use super::nfo::{Said, SaidOf, Sidecar};
use super::places::{file_name, join, parent, stem};
use super::tree::{Tree, Video};
use crate::domain::text;

/// Takes a video for a film.
pub(super) fn film(tree: &Tree<'_>, video: &Video<'_>) -> Guess {
    let part = tree.part_of(video);
    let name = part.map_or(&*video.stem, |(base, _)| base);
    let of_folder = text::compose(file_name(video.folder));
    let label = version(name, &of_folder);
    let folder = (!of_folder.is_empty()).then(|| read_name(&of_folder, tree.this_year));
    let name = if label.is_some() { &*of_folder } else { name };
    let file = read_name(name, tree.this_year);
    let label = label
        .map(str::to_owned)
        .or_else(|| file.edition.clone())
        .or_else(|| picture_lines(&file.rest).map(str::to_owned))
        .or_else(|| {
            title_behind(&file.rest).filter(|label| label.chars().any(char::is_alphanumeric))
        });

    let mut warnings = Vec::new();
    let (mut named, mut certainty, mut reason) = match folder {
        Some(folder) => choose(tree, video, folder, file, &mut warnings),
        None => by_file(file),
    };
    if let Some((said, sidecar)) = said_of(tree, video, &mut warnings) {
        let is_whole = say(&mut named, said, sidecar, &mut warnings);
        if is_whole {
            certainty = Certainty::Sure;
        }
        reason.push_str("; its sidecar is believed before its name");
    }
    if video.is_disc {
        reason = format!("is a disc in folders, {reason}");
    }
    let mut guess = Guess::new(TakenFor::Video, certainty, reason);
    guess.item = Some(Item::Film(named));
    guess.version = label;
    guess.part = part.map(|(_, number)| number);
    guess.stereo = stereo(&video.stem);
    guess.warnings = warnings;
    guess
}

/// Which of the two names a film has: that of its folder, if the folder is one of a film.
fn choose(
    tree: &Tree<'_>,
    video: &Video<'_>,
    folder: ReadName,
    file: ReadName,
    warnings: &mut Vec<String>,
) -> (Named, Certainty, String) {
    let is_same = is_same_name(&folder.named.name, &file.named.name);
    let says_nothing = file.named.name.is_empty() || is_generic(&file.named.name);
    // A number among the words of a folder, as of `Films 2023`, says less than a year in brackets in the name.
    let has_year = match folder.year {
        YearIn::Brackets => true,
        YearIn::Words => file.year != YearIn::Brackets,
        YearIn::Nowhere => false,
    };
    let is_of_film = has_year
        || !folder.named.external_ids.is_empty()
        || tree.said(video.folder, "movie.nfo", SaidOf::Film).is_some();
    if !is_of_film && !is_same && !says_nothing {
        return by_file(file);
    }
    let years = (folder.named.year, file.named.year);
    let do_years_differ = matches!(years, (Some(one), Some(other)) if one != other);
    if !is_same && !says_nothing {
        let is_alone = tree.different_in(video.folder) == 1;
        if !is_alone || do_years_differ {
            let (named, _, reason) = by_file(file);
            let reason = format!("{reason}, which is not that of its folder");
            return (named, Certainty::Unsure, reason);
        }
    }
    let mut certainty = by_year(folder.year);
    let mut named = folder.named;
    if do_years_differ {
        warnings
            .push("its name and its folder say different years; the folder is believed".to_owned());
        certainty = Certainty::Unsure;
    }
    if named.year.is_none() {
        named.year = file.named.year;
        certainty = by_year(file.year);
    }
    add_ids(&mut named.external_ids, &file.named.external_ids);
    let reason = if is_same {
        "is called as a film, as its folder is; no number says that it is an episode"
    } else if says_nothing {
        "lies in the folder of a film, and its own name says nothing"
    } else {
        certainty = certainty.min(Certainty::Likely);
        "is the only video in the folder of a film, whose name is believed before its own"
    };
    (named, certainty, reason.to_owned())
}

fn by_file(file: ReadName) -> (Named, Certainty, String) {
    let reason = match file.year {
        YearIn::Brackets => {
            "is called as a film, with its year; no number says that it is an episode"
        }
        YearIn::Words => "is called as a film, if the number in its name is its year",
        YearIn::Nowhere => {
            "is a video without a year in its name, and no number says that it is an episode"
        }
    };
    let certainty = if file.named.name.is_empty() {
        Certainty::Unsure
    } else {
        by_year(file.year)
    };
    (file.named, certainty, reason.to_owned())
}

fn by_year(year: YearIn) -> Certainty {
    match year {
        YearIn::Brackets => Certainty::Sure,
        YearIn::Words => Certainty::Likely,
        YearIn::Nowhere => Certainty::Unsure,
    }
}

/// Whether a name is one that programs give to any film.
fn is_generic(name: &str) -> bool {
    let name = name.to_lowercase();
    matches!(
        name.as_str(),
        "movie" | "film" | "video" | "feature" | "main" | "untitled" | "video ts"
    ) || name.starts_with("title t")
}

/// What the sidecars of a film say: `movie.nfo` before that of the video, or of another part of it.
fn said_of<'a>(
    tree: &Tree<'a>,
    video: &Video<'_>,
    warnings: &mut Vec<String>,
) -> Option<(Option<&'a Said>, &'a Sidecar)> {
    let mut paths = Vec::new();
    // Where several films lie in one folder, nothing says of which it is.
    if tree.different_in(video.folder) == 1 {
        paths.push(join(video.folder, "movie.nfo"));
    }
    if video.is_disc {
        paths.push(join(parent(video.path), "VIDEO_TS.nfo"));
        paths.push(join(video.folder, "VIDEO_TS.nfo"));
    } else {
        paths.push(join(
            parent(video.path),
            &format!("{}.nfo", stem(video.path)),
        ));
    }
    if let Some((base, _)) = tree.part_of(video) {
        let others = tree.parts_beside(video);
        let others = others.map(|other| join(other.folder, &format!("{}.nfo", stem(other.path))));
        paths.extend(others);
        paths.push(join(video.folder, &format!("{base}.nfo")));
    }
    for path in paths {
        if let Some(fault) = tree.fault(&path) {
            warnings.push(format!("its sidecar {} {fault}", file_name(&path)));
        }
        let Some(sidecar) = tree.sidecar(&path) else {
            continue;
        };
        match sidecar.roots.first() {
            None => return Some((None, sidecar)),
            Some(said) if said.of == SaidOf::Film => return Some((Some(said), sidecar)),
            Some(_) => {
                let name = file_name(&path);
                warnings.push(format!(
                    "its sidecar {name} is of no film; it is not believed"
                ));
            }
        }
    }
    None
}

/// Takes over what a sidecar says of a film or series. True if it says both name and year, or an id.
pub(super) fn say(
    named: &mut Named,
    said: Option<&Said>,
    sidecar: &Sidecar,
    warnings: &mut Vec<String>,
) -> bool {
    let Some(said) = said else {
        add_ids(&mut named.external_ids, &sidecar.ids);
        return !sidecar.ids.is_empty();
    };
    let mut ids = said.ids.clone();
    add_ids(&mut ids, &sidecar.ids);
    add_ids(&mut ids, &named.external_ids);
    named.external_ids = ids;
    if let Some(title) = &said.title {
        // Where several are called alike, the year is often part of the title.
        let with_year = named.year.map(|year| format!("{} {year}", named.name));
        let is_same = is_same_name(title, &named.name)
            || with_year.is_some_and(|name| is_same_name(title, &name));
        if !named.name.is_empty() && !is_same {
            warnings.push(format!(
                "its name says “{}”, and its sidecar “{}”; the sidecar is believed",
                text::visible(&named.name),
                text::visible(title)
            ));
        }
        named.name.clone_from(title);
    }
    let original = said.original_title.as_ref();
    if let Some(original) = original.filter(|original| **original != named.name) {
        named.original_name = Some(original.clone());
    }
    if let Some(year) = said.year {
        if named.year.is_some_and(|known| known != year) {
            warnings.push(format!(
                "its sidecar says another year than its name, {year}; the sidecar is believed"
            ));
        }
        named.year = Some(year);
    }
    (said.title.is_some() && said.year.is_some()) || !named.external_ids.is_empty()
}
