//! Layers, features and technologies use what they may.

use super::lists::{ADAPTERS, FEATURES, LAYERS};
use super::sources::sources;

#[test]
fn layers_know_only_what_is_below_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let (_, allowed) = LAYERS
            .iter()
            .find(|(layer, _)| *layer == source.layer())
            .unwrap_or_else(|| panic!("{} is in no layer", source.path));
        for (layer, _) in source.uses() {
            if LAYERS.iter().any(|(known, _)| *known == layer)
                && layer != source.layer()
                && !allowed.contains(&layer.as_str())
            {
                wrong.push(format!("{} uses crate::{layer}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn features_know_only_features_before_them() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.layer() == "domain") {
        let index = |feature: &str| FEATURES.iter().position(|known| *known == feature);
        for (_, feature) in source.uses().iter().filter(|(layer, _)| layer == "domain") {
            let Some(used) = index(feature) else { continue };
            if index(source.part()).is_none_or(|own| used > own) {
                wrong.push(format!("{} uses crate::domain::{feature}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn adapters_do_not_know_each_other() {
    let mut wrong = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| source.layer() == "adapters" && source.path != "adapters/mod")
    {
        let own = source.part();
        assert!(
            ADAPTERS.contains(&own),
            "{} is of no known technology",
            source.path
        );
        for (_, other) in source
            .uses()
            .iter()
            .filter(|(layer, other)| layer == "adapters" && other != own)
        {
            wrong.push(format!("{} uses crate::adapters::{other}", source.path));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
