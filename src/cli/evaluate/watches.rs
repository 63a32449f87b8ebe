//! Watches and titles in the files that `load` reads, packed (`.gz`) or not.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use chrono::Datelike;
use serde_json::Value;

use super::rows::{Row, open};
use crate::domain::catalog::Title;
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::loading::{Finding, Format, Problem, Record, Records};
use crate::domain::recommend::evaluate::{Tastes, Watch, tastes};
use crate::domain::watching::WatchRules;

/// The titles of some files.
pub(super) fn read_titles(paths: &[PathBuf]) -> anyhow::Result<Vec<Title>> {
    let (mut titles, mut slugs) = (Vec::new(), HashSet::new());
    for path in paths {
        each_record(path, &mut |record, location| {
            if let Record::Title(record) = record {
                if !slugs.insert(record.slug.clone()) {
                    bail!("{location}: slug is “{}” once more", record.slug);
                }
                let title = record.new_title(SystemClock.now());
                titles.push(title.map_err(|problem| refused(location, &problem))?);
            }
            Ok(())
        })?;
    }
    Ok(titles)
}

/// What the watches of a file add up to. Those of unknown titles are left out, and their number is told.
pub(super) fn read_tastes(
    path: &Path,
    titles: &[Title],
    rules: &WatchRules,
) -> anyhow::Result<Tastes> {
    let by_slug = titles.iter().map(|title| (title.slug.as_str(), title.id));
    let by_slug: HashMap<&str, TitleId> = by_slug.collect();
    let mut watches = Vec::new();
    let (mut unknown, mut first) = (0, None);
    each_record(path, &mut |record, location| {
        if let Record::Watch(watch) = record {
            if let Some(title) = by_slug.get(watch.title.as_str()) {
                watches.push(Watch {
                    profile: ProfileId::of_key(&watch.viewer),
                    title: *title,
                    at: watch.at,
                    completion: watch.completion,
                    liked: watch.liked,
                });
            } else {
                unknown += 1;
                first.get_or_insert_with(|| format!("{location}: “{}”", watch.title));
            }
        }
        Ok(())
    })?;
    if let Some(first) = first {
        eprintln!("left out {unknown} watches of titles that are not known, the first: {first}");
    }
    Ok(tastes(&watches, rules))
}

/// A title as a record tells it; `row` is where it stands.
pub(super) fn title_of(record: Value, row: &Row<'_>) -> anyhow::Result<Title> {
    let now = SystemClock.now();
    match Record::read(record, now.year()) {
        Ok((Record::Title(record), ..)) => {
            let title = record.new_title(now);
            title.map_err(|problem| refused(&row.location(), &problem))
        }
        Ok(_) => Err(anyhow!("{}: is not a title", row.location())),
        Err((problem, _)) => Err(refused(&row.location(), &problem)),
    }
}

/// Goes through the records of a file, each with its location.
fn each_record(
    path: &Path,
    take: &mut dyn FnMut(Record, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let this_year = SystemClock.now().year();
    let format = format_of(path)
        .with_context(|| format!("{} is neither .ndjson, .json nor .csv", path.display()))?;
    for entry in Records::new(open(path)?, format, this_year)? {
        let entry = entry?;
        let location = format!("{}:{}", path.display(), entry.line);
        match entry.finding {
            Finding::Record(record, ..) => take(record, &location)?,
            Finding::Refused(problem, _) | Finding::FileRefused(problem) => {
                return Err(refused(&location, &problem));
            }
        }
    }
    Ok(())
}

fn refused(location: &str, problem: &Problem) -> anyhow::Error {
    if problem.field.is_empty() {
        anyhow!("{location}: {}", problem.reason)
    } else {
        anyhow!("{location}: {} {}", problem.field, problem.reason)
    }
}

/// The format that the name of a file tells, packed or not.
fn format_of(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_str()?.to_lowercase();
    let (_, ending) = name.strip_suffix(".gz").unwrap_or(&name).rsplit_once('.')?;
    Format::of(ending)
}
