//! All numbers that the `SIMILAR` edges depend on, by name: two computations with the same of them give the same edges.

use std::collections::BTreeMap;

use crate::domain::recommend::features::ACTORS;
use crate::domain::recommend::similar::{
    EDGES, FOR_VIEWERS, KNOWN_TITLE, LEAST_COUNTS, MAX_HISTORY, NEXT, ON_PAGES, ON_UNKNOWN_PAGES,
    PAGE_DAMPING, PRIOR_WATCHERS, ROOM, Ridge, Weights,
};

/// Numbers by name. `formula.md` says what they are.
pub(super) type Constants = BTreeMap<String, f64>;

/// Those of the computation in this process.
#[expect(clippy::cast_precision_loss, reason = "all of them are small")]
pub(super) fn constants() -> Constants {
    let ridge = Ridge::default();
    let mut constants: Constants = [
        ("max_history", MAX_HISTORY as f64),
        ("edges", EDGES as f64),
        ("actors", ACTORS as f64),
        ("next_titles", f64::from(NEXT)),
        ("room", ROOM as f64),
        ("least_counts", LEAST_COUNTS as f64),
        ("prior_watchers", PRIOR_WATCHERS),
        ("known_title", KNOWN_TITLE),
        ("page_damping", PAGE_DAMPING),
        ("start_power", ridge.start_power),
        ("end_power", ridge.end_power),
        ("shrinkage", ridge.shrinkage),
        ("regularisation", ridge.regularisation),
        ("damping", ridge.damping),
        ("not_liked", ridge.not_liked),
        ("next", ridge.next),
        ("metadata", ridge.metadata),
        ("unknown", ridge.unknown),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    for (place, weights) in [
        ("viewers", FOR_VIEWERS),
        ("pages", ON_PAGES),
        ("unknown_pages", ON_UNKNOWN_PAGES),
    ] {
        let Weights {
            director,
            actor,
            genre,
            decade,
        } = weights;
        for (what, weight) in [
            ("director", director),
            ("actor", actor),
            ("genre", genre),
            ("decade", decade),
        ] {
            constants.insert(format!("{place}_{what}"), weight);
        }
    }
    constants
}

/// In which of the names one computation differs from another, with both values; `None`: it does not know the name.
pub(super) fn differing<'a>(
    ours: &'a Constants,
    theirs: &'a Constants,
) -> impl Iterator<Item = (&'a str, Option<f64>, Option<f64>)> {
    let names: std::collections::BTreeSet<&str> = ours
        .keys()
        .chain(theirs.keys())
        .map(String::as_str)
        .collect();
    names.into_iter().filter_map(|name| {
        let (our, their) = (ours.get(name).copied(), theirs.get(name).copied());
        let is_same = our.map(f64::to_bits) == their.map(f64::to_bits);
        (!is_same).then_some((name, our, their))
    })
}
