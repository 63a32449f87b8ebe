//! What was loaded comes out again as it can be loaded, and is the same, byte for byte, when it is loaded elsewhere.

use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};
use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::support::program::{On, Program};

both_ways!(what_is_exported_and_loaded_is_exported_the_same);

async fn empty(on: On) -> Program {
    match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    }
}

/// A folder of an installation; its path, and as a text that of a file in it.
fn folder(program: &Program, name: &str) -> (PathBuf, impl Fn(&str) -> String) {
    let folder = program.data().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let of_file = folder.clone();
    (folder, move |file| {
        of_file.join(file).to_str().unwrap().to_owned()
    })
}

/// A film in which each field says something, as it is exported but for its pictures.
fn film() -> Value {
    json!({
        "kind": "film", "slug": "one-plus-one", "title": "=1+1", "original_title": "-Minus",
        "names": { "de": "Eins|Zwei" }, "year": 2001, "release_date": "2001-05-06", "runtime_minutes": 90,
        "collection": { "name": "Sums", "slug": "sums-x", "part": 2 }, "genres": ["Crime"],
        "directors": [{ "person": "steve-mcqueen-1969", "name": "Steve McQueen" }],
        "cast": [{ "name": "Al Pacino", "character": "'=X" }, "Zoe Saldaña"],
        "writers": [{ "person": "de-niro-robert", "name": "De Niro, Robert" }],
        "countries": ["SU"], "languages": ["de"], "studios": ["A|B", "[C]"], "tags": ["+1", "x"],
        "certifications": { "DE": "16", "US": "R" }, "state": "hidden",
        "available_from": "2024-01-02T03:04:05.678Z", "ids": { "own": "x-1", "tmdb": "5" },
        "overview": { "en": "A.", "pt-BR": "B." }, "tagline": { "en": "@home" },
        "scores": {
            "imdb": { "value": 8.3, "max": 10.0, "votes": 700_000 },
            "own": { "value": 3.5, "max": 4.0 },
            "rottentomatoes": { "value": 87.0, "max": 100.0 },
        },
        "trailers": [
            "https://www.youtube.com/watch?v=2GfZl4kuVNI",
            { "url": "https://vimeo.com/1/8272103f6e", "kind": "teaser", "name": "T", "language": "de" },
        ],
        "extras": [{ "url": "https://example.org/a.mp4", "kind": "interview" }],
    })
}

/// The same of an episode.
fn special() -> Value {
    json!({
        "kind": "episode", "series": "dusk-2017", "season": 0, "episode": 1, "number_end": 2,
        "absolute_number": 7, "airs_before_season": 1, "airs_before_episode": 3, "title": "The Rift",
        "names": { "de": "Der Riss" }, "air_date": "2017-01-01", "runtime_minutes": 45,
        "directors": ["Steve McQueen"], "guests": [{ "name": "Al Pacino", "character": "Himself" }],
        "writers": ["=Cmd"], "overview": { "en": "It begins.\n\nIt goes on." },
    })
}

/// The same of a person.
fn director() -> Value {
    json!({
        "kind": "person", "slug": "steve-mcqueen-1969", "name": "Steve McQueen", "born": "1969-10-09",
        "birthplace": "London", "ids": { "imdb": "nm2588606" },
        "biography": { "en": "He was born.\n\n=1+1 \"he\" said, and went on." },
    })
}

/// Writes a file of records that have all that the demo catalogue lacks, with pictures beside it.
fn write_records(folder: &Path) -> PathBuf {
    for (name, shade) in [("a.png", 10), ("b.png", 120), ("c.png", 240)] {
        let picture = RgbImage::from_pixel(20, 30, Rgb([shade, 60, 90]));
        picture.save(folder.join(name)).unwrap();
    }
    let (mut film, mut special, mut director) = (film(), special(), director());
    film["pictures"] = json!({
        "poster": ["a.png", { "from": "b.png", "language": "de" }], "logo": "a.png",
    });
    special["still"] = json!("c.png");
    director["portrait"] = json!("b.png");
    let series = json!({
        "kind": "series", "slug": "dusk-2017", "title": "Dusk", "status": "returning", "network": "Sky",
        "total_seasons": 2, "episode_runtime_minutes": 50, "creators": ["Steve McQueen"],
        "seasons": [{ "number": 1, "pictures": { "poster": "b.png" } }],
    });
    let records = [film, special, director, series].map(|record| record.to_string());
    let file = folder.join("records.ndjson");
    std::fs::write(&file, records.join("\n")).unwrap();
    file
}

/// The record of an export with a value in a field.
fn record(export: &str, field: &str, value: &str) -> Value {
    let mut records = export
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    records.find(|record| record[field] == value).unwrap()
}

async fn what_is_exported_and_loaded_is_exported_the_same(on: On) {
    let first = empty(on).await;
    let (loaded, _) = folder(&first, "loaded");
    let records = write_records(&loaded);
    let (from, path) = folder(&first, "from");
    let mut arguments = vec!["load"];
    arguments.extend([
        "seed/films.ndjson",
        "seed/series.ndjson",
        "seed/episodes.ndjson",
    ]);
    arguments.push(records.to_str().unwrap());
    first.expect(&arguments).await;

    let said = first.expect(&["export", &path("a.ndjson")]).await;
    first.expect(&["export", &path("a.csv.gz")]).await;

    let export = std::fs::read_to_string(from.join("a.ndjson")).unwrap();
    let number = "181 films, 8 series, 180 episodes and 6 pictures to ";
    assert!(said.contains(number), "{said}");
    let mut exported = record(&export, "slug", "one-plus-one");
    let pictures = exported
        .as_object_mut()
        .unwrap()
        .remove("pictures")
        .unwrap();
    assert_eq!(exported, film());
    let poster = pictures["poster"][0].as_str().unwrap();
    assert!(from.join(poster).is_file(), "{poster}");
    assert_eq!(pictures["logo"], json!([poster]));
    assert_eq!(pictures["poster"][1]["language"], "de");
    let mut exported = record(&export, "title", "The Rift");
    assert!(exported.as_object_mut().unwrap().remove("still").is_some());
    assert_eq!(exported, special());
    let mut exported = record(&export, "slug", "steve-mcqueen-1969");
    assert!(
        exported
            .as_object_mut()
            .unwrap()
            .remove("portrait")
            .is_some()
    );
    assert_eq!(exported, director());

    // Into an empty store and out again, by either format.
    for file in ["a.ndjson", "a.csv.gz"] {
        let second = empty(on).await;
        let (to, to_path) = folder(&second, "to");
        second.expect(&["load", &path(file)]).await;
        second.expect(&["export", &to_path("b.ndjson")]).await;
        second.expect(&["export", &to_path("b.csv.gz")]).await;
        let again = std::fs::read_to_string(to.join("b.ndjson")).unwrap();
        assert!(again == export, "{file} is another when it is loaded");
        let tables = [from.join("a.csv.gz"), to.join("b.csv.gz")];
        let [one, other] = tables.map(|table| std::fs::read(table).unwrap());
        assert!(one == other, "the tables differ, of {file}");
        assert!(to.join(poster).is_file());
    }
    refuses_to_write_over_what_is_there(&first, &from, &path("a.ndjson"), &export).await;
}

async fn refuses_to_write_over_what_is_there(
    program: &Program,
    folder: &Path,
    file: &str,
    export: &str,
) {
    std::fs::write(file, "mine").unwrap();
    let refused = program.run(&["export", file]).await;
    assert_eq!(refused.status.code(), Some(1));
    let why = String::from_utf8(refused.stderr).unwrap();
    assert!(why.contains("is there; --force writes over it"), "{why}");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "mine");
    program.expect(&["export", file, "--force"]).await;
    assert!(std::fs::read_to_string(file).unwrap() == export);
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.csv.gz", "a.ndjson", "pictures"]);

    // Nothing lies beside the standard output, and that is said.
    let printed = program.run(&["export", "-", "--format", "json"]).await;
    assert!(printed.status.success());
    let told = String::from_utf8(printed.stderr).unwrap();
    assert!(told.contains("6 pictures left out"), "{told}");
    let all: Vec<Value> = serde_json::from_slice(&printed.stdout).unwrap();
    assert_eq!(all.len(), export.lines().count());
    let refer = |record: &Value| record.get("pictures").or(record.get("seasons")).is_some();
    assert!(!all.iter().any(refer));
    let nameless = program.run(&["export", "records.txt"]).await;
    let why = String::from_utf8(nameless.stderr).unwrap();
    assert!(why.contains("say --format"), "{why}");
}
