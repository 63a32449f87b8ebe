//! Layers use the crates that they list, and list those that they use.

use super::lists::CRATES;
use super::sources::sources;

/// Every crate that the program may use, as code names it.
fn dependencies() -> Vec<String> {
    let manifest: toml::Table = include_str!("../../../Cargo.toml").parse().unwrap();
    let dependencies = manifest["dependencies"].as_table().unwrap();
    assert!(dependencies.len() > 20, "the manifest is read");
    dependencies
        .keys()
        .map(|name| name.replace('-', "_"))
        .collect()
}

#[test]
fn layers_use_the_crates_that_they_list() {
    let dependencies = dependencies();
    let mut wrong = Vec::new();
    for source in sources() {
        let listed = CRATES.iter().find(|(layer, _)| *layer == source.layer());
        let (_, listed) = listed.unwrap_or_else(|| panic!("{} is in no layer", source.path));
        for name in &dependencies {
            if !listed.contains(&name.as_str()) && source.names_crate(name) {
                wrong.push(format!("{} names {name}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_a_layer_lists_is_used_there() {
    let dependencies = dependencies();
    let sources = sources();
    let mut idle = Vec::new();
    for (layer, listed) in CRATES {
        for name in *listed {
            assert!(
                dependencies.iter().any(|known| known == name),
                "{name} is in no manifest"
            );
            let mut of_layer = sources.iter().filter(|source| source.layer() == *layer);
            if !of_layer.any(|source| source.names_crate(name)) {
                idle.push(format!("{layer} does not use {name}"));
            }
        }
    }
    assert_eq!(idle, Vec::<String>::new());
}
