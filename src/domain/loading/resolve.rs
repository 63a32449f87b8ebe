//! What a batch of records refers to, read from the catalogue in a few batched look-ups.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::checks::{OwnId, is_identifying, own_id};
use super::collections::CollectionName;
use super::credits::{CreditName, PersonKey};
use super::drafts;
use super::records::{Placed, TitleRecord};
use crate::domain::catalog::{
    CatalogError, CatalogService, Collection, Episode, ExternalId, Genre, NameKeys, Person, Texts,
    Title, Visibility,
};
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId};
use crate::domain::text;

/// The people of a batch: those who are there, and those who must be added.
#[derive(Default)]
pub(super) struct People {
    /// Everybody who is or will be there, by how they are named.
    pub(super) ids: HashMap<PersonKey, PersonId>,
    /// People that no store has yet.
    pub(super) new: Vec<Person>,
    /// Who was named and is nobody, because curators have deleted them.
    pub(super) deleted: HashSet<PersonKey>,
}

impl People {
    /// Whether somebody is named of whom nothing is known: neither that they are there, nor that they were deleted.
    pub(super) fn is_nobody(&self, person: &PersonKey) -> bool {
        !self.ids.contains_key(person) && !self.deleted.contains(person)
    }
}

/// Looks up everybody who is credited. Who is named and not there yet is new; who is given by slug alone must be
/// there.
pub(super) async fn people(
    catalog: &CatalogService,
    credits: impl Iterator<Item = &CreditName>,
    now: DateTime<Utc>,
) -> Result<People, CatalogError> {
    let mut order: Vec<&PersonKey> = Vec::new();
    let mut names: HashMap<&PersonKey, Option<&str>> = HashMap::new();
    for credit in credits {
        let name = names.entry(&credit.person).or_insert_with(|| {
            order.push(&credit.person);
            None
        });
        *name = name.or(credit.name.as_deref());
    }
    let mut keys: HashMap<&str, NameKeys> = HashMap::new();
    let mut slugs: HashSet<String> = HashSet::new();
    for person in &order {
        match person {
            PersonKey::Slug(slug) => drop(slugs.insert(slug.clone())),
            PersonKey::Name(name) => {
                let of_name = keys.entry(name).or_insert_with(|| NameKeys::of(name));
                slugs.extend(of_name.all().map(str::to_owned));
            }
        }
    }
    let slugs: Vec<String> = slugs.into_iter().collect();
    let stored = catalog
        .people_by_slug(&Visibility::everything(), &slugs)
        .await?
        .into_iter();
    let stored: HashMap<String, Person> =
        stored.map(|person| (person.slug.clone(), person)).collect();
    let standing = standing_for(catalog, stored.values()).await?;
    let mut added: BTreeMap<String, Person> = BTreeMap::new();
    let mut deleted = HashSet::new();
    let mut ids = HashMap::new();
    for person in &order {
        let slug = match person {
            PersonKey::Slug(slug) => {
                let spellings = text::spellings(slug).into_iter();
                let mut there = spellings.filter(|spelling| stored.contains_key(spelling));
                there.next().unwrap_or_else(|| slug.clone())
            }
            PersonKey::Name(name) => {
                let name_at = |slug: &str| stored.get(slug).map(|person| person.name.as_str());
                keys[name.as_str()].choose(name_at).to_owned()
            }
        };
        let id = match (stored.get(&slug), names[person]) {
            (Some(there), _) if there.is_there() => there.id,
            (Some(gone), _) => {
                let Some(id) = standing.get(&gone.id) else {
                    deleted.insert((*person).clone());
                    continue;
                };
                *id
            }
            (None, Some(name)) => {
                let new = || drafts::credited(&slug, name, now);
                added.entry(slug.clone()).or_insert_with(new).id
            }
            (None, None) => continue,
        };
        ids.insert((*person).clone(), id);
    }
    // Who is named by slug alone may be new by somebody else's record of the batch.
    for person in order {
        if let PersonKey::Slug(slug) = person
            && let Some(new) = added.get(slug)
        {
            ids.entry(person.clone()).or_insert(new.id);
        }
    }
    Ok(People {
        ids,
        new: added.into_values().collect(),
        deleted,
    })
}

/// Who stands for those of these people who were merged into others: whoever names them means that one.
async fn standing_for(
    catalog: &CatalogService,
    people: impl Iterator<Item = &Person>,
) -> Result<HashMap<PersonId, PersonId>, CatalogError> {
    let merged = people.filter(|person| person.leads_to().is_some());
    let merged: Vec<PersonId> = merged.map(|person| person.id).collect();
    if merged.is_empty() {
        return Ok(HashMap::new());
    }
    let standing = catalog.people_standing(&merged).await?.into_iter();
    Ok(standing.map(|(id, person)| (id, person.id)).collect())
}

/// The people with these slugs, with what is told of their lives, by slug in its composed spelling, which records have.
pub(super) async fn people_by_slug(
    catalog: &CatalogService,
    slugs: &[String],
) -> Result<HashMap<String, (Person, Texts)>, CatalogError> {
    let people = catalog
        .people_by_slug(&Visibility::everything(), slugs)
        .await?;
    let ids: Vec<PersonId> = people.iter().map(|person| person.id).collect();
    let told = if ids.is_empty() {
        Vec::new()
    } else {
        catalog.biographies(&ids).await?
    };
    let told = told.into_iter().map(|told| (told.person, told.texts));
    let mut told: HashMap<PersonId, Texts> = told.collect();
    let mut found = HashMap::new();
    for person in people {
        let texts = told.remove(&person.id).unwrap_or_default();
        let slug = text::compose(&person.slug);
        found.entry(slug).or_insert((person, texts));
    }
    Ok(found)
}

/// The episodes with these ids, with what happens in them.
pub(super) async fn episodes(
    catalog: &CatalogService,
    ids: &[EpisodeId],
) -> Result<HashMap<EpisodeId, (Episode, Texts)>, CatalogError> {
    let episodes = catalog.episodes(&Visibility::everything(), ids).await?;
    let stored: Vec<EpisodeId> = episodes.iter().map(|episode| episode.id).collect();
    let told = if stored.is_empty() {
        Vec::new()
    } else {
        catalog.overviews_of_seen_episodes(&stored).await?
    };
    let told = told.into_iter().map(|told| (told.episode, told.texts));
    let mut told: HashMap<EpisodeId, Texts> = told.collect();
    let found = episodes.into_iter().map(|episode| {
        let texts = told.remove(&episode.id).unwrap_or_default();
        (episode.id, (episode, texts))
    });
    Ok(found.collect())
}

/// The ids of what titles name, and what must be added for it.
pub(super) struct Resolved<K, I, T> {
    pub(super) ids: HashMap<K, I>,
    pub(super) new: Vec<T>,
}

/// The genres of these titles: under the key of their name, or of that name since a curator gave it to them. Those that were
/// deleted have no id.
pub(super) async fn genres(
    catalog: &CatalogService,
    records: impl Iterator<Item = &TitleRecord>,
    now: DateTime<Utc>,
) -> Result<Resolved<String, GenreId, Genre>, CatalogError> {
    let names = records.flat_map(TitleRecord::genres);
    let keys: BTreeMap<&String, NameKeys> = names.map(|name| (name, NameKeys::of(name))).collect();
    let all = keys.values().flat_map(NameKeys::all).map(GenreId::of_slug);
    let all: HashSet<GenreId> = all.collect();
    let stored = catalog.genres(&all.into_iter().collect::<Vec<_>>()).await?;
    let standing = stored.iter().cloned().map(Some).collect();
    let standing = catalog.genres_standing(standing).await?;
    // What each is now: itself, the one that it was merged into, or nothing if it was deleted.
    let ends = stored.iter().zip(&standing).map(|(genre, end)| {
        let end = end.as_ref().map(|end| end.id);
        (genre.slug.as_str(), end)
    });
    let ends: HashMap<&str, Option<GenreId>> = ends.collect();
    let stored: HashMap<&str, &str> = stored
        .iter()
        .map(|genre| (genre.slug.as_str(), genre.name.as_str()))
        .collect();
    let are_there = {
        let name_at = |slug: &str| stored.get(slug).copied();
        let mut all = keys.values();
        all.all(|keys| matches!(ends.get(keys.choose(name_at)), Some(Some(_))))
    };
    let renamed = if are_there {
        HashMap::new()
    } else {
        genres_by_name(catalog).await?
    };
    let name_at = |slug: &str| stored.get(slug).copied();
    let mut new: BTreeMap<&str, Genre> = BTreeMap::new();
    let mut ids = HashMap::new();
    for (name, keys) in &keys {
        let slug = keys.choose(name_at);
        let end = ends.get(slug).copied();
        let called_so = || renamed.get(&text::slug(name)).copied();
        let id = match (end, end.flatten().or_else(called_so)) {
            (_, Some(id)) => id,
            // It was deleted, and nothing else is called so.
            (Some(_), None) => continue,
            (None, None) => {
                let genre = || drafts::genre(slug, name, now);
                new.entry(slug).or_insert_with(genre).id
            }
        };
        ids.insert((*name).clone(), id);
    }
    let new = new.into_values().collect();
    Ok(Resolved { ids, new })
}

/// The ids of all genres, by the keys that their names would give them now.
async fn genres_by_name(
    catalog: &CatalogService,
) -> Result<HashMap<String, GenreId>, CatalogError> {
    let mut by_name = HashMap::new();
    for genre in catalog.all_genres().await? {
        let key = text::slug(&genre.name);
        by_name.entry(key).or_insert(genre.id);
    }
    Ok(by_name)
}

/// The collections of these titles: each new one with the name that comes first. Those that were deleted have no id.
pub(super) async fn collections(
    catalog: &CatalogService,
    records: impl Iterator<Item = &TitleRecord>,
    now: DateTime<Utc>,
) -> Result<Resolved<CollectionName, CollectionId, Collection>, CatalogError> {
    let named: Vec<&CollectionName> = records
        .filter_map(|record| record.part_of.collection.value())
        .collect();
    let keys: HashMap<&CollectionName, NameKeys> = named
        .iter()
        .map(|named| (*named, NameKeys::of(&named.name)))
        .collect();
    let mut all: HashSet<CollectionId> = HashSet::new();
    for named in &named {
        let slugs = match &named.slug {
            Some(slug) => text::spellings(slug),
            None => keys[named].all().map(str::to_owned).into(),
        };
        all.extend(slugs.iter().map(|slug| CollectionId::of_slug(slug)));
    }
    let all: Vec<CollectionId> = all.into_iter().collect();
    let stored = catalog.collections(&Visibility::everything(), &all).await?;
    let standing = catalog.collections_standing(stored.clone()).await?;
    let ends = stored.iter().zip(&standing).map(|(collection, end)| {
        let end = end.as_ref().map(|end| end.id);
        (collection.slug.as_str(), end)
    });
    let ends: HashMap<&str, Option<CollectionId>> = ends.collect();
    let stored: HashMap<&str, &str> = stored
        .iter()
        .map(|collection| (collection.slug.as_str(), collection.name.as_str()))
        .collect();
    let mut new: BTreeMap<String, Collection> = BTreeMap::new();
    let mut ids = HashMap::new();
    for named in named {
        let slug = if let Some(slug) = &named.slug {
            let spellings = text::spellings(slug).into_iter();
            let mut there = spellings.filter(|slug| stored.contains_key(slug.as_str()));
            there.next().unwrap_or_else(|| slug.clone())
        } else {
            let slug = keys[named].choose(|slug| stored.get(slug).copied());
            slug.to_owned()
        };
        let id = match ends.get(slug.as_str()) {
            Some(Some(end)) => *end,
            Some(None) => continue,
            None => {
                let id = CollectionId::of_slug(&slug);
                let collection = drafts::collection(&slug, &named.name, now);
                new.entry(slug).or_insert(collection);
                id
            }
        };
        ids.insert(named.clone(), id);
    }
    let new = new.into_values().collect();
    Ok(Resolved { ids, new })
}

/// The collections with these slugs, in whatever spelling they are stored, by slug in its composed spelling.
pub(super) async fn collections_by_slug(
    catalog: &CatalogService,
    slugs: &[String],
) -> Result<HashMap<String, Collection>, CatalogError> {
    let spellings = slugs.iter().flat_map(|slug| text::spellings(slug));
    let ids = spellings.map(|slug| CollectionId::of_slug(&slug));
    let ids: HashSet<CollectionId> = ids.collect();
    let ids: Vec<CollectionId> = ids.into_iter().collect();
    let everything = Visibility::everything();
    let found = catalog.collections(&everything, &ids).await?.into_iter();
    let by_slug = found.map(|collection| (text::compose(&collection.slug), collection));
    Ok(by_slug.collect())
}

/// The slugs of the collections that are meant by these names, as films mean them, each with the name that it is stored with;
/// `None`: it is not there.
pub(super) async fn collections_by_name(
    catalog: &CatalogService,
    names: &[String],
) -> Result<HashMap<String, (String, Option<String>)>, CatalogError> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let keys = names.iter().map(|name| (name, NameKeys::of(name)));
    let keys: HashMap<&String, NameKeys> = keys.collect();
    let all: HashSet<CollectionId> = keys
        .values()
        .flat_map(|keys| keys.all().map(CollectionId::of_slug))
        .collect();
    let all: Vec<CollectionId> = all.into_iter().collect();
    let stored = catalog.collections(&Visibility::everything(), &all).await?;
    let stored: HashMap<&str, &str> = stored
        .iter()
        .map(|collection| (collection.slug.as_str(), collection.name.as_str()))
        .collect();
    let meant = keys.into_iter().map(|(name, keys)| {
        let slug = keys.choose(|slug| stored.get(slug).copied());
        let is_called = stored.get(slug).map(|name| (*name).to_owned());
        (name.clone(), (slug.to_owned(), is_called))
    });
    Ok(meant.collect())
}

/// What is stored under the slugs of these records, and which slugs own their external ids.
pub(super) struct Titles {
    pub(super) by_slug: HashMap<String, Title>,
    /// Which title carries an identifying id.
    pub(super) owners: HashMap<OwnId, String>,
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
                .map(|id| (own_id(id, title.kind), text::compose(&title.slug))),
        );
    }
    Ok(Titles { by_slug, owners })
}

/// The titles with these slugs, by slug in its composed spelling, which records have.
pub(super) async fn titles_by_slug(
    catalog: &CatalogService,
    slugs: Vec<String>,
) -> Result<HashMap<String, Title>, CatalogError> {
    let mut slugs = slugs;
    slugs.sort();
    slugs.dedup();
    let mut titles = HashMap::new();
    for title in catalog
        .titles_by_slug(&Visibility::everything(), &slugs)
        .await?
    {
        titles
            .entry(text::compose(&title.slug))
            .or_insert_with(|| Arc::unwrap_or_clone(title));
    }
    Ok(titles)
}
