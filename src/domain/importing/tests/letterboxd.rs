//! Letterboxd: the day of watching and not of writing, each watch once, remakes apart.

use super::support::{day, film, passed, rated, read_archive, read_file, said, try_read, watched};
use crate::domain::importing::{
    ImportFormat, ImportNote, ImportProblem, ImportedWhat, PassedOverReason,
};

const DIARY: &str = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date
2024-03-01,\"Good, the Bad\",1966,https://boxd.it/a,4.5,,,2024-02-10
2024-03-01,Solaris,1972,https://boxd.it/b,,,\"space, slow\",2024-02-11
2024-03-02,Solaris,2002,https://boxd.it/c,3,,,2024-02-12
2024-03-03,Solaris,1972,https://boxd.it/d,,Yes,,2024-03-03
2024-03-04,Alien,1979,https://boxd.it/e,,,,
";
const WATCHED: &str = "Date,Name,Year,Letterboxd URI
2024-03-01,Solaris,1972,https://boxd.it/f
2019-01-01,Heat,1995,https://boxd.it/g
";
const RATINGS: &str = "Date,Name,Year,Letterboxd URI,Rating
2024-03-05,\"Good, the Bad\",1966,https://boxd.it/h,4
";
const WATCHLIST: &str = "Date,Name,Year,Letterboxd URI
2024-04-01,Stalker,1979,https://boxd.it/i
";

#[test]
fn the_diary_has_the_days_and_other_files_add_what_it_lacks() {
    let read = read_archive(&[
        ("letterboxd/diary.csv", DIARY),
        ("letterboxd/watched.csv", WATCHED),
        ("letterboxd/ratings.csv", RATINGS),
        ("letterboxd/watchlist.csv", WATCHLIST),
        ("letterboxd/deleted/diary.csv", DIARY),
        ("letterboxd/likes/films.csv", WATCHED),
    ]);

    let (good, solaris) = (
        film("Good, the Bad", Some(1966)),
        film("Solaris", Some(1972)),
    );
    let remake = film("Solaris", Some(2002));
    assert_eq!(read.format, ImportFormat::Letterboxd);
    assert_eq!(
        said(&read),
        [
            (good.clone(), watched(None), day("2024-02-10")),
            (solaris.clone(), watched(None), day("2024-02-11")),
            (remake.clone(), watched(None), day("2024-02-12")),
            (remake, rated(6.0), day("2024-02-12")),
            (solaris, watched(None), day("2024-03-03")),
            (film("Alien", Some(1979)), watched(None), None),
            (film("Heat", Some(1995)), watched(None), None),
            (good, rated(8.0), day("2024-03-05")),
            (
                film("Stalker", Some(1979)),
                ImportedWhat::Watchlist,
                day("2024-04-01")
            ),
        ]
    );
    assert_eq!(
        passed(&read),
        [
            ("diary.csv", 2, PassedOverReason::SaidElsewhere),
            ("watched.csv", 2, PassedOverReason::SaidElsewhere),
        ]
    );
    let unused = |file: &str| ImportNote::UnusedFile {
        file: format!("letterboxd/{file}"),
        why: None,
    };
    assert_eq!(
        read.notes,
        [unused("deleted/diary.csv"), unused("likes/films.csv")]
    );
}

#[test]
fn a_row_that_cannot_be_read_is_told_and_the_others_are_read() {
    let text = "date;WATCHED DATE;name;letterboxd uri;year\r\n\
                ;soon;Heat;x;1995\r\n\
                ;2024-02-10;;x;1995\r\n\
                ;2024-02-10;Ronin;x;then\r\n";

    let read = read_file("my diary.csv", text);

    assert_eq!(
        said(&read),
        [
            (film("Heat", Some(1995)), watched(None), None),
            (film("Ronin", None), watched(None), day("2024-02-10")),
        ]
    );
    assert_eq!(
        passed(&read),
        [
            ("my diary.csv", 2, PassedOverReason::WithoutDay),
            ("my diary.csv", 3, PassedOverReason::NoName),
        ]
    );
}

#[test]
fn a_file_that_may_be_watched_or_wanted_is_taken_as_neither() {
    assert_eq!(
        try_read("films.csv", WATCHED),
        Err(ImportProblem::Unrecognised)
    );
}
