//! What an edit says: what fields are to be, and what lists are to have besides or no longer; by the names of fields in
//! files.

use serde_json::{Map, Value};

use super::part::Part;
use super::refused::{Place, Refused};
use crate::domain::catalog::{CertificationName, Title, TitleKind, certification_name};
use crate::domain::error::ErrorCode;
use crate::domain::text::is_turning;

/// What an edit says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patch {
    /// What fields are to be. A list replaces what is there; `null` takes a value away. Of texts by language each language
    /// is a field of its own.
    pub set: Map<String, Value>,
    /// What lists are to have besides.
    pub add: Map<String, Value>,
    /// What lists are to have no longer.
    pub remove: Map<String, Value>,
}

/// What files call the people who directed a film and those who created a series.
const DIRECTORS: &str = "directors";
const CREATORS: &str = "creators";
/// What an edit may weigh, times its titles: 500 may each get some 200 values, or 20 the longest cast.
const MOST_WEIGHT: usize = 100_000;
/// A text weighs as much as a value for each so many bytes.
const WEIGHED: usize = 100;
/// What people, genres and collections are called.
const NAME: &str = "name";
/// What rating systems say, by the system.
const CERTIFICATIONS: &str = "certifications";

impl Patch {
    /// The fields of a part.
    pub(super) fn part(&self, part: Part) -> &Map<String, Value> {
        match part {
            Part::Set => &self.set,
            Part::Add => &self.add,
            Part::Remove => &self.remove,
        }
    }

    fn part_mut(&mut self, part: Part) -> &mut Map<String, Value> {
        match part {
            Part::Set => &mut self.set,
            Part::Add => &mut self.add,
            Part::Remove => &mut self.remove,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        Part::ALL.into_iter().all(|part| self.part(part).is_empty())
    }

    /// The fields that it names, each once.
    pub(super) fn fields(&self) -> Vec<&str> {
        let parts = Part::ALL.into_iter();
        let fields = parts.flat_map(|part| self.part(part).keys());
        let mut fields: Vec<&str> = fields.map(String::as_str).collect();
        fields.sort_unstable();
        fields.dedup();
        fields
    }

    /// What is wrong with it, whatever it is laid over: that it says nothing, or which fields have an empty text, a
    /// rating system that there is not, or a name that turns the direction of what stands behind it.
    ///
    /// A file has empty cells, and they say nothing; somebody who sends an empty text means something by it.
    pub(super) fn check(&self) -> Result<(), Vec<Refused>> {
        if self.is_empty() {
            let place = Place::Part(Part::Set);
            return Err(vec![Refused::new(ErrorCode::Blank, place, "says nothing")]);
        }
        let mut refused = Vec::new();
        for part in Part::ALL {
            for (field, value) in self.part(part) {
                if has_blank(value) {
                    let place = Place::Field(part, field.clone());
                    let reason = "has an empty text; null takes a value away";
                    refused.push(Refused::new(ErrorCode::Blank, place, reason));
                }
                if let Some(turning) = turning(field, value) {
                    let place = Place::Field(part, field.clone());
                    let number = u32::from(turning);
                    let reason = format!(
                        "has the character U+{number:04X}, which turns the direction of what follows"
                    );
                    refused.push(Refused::new(ErrorCode::Invalid, place, reason));
                }
            }
            refused.extend(self.unknown_system(part));
        }
        if refused.is_empty() {
            Ok(())
        } else {
            Err(refused)
        }
    }

    /// That it says too much for so many titles: all that it makes of them is in memory at the same time.
    pub(super) fn flaw_of(&self, titles: usize) -> Option<Refused> {
        let parts = Part::ALL.into_iter();
        let weight: usize = parts
            .flat_map(|it| self.part(it).values())
            .map(weight)
            .sum();
        if weight.saturating_mul(titles) <= MOST_WEIGHT {
            return None;
        }
        let reason = format!("says too much for {titles} titles at once; edit fewer");
        let place = Place::Part(Part::Set);
        Some(Refused::new(ErrorCode::OutOfRange, place, reason))
    }

    /// A rating system that we do not know. A record's is passed over, and its other labels stay; a list that replaces
    /// what is there would take all of them away for a slip of the pen.
    fn unknown_system(&self, part: Part) -> Option<Refused> {
        let systems = self.part(part).get(CERTIFICATIONS)?.as_object()?;
        let mut names = systems.keys();
        let name = names.find(|name| {
            let found = certification_name(name, "NR");
            matches!(found, CertificationName::UnknownSystem)
        })?;
        let place = Place::Field(part, format!("{CERTIFICATIONS}.{name}"));
        let reason = "is not a rating system that we know";
        Some(Refused::new(ErrorCode::Invalid, place, reason))
    }

    /// Takes out the field to blame; whether there was such a field.
    pub(super) fn leave_out(&mut self, refused: &Refused) -> bool {
        let Some((part, field)) = refused.field() else {
            return false;
        };
        self.part_mut(part).remove(field).is_some()
    }

    /// The same for a title: with the names that fields of its kind have, and with what it loses where all that it has of
    /// something by name is replaced.
    pub(super) fn of(&self, title: &Title) -> Self {
        let mut patch = self.clone();
        if title.kind == TitleKind::Series {
            for part in Part::ALL {
                let fields = patch.part_mut(part);
                if let Some(directors) = fields.remove(DIRECTORS) {
                    fields.insert(CREATORS.to_owned(), directors);
                }
            }
        }
        let ids = title.external_ids.iter().map(|id| id.provider.as_str());
        replace_all(&mut patch.set, "ids", ids);
        let systems = title.certifications.iter().map(|it| it.system.as_str());
        replace_all(&mut patch.set, CERTIFICATIONS, systems);
        patch
    }
}

/// Says of each entry that is there and not named that it goes: a record would leave it.
pub(super) fn replace_all<'a>(
    fields: &mut Map<String, Value>,
    field: &str,
    there: impl Iterator<Item = &'a str>,
) {
    if let Some(Value::Object(entries)) = fields.get_mut(field) {
        for name in there {
            entries.entry(name).or_insert(Value::Null);
        }
    }
}

/// How many values there are in a value, long texts counted for several.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => 1 + text.len() / WEIGHED,
        Value::Array(values) => values.iter().map(weight).sum(),
        Value::Object(values) => values.values().map(weight).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

/// What turns the direction of what stands behind a name. Names in files may have it, in pairs; nobody types it.
fn turning(field: &str, value: &Value) -> Option<char> {
    let name = value.as_str().filter(|_| field == NAME)?;
    name.chars().find(|it| is_turning(*it))
}

fn has_blank(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.iter().any(has_blank),
        Value::Object(values) => {
            let mut values = values.iter();
            values.any(|(key, value)| key.trim().is_empty() || has_blank(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::catalog::ExternalId;
    use crate::domain::loading::blank_title;

    fn fields(value: Value) -> Map<String, Value> {
        let Value::Object(fields) = value else {
            unreachable!("it is an object");
        };
        fields
    }

    fn set(value: Value) -> Patch {
        Patch {
            set: fields(value),
            ..Patch::default()
        }
    }

    #[test]
    fn a_patch_says_something_and_no_empty_text() {
        let flaws = Patch::default().check().unwrap_err();
        assert_eq!(flaws[0].place, Place::Part(Part::Set));
        assert_eq!(set(json!({ "tagline": null, "tags": [] })).check(), Ok(()));

        let blank = Patch {
            add: fields(json!({ "cast": [{ "name": "Al Pacino", "character": " " }] })),
            ..set(json!({ "title": "Heat", "tagline": { "en": "" } }))
        };
        let flaws = blank.check().unwrap_err();
        assert!(flaws.iter().all(|flaw| flaw.code == ErrorCode::Blank));
        let places: Vec<&Place> = flaws.iter().map(|flaw| &flaw.place).collect();
        let field = |part, field: &str| Place::Field(part, field.to_owned());
        assert_eq!(
            places,
            [&field(Part::Set, "tagline"), &field(Part::Add, "cast")]
        );
    }

    #[test]
    fn a_name_does_not_turn_what_follows() {
        let flaws = set(json!({ "name": "Al \u{202e}Pacino" }))
            .check()
            .unwrap_err();

        assert_eq!(flaws.len(), 1);
        assert_eq!(flaws[0].code, ErrorCode::Invalid);
        let place = Place::Field(Part::Set, "name".to_owned());
        assert_eq!(flaws[0].place, place);
        assert_eq!(set(json!({ "name": "محمد" })).check(), Ok(()));
    }

    #[test]
    fn a_rating_system_is_one_that_is_known() {
        let of = |system: &str| set(json!({ "certifications": { system: "16" } }));
        assert_eq!(of("FSK").check(), Ok(()));

        let flaws = of("FKS").check().unwrap_err();

        let place = Place::Field(Part::Set, "certifications.FKS".to_owned());
        let reason = "is not a rating system that we know";
        assert_eq!(flaws, [Refused::new(ErrorCode::Invalid, place, reason)]);
    }

    #[test]
    fn much_is_said_of_few_titles_only() {
        let credit = json!({ "name": "Al Pacino", "character": "Hanna" });
        let patch = set(json!({ "cast": vec![credit; 1000], "year": 1995 }));

        assert_eq!(patch.flaw_of(49), None);
        let flaw = patch.flaw_of(500).unwrap();
        assert_eq!(flaw.code, ErrorCode::OutOfRange);
        assert_eq!(flaw.place, Place::Part(Part::Set));
        let text = set(json!({ "overview": { "en": "x".repeat(4000) } }));
        assert_eq!(text.flaw_of(500), None);
    }

    #[test]
    fn the_field_to_blame_is_left_out() {
        let mut patch = set(json!({ "ids": { "imdb": "x" }, "year": 1995 }));
        let place = Place::Field(Part::Set, "ids.imdb".to_owned());
        let refused = Refused::new(ErrorCode::Invalid, place, "is x");

        assert!(patch.leave_out(&refused));
        assert_eq!(patch, set(json!({ "year": 1995 })));
        assert!(!patch.leave_out(&refused));
        let whole = Refused::not_there("title");
        assert!(!patch.leave_out(&whole));
    }

    #[test]
    fn a_series_has_creators_and_what_is_replaced_goes() {
        let now = chrono::DateTime::UNIX_EPOCH;
        let mut series = blank_title(TitleKind::Series, "dark", now).unwrap();
        series.external_ids = ["imdb", "tmdb"]
            .map(|provider| ExternalId {
                provider: provider.to_owned(),
                value: "1".to_owned(),
            })
            .into();
        let patch = set(json!({ "directors": ["Baran bo Odar"], "ids": { "tmdb": "70523" } }));

        let of_series = patch.of(&series);

        let expected = json!({
            "creators": ["Baran bo Odar"], "ids": { "imdb": null, "tmdb": "70523" },
        });
        assert_eq!(of_series, set(expected));
        assert_eq!(of_series.fields(), ["creators", "ids"]);
        // What takes all away says so as it stands there.
        let none = set(json!({ "ids": null }));
        assert_eq!(none.of(&series), none);
    }
}
