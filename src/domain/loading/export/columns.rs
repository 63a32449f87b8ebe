//! Records as lines of a table: a field is a column, and so is each entry of an object.

use serde_json::Value;

use super::record::Exported;
use crate::domain::loading::formulas::guarded;

/// What stands between the entries of a list.
const BETWEEN: &str = "|";
/// The fields in the order of their columns.
const ORDER: &[&str] = &[
    "kind",
    "slug",
    "series",
    "season",
    "episode",
    "number_end",
    "absolute_number",
    "airs_before_season",
    "airs_before_episode",
    "airs_after_season",
    "name",
    "title",
    "original_title",
    "names",
    "year",
    "end_year",
    "release_date",
    "air_date",
    "born",
    "died",
    "birthplace",
    "runtime_minutes",
    "episode_runtime_minutes",
    "total_seasons",
    "network",
    "status",
    "collection",
    "genres",
    "directors",
    "creators",
    "cast",
    "guests",
    "writers",
    "producers",
    "composers",
    "countries",
    "languages",
    "studios",
    "tags",
    "certifications",
    "state",
    "available_from",
    "available_until",
    "ids",
    "overview",
    "tagline",
    "biography",
    "scores",
    "trailers",
    "extras",
    "pictures",
    "seasons",
    "portrait",
    "still",
];

/// The columns that some records need. A table has a line of all of them before the first record.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// In their order, each of them once.
    columns: Vec<Column>,
}

/// A column, by the place of its field, then by the entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    place: usize,
    field: &'static str,
    /// The key in the object that the field is; `None`: it is none.
    entry: Option<String>,
}

impl Columns {
    /// Adds those of a record.
    pub(super) fn learn(&mut self, exported: &Exported) {
        for (column, _) in cells(exported) {
            if let Err(place) = self.columns.binary_search(&column) {
                self.columns.insert(place, column);
            }
        }
    }

    /// Whether no record needs one.
    pub(super) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// What they are called, in their order.
    pub(super) fn names(&self) -> impl Iterator<Item = String> + '_ {
        self.columns.iter().map(|column| match &column.entry {
            None => column.field.to_owned(),
            Some(entry) => format!("{}.{entry}", column.field),
        })
    }

    /// The cells of a record, in the order of the columns; `None`: it needs one that there is not.
    pub(super) fn line(&self, exported: &Exported) -> Option<Vec<String>> {
        let mut line = vec![String::new(); self.columns.len()];
        for (column, value) in cells(exported) {
            let place = self.columns.binary_search(&column).ok()?;
            line[place] = cell(value);
        }
        Some(line)
    }
}

/// What of a record stands in which column.
fn cells(exported: &Exported) -> impl Iterator<Item = (Column, &Value)> {
    exported.fields().flat_map(|(field, value)| {
        let place = ORDER.iter().position(|name| *name == field);
        let place = place.unwrap_or(ORDER.len());
        let column = move |entry: Option<String>| Column {
            place,
            field,
            entry,
        };
        let cells: Vec<(Column, &Value)> = match value {
            Value::Object(entries) => entries
                .iter()
                .map(|(entry, value)| (column(Some(entry.clone())), value))
                .collect(),
            value => vec![(column(None), value)],
        };
        cells
    })
}

/// A value as a load reads it from a cell: what no cell can say otherwise is JSON.
fn cell(value: &Value) -> String {
    let cell = match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => joined(values).unwrap_or_else(|| value.to_string()),
        value => value.to_string(),
    };
    guarded(cell)
}

/// The entries of a list in one cell, if they are texts that can be told apart there, and from JSON.
fn joined(values: &[Value]) -> Option<String> {
    let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
    let texts = texts?;
    let is_apart = |text: &&str| !text.is_empty() && !text.contains(BETWEEN);
    let joined = texts.iter().all(is_apart).then(|| texts.join(BETWEEN));
    joined.filter(|cell| !cell.starts_with('['))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn exported(kind: &'static str, name: &str, ids: Value) -> Exported {
        let Value::Object(ids) = ids else {
            unreachable!("it is an object");
        };
        let mut exported = Exported::of(kind);
        exported.put("ids", ids);
        exported.put("title", name);
        exported
    }

    #[test]
    fn columns_are_those_that_records_need_in_one_order() {
        let film = exported(
            "film",
            "=Heat",
            json!({ "tmdb": "949", "imdb": "tt0113277" }),
        );
        let series = exported("series", "Dark", json!({}));
        let mut columns = Columns::default();
        assert!(columns.is_empty());
        columns.learn(&film);
        columns.learn(&series);

        let names: Vec<String> = columns.names().collect();
        assert_eq!(names, ["kind", "title", "ids.imdb", "ids.tmdb"]);
        let line = columns.line(&film).unwrap();
        assert_eq!(line, ["film", "'=Heat", "tt0113277", "949"]);
        assert_eq!(columns.line(&series).unwrap(), ["series", "Dark", "", ""]);
        let other = exported("film", "Alien", json!({ "tvdb": "1" }));
        assert_eq!(columns.line(&other), None);
    }

    #[test]
    fn a_list_stands_in_a_cell_and_is_json_where_it_must() {
        let mut score = Map::new();
        score.insert("value".to_owned(), json!(8.3));
        for (value, expected) in [
            (json!(["Crime", "Drama"]), "Crime|Drama"),
            (json!(["-A"]), "'-A"),
            (json!(["A|B"]), r#"["A|B"]"#),
            (json!(["[A]"]), r#"["[A]"]"#),
            (json!(["A", { "person": "b" }]), r#"["A",{"person":"b"}]"#),
            (json!(1995), "1995"),
            (Value::Object(score), r#"{"value":8.3}"#),
        ] {
            assert_eq!(cell(&value), expected);
        }
    }
}
