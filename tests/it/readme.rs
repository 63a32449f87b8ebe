//! What the README shows is what the program answers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::SOON;
use crate::support::program::{On, Program};

/// Every request is run by a shell as it stands there, but for the address of the program. A `$NAME` in an answer stands
/// for any text, which the requests after it get as a variable; `$TOKEN` is what the last mail brought.
#[tokio::test]
async fn every_answer_in_the_readme_is_the_real_one() {
    let readme = include_str!("../../README.md");
    let lines: Vec<&str> = readme.lines().collect();
    let shown: Vec<(&str, &str)> = lines
        .windows(2)
        .filter_map(|pair| Some((pair[0].strip_prefix("$ curl")?, pair[1])))
        .collect();
    let program = Program::seeded(On::Embedded).await;
    program.create_user("curator@example.org", "curator").await;
    let site = program.serve().await;
    let folder = tempfile::tempdir().unwrap();
    let mut variables = BTreeMap::new();
    let mut used = BTreeSet::new();

    for (command, answer) in &shown {
        if command.contains("$TOKEN") {
            let token = new_token(&program.data().join("mail"), &mut used).await;
            variables.insert("TOKEN".to_owned(), token);
        }
        let command = format!("curl{command}")
            .replace("http://127.0.0.1:8080", &site.address)
            .replace("http://localhost:8080", &site.address);
        let began = Instant::now();
        let known = loop {
            let ran = tokio::process::Command::new("sh")
                .args(["-c", &command])
                .current_dir(folder.path())
                .envs(&variables)
                .output()
                .await
                .unwrap();
            let found = String::from_utf8(ran.stdout).unwrap();
            if let Some(known) = matched(answer, &found) {
                break known;
            }
            // What is watched is counted within moments.
            let is_counted = command.contains("/usage/titles/") && began.elapsed() < SOON;
            assert!(is_counted, "{command}\nshown: {answer}\nfound: {found}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        variables.extend(known);
    }

    assert_eq!(shown.len(), 21);
}

/// What the placeholders of a shown answer stand for in the real one; `None` if it is another answer.
fn matched(shown: &str, found: &str) -> Option<BTreeMap<String, String>> {
    let mut known = BTreeMap::new();
    let mut parts = shown.split('$');
    let mut found = found.strip_prefix(parts.next()?)?;
    for part in parts {
        let is_name = |c: char| c.is_ascii_uppercase();
        let (name, rest) = part.split_at(part.find(|c| !is_name(c))?);
        let (value, after) = found.split_at(found.find('"')?);
        if value.is_empty() {
            return None;
        }
        known.insert(name.to_owned(), value.to_owned());
        found = after.strip_prefix(rest)?;
    }
    found.is_empty().then_some(known)
}

/// The token of the mail that has come since, once it is there.
async fn new_token(folder: &Path, used: &mut BTreeSet<String>) -> String {
    let started = Instant::now();
    loop {
        let files = std::fs::read_dir(folder).into_iter().flatten();
        let paths = files.map(|file| file.unwrap().path());
        let paths = paths.filter(|path| path.extension().is_some_and(|of| of == "eml"));
        let texts = paths.map(|path| std::fs::read_to_string(path).unwrap());
        for text in texts {
            // Quoted-printable (RFC 2045, 6.7).
            let text = text.replace("=\r\n", "").replace("=3D", "=");
            let Some((_, rest)) = text.split_once("token=") else {
                continue;
            };
            let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
            let token: String = rest.chars().take_while(is_part).collect();
            if used.insert(token.clone()) {
                return token;
            }
        }
        assert!(started.elapsed() < SOON, "no mail");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
