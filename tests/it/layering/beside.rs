//! Files beside each other use each other in one direction.

use std::collections::{BTreeMap, BTreeSet};

use super::sources::sources;

/// Files beside each other have an order in which they can be read. In the schema they have none: its types name each other.
#[test]
fn files_beside_each_other_use_each_other_in_one_direction() {
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let sources = sources();
    for source in sources.iter().filter(|source| source.layer() != "graphql") {
        let Some((folder, _)) = source.path.rsplit_once('/') else {
            continue;
        };
        let beside = source.text.split("use super::").skip(1).map(|path| {
            let file: String = path
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            format!("{folder}/{file}")
        });
        uses.insert(source.path.clone(), beside.collect());
    }
    assert!(
        uses.values().map(BTreeSet::len).sum::<usize>() > 500,
        "the uses are found"
    );

    // Whoever uses nobody that is left can be read; in the end only circles are left, and who uses them.
    loop {
        let files: BTreeSet<String> = uses.keys().cloned().collect();
        for used in uses.values_mut() {
            used.retain(|file| files.contains(file));
        }
        uses.retain(|_, used| !used.is_empty());
        if uses.len() == files.len() {
            break;
        }
    }
    assert_eq!(uses, BTreeMap::new());
}
