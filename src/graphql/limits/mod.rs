//! The check of a GraphQL document before the schema sees it.
//!
//! A document of a few hundred bytes can keep async-graphql 7.2.1 busy for an hour: its validation expands every fragment
//! as often as it is spread, before its own limits look, and never yields to a time limit. So a document goes
//! through three steps here, each in time linear in its length, and is then handed on parsed:
//!
//! 1. `lexical` reads bytes only: size, tokens, directives, nesting of brackets. The parser and everything behind it
//!    recurse once per bracket, so this bounds the stack as well.
//! 2. The parser of async-graphql.
//! 3. `selections` weighs every fragment once, after the fragments that it spreads: what the document expands to, how
//!    deep, with how many root fields.

mod bounds;
mod check;
mod error;
mod lexical;
mod selections;
#[cfg(test)]
mod tests;

pub use bounds::{Introspection, Limits};
pub use check::check;
pub use error::{Counted, LimitError};
pub(super) use lexical::words;
