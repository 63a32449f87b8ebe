//! What of a watched title is with another, as JSON text: ids and times in it stay as the log has them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use crate::domain::watching::Moved;

#[expect(
    clippy::ref_option,
    reason = "serde gives the field as it is in the document"
)]
pub(super) fn serialize<S: Serializer>(
    moved: &Option<Box<Moved>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = moved.as_ref().map(serde_json::to_string).transpose();
    text.map_err(ser::Error::custom)?.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Box<Moved>>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    let moved = text.map(|text| serde_json::from_str(&text)).transpose();
    moved.map_err(de::Error::custom)
}
