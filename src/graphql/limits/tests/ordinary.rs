//! Documents of honest clients, and texts at random.

use proptest::prelude::*;

use super::chain;
use crate::graphql::limits::{Limits, check};

#[test]
fn fields_of_our_own_may_be_called_as_in_introspection() {
    let document = "{film{fields{fields{fields{fields{name}}}}}}";

    assert!(check(document, &Limits::default()).is_ok());
}

/// The query by which `GraphiQL` and code generators read the schema, with the nine levels of `ofType` that newer ones ask.
#[test]
fn the_introspection_query_of_tools_passes() {
    let of_type = format!("{}{}", "ofType { name kind ".repeat(9), "}".repeat(9));
    let document = format!(
        "query IntrospectionQuery {{ __schema {{ description
           queryType {{ name kind }} mutationType {{ name kind }} subscriptionType {{ name kind }}
           types {{ ...FullType }}
           directives {{ name description isRepeatable locations args(includeDeprecated: true) {{ ...InputValue }} }} }} }}
         fragment FullType on __Type {{ kind name description specifiedByURL isOneOf
           fields(includeDeprecated: true) {{ name description
             args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }}
           inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }}
           enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
           possibleTypes {{ ...TypeRef }} }}
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue
           isDeprecated deprecationReason }}
         fragment TypeRef on __Type {{ kind name {of_type} }}"
    );

    let needed = Limits {
        depth: 15,
        nesting: 10,
        tokens: 250,
        selections: 240,
        introspection: 1,
        ..Limits::default()
    };

    assert_eq!(check(&document, &needed).err(), None);
    assert!(check(&document, &Limits::default()).is_ok());
}

#[test]
fn what_does_not_parse_is_a_syntax_error_with_its_place() {
    let error = check("{\n  film(", &Limits::default()).unwrap_err();

    assert_eq!(error.code(), "GRAPHQL_PARSE_FAILED");
    assert_eq!(error.to_string(), "syntax error: expected name");
    assert_eq!(error.position().map(|at| at.line), Some(2));
}

#[test]
fn what_the_schema_does_not_know_is_left_to_validation() {
    let document = "query A {...Nothing @nobody} query B($b: None) {__typename}";

    assert!(check(document, &Limits::default()).is_ok());
}

/// Pieces that, put together at random, often parse or nearly do.
fn soup() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "a",
        "b:",
        "...",
        "...A",
        "on",
        "on A",
        "query",
        "mutation",
        "fragment A on A {",
        "$a",
        ": A!",
        "=",
        "1",
        "-1.5e3",
        "\"x\"",
        "\"\"\"x\n\"\"\"",
        "@a",
        "@skip(if: true)",
        "true",
        "null",
        "#c\n",
        ",",
        "\r",
        "\u{feff}",
        "é",
        "\"",
        "\\",
        "{a}",
        "__schema{",
        "fields{",
        "{...A}",
        "a(b: ",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..60)
        .prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn no_text_makes_the_check_panic(document in any::<String>()) {
        let _ = check(&document, &Limits::default());
    }

    #[test]
    fn no_mixture_of_tokens_makes_the_check_panic(document in soup()) {
        let _ = check(&document, &Limits::default());
    }

    /// The weight is what a naive expansion would come to, up to a number of levels at which none could finish.
    #[test]
    fn a_chain_weighs_what_it_expands_to(levels in 1_usize..40, times in 1_usize..6) {
        // The spread in the query, then level after level; the last fragment has a field instead of spreads.
        let expected = (0..levels).fold((1_usize, 1_usize), |(total, spreads), level| {
            let spreads = if level + 1 == levels { spreads } else { spreads.saturating_mul(times) };
            (total.saturating_add(spreads), spreads)
        }).0;
        let with = |selections| Limits { selections, root_fields: usize::MAX, ..Limits::default() };

        prop_assert!(check(&chain(levels, times), &with(expected)).is_ok());
        if expected < usize::MAX {
            prop_assert!(check(&chain(levels, times), &with(expected - 1)).is_err());
        }
    }
}
