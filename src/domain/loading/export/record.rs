//! A record that is written: the fields that a load reads, in the order in which they stand in a file.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::domain::catalog::{ExternalId, Texts};

/// A record of a file. Fields without a value are left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Exported {
    fields: Vec<(&'static str, Value)>,
}

impl Exported {
    /// A record of a kind, which its key follows.
    pub(super) fn of(kind: &'static str) -> Self {
        let mut exported = Self::default();
        exported.put("kind", kind);
        exported
    }

    /// Puts a field behind the others, unless nothing is said of it.
    pub(super) fn put(&mut self, name: &'static str, value: impl Into<Value>) {
        let value = value.into();
        let says_nothing = match &value {
            Value::Null => true,
            Value::Array(values) => values.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        };
        if !says_nothing {
            self.fields.push((name, value));
        }
    }

    /// Puts texts by language.
    pub(super) fn put_texts<'t>(
        &mut self,
        name: &'static str,
        texts: impl Iterator<Item = (&'t str, &'t str)>,
    ) {
        let texts = texts.map(|(language, text)| (language.to_owned(), Value::from(text)));
        self.put(name, texts.collect::<Map<String, Value>>());
    }

    /// Puts ids by provider.
    pub(super) fn put_ids(&mut self, ids: &[ExternalId]) {
        let ids = ids.iter();
        let ids = ids.map(|id| (id.provider.clone(), Value::from(id.value.as_str())));
        self.put("ids", ids.collect::<Map<String, Value>>());
    }

    /// All fields, in their order.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.fields.iter().map(|(name, value)| (*name, value))
    }

    /// How many fields it has.
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The record as a load reads it.
    pub(super) fn value(&self) -> Value {
        let fields = self.fields.iter();
        let fields = fields.map(|(name, value)| ((*name).to_owned(), value.clone()));
        Value::Object(fields.collect())
    }
}

impl Serialize for Exported {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields())
    }
}

/// Texts with their languages, in the order of these.
pub(super) fn by_language(texts: &Texts) -> impl Iterator<Item = (&str, &str)> {
    let texts = texts.iter();
    texts.map(|text| (text.language.as_str(), &*text.text))
}

/// A length in whole minutes, as files have it: at least one.
pub(super) fn minutes(seconds: Option<u32>) -> Option<u32> {
    seconds.map(|seconds| (seconds.saturating_add(30) / 60).max(1))
}
