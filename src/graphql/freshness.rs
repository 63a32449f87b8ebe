//! For how long caches between the site and a stranger may give an answer again without asking: as long as the field that
//! changes soonest.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::types::{Types, named, operation};
use super::weights::{Table, listed};

/// What the catalogue says of a thing, in seconds. A title that a curator hides may be seen for so long where it was
/// seen before. It holds for fields of things; what is asked first must be in the table.
const USUAL: usize = 60;

/// What goes by what is watched, or by the time of day, changes sooner.
pub(super) const FRESH: &Table = &[
    (
        &["Query"],
        &[
            "collection",
            "episode",
            "film",
            "genre",
            "genres",
            "node",
            "nodes",
            "people",
            "person",
            "series",
            "site",
            "title",
        ],
        USUAL,
    ),
    (
        &["Query"],
        &[
            "rows",
            "search",
            "searchAll",
            "suggest",
            "titles",
            "topTitles",
        ],
        15,
    ),
    (&["Film", "Series", "Title"], &["similar", "watchers"], 15),
    (&["Genre", "Person"], &["titles"], 15),
    // It is for whoever asks, and ends.
    (&["Episode", "Film", "Playable"], &["playback"], 0),
    // What is sold goes by a file that somebody loads, and what is open by the time of day as well.
    (&["Query"], &["plans"], 15),
    (&["Episode", "Film", "Playable"], &["access"], 15),
    // Nobody is logged in; who they are is another one's the moment they log in.
    (&["Query"], &["viewer"], 0),
];
/// Selections inside each other, fragments included; the limits allow fewer.
const DEPTH: usize = 64;

/// How many seconds an answer to an operation may be given again.
pub(super) fn seconds(types: &Types, document: &ExecutableDocument, name: Option<&str>) -> usize {
    operation(document, name).map_or(0, |(operation, root)| {
        of_set(types, document, &operation.selection_set.node, root, DEPTH)
    })
}

fn of_set(
    types: &Types,
    document: &ExecutableDocument,
    set: &SelectionSet,
    of: &str,
    depth: usize,
) -> usize {
    let Some(depth) = depth.checked_sub(1) else {
        return 0;
    };
    let items = set.items.iter().map(|selection| match &selection.node {
        Selection::Field(field) => {
            let name = &field.node.name.node;
            let own = listed(FRESH, of, name).unwrap_or_else(|| unlisted(of, name));
            let gives = types.field(of, name).map(|field| named(&field.ty.node).0);
            let inside = gives.map_or(USUAL, |gives| {
                let set = &field.node.selection_set.node;
                of_set(types, document, set, gives, depth)
            });
            own.min(inside)
        }
        Selection::InlineFragment(inline) => {
            let condition = inline.node.type_condition.as_ref();
            let of = condition.map_or(of, |condition| &condition.node.on.node);
            of_set(types, document, &inline.node.selection_set.node, of, depth)
        }
        Selection::FragmentSpread(spread) => {
            let name = &spread.node.fragment_name.node;
            document.fragments.get(name).map_or(0, |fragment| {
                let of = &fragment.node.type_condition.node.on.node;
                of_set(
                    types,
                    document,
                    &fragment.node.selection_set.node,
                    of,
                    depth,
                )
            })
        }
    });
    items.min().unwrap_or(USUAL)
}

/// Of what somebody forgot to list nothing is given again, nor of what a stranger is not answered anyway.
fn unlisted(of: &str, field: &str) -> usize {
    if of == "Query" && !field.starts_with("__") {
        0
    } else {
        USUAL
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn the_field_that_changes_soonest_decides() {
        let types = Types::parse(&crate::graphql::sdl());
        let of = |query: &str| seconds(&types, &parse_query(query).unwrap(), None);

        assert_eq!(of("{ film(slug: \"a\") { name genres { name } } }"), 60);
        assert_eq!(
            of("{ film(slug: \"a\") { name similar { nodes { name } } } }"),
            15
        );
        assert_eq!(
            of("{ genres { name } ...F } fragment F on Query { titles { nodes { name } } }"),
            15
        );
        assert_eq!(
            of("{ film(slug: \"a\") { ... on Title { similar { nodes { id } } } } }"),
            15
        );
        assert_eq!(
            of("{ film(slug: \"a\") { name } viewer { user { id } } }"),
            0
        );
        assert_eq!(of("{ ...A } fragment A on Query { ...A }"), 0);
        assert_eq!(of("{ __typename site { __typename } }"), 60);
        // What is in no list, and so may be anybody's.
        assert_eq!(of("{ genres { name } siteStats { __typename } }"), 0);
    }

    #[test]
    fn every_name_in_the_table_is_in_the_schema() {
        let types = Types::parse(&crate::graphql::sdl());

        for (of, fields, _) in FRESH {
            for (of, field) in of
                .iter()
                .flat_map(|of| fields.iter().map(move |field| (of, field)))
            {
                assert!(types.field(of, field).is_some(), "there is no {of}.{field}");
            }
        }
    }
}
