//! The fields of the catalogue as the schema calls them, and as files do, by which the domain knows them.

use std::borrow::Cow;

use async_graphql::MaybeUndefined;
use serde_json::{Map, Value};

/// Those that are called otherwise in files: the name in the schema, and that in files.
const CALLED: [(&str, &str); 11] = [
    ("name", "title"),
    ("originalName", "original_title"),
    ("premiered", "release_date"),
    ("aired", "air_date"),
    // What is wrong with a length in seconds is said before it is one in minutes.
    ("durationMinutes", "runtime_minutes"),
    ("duration", "runtime_minutes"),
    ("episodeDurationMinutes", "episode_runtime_minutes"),
    ("episodeDuration", "episode_runtime_minutes"),
    ("collectionPart", "part"),
    ("externalIds", "ids"),
    // Of a series.
    ("directors", "creators"),
];

/// Those that are fields of files, too: of people and genres the one, of films and episodes the other.
const IN_TWO_MEANINGS: [&str; 2] = ["name", "directors"];

/// What the schema calls a field of files.
pub(super) fn in_schema(field: &str) -> Cow<'_, str> {
    let mut called = CALLED.into_iter();
    if let Some((name, _)) = called.find(|(_, in_files)| *in_files == field) {
        return Cow::Borrowed(name);
    }
    let mut words = field.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.extend(letters);
    }
    Cow::Owned(name)
}

/// What files call a field that may be named as the schema does. What both know in two meanings (`name`, `directors`)
/// stays as it is.
pub(crate) fn in_files(field: &str) -> Cow<'_, str> {
    let mut called = CALLED.into_iter();
    let is_it = |(name, _): &(&str, &str)| *name == field && !IN_TWO_MEANINGS.contains(name);
    if let Some((_, in_files)) = called.find(is_it) {
        return Cow::Borrowed(in_files);
    }
    if !field.contains(|letter: char| letter.is_ascii_uppercase()) {
        return Cow::Borrowed(field);
    }
    let mut words = String::with_capacity(field.len() + 4);
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    Cow::Owned(words)
}

/// The same of a field with what is to blame in it: `ids.imdb` is `externalIds.imdb`.
pub(super) fn path_in_schema(field: &str) -> String {
    match field.split_once('.') {
        Some((name, inside)) => format!("{}.{inside}", in_schema(name)),
        None => in_schema(field).into_owned(),
    }
}

/// What an edit says of fields, by their names in files.
#[derive(Debug, Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// What is given for a field: null takes its value away, and what is left out says nothing.
    pub(super) fn put<T>(
        &mut self,
        field: &str,
        given: MaybeUndefined<T>,
        value: impl FnOnce(T) -> Value,
    ) {
        let value = match given {
            MaybeUndefined::Undefined => return,
            MaybeUndefined::Null => Value::Null,
            MaybeUndefined::Value(given) => value(given),
        };
        self.0.insert(field.to_owned(), value);
    }

    /// What is given for a field of which null says nothing.
    pub(super) fn put_some<T>(
        &mut self,
        field: &str,
        given: Option<T>,
        value: impl FnOnce(T) -> Value,
    ) {
        if let Some(given) = given {
            self.0.insert(field.to_owned(), value(given));
        }
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_called_as_in_the_schema() {
        for (field, expected) in [
            ("title", "name"),
            ("creators", "directors"),
            ("available_from", "availableFrom"),
            ("airs_before_season", "airsBeforeSeason"),
            ("number_end", "numberEnd"),
            ("tags", "tags"),
            ("", ""),
        ] {
            assert_eq!(in_schema(field), expected);
            assert_eq!(path_in_schema(field), expected);
        }
        assert_eq!(path_in_schema("ids.imdb_pro"), "externalIds.imdb_pro");
    }

    #[test]
    fn fields_may_be_named_as_in_either() {
        for (field, expected) in [
            ("durationMinutes", "runtime_minutes"),
            ("duration", "runtime_minutes"),
            ("episodeDuration", "episode_runtime_minutes"),
            ("runtime_minutes", "runtime_minutes"),
            ("externalIds", "ids"),
            ("totalSeasons", "total_seasons"),
            ("tags", "tags"),
            ("name", "name"),
            ("directors", "directors"),
            ("", ""),
        ] {
            assert_eq!(in_files(field), expected);
        }
    }

    #[test]
    fn null_takes_away_and_what_is_left_out_says_nothing() {
        let mut fields = Fields::default();

        fields.put("year", MaybeUndefined::Value(1995), |year| json!(year));
        fields.put("tagline", MaybeUndefined::Null, |text: String| json!(text));
        fields.put("network", MaybeUndefined::Undefined, |text: String| {
            json!(text)
        });
        fields.put_some("tags", Some(["heist"]), |tags| json!(tags));
        fields.put_some("genres", None, |genres: Vec<String>| json!(genres));

        let expected = json!({ "tagline": null, "tags": ["heist"], "year": 1995 });
        assert_eq!(Value::Object(fields.into_map()), expected);
    }
}
