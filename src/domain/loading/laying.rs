//! Laying records over titles, for whoever changes them otherwise than by files: by the same rules, in the same words.
//! Nothing is written.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, Utc};
use serde_json::{Map, Value, json};

use super::changes::Names;
use super::checks::{OwnId, is_identifying, own_id};
use super::credits::CreditName;
use super::drafts::{blank, compose, title_changes};
use super::named::Named;
use super::problem::{Problem, Warning};
use super::records::{Placed, Record, TitleRecord};
use super::resolve;
use super::service::LoadService;
use super::write::{nobody, only_what_is_named, sort_of, taken_id};
use crate::domain::catalog::{CatalogBatch, CatalogError, Title, TitleKind};
use crate::domain::error::ErrorCode;
use crate::domain::text;

/// A record, and the title that it is laid over.
#[derive(Debug, Clone)]
pub struct Laying {
    pub base: Title,
    /// The fields that the record names, as files call them, without `kind` and `slug`. Without a `title` the title keeps
    /// its own.
    pub record: Map<String, Value>,
    pub intent: Intent,
}

/// What is done with what a record names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// The title is to have it.
    Give,
    /// The title is to lose it, whoever else has it.
    Take,
}

/// Why a record is not laid over a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    pub code: ErrorCode,
    pub problem: Problem,
}

impl Refusal {
    /// Something in it is not as it must be.
    pub(super) fn invalid(problem: Problem) -> Self {
        Self {
            code: ErrorCode::Invalid,
            problem,
        }
    }

    /// It names something that is not there.
    pub(super) fn missing(problem: Problem) -> Self {
        Self {
            code: ErrorCode::NotFound,
            problem,
        }
    }
}

/// A title after a record.
#[derive(Debug, Clone)]
pub struct LaidTitle {
    /// With the stamp that it had before.
    pub title: Title,
    /// What a curator may want to look at.
    pub noticed: Vec<Problem>,
}

/// Titles after records, and what is new with them.
#[derive(Debug)]
pub struct LaidTitles {
    /// In the order of the records.
    pub titles: Vec<Result<LaidTitle, Refusal>>,
    /// What they name and no store has yet: people, genres and collections.
    pub new: CatalogBatch,
}

/// A field in which two documents differ, with both values as files have them.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// As files call it.
    pub field: &'static str,
    pub before: Value,
    pub after: Value,
}

/// A title of which nothing is known but its kind and its key; what is wrong with the key, if it is none.
pub fn blank_title(kind: TitleKind, slug: &str, now: DateTime<Utc>) -> Result<Title, Problem> {
    let fields = [
        ("kind", json!(kind)),
        ("slug", json!(slug)),
        ("title", json!("new")),
    ];
    let fields = fields.map(|(field, value)| (field.to_owned(), value));
    match read(fields.into_iter().collect(), now.year()) {
        Ok((Record::Title(record), _)) => Ok(blank(&record, None, now)),
        Ok(_) => Err(Problem::new("kind", "is no kind of title")),
        Err(refusal) => Err(refusal.problem),
    }
}

/// The batch that writes titles, with those of the new things that they name.
pub fn batch_of(titles: Vec<Title>, new: CatalogBatch) -> CatalogBatch {
    only_what_is_named(CatalogBatch { titles, ..new })
}

impl LoadService {
    /// The titles that records make of others. What is to be written with them already has its ids before them.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn lay_titles(
        &self,
        layings: &[Laying],
        already: &[&Title],
    ) -> Result<LaidTitles, CatalogError> {
        let now = self.clock.now();
        let read: Vec<Read> = layings
            .iter()
            .map(|it| read_title(it, now.year()))
            .collect();
        let records: Vec<&TitleRecord> = read.iter().flatten().map(|(record, _)| record).collect();
        let placed = records.iter().map(|record| (0, (*record).clone()));
        let placed: Vec<Placed<TitleRecord>> = placed.collect();
        let stored = resolve::titles(&self.catalog, &placed).await?;
        let credits = records.iter().flat_map(|record| record.credits());
        let credits: Vec<&CreditName> = credits.collect();
        let people = resolve::people(&self.catalog, credits.into_iter(), now).await?;
        let genres = resolve::genres(&self.catalog, records.clone().into_iter(), now).await?;
        let collections = resolve::collections(&self.catalog, records.into_iter(), now).await?;
        let named = Named {
            people: people.ids,
            deleted_people: people.deleted,
            genres: genres.ids,
            collections: collections.ids,
        };
        // Of several titles of one call that are to have the same id the first has it.
        let mut owners: HashMap<OwnId, String> = HashMap::new();
        for title in already {
            let ids = title.external_ids.iter().filter(|id| is_identifying(id));
            let ids = ids.map(|id| (own_id(id, title.kind), text::compose(&title.slug)));
            owners.extend(ids);
        }
        let mut titles = Vec::with_capacity(layings.len());
        for (laying, read) in layings.iter().zip(read) {
            let laid = read.and_then(|(record, noticed)| {
                let owner = |id: &OwnId| owners.get(id).or_else(|| stored.owners.get(id));
                let title = lay(laying, &record, &named, owner)?;
                if laying.intent == Intent::Give {
                    let ids = record.ids().filter(|id| is_identifying(id));
                    let ids = ids.map(|id| (own_id(id, record.kind), record.slug.clone()));
                    owners.extend(ids);
                }
                Ok(LaidTitle { title, noticed })
            });
            titles.push(laid);
        }
        let new = CatalogBatch {
            people: people.new,
            genres: genres.new,
            collections: collections.new,
            ..CatalogBatch::default()
        };
        Ok(LaidTitles { titles, new })
    }

    /// The fields in which the titles of each pair differ; `new` has what no store has yet of what they name.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn title_differences(
        &self,
        pairs: &[(&Title, &Title)],
        new: &CatalogBatch,
    ) -> Result<Vec<Vec<Difference>>, CatalogError> {
        let both: Vec<&Title> = pairs.iter().flat_map(|(old, new)| [*old, *new]).collect();
        let names = Names::of(&self.catalog, &both, &[], new).await?;
        let differences = pairs.iter().map(|(old, new)| {
            let fields = title_changes(old, new);
            differences(&fields, &names.of_title(old), &names.of_title(new))
        });
        Ok(differences.collect())
    }
}

/// A record that was read, with what was noticed.
type Read = Result<(TitleRecord, Vec<Problem>), Refusal>;

fn read_title(laying: &Laying, this_year: i32) -> Read {
    let Title {
        kind, slug, name, ..
    } = &laying.base;
    let mut fields = laying.record.clone();
    fields.insert("kind".to_owned(), json!(kind));
    fields.insert("slug".to_owned(), json!(slug));
    fields.entry("title").or_insert_with(|| json!(name));
    let unknown = format!("is nothing that {} have", sort_of(*kind));
    match read_known(fields, &laying.record, this_year, &unknown)? {
        (Record::Title(record), mut noticed) => {
            if laying.intent == Intent::Take {
                // That a genre of no vocabulary is kept is said of what is given; what is taken away is kept nowhere.
                noticed.retain(|it| it.field != "genres");
            }
            Ok((*record, noticed))
        }
        _ => Err(Refusal::invalid(Problem::new(
            "kind",
            "is no kind of title",
        ))),
    }
}

/// The title after a record, if it is sound against what is stored.
fn lay<'o>(
    laying: &Laying,
    record: &TitleRecord,
    named: &Named,
    owner: impl Fn(&OwnId) -> Option<&'o String>,
) -> Result<Title, Refusal> {
    if laying.intent == Intent::Give
        && let Some(problem) = taken_id(record, owner)
    {
        return Err(Refusal {
            code: ErrorCode::Taken,
            problem,
        });
    }
    if laying.intent == Intent::Give
        && let Some(deleted) = named.deleted_in(record).into_iter().next()
    {
        let name = deleted.value.unwrap_or_default();
        let reason = format!("names “{name}”, which was deleted");
        return Err(Refusal::missing(Problem::new(deleted.field, reason)));
    }
    let unknown = record
        .credits_by_field()
        .find(|(_, credit)| named.is_nobody(&credit.person));
    if let Some((field, credit)) = unknown {
        return Err(Refusal::missing(nobody(field, &credit.person.slug())));
    }
    compose(record, laying.base.clone(), named).map_err(Refusal::invalid)
}

/// A record of which each field is known, and what was noticed of those that somebody names; `unknown` says what is wrong
/// with one that is none.
pub(super) fn read_known(
    fields: Map<String, Value>,
    named: &Map<String, Value>,
    this_year: i32,
    unknown: &str,
) -> Result<(Record, Vec<Problem>), Refusal> {
    let (record, (strange, mut warnings)) = read(fields, this_year)?;
    if let Some(field) = strange.first() {
        return Err(Refusal::invalid(Problem::new(field, unknown)));
    }
    warnings.retain(|warning| {
        let field = warning.field.split('.').next();
        field.is_some_and(|field| named.contains_key(field))
    });
    Ok((record, warnings.iter().map(Warning::problem).collect()))
}

/// A record with the names of its unknown fields and what was noticed.
type Noticed = (Record, (Vec<String>, Vec<Warning>));

fn read(fields: Map<String, Value>, this_year: i32) -> Result<Noticed, Refusal> {
    match Record::read(Value::Object(fields), this_year) {
        Ok((record, unknown, warnings)) => Ok((record, (unknown, warnings))),
        Err((problem, _)) => Err(Refusal::invalid(problem)),
    }
}

/// What two documents have in some fields.
pub(super) fn differences(
    fields: &[&'static str],
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<Difference> {
    let value = |document: &Map<String, Value>, field: &str| {
        let value = document.get(field).cloned();
        value.unwrap_or_default()
    };
    let differences = fields.iter().map(|&field| Difference {
        field,
        before: value(before, field),
        after: value(after, field),
    });
    differences.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laying(record: Value) -> Laying {
        let Value::Object(record) = record else {
            unreachable!("it is an object");
        };
        let now = DateTime::UNIX_EPOCH;
        Laying {
            base: blank_title(TitleKind::Film, "heat-1995", now).unwrap(),
            record,
            intent: Intent::Give,
        }
    }

    #[test]
    fn a_key_is_checked_as_that_of_a_record() {
        let now = DateTime::UNIX_EPOCH;
        let title = blank_title(TitleKind::Series, "dark", now).unwrap();
        assert_eq!(
            (title.kind, title.slug.as_str()),
            (TitleKind::Series, "dark")
        );
        assert_eq!((title.name.as_str(), title.stamp.revision), ("", 1));

        let problem = blank_title(TitleKind::Film, "No Key", now).unwrap_err();

        assert_eq!(problem.field, "slug");
        assert!(
            problem.reason.contains("not 1 to 200 lower-case"),
            "{problem:?}"
        );
    }

    #[test]
    fn a_record_says_only_what_its_kind_has() {
        let refusal = read_title(&laying(json!({ "title": "Heat", "network": "HBO" })), 2026);

        let refusal = refusal.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::Invalid);
        assert_eq!(refusal.problem.field, "network");
        assert_eq!(refusal.problem.reason, "is nothing that films have");
    }

    #[test]
    fn what_is_noticed_is_of_what_is_named() {
        let mut title = laying(json!({ "runtime_minutes": 0 }));
        title.base.name = "AmÃ©lie".to_owned();

        let (record, noticed) = read_title(&title, 2026).unwrap();

        assert_eq!(record.name, "AmÃ©lie");
        let noticed: Vec<_> = noticed.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(noticed, ["runtime_minutes"]);
    }

    #[test]
    fn of_a_genre_that_is_taken_away_nothing_is_kept() {
        let mut title = laying(json!({ "title": "Heat", "genres": ["Heist"] }));
        let (_, noticed) = read_title(&title, 2026).unwrap();
        assert_eq!(noticed.len(), 1, "{noticed:?}");

        title.intent = Intent::Take;

        let (_, noticed) = read_title(&title, 2026).unwrap();
        assert_eq!(noticed.len(), 0, "{noticed:?}");
    }

    #[test]
    fn an_id_that_another_title_has_can_be_taken_and_not_given() {
        let mut title = laying(json!({ "title": "Heat", "ids": { "imdb": "tt0113277" } }));
        let (record, _) = read_title(&title, 2026).unwrap();
        let named = Named::in_nothing(&record);
        let other = "heat-1986".to_owned();

        let refusal = lay(&title, &record, &named, |_| Some(&other)).unwrap_err();

        assert_eq!(refusal.code, ErrorCode::Taken);
        assert_eq!(refusal.problem.field, "ids.imdb");
        title.intent = Intent::Take;
        assert!(lay(&title, &record, &named, |_| Some(&other)).is_ok());
    }
}
