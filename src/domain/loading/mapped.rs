//! Loading files that a map of columns reads: which title, series or person a row is of, and the record that it becomes.
//!
//! Rows name titles by ids. What has the id is it; else what alone has the kind, folded name and year, or of a bare id and
//! name the kind and name, if no other row of the file may be of it as well. Nothing is guessed.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use chrono::Datelike;
use serde_json::{Map, Value, json};

use super::column_maps::{FileMap, Mapped, RowsAre};
use super::known::{Asked, Claim, Known, Thing};
use super::mapped_rows::{MappedRow, MappedRows};
use super::options::{LoadError, Manner, NewTitles, Source, ToldSort};
use super::problem::{Problem, Warning};
use super::records::Record;
use super::run::{BATCH, Run, Waiting};
use crate::domain::catalog::TitleKind;
use crate::domain::text;

/// What is known of the catalogue, by the provider of ids, and of what: titles or people.
type Catalogues = HashMap<(String, bool), Known>;

/// What becomes of a row.
enum Becomes {
    Record(Map<String, Value>),
    /// It is not known to be of one thing.
    Unmatched(Problem),
    /// It is of nothing that is there, and adds nothing.
    PassedOver,
}

impl Run<'_> {
    /// Loads the files that have maps. A file that makes titles goes before those that complete them.
    pub(super) async fn load_mapped(
        &mut self,
        sources: &[Box<dyn Source>],
    ) -> Result<(), LoadError> {
        let mapped = sources
            .iter()
            .filter_map(|source| Some((source.as_ref(), source.column_map()?)));
        let mut mapped: Vec<(&dyn Source, &FileMap)> = mapped.collect();
        mapped.sort_by_key(|(_, map)| map.rows());
        // A row never says all that a title has, so it never makes one whole.
        let manner = std::mem::replace(&mut self.manner, Manner::Merge);
        let mut catalogues = Catalogues::new();
        for (source, map) in mapped {
            self.file = source.name();
            self.folder = None;
            // Its rows may be of what other files are of, too, and there are millions of them.
            let seen = std::mem::take(&mut self.seen);
            self.read_mapped(source, map, &mut catalogues).await?;
            self.seen = seen;
        }
        self.manner = manner;
        Ok(())
    }

    async fn read_mapped(
        &mut self,
        source: &dyn Source,
        map: &FileMap,
        catalogues: &mut Catalogues,
    ) -> Result<(), LoadError> {
        let failed = |error| LoadError::File(source.name(), error);
        if let Some(flaw) = source.flaw().map_err(failed)? {
            self.refuse(1, &Problem::new("", flaw));
            return Ok(());
        }
        let is_of_people = map.rows() == RowsAre::People;
        let key = (map.provider().to_owned(), is_of_people);
        let known = match catalogues.entry(key) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => place.insert(self.known(map.provider(), is_of_people).await?),
        };
        if matches!(map.rows(), RowsAre::Titles | RowsAre::Ids | RowsAre::People) {
            known.forget_claims();
            let reader = source.open().map_err(failed)?;
            let mut rows = MappedRows::new(reader, map).map_err(failed)?;
            while let Some(row) = rows.next().map_err(failed)? {
                if let MappedRow::Row(_, row) = row {
                    known.claim(asked(&row));
                }
            }
            known.settle();
        }
        let reader = source.open().map_err(failed)?;
        let mut rows = MappedRows::new(reader, map).map_err(failed)?;
        let mut waiting = Waiting::default();
        let mut unknown = BTreeSet::new();
        while let Some(row) = rows.next().map_err(failed)? {
            match row {
                MappedRow::Refused(line, problem) => self.refuse(line, &problem),
                MappedRow::Row(line, row) => match self.becomes(map, known, row) {
                    Becomes::PassedOver => self.summary.passed_over += 1,
                    Becomes::Unmatched(problem) => {
                        self.summary.unmatched += 1;
                        self.say(ToldSort::Unmatched, line, &problem);
                    }
                    Becomes::Record(fields) => {
                        self.read_row(line, &fields, known, map, (&mut waiting, &mut unknown));
                    }
                },
            }
            if waiting.len() >= BATCH {
                self.write(std::mem::take(&mut waiting)).await?;
            }
        }
        self.write(waiting).await
    }

    async fn known(&self, provider: &str, is_of_people: bool) -> Result<Known, LoadError> {
        let catalog = &self.service.catalog;
        Ok(if is_of_people {
            Known::people(catalog, provider).await?
        } else {
            let unwritten = self.unwritten_titles.values();
            Known::titles(catalog, provider, unwritten).await?
        })
    }

    /// What becomes of a row.
    fn becomes(&self, map: &FileMap, known: &Known, row: Mapped) -> Becomes {
        match map.rows() {
            RowsAre::Episodes => {
                let series = row.parent.and_then(|parent| {
                    let kind = Some(TitleKind::Series);
                    known.of_id(&parent.value, kind)
                });
                let Some(series) = series else {
                    return Becomes::PassedOver;
                };
                // Those that nobody has given a number cannot be told apart.
                if !(row.fields.contains_key("season") && row.fields.contains_key("episode")) {
                    return Becomes::PassedOver;
                }
                let mut fields = row.fields;
                fields.insert("kind".to_owned(), json!("episode"));
                fields.insert("series".to_owned(), json!(series.slug));
                Becomes::Record(fields)
            }
            RowsAre::Facts => match known.of_id(&row.id.value, row.kind) {
                Some(thing) => Becomes::Record(completing(thing, row)),
                None => Becomes::PassedOver,
            },
            RowsAre::Ids | RowsAre::People => match known.of_id(&row.id.value, row.kind) {
                Some(thing) => {
                    let bare = Mapped {
                        fields: Map::new(),
                        ..row
                    };
                    Becomes::Record(completing(thing, bare))
                }
                None => Becomes::Unmatched(why_unmatched(&row, &known.alike(asked(&row)))),
            },
            RowsAre::Titles => {
                if let Some(thing) = known.of_id(&row.id.value, row.kind) {
                    return Becomes::Record(completing(thing, row));
                }
                let alike = known.alike(asked(&row));
                // One that has another id is another title of the same name and year.
                if alike.iter().any(|thing| thing.id.is_none()) {
                    return Becomes::Unmatched(why_unmatched(&row, &alike));
                }
                if self.new_titles == NewTitles::PassOver {
                    return Becomes::PassedOver;
                }
                Becomes::Record(new_title(known, row))
            }
        }
    }

    /// Reads what a row became as a record. A title that is new is known from here on.
    fn read_row(
        &mut self,
        line: u64,
        fields: &Map<String, Value>,
        known: &mut Known,
        map: &FileMap,
        (waiting, unknown): (&mut Waiting, &mut BTreeSet<String>),
    ) {
        let this_year = self.service.clock.now().year();
        match Record::read(Value::Object(fields.clone()), this_year) {
            Err((problem, warnings)) => {
                for warning in &warnings {
                    self.warn(line, warning);
                }
                self.refuse(line, &problem.with_value_of(fields));
            }
            Ok((record, unknown_fields, warnings)) => {
                for warning in &warnings {
                    self.warn(line, warning);
                }
                for field in unknown_fields {
                    if unknown.insert(field.clone()) {
                        let warning = Warning {
                            field,
                            value: None,
                            reason: "is not a field of this record; ignored",
                        };
                        self.warn(line, &warning);
                    }
                }
                match record {
                    Record::Title(title) => {
                        if !known.has_slug(&title.slug) {
                            let id = title.ids().find(|id| id.provider == map.provider());
                            let thing = Thing {
                                slug: title.slug.clone(),
                                name: title.name.clone(),
                                kind: Some(title.kind),
                                year: title.year.value().copied(),
                                id: id.map(|id| id.value.clone()),
                                claim: Claim::Nothing,
                            };
                            known.add(thing, std::iter::once(title.name.as_str()));
                        }
                        waiting.titles.push((line, *title));
                    }
                    Record::Person(person) => waiting.people.push((line, person)),
                    Record::Episode(episode) => waiting.episodes.push((line, *episode)),
                    Record::Watch(watch) => waiting.watches.push((line, watch)),
                }
            }
        }
    }
}

/// What a row is asked to be of.
fn asked(row: &Mapped) -> Asked<'_> {
    let text = |field: &str| row.fields.get(field).and_then(Value::as_str);
    let year = row.fields.get("year").and_then(Value::as_i64);
    Asked {
        id: &row.id.value,
        kind: row.kind,
        name: text("title").or_else(|| text("name")).unwrap_or_default(),
        year: year.and_then(|year| i32::try_from(year).ok()),
    }
}

/// The record by which a row completes something that is there: with the name that it has.
fn completing(thing: &Thing, row: Mapped) -> Map<String, Value> {
    let mut fields = row.fields;
    let (name, kind) = match thing.kind {
        // A row that says the other kind is refused as such.
        Some(kind) => ("title", kind_name(row.kind.unwrap_or(kind))),
        None => ("name", "person"),
    };
    fields.insert("kind".to_owned(), json!(kind));
    fields.insert("slug".to_owned(), json!(thing.slug));
    fields.insert(name.to_owned(), json!(thing.name));
    put_id(&mut fields, &row.id.provider, &row.id.value);
    fields
}

/// The record of a title that is not there yet. Its key is made of its name and year, and its id if that is taken.
fn new_title(known: &Known, row: Mapped) -> Map<String, Value> {
    let of_row = asked(&row);
    let year = of_row.year.map(|year| format!(" {year}"));
    // A key has at most 200 characters.
    let words = text::slug(of_row.name)
        .chars()
        .take(150)
        .collect::<String>();
    let words = text::slug(&format!("{words}{}", year.unwrap_or_default()));
    let slug = if words.is_empty() || known.has_slug(&words) {
        text::slug(&format!("{words} {}", of_row.id))
    } else {
        words
    };
    let kind = kind_name(row.kind.unwrap_or(TitleKind::Film));
    let mut fields = row.fields;
    fields.insert("kind".to_owned(), json!(kind));
    fields.insert("slug".to_owned(), json!(slug));
    put_id(&mut fields, &row.id.provider, &row.id.value);
    fields
}

fn put_id(fields: &mut Map<String, Value>, provider: &str, id: &str) {
    let ids = fields.entry("ids").or_insert_with(|| json!({}));
    if let Value::Object(ids) = ids {
        ids.insert(provider.to_owned(), json!(id));
    }
}

fn kind_name(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Film => "film",
        TitleKind::Series => "series",
    }
}

/// Why a row is not known to be of one of the things that are called alike.
fn why_unmatched(row: &Mapped, alike: &[&Thing]) -> Problem {
    let id = &row.id;
    let name = asked(row).name;
    let reason = match alike {
        [] => format!("is {}; nothing is called “{name}”", id.value),
        [one] => {
            let but = match &one.id {
                Some(other) => format!("has {other}"),
                None => "other rows of the file are, too".to_owned(),
            };
            format!("is {}; “{}” is called so, and {but}", id.value, one.slug)
        }
        several => {
            let slugs = several
                .iter()
                .take(5)
                .map(|thing| format!("“{}”", thing.slug));
            let slugs: Vec<String> = slugs.collect();
            format!(
                "is {}; {} are called “{name}”: {}",
                id.value,
                several.len(),
                slugs.join(", ")
            )
        }
    };
    Problem::new(format!("ids.{}", id.provider), reason).with_value(&json!(id.value))
}
