//! Where the values of something of the catalogue are from, field by field. It is kept beside the document, for viewers
//! never ask for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::revisions::CatalogNode;
use super::value_source::ValueFrom;

/// Where the values of one thing are from.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueSources {
    pub node: CatalogNode,
    /// The revision of the document that it was written with. If the document is at a later one, a server that knows of no
    /// sources has written it, and nobody knows what it changed.
    pub revision: u64,
    /// By the names of fields in files. What is not here was never said, or nobody knows by what.
    pub fields: BTreeMap<String, ValueFrom>,
}

/// The fields whose values are from the same, as stores keep them: mostly that is all that a thing has.
#[derive(Debug, Serialize, Deserialize)]
pub struct FieldsFrom {
    pub from: ValueFrom,
    pub fields: Vec<String>,
}

impl ValueSources {
    /// As stores keep them.
    pub fn groups(&self) -> Vec<FieldsFrom> {
        let mut groups: Vec<FieldsFrom> = Vec::new();
        for (field, from) in &self.fields {
            match groups.iter_mut().find(|group| group.from == *from) {
                Some(group) => group.fields.push(field.clone()),
                None => groups.push(FieldsFrom {
                    from: *from,
                    fields: vec![field.clone()],
                }),
            }
        }
        groups
    }

    /// Those that a store has kept.
    pub fn of_groups(node: CatalogNode, revision: u64, groups: Vec<FieldsFrom>) -> Self {
        let fields = groups.into_iter().flat_map(|group| {
            let from = group.from;
            group.fields.into_iter().map(move |field| (field, from))
        });
        Self {
            node,
            revision,
            fields: fields.collect(),
        }
    }
}
