//! Jellyfin: rows without names of columns, times of the place where the server is, and episodes that stay episodes.

use super::support::{episode, film, moment, passed, read_file, said, watched};
use crate::domain::importing::{
    ImportFormat, ImportNote, ImportProblem, PassedOverReason, ReadOptions, read,
};

const ROWS: &str = "2024-02-01 20:00:00.1234567\td1\ti1\tMovie\tHeat (1995)\tDirectPlay\tWeb\tFirefox\t3000
2024-02-01 22:00:00.0000000\td1\ti1\tMovie\tHeat (1995)\tDirectPlay\tWeb\tFirefox\t1200
2024-02-02 20:00:00.0000000\td1\ti2\tEpisode\tStar Trek - Discovery - s01e02 - Heat\tDirectPlay\tWeb\tFirefox\t2400
2024-02-03 20:00:00.0000000\td1\ti3\tEpisode\tHeat\tDirectPlay\tWeb\tFirefox\t2400
2024-02-03 21:00:00.0000000\td1\ti4\tAudio\tHeat\tDirectPlay\tWeb\tFirefox\t240
2024-02-03 21:00:00.0000000\td1\ti5\tMovie\tRonin\tDirectPlay\tWeb\tFirefox\t119
";

#[test]
fn rows_without_names_of_columns_are_recognised_by_their_form() {
    let options = ReadOptions {
        time_zone: Some("Europe/Berlin".to_owned()),
        ..ReadOptions::default()
    };

    let read = read(ROWS.as_bytes(), "PlaybackReporting.tsv", &options).unwrap();

    let second = episode("Star Trek - Discovery", (Some(1), Some(2)), Some("Heat"));
    assert_eq!(read.format, ImportFormat::Jellyfin);
    assert_eq!(
        said(&read),
        [
            (
                film("Heat", Some(1995)),
                watched(Some(4_200)),
                moment("2024-02-01T21:20:00Z")
            ),
            (second, watched(Some(2_400)), moment("2024-02-02T19:40:00Z")),
            (
                episode("", (None, None), Some("Heat")),
                watched(Some(2_400)),
                moment("2024-02-03T19:40:00Z")
            ),
        ]
    );
    assert_eq!(
        passed(&read),
        [
            (
                "PlaybackReporting.tsv",
                5,
                PassedOverReason::NoFilmOrEpisode
            ),
            ("PlaybackReporting.tsv", 6, PassedOverReason::TooShort),
        ]
    );
    let sittings = ImportNote::Sittings {
        rows: 2,
        sittings: 1,
    };
    assert_eq!(read.notes, [sittings]);
}

#[test]
fn without_a_time_zone_times_are_taken_as_utc_and_that_is_told() {
    let read = read_file("a.tsv", ROWS);

    let note = ImportNote::TimesTakenAsUtc {
        file: "a.tsv".to_owned(),
    };
    assert!(read.notes.contains(&note), "{:?}", read.notes);
    assert_eq!(read.entries[1].at, moment("2024-02-02T20:40:00Z"));
    let options = ReadOptions {
        time_zone: Some("Middle/Earth".to_owned()),
        ..ReadOptions::default()
    };
    let unknown = crate::domain::importing::read(ROWS.as_bytes(), "a.tsv", &options);
    assert_eq!(unknown, Err(ImportProblem::UnknownTimeZone));
}
