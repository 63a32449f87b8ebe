//! Whether two titles are likely one, and two people: how sure that is, and why.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use chrono::Datelike;

use super::types::{ExternalId, Person, Title};
use crate::domain::page::Keyset;
use crate::domain::text;

/// So many people in common make two titles of one name alike, whenever they were shown.
const ENOUGH_PEOPLE: usize = 2;
/// Somebody whose titles are so many years from those of a namesake may be the namesake.
const NEAR_YEARS: u32 = 5;

/// Two things that are likely one.
#[derive(Debug, Clone, PartialEq)]
pub struct LikelyOne<T, R> {
    /// The one with the smaller id.
    pub one: T,
    pub other: T,
    pub likeness: Likeness<R>,
    /// Its place in the list of all, the likeliest first, then by ids.
    pub place: Keyset,
}

/// Two titles that are likely one.
pub type LikelyTitles = LikelyOne<Arc<Title>, TitleReason>;
/// Two people who are likely one.
pub type LikelyPeople = LikelyOne<Person, PersonReason>;

impl LikelyTitles {
    /// Which of two titles the other is to be merged into: the one that more have watched, of equals the one of which more is
    /// known, then the older one.
    pub fn stays(&self) -> &Arc<Title> {
        let worth = |title: &Title| {
            let known = title.external_ids.len() + title.all_credits().count();
            let age = Reverse((title.stamp.created_at, title.id));
            (title.watchers, known, age)
        };
        let is_other = worth(&self.other) > worth(&self.one);
        if is_other { &self.other } else { &self.one }
    }
}

impl LikelyPeople {
    /// Which of two people the other is to be merged into: the one of whom more is known, of equals the older one.
    pub fn stays(&self) -> &Person {
        let worth = |person: &Person| {
            let known = [
                person.born.is_some(),
                person.died.is_some(),
                person.birthplace.is_some(),
                !person.pictures.is_empty(),
            ];
            let known = known.iter().filter(|is_known| **is_known).count();
            let age = Reverse((person.stamp.created_at, person.id));
            (known + person.external_ids.len(), age)
        };
        if worth(&self.other) > worth(&self.one) {
            &self.other
        } else {
            &self.one
        }
    }
}

/// How sure it is that two things are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Likeness<R> {
    /// From 1 to 100, the likelier the greater.
    pub score: u8,
    /// What speaks for it, and then what speaks against it.
    pub reasons: Vec<R>,
    /// How many people two titles have in common, and how many titles two people.
    pub common: usize,
}

/// What speaks for two titles being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TitleReason {
    /// Folded, they are called the same; so are all that are alike.
    SameName,
    /// First shown in one year.
    SameYear,
    /// First shown in years that follow each other.
    NearYear,
    /// Two people or more are credited with both.
    CommonPeople,
    /// It speaks against it: a provider has given them two ids.
    OtherIds,
}

/// What speaks for two people being one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonReason {
    /// Folded, they are called the same; so are all who are alike.
    SameName,
    /// Both are credited with one title.
    CommonTitles,
    /// Born on one day.
    SameBirth,
    /// Born in one year, or in years that follow each other.
    NearBirth,
    /// Titles of the one are at most five years from those of the other.
    NearTitles,
}

/// What two people have to do with each other by their titles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TitlesOfTwo {
    /// How many are of both.
    pub common: usize,
    /// How many years are between those that are nearest; `None` if nobody knows.
    pub years_apart: Option<u32>,
}

/// What a name is folded to: words in which case, accents and what stands between them make no difference. `None` if there
/// is no word in it.
pub fn folded_name(name: &str) -> Option<String> {
    let words = text::words(name);
    (!words.is_empty()).then(|| words.join(" "))
}

/// Whether two titles are likely one: of one kind and name, and shown within a year, or by the same people.
pub fn title_likeness(one: &Title, other: &Title) -> Option<Likeness<TitleReason>> {
    let is_asked = one.id != other.id && one.kind == other.kind;
    if !is_asked || !are_called_alike(&one.name, &other.name) {
        return None;
    }
    let mut score = 40;
    let mut reasons = vec![TitleReason::SameName];
    let years = one.year.zip(other.year);
    match years.map(|(one, other)| one.abs_diff(other)) {
        Some(0) => {
            score += 30;
            reasons.push(TitleReason::SameYear);
        }
        Some(1) => {
            score += 15;
            reasons.push(TitleReason::NearYear);
        }
        _ => {}
    }
    let common = in_common(&one.credited(), &other.credited());
    if common >= ENOUGH_PEOPLE {
        score += if common > ENOUGH_PEOPLE { 30 } else { 20 };
        reasons.push(TitleReason::CommonPeople);
    }
    if reasons.len() == 1 {
        return None;
    }
    if have_other_ids(&one.external_ids, &other.external_ids) {
        score -= 30;
        reasons.push(TitleReason::OtherIds);
    }
    Some(Likeness {
        score,
        reasons,
        common,
    })
}

/// Whether two people are likely one: of one name, and with something in common besides. Nobody is who has another id of
/// one provider, or was born in other years.
pub fn person_likeness(
    one: &Person,
    other: &Person,
    titles: TitlesOfTwo,
) -> Option<Likeness<PersonReason>> {
    let are_merged = one.merge.is_some() || other.merge.is_some();
    let is_asked = one.id != other.id && !have_other_ids(&one.external_ids, &other.external_ids);
    if are_merged || !is_asked || !are_called_alike(&one.name, &other.name) {
        return None;
    }
    let mut score = 30;
    let mut reasons = vec![PersonReason::SameName];
    if titles.common > 0 {
        score += 25;
        reasons.push(PersonReason::CommonTitles);
    }
    match one.born.zip(other.born) {
        Some((one, other)) if one == other => {
            score += 35;
            reasons.push(PersonReason::SameBirth);
        }
        Some((one, other)) if one.year().abs_diff(other.year()) <= 1 => {
            score += 20;
            reasons.push(PersonReason::NearBirth);
        }
        Some(_) => return None,
        None => {}
    }
    if titles.years_apart.is_some_and(|years| years <= NEAR_YEARS) {
        score += 10;
        reasons.push(PersonReason::NearTitles);
    }
    (reasons.len() > 1).then_some(Likeness {
        score,
        reasons,
        common: titles.common,
    })
}

/// How many values two sorted lists have in common.
pub fn in_common<T: Ord>(one: &[T], other: &[T]) -> usize {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    let mut common = 0;
    while let (Some(left), Some(right)) = (one.peek(), other.peek()) {
        match left.cmp(right) {
            Ordering::Less => {
                one.next();
            }
            Ordering::Greater => {
                other.next();
            }
            Ordering::Equal => {
                common += 1;
                one.next();
                other.next();
            }
        }
    }
    common
}

/// How far the nearest of two sorted lists of years are from each other; `None` if one has none.
pub fn years_apart(one: &[i32], other: &[i32]) -> Option<u32> {
    let nearest = |year: i32| {
        let place = other.partition_point(|it| *it < year);
        let around = [place.checked_sub(1), Some(place)].into_iter().flatten();
        let years = around.filter_map(|place| other.get(place));
        years.map(|it| it.abs_diff(year)).min()
    };
    one.iter().filter_map(|year| nearest(*year)).min()
}

fn are_called_alike(one: &str, other: &str) -> bool {
    folded_name(one).is_some_and(|name| Some(name) == folded_name(other))
}

/// Whether a provider has given them two ids.
pub fn have_other_ids(one: &[ExternalId], other: &[ExternalId]) -> bool {
    one.iter().any(|id| {
        let mut others = other.iter();
        others.any(|it| it.provider == id.provider && it.value != id.value)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::catalog::{PersonMerge, TitleKind};
    use crate::domain::ids::RunId;

    fn title(id: u64, name: &str, year: Option<i32>, people: &[u64], ids: &Value) -> Title {
        let credits: Vec<Value> = people
            .iter()
            .map(|id| json!({ "person": id, "role": "actor", "character": null, "order": 0 }))
            .collect();
        serde_json::from_value(json!({
            "id": id, "kind": "film", "slug": id.to_string(), "name": name, "original_name": null, "year": year,
            "end_year": null, "premiered": null, "duration": null, "genres": [], "credits": credits, "countries": [],
            "languages": [], "external_ids": ids, "network": null, "total_seasons": null, "stamp": stamp(),
        }))
        .unwrap()
    }

    fn person(id: u64, name: &str, born: Option<&str>, ids: &Value) -> Person {
        serde_json::from_value(json!({
            "id": id, "slug": id.to_string(), "name": name, "born": born, "external_ids": ids, "stamp": stamp(),
        }))
        .unwrap()
    }

    fn stamp() -> Value {
        let at = "2020-01-01T00:00:00Z";
        json!({ "created_at": at, "updated_at": at, "revision": 1 })
    }

    fn imdb(value: &str) -> Value {
        json!([{ "provider": "imdb", "value": value }])
    }

    #[test]
    fn titles_of_one_name_are_alike_by_year_or_people() {
        use TitleReason::{CommonPeople, NearYear, OtherIds, SameName, SameYear};
        let (none, same, other) = (json!([]), imdb("tt1"), imdb("tt2"));
        let heat = title(1, "Heat", Some(1995), &[1, 2, 3], &same);
        let of = |name: &str, year, people: &[u64], ids: &Value| {
            let found = title_likeness(&heat, &title(2, name, year, people, ids));
            found.map(|found| (found.score, found.reasons, found.common))
        };

        let found = of("HEAT!", Some(1995), &[], &none);
        assert_eq!(found, Some((70, vec![SameName, SameYear], 0)));
        let found = of("Héat", Some(1996), &[3], &same);
        assert_eq!(found, Some((55, vec![SameName, NearYear], 1)));
        let found = of("Heat", None, &[2, 3], &none);
        assert_eq!(found, Some((60, vec![SameName, CommonPeople], 2)));
        let found = of("Heat", Some(1995), &[1, 2, 3], &other);
        let reasons = vec![SameName, SameYear, CommonPeople, OtherIds];
        assert_eq!(found, Some((70, reasons, 3)));
        assert_eq!(of("Heat", Some(1997), &[3], &none), None);
        assert_eq!(of("Heat", None, &[], &none), None);
        assert_eq!(of("Heat 2", Some(1995), &[1, 2, 3], &none), None);
        assert_eq!(title_likeness(&heat, &heat), None);
        let mut series = title(3, "Heat", Some(1995), &[1, 2], &none);
        series.kind = TitleKind::Series;
        assert_eq!(title_likeness(&heat, &series), None);
        let nameless = [4, 5].map(|id| title(id, "?!", Some(1995), &[], &none));
        assert_eq!(title_likeness(&nameless[0], &nameless[1]), None);
    }

    #[test]
    fn people_of_one_name_are_alike_by_titles_or_birth() {
        use PersonReason::{CommonTitles, NearBirth, NearTitles, SameBirth, SameName};
        let (none, same, other) = (json!([]), imdb("nm1"), imdb("nm2"));
        let one = person(1, "Ann Poe", Some("1950-12-31"), &same);
        let of = |born, ids: &Value, common, years_apart| {
            let titles = TitlesOfTwo {
                common,
                years_apart,
            };
            let found = person_likeness(&one, &person(2, "ANN POE", born, ids), titles);
            found.map(|found| (found.score, found.reasons))
        };

        let found = of(Some("1950-12-31"), &same, 2, Some(0));
        let reasons = vec![SameName, CommonTitles, SameBirth, NearTitles];
        assert_eq!(found, Some((100, reasons)));
        let found = of(Some("1951-01-01"), &none, 0, None);
        assert_eq!(found, Some((50, vec![SameName, NearBirth])));
        let found = of(None, &none, 0, Some(5));
        assert_eq!(found, Some((40, vec![SameName, NearTitles])));
        let found = of(None, &none, 1, Some(9));
        assert_eq!(found, Some((55, vec![SameName, CommonTitles])));
        // Whatever else they have in common.
        assert_eq!(of(Some("1950-12-31"), &other, 2, Some(0)), None);
        assert_eq!(of(Some("1952-01-01"), &none, 2, Some(0)), None);
        assert_eq!(of(None, &none, 0, Some(6)), None);
        let titles = TitlesOfTwo {
            common: 1,
            years_apart: None,
        };
        let mut merged = person(2, "Ann Poe", Some("1950-12-31"), &same);
        merged.merge = Some(PersonMerge {
            id: RunId(uuid::Uuid::nil()),
            into: one.id,
        });
        assert_eq!(person_likeness(&one, &merged, titles), None);
        for (name, are_alike) in [("Ann Po", false), ("ann  poe", true)] {
            let found = person_likeness(&one, &person(3, name, None, &none), titles);
            assert_eq!(found.is_some(), are_alike, "{name}");
        }
    }

    #[test]
    fn lists_are_compared_in_their_order() {
        assert_eq!(in_common(&[1, 3, 5], &[0, 3, 4, 5, 9]), 2);
        assert_eq!(in_common(&[], &[1]), 0);
        assert_eq!(years_apart(&[1950, 1990], &[1970, 1984]), Some(6));
        assert_eq!(years_apart(&[1990], &[1990]), Some(0));
        assert_eq!(years_apart(&[1990], &[]), None);
    }
}
