//! A folder with a split: ratings of films, as a training set and a held-out set.
//!
//! A rating stands for a watch: 3 or more for one to the end, less for one that was given up; 4 or more for a thumb up,
//! less than 2 for a thumb down.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use anyhow::Context;
use chrono::DateTime;

use super::rows::{Row, Rows, find};
use super::watches::title_of;
use crate::domain::catalog::Title;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::evaluate::{HeldOut, Split, Watch, tastes};
use crate::domain::watching::WatchRules;

/// What is watched of a film that is given up.
const GIVEN_UP: f64 = 0.3;
/// Films are known by this and their key, as where such ratings are loaded into a site: ids are made of it, and ties
/// are broken by ids.
const PREFIX: &str = "ml-";

/// The films by their key.
type Films = HashMap<String, TitleId>;

pub(super) fn read(folder: &Path, rules: &WatchRules) -> anyhow::Result<Split> {
    let folder = folder
        .canonicalize()
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    let (titles, films) = read_films(&folder)?;
    let mut split = Split {
        titles,
        train: tastes(
            &read_ratings(&needed(&folder, "train.csv")?, &films)?,
            rules,
        ),
        ..Split::default()
    };
    if let Some(path) = find(&folder, "fold_in.csv") {
        split.fold_in = tastes(&read_ratings(&path, &films)?, rules);
    }
    for watch in read_ratings(&needed(&folder, "test.csv")?, &films)? {
        let held_out = HeldOut {
            title: watch.title,
            is_liked: watch.liked == Some(true),
        };
        split.test.entry(watch.profile).or_default().push(held_out);
    }
    if let Some(path) = find(&folder, "next.csv") {
        split.next = read_pairs(&path, &films)?;
    }
    if let Some(path) = find(&folder, "candidates.csv") {
        split.candidates = Some(read_candidates(&path, &films)?);
    }
    Ok(split)
}

fn needed(folder: &Path, name: &str) -> anyhow::Result<std::path::PathBuf> {
    find(folder, name).with_context(|| format!("{} has no {name}", folder.display()))
}

fn read_films(folder: &Path) -> anyhow::Result<(Vec<Title>, Films)> {
    let beside = || find(folder.parent()?, "films.csv");
    let path = find(folder, "films.csv").or_else(beside);
    let path = path.with_context(|| {
        format!(
            "there is no films.csv in {} nor beside it",
            folder.display()
        )
    })?;
    let mut rows = Rows::open(
        &path,
        &["film", "title", "year", "genres", "directors", "actors"],
    )?;
    let (mut titles, mut films) = (Vec::new(), Films::new());
    while let Some(row) = rows.next()? {
        let key = row.text("film");
        let slug = format!("{PREFIX}{key}");
        let name = match row.text("title") {
            "" => slug.clone(),
            name => name.to_owned(),
        };
        let year = row.text("year").parse::<i32>().ok();
        let names = |column: &str| -> Vec<&str> {
            let names = row.text(column).split('|').map(str::trim);
            // "(no genres listed)" is not one.
            names
                .filter(|name| !name.is_empty() && !name.starts_with('('))
                .collect()
        };
        let record = serde_json::json!({
            "slug": slug, "title": name, "year": year, "genres": names("genres"),
            "directors": names("directors"), "cast": names("actors"),
        });
        let title = title_of(record, &row)?;
        if films.insert(key.to_owned(), title.id).is_some() {
            return Err(row.refuse("film", format!("is “{key}” once more")));
        }
        titles.push(title);
    }
    Ok((titles, films))
}

fn read_ratings(path: &Path, films: &Films) -> anyhow::Result<Vec<Watch>> {
    let mut rows = Rows::open(path, &["user", "film", "ts", "rating"])?;
    let mut watches = Vec::new();
    while let Some(row) = rows.next()? {
        let rating: f64 = row.read("rating", "a number")?;
        let seconds: i64 = row.read("ts", "a whole number of seconds")?;
        let at = DateTime::from_timestamp(seconds, 0);
        watches.push(Watch {
            profile: user(&row)?,
            title: film(&row, "film", films)?,
            at: at.ok_or_else(|| row.refuse("ts", format!("is {seconds}, out of range")))?,
            completion: if rating >= 3.0 { 1.0 } else { GIVEN_UP },
            liked: match rating {
                rating if rating >= 4.0 => Some(true),
                rating if rating < 2.0 => Some(false),
                _ => None,
            },
        });
    }
    Ok(watches)
}

fn read_pairs(
    path: &Path,
    films: &Films,
) -> anyhow::Result<BTreeMap<ProfileId, Vec<(TitleId, TitleId)>>> {
    let mut rows = Rows::open(path, &["user", "film", "next"])?;
    let mut pairs: BTreeMap<ProfileId, Vec<(TitleId, TitleId)>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let pair = (film(&row, "film", films)?, film(&row, "next", films)?);
        pairs.entry(user(&row)?).or_default().push(pair);
    }
    Ok(pairs)
}

fn read_candidates(path: &Path, films: &Films) -> anyhow::Result<HashSet<TitleId>> {
    let mut rows = Rows::open(path, &["film"])?;
    let mut candidates = HashSet::new();
    while let Some(row) = rows.next()? {
        candidates.insert(film(&row, "film", films)?);
    }
    Ok(candidates)
}

fn user(row: &Row<'_>) -> anyhow::Result<ProfileId> {
    match row.text("user") {
        "" => Err(row.refuse("user", "is empty")),
        key => Ok(ProfileId::of_key(key)),
    }
}

fn film(row: &Row<'_>, column: &str, films: &Films) -> anyhow::Result<TitleId> {
    let key = row.text(column);
    let known = films.get(key).copied();
    known.ok_or_else(|| row.refuse(column, format!("is “{key}”, which is not in films.csv")))
}
