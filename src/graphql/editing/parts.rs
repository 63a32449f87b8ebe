//! What an edit of titles says: what fields are to be, and what lists are to have besides or no longer.

use async_graphql::{Context, InputObject, MaybeUndefined};
use serde_json::{Map, Value, json};

use super::credits::{CreditInput, People};
use super::lengths::Length;
use super::words::Fields;
use crate::domain::catalog;
use crate::domain::error::ErrorCode;
use crate::graphql::catalog::{ExternalIdInput, SeriesStatus, TitleState};
use crate::graphql::error::Result;
use crate::graphql::scalars::{Date, DateTime};
use crate::graphql::user_error::UserError;

/// A text in one language.
#[derive(InputObject)]
pub(super) struct LocalizedTextInput {
    /// The language: a BCP 47 tag such as `de` or `pt-BR`, or what else stands for one when a catalogue is loaded.
    language: String,
    /// The text; null takes away what is said in this language.
    text: Option<String>,
}

/// What one rating system says of a title.
#[derive(InputObject)]
pub(super) struct CertificationInput {
    /// The system: its country (ISO 3166-1) or one of its names, such as `US` or `FSK`.
    system: String,
    /// The label, as the system spells it: `PG-13`, `16`. `INVALID` if the system has no such label.
    label: String,
}

/// What fields of a title are to be. What is left out stays as it is; null takes a value away. A list replaces what is
/// there.
#[derive(InputObject, Default)]
pub(super) struct TitlePatch {
    /// The name in the site's language, of at most 500 characters; a title cannot be without one.
    name: MaybeUndefined<String>,
    /// The name in the language that it was made in.
    original_name: MaybeUndefined<String>,
    /// Names in other languages than the site's. Languages that are not named stay as they are.
    names: MaybeUndefined<Vec<LocalizedTextInput>>,
    /// What it is about, of at most 4,000 characters a language. Languages that are not named stay as they are.
    overview: MaybeUndefined<Vec<LocalizedTextInput>>,
    /// The line that it is advertised with, of at most 500 characters a language. Languages that are not named stay as
    /// they are.
    tagline: MaybeUndefined<Vec<LocalizedTextInput>>,
    /// The year of the first showing, from 1870 to ten years ahead. Without it `premiered` says it.
    year: MaybeUndefined<i32>,
    /// The year in which a series ended; a film has none.
    end_year: MaybeUndefined<i32>,
    /// The day of the first showing.
    premiered: MaybeUndefined<Date>,
    /// The length of a film in seconds, whole minutes: a multiple of 60, from 60 to 360,000. A series has none.
    duration: MaybeUndefined<i32>,
    /// The same in minutes, 1 to 6,000, in the place of `duration`; `INVALID` with it.
    duration_minutes: MaybeUndefined<i32>,
    /// How long the episodes of a series usually are, in seconds, whole minutes: a multiple of 60, from 60 to 360,000. A film
    /// has none.
    episode_duration: MaybeUndefined<i32>,
    /// The same in minutes, 1 to 6,000, in the place of `episodeDuration`; `INVALID` with it.
    episode_duration_minutes: MaybeUndefined<i32>,
    /// How many seasons a series has in all, listed here or not; a film has none.
    total_seasons: MaybeUndefined<i32>,
    /// The network that first showed a series; a film has none.
    network: MaybeUndefined<String>,
    /// Whether a series goes on; a film has none.
    status: MaybeUndefined<SeriesStatus>,
    /// The name of the collection that a film is part of; one that is not there is made. A series has none.
    collection: MaybeUndefined<String>,
    /// The number of the part in its collection, from 1.
    collection_part: MaybeUndefined<i32>,
    /// Whether viewers may see it.
    state: Option<TitleState>,
    /// The first moment at which viewers may see it, once it is published; null: it was always so.
    available_from: MaybeUndefined<DateTime>,
    /// The first moment at which viewers may see it no more; null: it stays.
    available_until: MaybeUndefined<DateTime>,
    /// Its genres by name, at most 50: synonyms of the vocabulary are known, and a name that is not in it makes a genre
    /// of its own.
    genres: MaybeUndefined<Vec<String>>,
    /// Words that curators found for it; at most 100, of at most 60 characters each.
    tags: MaybeUndefined<Vec<String>>,
    /// The names of the companies that made it; at most 50.
    studios: MaybeUndefined<Vec<String>>,
    /// The countries that it was made in, by code (ISO 3166-1) or name.
    countries: MaybeUndefined<Vec<String>>,
    /// The languages that are spoken in it, by code (ISO 639-1) or name.
    languages: MaybeUndefined<Vec<String>>,
    /// Who directed a film, or created a series, in billing order.
    directors: MaybeUndefined<Vec<CreditInput>>,
    /// Who plays in it, in billing order.
    cast: MaybeUndefined<Vec<CreditInput>>,
    /// Who appears beside the cast, in billing order.
    guests: MaybeUndefined<Vec<CreditInput>>,
    /// Who wrote it, in billing order.
    writers: MaybeUndefined<Vec<CreditInput>>,
    /// Who produced it, in billing order.
    producers: MaybeUndefined<Vec<CreditInput>>,
    /// Who wrote the music for it, in billing order.
    composers: MaybeUndefined<Vec<CreditInput>>,
    /// Its ids elsewhere, one a provider; `TAKEN` if another title has one of them.
    external_ids: MaybeUndefined<Vec<ExternalIdInput>>,
    /// What rating systems say of it, one label a system.
    certifications: MaybeUndefined<Vec<CertificationInput>>,
}

/// Entries of the lists of a title, to be added to what is there or to be taken from it.
#[derive(InputObject, Default)]
pub(super) struct TitleLists {
    /// Genres by name; added ones come last.
    genres: Option<Vec<String>>,
    /// Words that curators found for it, whatever their case.
    tags: Option<Vec<String>>,
    /// Names of companies that made it, whatever their case.
    studios: Option<Vec<String>>,
    /// Countries that it was made in, by code (ISO 3166-1) or name.
    countries: Option<Vec<String>>,
    /// Languages that are spoken in it, by code (ISO 639-1) or name.
    languages: Option<Vec<String>>,
    /// Who directed a film, or created a series; who is there already stays in place.
    directors: Option<Vec<CreditInput>>,
    /// Who plays in it; who is there already stays in place, and plays the character that is given.
    cast: Option<Vec<CreditInput>>,
    /// Who appears beside the cast; who is there already stays in place, and plays the character that is given.
    guests: Option<Vec<CreditInput>>,
    /// Who wrote it; who is there already stays in place.
    writers: Option<Vec<CreditInput>>,
    /// Who produced it; who is there already stays in place.
    producers: Option<Vec<CreditInput>>,
    /// Who wrote the music for it; who is there already stays in place.
    composers: Option<Vec<CreditInput>>,
    /// Ids elsewhere: an added one takes the place of another of its provider, and only the same one is taken away.
    external_ids: Option<Vec<ExternalIdInput>>,
    /// Labels of rating systems: an added one takes the place of another of its system, and only the same one is taken
    /// away.
    certifications: Option<Vec<CertificationInput>>,
}

/// What a part of an edit says, by the names of fields in files; or what of it is wrong.
pub(super) type ReadPart = std::result::Result<Map<String, Value>, UserError>;

impl TitlePatch {
    pub(super) async fn read(self, ctx: &Context<'_>) -> Result<ReadPart> {
        let credits = [
            &self.directors,
            &self.cast,
            &self.guests,
            &self.writers,
            &self.producers,
            &self.composers,
        ];
        let credits = credits.into_iter().filter_map(MaybeUndefined::value);
        let credits: Vec<&CreditInput> = credits.flatten().collect();
        let people = People::of(ctx, &credits).await?;
        Ok(self.in_files(&people))
    }

    fn in_files(self, people: &People) -> ReadPart {
        let mut fields = Fields::default();
        fields.put("title", self.name, Value::from);
        fields.put("original_title", self.original_name, Value::from);
        for (field, texts) in [
            ("names", self.names),
            ("overview", self.overview),
            ("tagline", self.tagline),
        ] {
            put_texts(&mut fields, field, texts)?;
        }
        fields.put("year", self.year, Value::from);
        fields.put("end_year", self.end_year, Value::from);
        fields.put("release_date", self.premiered, |day| json!(day.0));
        let length = Length {
            seconds_called: "duration",
            minutes_called: "durationMinutes",
            seconds: self.duration,
            minutes: self.duration_minutes,
        };
        fields.put_length("runtime_minutes", length)?;
        let usual = Length {
            seconds_called: "episodeDuration",
            minutes_called: "episodeDurationMinutes",
            seconds: self.episode_duration,
            minutes: self.episode_duration_minutes,
        };
        fields.put_length("episode_runtime_minutes", usual)?;
        fields.put("total_seasons", self.total_seasons, Value::from);
        fields.put("network", self.network, Value::from);
        fields.put("status", self.status, |status| {
            json!(catalog::SeriesStatus::from(status))
        });
        fields.put("collection", self.collection, Value::from);
        fields.put("part", self.collection_part, Value::from);
        fields.put_some("state", self.state, |state| {
            json!(catalog::TitleState::from(state))
        });
        fields.put("available_from", self.available_from, |at| json!(at.0));
        fields.put("available_until", self.available_until, |at| json!(at.0));
        fields.put("genres", self.genres, Value::from);
        fields.put("tags", self.tags, Value::from);
        fields.put("studios", self.studios, Value::from);
        fields.put("countries", self.countries, Value::from);
        fields.put("languages", self.languages, Value::from);
        for (field, credits) in [
            ("directors", self.directors),
            ("cast", self.cast),
            ("guests", self.guests),
            ("writers", self.writers),
            ("producers", self.producers),
            ("composers", self.composers),
        ] {
            put_credits(&mut fields, people, field, credits)?;
        }
        put_ids(&mut fields, self.external_ids)?;
        put_certifications(&mut fields, self.certifications)?;
        Ok(fields.into_map())
    }
}

impl TitleLists {
    /// `part` is what it is called in the input.
    pub(super) async fn read(self, ctx: &Context<'_>, part: &str) -> Result<ReadPart> {
        let patch = TitlePatch {
            directors: given(self.directors),
            cast: given(self.cast),
            guests: given(self.guests),
            writers: given(self.writers),
            producers: given(self.producers),
            composers: given(self.composers),
            genres: given(self.genres),
            tags: given(self.tags),
            studios: given(self.studios),
            countries: given(self.countries),
            languages: given(self.languages),
            external_ids: given(self.external_ids),
            certifications: given(self.certifications),
            ..TitlePatch::default()
        };
        let read = patch.read(ctx).await?;
        Ok(read.map_err(|error| error.within(&[part])))
    }
}

/// A list of which null says nothing.
fn given<T>(list: Option<Vec<T>>) -> MaybeUndefined<Vec<T>> {
    list.map(Some).into()
}

/// Texts by language, each once.
pub(super) fn put_texts(
    fields: &mut Fields,
    field: &str,
    texts: MaybeUndefined<Vec<LocalizedTextInput>>,
) -> std::result::Result<(), UserError> {
    put_entries(fields, field, field, texts, |it| {
        (it.language, json!(it.text))
    })
}

/// Who took part in one role.
pub(super) fn put_credits(
    fields: &mut Fields,
    people: &People,
    field: &str,
    credits: MaybeUndefined<Vec<CreditInput>>,
) -> std::result::Result<(), UserError> {
    let credits = credits.map_value(|list| people.in_files(field, list));
    fields.put(field, credits.transpose()?, |credits| credits);
    Ok(())
}

/// Ids elsewhere, one a provider.
pub(super) fn put_ids(
    fields: &mut Fields,
    ids: MaybeUndefined<Vec<ExternalIdInput>>,
) -> std::result::Result<(), UserError> {
    put_entries(fields, "ids", "externalIds", ids, |id| {
        let catalog::ExternalId { provider, value } = id.into();
        (provider.trim().to_lowercase(), json!(value))
    })
}

fn put_certifications(
    fields: &mut Fields,
    labels: MaybeUndefined<Vec<CertificationInput>>,
) -> std::result::Result<(), UserError> {
    put_entries(fields, "certifications", "certifications", labels, |it| {
        (it.system, json!(it.label))
    })
}

/// Puts a list of which each entry says one thing of something that it names; `called` is what the schema calls the list.
fn put_entries<T>(
    fields: &mut Fields,
    field: &str,
    called: &str,
    list: MaybeUndefined<Vec<T>>,
    entry: impl Fn(T) -> (String, Value),
) -> std::result::Result<(), UserError> {
    let entries = list.map_value(|list| {
        let mut entries = Map::new();
        for (place, (name, value)) in list.into_iter().map(entry).enumerate() {
            if entries.contains_key(&name) {
                let message = format!("`{called}` says two things of “{name}”");
                let error = UserError::input(ErrorCode::Invalid, called, message);
                return Err(error.at_entry(place));
            }
            entries.insert(name, value);
        }
        Ok(entries)
    });
    fields.put(field, entries.transpose()?, Value::Object);
    Ok(())
}
