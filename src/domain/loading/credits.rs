//! Who took part in a title: persons by name, or by slug.

use std::collections::HashSet;

use serde_json::Value;

use super::checks::check_person_name;
use super::fields::{Fields, MAX_NAME, checked_slug, checked_text, is_placeholder};
use super::problem::Problem;
use super::said::Said;
use crate::domain::catalog::CreditRole;
use crate::domain::text;

/// The longest cast or crew.
pub(super) const MAX_CREDITS: usize = 5000;

/// A person whom a record credits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditName {
    /// The keys that the person may be stored under.
    pub person: PersonKey,
    /// The name; a slug alone names somebody who was loaded before.
    pub name: Option<String>,
    /// The character that is played.
    pub character: Option<String>,
}

/// How a credit says who it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PersonKey {
    /// By the person's key.
    Slug(String),
    /// By the name, which makes all of that name one person.
    Name(String),
}

/// Who took part in a title beside directors and cast, as a record names them; each in billing order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CrewRecord {
    pub guests: Said<Vec<CreditName>>,
    pub writers: Said<Vec<CreditName>>,
    pub producers: Said<Vec<CreditName>>,
    pub composers: Said<Vec<CreditName>>,
}

impl CrewRecord {
    /// What is said of each role, in the order of roles.
    pub(super) fn by_role(&self) -> [(CreditRole, &Said<Vec<CreditName>>); 4] {
        [
            (CreditRole::Guest, &self.guests),
            (CreditRole::Writer, &self.writers),
            (CreditRole::Producer, &self.producers),
            (CreditRole::Composer, &self.composers),
        ]
    }

    /// Everybody who is named.
    pub(super) fn credits(&self) -> impl Iterator<Item = &CreditName> {
        let named = self.by_role().into_iter();
        named.filter_map(|(_, said)| said.value()).flatten()
    }
}

impl PersonKey {
    /// The key in a catalogue that has nothing yet.
    pub(super) fn slug(&self) -> String {
        match self {
            Self::Slug(slug) => slug.clone(),
            Self::Name(name) => text::slug(name),
        }
    }
}

pub(super) fn read_person_name(fields: &mut Fields) -> Result<String, Problem> {
    let name = fields.text("name", MAX_NAME)?;
    if is_placeholder(&name) {
        let reason = format!("is “{name}”, which stands for nobody");
        return Err(Problem::new("name", reason));
    }
    Ok(name)
}

pub(super) fn read_crew(fields: &mut Fields) -> Result<CrewRecord, Problem> {
    Ok(CrewRecord {
        guests: read_credits(fields, "guests")?,
        writers: read_credits(fields, "writers")?,
        producers: read_credits(fields, "producers")?,
        composers: read_credits(fields, "composers")?,
    })
}

pub(super) fn read_credits(
    fields: &mut Fields,
    field: &'static str,
) -> Result<Said<Vec<CreditName>>, Problem> {
    let credits = fields.entries(field, MAX_CREDITS, |fields, value| {
        read_credit(field, value, fields)
    })?;
    Ok(credits.map(|mut credits| {
        let mut seen = HashSet::new();
        credits.retain(|credit| seen.insert(credit.person.slug()));
        credits
    }))
}

fn read_credit(
    field: &'static str,
    value: &Value,
    fields: &mut Fields,
) -> Result<Option<CreditName>, Problem> {
    let Value::Object(map) = value else {
        let name = checked_text(field, value, MAX_NAME)?;
        return if name.is_empty() {
            Ok(None)
        } else {
            by_name(field, name, None, fields)
        };
    };
    let mut credit = Fields::new(map.clone());
    let slug = credit
        .take("person")
        .or_else(|| credit.take("slug"))
        .map(|slug| checked_slug(field, &slug))
        .transpose()?;
    let mut text = |name| {
        let text = credit.optional_text(name, MAX_NAME)?;
        Ok::<Option<String>, Problem>(text.over(None))
    };
    let (name, character) = (text("name")?, text("character")?);
    let character = character.filter(|character| !is_placeholder(character));
    fields.absorb(field, credit, "is not a field of a credit; ignored");
    match (slug, name) {
        (Some(slug), name) => Ok(Some(CreditName {
            person: PersonKey::Slug(slug),
            name,
            character,
        })),
        (None, Some(name)) => by_name(field, name, character, fields),
        (None, None) => Err(Problem::new(
            field,
            "has an entry without person, slug or name",
        )),
    }
}

fn by_name(
    field: &'static str,
    name: String,
    character: Option<String>,
    fields: &mut Fields,
) -> Result<Option<CreditName>, Problem> {
    if is_placeholder(&name) {
        fields.warn_of(field, name, "stands for nobody; left out");
        return Ok(None);
    }
    if let Some(reason) = check_person_name(&name) {
        fields.warn_of(field, name.clone(), reason);
    }
    if text::slug(&name).is_empty() {
        let reason = format!("“{name}” has no letter or digit");
        return Err(Problem::new(field, reason));
    }
    Ok(Some(CreditName {
        person: PersonKey::Name(name.clone()),
        name: Some(name),
        character,
    }))
}
