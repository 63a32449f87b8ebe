//! Prime Video: days or moments as the script saved them, and sittings of the whole copy.

use super::support::{day, episode, film, moment, passed, read_file, said, unknown, watched};
use crate::domain::importing::{ImportFormat, PassedOverReason};

#[test]
fn the_history_that_a_script_saves_is_read() {
    let text = "Date Watched,Type,Title,Episode Title\n\
                \"April 23, 2024\",Series,\"Two and a Half Men, Season 11\",Episode 21: Dial 1-900-mix-a-lot\n\
                2024-04-22,Movie,Heat (1995),\n\
                1713729600000,Movie,Ronin,\n\
                someday,Movie,Alien,\n\
                \"April 23, 0024\",Movie,Alien,\n";

    let read = read_file("watch-history.csv", text);

    let dial = "Episode 21: Dial 1-900-mix-a-lot";
    assert_eq!(read.format, ImportFormat::Prime);
    assert_eq!(
        said(&read),
        [
            (
                episode("Two and a Half Men", (Some(11), Some(21)), Some(dial)),
                watched(None),
                day("2024-04-23")
            ),
            (film("Heat", Some(1995)), watched(None), day("2024-04-22")),
            (
                film("Ronin", None),
                watched(None),
                moment("2024-04-21T20:00:00Z")
            ),
        ]
    );
    assert_eq!(
        passed(&read),
        [
            ("watch-history.csv", 5, PassedOverReason::BadDate),
            ("watch-history.csv", 6, PassedOverReason::BadDate),
        ]
    );
}

#[test]
fn the_whole_copy_is_read() {
    let text = "Material Type Description,Playback Start Datetime (UTC),Seconds Viewed,Title,Is Autoplay,Is Deleted\n\
                Feature,2024-02-02T01:00:00Z,3000,\"\"\"Heat\"\"\",No,No\n\
                Feature,2024-02-02T02:00:00Z,1800.5,\"\"\"Heat\"\"\",No,No\n\
                Trailer,2024-02-02T02:00:00Z,300,Ronin,No,No\n\
                Feature,2024-02-02T02:00:00Z,300,Ronin,Yes,No\n\
                Feature,2024-02-02T02:00:00Z,300,Ronin,No,Yes\n\
                Feature,2024-02-02T02:00:00Z,60,Ronin,No,No\n\
                Feature,2024-02-02T02:00:00Z,600,Fleabag - Season 2,No,No\n";

    let read = read_file("PrimeVideo.ViewingHistory.csv", text);

    assert_eq!(
        said(&read),
        [
            (
                unknown("Heat"),
                watched(Some(4_800)),
                moment("2024-02-02T02:30:00Z")
            ),
            (
                episode("Fleabag", (Some(2), None), None),
                watched(Some(600)),
                moment("2024-02-02T02:10:00Z")
            ),
        ]
    );
    let reasons: Vec<_> = passed(&read).into_iter().map(|over| over.2).collect();
    assert_eq!(
        reasons,
        [
            PassedOverReason::Extra,
            PassedOverReason::PlayedByItself,
            PassedOverReason::Deleted,
            PassedOverReason::TooShort,
        ]
    );
}
