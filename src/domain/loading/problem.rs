//! What a curator is told about a record.

/// What is wrong with a field, or with a record as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field; empty for the record as a whole.
    pub field: String,
    /// What is wrong, as the rest of a sentence that begins with the field.
    pub reason: String,
}

impl Problem {
    pub(super) fn new(field: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            reason: reason.into(),
        }
    }
}
