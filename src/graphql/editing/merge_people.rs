//! The mutation `mergePeople`, which makes people one; `undoMerge` takes them apart again.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

use super::changes::{EditedField, warnings};
use super::titles::mode;
use crate::domain::ids::PersonId;
use crate::domain::merging::{MergedPeople, MergingPeople};
use crate::domain::viewer::Role;
use crate::graphql::catalog::Person;
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::user_error::UserError;

#[derive(Default)]
pub(crate) struct MergePeopleMutation;

#[Object]
impl MergePeopleMutation {
    /// Merges up to 20 people into another: that one stands for them from then on, also for whoever asks by their ids and
    /// slugs, for loads that name them, and for profiles that mute them. All titles and episodes credit that one, in each
    /// role once: with the better billing, and the character that is there. Credits that are locked change as well, for who
    /// is credited is the same. The one who stays keeps what is known of them, gets what lacks, and their locked fields stay.
    /// `undoMerge` takes all of it back. For curators; an API key needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn merge_people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which people are one, and whether that is only to be shown.")]
        input: MergePeopleInput,
    ) -> Result<MergePeoplePayload> {
        let viewer = ctx.known_viewer()?;
        let (visibility, service) = (ctx.visibility(), &ctx.services().merging);
        let (merging, mode) = (input.read(), mode(input.dry_run));
        let merged = service.merge_people(&visibility, &viewer, &merging, mode);
        let (merged, user_errors) = UserError::split(merged.await)?;
        Ok(MergePeoplePayload::of(merged, user_errors))
    }
}

/// Which people are one.
#[derive(InputObject)]
struct MergePeopleInput {
    /// The global ids of the people who are to go, 1 to 20; what is known of the first of them is taken over first.
    people: Vec<ID>,
    /// The global id of the person who stays.
    into: ID,
    /// Whether it is only said what would be changed; nothing is written then.
    #[graphql(default = false)]
    dry_run: bool,
}

impl MergePeopleInput {
    fn read(&self) -> MergingPeople {
        MergingPeople {
            people: self.people.iter().map(person_id).collect(),
            into: person_id(&self.into),
        }
    }
}

/// The person whom a global id is of.
fn person_id(id: &ID) -> Option<PersonId> {
    match GlobalId::decode(id)? {
        GlobalId::Person(id) => Some(id),
        _ => None,
    }
}

/// What merging people led to.
#[derive(Default, SimpleObject)]
pub(crate) struct MergePeoplePayload {
    /// The person who stands for the others, as they are now; in a dry run as they were. Null if it was refused.
    pub(super) person: Option<Person>,
    /// What of that person is other than before, or would be; the credits of titles are not among it.
    pub(super) changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences: fields that stay because they are locked or
    /// both people have something for them, and characters of credits that have become one with another.
    pub(super) warnings: Vec<String>,
    /// The global ids of the people who are gone, or would be, in the order of `people`; they still lead to `person`.
    pub(super) person_ids: Vec<ID>,
    /// Of how many films and series the credits are others, or would be.
    pub(super) changed_titles: u64,
    /// Of how many episodes the credits are others, or would be.
    pub(super) changed_episodes: u64,
    /// Which merge it was, as a UUID: `revisions` lists its changes, `undoMerge` takes it back. Null if nothing was written.
    pub(super) run: Option<String>,
    /// What a person can put right: `people` or `into` that are nobody, or who are credited with too much to be merged at
    /// once.
    pub(crate) user_errors: Vec<UserError>,
}

impl MergePeoplePayload {
    pub(super) fn of(merged: Option<MergedPeople>, user_errors: Vec<UserError>) -> Self {
        let Some(merged) = merged else {
            return Self {
                user_errors,
                ..Self::default()
            };
        };
        let people = merged.people.iter();
        let people = people.map(|id| GlobalId::Person(*id).encode());
        Self {
            person_ids: people.collect(),
            changes: EditedField::list(&merged.differences),
            warnings: warnings(&merged.noticed),
            changed_titles: merged.titles as u64,
            changed_episodes: merged.episodes as u64,
            run: merged.run.map(|run| run.to_string()),
            person: Some(Person(merged.into)),
            user_errors,
        }
    }
}
