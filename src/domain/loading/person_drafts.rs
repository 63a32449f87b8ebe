//! From records of people to documents: what a record says, laid over what is stored.

use chrono::{DateTime, Utc};

use super::drafts::{Draft, credited};
use super::fields::names_of;
use super::options::Manner;
use super::people::{PersonRecord, check_days};
use super::pictures::PicturesRecord;
use super::problem::Problem;
use super::said::Said;
use crate::domain::catalog::{Biography, Person, Texts};
use crate::domain::text;

/// The person that a record makes of what is stored, with what is told of the life.
pub(super) fn draft(
    record: &PersonRecord,
    stored: Option<&(Person, Texts)>,
    manner: Manner,
    now: DateTime<Utc>,
) -> Result<Draft<(Person, Texts)>, Problem> {
    let (base, texts) = match (stored, manner) {
        (Some((stored, texts)), Manner::Merge) => {
            let person = Person {
                stamp: stored.stamp.next(now),
                ..stored.clone()
            };
            (person, texts.clone())
        }
        (Some((stored, _)), Manner::Replace) => {
            let person = Person {
                id: stored.id,
                pictures: record.portrait.unread_of(&stored.pictures),
                locks: stored.locks.clone(),
                stamp: stored.stamp.next(now),
                ..credited(&stored.slug, "", now)
            };
            (person, Texts::default())
        }
        (None, _) => (credited(&record.slug, "", now), Texts::default()),
    };
    let person = Person {
        name: record.name.clone(),
        born: record.born.over(base.born),
        died: record.died.over(base.died),
        birthplace: record.birthplace.over(base.birthplace),
        pictures: record.portrait.over("portrait", base.pictures)?,
        external_ids: record
            .external_ids
            .over_entries(base.external_ids, |id| &id.provider),
        ..base
    };
    check_days(person.born, person.died)?;
    let after = (person, record.biography.over_texts(texts));
    Ok(Draft::of(stored, after, |old, new| {
        changes((&old.0, &old.1), (&new.0, &new.1))
    }))
}

/// What of a record a person lacks, under their own key and name.
pub(super) fn lacking(record: &PersonRecord, (person, told): &(Person, Texts)) -> PersonRecord {
    let mut external_ids = unless(&record.external_ids, false);
    if let Said::Value(ids) = &mut external_ids {
        let has = |provider: &str| person.external_ids.iter().any(|it| it.provider == provider);
        ids.retain(|provider, id| id.is_some() && !has(provider));
    }
    let has_pictures = !person.pictures.is_empty();
    PersonRecord {
        slug: text::compose(&person.slug),
        name: person.name.clone(),
        born: unless(&record.born, person.born.is_some()),
        died: unless(&record.died, person.died.is_some()),
        birthplace: unless(&record.birthplace, person.birthplace.is_some()),
        biography: unless(&record.biography, !told.is_empty()),
        portrait: if has_pictures {
            PicturesRecord::default()
        } else {
            record.portrait.clone()
        },
        external_ids,
    }
}

/// The value that is said, unless there is one already.
fn unless<T: Clone>(said: &Said<T>, is_there: bool) -> Said<T> {
    match said {
        Said::Value(value) if !is_there => Said::Value(value.clone()),
        _ => Said::Nothing,
    }
}

/// The fields in which two differ, as files call them.
pub(super) fn changes(
    (old, old_texts): (&Person, &Texts),
    (new, texts): (&Person, &Texts),
) -> Vec<&'static str> {
    names_of([
        ("name", new.name != old.name),
        ("born", new.born != old.born),
        ("died", new.died != old.died),
        ("birthplace", new.birthplace != old.birthplace),
        ("biography", texts != old_texts),
        ("portrait", new.pictures != old.pictures),
        ("ids", new.external_ids != old.external_ids),
    ])
}

/// The people of a batch, with the lives that are told of otherwise than before.
pub(super) fn parted(drafts: Vec<(Person, Texts)>) -> (Vec<Person>, Vec<Biography>) {
    let told = drafts.iter().filter(|(person, texts)| {
        // What is new has nothing that would have to be taken away.
        person.stamp.revision > 1 || !texts.is_empty()
    });
    let biographies = told.map(|(person, texts)| Biography {
        person: person.id,
        texts: texts.clone(),
    });
    let biographies = biographies.collect();
    (
        drafts.into_iter().map(|(person, _)| person).collect(),
        biographies,
    )
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::loading::fields::Fields;
    use crate::domain::loading::people::read_person;

    fn read(record: Value) -> Result<PersonRecord, Problem> {
        let Value::Object(map) = record else {
            unreachable!("it is an object");
        };
        read_person(&mut Fields::new(map))
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// What is stored after a record is laid over it.
    fn laid(
        stored: Option<&(Person, Texts)>,
        record: Value,
        manner: Manner,
    ) -> Option<(Person, Texts)> {
        let record = read(record).unwrap();
        match draft(&record, stored, manner, DateTime::UNIX_EPOCH).unwrap() {
            Draft::New(person) | Draft::Changed(person, _) => Some(person),
            Draft::Unchanged => None,
        }
    }

    #[test]
    fn a_record_is_laid_over_what_is_stored() {
        let first = json!({
            "slug": "a", "name": "A", "born": "1900-01-01", "died": "1980-01-01", "birthplace": "Rome",
            "biography": { "en": "An actor.", "it": "Un attore." },
        });
        let stored = laid(None, first.clone(), Manner::Merge).unwrap();
        assert_eq!(laid(Some(&stored), first, Manner::Merge), None);

        let said = json!({ "slug": "a", "name": "A", "died": null, "biography": { "it": null } });
        let (person, texts) = laid(Some(&stored), said, Manner::Merge).unwrap();
        assert_eq!((person.born, person.died), (Some(day("1900-01-01")), None));
        assert_eq!(person.birthplace.as_deref(), Some("Rome"));
        assert_eq!(
            serde_json::to_value(texts).unwrap(),
            json!({ "en": "An actor." })
        );

        let bare = json!({ "slug": "a", "name": "A" });
        let (person, texts) = laid(Some(&stored), bare, Manner::Replace).unwrap();
        assert_eq!(
            (person.born, person.died, person.birthplace),
            (None, None, None)
        );
        assert!(texts.is_empty());
    }

    #[test]
    fn nobody_dies_before_the_birth_that_is_stored() {
        let born = json!({ "slug": "a", "name": "A", "born": "1900-01-01" });
        let stored = laid(None, born, Manner::Merge).unwrap();
        let record = read(json!({ "slug": "a", "name": "A", "died": "1899-01-01" })).unwrap();

        let refused = draft(&record, Some(&stored), Manner::Merge, DateTime::UNIX_EPOCH);

        let Err(problem) = refused else {
            unreachable!("it is refused");
        };
        assert_eq!(problem.field, "died");
    }
    #[test]
    fn of_a_record_of_somebody_else_what_lacks_is_taken_alone() {
        let own = json!({ "slug": "al-pacino", "name": "Al Pacino", "born": "1940-04-25", "ids": { "imdb": "nm0000199" } });
        let stored = laid(None, own, Manner::Merge).unwrap();
        let other = read(json!({
            "slug": "al-paccino", "name": "Al Paccino", "born": "1941-01-01", "died": null, "birthplace": "New York",
            "biography": "An actor.", "ids": { "imdb": "nm0000001", "tmdb": 1158, "wikidata": null },
        }));

        let record = lacking(&other.unwrap(), &stored);

        let expected = json!({
            "slug": "al-pacino", "name": "Al Pacino", "birthplace": "New York", "biography": "An actor.",
            "ids": { "tmdb": 1158 },
        });
        assert_eq!(record, read(expected).unwrap());
    }
}
