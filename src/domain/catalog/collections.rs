//! Collections of films, and the place that a film has in one.

use serde::{Deserialize, Serialize};

use super::pictures::KeptPicture;
use crate::domain::ids::CollectionId;
use crate::domain::stamp::Stamp;

/// Films that belong together and have an order: "The Godfather Collection".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    pub id: CollectionId,
    /// Its key in addresses, unique among collections.
    pub slug: String,
    /// The name as first loaded.
    pub name: String,
    /// Its pictures, in the order of a title's.
    #[serde(default)]
    pub pictures: Vec<KeptPicture>,
    /// The collection that it was merged into, which may have been merged itself since.
    #[serde(default)]
    pub merged_into: Option<CollectionId>,
    /// Whether a curator deleted it: nobody finds it, and what names it means nothing.
    #[serde(default)]
    pub deleted: bool,
    pub stamp: Stamp,
}

/// A film's place in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartOf {
    pub collection: CollectionId,
    /// The number of the part, from 1; `None` if the parts are not numbered, or this one is not.
    pub part: Option<u32>,
}
