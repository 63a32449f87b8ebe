//! Laying a record over an episode, or over a person, as over titles.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Utc};
use serde_json::{Map, Value, json};

use super::changes::{Names, of_person};
use super::credits::CreditName;
use super::drafts::{Draft, credited};
use super::laying::{Difference, Refusal, differences, read_known};
use super::options::Manner;
use super::problem::Problem;
use super::records::Record;
use super::resolve;
use super::service::LoadService;
use super::write::nobody;
use super::{episode_drafts, person_drafts};
use crate::domain::catalog::{
    CatalogBatch, CatalogError, Episode, Person, Texts, Title, Visibility,
};
use crate::domain::ids::{EpisodeId, PersonId};

/// An episode as it is stored.
#[derive(Debug, Clone)]
pub struct StoredEpisode {
    /// What happens in it stands beside it.
    pub episode: (Episode, Texts),
    pub series: Arc<Title>,
}

/// A document after a record.
#[derive(Debug)]
pub struct Laid<T> {
    /// With the stamp of the next write; `None`: it says the same as before.
    pub document: Option<T>,
    pub differences: Vec<Difference>,
    /// What a curator may want to look at.
    pub noticed: Vec<Problem>,
    /// The people whom it names and no store has yet.
    pub people: Vec<Person>,
}

/// Why a record is not laid over a document.
#[derive(Debug)]
pub enum LayError {
    Refused(Refusal),
    Catalog(CatalogError),
}

impl From<Refusal> for LayError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<CatalogError> for LayError {
    fn from(error: CatalogError) -> Self {
        Self::Catalog(error)
    }
}

/// An episode, by season and number, of which nothing is known yet; what is wrong with its place, if it can have none
/// there.
pub fn blank_episode(
    series: &Arc<Title>,
    (season, number): (u32, u32),
    now: DateTime<Utc>,
) -> Result<StoredEpisode, Problem> {
    let fields = key_of(series, season, number);
    let read = read_known(fields, &Map::new(), now.year(), "is no field of a key");
    let episode = match read {
        Ok((Record::Episode(record), _)) => episode_drafts::blank(&record, series.id, now),
        Ok(_) => return Err(Problem::new("kind", "is no episode")),
        Err(refusal) => return Err(refusal.problem),
    };
    Ok(StoredEpisode {
        episode: (episode, Texts::default()),
        series: Arc::clone(series),
    })
}

/// A person of whom nothing is known yet but a key, which is looked through with the first record that is laid over them.
pub fn blank_person(slug: &str, now: DateTime<Utc>) -> Person {
    credited(slug, "", now)
}

/// What a record of an episode begins with.
fn key_of(series: &Title, season: u32, number: u32) -> Map<String, Value> {
    let fields = [
        ("kind", json!("episode")),
        ("series", json!(series.slug)),
        ("season", json!(season)),
        ("episode", json!(number)),
    ];
    let fields = fields.map(|(field, value)| (field.to_owned(), value));
    fields.into_iter().collect()
}

impl LoadService {
    /// An episode as the record has it, if its series may be seen.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn stored_episode(
        &self,
        visibility: &Visibility,
        id: EpisodeId,
    ) -> Result<Option<StoredEpisode>, CatalogError> {
        let mut found = resolve::episodes(&self.catalog, &[id]).await?;
        let Some(episode) = found.remove(&id) else {
            return Ok(None);
        };
        let series = self.catalog.titles(visibility, &[episode.0.series]).await?;
        let series = series.into_iter().next();
        Ok(series.map(|series| StoredEpisode { episode, series }))
    }

    /// A person as the record has them, with what is told of the life, unless they were merged into somebody else or deleted.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn stored_person(
        &self,
        id: PersonId,
    ) -> Result<Option<(Person, Texts)>, CatalogError> {
        let people = self.catalog.people(&[id]).await?;
        let mut people = people.into_iter();
        let Some(person) = people.find(Person::is_there) else {
            return Ok(None);
        };
        let told = self.catalog.biographies(&[id]).await?;
        let told = told.into_iter().next();
        let told = told.map(|told| told.texts).unwrap_or_default();
        Ok(Some((person, told)))
    }

    /// The episode that a record makes of one; the record names fields as files call them, without the key.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn lay_episode(
        &self,
        stored: &StoredEpisode,
        record: &Map<String, Value>,
    ) -> Result<Laid<(Episode, Texts)>, LayError> {
        let now = self.clock.now();
        let StoredEpisode { episode, series } = stored;
        let mut fields = record.clone();
        fields.extend(key_of(series, episode.0.season, episode.0.number));
        let read = read_known(fields, record, now.year(), "is nothing that episodes have")?;
        let (Record::Episode(read), noticed) = read else {
            let problem = Problem::new("kind", "is no episode");
            return Err(Refusal::invalid(problem).into());
        };
        let credits: Vec<&CreditName> = read.credits().collect();
        let people = resolve::people(&self.catalog, credits.into_iter(), now).await?;
        let unknown = read
            .credits_by_field()
            .find(|(_, credit)| !people.ids.contains_key(&credit.person));
        if let Some((field, credit)) = unknown {
            let slug = credit.person.slug();
            let problem = if people.deleted.contains(&credit.person) {
                Problem::new(field, format!("names “{slug}”, who was deleted"))
            } else {
                nobody(field, &slug)
            };
            return Err(Refusal::missing(problem).into());
        }
        let (id, manner) = (series.id, Manner::Merge);
        let draft = episode_drafts::draft(&read, id, Some(episode), manner, &people.ids, now);
        let Draft::Changed(document, fields) = draft.map_err(Refusal::invalid)? else {
            return Ok(unchanged(noticed));
        };
        let new = CatalogBatch {
            people: people.new,
            ..CatalogBatch::default()
        };
        let both = [&episode.0, &document.0];
        let names = Names::of(&self.catalog, &[], &both, &new).await?;
        let (before, after) = (names.of_episode(episode), names.of_episode(&document));
        Ok(Laid {
            differences: differences(&fields, &before, &after),
            document: Some(document),
            noticed,
            people: new.people,
        })
    }

    /// The fields in which two documents of a person differ, with what is told of the life.
    pub fn person_differences(
        before: &(Person, Texts),
        after: &(Person, Texts),
    ) -> Vec<Difference> {
        let fields = person_drafts::changes((&before.0, &before.1), (&after.0, &after.1));
        differences(&fields, &of_person(before), &of_person(after))
    }

    /// The fields in which two documents of an episode differ, with what happens in it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn episode_differences(
        &self,
        before: &(Episode, Texts),
        after: &(Episode, Texts),
    ) -> Result<Vec<Difference>, CatalogError> {
        let fields = episode_drafts::changes((&before.0, &before.1), (&after.0, &after.1));
        let both = [&before.0, &after.0];
        let nothing_new = CatalogBatch::default();
        let names = Names::of(&self.catalog, &[], &both, &nothing_new).await?;
        let (old, new) = (names.of_episode(before), names.of_episode(after));
        Ok(differences(&fields, &old, &new))
    }

    /// The person that a record makes of one; the record names fields as files call them, without the key.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn lay_person(
        &self,
        stored: &(Person, Texts),
        record: &Map<String, Value>,
    ) -> Result<Laid<(Person, Texts)>, LayError> {
        let now = self.clock.now();
        let mut fields = record.clone();
        fields.insert("kind".to_owned(), json!("person"));
        fields.insert("slug".to_owned(), json!(stored.0.slug));
        fields.entry("name").or_insert_with(|| json!(stored.0.name));
        let read = read_known(fields, record, now.year(), "is nothing that people have")?;
        let (Record::Person(read), noticed) = read else {
            let problem = Problem::new("kind", "is nobody");
            return Err(Refusal::invalid(problem).into());
        };
        let draft = person_drafts::draft(&read, Some(stored), Manner::Merge, now);
        let Draft::Changed(document, fields) = draft.map_err(Refusal::invalid)? else {
            return Ok(unchanged(noticed));
        };
        Ok(Laid {
            differences: differences(&fields, &of_person(stored), &of_person(&document)),
            document: Some(document),
            noticed,
            people: Vec::new(),
        })
    }
}

fn unchanged<T>(noticed: Vec<Problem>) -> Laid<T> {
    Laid {
        document: None,
        differences: Vec::new(),
        noticed,
        people: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalog::TitleKind;
    use crate::domain::loading::laying::blank_title;

    #[test]
    fn a_place_is_checked_as_that_of_a_record() {
        let now = DateTime::UNIX_EPOCH;
        let series = Arc::new(blank_title(TitleKind::Series, "dark", now).unwrap());

        let blank = blank_episode(&series, (2, 3), now).unwrap();

        let episode = &blank.episode.0;
        assert_eq!((episode.season, episode.number), (2, 3));
        assert_eq!(episode.id, EpisodeId::of_ordinal(series.id, 2, 3));
        assert_eq!((&episode.name, episode.stamp.revision), (&None, 1));
        for (place, field) in [((10_000, 1), "season"), ((1, 10_000), "episode")] {
            let problem = blank_episode(&series, place, now).unwrap_err();
            assert_eq!(problem.field, field);
            assert_eq!(problem.reason, "is 10000, not from 0 to 9999");
        }
    }
}
