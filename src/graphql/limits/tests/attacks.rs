//! Documents that are cheap to write and dear to answer.

use super::chain;
use crate::graphql::limits::{Counted, Introspection, LimitError, Limits, check};

fn code(document: &str, limits: &Limits) -> Option<&'static str> {
    check(document, limits).err().map(|error| error.code())
}

/// One piece of text for each number below `count`.
fn repeated(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

/// Everything allowed but nesting, so that the document itself is looked at.
fn only_nesting() -> Limits {
    Limits {
        bytes: usize::MAX,
        tokens: usize::MAX,
        ..Limits::default()
    }
}

#[test]
fn fragments_that_double_at_each_level_are_refused() {
    let document = chain(22, 2);
    assert!(document.len() < 840, "the attack is short");

    assert_eq!(
        check(&document, &Limits::default())
            .unwrap_err()
            .to_string(),
        "the document expands to more than 2000 selections"
    );
}

#[test]
fn fragments_that_multiply_at_each_level_are_refused() {
    let document = chain(7, 10);

    assert_eq!(
        code(&document, &Limits::default()),
        Some("DOCUMENT_TOO_COMPLEX")
    );
}

/// Without weighing each fragment once, this would take longer than anybody can wait: it expands to 9^49 selections.
#[test]
fn weighing_takes_no_longer_for_a_document_that_expands_for_ever() {
    let document = chain(50, 9);
    let limits = Limits {
        selections: usize::MAX,
        root_fields: usize::MAX,
        ..Limits::default()
    };

    assert!(check(&document, &limits).is_ok());
}

#[test]
fn a_fragment_that_is_never_spread_is_weighed_all_the_same() {
    let document = chain(22, 2).replacen("{...F1}", "{a}", 1);

    assert_eq!(
        code(&document, &Limits::default()),
        Some("DOCUMENT_TOO_COMPLEX")
    );
}

#[test]
fn fragments_in_a_circle_are_refused() {
    let document =
        "{...A} fragment A on Query{...B ...B} fragment B on Query{a{...on Query{...A}}}";

    let error = check(document, &Limits::default()).unwrap_err();

    assert!(matches!(error, LimitError::Cycle { .. }), "{error:?}");
    assert_eq!(error.code(), "DOCUMENT_TOO_COMPLEX");
}

#[test]
fn two_ways_to_the_same_fragment_are_no_circle() {
    let document = "{...A ...B} fragment A on Query{...C} fragment B on Query{...C ...A} fragment C on Query{a}";

    assert!(check(document, &Limits::default()).is_ok());
}

#[test]
fn a_flood_of_aliases_is_refused_at_the_first_one_too_many() {
    let aliases = |count: usize| {
        let fields = repeated(count, |n| format!(" a{n}: b"));
        format!("{{ a {{{fields} }} }}")
    };

    assert!(check(&aliases(100), &Limits::default()).is_ok());
    let error = check(&aliases(101), &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "the document has more than 100 aliases");
    assert_eq!(error.code(), "DOCUMENT_TOO_COMPLEX");
    assert!(error.position().is_some());
}

#[test]
fn many_log_ins_in_one_mutation_are_refused() {
    let log_ins = repeated(21, |n| format!("a{n}: logIn "));
    let document = format!("mutation {{ ...Guess }} fragment Guess on Mutation {{ {log_ins} }}");

    assert_eq!(
        check(&document, &Limits::default())
            .unwrap_err()
            .to_string(),
        "the document has more than 20 mutations in one operation"
    );
}

#[test]
fn too_many_of_anything_is_refused() {
    let cases = [
        (Counted::RootFields, format!("{{{}}}", "a ".repeat(51))),
        (
            Counted::Operations,
            repeated(21, |n| format!("query Q{n} {{a}} ")),
        ),
        (
            Counted::Fragments,
            "{a}".to_owned() + &repeated(51, |n| format!("fragment F{n} on Q {{a}} ")),
        ),
        (
            Counted::Directives,
            format!("{{a {}}}", "@skip(if: false) ".repeat(101)),
        ),
        (
            Counted::Tokens,
            format!("{{a(b: [{}])}}", "1 ".repeat(4_000)),
        ),
    ];
    for (expected, document) in cases {
        let error = check(&document, &Limits::default()).unwrap_err();

        assert!(
            matches!(error, LimitError::TooMany { what, .. } if what == expected),
            "{expected:?}: {error:?}"
        );
    }
}

#[test]
fn a_document_of_more_than_64_kib_is_refused_unread() {
    let document = format!("{{a}}#{}", "\"".repeat(65_536));

    assert_eq!(
        code(&document, &Limits::default()),
        Some("DOCUMENT_TOO_LARGE")
    );
}

/// The parser would overflow the stack, which nothing in the process survives.
#[test]
fn a_hundred_thousand_brackets_inside_each_other_are_refused() {
    let documents = [
        "{a".repeat(100_000),
        "{".repeat(100_000),
        format!("{{a(b: {}", "[".repeat(100_000)),
        format!("{{a(b: {}", "{c: ".repeat(100_000)),
        format!("query($a: {}", "[".repeat(100_000)),
        format!("query($a: A = {}", "[{b:".repeat(50_000)),
        format!("{{{}", "... {".repeat(100_000)),
    ];
    for document in documents {
        assert_eq!(code(&document, &only_nesting()), Some("DOCUMENT_TOO_DEEP"));
    }
}

#[test]
fn the_deepest_document_allowed_needs_less_than_a_mebibyte_of_stack() {
    let documents = [
        format!("{}a{}", "{... ".repeat(32), "}".repeat(32)),
        format!("{{a(b: {}1{})}}", "[".repeat(30), "]".repeat(30)),
        format!("{{a(b: {}1{})}}", "{c: ".repeat(30), "}".repeat(30)),
        format!("query($a: {}A{}) {{a}}", "[".repeat(31), "]".repeat(31)),
    ];
    let checks = std::thread::Builder::new()
        .stack_size(1024 * 1024)
        .spawn(move || documents.map(|document| check(&document, &Limits::default()).is_ok()));

    assert_eq!(checks.unwrap().join().unwrap(), [true; 4]);
}

#[test]
fn depth_counts_what_fragments_add() {
    let document = |levels: usize| {
        let inner = format!(
            "{}{}{}",
            "a {".repeat(levels - 1),
            "a",
            "}".repeat(levels - 1)
        );
        format!("{{ a {{ ... on A {{ ...F }} }} }} fragment F on A {{ {inner} }}")
    };

    assert!(check(&document(15), &Limits::default()).is_ok());
    assert_eq!(
        check(&document(16), &Limits::default())
            .unwrap_err()
            .to_string(),
        "fields are nested more than 16 levels deep"
    );
}

#[test]
fn introspection_that_multiplies_itself_is_refused() {
    let attacks = [
        "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}",
        "{__type(name: \"Film\"){...A}} fragment A on __Type{fields{type{...B}}} \
         fragment B on __Type{possibleTypes{... on __Type{x: interfaces{name}}}}",
    ];
    for attack in attacks {
        let error = check(attack, &Limits::default()).unwrap_err();

        assert_eq!(
            error.to_string(),
            "the schema's lists of fields and types are nested more than 2 levels deep"
        );
        assert_eq!(error.code(), "DOCUMENT_TOO_DEEP");
    }
}

#[test]
fn a_schema_that_does_not_describe_itself_says_so_and_still_names_types() {
    let limits = Limits {
        describes: Introspection::Closed,
        ..Limits::default()
    };
    for document in [
        "{ __schema { types { name } } }",
        "{ harmless: __type(name: \"Film\") { name } }",
        "query { ...A } fragment A on Query { ... { __schema { types { name } } } }",
    ] {
        let error = check(document, &limits).unwrap_err();

        assert_eq!(error.code(), "INTROSPECTION_DISABLED", "{document}");
        assert!(error.position().is_some());
    }
    assert!(check("{ film(slug: \"heat-1995\") { __typename name } }", &limits).is_ok());
}
