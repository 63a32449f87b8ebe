//! What documents name by id, as files name it: people, genres, collections, pictures.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::record::Exported;
use crate::domain::catalog::{
    Collection, Credit, CreditRole, KeptPicture, NameKeys, Person, PictureFormat, PictureHash,
    PictureKind, StoredPicture,
};
use crate::domain::ids::{CollectionId, GenreId, PersonId};
use crate::domain::loading::checks::check_person_name;
use crate::domain::loading::fields::is_placeholder;
use crate::domain::text;

/// The folder beside an export that has its pictures, as paths of records begin.
const PICTURES: &str = "pictures";

/// What the documents of a batch name, by id.
#[derive(Default)]
pub(super) struct Referred {
    pub(super) people: HashMap<PersonId, Named>,
    /// The names of genres.
    pub(super) genres: HashMap<GenreId, String>,
    pub(super) collections: HashMap<CollectionId, Named>,
    /// The pictures whose bytes lie beside the export.
    pub(super) pictures: HashSet<PictureHash>,
}

/// A person or a collection, by key and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) slug: String,
    pub(super) name: String,
}

impl From<Person> for Named {
    fn from(person: Person) -> Self {
        Self {
            slug: text::compose(&person.slug),
            name: person.name,
        }
    }
}

impl From<Collection> for Named {
    fn from(collection: Collection) -> Self {
        Self {
            slug: text::compose(&collection.slug),
            name: collection.name,
        }
    }
}

impl Named {
    /// Whether the name alone leads to the person, whoever else is there.
    fn is_found_by_name(&self) -> bool {
        let keys = NameKeys::of(&self.name);
        let [former, key, _] = keys.all();
        former == self.slug
            && key == self.slug
            && !is_placeholder(&self.name)
            && check_person_name(&self.name).is_none()
    }

    /// The person as a credit, by the name alone where that is enough.
    fn credited(&self, character: Option<&str>) -> Value {
        let mut credit = Map::new();
        if !self.is_found_by_name() {
            credit.insert("person".to_owned(), self.slug.as_str().into());
        } else if character.is_none() {
            return self.name.as_str().into();
        }
        credit.insert("name".to_owned(), self.name.as_str().into());
        if let Some(character) = character {
            credit.insert("character".to_owned(), character.into());
        }
        Value::Object(credit)
    }
}

impl Referred {
    /// Puts those of these credits that are of a role into a field, everybody once. Who is not there any more is not.
    pub(super) fn put_credits<'c>(
        &self,
        exported: &mut Exported,
        field: &'static str,
        credits: impl Iterator<Item = &'c Credit>,
        role: CreditRole,
    ) {
        let mut seen = HashSet::new();
        let credits = credits.filter(|credit| credit.role == role && seen.insert(credit.person));
        let credits = credits.filter_map(|credit| {
            let person = self.people.get(&credit.person)?;
            Some(person.credited(credit.character.as_deref()))
        });
        exported.put(field, credits.collect::<Vec<Value>>());
    }

    /// References to those of these pictures that are of a kind and lie beside the export.
    pub(super) fn references(&self, pictures: &[KeptPicture], kind: PictureKind) -> Vec<Value> {
        let pictures = pictures.iter().map(|kept| &kept.picture);
        let kept = pictures.filter(|it| it.kind == kind && self.pictures.contains(&it.hash));
        let references = kept.map(|picture| match &picture.language {
            None => Value::from(path(picture)),
            Some(language) => json!({ "from": path(picture), "language": language.as_str() }),
        });
        references.collect()
    }
}

/// Where the bytes of a picture lie, from the folder of the export: under their hash, so that they are there once.
pub(super) fn path(picture: &StoredPicture) -> String {
    let hash = picture.hash.to_string();
    let ending = match picture.format {
        PictureFormat::Jpeg => "jpg",
        PictureFormat::Png => "png",
        PictureFormat::WebP => "webp",
        PictureFormat::Gif => "gif",
    };
    format!("{PICTURES}/{}/{hash}.{ending}", &hash[..2])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credited(slug: &str, name: &str, character: Option<&str>) -> Value {
        let named = Named {
            slug: slug.to_owned(),
            name: name.to_owned(),
        };
        named.credited(character)
    }

    #[test]
    fn a_credit_is_a_name_where_that_is_enough() {
        assert_eq!(credited("al-pacino", "Al Pacino", None), json!("Al Pacino"));
        assert_eq!(
            credited("al-pacino", "Al Pacino", Some("Hanna")),
            json!({ "name": "Al Pacino", "character": "Hanna" })
        );
        for (slug, name) in [
            ("steve-mcqueen-1969", "Steve McQueen"),
            ("unknown", "Unknown"),
            ("de-niro-robert", "De Niro, Robert"),
            // Somebody else may stand under the key of former times.
            ("कमला", "कमला"),
        ] {
            let expected = json!({ "person": slug, "name": name });
            assert_eq!(credited(slug, name, None), expected);
        }
    }
}
