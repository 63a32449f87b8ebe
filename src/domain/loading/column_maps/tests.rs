//! Maps of columns: those that come with the program, how files are known, and what is refused.

use serde_json::json;

use super::*;
use crate::domain::catalog::CreditRole;

fn read(file: &str, cells: Value) -> Option<Mapped> {
    let Value::Object(cells) = cells else {
        unreachable!("it is an object");
    };
    let maps = ColumnMap::shipped();
    let map = maps.iter().find_map(|map| map.of_file(file));
    let read = map.unwrap().read(&cells)?;
    Some(read.unwrap())
}

#[test]
fn rows_of_imdb_say_what_our_records_do() {
    let row = |kind: &str, adult: &str| {
        json!({
            "tconst": "tt0903747", "titleType": kind, "primaryTitle": "Breaking Bad",
            "originalTitle": "Breaking Bad", "isAdult": adult, "startYear": "2008", "endYear": "\\N",
            "runtimeMinutes": "45", "genres": "Crime,Drama",
        })
    };
    let series = read("title.basics.tsv", row("tvSeries", "0")).unwrap();
    assert_eq!(series.id.value, "tt0903747");
    assert_eq!(series.kind, Some(TitleKind::Series));
    assert_eq!(
        Value::Object(series.fields),
        json!({
            "title": "Breaking Bad", "original_title": "Breaking Bad", "year": 2008,
            "episode_runtime_minutes": 45, "genres": ["Crime", "Drama"],
        })
    );
    assert_eq!(read("title.basics.tsv", row("tvEpisode", "0")), None);
    assert_eq!(read("title.basics.tsv", row("tvSeries", "1")), None);

    let aka = |title: &str, language: &str| {
        let row = json!({
            "titleId": "tt0113277", "title": title, "language": language, "isOriginalTitle": "0",
        });
        read("title.akas.tsv", row).unwrap()
    };
    let mut names = aka("Hitze", "de");
    names.add(aka("Die Hitze", "de"));
    names.add(aka("Chaleur", "fr"));
    names.add(aka("Calor", "\\N"));
    assert_eq!(
        Value::Object(names.fields),
        json!({ "names": { "de": "Hitze", "fr": "Chaleur" } })
    );
}

#[test]
fn credits_of_imdb_name_people_by_id_in_roles() {
    let said = |row: &Mapped| -> Vec<(CreditRole, String, Option<String>, u32)> {
        let credits = row.credits.iter().cloned();
        credits
            .map(|it| (it.role, it.person, it.character, it.order))
            .collect()
    };
    let crew =
        json!({ "tconst": "tt0113277", "directors": "nm0000520,nm0000521", "writers": "\\N" });
    let crew = read("title.crew.tsv", crew).unwrap();
    let directors = [("nm0000520", 0_u32), ("nm0000521", 1)];
    let director =
        |(id, order): (&str, u32)| (CreditRole::Director, id.to_owned(), None::<String>, order);
    assert_eq!(said(&crew), directors.map(director));
    assert_eq!(crew.fields, Map::new());

    let principal = |category: &str, characters: &str| {
        let row = json!({
            "tconst": "tt0113277", "ordering": "3", "nconst": "nm0000199", "category": category,
            "job": "\\N", "characters": characters,
        });
        read("title.principals.tsv", row)
    };
    let long = "x".repeat(499);
    let too_long = format!("[\"{long}\",\"Self\"]");
    for (characters, expected) in [
        ("[\"Hanna\",\"Self\"]", Some("Hanna / Self")),
        ("\\N", None),
        ("Hanna", Some("Hanna")),
        (too_long.as_str(), Some(long.as_str())),
    ] {
        let row = principal("actor", characters).unwrap();
        let character = expected.map(str::to_owned);
        let id = "nm0000199".to_owned();
        assert_eq!(said(&row), [(CreditRole::Actor, id, character, 3_u32)]);
    }
    assert_eq!(principal("cinematographer", "\\N"), None);

    let name = json!({ "nconst": "nm0000199", "primaryName": "Al Pacino", "birthYear": "1940" });
    let name = read("name.basics.tsv", name).unwrap();
    assert_eq!(
        Value::Object(name.fields),
        json!({ "name": "Al Pacino", "year": 1940 })
    );
}

#[test]
fn lines_of_tmdb_are_an_id_and_a_name() {
    let row = json!({ "adult": false, "id": 862, "original_title": "Toy Story", "popularity": 1.5, "video": false });

    let film = read("movie_ids_05_15_2026.json", row).unwrap();

    assert_eq!(
        (film.id.provider.as_str(), film.id.value.as_str()),
        ("tmdb", "862")
    );
    assert_eq!(film.kind, Some(TitleKind::Film));
    assert_eq!(Value::Object(film.fields), json!({ "title": "Toy Story" }));
}

#[test]
fn an_id_has_one_spelling_and_a_row_without_one_is_refused() {
    let map = json!({ "provider": "imdb", "files": [{
        "format": "csv", "rows": "facts", "key": "URL",
        "columns": [{ "column": "Mine", "field": "scores.imdb.value" }],
    }] });
    let map = ColumnMap::read(&map.to_string()).unwrap();
    let read = |id: &str| {
        let cells: Map<String, Value> = [("URL".to_owned(), json!(id))].into_iter().collect();
        map.files[0].read(&cells).unwrap().map(|row| row.id.value)
    };

    for spelling in [
        "tt0113277",
        "0113277",
        "https://www.imdb.com/title/tt0113277/",
    ] {
        assert_eq!(read(spelling).unwrap(), "tt0113277");
    }
    for (none, reason) in [
        ("", "is missing or empty"),
        ("tt0000000", "is \"tt0000000\", not an id of imdb"),
        ("N/A", "is \"N/A\", not an id of imdb"),
    ] {
        let problem = read(none).unwrap_err();
        assert_eq!((&*problem.field, &*problem.reason), ("URL", reason));
    }
}

#[test]
fn a_file_of_another_name_is_known_by_its_first_line() {
    let shipped = |name: &str, line: &str| {
        let map = ColumnMap::find_shipped(name).unwrap();
        map.of_beginning(line).map(|file| file.name.clone())
    };

    let ratings = shipped("imdb", "tconst\taverageRating\tnumVotes\r\n");
    assert_eq!(ratings.as_deref(), Some("title.ratings.tsv"));
    let person = shipped("tmdb", "{\"adult\":false,\"id\":31,\"name\":\"Tom Hanks\"}");
    assert_eq!(person.as_deref(), Some("person_ids_"));
    assert_eq!(shipped("imdb", "slug,title"), None);
    assert_eq!(shipped("tmdb", "{\"slug\":\"a\",\"title\":\"A\"}"), None);
}

#[test]
fn what_is_wrong_with_a_map_is_named() {
    let map = |provider: &str, file: Value| {
        let map = json!({ "provider": provider, "files": [file] });
        ColumnMap::read(&map.to_string()).unwrap_err()
    };
    let title = json!({ "column": "name", "field": "title" });
    let file =
        |rows: &str| json!({ "format": "csv", "rows": rows, "key": "id", "columns": [title] });

    assert!(map("me", file("facts")).starts_with("provider: “me” is not imdb"));
    assert!(map("tmdb", file("titles")).starts_with("file 1: kind is missing"));
    assert!(map("tmdb", file("episodes")).starts_with("file 1: parent is missing"));
    assert!(map("tmdb", file("people")).starts_with("file 1: a column of the field name"));
    assert!(map("tmdb", file("names")).starts_with("file 1: a column of the field name"));
    assert!(
        map("tmdb", file("credits")).starts_with("file 1: field: “title” is no list of people")
    );
    let credit = json!({ "person": "p", "role": "r", "roles": { "actor": "cast" } });
    let mut episodes = file("facts");
    episodes["credit"] = credit;
    assert!(map("tmdb", episodes).starts_with("file 1: credit: is of rows of credits alone"));
    assert!(map("tmdb", json!({ "format": "xml" })).starts_with("is no map of columns: "));
}
