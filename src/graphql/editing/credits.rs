//! Who took part, as edits name them.

use std::collections::HashMap;

use async_graphql::{Context, ID, InputObject};
use serde_json::{Map, Value, json};

use crate::domain::error::ErrorCode;
use crate::domain::ids::PersonId;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::user_error::UserError;

/// Somebody who took part in a title or an episode: by `person`, by `name`, or by both.
#[derive(InputObject)]
pub(super) struct CreditInput {
    /// The global id or the slug of somebody who is in the catalogue; `NOT_FOUND` if it is of nobody.
    person: Option<ID>,
    /// The name: whoever in the catalogue is called so, or else somebody new. Beside `person` it changes nothing.
    name: Option<String>,
    /// The name of the character that an actor or a guest plays.
    character: Option<String>,
}

/// The slugs of those whom credits name by global ids.
pub(super) struct People(HashMap<PersonId, String>);

impl People {
    /// Looks up everybody whom these credits name.
    pub(super) async fn of(ctx: &Context<'_>, credits: &[&CreditInput]) -> Result<Self> {
        let ids: Vec<PersonId> = credits.iter().filter_map(|it| it.id()).collect();
        if ids.is_empty() {
            return Ok(Self(HashMap::new()));
        }
        let people = ctx.services().catalog.people(&ids).await?.into_iter();
        let slugs = people.map(|person| (person.id, person.slug));
        Ok(Self(slugs.collect()))
    }

    /// The credits as files have them.
    pub(super) fn in_files(
        &self,
        field: &str,
        credits: Vec<CreditInput>,
    ) -> std::result::Result<Value, UserError> {
        let credits = credits.into_iter().enumerate().map(|(place, credit)| {
            let mut entry = Map::new();
            let slug = match (credit.id(), &credit.person) {
                (Some(id), _) => Some(self.0.get(&id).cloned().ok_or_else(|| {
                    let message = format!("`{field}` has a `person` that is nobody");
                    UserError::input(ErrorCode::NotFound, field, message).at_entry(place)
                })?),
                (None, Some(slug)) => Some(slug.0.clone()),
                (None, None) => None,
            };
            for (key, value) in [
                ("person", slug),
                ("name", credit.name),
                ("character", credit.character),
            ] {
                if let Some(value) = value {
                    entry.insert(key.to_owned(), json!(value));
                }
            }
            Ok(Value::Object(entry))
        });
        credits.collect()
    }
}

impl CreditInput {
    /// The id, if a global id names the person.
    fn id(&self) -> Option<PersonId> {
        match GlobalId::decode(self.person.as_ref()?) {
            Some(GlobalId::Person(id)) => Some(id),
            _ => None,
        }
    }
}
