//! Every setting of the program is in `.env.example`, and `docker compose` passes it on: one that is set and does nothing
//! would be found out last.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Begins the variables of secrets, one for each site with `OpenID` Connect, which an installation names itself.
const OF_A_SITE: &str = "REELGRAPH_OPENID_";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn is_name(text: &str) -> bool {
    text.contains('_')
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && !text.ends_with('_')
        && text
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// The variables that the program reads: their names stand as texts in what reads settings.
fn of_the_program() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config");
    let files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    texts
        .flat_map(|text| {
            let program = text.split("#[cfg(test)]").next().unwrap_or_default();
            program
                .split('"')
                .filter(|quoted| is_name(quoted) && !quoted.starts_with(OF_A_SITE))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// What `.env.example` names, commented out or not.
fn of_the_example() -> BTreeSet<String> {
    read(".env.example")
        .lines()
        .filter_map(|line| line.trim_start_matches('#').split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| is_name(name))
        .collect()
}

/// What the container of the program gets.
fn of_the_container(compose: &str) -> BTreeSet<String> {
    let (_, service) = compose.split_once("\n  reelgraph:\n").unwrap();
    let (_, environment) = service.split_once("    environment:\n").unwrap();
    environment
        .lines()
        .take_while(|line| line.starts_with("      "))
        .filter_map(|line| line.trim().split_once(':'))
        .map(|(name, _)| name.to_owned())
        .filter(|name| is_name(name))
        .collect()
}

#[test]
fn each_setting_is_in_the_example_and_reaches_the_container() {
    let (program, example) = (of_the_program(), of_the_example());
    let compose = read("docker-compose.yml");
    let container = of_the_container(&compose);
    assert!(program.len() > 40, "they are found: {program:?}");

    let missing: Vec<_> = program.difference(&example).collect();
    assert_eq!(missing, Vec::<&String>::new(), "not in .env.example");
    let missing: Vec<_> = program.difference(&container).collect();
    assert_eq!(
        missing,
        Vec::<&String>::new(),
        "not passed on by docker-compose.yml"
    );

    let unknown: Vec<_> = example
        .iter()
        .filter(|name| {
            // OpenTelemetry reads its own; some are of docker-compose.yml itself.
            let is_of_compose = compose.contains(&format!("${{{name}"));
            !program.contains(*name) && !name.starts_with("OTEL_") && !is_of_compose
        })
        .collect();
    assert_eq!(
        unknown,
        Vec::<&String>::new(),
        "in .env.example, and nothing reads it"
    );
}
