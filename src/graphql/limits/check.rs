//! The limits, and the three steps in order.

use async_graphql::parser::{self, parse_query, types::ExecutableDocument};

use super::{LimitError, Limits, lexical, selections};

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
