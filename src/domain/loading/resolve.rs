//! What a batch of records refers to, read from the catalogue in a few batched look-ups.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::checks::is_identifying;
use super::drafts;
use super::records::{CreditName, TitleRecord};
use super::run::Placed;
use crate::domain::catalog::{
    CatalogError, CatalogService, Collection, ExternalId, Genre, Person, Title, Visibility,
};
use crate::domain::ids::{CollectionId, GenreId, PersonId};

/// The people of a batch: those who are there, and those who must be added.
#[derive(Default)]
pub(super) struct People {
    /// Everybody who is or will be there, by slug.
    pub(super) ids: HashMap<String, PersonId>,
    /// People that no store has yet.
    pub(super) new: Vec<Person>,
}

/// Looks up everybody who is credited. Who is named and not there yet is new; who is given by slug alone must be
/// there.
pub(super) async fn people(
    catalog: &CatalogService,
    credits: impl Iterator<Item = &CreditName>,
    now: DateTime<Utc>,
) -> Result<People, CatalogError> {
    let mut names: HashMap<&str, Option<&str>> = HashMap::new();
    for credit in credits {
        let name = names.entry(&credit.slug).or_default();
        *name = name.or(credit.name.as_deref());
    }
    let slugs: Vec<String> = names.keys().map(|slug| (*slug).to_owned()).collect();
    let stored = catalog.people_by_slug(&slugs).await?;
    let mut people = People {
        ids: stored
            .into_iter()
            .map(|person| (person.slug, person.id))
            .collect(),
        new: Vec::new(),
    };
    for (slug, name) in names {
        if let (false, Some(name)) = (people.ids.contains_key(slug), name) {
            let person = drafts::credited(slug, name, now);
            people.ids.insert(slug.to_owned(), person.id);
            people.new.push(person);
        }
    }
    people.new.sort_by_key(|person| person.id);
    Ok(people)
}

/// The genres that must be added for these titles.
pub(super) async fn new_genres(
    catalog: &CatalogService,
    records: impl Iterator<Item = &TitleRecord>,
    now: DateTime<Utc>,
) -> Result<Vec<Genre>, CatalogError> {
    let mut genres: HashMap<GenreId, Genre> = records
        .flat_map(TitleRecord::genres)
        .map(|name| drafts::genre(name, now))
        .map(|genre| (genre.id, genre))
        .collect();
    for stored in catalog
        .genres(&genres.keys().copied().collect::<Vec<_>>())
        .await?
    {
        genres.remove(&stored.id);
    }
    let mut genres: Vec<Genre> = genres.into_values().collect();
    genres.sort_by_key(|genre| genre.id);
    Ok(genres)
}

/// The collections that must be added for these titles: each with the name that comes first.
pub(super) async fn new_collections(
    catalog: &CatalogService,
    records: impl Iterator<Item = &TitleRecord>,
    now: DateTime<Utc>,
) -> Result<Vec<Collection>, CatalogError> {
    let mut collections: BTreeMap<CollectionId, Collection> = BTreeMap::new();
    for named in records.filter_map(|record| record.part_of.collection.value()) {
        let collection = drafts::collection(named, now);
        collections.entry(collection.id).or_insert(collection);
    }
    for stored in catalog
        .collections(
            &Visibility::everything(),
            &collections.keys().copied().collect::<Vec<_>>(),
        )
        .await?
    {
        collections.remove(&stored.id);
    }
    Ok(collections.into_values().collect())
}

/// What is stored under the slugs of these records, and which slugs own their external ids.
pub(super) struct Titles {
    pub(super) by_slug: HashMap<String, Title>,
    /// Which title carries an identifying id.
    pub(super) owners: HashMap<ExternalId, String>,
}

/// Looks up the titles that these records are about.
pub(super) async fn titles(
    catalog: &CatalogService,
    records: &[Placed<TitleRecord>],
) -> Result<Titles, CatalogError> {
    let slugs = records.iter().map(|(_, record)| record.slug.clone());
    let slugs: Vec<String> = slugs.collect();
    let by_slug = titles_by_slug(catalog, slugs).await?;
    let ids: HashSet<ExternalId> = records
        .iter()
        .flat_map(|(_, record)| record.ids())
        .filter(|id| is_identifying(id))
        .cloned()
        .collect();
    let mut owners = HashMap::new();
    for title in catalog
        .titles_by_external_id(
            &Visibility::everything(),
            &ids.into_iter().collect::<Vec<_>>(),
        )
        .await?
    {
        owners.extend(
            title
                .external_ids
                .iter()
                .filter(|id| is_identifying(id))
                .map(|id| (id.clone(), title.slug.clone())),
        );
    }
    Ok(Titles { by_slug, owners })
}

/// The titles with these slugs, by slug.
pub(super) async fn titles_by_slug(
    catalog: &CatalogService,
    slugs: Vec<String>,
) -> Result<HashMap<String, Title>, CatalogError> {
    let mut slugs = slugs;
    slugs.sort();
    slugs.dedup();
    Ok(catalog
        .titles_by_slug(&Visibility::everything(), &slugs)
        .await?
        .into_iter()
        .map(|title| (title.slug.clone(), title))
        .collect())
}
