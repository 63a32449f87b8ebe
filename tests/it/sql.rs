//! The statements of the embedded store name what they write and read: a column that comes or goes moves no value.

use std::path::{Path, PathBuf};

/// So many parameters may go by their numbers; more go by names.
const FEW: u32 = 4;

/// What each file of a folder says, with the path.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.clone(), std::fs::read_to_string(path).unwrap()));
        }
    }
    found
}

fn faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (at, insert) in text.match_indices("INSERT INTO ").chain(
        text.match_indices("REPLACE INTO ")
            .chain(text.match_indices("IGNORE INTO ")),
    ) {
        let rest = text[at + insert.len()..].trim_start_matches(|c: char| c != '(' && !is_end(c));
        // A statement that is put together says its table and its columns elsewhere.
        let is_assembled = text[at + insert.len()..].starts_with(['"', '{']);
        let table = &text[at + insert.len()..text.len() - rest.len()];
        let has_columns = rest.starts_with('(')
            && ["VALUES", "SELECT"]
                .iter()
                .all(|word| !table.contains(word));
        if !is_assembled && !has_columns {
            faults.push(format!("{insert}{} without columns", first_word(table)));
        }
    }
    for reading in [".get(", ".get_ref(", ".get_unwrap("] {
        for (at, _) in text.match_indices(reading) {
            let argument = &text[at + reading.len()..];
            if argument.starts_with(|c: char| c.is_ascii_digit()) {
                faults.push(format!("{reading}{}", first_word(argument)));
            }
        }
    }
    for (at, _) in text.match_indices('?') {
        let digits: String = text[at + 1..]
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        if digits.parse::<u32>().is_ok_and(|number| number > FEW) {
            faults.push(format!("?{digits} has no name"));
        }
    }
    faults
}

fn is_end(c: char) -> bool {
    matches!(c, '"' | ';' | ')')
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

#[test]
fn rows_go_by_the_names_of_their_columns() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/adapters/sqlite");
    let sources = sources(&folder);
    assert!(sources.len() > 20, "the sources are found");

    let wrong: Vec<String> = sources
        .iter()
        .flat_map(|(path, text)| {
            let faults = faults(text).into_iter();
            faults.map(|fault| format!("{}: {fault}", path.display()))
        })
        .collect();

    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn positions_are_found_out() {
    for wrong in [
        "\"REPLACE INTO plays VALUES (?1, ?2)\"",
        "\"INSERT INTO plays\n    VALUES (?1, ?2)\"",
        "\"INSERT INTO plays SELECT id FROM other\"",
        "\"INSERT OR IGNORE INTO plays VALUES (1)\"",
        "row.get(7)?",
        "row.get_ref(0)?.as_str()",
        "\"UPDATE plays SET a = ?5\"",
    ] {
        assert_eq!(faults(wrong).len(), 1, "{wrong}: {:?}", faults(wrong));
    }
    for right in [
        "\"INSERT INTO plays (id, item) VALUES (?1, ?2)\"",
        "\"INSERT INTO plays\n    (id, item) SELECT id, item FROM other\"",
        "concat!(\"REPLACE INTO \", stringify!(plays))",
        "format!(\"INSERT INTO {table} ({columns}) SELECT 1\")",
        "parts.get(place)",
        "\"UPDATE plays SET a = ?4\"",
    ] {
        assert_eq!(faults(right), Vec::<String>::new(), "{right}");
    }
}
