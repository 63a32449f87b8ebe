//! What an episode lacks, filled from another that it is one with. What is said of it itself counts, and its locked fields
//! stay.

use std::collections::HashSet;

use super::filling::{pictures_joined, texts_joined};
use super::lists::credits_joined;
use super::problem::Problem;
use crate::domain::catalog::{Credit, CreditRole, DocumentFields, EPISODE_FIELDS, Episode, Texts};
use crate::domain::ids::PersonId;

/// An episode with what another has and it has not.
#[derive(Debug)]
pub struct FilledEpisode {
    /// With what happens in it.
    pub episode: (Episode, Texts),
    /// The fields that stay although the other has something for them, and why.
    pub noticed: Vec<Problem>,
}

/// An episode with what another has and it has not. It keeps its place and its stamp.
pub fn filled_episode(episode: &(Episode, Texts), other: &(Episode, Texts)) -> FilledEpisode {
    let before = DocumentFields::of_episode(episode);
    let mut noticed = Vec::new();
    let filled = filled_from(episode.clone(), other);
    let mut fields = DocumentFields::of_episode(&filled);
    let locked = EPISODE_FIELDS.into_iter();
    for field in locked.filter(|field| episode.0.locks.has(field)) {
        let own = before.get(field);
        if fields.get(field) != own && fields.put(field, &own) {
            noticed.push(Problem::new(field, "is locked, and stays"));
        }
    }
    // Those of an episode are always ones of an episode.
    let episode = fields.told("overview").unwrap_or_else(|_| episode.clone());
    FilledEpisode { episode, noticed }
}

fn filled_from(
    (own, told): (Episode, Texts),
    (other, plot): &(Episode, Texts),
) -> (Episode, Texts) {
    let credited: HashSet<(PersonId, CreditRole)> =
        own.crew.iter().map(|it| (it.person, it.role)).collect();
    let new = other.crew.iter();
    let new = new.filter(|it| !credited.contains(&(it.person, it.role)));
    let new: Vec<Credit> = new.cloned().collect();
    let mut directors = own.directors;
    for director in &other.directors {
        if !directors.contains(director) {
            directors.push(*director);
        }
    }
    // Numbers are of a place.
    let is_of_place = (own.season, own.number) == (other.season, other.number);
    let beside = Some(other).filter(|_| is_of_place);
    let episode = Episode {
        number_end: own.number_end.or(beside.and_then(|it| it.number_end)),
        absolute_number: own
            .absolute_number
            .or(beside.and_then(|it| it.absolute_number)),
        airs: own.airs.or(beside.and_then(|it| it.airs)),
        pictures: pictures_joined(own.pictures, &other.pictures),
        name: own.name.or_else(|| other.name.clone()),
        original_name: own.original_name.or_else(|| other.original_name.clone()),
        names: texts_joined(own.names, &other.names),
        aired: own.aired.or(other.aired),
        duration: own.duration.or(other.duration),
        directors,
        crew: credits_joined(own.crew, new),
        ..own
    };
    (episode, texts_joined(told, plot))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn an_episode(number: u32, fields: Value, told: Value) -> (Episode, Texts) {
        let at = "2020-01-01T00:00:00Z";
        let mut all = json!({
            "id": 1, "series": 1, "season": 1, "number": number, "name": null, "original_name": null, "aired": null,
            "duration": null, "directors": [],
            "stamp": { "created_at": at, "updated_at": at, "revision": 1 },
        });
        let Value::Object(fields) = fields else {
            unreachable!("they are an object");
        };
        all.as_object_mut().unwrap().extend(fields);
        let episode = serde_json::from_value(all).unwrap();
        (episode, serde_json::from_value(told).unwrap())
    }

    #[test]
    fn what_is_said_stays_and_what_lacks_is_filled() {
        let guest = |person: u64, character: &str, order: u32| json!({ "person": person, "role": "guest", "character": character, "order": order });
        let own = json!({ "name": "Pilot", "directors": [1], "crew": [guest(3, "Saul", 0)] });
        let own = an_episode(1, own, json!({ "en": "It begins." }));
        let other = |number: u32| {
            let fields = json!({
                "name": "Other", "aired": "2008-01-20", "duration": 2880, "number_end": 9, "directors": [2, 1],
                "crew": [guest(3, "Other", 0), guest(4, "Mike", 1)],
            });
            an_episode(
                number,
                fields,
                json!({ "de": "Es beginnt.", "en": "Other." }),
            )
        };

        let FilledEpisode { episode, noticed } = filled_episode(&own, &other(1));

        let (crew, number_end) = (json!([guest(3, "Saul", 0), guest(4, "Mike", 1)]), 9);
        let mut expected = json!({
            "name": "Pilot", "aired": "2008-01-20", "duration": 2880, "number_end": number_end, "directors": [1, 2],
            "crew": crew,
        });
        let told = json!({ "de": "Es beginnt.", "en": "It begins." });
        assert_eq!(episode, an_episode(1, expected.clone(), told.clone()));
        assert_eq!(noticed, []);
        // The numbers of another place are none of this one.
        expected["number_end"] = Value::Null;
        let elsewhere = filled_episode(&own, &other(2)).episode;
        assert_eq!(elsewhere, an_episode(1, expected, told));
    }

    #[test]
    fn locked_fields_stay() {
        let mut own = an_episode(1, json!({}), json!({}));
        own.0.locks.lock("air_date");
        let other = an_episode(1, json!({ "aired": "2008-01-20" }), json!({}));

        let FilledEpisode { episode, noticed } = filled_episode(&own, &other);

        assert_eq!(episode, own);
        let fields: Vec<&str> = noticed.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["air_date"]);
    }
}
