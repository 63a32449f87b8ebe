//! Why a document was refused.

use async_graphql::Pos;

/// Why a document was refused before the schema saw it. Messages name the limit, never the document's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// More bytes than allowed; nothing was read.
    #[error("the document has {found} bytes; at most {limit} are allowed")]
    TooLarge {
        /// Bytes in the document.
        found: usize,
        /// The most that is allowed.
        limit: usize,
    },
    /// More of something countable than allowed.
    #[error("the document has more than {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: Counted,
        /// How many are allowed.
        limit: usize,
        /// The first one too many, where that is known.
        at: Option<Pos>,
    },
    /// Brackets of any kind, opened inside each other.
    #[error("brackets are nested more than {limit} levels deep")]
    NestedTooDeep {
        /// The most that is allowed.
        limit: usize,
        /// The bracket that opens the level too many.
        at: Pos,
    },
    /// Fields inside fields, counting what fragments add.
    #[error("fields are nested more than {limit} levels deep")]
    TooDeep {
        /// The most that is allowed.
        limit: usize,
        /// The field or fragment below which it is too deep.
        at: Pos,
    },
    /// Lists of the schema's own description inside each other: each level multiplies the answer.
    #[error("the schema's lists of fields and types are nested more than {limit} levels deep")]
    IntrospectionTooDeep {
        /// The most that is allowed.
        limit: usize,
        /// The `__schema` or `__type` field.
        at: Pos,
    },
    /// The schema's own description, where it is not given out.
    #[error("this schema does not describe itself: `{field}` is not served here")]
    NoIntrospection {
        field: &'static str,
        /// Where it is asked for.
        at: Pos,
    },
    /// Selections, with each fragment counted as often as it is spread.
    #[error("the document expands to more than {limit} selections")]
    TooComplex {
        /// The most that is allowed.
        limit: usize,
        /// Where it went over, as far as that can be said.
        at: Pos,
    },
    /// A fragment that spreads itself, directly or through others: it would expand for ever.
    #[error("fragment `{fragment}` spreads itself")]
    Cycle {
        fragment: String,
        /// The spread that closes the circle.
        at: Pos,
    },
    /// Not a GraphQL document.
    #[error("syntax error: {message}")]
    Syntax {
        /// What was expected or wrong.
        message: String,
        /// Where the parser stopped.
        at: Option<Pos>,
    },
}

/// What a document may have only a limited number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Names, numbers, strings and punctuation.
    Tokens,
    Directives,
    Operations,
    Fragments,
    /// Fields with an alias.
    Aliases,
    /// Fields of the query, with fragments expanded.
    RootFields,
    /// Fields of the mutation, with fragments expanded.
    Mutations,
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Tokens => "tokens",
            Self::Directives => "directives",
            Self::Operations => "operations",
            Self::Fragments => "fragments",
            Self::Aliases => "aliases",
            Self::RootFields => "root fields",
            Self::Mutations => "mutations in one operation",
        })
    }
}

impl LimitError {
    /// The stable code, as clients read it in `extensions.code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. }
            | Self::TooMany {
                what: Counted::Tokens,
                ..
            } => "DOCUMENT_TOO_LARGE",
            Self::NestedTooDeep { .. }
            | Self::TooDeep { .. }
            | Self::IntrospectionTooDeep { .. } => "DOCUMENT_TOO_DEEP",
            Self::TooMany { .. } | Self::TooComplex { .. } | Self::Cycle { .. } => {
                "DOCUMENT_TOO_COMPLEX"
            }
            Self::NoIntrospection { .. } => "INTROSPECTION_DISABLED",
            Self::Syntax { .. } => "GRAPHQL_PARSE_FAILED",
        }
    }

    /// Where in the document, if it is about a place.
    pub fn position(&self) -> Option<Pos> {
        match self {
            Self::TooLarge { .. } => None,
            Self::TooMany { at, .. } | Self::Syntax { at, .. } => *at,
            Self::NestedTooDeep { at, .. }
            | Self::TooDeep { at, .. }
            | Self::IntrospectionTooDeep { at, .. }
            | Self::NoIntrospection { at, .. }
            | Self::TooComplex { at, .. }
            | Self::Cycle { at, .. } => Some(*at),
        }
    }
}
