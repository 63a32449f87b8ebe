//! The limits, and the three steps in order.

use async_graphql::{
    Pos,
    parser::{self, parse_query, types::ExecutableDocument},
};

use super::{LimitError, lexical, selections};

/// How much a document may ask for.
///
/// The defaults leave room over the largest documents that an honest client sends: the introspection query of
/// `GraphiQL` has 184 tokens, expands to 240 selections and nests 15 fields and 10 brackets deep; a page of the site
/// has a tenth of that. The largest document allowed costs some milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document.
    pub bytes: usize,
    /// Names, numbers, strings and punctuation.
    pub tokens: usize,
    /// Brackets `(`, `[` and `{` inside each other. The parser needs stack for each: for 32 under 1 MiB, even unoptimised.
    pub nesting: usize,
    /// How often `@name` may stand in a document.
    pub directives: usize,
    /// Operations in the document; one of them is executed, but all are validated.
    pub operations: usize,
    /// How many fragments a document may define.
    pub fragments: usize,
    /// Fields with an alias, as written.
    pub aliases: usize,
    /// Fields of a query, with fragments expanded.
    pub root_fields: usize,
    /// Fields of a mutation, with fragments expanded. Lower than for queries: a hundred log-ins in one request would
    /// be a hundred guesses at a password for the price of one request. Those that run are counted one by one.
    pub mutations: usize,
    /// Fields inside fields, with fragments expanded; introspection needs 15.
    pub depth: usize,
    /// Selections, with each fragment counted as often as it is spread: over all operations, and in each fragment.
    pub selections: usize,
    /// Whether the schema's description may be asked for at all.
    pub describes: Introspection,
    /// Introspection lists (`fields`, `interfaces`, …) inside each other. With 200 types of 10 fields, each level
    /// makes the answer ten times as long, so depth alone is no limit; tools need two.
    pub introspection: usize,
}

/// Whether a schema describes itself to whoever asks: its types, and what a misspelt field may have meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Introspection {
    #[default]
    Open,
    /// What is there is for those to know who have the schema already.
    Closed,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            tokens: 4_000,
            nesting: 32,
            directives: 100,
            operations: 20,
            fragments: 50,
            aliases: 100,
            root_fields: 50,
            mutations: 20,
            depth: 16,
            selections: 2_000,
            describes: Introspection::Open,
            introspection: 2,
        }
    }
}

/// The parsed document, if it is within the limits.
///
/// Whether it fits the schema is not looked at: unknown fragments, fields and types are left to validation.
pub fn check(document: &str, limits: &Limits) -> Result<ExecutableDocument, LimitError> {
    lexical::scan(document, limits)?;
    let parsed = parse_query(document).map_err(|error| syntax_error(&error))?;
    selections::weigh(&parsed, limits)?;
    Ok(parsed)
}

/// The parser draws a picture of the line around the error; only its last line says what was expected.
fn syntax_error(error: &parser::Error) -> LimitError {
    let text = error.to_string();
    let message = match error {
        parser::Error::Syntax { .. } => text
            .lines()
            .rev()
            .find_map(|line| line.trim_start().strip_prefix("= "))
            .unwrap_or("not a GraphQL document"),
        _ => &text,
    };
    LimitError::Syntax {
        message: message.to_owned(),
        at: error.positions().next(),
    }
}

/// Line and column, both from 1, of a byte offset; columns count characters.
pub(super) fn position(document: &str, offset: usize) -> Pos {
    let before = document.get(..offset).unwrap_or(document);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Pos {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}
