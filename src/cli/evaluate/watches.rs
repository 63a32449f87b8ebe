//! Watches and titles in the format that `load` reads, or the same as `.csv`: the columns are the fields, lists are
//! separated by `|`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use chrono::Datelike;
use serde_json::{Map, Value};

use super::rows::{Row, Rows, is_of_kind, open};
use crate::domain::clock::{Clock, SystemClock};
use crate::domain::curation::{Finding, Problem, Record, Records};
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::Features;
use crate::domain::recommend::evaluate::{Tastes, Watch, tastes};
use crate::domain::watching::WatchRules;

/// The titles of some files, with their ids by slug.
pub(super) fn read_titles(
    paths: &[PathBuf],
) -> anyhow::Result<(Vec<Features>, HashMap<String, TitleId>)> {
    let (mut titles, mut by_slug) = (Vec::new(), HashMap::new());
    for path in paths {
        each_record(path, &mut |record, place| {
            if let Record::Title(record) = record {
                let title = Features::from(&record.new_title(SystemClock.now()));
                if by_slug.insert(record.slug.clone(), title.id).is_some() {
                    bail!("{place}: slug is “{}” once more", record.slug);
                }
                titles.push(title);
            }
            Ok(())
        })?;
    }
    Ok((titles, by_slug))
}

/// What the watches of a file add up to. Those of unknown titles are left out, and their number is told.
pub(super) fn read_tastes(
    path: &Path,
    titles: &HashMap<String, TitleId>,
    rules: &WatchRules,
) -> anyhow::Result<Tastes> {
    let mut watches = Vec::new();
    let (mut unknown, mut first) = (0, None);
    each_record(path, &mut |record, place| {
        if let Record::Watch(watch) = record {
            if let Some(title) = titles.get(&watch.title) {
                watches.push(Watch {
                    profile: ProfileId::of_key(&watch.viewer),
                    title: *title,
                    at: watch.at,
                    completion: watch.completion,
                    liked: watch.liked,
                });
            } else {
                unknown += 1;
                first.get_or_insert_with(|| format!("{place}: “{}”", watch.title));
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
pub(super) fn title_of(record: Value, row: &Row<'_>) -> anyhow::Result<Features> {
    let now = SystemClock.now();
    match Record::read(record, now.year()) {
        Ok((Record::Title(record), ..)) => Ok(Features::from(&record.new_title(now))),
        Ok(_) => Err(anyhow!("{}: is not a title", row.place())),
        Err(problem) => Err(refused(&row.place(), &problem)),
    }
}

/// Goes through the records of a file, each with its place.
fn each_record(
    path: &Path,
    take: &mut dyn FnMut(Record, &str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let this_year = SystemClock.now().year();
    if is_of_kind(path, ".csv") {
        let mut rows = Rows::open(path, &[])?;
        while let Some(row) = rows.next()? {
            match Record::read(from_row(&row), this_year) {
                Ok((record, ..)) => take(record, &row.place())?,
                Err(problem) => return Err(refused(&row.place(), &problem)),
            }
        }
        return Ok(());
    }
    let kinds = [".ndjson", ".jsonl", ".json"];
    if !kinds.iter().any(|kind| is_of_kind(path, kind)) {
        bail!("{} is neither .ndjson, .json nor .csv", path.display());
    }
    for entry in Records::new(open(path)?, is_of_kind(path, ".json"), this_year)? {
        let entry = entry?;
        let place = format!("{}:{}", path.display(), entry.line);
        match entry.finding {
            Finding::Record(record, ..) => take(record, &place)?,
            Finding::Refused(problem) | Finding::FileRefused(problem) => {
                return Err(refused(&place, &problem));
            }
        }
    }
    Ok(())
}

fn refused(place: &str, problem: &Problem) -> anyhow::Error {
    if problem.field.is_empty() {
        anyhow!("{place}: {}", problem.reason)
    } else {
        anyhow!("{place}: {} {}", problem.field, problem.reason)
    }
}

/// A line as the record that it would be in JSON. What is not as it should be stays a text, and is refused as one.
fn from_row(row: &Row<'_>) -> Value {
    let cells = row.cells().filter(|(_, text)| !text.trim().is_empty());
    let fields = cells.map(|(column, text)| (column.to_owned(), from_cell(column, text.trim())));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn from_cell(column: &str, text: &str) -> Value {
    let as_is = || Value::from(text);
    match column {
        "genres" | "directors" | "creators" | "cast" => text.split('|').map(Value::from).collect(),
        "year" | "end_year" | "season" | "episode" | "runtime_minutes" | "completion" => text
            .parse::<serde_json::Number>()
            .map_or_else(|_| as_is(), Value::Number),
        "liked" => text.parse::<bool>().map_or_else(|_| as_is(), Value::Bool),
        _ => as_is(),
    }
}
