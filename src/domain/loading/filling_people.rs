//! What somebody lacks, filled from others who are the same person. What is said of them themselves counts, and their locked
//! fields stay.

use super::filling::{pictures_joined, texts_joined};
use super::people::check_days;
use super::problem::Problem;
use crate::domain::catalog::{DocumentFields, ExternalId, PERSON_FIELDS, Person, Texts};

/// Somebody with what others have and they have not.
#[derive(Debug)]
pub struct FilledPerson {
    /// With what is told of the life.
    pub person: (Person, Texts),
    /// The fields that stay although the others have something for them, and why.
    pub noticed: Vec<Problem>,
}

/// Somebody with what these others have and they have not, the first of them first. They keep their key, their name and
/// their stamp.
pub fn filled_person(person: &(Person, Texts), others: &[(Person, Texts)]) -> FilledPerson {
    let before = DocumentFields::of_person(person);
    let mut noticed = Vec::new();
    let mut all = person.clone();
    for other in others {
        noticed.extend(contradictions(&all.0, &other.0));
        all = filled_from(all, other);
    }
    let mut fields = DocumentFields::of_person(&all);
    let locked = PERSON_FIELDS.into_iter();
    for field in locked.filter(|field| person.0.locks.has(field)) {
        let own = before.get(field);
        if fields.get(field) != own && fields.put(field, &own) {
            noticed.push(Problem::new(field, "is locked, and stays"));
        }
    }
    let mut filled = with_fields(person, fields.clone());
    // Nobody dies before the day of birth, as one may say and the other does not know.
    if check_days(filled.0.born, filled.0.died).is_err() {
        for field in ["born", "died"] {
            fields.put(field, &before.get(field));
        }
        let reason =
            "stays, for by the days of the others they would have died before they were born";
        noticed.push(Problem::new("died", reason));
        filled = with_fields(person, fields);
    }
    FilledPerson {
        person: filled,
        noticed,
    }
}

/// The person with these fields, or as they are if they are none of a person, which those of a person always are.
fn with_fields(person: &(Person, Texts), fields: DocumentFields) -> (Person, Texts) {
    fields.told("biography").unwrap_or_else(|_| person.clone())
}

fn filled_from(
    (person, told): (Person, Texts),
    (other, life): &(Person, Texts),
) -> (Person, Texts) {
    let ids = other.external_ids.iter();
    let new = ids.filter(|id| id_of(&person, &id.provider).is_none());
    let mut external_ids: Vec<ExternalId> = new.chain(&person.external_ids).cloned().collect();
    external_ids.sort_unstable();
    let person = Person {
        born: person.born.or(other.born),
        died: person.died.or(other.died),
        birthplace: person.birthplace.or_else(|| other.birthplace.clone()),
        pictures: pictures_joined(person.pictures, &other.pictures),
        external_ids,
        ..person
    };
    (person, texts_joined(told, life))
}

/// What both say, each something else: the first counts.
fn contradictions(person: &Person, other: &Person) -> Vec<Problem> {
    let mut told = Vec::new();
    for (field, own, others) in [
        ("born", person.born, other.born),
        ("died", person.died, other.died),
    ] {
        if let (Some(own), Some(others)) = (own, others)
            && own != others
        {
            let reason = format!("stays {own}, where “{}” has {others}", other.name);
            told.push(Problem::new(field, reason));
        }
    }
    for id in &other.external_ids {
        let own = id_of(person, &id.provider).filter(|own| *own != id.value);
        if let Some(own) = own {
            let reason = format!("stays {own}, where “{}” has {}", other.name, id.value);
            told.push(Problem::new(format!("ids.{}", id.provider), reason));
        }
    }
    told
}

fn id_of<'p>(person: &'p Person, provider: &str) -> Option<&'p str> {
    let id = person
        .external_ids
        .iter()
        .find(|it| it.provider == provider);
    id.map(|id| id.value.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn somebody(fields: Value, told: Value) -> (Person, Texts) {
        let at = "2020-01-01T00:00:00Z";
        let mut all = json!({
            "id": 1, "slug": "al-pacino", "name": "Al Pacino", "born": null, "external_ids": [],
            "stamp": { "created_at": at, "updated_at": at, "revision": 1 },
        });
        let Value::Object(fields) = fields else {
            unreachable!("they are an object");
        };
        all.as_object_mut().unwrap().extend(fields);
        let person = serde_json::from_value(all).unwrap();
        (person, serde_json::from_value(told).unwrap())
    }

    fn ids(ids: &[(&str, &str)]) -> Value {
        let ids = ids.iter();
        ids.map(|(provider, value)| json!({ "provider": provider, "value": value }))
            .collect()
    }

    fn fields(noticed: &[Problem]) -> Vec<&str> {
        noticed.iter().map(|it| it.field.as_str()).collect()
    }

    #[test]
    fn what_is_said_stays_and_what_lacks_is_filled() {
        let own = json!({ "born": "1940-04-25", "external_ids": ids(&[("imdb", "nm1")]) });
        let own = somebody(own, json!({ "en": "An actor." }));
        let other = json!({
            "born": "1941-01-01", "birthplace": "New York", "external_ids": ids(&[("imdb", "nm2"), ("tmdb", "1158")]),
        });
        let other = somebody(other, json!({ "de": "Ein Schauspieler.", "en": "Other." }));

        let FilledPerson { person, noticed } = filled_person(&own, &[other]);

        let expected = json!({
            "born": "1940-04-25", "birthplace": "New York", "external_ids": ids(&[("imdb", "nm1"), ("tmdb", "1158")]),
        });
        let told = json!({ "de": "Ein Schauspieler.", "en": "An actor." });
        assert_eq!(person, somebody(expected, told));
        assert_eq!(fields(&noticed), ["born", "ids.imdb"]);
    }

    #[test]
    fn locked_fields_and_days_that_cannot_be_stay() {
        let mut own = somebody(json!({ "died": "1939-01-01" }), json!({}));
        own.0.locks.lock("birthplace");
        let other = json!({ "born": "1940-04-25", "birthplace": "New York" });
        let other = somebody(other, json!({}));

        let FilledPerson { person, noticed } = filled_person(&own, &[other]);

        assert_eq!(person, own);
        assert_eq!(fields(&noticed), ["birthplace", "died"]);
    }
}
