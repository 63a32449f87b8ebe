//! What holds for any bytes: they are read or refused, and never the end of the program.

use proptest::prelude::*;

use super::support::archive;
use crate::domain::importing::{ImportedAt, ReadOptions, read};

/// The first lines of files that are known, so that what follows is read as rows of them.
static BEGINNINGS: [&str; 12] = [
    "",
    "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n",
    "Const,Your Rating,Date Rated,Title,Title Type,Year\n",
    "Title,Date\n",
    "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type\n",
    "Date Watched,Type,Title,Episode Title\n",
    "title,playback start datetime (utc),seconds viewed\n",
    "type,created_at,entity_type,movie_name\n",
    "s_id,series_name,season_number,episode_number,key,created_at\n",
    "DateCreated\tUserId\tItemId\tItemType\tItemName\tPlayDuration\n",
    "date,user,media_type,full_title,duration,percent_complete,guid\n",
    "[{\"watched_at\": \"",
];

fn options() -> impl Strategy<Value = ReadOptions> {
    any::<Option<bool>>().prop_map(|day_first| ReadOptions {
        time_zone: Some("America/St_Johns".to_owned()),
        profile_name: None,
        day_first,
    })
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(
        beginning in prop::sample::select(&BEGINNINGS[..]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
        options in options(),
    ) {
        let mut bytes = beginning.as_bytes().to_vec();
        bytes.extend(rest);

        let _ = read(&bytes, "watchlist.csv", &options);
    }

    #[test]
    fn no_rows_make_reading_panic(
        beginning in prop::sample::select(&BEGINNINGS[..]),
        rows in "([-:/.0-9]{0,10}[,\t][a-zé:\" ]{0,8}[,\t\n]){0,20}",
        options in options(),
    ) {
        let text = format!("{beginning}{rows}");

        let _ = read(text.as_bytes(), "watched.csv", &options);
        let _ = read(&archive(&[("watched.csv", text.as_str())]), "a.zip", &options);
    }

    #[test]
    fn a_damaged_archive_does_not_make_reading_panic(
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut upload = archive(&[("watched.csv", BEGINNINGS[1]), ("diary.csv", "a,b")]);
        let place = place.index(upload.len());
        upload[place] = byte;

        let _ = read(&upload, "a.zip", &ReadOptions::default());
    }

    #[test]
    fn a_day_is_that_day_whatever_the_time_zone(
        year in 1900..2100_i32,
        month in 1..=12_u32,
        day in 1..=28_u32,
        zone in prop::sample::select(vec!["Pacific/Kiritimati", "Pacific/Niue", "Europe/Berlin"]),
    ) {
        let written = format!("{year}-{month:02}-{day:02}");
        let text = format!("{}1,Heat,1995,x,,,,{written}\n", BEGINNINGS[1]);
        let options = ReadOptions {
            time_zone: Some(zone.to_owned()),
            ..ReadOptions::default()
        };

        let read = read(text.as_bytes(), "diary.csv", &options).unwrap();

        let expected = ImportedAt::Day(written.parse().unwrap());
        prop_assert_eq!(read.entries[0].at, Some(expected));
    }
}
