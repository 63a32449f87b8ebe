//! The records that rows become, of what is there and of what is new.

use chrono::Datelike;
use serde_json::{Map, Value, json};

use super::column_maps::{FileMap, Mapped};
use super::known::{Asked, Known, Thing};
use super::records::Record;
use super::run::{Run, Waiting};
use crate::domain::catalog::{ExternalId, TitleKind};
use crate::domain::text;

impl Run<'_> {
    /// Reads what a row became as a record. A title or person that is new is known from here on.
    pub(super) fn read_row(
        &mut self,
        line: u64,
        fields: &Map<String, Value>,
        known: &mut Known,
        map: &FileMap,
        waiting: &mut Waiting,
    ) {
        let this_year = self.service.clock.now().year();
        match Record::read(Value::Object(fields.clone()), this_year) {
            Err((problem, warnings)) => {
                self.warn_of_all(line, &warnings);
                self.refuse(line, &problem.with_value_of(fields));
            }
            Ok((record, unknown_fields, warnings)) => {
                self.warn_of_all(line, &warnings);
                self.warn_of_unknown(line, unknown_fields);
                learn(&record, map.provider(), known);
                waiting.push(line, record);
            }
        }
    }
}

/// Makes what a record is of known, if it is a title or person that is new.
fn learn(record: &Record, provider: &str, known: &mut Known) {
    let id_of = |id: &ExternalId| (id.provider == provider).then(|| id.value.clone());
    let thing = match record {
        Record::Title(title) if !known.has_slug(&title.slug) => Thing {
            slug: title.slug.clone(),
            name: title.name.clone(),
            kind: Some(title.kind),
            year: title.year.value().copied(),
            id: title.ids().find_map(id_of),
            ..Thing::default()
        },
        Record::Person(person) if !known.has_slug(&person.slug) => {
            let ids = person.external_ids.value().into_iter();
            let mut ids = ids.flat_map(|ids| ids.values().flatten());
            Thing {
                slug: person.slug.clone(),
                name: person.name.clone(),
                id: ids.find_map(id_of),
                ..Thing::default()
            }
        }
        Record::Title(_)
        | Record::Person(_)
        | Record::Collection(_)
        | Record::Episode(_)
        | Record::Watch(_) => return,
    };
    let name = thing.name.clone();
    known.add(thing, std::iter::once(name.as_str()));
}

/// What a row is asked to be of.
pub(super) fn asked(row: &Mapped) -> Asked<'_> {
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
pub(super) fn completing(thing: &Thing, row: Mapped) -> Map<String, Value> {
    let mut fields = row.fields;
    let (name, kind) = match thing.kind {
        // A row that says the other kind is refused as such.
        Some(kind) => ("title", json!(row.kind.unwrap_or(kind))),
        None => ("name", json!("person")),
    };
    fields.insert("kind".to_owned(), kind);
    fields.insert("slug".to_owned(), json!(thing.slug));
    fields.insert(name.to_owned(), json!(thing.name));
    put_id(&mut fields, &row.id.provider, &row.id.value);
    fields
}

/// The record by which a row says the id of something that is there, and nothing else.
pub(super) fn identifying(thing: &Thing, row: Mapped) -> Map<String, Value> {
    let fields = Map::new();
    completing(thing, Mapped { fields, ..row })
}

/// The record of a title that is not there yet. Its key is made of its name and year, and its id if that is taken.
pub(super) fn new_title(known: &Known, row: Mapped) -> Map<String, Value> {
    let of_row = asked(&row);
    let year = of_row.year.map(|year| format!(" {year}"));
    let slug = new_slug(known, of_row.name, &year.unwrap_or_default(), of_row.id);
    let kind = row.kind.unwrap_or(TitleKind::Film);
    let mut fields = row.fields;
    fields.insert("kind".to_owned(), json!(kind));
    fields.insert("slug".to_owned(), json!(slug));
    put_id(&mut fields, &row.id.provider, &row.id.value);
    fields
}

/// The record of a person who is not there yet. The key is made of the name, and of the id if that is taken.
pub(super) fn new_person(known: &Known, row: &Mapped) -> Map<String, Value> {
    let of_row = asked(row);
    let slug = new_slug(known, of_row.name, "", of_row.id);
    let mut fields = Map::new();
    fields.insert("kind".to_owned(), json!("person"));
    fields.insert("slug".to_owned(), json!(slug));
    fields.insert("name".to_owned(), json!(of_row.name));
    put_id(&mut fields, &row.id.provider, &row.id.value);
    fields
}

/// A key that nothing has yet.
fn new_slug(known: &Known, name: &str, year: &str, id: &str) -> String {
    // A key has at most 200 characters.
    let words = text::slug(name).chars().take(150).collect::<String>();
    let words = text::slug(&format!("{words}{year}"));
    if words.is_empty() || known.has_slug(&words) {
        text::slug(&format!("{words} {id}"))
    } else {
        words
    }
}

fn put_id(fields: &mut Map<String, Value>, provider: &str, id: &str) {
    let ids = fields.entry("ids").or_insert_with(|| json!({}));
    if let Value::Object(ids) = ids {
        ids.insert(provider.to_owned(), json!(id));
    }
}
