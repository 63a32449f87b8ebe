//! Ports are named by who owns them and by who implements them.

use std::collections::BTreeSet;

use super::lists::FEATURES;
use super::sources::{Source, sources};

/// The public traits of each feature, with the feature.
fn ports(sources: &[Source]) -> Vec<(String, String)> {
    let ports: Vec<(String, String)> = sources
        .iter()
        .filter(|source| source.layer() == "domain" && FEATURES.contains(&source.part()))
        .flat_map(|source| {
            let traits = source.text.match_indices("\npub trait ");
            traits.map(|(at, start)| {
                let rest = source.text[at + start.len()..].chars();
                let name = rest.take_while(|c| c.is_alphanumeric()).collect();
                (source.part().to_owned(), name)
            })
        })
        .collect();
    assert!(ports.len() > 20, "the ports are found");
    ports
}

/// A feature uses another through its service. Where it needs more, the port is its own.
#[test]
fn no_feature_names_a_port_of_another() {
    let sources = sources();
    let ports = ports(&sources);
    let mut wrong = Vec::new();
    for source in &sources {
        let words: BTreeSet<&str> = source
            .text
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .collect();
        for (feature, port) in &ports {
            let may_name = match source.layer() {
                "domain" => source.part() == feature,
                "adapters" | "app" => true,
                // Whoever answers or works stands on services; what is given in, as files are, is no store.
                _ => !port.ends_with("Store"),
            };
            if !may_name && words.contains(port.as_str()) {
                wrong.push(format!("{} names {port} of {feature}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
