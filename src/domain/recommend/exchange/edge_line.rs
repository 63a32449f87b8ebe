//! A `SIMILAR` edge as a line of a generation has it. What is 0 is left out.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::domain::ids::TitleId;
use crate::domain::recommend::graph::{SimilarEdge, Weight};

/// A line of a file of edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EdgeLine {
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub(super) from: TitleId,
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub(super) to: TitleId,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) weight: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) director: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) actor: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) genre: f64,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) affinity: f64,
    pub(super) co_watches: u32,
}

impl EdgeLine {
    pub(super) fn new(from: TitleId, edge: &SimilarEdge) -> Self {
        Self {
            from,
            to: edge.to,
            weight: edge.weight.sum,
            director: edge.weight.director,
            actor: edge.weight.actor,
            genre: edge.weight.genre,
            affinity: edge.affinity,
            co_watches: edge.co_watches,
        }
    }

    pub(super) fn weights(&self) -> Weight {
        Weight {
            sum: self.weight,
            director: self.director,
            actor: self.actor,
            genre: self.genre,
        }
    }

    /// What in it cannot be, whatever stands in other lines.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let numbers = [
            self.weight,
            self.director,
            self.actor,
            self.genre,
            self.affinity,
        ];
        if !numbers.iter().all(|number| number.is_finite()) {
            Some("a weight or an affinity is not finite")
        } else if self.from == self.to {
            Some("it leads from a title to itself")
        } else if self.affinity < 0.0 {
            Some("the affinity is below 0")
        } else if self.weights() == Weight::default() && is_zero(&self.affinity) {
            Some("it has neither a weight nor an affinity")
        } else {
            None
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn as_text<S: Serializer>(id: &TitleId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

/// Ids have 63 bits, and one spelling.
fn from_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TitleId, D::Error> {
    let text = String::deserialize(deserializer)?;
    let id: Option<u64> = text
        .parse()
        .ok()
        .filter(|id| *id <= i64::MAX.cast_unsigned());
    id.filter(|id| id.to_string() == text)
        .map(TitleId)
        .ok_or_else(|| D::Error::custom(format!("{text:?} is no id")))
}
