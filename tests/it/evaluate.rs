//! `reelgraph evaluate`: on a split made up here, beside the lists that the program itself writes, and on the seed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::support::program::{On, Program};

const VIEWERS: u32 = 60;
const FILMS: u32 = 40;
/// How many films each viewer watches, and how many of them are in the training set.
const WATCHED: usize = 15;
const TRAIN: usize = 11;

/// A rating: viewer, film, second, rating.
type Rating = (u32, u32, i64, u32);

/// Two tastes: each half of the viewers watches and likes films of one half, and gives up two of the other.
fn ratings() -> Vec<Vec<Rating>> {
    let mut rng = StdRng::seed_from_u64(4);
    let half = FILMS / 2;
    (0..VIEWERS)
        .map(|viewer| {
            let own = viewer % 2;
            let mut films: Vec<(u32, u32)> = (0..half).map(|film| (own * half + film, 4)).collect();
            films.shuffle(&mut rng);
            films.truncate(WATCHED - 2);
            for _ in 0..2 {
                let film = (1 - own) * half + rng.random_range(0..half);
                if films.iter().all(|(known, _)| *known != film) {
                    films.push((film, 2));
                }
            }
            films.shuffle(&mut rng);
            let times = (0_i64..).map(|day| 1_500_000_000 + day * 86_400 + i64::from(viewer));
            let rated = films.iter().zip(times);
            rated
                .map(|((film, rating), at)| (viewer, *film, at, *rating))
                .collect()
        })
        .collect()
}

/// The split as a folder beside its films, packed in parts.
fn write_split(folder: &Path) -> PathBuf {
    let split = folder.join("temporal");
    std::fs::create_dir(&split).unwrap();
    let mut films = "film,title,year,genres,directors,actors\n".to_owned();
    for film in 0..FILMS {
        let (genre, year) = (["Drama", "Comedy"][(film % 2) as usize], 1960 + film);
        writeln!(
            films,
            "{film},\"Film, {film}\",{year},{genre}|Crime,Director {},Actor {}",
            film % 7,
            film % 5
        )
        .unwrap();
    }
    let packed = std::fs::File::create(folder.join("films.csv.gz")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
    packed.write_all(films.as_bytes()).unwrap();
    packed.finish().unwrap();
    let head = "user,film,ts,rating,weight,count\n";
    let (mut train, mut test) = (head.to_owned(), head.to_owned());
    let mut next = "user,film,next,next5\n".to_owned();
    for ratings in ratings() {
        for (index, (viewer, film, at, rating)) in ratings.iter().enumerate() {
            let part = if index < TRAIN { &mut train } else { &mut test };
            writeln!(part, "v{viewer},{film},{at},{rating}.0,0.8,1").unwrap();
        }
        for pair in ratings[TRAIN..].windows(2) {
            writeln!(
                next,
                "v{},{},{},{}",
                pair[0].0, pair[0].1, pair[1].1, pair[1].1
            )
            .unwrap();
        }
    }
    std::fs::write(split.join("train.csv"), train).unwrap();
    std::fs::write(split.join("test.csv"), test).unwrap();
    std::fs::write(split.join("next.csv"), next).unwrap();
    split
}

/// The same films and the watches of the training set, as files to load.
fn write_records(folder: &Path) -> [String; 2] {
    let (mut films, mut watches) = (String::new(), String::new());
    for film in 0..FILMS {
        let genre = ["Drama", "Comedy"][(film % 2) as usize];
        let record = json!({
            "slug": format!("ml-{film}"), "title": format!("Film, {film}"), "year": 1960 + film,
            "genres": [genre, "Crime"],
            "directors": [format!("Director {}", film % 7)], "cast": [format!("Actor {}", film % 5)],
        });
        writeln!(films, "{record}").unwrap();
    }
    for (viewer, film, at, rating) in ratings()
        .into_iter()
        .flat_map(|ratings| ratings.into_iter().take(TRAIN))
    {
        let at = chrono::DateTime::from_timestamp(at, 0).unwrap();
        let completion = if rating >= 3 { 1.0 } else { 0.3 };
        let record = json!({
            "viewer": format!("v{viewer}"), "title": format!("ml-{film}"), "at": at.to_rfc3339(),
            "completion": completion, "liked": (rating >= 4).then_some(true),
        });
        writeln!(watches, "{record}").unwrap();
    }
    let paths = [folder.join("films.ndjson"), folder.join("watches.ndjson")];
    std::fs::write(&paths[0], films).unwrap();
    std::fs::write(&paths[1], watches).unwrap();
    paths.map(|path| path.to_str().unwrap().to_owned())
}

fn value(report: &Value, row: usize, metric: &str) -> f64 {
    report["report"]["rows"][row]["metrics"][metric]["value"]
        .as_f64()
        .unwrap()
}

/// NDCG@10 as its definition has it.
fn ndcg(list: &[String], relevant: &BTreeSet<String>) -> f64 {
    let discount = |index: usize| 1.0 / f64::from(u32::try_from(index).unwrap() + 2).log2();
    let hits = (0..10).filter(|index| list.get(*index).is_some_and(|film| relevant.contains(film)));
    let found: f64 = hits.map(discount).sum();
    let ideal: f64 = (0..relevant.len().min(10)).map(discount).sum();
    found / ideal
}

fn lines(path: &Path, key: &str, list: &str) -> BTreeMap<String, Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let values = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    values
        .map(|value| {
            let films = value[list].as_array().unwrap().iter();
            let films = films.map(|film| film.as_str().unwrap().to_owned());
            (value[key].as_str().unwrap().to_owned(), films.collect())
        })
        .collect()
}

#[tokio::test]
async fn what_is_measured_is_what_the_program_suggests() {
    let program = Program::new(On::Embedded).await;
    let split = write_split(program.data());
    let records = write_records(program.data());
    program.expect(&["load", &records[0], &records[1]]).await;
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "similar"]).await;
    let (suggested, similar) = (
        program.data().join("suggested"),
        program.data().join("similar"),
    );
    program
        .expect(&["suggest", "--all", "--out", suggested.to_str().unwrap()])
        .await;
    program
        .expect(&["similar", "--all", "--out", similar.to_str().unwrap()])
        .await;

    let json = program
        .expect(&["evaluate", "--split", split.to_str().unwrap(), "--json"])
        .await;

    let report: Value = serde_json::from_str(&json).unwrap();
    let lists = lines(&suggested, "user", "films");
    let pages = lines(&similar, "film", "similar");
    let (mut gains, mut hits) = (Vec::new(), Vec::new());
    for ratings in ratings() {
        let slug = |rating: &Rating| format!("ml-{}", rating.1);
        let liked = ratings[TRAIN..].iter().filter(|rating| rating.3 >= 4);
        let relevant: BTreeSet<String> = liked.map(slug).collect();
        if !relevant.is_empty() {
            gains.push(ndcg(&lists[&format!("v{}", ratings[0].0)], &relevant));
        }
        let steps = (TRAIN..ratings.len() - 1).map(|at| {
            let known: Vec<String> = ratings[..=at].iter().map(slug).collect();
            let news = pages[&slug(&ratings[at])]
                .iter()
                .filter(|film| !known.contains(film));
            let next = slug(&ratings[at + 1]);
            f64::from(u8::from(news.take(10).any(|film| *film == next)))
        });
        let steps: Vec<f64> = steps.collect();
        hits.push(mean(&steps));
    }
    let close = |found: f64, expected: f64| {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    };
    close(value(&report, 0, "ndcg@10"), mean(&gains));
    close(value(&report, 0, "hit@10"), mean(&hits));
}

#[expect(clippy::cast_precision_loss, reason = "a few")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[tokio::test]
async fn tastes_that_there_are_beat_popularity_always_by_the_same() {
    let program = Program::new(On::Embedded).await;
    let split = write_split(program.data());
    let arguments = ["evaluate", "--split", split.to_str().unwrap()];

    let table = program.expect(&arguments).await;
    let again = program.expect(&arguments).await;

    assert_eq!(table, again);
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(3)
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    let metrics = [
        "NDCG@10",
        "NDCG@100",
        "Recall@20",
        "coverage@10",
        "novelty@10",
        "hit@10",
    ];
    assert_eq!(rows[0], metrics);
    let names: Vec<&str> = rows[1..].iter().map(|row| row[0]).collect();
    assert_eq!(
        names,
        [
            "ours",
            "popularity",
            "co-watch",
            "cosine",
            "ours - best of the others"
        ]
    );
    let ndcg = |row: usize| -> f64 { rows[row][1].split(' ').next().unwrap().parse().unwrap() };
    assert!(ndcg(1) > ndcg(2) + 0.1, "{table}");
    assert!(table.starts_with(
        "60 viewers tested; 660 watches of 60 viewers to learn from; 40 titles; relevant: liked\n"
    ));
}

#[tokio::test]
async fn an_ablation_begins_with_the_whole() {
    let program = Program::new(On::Embedded).await;
    let split = write_split(program.data());
    let arguments = ["evaluate", "--split", split.to_str().unwrap(), "--json"];

    let comparison = program.expect(&arguments).await;
    let ablation = program
        .expect(&[&arguments[..], &["--ablation"]].concat())
        .await;

    let comparison: Value = serde_json::from_str(&comparison).unwrap();
    let ablation: Value = serde_json::from_str(&ablation).unwrap();
    let (whole, rows) = (
        &comparison["report"]["rows"][0],
        ablation["report"]["rows"].as_array().unwrap(),
    );
    assert_eq!(rows[0]["metrics"], whole["metrics"]);
    assert!(rows.len() > 8);
    let changed = rows[1..]
        .iter()
        .filter(|row| row["metrics"] != whole["metrics"]);
    assert!(changed.count() > 5, "{ablation}");

    // So does a comparison with what an import brings, of which less is known.
    let imported = program
        .expect(&[&arguments[..], &["--imported"]].concat())
        .await;
    let imported: Value = serde_json::from_str(&imported).unwrap();
    let rows = imported["report"]["rows"].as_array().unwrap();
    assert_eq!(rows[0]["metrics"], whole["metrics"]);
    assert_eq!(rows.len(), 5);
    assert_ne!(rows[4]["metrics"], whole["metrics"], "{imported}");
    let differs = rows[4]["differences"].get("recall@20");
    assert!(differs.is_some(), "{imported}");
}

#[tokio::test]
async fn the_record_and_the_files_that_it_came_from_give_the_same() {
    let program = Program::seeded(On::Embedded).await;
    let watches = "seed/watches.ndjson";

    let own = program.expect(&["evaluate", "--json"]).await;
    let by_catalogue = program
        .expect(&["evaluate", "--watches", watches, "--json"])
        .await;
    let by_files = [
        "evaluate",
        "--watches",
        watches,
        "--json",
        "--films",
        "seed/films.ndjson",
        "seed/series.ndjson",
    ];
    let by_files = program.expect(&by_files).await;

    assert_eq!(by_catalogue, by_files);
    let (own, loaded): (Value, Value) = (
        serde_json::from_str(&own).unwrap(),
        serde_json::from_str(&by_files).unwrap(),
    );
    assert_eq!(own["relevant"], "watched");
    for row in 0..4 {
        for metric in ["ndcg@10", "recall@20", "coverage@10", "hit@10"] {
            let (own, loaded) = (value(&own, row, metric), value(&loaded, row, metric));
            assert!(
                (own - loaded).abs() < 1e-9,
                "{metric} of row {row}: {own} and {loaded}"
            );
        }
    }
    assert!(
        value(&own, 0, "ndcg@10") > value(&own, 1, "ndcg@10"),
        "{own}"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_told_with_its_place() {
    let program = Program::new(On::Embedded).await;
    let split = write_split(program.data());
    let train = std::fs::read_to_string(split.join("train.csv")).unwrap();
    let line = train.lines().nth(4).unwrap();
    let fields: Vec<&str> = line.split(',').collect();
    let broken = |index: usize, value: &str| {
        let mut fields = fields.clone();
        fields[index] = value;
        train.replace(line, &fields.join(","))
    };
    let cases = [
        (
            broken(3, "five"),
            "train.csv:5: rating is “five”, not a number",
        ),
        (
            broken(2, "noon"),
            "train.csv:5: ts is “noon”, not a whole number of seconds",
        ),
        (
            broken(1, "999"),
            "train.csv:5: film is “999”, which is not in films.csv",
        ),
        (broken(0, ""), "train.csv:5: user is empty"),
        (
            train.replace(line, "v1,1"),
            "train.csv:5: has 2 columns, not 6",
        ),
        (
            train.replacen("rating", "stars", 1),
            "train.csv:1: has no column “rating”",
        ),
    ];
    for (text, expected) in cases {
        std::fs::write(split.join("train.csv"), text).unwrap();

        let output = program
            .run(&["evaluate", "--split", split.to_str().unwrap()])
            .await;

        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains(expected), "{said}");
    }
    std::fs::remove_file(split.join("train.csv")).unwrap();
    let output = program
        .run(&["evaluate", "--split", split.to_str().unwrap()])
        .await;
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("has no train.csv")
    );
}

#[tokio::test]
async fn watches_are_read_from_csv_too() {
    let program = Program::new(On::Embedded).await;
    let films = program.data().join("films.csv");
    let watches = program.data().join("watches.csv");
    std::fs::write(
        &films,
        "slug,title,year,genres,cast\nheat-1995,Heat,1995,Crime|Drama,Al Pacino|Robert De Niro\n",
    )
    .unwrap();
    let arguments = [
        "evaluate",
        "--watches",
        watches.to_str().unwrap(),
        "--films",
        films.to_str().unwrap(),
    ];
    let head = "viewer,title,at,completion,liked";

    std::fs::write(&watches, format!("{head}\na,heat-1995,2024-01-01T20:00:00Z,1.0,true\na,ronin-1998,2024-01-02T20:00:00Z,1,\n")).unwrap();
    let too_few = program.run(&arguments).await;
    std::fs::write(
        &watches,
        format!("{head}\na,heat-1995,2024-01-01T20:00:00Z,much,true\n"),
    )
    .unwrap();
    let wrong = program.run(&arguments).await;

    let said = String::from_utf8(too_few.stderr).unwrap();
    assert!(
        said.contains("left out 1 watches of titles that are not known"),
        "{said}"
    );
    assert!(
        said.contains("no viewer has anything relevant in the held-out set"),
        "{said}"
    );
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert!(
        said.contains("watches.csv:2: completion is \"much\", not a number from 0 to 1"),
        "{said}"
    );
    assert_eq!(
        (too_few.status.code(), wrong.status.code()),
        (Some(1), Some(1))
    );
}
