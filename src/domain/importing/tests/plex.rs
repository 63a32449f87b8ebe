//! Plex by Tautulli: the same rows as a table and as JSON, with how far they went and what their guids say.

use super::support::{moment, passed, read_for, said};
use crate::domain::importing::{
    ImportFormat, ImportNote, ImportedIds, ImportedItem, ImportedWhat, PassedOverReason,
};

const TABLE: &str = "date,user,media_type,full_title,year,duration,percent_complete,guid,media_index,parent_media_index
1706817600,ada,movie,Heat,1995,6000,92,com.plexapp.agents.imdb://tt0113277?lang=en,,
1706904000,ada,episode,Dark - Heat,2018,2400,100,com.plexapp.agents.thetvdb://334824/1/2?lang=en,,
1706904000,ada,track,Some Song,2018,240,100,,,
1706990400,ada,movie,Ronin,1998,60,1,plex://movie/5d77,,
1706990400,bob,movie,Ronin,1998,6000,80,plex://movie/5d77,,
";
const JSON: &str = r#"{ "response": { "result": "success", "data": { "recordsTotal": 5, "data": [
  { "date": 1706817600, "user": "ada", "media_type": "movie", "full_title": "Heat", "title": "Heat", "year": 1995, "duration": 6000,
    "percent_complete": 92, "guid": "com.plexapp.agents.imdb://tt0113277?lang=en" },
  { "date": 1706904000, "user": "ada", "media_type": "episode", "full_title": "Dark - Heat", "title": "Heat", "grandparent_title": "Dark",
    "year": 2018, "duration": 2400, "percent_complete": 100, "media_index": "2", "parent_media_index": "1",
    "guid": "com.plexapp.agents.thetvdb://334824/1/2?lang=en" },
  { "date": 1706904000, "user": "ada", "media_type": "track", "full_title": "Some Song", "duration": 240 },
  { "date": 1706990400, "user": "ada", "media_type": "movie", "full_title": "Ronin", "year": 1998, "duration": 60, "guid": "plex://movie/5d77" },
  { "date": 1706990400, "user": "bob", "media_type": "movie", "full_title": "Ronin", "year": 1998, "duration": 6000 }
] } } }"#;

#[test]
fn a_history_is_read_from_a_table_and_from_json() {
    let heat = ImportedItem::Film {
        name: "Heat".to_owned(),
        original_name: None,
        year: Some(1995),
        ids: ImportedIds {
            imdb: Some("tt0113277".to_owned()),
            ..ImportedIds::default()
        },
    };
    let dark = ImportedItem::Episode {
        series: "Dark".to_owned(),
        series_year: None,
        series_ids: ImportedIds {
            tvdb: Some("334824".to_owned()),
            ..ImportedIds::default()
        },
        season: Some(1),
        number: Some(2),
        name: Some("Heat".to_owned()),
        ids: ImportedIds::default(),
    };
    let watched = |seconds: u32, percent: f32| ImportedWhat::Watched {
        seconds: Some(seconds),
        percent: Some(percent),
        plays: 1,
    };

    for (name, text, first) in [("history.csv", TABLE, 2), ("history.json", JSON, 1)] {
        let read = read_for("Ada", name, text).unwrap();

        assert_eq!(read.format, ImportFormat::Plex, "{name}");
        assert_eq!(
            said(&read),
            [
                (
                    heat.clone(),
                    watched(6_000, 92.0),
                    moment("2024-02-01T21:40:00Z")
                ),
                (
                    dark.clone(),
                    watched(2_400, 100.0),
                    moment("2024-02-02T20:40:00Z")
                ),
            ],
            "{name}"
        );
        assert_eq!(
            passed(&read),
            [
                (name, first + 2, PassedOverReason::NoFilmOrEpisode),
                (name, first + 3, PassedOverReason::TooShort),
            ],
            "{name}"
        );
        let note = ImportNote::OtherProfiles {
            file: name.to_owned(),
            names: vec!["bob".to_owned()],
            rows: 1,
        };
        assert_eq!(read.notes, [note], "{name}");
    }
}
