//! What a curator is told about a record.

use crate::domain::text;

/// What is wrong with a field, or with a record as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field; empty for the record as a whole.
    pub field: String,
    /// What is wrong, as the rest of a sentence that begins with the field.
    pub reason: String,
}

impl Problem {
    /// Both may repeat what stands in the file, and are shown on a terminal.
    pub(super) fn new(field: impl AsRef<str>, reason: impl AsRef<str>) -> Self {
        Self {
            field: text::visible(field.as_ref()),
            reason: text::visible(reason.as_ref()),
        }
    }
}

/// What a curator may want to look at, although the record was loaded. Warnings of one field and reason are of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The field that it is about.
    pub field: String,
    /// The value that it is about, if others of the kind have others.
    pub value: Option<String>,
    /// What was noticed, as the rest of a sentence that begins with the field and the value.
    pub reason: &'static str,
}

impl Warning {
    /// The warning as a curator is told it.
    pub(super) fn problem(&self) -> Problem {
        let reason = match &self.value {
            Some(value) => format!("“{value}” {}", self.reason),
            None => self.reason.to_owned(),
        };
        Problem::new(&self.field, reason)
    }
}
