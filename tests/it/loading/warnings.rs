//! What stands for nothing, and what is only warned of: by kind, with a few examples.

use serde_json::{Value, json};

use super::{Loaded, load, load_text, titles};
use crate::support::program::{On, Program};

async fn load_table(program: &Program, table: &str) -> Loaded {
    let file = program.data().join("records.csv");
    std::fs::write(&file, table).unwrap();
    load(program, &file).await
}

#[tokio::test]
async fn what_programs_write_for_nobody_is_nobody() {
    let program = Program::new(On::Embedded).await;
    let table = "slug,title,year,runtime_minutes,genres,directors,cast,collection,ids.imdb,ids.tmdb\n\
        a,Alpha,1995,\\N,Western,N/A,nan,N/A,tt0000000,0\n\
        b,Beta,nan,90,Romance|None,N/A,-,Unknown,\\N,N/A\n\
        c,Unknown,1970,N/A,\\N,unknown,Unknown|Jane Roe,-,,12\n";

    let loaded = load_table(&program, table).await;

    assert!(loaded.is_clean, "{:?}", loaded.messages);
    assert!(loaded.says(2, "warning", "directors “N/A” stands for nobody; left out"));
    assert!(loaded.says(2, "warning", "ids.imdb “tt0000000” is no id; left out"));
    assert!(loaded.says(3, "warning", "genres “None” is no genre; left out"));
    assert!(loaded.says(
        3,
        "warning",
        "collection “Unknown” is no collection; left out"
    ));
    let site = program.serve().await;
    let query = "{ titles(first: 10, orderBy: NAME) { nodes { name year genres { name } credits(first: 10) { nodes { name } }
        externalIds { value } ... on Film { duration collection { name } } } } }";
    let titles = site.ask(query, json!({})).await["titles"]["nodes"].clone();
    let title = |name: &str,
                 year: Option<i32>,
                 duration: Option<u32>,
                 genres: &[&str],
                 people: &[&str],
                 ids: &[&str]| {
        let named = |names: &[&str]| -> Vec<Value> {
            names.iter().map(|name| json!({ "name": name })).collect()
        };
        let ids: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
        json!({ "name": name, "year": year, "genres": named(genres), "credits": { "nodes": named(people) }, "externalIds": ids,
            "duration": duration, "collection": null })
    };
    assert_eq!(
        titles,
        json!([
            title("Alpha", Some(1995), None, &["Western"], &[], &[]),
            title("Beta", None, Some(5400), &["Romance"], &[], &[]),
            title("Unknown", Some(1970), None, &[], &["Jane Roe"], &["12"]),
        ]),
        "a film may be called Unknown"
    );
}

#[tokio::test]
async fn what_stands_for_nothing_takes_nothing_away() {
    let program = Program::new(On::Embedded).await;
    let full = "slug,title,year,runtime_minutes,genres,directors,collection,ids.tmdb\n\
        a,Alpha,1995,90,Western,Jane Roe,Greek,12\n";
    let blank = "slug,title,year,runtime_minutes,genres,directors,collection,ids.tmdb\n\
        a,Alpha,\\N,N/A,None,nan,-,0\n";
    load_table(&program, full).await;

    let loaded = load_table(&program, blank).await;

    assert!(
        loaded
            .summary
            .starts_with("films: 0 new, 0 changed, 1 unchanged"),
        "{}",
        loaded.summary
    );
}

#[tokio::test]
async fn nobody_is_loaded_as_a_person_either() {
    let program = Program::new(On::Embedded).await;
    let records = [
        json!({ "slug": "nobody", "name": "N/A" }),
        json!({ "slug": "unknown", "name": "Unknown" }),
        json!({ "slug": "film", "title": "Film", "cast": [{ "name": "Unknown" }, { "name": "Jane Roe", "character": "N/A" }] }),
    ];
    let records: Vec<String> = records.iter().map(Value::to_string).collect();

    let loaded = load_text(&program, &records.join("\n")).await;

    assert_eq!(loaded.refused(), [1, 2]);
    assert!(loaded.says(2, "refused", "name is “Unknown”, which stands for nobody"));
    let site = program.serve().await;
    let query =
        "{ film(slug: \"film\") { credits(first: 10) { edges { character node { name } } } } }";
    let film = site.ask(query, json!({})).await;
    assert_eq!(
        film["film"]["credits"]["edges"],
        json!([{ "character": null, "node": { "name": "Jane Roe" } }])
    );
}

#[tokio::test]
async fn text_that_was_encoded_twice_is_seen_in_every_field() {
    let program = Program::new(On::Embedded).await;
    let twice = "FranÃ§ois";
    let records = [
        json!({ "slug": "a", "title": twice }),
        json!({ "slug": "b", "title": "B", "original_title": "Itâ€™s" }),
        json!({ "slug": "c", "title": "C", "directors": [twice] }),
        json!({ "slug": "d", "title": "D", "cast": [{ "name": "Jane Roe", "character": twice }] }),
        json!({ "slug": "e", "title": "E", "genres": ["ComÃ©die"] }),
        json!({ "slug": "f", "title": "F", "collection": { "name": twice } }),
        json!({ "kind": "series", "slug": "g", "title": "G", "network": twice }),
        json!({ "series": "g", "season": 1, "episode": 1, "title": twice }),
        json!({ "slug": "h", "name": twice }),
        json!({ "slug": "i", "title": "Café “Élysée” — à la carte…", "note": twice }),
    ];
    let records: Vec<String> = records.iter().map(Value::to_string).collect();

    let loaded = load_text(&program, &records.join("\n")).await;

    for (line, field) in [
        (1, "title"),
        (2, "original_title"),
        (3, "directors"),
        (4, "cast"),
        (5, "genres"),
        (6, "collection"),
        (7, "network"),
        (9, "name"),
    ] {
        let text = format!("{field} “");
        assert!(
            loaded.says(line, "warning", &text) && loaded.says(line, "warning", "encoded twice"),
            "{field}: {:?}",
            loaded.messages
        );
    }
    assert!(!loaded.says(10, "warning", "encoded twice"));
    assert!(
        loaded
            .summary
            .contains("2 (1 different) × title … looks like UTF-8"),
        "the episode has the same: {}",
        loaded.summary
    );
}

#[tokio::test]
async fn a_cell_full_of_commas_is_told_how_entries_are_separated() {
    let program = Program::new(On::Embedded).await;
    let table = "slug,title,genres,cast\n\
        a,A,\"Crime,Drama\",\"Al Pacino, Robert De Niro, Val Kilmer\"\n\
        b,B,Crime;Drama,\"Al Pacino, Robert De Niro\"\n\
        c,C,Crime,\"De Niro, Robert\"\n";

    let loaded = load_table(&program, table).await;

    for (line, field) in [(2, "genres"), (2, "cast"), (3, "genres"), (3, "cast")] {
        let text = format!("{field} “");
        assert!(loaded.says(line, "warning", &text), "{:?}", loaded.messages);
    }
    let hints = loaded.messages.iter();
    let hints =
        hints.filter(|message| message.contains("“|” stands between them in a cell of a table"));
    assert_eq!(hints.count(), 4, "{:?}", loaded.messages);
    assert!(loaded.says(
        4,
        "warning",
        "“De Niro, Robert” looks like “last name, first name”"
    ));
}

#[tokio::test]
async fn warnings_are_counted_by_kind_with_three_examples() {
    let program = Program::new(On::Embedded).await;
    let records = (0..200).map(|number| {
        let slug = format!("film-{number}");
        let genre = format!("Genre {}", number % 20);
        json!({ "slug": slug, "title": slug, "genres": [genre], "runtime_minutes": 0 }).to_string()
    });
    let records: Vec<String> = records.collect();

    let loaded = load_text(&program, &records.join("\n")).await;

    let count = |text: &str| {
        let messages = loaded.messages.iter();
        messages.filter(|message| message.contains(text)).count()
    };
    assert_eq!(count("is not in the vocabulary"), 3);
    assert_eq!(count("runtime_minutes is 0"), 3);
    assert_eq!(loaded.messages.len(), 6);
    assert_eq!(
        loaded.summary,
        "films: 200 new, 0 changed, 0 unchanged\n0 refused, 220 warnings\n  \
         200 (20 different) × genres … is not in the vocabulary; kept as a genre of its own\n  \
         200 × runtime_minutes … is 0; taken for unknown\n"
    );
    assert_eq!(titles(&program).await.len(), 100, "a page of them");
}

#[tokio::test]
async fn what_would_move_the_cursor_or_turn_the_line_around_is_shown_by_its_number() {
    let program = Program::new(On::Embedded).await;
    let escape = "\u{1b}[2J\u{202e}\u{7}";
    let records = [
        json!({ "slug": "a", "title": "A", escape: 1, "genres": [format!("Weird{escape}")] }),
        json!({ "slug": "b", "title": "B", "ids": { escape: "x", "imdb": escape } }),
        json!({ "slug": "c", "title": "C", "certifications": { escape: "R" }, "directors": [format!("A, B, {escape}c")] }),
        json!({ "slug": "d", "title": "D", "year": escape }),
    ];
    let records = records.map(|record| record.to_string());

    let loaded = load_text(&program, &records.join("\n")).await;

    let all = loaded.messages.join("\n") + &loaded.summary;
    let is_dangerous = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!all.contains(is_dangerous), "{all:?}");
    assert!(all.contains("\\u{1b}[2J\\u{202e}\\u{7}"), "{all:?}");
}
