//! The fields of a row by their names, whether it stands in a table or is an object of JSON.

use std::collections::HashMap;

use serde_json::Value;

/// A row of which fields are found by name.
pub(super) trait Cells {
    /// What the field says, without white space around it; empty if there is none. `name` is as [`fold_name`] gives it.
    fn get(&self, name: &str) -> &str;

    /// The first of these fields that says something.
    fn first(&self, names: &[&str]) -> &str {
        names
            .iter()
            .map(|name| self.get(name))
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }
}

/// The name of a column as it is compared: letters and digits, in lower case. `Watched Date` is `watcheddate`.
pub(super) fn fold_name(name: &str) -> String {
    let letters = name.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).take(100).collect()
}

/// An object of JSON, of which texts, numbers and truths are fields.
pub(super) struct Object(HashMap<String, String>);

impl Object {
    pub(super) fn new(value: &Value) -> Self {
        let fields = value.as_object().into_iter().flatten();
        let fields = fields.filter_map(|(name, value)| {
            let text = match value {
                Value::String(text) => text.trim().to_owned(),
                Value::Number(number) => number.to_string(),
                Value::Bool(truth) => truth.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => return None,
            };
            Some((fold_name(name), text))
        });
        Self(fields.collect())
    }
}

impl Cells for Object {
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_a_row() {
        let object = Object::new(&json!({
            "full_title": " Heat ", "year": 1995, "live": false, "guid": null, "ids": [1],
        }));

        assert_eq!(object.get("fulltitle"), "Heat");
        assert_eq!(object.first(&["guid", "ids", "year"]), "1995");
        assert_eq!(object.get("live"), "false");
        assert_eq!(object.first(&["guid", "no"]), "");
    }
}
