//! What stands in a cell of a row that a map of columns reads.

use serde_json::{Map, Value};

/// What stands in a cell that is empty on purpose.
const NULL: &str = "\\N";

/// What stands in a cell; `None`: nothing.
pub(super) fn text(cells: &Map<String, Value>, column: &str) -> Option<String> {
    let text = match cells.get(column)? {
        Value::String(text) => text.trim().to_owned(),
        value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty() && text != NULL).then_some(text)
}
