//! Which episodes a video is, by its name, those of its folders, and sidecars.

use super::episode_names::{
    ReadEpisodes, absolute, dated, explicit, in_season, season_of_folder, within_series,
};
use super::films::say;
use super::guess::{Certainty, Episodes, Guess, Item, Named, TakenFor};
use super::naming::{YearIn, add_ids, is_same_name, read_name, title_behind};
use super::nfo::{Said, SaidOf, Sidecar};
use super::places::{file_name, folders, join, parent, stem};
use super::tree::{Tree, Video, home};

/// Takes a video for episodes, if something says so.
pub(super) fn episodes(tree: &Tree<'_>, video: &Video<'_>) -> Option<Guess> {
    if video.is_disc {
        return disc(tree, video);
    }
    let home = home(video.path);
    let part = tree.part_of(video);
    let stem = part.map_or(&*video.stem, |(base, _)| base);
    let season = season_around(video.path, home);
    let (found, certainty, reason) =
        find(tree, video, home, stem, season.map(|(season, _)| season))?;
    let mut guess = Guess::new(TakenFor::Video, certainty, reason);
    guess.part = part.map(|(_, number)| number);
    guess.belongs_to = (!home.is_empty()).then(|| home.to_owned());

    let before = found.as_ref().map_or("", |found| found.before);
    let before = match season {
        Some((_, of_season)) if read_name(before, tree.this_year).named.name.is_empty() => {
            of_season
        }
        _ => before,
    };
    // What is wrong with the sidecar of a series is told once, of that.
    let series = series(tree, home, before, &mut Vec::new());
    guess.item = Some(match (found, season) {
        (Some(found), _) => Item::Episodes(say_episodes(tree, video, series, &found, &mut guess)),
        (None, Some((season, _))) => Item::Season { series, season },
        (None, None) => Item::Series(series),
    });
    if let (Some(Item::Episodes(episodes)), Some((season, _))) = (&guess.item, season)
        && episodes.season.is_some_and(|said| said != season)
    {
        let warning = format!("lies in the folder of season {season}; its name is believed");
        guess.warnings.push(warning);
    }
    if guess
        .item
        .as_ref()
        .is_some_and(|item| item.named().name.is_empty())
    {
        guess.certainty = Certainty::Unsure;
        let warning = "nothing says which series it is of";
        guess.warnings.push(warning.to_owned());
    }
    Some(guess)
}

/// A disc with episodes, if it lies in the folder of a season or series: nothing says which of them are on it.
fn disc(tree: &Tree<'_>, video: &Video<'_>) -> Option<Guess> {
    let inside = join(video.folder, "disc");
    let home = home(&inside);
    let season = season_around(&inside, home);
    if season.is_none() && !tree.is_series(home) {
        return None;
    }
    let reason = "is a disc that lies with a series, and nothing says which episodes are on it";
    let mut guess = Guess::new(TakenFor::Video, Certainty::Unsure, reason);
    let before = season.map_or("", |(_, before)| before);
    let series = series(tree, home, before, &mut Vec::new());
    guess.belongs_to = (!home.is_empty()).then(|| home.to_owned());
    guess.item = Some(match season {
        Some((season, _)) => Item::Season { series, season },
        None => Item::Series(series),
    });
    Some(guess)
}

/// The season of the innermost folder of one within the folder of the series, and what its name says of the series.
fn season_around<'p>(path: &'p str, home: &str) -> Option<(u32, &'p str)> {
    folders(path)
        .take_while(|folder| *folder != home)
        .find_map(|folder| season_of_folder(file_name(folder)))
}

type FoundEpisodes<'s> = (Option<ReadEpisodes<'s>>, Certainty, &'static str);

/// What of a name says the episode. Without any number it is only what the folders say, if these are of a series.
fn find<'s>(
    tree: &Tree<'_>,
    video: &Video<'_>,
    home: &str,
    stem: &'s str,
    season: Option<u32>,
) -> Option<FoundEpisodes<'s>> {
    if let Some(found) = explicit(stem) {
        let reason = "has the numbers of a season and an episode in its name, as no film has";
        return Some((Some(found), Certainty::Sure, reason));
    }
    let is_of_series = season.is_some() || tree.is_series(home);
    let is_beside = is_of_series || tree.has_episodes(home);
    if let Some(found) = dated(stem) {
        if is_beside {
            let reason = "has a day in its name and lies with a series";
            return Some((Some(found), Certainty::Likely, reason));
        }
        if found.before.chars().any(char::is_alphabetic) {
            let reason = "has a day behind its name, as episodes of daily series have, though nothing around it is of a series";
            return Some((Some(found), Certainty::Unsure, reason));
        }
    }
    if let Some(season) = season
        && let Some(found) = in_season(stem, season)
    {
        let reason = "has a number in its name and lies in the folder of a season";
        return Some((Some(found), Certainty::Likely, reason));
    }
    let has_year = |name: &str| read_name(name, tree.this_year).year == YearIn::Brackets;
    let is_fansub = stem.starts_with('[');
    // A film with its year may lie beside an episode: of a series the year stands before the number.
    let is_film =
        |found: &ReadEpisodes<'_>| !is_of_series && has_year(stem) && !has_year(found.before);
    let found = absolute(stem).filter(|found| is_fansub || is_beside && !is_film(found));
    if let Some(found) = found {
        let reason = "has a number in its name that may be one of the whole series, or of a season and an episode";
        return Some((Some(found), Certainty::Unsure, reason));
    }
    // A film with its year may lie there, too.
    let within = within_series(stem).filter(|_| is_of_series && !has_year(stem));
    if let Some(found) = within {
        let reason = "lies with a series, and its name reads as that of one of its episodes";
        return Some((Some(found), Certainty::Unsure, reason));
    }
    let sidecar = tree.said(parent(video.path), &sidecar_of(video), SaidOf::Episode);
    // What is called as a film is no two episodes.
    let is_no_film = |(_, sidecar): (&Said, &Sidecar)| {
        is_of_series || sidecar.roots.len() == 1 || !has_year(stem)
    };
    if sidecar.is_some_and(is_no_film) {
        return Some((
            Some(unnumbered(stem)),
            Certainty::Unsure,
            "is an episode by its sidecar",
        ));
    }
    let is_film = !tree.is_series(home) && is_called_as_season(tree, video, stem);
    (is_of_series && !is_film).then_some((
        None,
        Certainty::Unsure,
        "lies with a series, though no number says which episode it is",
    ))
}

/// Whether a film is called as its folder is, with its year, though that reads as a season: `Open Season 2 (2008)`.
fn is_called_as_season(tree: &Tree<'_>, video: &Video<'_>, stem: &str) -> bool {
    let name = file_name(video.folder);
    let reads_as_season = season_of_folder(name).is_some_and(|(_, before)| !before.is_empty());
    let folder = read_name(name, tree.this_year);
    let is_same = || {
        is_same_name(
            &folder.named.name,
            &read_name(stem, tree.this_year).named.name,
        )
    };
    reads_as_season && folder.year == YearIn::Brackets && is_same()
}

/// A name of an episode that says no number.
fn unnumbered(stem: &str) -> ReadEpisodes<'_> {
    ReadEpisodes {
        before: "",
        behind: stem,
        season: None,
        numbers: Vec::new(),
        absolute: None,
        date: None,
    }
}

fn sidecar_of(video: &Video<'_>) -> String {
    format!("{}.nfo", stem(video.path))
}

/// How a series is called: by the sidecar of its folder, by the folder, or by what stands before the numbers, where the
/// folder does not look like one of this series.
pub(super) fn series(
    tree: &Tree<'_>,
    home: &str,
    before: &str,
    warnings: &mut Vec<String>,
) -> Named {
    let mut of_folder = read_name(file_name(home), tree.this_year).named;
    let of_file = read_name(before, tree.this_year).named;
    let path = join(home, "tvshow.nfo");
    if let Some(fault) = tree.fault(&path) {
        warnings.push(format!("the tvshow.nfo of its folder {fault}"));
    }
    let sidecar = tree.sidecar(&path);
    let said = tree.said(home, "tvshow.nfo", SaidOf::Series);
    let is_same = is_same_name(&of_folder.name, &of_file.name);
    let is_of_series = of_folder.year.is_some() || !of_folder.external_ids.is_empty();
    if !of_file.name.is_empty() && !is_same && !is_of_series && said.is_none() {
        return of_file;
    }
    if is_same {
        of_folder.year = of_folder.year.or(of_file.year);
        add_ids(&mut of_folder.external_ids, &of_file.external_ids);
    }
    match (said, sidecar) {
        (Some((said, sidecar)), _) => {
            say(&mut of_folder, Some(said), sidecar, warnings);
        }
        (None, Some(sidecar)) if sidecar.roots.is_empty() => {
            say(&mut of_folder, None, sidecar, warnings);
        }
        (None, Some(_)) => {
            warnings.push(
                "the tvshow.nfo of its folder is of no series; it is not believed".to_owned(),
            );
        }
        (None, None) => {}
    }
    of_folder
}

/// The episodes that a name says, or the sidecar beside the video.
fn say_episodes(
    tree: &Tree<'_>,
    video: &Video<'_>,
    series: Named,
    found: &ReadEpisodes<'_>,
    guess: &mut Guess,
) -> Episodes {
    let mut episodes = Episodes {
        series,
        season: found.season,
        numbers: found.numbers.clone(),
        absolute: found.absolute,
        date: found.date,
        title: title_behind(found.behind),
        external_ids: Vec::new(),
    };
    let path = join(parent(video.path), &sidecar_of(video));
    if let Some(fault) = tree.fault(&path) {
        guess.warnings.push(format!("its sidecar {fault}"));
    }
    let Some(sidecar) = tree.sidecar(&path) else {
        return episodes;
    };
    add_ids(&mut episodes.external_ids, &sidecar.ids);
    let said: Vec<&Said> = sidecar.roots.iter().collect();
    let Some(first) = said.first() else {
        return episodes;
    };
    if first.of != SaidOf::Episode {
        let warning = "its sidecar is of no episode; it is not believed";
        guess.warnings.push(warning.to_owned());
        return episodes;
    }
    let mut ids = first.ids.clone();
    add_ids(&mut ids, &episodes.external_ids);
    episodes.external_ids = ids;
    if first.title.is_some() {
        episodes.title.clone_from(&first.title);
    }
    if first.aired.is_some() {
        episodes.date = first.aired;
    }
    if let Some(show) = first
        .show_title
        .as_ref()
        .filter(|_| episodes.series.name.is_empty())
    {
        episodes.series.name.clone_from(show);
    }
    let mut numbers: Vec<u32> = said.iter().filter_map(|said| said.episode).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let season = first.season.or(episodes.season);
    let says_all = !numbers.is_empty() && numbers.len() >= episodes.numbers.len();
    if says_all && season.is_some() {
        let is_same = season == episodes.season && numbers == episodes.numbers;
        if !is_same && !episodes.numbers.is_empty() {
            let warning = "its sidecar says other numbers than its name; the sidecar is believed";
            guess.warnings.push(warning.to_owned());
        }
        episodes.season = season;
        episodes.numbers = numbers;
        guess.certainty = Certainty::Sure;
        guess.reason.push_str("; its sidecar says the number");
    }
    episodes
}
