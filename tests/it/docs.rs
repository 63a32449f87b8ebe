//! What holds for the comments of every source file, so that they are worth the reader's time.
//!
//! The compiler's `missing_docs` would want a line above every field, also where its name and type say all.

use std::path::{Path, PathBuf};

/// A doc of three words only repeats the name: it says more (a unit, a range, an invariant), or it goes.
const FEWEST_WORDS: usize = 4;

/// What must have a doc when everybody may use it.
const DECLARATIONS: [&str; 7] = [
    "const ", "enum ", "fn ", "static ", "struct ", "trait ", "type ",
];

struct Source {
    /// From the root of the repository, for messages.
    path: String,
    text: String,
}

#[test]
fn every_file_opens_with_a_sentence() {
    let opening = |source: &Source| -> String {
        let docs = source
            .text
            .lines()
            .take_while(|line| line.starts_with("//!"));
        docs.map(|line| line.trim_start_matches("//!")).collect()
    };
    let is_poor = |source: &&Source| words(&opening(source)) < FEWEST_WORDS;

    let poor = sources(&["src", "tests", "benches", "examples"]);
    let poor: Vec<_> = poor.iter().filter(is_poor).map(|s| &s.path).collect();

    assert_eq!(poor, Vec::<&String>::new());
}

#[test]
fn no_doc_only_repeats_a_name() {
    let mut poor = Vec::new();
    for source in sources(&["src", "tests", "benches", "examples"]) {
        let mut doc: Option<String> = None;
        for (number, line) in (1..).zip(source.text.lines()) {
            if let Some(text) = doc_line(line) {
                doc.get_or_insert_default().push_str(text);
                doc.get_or_insert_default().push(' ');
            } else if let Some(doc) = doc.take()
                && words(&doc) < FEWEST_WORDS
            {
                poor.push(format!("{}:{number}: {doc}", source.path));
            }
        }
    }

    assert_eq!(poor, Vec::<String>::new());
}

#[test]
fn what_everybody_may_use_has_a_doc() {
    let mut missing = Vec::new();
    for source in sources(&["src"]) {
        let mut has_doc = false;
        let mut brackets = 0;
        // Where a trait that everybody may use is open, the indentation of its methods.
        let mut methods: Option<usize> = None;
        for (number, line) in (1..).zip(source.text.lines()) {
            let code = line.trim_start();
            let indentation = line.len() - code.len();
            if brackets > 0 || code.starts_with("#[") {
                brackets += depth(code);
                continue;
            }
            if doc_line(line).is_some() {
                has_doc = true;
                continue;
            }
            let is_method = methods == Some(indentation) && is_declaration(code);
            let public = code
                .strip_prefix("pub ")
                .filter(|rest| is_declaration(rest));
            if (is_method || public.is_some()) && !has_doc && !code.contains('$') {
                missing.push(format!("{}:{number}: {code}", source.path));
            }
            if public.is_some_and(|rest| rest.starts_with("trait ")) {
                methods = Some(indentation + 4);
            } else if code == "}" && methods == Some(indentation + 4) {
                methods = None;
            }
            has_doc = false;
        }
    }

    assert_eq!(missing, Vec::<String>::new());
}

fn doc_line(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("///")
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

fn is_declaration(code: &str) -> bool {
    let code = code.strip_prefix("async ").unwrap_or(code);
    DECLARATIONS.iter().any(|word| code.starts_with(word))
}

/// How many more brackets a line opens than it closes.
fn depth(code: &str) -> i32 {
    let count = |bracket| i32::try_from(code.matches(bracket).count()).unwrap();
    count('[') - count(']')
}

fn sources(roots: &[&str]) -> Vec<Source> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = roots.iter().map(|root| repository.join(root)).collect();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // What packages of others bring is not ours.
            if path.ends_with("node_modules") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(repository).unwrap();
                sources.push(Source {
                    path: name.display().to_string(),
                    text: std::fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    assert!(sources.len() > 20, "the sources are found");
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    sources
}
