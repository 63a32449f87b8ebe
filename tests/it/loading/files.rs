//! Files as a whole: encodings, lengths, what is no JSON.

use serde_json::json;

use super::{bad, load, load_bad, load_text, slugs, titles};
use crate::support::program::{On, Program};

#[tokio::test]
async fn byte_order_mark_and_carriage_returns_are_no_part_of_a_text() {
    let program = Program::new(On::Embedded).await;
    for name in ["10_bom.ndjson", "11_crlf.ndjson"] {
        let loaded = load(&program, &bad(name)).await;
        assert!(loaded.is_clean, "{name}");
    }

    assert_eq!(
        slugs(&program).await,
        ["collateral-2004", "the-insider-1999"]
    );
    assert!(
        !serde_json::to_string(&titles(&program).await)
            .unwrap()
            .contains("\\r")
    );
}

#[tokio::test]
async fn other_encodings_are_refused_with_their_place_and_doubled_ones_warned_of() {
    let (program, latin1) = load_bad("13_latin1.ndjson").await;
    let doubled = load(&program, &bad("14_mojibake.ndjson")).await;

    assert_eq!(latin1.refused(), [2]);
    assert!(
        latin1.says(2, "refused", "not UTF-8 (byte 37 of the line)"),
        "{:?}",
        latin1.messages
    );
    assert!(doubled.is_clean && doubled.says(1, "warning", "encoded twice"));
}

#[tokio::test]
async fn a_file_that_is_cut_off_says_so() {
    let (program, loaded) = load_bad("27_truncated_last_line.ndjson").await;

    assert_eq!(loaded.refused(), [3]);
    assert!(loaded.says(3, "refused", "cut off"));
    assert_eq!(slugs(&program).await.len(), 2);
}

#[tokio::test]
async fn a_document_that_is_not_json_is_refused_whole() {
    let (_, loaded) = load_bad("28_trailing_commas.json").await;

    assert_eq!(loaded.refused(), [3]);
    assert!(
        loaded.says(3, "refused", "trailing comma (column "),
        "{:?}",
        loaded.messages
    );
    assert!(loaded.summary.starts_with("no records"));
}

#[tokio::test]
async fn what_is_no_number_in_json_is_refused() {
    let (_, loaded) = load_bad("29_nan_infinity.ndjson").await;

    assert_eq!(loaded.refused(), [1, 2, 3, 4]);
    assert!(loaded.summary.contains("films: 1 new"));
}

#[tokio::test]
async fn depth_and_length_are_bounded() {
    let (program, deep) = load_bad("31_deep_nesting.ndjson").await;
    let film = |slug: &str| json!({ "slug": slug, "title": slug }).to_string();
    let long = json!({ "slug": "long", "title": "Long", "note": "x".repeat(10 * 1024 * 1024) });
    let long = load_text(
        &program,
        &format!("{}\n{long}\n{}\n", film("one"), film("three")),
    )
    .await;

    assert_eq!(deep.refused(), [1]);
    assert!(deep.summary.contains("films: 1 new"));
    assert_eq!(long.refused(), [2]);
    assert!(long.says(2, "refused", "longer than 1048576 bytes"));
    assert!(long.summary.contains("films: 2 new"));
}

#[tokio::test]
async fn an_array_over_lines_gets_one_message() {
    let (_, loaded) = load_bad("35_array_not_ndjson.ndjson").await;

    assert_eq!(loaded.refused(), [1]);
    assert!(loaded.says(1, "refused", "looks like a JSON array"));
}

#[tokio::test]
async fn an_empty_file_takes_nothing_away() {
    let program = Program::new(On::Embedded).await;
    load(&program, &bad("05_duplicate_same.ndjson")).await;

    let loaded = load(&program, &bad("36_empty.ndjson")).await;

    assert!(loaded.is_clean && loaded.summary.starts_with("no records"));
    assert_eq!(slugs(&program).await.len(), 1);
}

#[tokio::test]
async fn other_sorts_of_files_are_refused() {
    let program = Program::new(On::Embedded).await;
    let file = program.data().join("films.xlsx");
    std::fs::write(&file, "slug,title\n").unwrap();

    let output = program.run(&["load", file.to_str().unwrap()]).await;

    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("neither .ndjson, .json nor .csv")
    );
}

/// Loads bytes under a name.
async fn load_bytes(program: &Program, name: &str, bytes: &[u8]) -> super::Loaded {
    let file = program.data().join(name);
    std::fs::write(&file, bytes).unwrap();
    load(program, &file).await
}

#[tokio::test]
async fn what_is_no_text_in_utf_8_says_what_it_is_once() {
    let program = Program::new(On::Embedded).await;
    let film = r#"{"slug": "a", "title": "A"}"#;
    // Nothing at all would be served as the demo.
    load_text(&program, r#"{"slug": "there", "title": "There"}"#).await;
    let text = format!("{film}\n").repeat(50);
    let table = "slug,title\r\n".to_owned() + &"a,A\r\n".repeat(50);
    let little =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let big = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    let zip = [
        b"PK\x03\x04".as_slice(),
        &[0x14, 0, 0, 0, 8, 0, b'\n', 0xff],
    ]
    .concat();
    let gzip = [b"\x1f\x8b\x08\x00".as_slice(), &[0, 0, b'\n', 0xff]].concat();

    for (name, bytes, what) in [
        ("a.ndjson", little(&format!("\u{feff}{text}")), "UTF-16"),
        ("b.csv", little(&format!("\u{feff}{table}")), "UTF-16"),
        ("c.csv", big(&format!("\u{feff}{table}")), "UTF-16"),
        ("d.json", little(&format!("[{film}]")), "UTF-16"),
        ("e.csv", zip.clone(), "zip"),
        ("f.ndjson", zip, "zip"),
        ("g.json", gzip, "gzip"),
    ] {
        let loaded = load_bytes(&program, name, &bytes).await;

        assert!(!loaded.is_clean);
        assert_eq!(loaded.messages.len(), 1, "{name}: {:?}", loaded.messages);
        assert!(
            loaded.says(1, "refused", what),
            "{name}: {:?}",
            loaded.messages
        );
    }
    assert_eq!(slugs(&program).await, ["there"]);
}

#[tokio::test]
async fn a_key_that_comes_twice_refuses_its_record_alone() {
    let program = Program::new(On::Embedded).await;
    let records = [
        r#"{"slug": "a", "title": "A", "title": "B"}"#,
        r#"{"slug": "b", "title": "B", "ids": {"tmdb": 1, "tmdb": 2}}"#,
        r#"{"slug": "c", "title": "C", "cast": [{"name": "Jane Roe", "name": "John Doe"}]}"#,
        r#"{"slug": "d", "title": "D"}"#,
    ];

    let lines = load_text(&program, &records.join("\n")).await;
    let array = format!("[{}]", records.join(","));
    let document = load_bytes(&program, "records.json", array.as_bytes()).await;

    for loaded in [lines, document] {
        assert_eq!(loaded.refused(), [1, 2, 3], "{:?}", loaded.messages);
        assert!(loaded.says(1, "refused", "title comes twice in the record"));
        assert!(loaded.says(2, "refused", "ids.tmdb comes twice in the record"));
        assert!(loaded.says(3, "refused", "cast.name comes twice in the record"));
    }
    assert_eq!(slugs(&program).await, ["d"]);
}
