//! The mutations that edit an episode or a person.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use serde_json::{Value, json};

use super::changes::{EditedField, warnings};
use super::credits::{CreditInput, People};
use super::errors::{not_there, split};
use super::lengths::Length;
use super::parts::{LocalizedTextInput, ReadPart, put_credits, put_ids, put_texts};
use super::titles::{locking, mode};
use super::words::Fields;
use crate::domain::editing::{Patch, SingleEdit};
use crate::domain::viewer::Role;
use crate::graphql::catalog::{Episode, ExternalIdInput, Person};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::global_id::GlobalId;
use crate::graphql::guard::RoleAtLeast;
use crate::graphql::scalars::Date;
use crate::graphql::user_error::UserError;

/// Editing episodes and people.
#[derive(Default)]
pub(crate) struct SingleMutation;

/// Editing episodes and people.
#[Object]
impl SingleMutation {
    /// Edits an episode. What is said of it is checked as a record of a file that is loaded. For curators; an API key
    /// needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn edit_episode(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The episode, and what it is to be.")] input: EditEpisodeInput,
    ) -> Result<EditEpisodePayload> {
        let viewer = ctx.known_viewer()?;
        let Some(GlobalId::Episode(id)) = GlobalId::decode(&input.episode) else {
            return Ok(EditEpisodePayload::refused(vec![not_there("episode")]));
        };
        let set = match input.set.read(ctx).await? {
            Ok(set) => set,
            Err(error) => return Ok(EditEpisodePayload::refused(vec![error.within(&["set"])])),
        };
        let edit = SingleEdit {
            patch: Patch {
                set,
                ..Patch::default()
            },
            base: input.base_revision,
            mode: mode(input.dry_run),
            locking: locking(ctx, input.lock),
        };
        let (visibility, editing) = (ctx.visibility(), &ctx.services().editing);
        let edited = editing.edit_episode(&visibility, &viewer, id, &edit).await;
        let (edited, user_errors) = split(edited, &["episode"])?;
        Ok(match edited {
            None => EditEpisodePayload::refused(user_errors),
            Some(edited) => EditEpisodePayload {
                episode: Some(Episode(edited.node)),
                changes: EditedField::list(&edited.differences),
                warnings: warnings(&edited.noticed),
                run: edited.run.map(|run| run.to_string()),
                user_errors,
            },
        })
    }

    /// Edits a person. What is said of them is checked as a record of a file that is loaded. For curators; an API key
    /// needs the scope `CURATE`.
    #[graphql(guard = "RoleAtLeast(Role::Curator)")]
    async fn edit_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person, and what is to be known of them.")] input: EditPersonInput,
    ) -> Result<EditPersonPayload> {
        let viewer = ctx.known_viewer()?;
        let Some(GlobalId::Person(id)) = GlobalId::decode(&input.person) else {
            return Ok(EditPersonPayload::refused(vec![not_there("person")]));
        };
        let set = match input.set.read() {
            Ok(set) => set,
            Err(error) => return Ok(EditPersonPayload::refused(vec![error.within(&["set"])])),
        };
        let edit = SingleEdit {
            patch: Patch {
                set,
                ..Patch::default()
            },
            base: input.base_revision,
            mode: mode(input.dry_run),
            locking: locking(ctx, input.lock),
        };
        let editing = &ctx.services().editing;
        let edited = editing.edit_person(&viewer, id, &edit).await;
        let (edited, user_errors) = split(edited, &["person"])?;
        Ok(match edited {
            None => EditPersonPayload::refused(user_errors),
            Some(edited) => EditPersonPayload {
                person: Some(Person(edited.node)),
                changes: EditedField::list(&edited.differences),
                warnings: warnings(&edited.noticed),
                run: edited.run.map(|run| run.to_string()),
                user_errors,
            },
        })
    }
}

/// An episode that is edited.
#[derive(InputObject)]
struct EditEpisodeInput {
    /// The global id of the episode.
    episode: ID,
    /// What fields are to be.
    set: EpisodePatch,
    /// The `revision` of the episode that the curator has seen: `STALE_REVISION` if it was changed since. Left out: it is
    /// edited whatever became of it.
    base_revision: Option<u64>,
    /// Whether the fields that are named are locked with it, so that no load changes them; otherwise loads may.
    /// If left out, as the site has it (`site { editsLock }`): usually they are.
    lock: Option<bool>,
    /// Whether it is only said what would be changed.
    #[graphql(default = false)]
    dry_run: bool,
}

/// A person who is edited.
#[derive(InputObject)]
struct EditPersonInput {
    /// The global id of the person.
    person: ID,
    /// What fields are to be.
    set: PersonPatch,
    /// The `revision` of the person that the curator has seen: `STALE_REVISION` if it was changed since. Left out: the
    /// person is edited whatever was changed.
    base_revision: Option<u64>,
    /// Whether the fields that are named are locked with it, so that no load changes them; otherwise loads may.
    /// If left out, as the site has it (`site { editsLock }`): usually they are.
    lock: Option<bool>,
    /// Whether it is only said what would be changed.
    #[graphql(default = false)]
    dry_run: bool,
}

/// What fields of an episode are to be. What is left out stays as it is; null takes a value away. A list replaces what is
/// there.
#[derive(InputObject)]
pub(super) struct EpisodePatch {
    /// The name in the site's language; null: it has none, and is shown as "Episode 6".
    name: MaybeUndefined<String>,
    /// The name in the language that it was made in.
    original_name: MaybeUndefined<String>,
    /// Names in other languages than the site's. Languages that are not named stay as they are.
    names: MaybeUndefined<Vec<LocalizedTextInput>>,
    /// What happens in it, of at most 10,000 characters a language. Languages that are not named stay as they are.
    overview: MaybeUndefined<Vec<LocalizedTextInput>>,
    /// The number of the last one that is in it, where it holds several.
    number_end: MaybeUndefined<i32>,
    /// The number in the whole series, from 1.
    absolute_number: MaybeUndefined<i32>,
    /// The season before which a special belongs.
    airs_before_season: MaybeUndefined<i32>,
    /// The episode of that season before which a special belongs.
    airs_before_episode: MaybeUndefined<i32>,
    /// The season after which a special belongs.
    airs_after_season: MaybeUndefined<i32>,
    /// The day of the first showing.
    aired: MaybeUndefined<Date>,
    /// The length in seconds, whole minutes: a multiple of 60, from 60 to 360,000.
    duration: MaybeUndefined<i32>,
    /// The same in minutes, 1 to 6,000, in the place of `duration`; `INVALID` with it.
    duration_minutes: MaybeUndefined<i32>,
    /// Who directed it, in billing order.
    directors: MaybeUndefined<Vec<CreditInput>>,
    /// Who appears in it beside the cast of the series, in billing order.
    guests: MaybeUndefined<Vec<CreditInput>>,
    /// Who wrote it, in billing order.
    writers: MaybeUndefined<Vec<CreditInput>>,
}

/// What is to be known of a person. What is left out stays as it is; null takes a value away. A list replaces what is
/// there.
#[derive(InputObject)]
pub(super) struct PersonPatch {
    /// The name, of at most 500 characters; a person cannot be without one.
    name: MaybeUndefined<String>,
    /// The day of birth, not after that of death.
    born: MaybeUndefined<Date>,
    /// The day of death, not before that of birth.
    died: MaybeUndefined<Date>,
    /// Where the person was born, as it is to be shown: "New York City, USA".
    birthplace: MaybeUndefined<String>,
    /// What is told of the life, of at most 20,000 characters a language. Languages that are not named stay as they are.
    biography: MaybeUndefined<Vec<LocalizedTextInput>>,
    /// The person's ids elsewhere, one a provider.
    external_ids: MaybeUndefined<Vec<ExternalIdInput>>,
}

impl EpisodePatch {
    pub(super) async fn read(self, ctx: &Context<'_>) -> Result<ReadPart> {
        let credits = [&self.directors, &self.guests, &self.writers];
        let credits = credits.into_iter().filter_map(MaybeUndefined::value);
        let credits: Vec<&CreditInput> = credits.flatten().collect();
        let people = People::of(ctx, &credits).await?;
        Ok(self.in_files(&people))
    }

    fn in_files(self, people: &People) -> ReadPart {
        let mut fields = Fields::default();
        fields.put("title", self.name, Value::from);
        fields.put("original_title", self.original_name, Value::from);
        put_texts(&mut fields, "names", self.names)?;
        put_texts(&mut fields, "overview", self.overview)?;
        for (field, number) in [
            ("number_end", self.number_end),
            ("absolute_number", self.absolute_number),
            ("airs_before_season", self.airs_before_season),
            ("airs_before_episode", self.airs_before_episode),
            ("airs_after_season", self.airs_after_season),
        ] {
            fields.put(field, number, Value::from);
        }
        let length = Length {
            seconds_called: "duration",
            minutes_called: "durationMinutes",
            seconds: self.duration,
            minutes: self.duration_minutes,
        };
        fields.put_length("runtime_minutes", length)?;
        fields.put("air_date", self.aired, |day| json!(day.0));
        for (field, credits) in [
            ("directors", self.directors),
            ("guests", self.guests),
            ("writers", self.writers),
        ] {
            put_credits(&mut fields, people, field, credits)?;
        }
        Ok(fields.into_map())
    }
}

impl PersonPatch {
    pub(super) fn read(self) -> ReadPart {
        let mut fields = Fields::default();
        fields.put("name", self.name, Value::from);
        fields.put("born", self.born, |day| json!(day.0));
        fields.put("died", self.died, |day| json!(day.0));
        fields.put("birthplace", self.birthplace, Value::from);
        put_texts(&mut fields, "biography", self.biography)?;
        put_ids(&mut fields, self.external_ids)?;
        Ok(fields.into_map())
    }
}

/// What editing an episode led to.
#[derive(SimpleObject)]
pub(crate) struct EditEpisodePayload {
    /// The episode as it is now; null if it was refused.
    episode: Option<Episode>,
    /// What is other than before, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences.
    warnings: Vec<String>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: an `episode` that is not there, a `baseRevision` that is stale, something of `set`.
    pub(crate) user_errors: Vec<UserError>,
}

/// What editing a person led to.
#[derive(SimpleObject)]
pub(crate) struct EditPersonPayload {
    /// The person as they are now; null if it was refused.
    person: Option<Person>,
    /// What is other than before, or would be.
    changes: Vec<EditedField>,
    /// What a curator may want to look at although it was done, in sentences.
    warnings: Vec<String>,
    /// What the changes have in common, as a UUID: `revisions` lists them, `revertRevisions` takes them back. Null if
    /// nothing was written.
    run: Option<String>,
    /// What a person can put right: a `person` who is not there, a `baseRevision` that is stale, something of `set`.
    pub(crate) user_errors: Vec<UserError>,
}

impl EditEpisodePayload {
    fn refused(user_errors: Vec<UserError>) -> Self {
        Self {
            episode: None,
            changes: Vec::new(),
            warnings: Vec::new(),
            run: None,
            user_errors,
        }
    }
}

impl EditPersonPayload {
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
