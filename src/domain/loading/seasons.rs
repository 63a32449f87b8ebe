//! What the record of a series says of its seasons: their pictures. They have no document of their own, for they exist
//! because episodes of them do.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{Fields, shown};
use super::lengths::MAX_NUMBER;
use super::picture_fields::read_pictures;
use super::pictures::PicturesRecord;
use super::problem::Problem;
use super::said::Said;
use crate::domain::catalog::{KeptPicture, SeasonPictures};

/// How many seasons a record may name.
const MAX_SEASONS: usize = 200;
/// How many pictures all seasons of a series may have.
pub const MAX_PICTURES: usize = 500;
/// The field that names them.
const FIELD: &str = "seasons";

/// A season, as a record names it.
#[derive(Debug, Clone, PartialEq)]
pub struct SeasonRecord {
    pub number: u32,
    pub pictures: PicturesRecord,
}

/// Reads `seasons` of a series.
pub(super) fn read_seasons(fields: &mut Fields) -> Result<Said<Vec<SeasonRecord>>, Problem> {
    let values = match fields.raw(FIELD) {
        None => return Ok(Said::Nothing),
        Some(Value::Null) => return Ok(Said::Cleared),
        Some(Value::Array(values)) if values.is_empty() => return Ok(Said::Cleared),
        Some(Value::Array(values)) => values,
        Some(other) => {
            // Mostly how many there are.
            let reason = "is no list of seasons with their pictures; ignored";
            fields.warn_of(FIELD, shown(&other), reason);
            return Ok(Said::Nothing);
        }
    };
    if values.len() > MAX_SEASONS {
        let reason = format!("has {} entries, more than {MAX_SEASONS}", values.len());
        return Err(Problem::new(FIELD, reason));
    }
    let mut seasons: Vec<SeasonRecord> = Vec::with_capacity(values.len());
    for value in values {
        let season = read_season(fields, value)?;
        if seasons.iter().any(|other| other.number == season.number) {
            let reason = format!("has season {} twice", season.number);
            return Err(Problem::new(FIELD, reason));
        }
        seasons.push(season);
    }
    // Before any of them is read.
    let number: usize = seasons.iter().map(|it| it.pictures.count()).sum();
    if number > MAX_PICTURES {
        let reason = format!("have {number} pictures, more than {MAX_PICTURES}");
        return Err(Problem::new(FIELD, reason));
    }
    Ok(Said::Value(seasons))
}

fn read_season(fields: &mut Fields, value: Value) -> Result<SeasonRecord, Problem> {
    let within =
        |problem: Problem| Problem::new(format!("{FIELD}.{}", problem.field), problem.reason);
    let Value::Object(map) = value else {
        let reason = format!("has {} as an entry, not an object", shown(&value));
        return Err(Problem::new(FIELD, reason));
    };
    let mut season = Fields::new(map);
    let number = season.count("number", 0..=MAX_NUMBER).map_err(within)?;
    let Said::Value(number) = number else {
        return Err(Problem::new(format!("{FIELD}.number"), "is missing"));
    };
    let pictures = read_pictures(&mut season).map_err(within)?;
    fields.absorb(FIELD, season, "is not a field of a season; ignored");
    Ok(SeasonRecord {
        number,
        pictures: pictures.within(FIELD),
    })
}

/// The pictures of all seasons after a record, by season, where `stored` were there before.
pub(super) fn over(
    said: &Said<Vec<SeasonRecord>>,
    stored: Vec<SeasonPictures>,
) -> Result<Vec<SeasonPictures>, Problem> {
    let said = match said {
        Said::Nothing => return Ok(stored),
        Said::Cleared => return Ok(Vec::new()),
        Said::Value(said) => said,
    };
    let stored = stored.into_iter().map(|it| (it.season, it.pictures));
    let mut seasons: BTreeMap<u32, Vec<KeptPicture>> = stored.collect();
    for SeasonRecord { number, pictures } in said {
        let before = seasons.remove(number).unwrap_or_default();
        let after = pictures.over(FIELD, before)?;
        if !after.is_empty() {
            seasons.insert(*number, after);
        }
    }
    let number: usize = seasons.values().map(Vec::len).sum();
    if number > MAX_PICTURES {
        let reason =
            format!("have {number} pictures with those that are stored, more than {MAX_PICTURES}");
        return Err(Problem::new(FIELD, reason));
    }
    let seasons = seasons.into_iter();
    let seasons = seasons.map(|(season, pictures)| SeasonPictures { season, pictures });
    Ok(seasons.collect())
}

/// Those of the stored pictures that stay where the record replaces all, because others could not be read.
pub(super) fn unread_of(
    said: &Said<Vec<SeasonRecord>>,
    stored: &[SeasonPictures],
) -> Vec<SeasonPictures> {
    let named = said.value().into_iter().flatten();
    let unread = named.filter_map(|record| {
        let season = record.number;
        let stored = stored.iter().find(|it| it.season == season)?;
        let pictures = record.pictures.unread_of(&stored.pictures);
        (!pictures.is_empty()).then_some(SeasonPictures { season, pictures })
    });
    unread.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::catalog::{Colour, PictureFormat, PictureHash, PictureKind, StoredPicture};

    #[expect(
        clippy::needless_pass_by_value,
        reason = "`json!` makes a value wherever one is wanted"
    )]
    fn read(seasons: Value) -> Result<(Said<Vec<SeasonRecord>>, usize), Problem> {
        let Value::Object(map) = json!({ "seasons": seasons }) else {
            unreachable!("it is an object");
        };
        let mut fields = Fields::new(map);
        let said = read_seasons(&mut fields)?;
        let (unknown, warnings) = fields.finish();
        assert_eq!(unknown, [""; 0]);
        Ok((said, warnings.len()))
    }

    fn kept(name: &str) -> KeptPicture {
        KeptPicture {
            picture: StoredPicture {
                kind: PictureKind::Poster,
                hash: PictureHash::of(name.as_bytes()),
                format: PictureFormat::Jpeg,
                width: 2,
                height: 3,
                blurhash: "00000".to_owned(),
                colour: Colour([0; 3]),
                language: None,
            },
            origin: None,
        }
    }

    fn of(season: u32, names: &[&str]) -> SeasonPictures {
        SeasonPictures {
            season,
            pictures: names.iter().map(|name| kept(name)).collect(),
        }
    }

    /// The same record after a load has read what it names.
    fn loaded(mut said: Said<Vec<SeasonRecord>>) -> Said<Vec<SeasonRecord>> {
        if let Said::Value(seasons) = &mut said {
            for season in seasons {
                for (field, _, picture) in season.pictures.each_mut() {
                    assert_eq!(field, "seasons.pictures.poster");
                    picture.read = Some(kept("new"));
                }
            }
        }
        said
    }

    #[test]
    fn each_season_is_a_field_of_its_own() {
        let stored = vec![of(1, &["a"]), of(3, &["b"])];
        let posters = json!([
            { "number": 3, "pictures": { "poster": null } },
            { "number": 0, "pictures": { "poster": "specials.jpg" } },
            { "number": 2 },
        ]);

        let (said, warnings) = read(posters).unwrap();
        let after = over(&loaded(said.clone()), stored.clone()).unwrap();

        assert_eq!(warnings, 0);
        assert_eq!(after, [of(0, &["new"]), of(1, &["a"])]);
        // One that could not be read takes nothing away.
        let before = vec![of(0, &["c"])];
        assert_eq!(over(&said, before.clone()).unwrap(), before);
        assert_eq!(unread_of(&said, &before), before);
        assert_eq!(unread_of(&loaded(said), &before), []);
        for (value, left) in [(json!([]), 0), (json!(null), 0), (json!(7), 2)] {
            let (said, _) = read(value).unwrap();
            assert_eq!(over(&said, stored.clone()).unwrap().len(), left);
        }
        assert_eq!(read(json!(7)).unwrap().1, 1, "it is said");
    }

    /// 26 seasons with 20 posters each.
    fn too_many_pictures() -> Value {
        let posters: Vec<String> = (0..20).map(|number| format!("{number}.jpg")).collect();
        let season = |number: u32| json!({ "number": number, "pictures": { "poster": posters } });
        (0..26).map(season).collect()
    }

    #[test]
    fn what_is_no_season_is_refused_by_its_field() {
        for (seasons, field) in [
            (json!([1]), "seasons"),
            (json!([{ "pictures": {} }]), "seasons.number"),
            (json!([{ "number": -1 }]), "seasons.number"),
            (
                json!([{ "number": 1, "pictures": "a.jpg" }]),
                "seasons.pictures",
            ),
            (json!([{ "number": 1 }, { "number": 1 }]), "seasons"),
            (json!(vec![json!({ "number": 1 }); 201]), "seasons"),
            (too_many_pictures(), "seasons"),
        ] {
            assert_eq!(read(seasons).unwrap_err().field, field);
        }
    }

    #[test]
    fn all_seasons_together_have_so_many_pictures() {
        let names: Vec<String> = (0..MAX_PICTURES).map(|number| number.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let full = vec![of(1, &names)];
        let one_more = json!([{ "number": 2, "pictures": { "poster": "s.jpg" } }]);
        let said = loaded(read(one_more).unwrap().0);

        let problem = over(&said, full).unwrap_err();

        assert_eq!(problem.field, "seasons");
        assert!(
            problem.reason.starts_with("have 501 pictures"),
            "{problem:?}"
        );
    }
}
