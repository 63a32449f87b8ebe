//! How much a document may ask for.

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
