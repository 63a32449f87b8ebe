//! Simkl: what was watched, and not what is only meant to be, or was given up.

use super::support::{moment, passed, rated, read_file, said, watched};
use crate::domain::importing::{
    ImportFormat, ImportedIds, ImportedItem, ImportedWhat, PassedOverReason,
};

const BACKUP: &str = r#"{
  "movies": [
    { "status": "completed", "last_watched_at": "2020-01-02T20:00:00Z", "user_rating": 7, "user_rated_at": "2020-01-03T20:00:00Z",
      "movie": { "title": "Heat", "year": 1995, "ids": { "simkl": 1, "imdb": "tt0113277", "tmdb": "949" } } },
    { "status": "plantowatch", "last_watched_at": null, "user_rating": null, "added_to_watchlist_at": "2021-01-02T20:00:00Z",
      "movie": { "title": "Stalker", "year": 1979, "ids": {} } },
    { "status": "dropped", "last_watched_at": "2021-01-02T20:00:00Z", "movie": { "title": "Ronin", "year": 1998 } }
  ],
  "shows": [
    { "status": "watching", "show": { "title": "Dark", "year": 2017, "ids": { "tvdb": "334824" } },
      "seasons": [ { "number": 1, "episodes": [ { "number": 1, "watched_at": "2018-01-01T20:00:00Z" }, { "number": 2 } ] } ] }
  ],
  "anime": [
    { "status": "completed", "anime_type": "movie", "last_watched_at": "2019-01-01T20:00:00Z",
      "show": { "title": "Akira", "year": 1988, "ids": {} } }
  ]
}"#;

fn film(name: &str, year: i32, ids: ImportedIds) -> ImportedItem {
    ImportedItem::Film {
        name: name.to_owned(),
        original_name: None,
        year: Some(year),
        ids,
    }
}

fn episode_of_dark(number: u32) -> ImportedItem {
    ImportedItem::Episode {
        series: "Dark".to_owned(),
        series_year: Some(2017),
        series_ids: ImportedIds {
            tvdb: Some("334824".to_owned()),
            ..ImportedIds::default()
        },
        season: Some(1),
        number: Some(number),
        name: None,
        ids: ImportedIds::default(),
    }
}

#[test]
fn a_backup_says_what_was_watched_rated_and_wanted() {
    let read = read_file("SimklBackup.json", BACKUP);

    let heat = film(
        "Heat",
        1995,
        ImportedIds {
            imdb: Some("tt0113277".to_owned()),
            tmdb: Some("949".to_owned()),
            ..ImportedIds::default()
        },
    );
    let bare = |name: &str, year: i32| film(name, year, ImportedIds::default());
    assert_eq!(read.format, ImportFormat::Simkl);
    assert_eq!(
        said(&read),
        [
            (heat.clone(), watched(None), moment("2020-01-02T20:00:00Z")),
            (heat, rated(7.0), moment("2020-01-03T20:00:00Z")),
            (
                bare("Stalker", 1979),
                ImportedWhat::Watchlist,
                moment("2021-01-02T20:00:00Z")
            ),
            (
                episode_of_dark(1),
                watched(None),
                moment("2018-01-01T20:00:00Z")
            ),
            (episode_of_dark(2), watched(None), None),
            (
                bare("Akira", 1988),
                watched(None),
                moment("2019-01-01T20:00:00Z")
            ),
        ]
    );
    assert_eq!(
        passed(&read),
        [("SimklBackup.json", 3, PassedOverReason::NotWatched)]
    );
    assert_eq!(read.passed_over[0].value, "Ronin");
}
