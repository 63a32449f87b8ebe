//! Who took part in titles, by the rows that a map of columns reads: people by id, each in a role.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::cells::text;
use super::fields::MAX_NAME;
use crate::domain::catalog::{CreditRole, TitleKind};

/// What stands between the characters that one person plays.
const BETWEEN: &str = " / ";

/// A person whom a row credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MappedCredit {
    pub(super) role: CreditRole,
    /// The id of the person, of the provider of the map.
    pub(super) person: String,
    pub(super) character: Option<String>,
    /// The place among those of the role.
    pub(super) order: u32,
}

/// What the columns of rows with one person each mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapCredit {
    /// The column with the id of the person.
    pub(super) person: String,
    /// The column with the role.
    role: String,
    /// The fields of a title that the values of that column stand for; rows with another one are passed over.
    roles: BTreeMap<String, String>,
    /// The column with the character: a text, or a JSON array of texts.
    #[serde(default)]
    character: Option<String>,
    /// The column with the place in the list.
    #[serde(default)]
    order: Option<String>,
}

impl MapCredit {
    /// The columns that it names.
    pub(super) fn wanted(&self) -> impl Iterator<Item = &String> {
        let optional = [self.character.as_ref(), self.order.as_ref()];
        let optional = optional.into_iter().flatten();
        [&self.person, &self.role].into_iter().chain(optional)
    }

    /// The fields that roles stand for.
    pub(super) fn fields(&self) -> impl Iterator<Item = &String> {
        self.roles.values()
    }

    /// The role of a row, if it is one of ours.
    pub(super) fn role(&self, cells: &Map<String, Value>) -> Option<CreditRole> {
        role_of(self.roles.get(&text(cells, &self.role)?)?)
    }

    /// The character of a row: of several as many as a name may be long.
    pub(super) fn character(&self, cells: &Map<String, Value>) -> Option<String> {
        let written = text(cells, self.character.as_ref()?)?;
        let Ok(characters) = serde_json::from_str::<Vec<String>>(&written) else {
            return Some(written).filter(|written| written.chars().count() <= MAX_NAME);
        };
        let mut played = String::new();
        for character in characters {
            let between = if played.is_empty() { "" } else { BETWEEN };
            let more = format!("{played}{between}{}", character.trim());
            if more.chars().count() > MAX_NAME {
                break;
            }
            played = more;
        }
        (!played.is_empty()).then_some(played)
    }

    /// The place of a row in its list. Rows that say none come as they stand, after the others.
    pub(super) fn order(&self, cells: &Map<String, Value>) -> u32 {
        let written = self.order.as_ref().and_then(|column| text(cells, column));
        let order = written.and_then(|written| written.parse().ok());
        order.unwrap_or(u32::MAX)
    }
}

/// The role that a field of a title stands for.
pub(super) fn role_of(field: &str) -> Option<CreditRole> {
    CreditRole::ALL
        .into_iter()
        .find(|role| field_of(*role) == field)
}

/// The field with those who directed a film, or created a series.
pub(super) fn directors_of(kind: TitleKind) -> &'static str {
    match kind {
        TitleKind::Film => field_of(CreditRole::Director),
        TitleKind::Series => "creators",
    }
}

/// The field of a film with the people of a role.
pub(super) fn field_of(role: CreditRole) -> &'static str {
    match role {
        CreditRole::Director => "directors",
        CreditRole::Actor => "cast",
        CreditRole::Guest => "guests",
        CreditRole::Writer => "writers",
        CreditRole::Producer => "producers",
        CreditRole::Composer => "composers",
    }
}
