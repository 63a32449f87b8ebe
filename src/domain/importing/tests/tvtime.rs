//! TV Time: films without ids, episodes with those of TVDB, and tables that only look as if something was watched.

use super::support::{film, moment, passed, read_archive, read_file, said, watched};
use crate::domain::importing::{
    ImportFormat, ImportNote, ImportedIds, ImportedItem, ImportedWhat, PassedOverReason,
};

const RECORDS: &str = "type,created_at,updated_at,uuid,entity_type,movie_name,release_date
watch,2021-03-04 18:22:11,,u-1,movie,Heat,1995-12-15 00:00:00
towatch,2020-03-04 18:22:11,,u-1,movie,Heat,1995-12-15 00:00:00
towatch,2020-03-05 18:22:11,,u-2,movie,Stalker,1979-05-25 00:00:00
like,2020-03-05 18:22:11,,u-2,movie,Stalker,1979-05-25 00:00:00
";
const EPISODES: &str = "s_id,series_name,season_number,episode_number,episode_id,key,created_at
334824,Dark,1,2,6209427,watch-episode-6209427,2018-01-01 20:00:00
334824,Dark,1,2,6209427,rewatch-episode-6209427,2019-01-01 20:00:00
334824,Dark,,,,user-series-334824,2018-01-01 20:00:00
";
const SEEN: &str = "tv_show_name,episode_season_number,episode_number,episode_id,created_at
Heat,2,3,77,2015-01-01 20:00:00
";

fn episode(series: &str, place: (u32, u32), series_id: Option<&str>, id: &str) -> ImportedItem {
    let tvdb = |id: Option<&str>| ImportedIds {
        tvdb: id.map(str::to_owned),
        ..ImportedIds::default()
    };
    ImportedItem::Episode {
        series: series.to_owned(),
        series_year: None,
        series_ids: tvdb(series_id),
        season: Some(place.0),
        number: Some(place.1),
        name: None,
        ids: tvdb(Some(id)),
    }
}

#[test]
fn the_tables_that_say_what_was_watched_are_read() {
    let read = read_archive(&[
        ("gdpr/tracking-prod-records.csv", RECORDS),
        ("gdpr/tracking-prod-records-v2.csv", EPISODES),
        ("gdpr/seen_episode_source.csv", SEEN),
        ("gdpr/show_character_episode_vote.csv", SEEN),
        ("gdpr/access_token.csv", "id,token\n1,abc\n"),
    ]);

    let dark = episode("Dark", (1, 2), Some("334824"), "6209427");
    assert_eq!(read.format, ImportFormat::TvTime);
    assert_eq!(
        said(&read),
        [
            (
                film("Heat", Some(1995)),
                watched(None),
                moment("2021-03-04T18:22:11Z")
            ),
            (
                film("Stalker", Some(1979)),
                ImportedWhat::Watchlist,
                moment("2020-03-05T18:22:11Z")
            ),
            (dark.clone(), watched(None), moment("2018-01-01T20:00:00Z")),
            (dark, watched(None), moment("2019-01-01T20:00:00Z")),
            (
                episode("Heat", (2, 3), None, "77"),
                watched(None),
                moment("2015-01-01T20:00:00Z")
            ),
        ]
    );
    assert_eq!(
        passed(&read),
        [
            ("tracking-prod-records.csv", 5, PassedOverReason::NotWatched),
            (
                "tracking-prod-records-v2.csv",
                4,
                PassedOverReason::NotWatched
            ),
            (
                "tracking-prod-records.csv",
                3,
                PassedOverReason::SaidElsewhere
            ),
        ]
    );
    let unused = |file: &str| ImportNote::UnusedFile {
        file: format!("gdpr/{file}"),
        why: None,
    };
    assert_eq!(
        read.notes,
        [
            unused("show_character_episode_vote.csv"),
            unused("access_token.csv")
        ]
    );
}

#[test]
fn the_tables_of_the_extension_are_read() {
    let films = "title,year,is_watched,watched_at,created_at\n\
                 Heat,1995,true,2021-03-04T18:22:11Z,2020-01-01T00:00:00Z\n\
                 Stalker,1979,false,,2020-01-01T00:00:00Z\n";

    let read = read_file("tvtime-movies-2026-07-02.csv", films);

    assert_eq!(
        said(&read),
        [
            (
                film("Heat", Some(1995)),
                watched(None),
                moment("2021-03-04T18:22:11Z")
            ),
            (
                film("Stalker", Some(1979)),
                ImportedWhat::Watchlist,
                moment("2020-01-01T00:00:00Z")
            ),
        ]
    );
}
