//! Loading files that a map of columns reads: which title, series or person a row is of, and the record that it becomes.
//!
//! Rows name titles by ids. What has the id is it; else what alone has the kind, folded name and year, or of a bare id and
//! name the kind and name, if no other row of the file may be of it as well. Nothing is guessed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Map, Value, json};

use super::column_maps::{FileMap, Mapped, RowsAre};
use super::credited::Credited;
use super::known::{Known, Thing};
use super::mapped_records::{asked, completing, identifying, new_person, new_title};
use super::mapped_rows::{MappedRow, MappedRows};
use super::options::{LoadError, Manner, NewTitles, Source, ToldSort};
use super::problem::Problem;
use super::run::{BATCH, Run, Waiting};
use super::voted::Voted;
use crate::domain::catalog::TitleKind;

/// What is known of the catalogue, by the provider of ids.
#[derive(Default)]
struct Catalogues {
    titles: HashMap<String, Known>,
    people: HashMap<String, Known>,
}

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
        // Files that have all the people of a title in a row go before those of one person a row.
        mapped.sort_by_key(|(_, map)| (map.rows(), map.is_of_one_person()));
        if let NewTitles::WithVotes(least) = self.new_titles {
            self.voted = Some(Voted::read(&mapped, least)?);
        }
        // A row never says all that a title has, so it never makes one whole.
        let manner = std::mem::replace(&mut self.manner, Manner::Merge);
        let mut catalogues = Catalogues::default();
        for &(source, map) in &mapped {
            let provider = map.provider();
            let needs_credited = matches!(map.rows(), RowsAre::Names | RowsAre::Credits);
            if needs_credited && !self.credited.contains_key(provider) {
                let titles = self.titles_in(&mut catalogues.titles, provider).await?;
                let credited = Credited::read(provider, &mapped, titles)?;
                self.credited.insert(provider.to_owned(), credited);
            }
            self.begin(source, None);
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
        let provider = map.provider();
        let voted = self.voted.as_ref();
        if map.rows() == RowsAre::Titles && voted.is_some_and(|voted| !voted.knows(provider)) {
            let reason =
                "is of titles, and no file says how many voted for them, which decides what is new";
            self.refuse(1, &Problem::new("", reason));
            return Ok(());
        }
        if map.rows() == RowsAre::Credits {
            let titles = self.titles_in(&mut catalogues.titles, provider).await?;
            let people = self.people_in(&mut catalogues.people, provider).await?;
            return self.read_credits(source, map, titles, people).await;
        }
        let known = if matches!(map.rows(), RowsAre::People | RowsAre::Names) {
            self.people_in(&mut catalogues.people, provider).await?
        } else {
            self.titles_in(&mut catalogues.titles, provider).await?
        };
        if !matches!(map.rows(), RowsAre::Facts | RowsAre::Episodes) {
            self.settle(source, map, known)?;
        }
        let mut rows = MappedRows::open(source, map)?;
        let mut waiting = Waiting::default();
        while let Some(row) = rows.next()? {
            match row {
                MappedRow::Refused(line, problem) => self.refuse(line, &problem),
                MappedRow::Row(line, row) => match self.becomes(map, known, row) {
                    Becomes::PassedOver => self.summary.passed_over += 1,
                    Becomes::Unmatched(problem) => {
                        self.summary.unmatched += 1;
                        self.say(ToldSort::Unmatched, line, &problem);
                    }
                    Becomes::Record(fields) => {
                        self.read_row(line, &fields, known, map, &mut waiting);
                    }
                },
            }
            if waiting.len() >= BATCH {
                self.write(std::mem::take(&mut waiting)).await?;
            }
        }
        self.write(waiting).await
    }

    /// Finds out which rows are of things that are known by their names alone.
    fn settle(
        &self,
        source: &dyn Source,
        map: &FileMap,
        known: &mut Known,
    ) -> Result<(), LoadError> {
        known.forget_claims();
        let mut rows = MappedRows::open(source, map)?;
        let credited = self.credited.get(map.provider());
        while let Some(row) = rows.next()? {
            let MappedRow::Row(_, row) = row else {
                continue;
            };
            // Of all people of the world those whom nobody credits are not meant.
            let is_meant = map.rows() != RowsAre::Names
                || credited.is_some_and(|credited| credited.has(&row.id.value));
            if is_meant {
                known.claim(asked(&row));
            }
        }
        known.settle();
        Ok(())
    }

    async fn titles_in<'c>(
        &self,
        titles: &'c mut HashMap<String, Known>,
        provider: &str,
    ) -> Result<&'c mut Known, LoadError> {
        let catalog = &self.service.catalog;
        Ok(match titles.entry(provider.to_owned()) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => {
                let unwritten = self.unwritten_titles.all();
                place.insert(Known::titles(catalog, provider, unwritten).await?)
            }
        })
    }

    async fn people_in<'c>(
        &self,
        people: &'c mut HashMap<String, Known>,
        provider: &str,
    ) -> Result<&'c mut Known, LoadError> {
        let catalog = &self.service.catalog;
        Ok(match people.entry(provider.to_owned()) {
            Entry::Occupied(there) => there.into_mut(),
            Entry::Vacant(place) => place.insert(Known::people(catalog, provider).await?),
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
            RowsAre::Names => {
                let is_called = row.fields.get("name").is_some_and(Value::is_string);
                let credited = self.credited.get(map.provider());
                let is_wanted = credited.is_some_and(|it| it.is_wanted(&row.id.value));
                match known.of_id(&row.id.value, None) {
                    Some(thing) => Becomes::Record(identifying(thing, row)),
                    None if is_wanted && is_called => Becomes::Record(new_person(known, &row)),
                    None => Becomes::PassedOver,
                }
            }
            // They are read in a way of their own, for they are of titles and of people.
            RowsAre::Credits => Becomes::PassedOver,
            RowsAre::Ids | RowsAre::People => match known.of_id(&row.id.value, row.kind) {
                Some(thing) => Becomes::Record(identifying(thing, row)),
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
                let voted = self.voted.as_ref();
                let is_unheard_of = voted.is_some_and(|voted| !voted.has(&row));
                if self.new_titles == NewTitles::PassOver || is_unheard_of {
                    return Becomes::PassedOver;
                }
                Becomes::Record(new_title(known, row))
            }
        }
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
