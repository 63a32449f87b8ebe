//! The mutation `createPerson`: somebody whom no title credits yet.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::errors::split;
use super::single::PersonPatch;
use super::titles::{locking, mode};
use crate::domain::editing::{Patch, PersonCreation};
use crate::domain::viewer::Role;
use crate::graphql::catalog::Person;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

/// Adding people by hand.
#[derive(Default)]
pub(crate) struct CreatePersonMutation;

/// Adding people by hand.
#[Object]
impl CreatePersonMutation {
    /// Adds a person, whom `editTitles` and `editEpisode` can credit by the id then. No search finds a person whom nothing
    /// credits; `person` and `node` do. What is said of them is checked as a record of a file that is loaded. For curators;
    /// an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn create_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who the person is, and what is known of them.")] input: CreatePersonInput,
    ) -> Result<CreatePersonPayload> {
        let viewer = ctx.known_viewer()?;
        let set = match input.set.read() {
            Ok(set) => set,
            Err(error) => return Ok(CreatePersonPayload::refused(vec![error.within(&["set"])])),
        };
        let creation = PersonCreation {
            slug: input.slug,
            patch: Patch {
                set,
                ..Patch::default()
            },
            mode: mode(input.dry_run),
            locking: locking(ctx, input.lock),
            key: input.idempotency_key,
        };
        let editing = &ctx.services().editing;
        let created = editing.create_person(&viewer, &creation).await;
        let (created, user_errors) = split(created, &["set"])?;
        Ok(match created {
            None => CreatePersonPayload::refused(user_errors),
            Some(created) => CreatePersonPayload {
                changes: EditedField::list(&created.differences),
                warnings: warnings(&created.noticed),
                run: created.run.map(|run| run.to_string()),
                person: (!input.dry_run).then_some(Person(created.node)),
                user_errors,
            },
        })
    }
}

/// A person who is to be added.
#[derive(InputObject)]
struct CreatePersonInput {
    /// Their key in addresses: lower-case letters, digits and hyphens. Left out: it is made of the name, and numbered
    /// if that is taken. `TAKEN` if somebody else has it.
    slug: Option<String>,
    /// What is known of them; a `name` at the least.
    set: PersonPatch,
    /// Whether the fields that are given are locked, so that no load changes them; otherwise loads may.
    /// If left out, as the site has it (`site { editsLock }`): usually they are.
    lock: Option<bool>,
    /// Whether it is only said what would be added.
    #[graphql(default = false)]
    dry_run: bool,
    /// A text of 1 to 64 characters of the client's own, a UUID say. For a day, the same input with the same key makes nobody
    /// more: the answer is who was made, with a warning. `CONFLICT` if the input is another. Of a dry run nothing is kept.
    idempotency_key: Option<String>,
}

/// What adding a person led to.
#[derive(SimpleObject)]
pub(crate) struct CreatePersonPayload {
    /// The person; null if it was refused, and after a dry run.
    person: Option<Person>,
    /// What is known of them, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences: that there is somebody of this name, say.
    warnings: Vec<String>,
    /// What the changes have in common, as a UUID: `revisions` lists them. Null if nothing was written.
    run: Option<String>,
    /// What a person can put right: a `slug` that is taken, something of `set`, an `idempotencyKey` that was given with
    /// another input.
    pub(crate) user_errors: Vec<UserError>,
}

impl CreatePersonPayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            person: None,
            changes: Vec::new(),
            warnings: Vec::new(),
            run: None,
            user_errors,
        }
    }
}
