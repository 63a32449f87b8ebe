//! Whether an answer is another one for readers of other languages: whether any of its fields says things in the language
//! that is asked for. Those that do have an argument for it, and go by the request's `Accept-Language` without it.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

use super::types::{Types, named, operation};

/// The argument of fields that say things in the language that is asked for.
const ARGUMENT: &str = "language";

/// Whether an operation has a field that says things in the language that is asked for. Of all fragments of the document
/// it is taken for granted that the operation uses them.
pub(super) fn is_translated(
    types: &Types,
    document: &ExecutableDocument,
    name: Option<&str>,
) -> bool {
    let Some((operation, root)) = operation(document, name) else {
        return true;
    };
    let mut fragments = document.fragments.values();
    of_set(types, &operation.selection_set.node, root)
        || fragments.any(|fragment| {
            let of = &fragment.node.type_condition.node.on.node;
            of_set(types, &fragment.node.selection_set.node, of)
        })
}

fn of_set(types: &Types, set: &SelectionSet, of: &str) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => {
            let Some(known) = types.field(of, &field.node.name.node) else {
                return false;
            };
            let mut arguments = known.arguments.iter();
            arguments.any(|argument| argument.node.name.node == ARGUMENT)
                || of_set(
                    types,
                    &field.node.selection_set.node,
                    named(&known.ty.node).0,
                )
        }
        Selection::InlineFragment(inline) => {
            let condition = inline.node.type_condition.as_ref();
            let of = condition.map_or(of, |condition| &condition.node.on.node);
            of_set(types, &inline.node.selection_set.node, of)
        }
        // It is looked at by itself.
        Selection::FragmentSpread(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn what_says_a_text_is_another_answer_in_another_language() {
        let types = Types::parse(&crate::graphql::sdl());
        let of = |query: &str| is_translated(&types, &parse_query(query).unwrap(), None);

        for translated in [
            "{ film(slug: \"a\") { name } }",
            "{ titles { nodes { ... on Series { overview(language: \"de\") } } } }",
            "{ film(slug: \"a\") { ...F } } fragment F on Title { taglineLanguage }",
        ] {
            assert!(of(translated), "{translated}");
        }
        for same in [
            "{ film(slug: \"a\") { slug year genres { name } } }",
            "{ genres { ...G } } fragment G on Genre { name }",
            "{ __schema { types { name } } }",
        ] {
            assert!(!of(same), "{same}");
        }
    }
}
