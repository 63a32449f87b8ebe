//! Loading files as a curator does: what is refused, what is put right, and what stays as it is.

mod certifications;
mod codes;
mod collections;
mod credits;
mod exported;
mod files;
mod hostile;
mod mapped;
mod merging;
mod packed;
mod publication;
mod relations;
mod scripts;
mod tables;
mod texts;
mod values;
mod warnings;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::program::{On, Program};

/// What a load said.
#[derive(Debug)]
struct Loaded {
    is_clean: bool,
    /// Its last line, which says the run, is left out: it differs each time.
    summary: String,
    /// `line: sort: field reason`, of refused records and warnings.
    messages: Vec<String>,
}

impl Loaded {
    /// The lines that were refused.
    fn refused(&self) -> Vec<u64> {
        self.messages
            .iter()
            .filter(|message| message.contains(": refused: "))
            .map(|message| message.split(':').next().unwrap().parse().unwrap())
            .collect()
    }

    fn says(&self, line: u64, sort: &str, text: &str) -> bool {
        self.messages.iter().any(|message| {
            message.starts_with(&format!("{line}: {sort}: ")) && message.contains(text)
        })
    }
}

async fn load(program: &Program, path: &Path) -> Loaded {
    load_with(program, path, &[]).await
}

/// Loads a file with further arguments.
async fn load_with(program: &Program, path: &Path, arguments: &[&str]) -> Loaded {
    let arguments = [&["load", path.to_str().unwrap()], arguments].concat();
    let output = program.run(&arguments).await;
    let prefix = format!("{}:", path.display());
    let messages = String::from_utf8(output.stderr).unwrap();
    Loaded {
        is_clean: output.status.success(),
        summary: without_run(&String::from_utf8(output.stdout).unwrap()),
        messages: messages
            .lines()
            .filter_map(|line| line.strip_prefix(&prefix))
            .map(str::to_owned)
            .collect(),
    }
}

/// A summary without the run and the job that it ends with, which are others each time.
fn without_run(summary: &str) -> String {
    let lines = summary.split_inclusive('\n');
    lines
        .filter(|line| {
            !line.contains(" is the run, by which ") && !line.contains(" is the job, as ")
        })
        .collect()
}

fn bad(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/fixtures/bad")
        .join(name)
}

async fn load_bad(name: &str) -> (Program, Loaded) {
    let program = Program::new(On::Embedded).await;
    let loaded = load(&program, &bad(name)).await;
    (program, loaded)
}

/// Loads text as a file.
async fn load_text(program: &Program, text: &str) -> Loaded {
    let file = program.data().join("records.ndjson");
    std::fs::write(&file, text).unwrap();
    load(program, &file).await
}

/// What the API says of the loaded titles, by slug.
async fn titles(program: &Program) -> Vec<Value> {
    let site = program.serve().await;
    let query = "{ titles(first: 100) { nodes { slug name year genres { name } credits(first: 10) { edges { role node { slug name } } } externalIds { provider value } ... on Film { duration } } } }";
    let mut titles = site.ask(query, json!({})).await["titles"]["nodes"]
        .as_array()
        .unwrap()
        .clone();
    titles.sort_by_key(|title| title["slug"].as_str().unwrap().to_owned());
    titles
}

async fn slugs(program: &Program) -> Vec<String> {
    titles(program)
        .await
        .iter()
        .map(|title| title["slug"].as_str().unwrap().to_owned())
        .collect()
}

fn people(title: &Value, role: &str) -> Vec<String> {
    let edges = title["credits"]["edges"].as_array().unwrap();
    edges
        .iter()
        .filter(|edge| edge["role"] == role)
        .map(|edge| edge["node"]["slug"].as_str().unwrap().to_owned())
        .collect()
}
