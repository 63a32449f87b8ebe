//! IMDb: ratings and wishes, never that something was watched; and no episode is a film of its name.

use super::support::{day, passed, rated, read_file, said};
use crate::domain::importing::{
    ImportFormat, ImportNote, ImportedIds, ImportedItem, ImportedWhat, PassedOverReason,
};

const RATINGS: &str = "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,Num Votes,Release Date,Directors
tt0113277,9,2020-01-02,Heat,Heat,https://www.imdb.com/title/tt0113277/,Movie,8.3,170,1995,\"Crime, Drama\",700000,1995-12-15,Michael Mann
tt0903747,10,2020-01-03,Breaking Bad,Breaking Bad,x,TV Series,9.5,45,2008,Crime,1,2008-01-20,
tt2301451,10,2020-01-04,Ozymandias,Ozymandias,x,TV Episode,10,47,2013,Crime,1,2013-09-15,Rian Johnson
tt2301452,8,2020-01-05,Breaking Bad: Granite State,Granite State,x,tvEpisode,9.7,47,2013,Crime,1,2013-09-22,
tt0211915,7,2020-01-06,Amélie,Le fabuleux destin d'Amélie Poulain,x,movie,8.3,122,2001,Comedy,1,2001-04-25,
tt1111111,7,2020-01-06,Some Game,Some Game,x,Video Game,8,,2001,Action,1,2001-04-25,
tt1111112,11,2020-01-06,Too Good,Too Good,x,Movie,8,,2001,Action,1,2001-04-25,
";

fn ids(imdb: &str) -> ImportedIds {
    ImportedIds {
        imdb: Some(imdb.to_owned()),
        ..ImportedIds::default()
    }
}

fn film(name: &str, original_name: Option<&str>, year: i32, imdb: &str) -> ImportedItem {
    ImportedItem::Film {
        name: name.to_owned(),
        original_name: original_name.map(str::to_owned),
        year: Some(year),
        ids: ids(imdb),
    }
}

fn episode(series: &str, name: &str, imdb: &str) -> ImportedItem {
    ImportedItem::Episode {
        series: series.to_owned(),
        series_year: None,
        series_ids: ImportedIds::default(),
        season: None,
        number: None,
        name: Some(name.to_owned()),
        ids: ids(imdb),
    }
}

#[test]
fn the_type_of_a_title_decides_what_was_rated() {
    let read = read_file("ratings.csv", RATINGS);

    let series = ImportedItem::Series {
        name: "Breaking Bad".to_owned(),
        original_name: None,
        year: Some(2008),
        ids: ids("tt0903747"),
    };
    let original = Some("Le fabuleux destin d'Amélie Poulain");
    assert_eq!(read.format, ImportFormat::Imdb);
    assert_eq!(
        said(&read),
        [
            (
                film("Heat", None, 1995, "tt0113277"),
                rated(9.0),
                day("2020-01-02")
            ),
            (series, rated(10.0), day("2020-01-03")),
            (
                episode("", "Ozymandias", "tt2301451"),
                rated(10.0),
                day("2020-01-04")
            ),
            (
                episode("Breaking Bad", "Granite State", "tt2301452"),
                rated(8.0),
                day("2020-01-05")
            ),
            (
                film("Amélie", original, 2001, "tt0211915"),
                rated(7.0),
                day("2020-01-06")
            ),
        ]
    );
    assert_eq!(
        passed(&read),
        [
            ("ratings.csv", 7, PassedOverReason::NoFilmOrEpisode),
            ("ratings.csv", 8, PassedOverReason::BadNumber),
        ]
    );
}

#[test]
fn a_list_is_what_somebody_wants_to_watch() {
    let list = "Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,Year,Your Rating,Date Rated\n\
                1,tt0113277,2021-01-02,2021-01-02,,Heat,Heat,x,Movie,1995,9,2020-01-02\n";
    let heat = film("Heat", None, 1995, "tt0113277");
    let expected = [
        (heat.clone(), rated(9.0), day("2020-01-02")),
        (heat, ImportedWhat::Watchlist, day("2021-01-02")),
    ];

    let watchlist = read_file("WATCHLIST.csv", list);
    let unnamed = read_file("9a1f.csv", list);

    assert_eq!(said(&watchlist), expected);
    assert_eq!(watchlist.notes, []);
    assert_eq!(said(&unnamed), expected);
    let note = ImportNote::ListTakenAsWatchlist {
        file: "9a1f.csv".to_owned(),
    };
    assert_eq!(unnamed.notes, [note]);
}
