//! Tables (CSV): the same records in columns.

use serde_json::json;

use super::{Loaded, load, load_text, people, titles};
use crate::support::program::{On, Program};

const FILMS: &str = "\u{feff}slug,title,year,runtime_minutes,genres,directors,cast,ids.imdb,collection.name,collection.part\r\n\
    toy-story-1995,Toy Story,1995,81,Animation|Comedy,John Lasseter,Tom Hanks|Tim Allen,tt0114709,Toy Story,1\r\n\
    heat-1995,\"Heat, or\nHitze\",1995,,Crime,Michael Mann,Al Pacino,,,\r\n";

/// Loads text as a table.
async fn load_table(program: &Program, text: impl AsRef<[u8]>) -> Loaded {
    let file = program.data().join("records.csv");
    std::fs::write(&file, text).unwrap();
    load(program, &file).await
}

#[tokio::test]
async fn a_table_says_the_same_as_the_records_that_it_stands_for() {
    let program = Program::new(On::Embedded).await;
    let table = load_table(&program, FILMS).await;
    let toy_story = json!({
        "slug": "toy-story-1995", "title": "Toy Story", "year": 1995, "runtime_minutes": 81,
        "genres": ["Animation", "Comedy"], "directors": ["John Lasseter"], "cast": ["Tom Hanks", "Tim Allen"],
        "ids": { "imdb": "tt0114709" }, "collection": { "name": "Toy Story", "part": 1 },
    });
    let again = load_text(&program, &toy_story.to_string()).await;
    let titles = titles(&program).await;

    assert!(table.is_clean, "{:?}", table.messages);
    assert!(table.summary.contains("films: 2 new"), "{}", table.summary);
    assert!(
        again
            .summary
            .contains("films: 0 new, 0 changed, 1 unchanged"),
        "{}",
        again.summary
    );
    assert_eq!(titles[0]["name"], "Heat, or Hitze");
    assert_eq!(people(&titles[1], "ACTOR"), ["tom-hanks", "tim-allen"]);
    assert_eq!(titles[1]["duration"], 81 * 60);
}

#[tokio::test]
async fn crew_specials_and_lives_come_in_tables_too() {
    let program = Program::new(On::Embedded).await;
    let tables = [
        "kind,slug,title,guests,writers,producers,composers\nseries,dusk,Dusk,A|B,C,D|E,F\n",
        "series,season,episode,number_end,absolute_number,airs_before_season,airs_before_episode,airs_after_season\n\
            dusk,1,1,2,1,,,\ndusk,0,1,,,1,1,\ndusk,0,2,,,,,1\n",
        "kind,slug,name,died,birthplace,biography.en,biography.de\nperson,c,C,2020-02-29,Rome,Wrote.,Schrieb.\n",
    ];
    for table in tables {
        let loaded = load_table(&program, table).await;
        assert!(loaded.is_clean, "{table}: {:?}", loaded.messages);
    }
    let site = program.serve().await;

    let query = "{ series(slug: \"dusk\") { credits { edges { role node { slug } } }
            seasons(includeSpecials: true, first: 2) { episodes(first: 2) { nodes {
                numberEnd absoluteNumber airsBeforeSeason airsBeforeEpisode airsAfterSeason } } } }
        person(slug: \"c\") { died birthplace biography biography_de: biography(language: \"de\") } }";
    let found = site.ask(query, json!({})).await;

    let credits = found["series"]["credits"]["edges"].as_array().unwrap();
    let credits: Vec<_> = credits
        .iter()
        .map(|it| {
            (
                it["role"].as_str().unwrap(),
                it["node"]["slug"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        credits,
        [
            ("GUEST", "a"),
            ("GUEST", "b"),
            ("WRITER", "c"),
            ("PRODUCER", "d"),
            ("PRODUCER", "e"),
            ("COMPOSER", "f"),
        ]
    );
    let numbers = |season: usize, episode: usize| {
        let episode = &found["series"]["seasons"][season]["episodes"]["nodes"][episode];
        let fields = [
            "numberEnd",
            "absoluteNumber",
            "airsBeforeSeason",
            "airsBeforeEpisode",
            "airsAfterSeason",
        ];
        fields.map(|field| episode[field].as_u64())
    };
    assert_eq!(numbers(0, 0), [None, None, Some(1), Some(1), None]);
    assert_eq!(numbers(0, 1), [None, None, None, None, Some(1)]);
    assert_eq!(numbers(1, 0), [Some(2), Some(1), None, None, None]);
    let person = json!({
        "died": "2020-02-29", "birthplace": "Rome", "biography": "Wrote.", "biography_de": "Schrieb.",
    });
    assert_eq!(found["person"], person);
}

#[tokio::test]
async fn watches_come_in_tables_too() {
    let program = Program::new(On::Embedded).await;
    load_table(&program, FILMS).await;
    let watches = "viewer,title,at,completion,liked\n\
        7,heat-1995,2024-05-01T20:00:00Z,1,TRUE\n\
        7,toy-story-1995,2024-05-02T20:00:00Z,0.25,\n\
        8,heat-1995,2024-05-02T20:00:00Z,much,\n\
        8,heat-1995,2024-05-03T20:00:00Z,1,perhaps\n";

    let loaded = load_table(&program, watches).await;
    let again = load_table(&program, watches).await;

    assert!(
        loaded.summary.contains("watches: 2 new"),
        "{}",
        loaded.summary
    );
    assert_eq!(loaded.refused(), [4, 5]);
    assert!(loaded.says(
        4,
        "refused",
        "completion is \"much\", not a number from 0 to 1"
    ));
    assert!(loaded.says(
        5,
        "refused",
        "liked is \"perhaps\", not true, false or null"
    ));
    assert!(
        again
            .summary
            .contains("watches: 0 new, 0 changed, 2 unchanged"),
        "{}",
        again.summary
    );
}

#[tokio::test]
async fn a_bad_line_is_refused_by_itself_with_its_number() {
    let program = Program::new(On::Embedded).await;
    let mut table = b"slug,title,year,colour\n".to_vec();
    table.extend(b"one,\"One,\nand a half\",1990,red\n"); // lines 2 and 3
    table.extend(b"two,Two,1991\n");
    table.extend(b"three,Three,nineteen,\n");
    table.extend(b"four,Fo\xfcr,1993,\n");
    table.extend(b"five,Five,1994,\n");

    let loaded = load_table(&program, table).await;

    assert_eq!(loaded.refused(), [4, 5, 6], "{:?}", loaded.messages);
    assert!(loaded.says(2, "warning", "colour is not a field of this record"));
    assert!(loaded.says(4, "refused", "has 3 columns, not 4"));
    assert!(loaded.says(5, "refused", "year is \"nineteen\", not a whole number"));
    assert!(loaded.says(6, "refused", "is not UTF-8 (column 2)"));
    assert!(
        loaded.summary.contains("films: 2 new"),
        "{}",
        loaded.summary
    );
}

#[tokio::test]
async fn a_quotation_mark_that_is_left_open_takes_no_more_memory_than_a_record_may() {
    let program = Program::new(On::Embedded).await;
    let film = "slug-1,\"Title,1990\n";
    let table = format!(
        "slug,title,year\none,One,1990\n{film}{}",
        "x,y,1\n".repeat(500_000)
    );

    let loaded = load_table(&program, table).await;

    assert_eq!(loaded.refused(), [3], "{:?}", loaded.messages);
    assert!(loaded.says(3, "refused", "is a quotation mark left open?"));
    assert!(
        loaded.summary.contains("films: 1 new"),
        "{}",
        loaded.summary
    );
}

#[tokio::test]
async fn a_record_that_goes_on_over_its_line_is_asked_for_its_quotation_mark() {
    let program = Program::new(On::Embedded).await;
    let table = "slug,title,year\none,One,1990\ntwo,\"Two,1991\nthree,Three,1992\n";

    let loaded = load_table(&program, table).await;

    assert_eq!(loaded.refused(), [3], "{:?}", loaded.messages);
    assert!(loaded.says(3, "refused", "has 2 columns, not 3; it goes on"));
    assert!(loaded.says(3, "refused", "is a quotation mark left open?"));
}

#[tokio::test]
async fn columns_without_a_meaning_of_their_own_refuse_the_file() {
    let program = Program::new(On::Embedded).await;
    for (columns, reason) in [
        (
            "heat-1995,Heat,Heat,1995",
            "is no line of column names: none is “slug”",
        ),
        ("Slug,Title", "is no line of column names"),
        ("slug,title,slug", "there are two columns “slug”"),
        ("slug,,title", "column 2 has no name"),
        ("slug,ids,ids.imdb", "there are columns “ids” and “ids.…”"),
        ("slug;title;year", "separated by ';'; commas are wanted"),
        ("slug\ttitle", "separated by '\\t'; commas are wanted"),
        (
            "\"slug,title\"",
            "the whole line is one cell, within quotation marks",
        ),
    ] {
        let loaded = load_table(&program, format!("{columns}\na,b,c\n")).await;

        assert_eq!(loaded.refused(), [1], "{columns}");
        assert!(loaded.says(1, "refused", reason), "{:?}", loaded.messages);
        assert!(loaded.summary.starts_with("no records"));
    }
}

#[tokio::test]
async fn blank_lines_are_passed_over_and_counted() {
    let program = Program::new(On::Embedded).await;
    for (end, bom) in [
        ("\n", ""),
        ("\r\n", ""),
        ("\n", "\u{feff}"),
        ("\r\n", "\u{feff}"),
    ] {
        let lines = [
            "",
            "slug,title,year",
            "",
            "  ",
            "one,\"One,",
            "and more\",1990",
            ",,",
            "",
            "",
            "two,Two,nineteen",
            " , ,",
            "three,Three",
            "",
            "four,Four,1993",
            "five,,1994",
            "",
        ];
        let loaded = load_table(&program, format!("{bom}{}", lines.join(end))).await;

        assert_eq!(
            loaded.refused(),
            [10, 12, 15],
            "{end:?} {:?}",
            loaded.messages
        );
        assert!(loaded.says(10, "refused", "year is \"nineteen\""));
        assert!(loaded.says(12, "refused", "has 2 columns, not 3"));
        assert!(loaded.says(15, "refused", "title is missing or empty"));
        assert!(loaded.summary.starts_with("films: "), "{}", loaded.summary);
    }
    assert_eq!(titles(&program).await.len(), 2);
}
