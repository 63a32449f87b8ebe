//! What a dry run would change: each field of a document, with its values before and after as files have them.

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::fields::shown;
use super::mapped_roles::field_of;
use super::problem::Problem;
use crate::domain::catalog::{
    CatalogBatch, CatalogError, CatalogService, Credit, CreditRole, Episode, Person, Texts, Title,
    Visibility,
};
use crate::domain::ids::{CollectionId, GenreId, PersonId};

/// The fields that are called otherwise in files than in documents.
const CALLED: [(&str, &str); 9] = [
    ("title", "name"),
    ("original_title", "original_name"),
    ("release_date", "premiered"),
    ("air_date", "aired"),
    ("ids", "external_ids"),
    ("portrait", "pictures"),
    ("still", "pictures"),
    ("seasons", "season_pictures"),
    ("trailers", "extras"),
];

/// What documents refer to, by name.
#[derive(Default)]
pub(super) struct Names {
    people: HashMap<PersonId, String>,
    genres: HashMap<GenreId, String>,
    collections: HashMap<CollectionId, String>,
}

impl Names {
    /// What these titles and episodes refer to; `new` has what no store has yet.
    pub(super) async fn of(
        catalog: &CatalogService,
        titles: &[&Title],
        episodes: &[&Episode],
        new: &CatalogBatch,
    ) -> Result<Self, CatalogError> {
        let credited = titles.iter().flat_map(|title| title.credited());
        let in_episodes = episodes.iter().flat_map(|episode| episode.all_credits());
        let people: HashSet<PersonId> = credited
            .chain(in_episodes.map(|credit| credit.person))
            .collect();
        let people: Vec<PersonId> = people.into_iter().collect();
        let genres = titles.iter().flat_map(|title| title.genres.clone());
        let genres: HashSet<GenreId> = genres.collect();
        let genres: Vec<GenreId> = genres.into_iter().collect();
        let parts = titles.iter().filter_map(|title| title.collection);
        let collections: HashSet<CollectionId> = parts.map(|part| part.collection).collect();
        let collections: Vec<CollectionId> = collections.into_iter().collect();
        let mut names = Self::default();
        if !people.is_empty() {
            let stored = catalog.people(&people).await?.into_iter();
            names.people.extend(stored.map(|it| (it.id, it.name)));
        }
        if !genres.is_empty() {
            let stored = catalog.genres(&genres).await?.into_iter();
            names.genres.extend(stored.map(|it| (it.id, it.name)));
        }
        if !collections.is_empty() {
            let everything = Visibility::everything();
            let stored = catalog.collections(&everything, &collections).await?;
            let stored = stored.into_iter().map(|it| (it.id, it.name));
            names.collections.extend(stored);
        }
        let people = new.people.iter().map(|it| (it.id, it.name.clone()));
        names.people.extend(people);
        let genres = new.genres.iter().map(|it| (it.id, it.name.clone()));
        names.genres.extend(genres);
        let collections = new.collections.iter().map(|it| (it.id, it.name.clone()));
        names.collections.extend(collections);
        Ok(names)
    }

    fn put_credits<'a>(
        &self,
        fields: &mut Map<String, Value>,
        credits: &(impl Iterator<Item = &'a Credit> + Clone),
    ) {
        let of_films = CreditRole::ALL.map(|role| (field_of(role), role));
        let of_series = [("creators", CreditRole::Director)];
        for (field, role) in of_films.into_iter().chain(of_series) {
            let of_role = credits.clone().filter(|credit| credit.role == role);
            let named = of_role.map(|credit| {
                let name = self.people.get(&credit.person);
                match &credit.character {
                    Some(character) => json!({ "name": name, "character": character }),
                    None => json!(name),
                }
            });
            fields.insert(field.to_owned(), named.collect());
        }
    }

    /// The fields of a title.
    pub(super) fn of_title(&self, title: &Title) -> Map<String, Value> {
        let mut fields = of_document(title);
        self.put_credits(&mut fields, &title.all_credits());
        let genres = title.genres.iter().map(|id| json!(self.genres.get(id)));
        fields.insert("genres".to_owned(), genres.collect());
        let part_of = title.collection;
        let collection = part_of.and_then(|it| self.collections.get(&it.collection));
        let minutes = |seconds: Option<u32>| seconds.map(|seconds| seconds / 60);
        for (field, value) in [
            ("collection", json!(collection)),
            ("part", json!(part_of.and_then(|it| it.part))),
            ("state", json!(title.publication.state)),
            ("available_from", json!(title.publication.from)),
            ("available_until", json!(title.publication.until)),
            ("runtime_minutes", json!(minutes(title.duration))),
            (
                "episode_runtime_minutes",
                json!(minutes(title.episode_duration)),
            ),
        ] {
            fields.insert(field.to_owned(), value);
        }
        fields
    }

    /// The fields of an episode, with what is told of it.
    pub(super) fn of_episode(&self, (episode, told): &(Episode, Texts)) -> Map<String, Value> {
        let mut fields = of_document(episode);
        let credits = episode.all_credits();
        self.put_credits(&mut fields, &credits.iter());
        let minutes = episode.duration.map(|seconds| seconds / 60);
        fields.insert("runtime_minutes".to_owned(), json!(minutes));
        fields.insert("overview".to_owned(), json!(told));
        fields
    }
}

/// The fields of a person, with what is told of the life.
pub(super) fn of_person((person, told): &(Person, Texts)) -> Map<String, Value> {
    let mut fields = of_document(person);
    fields.insert("biography".to_owned(), json!(told));
    fields
}

/// The fields of a document that names nothing else.
pub(super) fn of_document(document: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(mut fields)) = serde_json::to_value(document) else {
        return Map::new();
    };
    for (field, name) in CALLED {
        if let Some(value) = fields.get(name).cloned() {
            fields.entry(field).or_insert(value);
        }
    }
    fields
}

/// What would change in a document, field by field; `of` says which it is.
pub(super) fn changes(
    of: &str,
    fields: &[&'static str],
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<Problem> {
    let value = |document: &Map<String, Value>, field: &str| document.get(field).cloned();
    let changes = fields.iter().map(|field| {
        let (old, new) = (value(before, field), value(after, field));
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        let reason = if old == new {
            format!("of “{of}” would be another")
        } else {
            format!("of “{of}” is {}, would be {}", shown(&old), shown(&new))
        };
        Problem::new(field, reason).with_value(&new)
    });
    changes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::loading::samples::title;

    #[test]
    fn both_values_are_as_files_have_them() {
        let old = title(json!({
            "slug": "heat", "title": "Heat", "runtime_minutes": 170, "cast": ["Al Pacino"],
        }));
        let new = title(json!({
            "slug": "heat", "title": "Heat!", "runtime_minutes": 171, "genres": ["Crime"],
            "cast": [{ "name": "Al Pacino", "character": "Hanna" }],
        }));
        let mut names = Names::default();
        let people = old.credited().into_iter();
        names.people = people.map(|id| (id, "Al Pacino".to_owned())).collect();
        let genres = new.genres.iter();
        names.genres = genres.map(|id| (*id, "Crime".to_owned())).collect();
        let fields = ["title", "runtime_minutes", "genres", "cast"];

        let told = changes(
            "heat",
            &fields,
            &names.of_title(&old),
            &names.of_title(&new),
        );

        let told: Vec<_> = told
            .iter()
            .map(|it| (it.field.as_str(), it.reason.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("title", "of “heat” is \"Heat\", would be \"Heat!\""),
                ("runtime_minutes", "of “heat” is 170, would be 171"),
                ("genres", "of “heat” is [], would be [\"Crime\"]"),
                (
                    "cast",
                    "of “heat” is [\"Al Pacino\"], would be [{\"character\":\"Hanna\",\"name\":\"Al Pacino\"}]"
                ),
            ]
        );
    }
}
