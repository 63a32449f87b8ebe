//! Netflix: days in either order, one evening as one sitting, nothing that nobody chose, and one person's rows.

use super::support::{
    day, episode, moment, passed, rated, read_archive, read_file, read_for, said, try_read,
    unknown, watched,
};
use crate::domain::importing::{
    ImportFormat, ImportNote, ImportProblem, ImportedWhat, PassedOverReason, ReadOptions, read,
};

const ACTIVITY: &str = "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,Device Type,Bookmark,Latest Bookmark,Country
Ada,2021-07-11 22:40:00,00:30:00,,Heat,,TV,01:20:00,01:20:00,FR (France)
Ada,2021-07-11 20:00:00,00:50:00,Autoplayed: user action: User_Interaction; ,Heat,,TV,00:50:00,Not latest view,FR (France)
Ada,2021-07-11 19:00:00,00:00:06,Autoplayed: user action: None; ,Trailer: Ronin,TRAILER,TV,00:00:06,00:00:06,FR (France)
Ada,2021-07-11 18:00:00,00:09:59,Autoplayed: user action: None; ,Ronin,,TV,00:09:59,00:09:59,FR (France)
Ada,2021-07-11 17:00:00,00:01:59,,Ronin,,TV,00:01:59,00:01:59,FR (France)
Ada,2021-07-10 20:00:00,00:42:00,,Dark: Season 2: Endings and Beginnings,,TV,00:42:00,00:42:00,FR (France)
Ada,2021-07-01 20:00:00,01:00:00,,Heat,,TV,01:00:00,01:00:00,FR (France)
Bob,2021-07-11 20:30:00,01:30:00,,Heat,,TV,01:30:00,01:30:00,FR (France)
";

#[test]
fn an_evening_is_one_sitting_and_what_nobody_chose_is_none() {
    let read = read_for("ada", "ViewingActivity.csv", ACTIVITY).unwrap();

    assert_eq!(read.format, ImportFormat::Netflix);
    assert_eq!(
        said(&read),
        [
            (
                unknown("Heat"),
                watched(Some(80 * 60)),
                moment("2021-07-11T23:10:00Z")
            ),
            (
                episode("Dark", (Some(2), None), Some("Endings and Beginnings")),
                watched(Some(42 * 60)),
                moment("2021-07-10T20:42:00Z")
            ),
            (
                unknown("Heat"),
                watched(Some(60 * 60)),
                moment("2021-07-01T21:00:00Z")
            ),
        ]
    );
    assert_eq!(read.entries[0].row, 3, "the first row in time stays");
    assert_eq!(
        passed(&read),
        [
            ("ViewingActivity.csv", 4, PassedOverReason::Extra),
            ("ViewingActivity.csv", 5, PassedOverReason::PlayedByItself),
            ("ViewingActivity.csv", 6, PassedOverReason::TooShort),
        ]
    );
    assert_eq!(
        read.notes,
        [
            ImportNote::OtherProfiles {
                file: "ViewingActivity.csv".to_owned(),
                names: vec!["Bob".to_owned()],
                rows: 1,
            },
            ImportNote::Sittings {
                rows: 2,
                sittings: 1
            },
        ]
    );
}

#[test]
fn what_began_by_itself_and_went_on_was_watched() {
    let head = ACTIVITY.lines().next().unwrap();
    let row = "Ada,2021-07-11 18:00:00,00:10:00,Autoplayed: user action: None; ,Ronin,,TV,00:10:00,00:10:00,FR (France)";

    let read = read_file("ViewingActivity.csv", &format!("{head}\n{row}\n"));

    let ronin = (
        unknown("Ronin"),
        watched(Some(600)),
        moment("2021-07-11T18:10:00Z"),
    );
    assert_eq!(said(&read), [ronin]);
}

#[test]
fn rows_of_several_people_are_nobodys_until_one_is_chosen() {
    let file = "ViewingActivity.csv".to_owned();
    let names = vec!["Ada".to_owned(), "Bob".to_owned()];

    assert_eq!(
        try_read(&file, ACTIVITY),
        Err(ImportProblem::SeveralProfiles {
            file: file.clone(),
            names: names.clone()
        })
    );
    assert_eq!(
        read_for("Eve", &file, ACTIVITY),
        Err(ImportProblem::NoSuchProfile {
            file: file.clone(),
            names
        })
    );
}

#[test]
fn thumbs_and_the_list_of_the_whole_copy_are_read() {
    let ratings = "Profile Name,Title Name,Rating Type,Star Value,Thumbs Value,Device Model,Event Utc Ts,Region View Date\n\
                   Ada,Heat,thumb,,1,TV,2020-01-01 20:00:00,\n\
                   Ada,Heat,thumb,,2,TV,2021-01-01 20:00:00,\n\
                   Ada,Ronin,star,3,0,TV,2016-01-01 20:00:00,\n\
                   Ada,Alien,thumb,,0,TV,2021-01-01 20:00:00,\n";
    let list =
        "Profile Name,Title Name,Country,Utc Title Add Date\nAda,Dark,FR (France),2022-02-03\n";

    let read = read_archive(&[
        ("CONTENT_INTERACTION/Ratings.csv", ratings),
        ("CONTENT_INTERACTION/MyList.csv", list),
    ]);

    assert_eq!(
        said(&read),
        [
            (unknown("Heat"), rated(8.0), moment("2021-01-01T20:00:00Z")),
            (unknown("Ronin"), rated(6.0), moment("2016-01-01T20:00:00Z")),
            (unknown("Dark"), ImportedWhat::Watchlist, day("2022-02-03")),
        ]
    );
    assert_eq!(
        passed(&read),
        [
            ("Ratings.csv", 5, PassedOverReason::BadNumber),
            ("Ratings.csv", 2, PassedOverReason::SaidElsewhere),
        ]
    );
}

#[test]
fn days_are_read_in_the_order_of_the_account() {
    let text = "Title,Date\n\"Heat\",\"4/5/24\"\n\"Dark: Season 1: Secrets\",\"13/4/24\"\n\"Dark: Season 1: Secrets\",\"13/4/24\"\n\": Secrets\",\"1/4/24\"\n";

    let told_by_a_day = read_file("NetflixViewingHistory.csv", text);
    let ambiguous = "Title,Date\n\"Mission: Impossible\",\"4/5/24\"\n";
    let asked = try_read("NetflixViewingHistory.csv", ambiguous);
    let options = ReadOptions {
        day_first: Some(false),
        ..ReadOptions::default()
    };
    let answered = read(ambiguous.as_bytes(), "NetflixViewingHistory.csv", &options).unwrap();

    let secrets = episode("Dark", (Some(1), None), Some("Secrets"));
    assert_eq!(
        said(&told_by_a_day),
        [
            (unknown("Heat"), watched(None), day("2024-05-04")),
            (secrets, watched(None), day("2024-04-13")),
        ]
    );
    assert_eq!(
        passed(&told_by_a_day),
        [("NetflixViewingHistory.csv", 5, PassedOverReason::NoName)]
    );
    assert!(
        matches!(asked, Err(ImportProblem::AmbiguousDates { .. })),
        "{asked:?}"
    );
    assert_eq!(
        said(&answered),
        [(
            unknown("Mission: Impossible"),
            watched(None),
            day("2024-04-05")
        )]
    );
    assert_eq!(
        answered.entries[0].alternatives,
        [episode("Mission", (None, None), Some("Impossible"))]
    );
}
