//! The order of the films of a collection.

use super::order::release_day;
use super::types::Title;
use crate::domain::ids::TitleId;

/// Where a film stands in its collection: smaller ones come first.
///
/// By the number of its part; those without a number follow, by the day of their first showing (what is of unknown
/// year after the others), then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlaceInCollection {
    part: Rank<u32>,
    released: Rank<i64>,
    id: TitleId,
}

/// What is known comes before what is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank<T> {
    Known(T),
    Unknown,
}

/// Where a film stands among the others of its collection.
pub fn place_in_collection(film: &Title) -> PlaceInCollection {
    let part = film.collection.and_then(|part_of| part_of.part);
    let released = Some(release_day(film)).filter(|day| *day != 0);
    PlaceInCollection {
        part: Rank::of(part),
        released: Rank::of(released),
        id: film.id,
    }
}

impl<T> Rank<T> {
    fn of(value: Option<T>) -> Self {
        value.map_or(Self::Unknown, Self::Known)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;
    use crate::domain::catalog::{Locks, PartOf, Publication, Reception, Texts, TitleKind};
    use crate::domain::ids::CollectionId;
    use crate::domain::stamp::Stamp;

    fn film(id: u64, part: Option<u32>, year: Option<i32>) -> Title {
        Title {
            id: TitleId(id),
            kind: TitleKind::Film,
            publication: Publication::default(),
            slug: format!("film-{id}"),
            name: format!("Film {id}"),
            original_name: None,
            year,
            end_year: None,
            premiered: None,
            duration: None,
            genres: Vec::new(),
            credits: Vec::new(),
            crew: Vec::new(),
            countries: Vec::new(),
            languages: Vec::new(),
            external_ids: Vec::new(),
            network: None,
            total_seasons: None,
            episode_duration: None,
            collection: Some(PartOf {
                collection: CollectionId(1),
                part,
            }),
            certifications: Vec::new(),
            names: Texts::default(),
            overview: Texts::default(),
            tagline: Texts::default(),
            status: None,
            studios: Vec::new(),
            tags: Vec::new(),
            scores: Vec::new(),
            extras: Vec::new(),
            pictures: Vec::new(),
            merge: None,
            season_pictures: Vec::new(),
            watchers: 0,
            reception: Reception::default(),
            locks: Locks::default(),
            stamp: Stamp::first(DateTime::UNIX_EPOCH),
        }
    }

    fn order(mut films: Vec<Title>) -> Vec<u64> {
        films.sort_by_key(place_in_collection);
        films.into_iter().map(|film| film.id.0).collect()
    }

    #[test]
    fn parts_go_by_their_number_whenever_they_were_made() {
        let films = vec![
            film(1, Some(10), Some(1977)),
            film(2, Some(2), Some(2002)),
            film(3, Some(1), Some(1999)),
        ];

        assert_eq!(order(films), [3, 2, 1]);
    }

    #[test]
    fn films_without_a_number_follow_by_day() {
        let mut spring = film(1, None, Some(1999));
        spring.premiered = NaiveDate::from_ymd_opt(1999, 4, 1);
        let mut winter = film(2, None, Some(1999));
        winter.premiered = NaiveDate::from_ymd_opt(1999, 1, 31);
        let films = vec![
            film(3, None, None),
            spring,
            winter,
            film(4, None, Some(1998)),
            film(5, Some(7), Some(2020)),
        ];

        assert_eq!(order(films), [5, 4, 2, 1, 3]);
    }

    #[test]
    fn a_title_that_was_stored_before_there_were_collections_is_in_none() {
        let mut document = serde_json::to_value(film(1, Some(1), None)).unwrap();
        document.as_object_mut().unwrap().remove("collection");

        let read: Title = serde_json::from_value(document).unwrap();

        assert_eq!(read.collection, None);
    }

    #[test]
    fn what_is_equal_goes_by_day_and_then_by_id() {
        let films = vec![
            film(4, None, None),
            film(3, None, None),
            film(2, Some(1), Some(2000)),
            film(1, Some(1), Some(2000)),
            film(9, Some(1), Some(1990)),
        ];

        assert_eq!(order(films), [9, 1, 2, 3, 4]);
    }
}
