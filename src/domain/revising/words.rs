//! Values of fields in the words of files: names for ids, minutes for seconds.

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value, json};

use crate::domain::catalog::{
    Airs, CatalogError, CatalogService, Credit, DELETED_FROM, ExternalId, FieldChange, PartOf,
    Visibility,
};
use crate::domain::ids::{CollectionId, GenreId, PersonId, TitleId};

/// The fields that credit people.
const CREDITED: [&str; 7] = [
    "directors",
    "creators",
    "cast",
    "guests",
    "writers",
    "producers",
    "composers",
];

/// What fields refer to, by name as it is now.
#[derive(Default)]
pub(super) struct Names {
    people: HashMap<PersonId, String>,
    genres: HashMap<GenreId, String>,
    collections: HashMap<CollectionId, String>,
    titles: HashMap<TitleId, String>,
}

impl Names {
    /// The names that these changes need, each sort in one read.
    pub(super) async fn of(
        catalog: &CatalogService,
        changes: impl Iterator<Item = &FieldChange>,
    ) -> Result<Self, CatalogError> {
        let mut people: BTreeSet<PersonId> = BTreeSet::new();
        let mut genres: BTreeSet<GenreId> = BTreeSet::new();
        let mut collections: BTreeSet<CollectionId> = BTreeSet::new();
        let mut titles: BTreeSet<TitleId> = BTreeSet::new();
        for change in changes {
            for value in [&change.before, &change.after] {
                match change.field.as_str() {
                    field if CREDITED.contains(&field) => {
                        people.extend(credited(value).into_iter().map(|(person, _)| person));
                    }
                    "genres" => genres.extend(read::<Vec<GenreId>>(value).unwrap_or_default()),
                    // It is of a genre or of a collection: no id is of both.
                    "merged_into" => {
                        genres.extend(read::<GenreId>(value));
                        collections.extend(read::<CollectionId>(value));
                    }
                    DELETED_FROM => titles.extend(read::<TitleId>(value)),
                    "collection" => {
                        collections.extend(read::<PartOf>(value).map(|it| it.collection));
                    }
                    _ => {}
                }
            }
        }
        let mut names = Self::default();
        if !people.is_empty() {
            let people: Vec<PersonId> = people.into_iter().collect();
            let people = catalog.people(&people).await?.into_iter();
            names.people = people.map(|it| (it.id, it.name)).collect();
        }
        if !genres.is_empty() {
            let genres: Vec<GenreId> = genres.into_iter().collect();
            let genres = catalog.genres(&genres).await?.into_iter();
            names.genres = genres.map(|it| (it.id, it.name)).collect();
        }
        if !collections.is_empty() {
            let collections: Vec<CollectionId> = collections.into_iter().collect();
            let everything = Visibility::everything();
            let collections = catalog.collections(&everything, &collections).await?;
            let collections = collections.into_iter();
            names.collections = collections.map(|it| (it.id, it.name)).collect();
        }
        if !titles.is_empty() {
            let titles: Vec<TitleId> = titles.into_iter().collect();
            let titles = catalog.titles(&Visibility::everything(), &titles).await?;
            let titles = titles.into_iter();
            names.titles = titles.map(|it| (it.id, it.name.clone())).collect();
        }
        Ok(names)
    }

    /// What a document keeps of a field, as files say it.
    pub(super) fn say(&self, field: &str, value: &Value) -> Value {
        match field {
            field if CREDITED.contains(&field) => {
                let people = credited(value).into_iter().map(|(person, character)| {
                    let name = self.people.get(&person);
                    match character {
                        Some(character) => json!({ "name": name, "character": character }),
                        None => json!(name),
                    }
                });
                people.collect()
            }
            "genres" => {
                let genres: Vec<GenreId> = read(value).unwrap_or_default();
                let names = genres.iter().map(|id| json!(self.genres.get(id)));
                names.collect()
            }
            "merged_into" => {
                let genre = read::<GenreId>(value).and_then(|id| self.genres.get(&id));
                let collection = || {
                    let id = read::<CollectionId>(value)?;
                    self.collections.get(&id)
                };
                json!(genre.or_else(collection))
            }
            DELETED_FROM => {
                let series = read::<TitleId>(value);
                json!(series.and_then(|id| self.titles.get(&id)))
            }
            "collection" => {
                let part_of: Option<PartOf> = read(value);
                json!(part_of.and_then(|it| self.collections.get(&it.collection)))
            }
            "part" => json!(read::<PartOf>(value).and_then(|it| it.part)),
            "runtime_minutes" | "episode_runtime_minutes" => {
                json!(value.as_u64().map(|seconds| seconds / 60))
            }
            "airs_before_season" => json!(read::<Airs>(value).and_then(Airs::before_season)),
            "airs_before_episode" => json!(read::<Airs>(value).and_then(Airs::before_episode)),
            "airs_after_season" => json!(read::<Airs>(value).and_then(Airs::after_season)),
            "ids" => {
                let ids: Vec<ExternalId> = read(value).unwrap_or_default();
                let ids = ids.into_iter().map(|id| (id.provider, json!(id.value)));
                Value::Object(ids.collect::<Map<String, Value>>())
            }
            _ => value.clone(),
        }
    }
}

/// Who is credited, with the character: titles keep credits, episodes their directors as a list of people.
fn credited(value: &Value) -> Vec<(PersonId, Option<String>)> {
    if let Some(people) = read::<Vec<PersonId>>(value) {
        return people.into_iter().map(|person| (person, None)).collect();
    }
    let credits: Vec<Credit> = read(value).unwrap_or_default();
    let credits = credits.into_iter();
    credits.map(|it| (it.person, it.character)).collect()
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_said_by_name_and_seconds_in_minutes() {
        let names = Names {
            people: [(PersonId(1), "Al Pacino".to_owned())].into(),
            genres: [(GenreId(2), "Crime".to_owned())].into(),
            collections: [(CollectionId(3), "The Godfather".to_owned())].into(),
            titles: [(TitleId(4), "Dark".to_owned())].into(),
        };
        let credit = |character: Value| json!([{ "person": 1, "role": "actor", "character": character, "order": 0 }]);
        for (field, stored, said) in [
            ("cast", credit(json!(null)), json!(["Al Pacino"])),
            (
                "cast",
                credit(json!("Hanna")),
                json!([{ "name": "Al Pacino", "character": "Hanna" }]),
            ),
            ("directors", json!([1]), json!(["Al Pacino"])),
            ("genres", json!([2, 9]), json!(["Crime", null])),
            (
                "collection",
                json!({ "collection": 3, "part": 2 }),
                json!("The Godfather"),
            ),
            ("part", json!({ "collection": 3, "part": 2 }), json!(2)),
            ("merged_into", json!(2), json!("Crime")),
            ("deleted_from", json!(4), json!("Dark")),
            ("merged_into", json!(3), json!("The Godfather")),
            ("part", json!(null), json!(null)),
            ("runtime_minutes", json!(10_259), json!(170)),
            (
                "airs_before_season",
                json!({ "before_season": 4 }),
                json!(4),
            ),
            (
                "ids",
                json!([{ "provider": "imdb", "value": "tt0113277" }]),
                json!({ "imdb": "tt0113277" }),
            ),
            ("title", json!("Heat"), json!("Heat")),
            ("year", json!(null), json!(null)),
        ] {
            assert_eq!(names.say(field, &stored), said, "{field} of {stored}");
        }
    }
}
