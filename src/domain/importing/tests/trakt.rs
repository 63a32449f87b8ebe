//! Trakt: plays of the history, and no play twice.

use super::support::{Said, film, moment, passed, rated, read_archive, said, watched};
use crate::domain::importing::{
    ImportFormat, ImportNote, ImportedIds, ImportedItem, ImportedWhat, PassedOverReason,
};

const HISTORY: &str = r#"[
  { "id": 1, "watched_at": "2014-04-05T15:27:00.000Z", "action": "scrobble", "type": "movie",
    "movie": { "title": "Heat", "year": 1995, "ids": { "trakt": 11, "slug": "heat-1995", "imdb": "tt0113277", "tmdb": 949 } } },
  { "id": 2, "watched_at": "2012-04-05T15:27:00.000Z", "action": "watch", "type": "movie",
    "movie": { "title": "Heat", "year": 1995, "ids": { "trakt": 11 } } },
  { "id": 3, "watched_at": "1970-01-01T00:00:00.000Z", "action": "watch", "type": "episode",
    "episode": { "season": 1, "number": 2, "title": "Heat", "ids": { "trakt": 22, "tvdb": 333 } },
    "show": { "title": "Dark", "year": 2017, "ids": { "trakt": 33, "imdb": "tt5753856" } } }
]"#;
const WATCHED_FILMS: &str = r#"[
  { "plays": 2, "last_watched_at": "2014-04-05T15:27:00.000Z", "movie": { "title": "Heat", "year": 1995, "ids": { "trakt": 11 } } },
  { "plays": 3, "last_watched_at": "2010-01-01T20:00:00.000Z", "movie": { "title": "Ronin", "year": 1998, "ids": { "trakt": 12 } } }
]"#;
const WATCHED_SHOWS: &str = r#"[
  { "plays": 2, "last_watched_at": "2018-01-01T20:00:00.000Z", "show": { "title": "Dark", "year": 2017, "ids": { "trakt": 33 } },
    "seasons": [ { "number": 1, "episodes": [
      { "number": 2, "plays": 1, "last_watched_at": "2018-01-01T20:00:00.000Z" },
      { "number": 3, "plays": 1, "last_watched_at": "2018-01-02T20:00:00.000Z" } ] } ] }
]"#;
const RATINGS: &str = r#"[
  { "rated_at": "2014-04-06T15:27:00.000Z", "rating": 9, "type": "show", "show": { "title": "Dark", "year": 2017, "ids": { "trakt": 33 } } },
  { "rated_at": "2014-04-06T15:27:00.000Z", "rating": 9, "type": "season", "season": { "number": 1 }, "show": { "title": "Dark", "year": 2017 } }
]"#;
const LIST: &str = r#"[
  { "listed_at": "2020-01-01T00:00:00.000Z", "type": "movie", "movie": { "title": "Stalker", "year": 1979, "ids": { "trakt": 13 } } }
]"#;

fn trakt(id: &str) -> ImportedIds {
    ImportedIds {
        trakt: Some(id.to_owned()),
        ..ImportedIds::default()
    }
}

fn film_of(name: &str, year: i32, id: &str) -> ImportedItem {
    let mut film = film(name, Some(year));
    if let ImportedItem::Film { ids, .. } = &mut film {
        *ids = trakt(id);
    }
    film
}

fn episode_of_dark(number: u32, name: Option<&str>, ids: ImportedIds) -> ImportedItem {
    ImportedItem::Episode {
        series: "Dark".to_owned(),
        series_year: Some(2017),
        series_ids: trakt("33"),
        season: Some(1),
        number: Some(number),
        name: name.map(str::to_owned),
        ids,
    }
}

#[test]
fn plays_are_those_of_the_history_and_other_files_add_what_it_lacks() {
    let read = read_archive(&[
        // The order of the files is no matter.
        ("watched/watched-movies.json", WATCHED_FILMS),
        ("watched/watched-shows.json", WATCHED_SHOWS),
        ("watched/watched-history-1.json", HISTORY),
        ("ratings/ratings-shows.json", RATINGS),
        ("lists/lists-watchlist.json", LIST),
        ("lists/list-1-space.json", LIST),
        ("user/user-settings.json", "{\"user\": {\"name\": \"Ada\"}}"),
    ]);

    let heat = ImportedItem::Film {
        name: "Heat".to_owned(),
        original_name: None,
        year: Some(1995),
        ids: ImportedIds {
            imdb: Some("tt0113277".to_owned()),
            tmdb: Some("949".to_owned()),
            ..trakt("11")
        },
    };
    let mut second = episode_of_dark(
        2,
        Some("Heat"),
        ImportedIds {
            tvdb: Some("333".to_owned()),
            ..trakt("22")
        },
    );
    if let ImportedItem::Episode { series_ids, .. } = &mut second {
        series_ids.imdb = Some("tt5753856".to_owned());
    }
    let ronin: Said = (
        film_of("Ronin", 1998, "12"),
        ImportedWhat::Watched {
            seconds: None,
            percent: None,
            plays: 3,
        },
        moment("2010-01-01T20:00:00Z"),
    );
    let dark = ImportedItem::Series {
        name: "Dark".to_owned(),
        original_name: None,
        year: Some(2017),
        ids: trakt("33"),
    };
    assert_eq!(read.format, ImportFormat::Trakt);
    assert_eq!(
        said(&read),
        [
            ronin,
            (
                episode_of_dark(3, None, ImportedIds::default()),
                watched(None),
                moment("2018-01-02T20:00:00Z")
            ),
            (heat, watched(None), moment("2014-04-05T15:27:00Z")),
            (
                film_of("Heat", 1995, "11"),
                watched(None),
                moment("2012-04-05T15:27:00Z")
            ),
            // The first moment of 1970 is no moment, and an episode that is called like a film is no film.
            (second, watched(None), None),
            (dark, rated(9.0), moment("2014-04-06T15:27:00Z")),
            (
                film_of("Stalker", 1979, "13"),
                ImportedWhat::Watchlist,
                moment("2020-01-01T00:00:00Z")
            ),
        ]
    );
    assert_eq!(
        passed(&read),
        [
            ("ratings-shows.json", 2, PassedOverReason::NoFilmOrEpisode),
            ("watched-movies.json", 1, PassedOverReason::SaidElsewhere),
            ("watched-shows.json", 1, PassedOverReason::SaidElsewhere),
        ]
    );
    let unused = |file: &str| ImportNote::UnusedFile {
        file: file.to_owned(),
        why: None,
    };
    assert_eq!(
        read.notes,
        [
            unused("lists/list-1-space.json"),
            unused("user/user-settings.json"),
            ImportNote::OnlyLastPlays {
                entries: 1,
                earlier: 2,
            },
        ]
    );
}

#[test]
fn a_show_of_endless_episodes_does_not_fill_the_memory() {
    let episodes = "{},".repeat(20_000) + "{}";
    let shows = format!(
        r#"[{{ "plays": 1, "show": {{ "title": "Dark" }}, "seasons": [{{ "number": 1, "episodes": [{episodes}] }}] }}]"#
    );

    let read = read_archive(&[("watched-shows.json", shows.as_str())]);

    assert_eq!(
        passed(&read),
        [("watched-shows.json", 1, PassedOverReason::TooLong)]
    );
}
