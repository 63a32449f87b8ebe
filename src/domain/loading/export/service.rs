//! The service that exports: everything of the catalogue in the format of loading, in an order that is always the same.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use chrono::Datelike;
use futures::future::join_all;

use super::columns::Columns;
use super::documents;
use super::options::{ExportError, ExportFolder, ExportSummary, TellExport};
use super::output::Output;
use super::record::Exported;
use super::referred::{Named, Referred, path};
use crate::domain::blobs::BlobStore;
use crate::domain::catalog::{
    CatalogPart, CatalogService, Collection, Credit, Episode, KeptPicture, PictureHash,
    StoredPicture, Texts, Title, TitleKind, Visibility,
};
use crate::domain::clock::Clock;
use crate::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use crate::domain::loading::problem::Problem;
use crate::domain::loading::records::Record;
use crate::domain::loading::source::Format;
use crate::domain::text;

/// How many keys are read at once.
const KEYS: usize = 1_000;
/// How many people, titles or episodes are in memory at a time. Titles name many people.
const PEOPLE: usize = 500;
const TITLES: usize = 100;
const EPISODES: usize = 500;
/// How many pictures are in memory at a time.
const PICTURES: usize = 4;

/// Writes the catalogue as records that a load reads: people, then films and series, then episodes, each by slug. What is
/// loaded into an empty store and exported again is the same, byte for byte.
#[derive(Clone)]
pub struct CatalogExport {
    catalog: CatalogService,
    blobs: Arc<dyn BlobStore>,
    clock: Arc<dyn Clock>,
}

/// What takes the records of an export, one after the other.
type Take<'a> = &'a mut (dyn FnMut(&Exported) -> Result<bool, ExportError> + Send);

/// One pass over the catalogue.
struct Pass<'p> {
    service: &'p CatalogExport,
    beside: Option<&'p dyn ExportFolder>,
    take: Take<'p>,
    tell: TellExport<'p>,
    this_year: i32,
    summary: ExportSummary,
}

/// The slug of something, and its id as stores keep it.
type Key = (Box<str>, i64);

impl CatalogExport {
    /// A service on the record of the catalogue, and on what keeps the bytes of its pictures.
    pub fn new(catalog: CatalogService, blobs: Arc<dyn BlobStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            catalog,
            blobs,
            clock,
        }
    }

    /// Writes everything, with the bytes of pictures `beside`; without such a place records name none. A table is read
    /// twice: first to know its columns. Of the catalogue only the slugs are in memory as a whole.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn export(
        &self,
        format: Format,
        out: &mut (dyn Write + Send),
        beside: Option<&dyn ExportFolder>,
        tell: TellExport<'_>,
    ) -> Result<ExportSummary, ExportError> {
        let mut columns = Columns::default();
        if format == Format::Table {
            let mut learn = |exported: &Exported| {
                columns.learn(exported);
                Ok::<bool, ExportError>(true)
            };
            // All of it is told when it is written.
            self.go_through(beside, &mut learn, &mut |_, _| {}).await?;
        }
        let mut output = Output::begin(format, columns, out)?;
        let mut write = |exported: &Exported| output.write(exported);
        let summary = self.go_through(beside, &mut write, tell).await?;
        output.end()?;
        Ok(summary)
    }

    async fn go_through(
        &self,
        beside: Option<&dyn ExportFolder>,
        take: Take<'_>,
        tell: TellExport<'_>,
    ) -> Result<ExportSummary, ExportError> {
        let mut pass = Pass {
            service: self,
            beside,
            take,
            tell,
            this_year: self.clock.now().year(),
            summary: ExportSummary::default(),
        };
        pass.people().await?;
        pass.collections().await?;
        let series = pass.titles().await?;
        pass.episodes(&series).await?;
        Ok(pass.summary)
    }

    /// The keys of all people or titles, or of the collections that have pictures, by slug.
    async fn keys(&self, part: CatalogPart) -> Result<Vec<Key>, ExportError> {
        let mut keys: Vec<Key> = Vec::new();
        let mut after = Some(i64::MIN);
        while let Some(from) = after {
            let (batch, next) = self.catalog.part_after(part, from, KEYS).await?;
            let key = |slug: &str, id: i64| (text::compose(slug).into_boxed_str(), id);
            let titles = batch.titles.iter();
            keys.extend(titles.map(|title| key(&title.slug, title.id.to_i64())));
            let people = batch.people.iter();
            keys.extend(people.map(|person| key(&person.slug, person.id.to_i64())));
            // Of all others films say everything.
            let collections = batch.collections.iter();
            let collections = collections.filter(|it| !it.pictures.is_empty());
            keys.extend(collections.map(|it| key(&it.slug, it.id.to_i64())));
            after = next;
        }
        keys.sort_unstable();
        Ok(keys)
    }
}

impl Pass<'_> {
    async fn people(&mut self) -> Result<(), ExportError> {
        let catalog = &self.service.catalog;
        for keys in self.service.keys(CatalogPart::People).await?.chunks(PEOPLE) {
            let ids: Vec<PersonId> = keys.iter().map(|key| PersonId::from_i64(key.1)).collect();
            let people = catalog.people(&ids).await?.into_iter();
            let people: HashMap<PersonId, _> = people.map(|it| (it.id, it)).collect();
            let told = catalog.biographies(&ids).await?.into_iter();
            let told: HashMap<PersonId, Texts> = told.map(|it| (it.person, it.texts)).collect();
            let pictures = people.values().flat_map(|it| &it.pictures);
            let referred = Referred {
                pictures: self.put_beside(pictures).await?,
                ..Referred::default()
            };
            let none = Texts::default();
            // Who was merged into somebody else is told with that one: a file cannot say that they are one.
            let alone = ids.iter().filter_map(|id| people.get(id));
            for person in alone.filter(|person| person.is_there()) {
                let told = told.get(&person.id).unwrap_or(&none);
                if let Some(exported) = documents::person(person, told, &referred) {
                    self.summary.people += 1;
                    self.count(&person.pictures, &referred);
                    self.write(&format!("person {}", person.slug), &exported)?;
                }
            }
        }
        Ok(())
    }

    async fn collections(&mut self) -> Result<(), ExportError> {
        let catalog = &self.service.catalog;
        let all = self.service.keys(CatalogPart::Collections).await?;
        for keys in all.chunks(PEOPLE) {
            let ids = keys.iter().map(|key| CollectionId::from_i64(key.1));
            let ids: Vec<CollectionId> = ids.collect();
            let found = catalog.collections_of_seen_films(&ids).await?.into_iter();
            let found = found.filter(Collection::is_there);
            let found: HashMap<CollectionId, _> = found.map(|it| (it.id, it)).collect();
            let pictures = found.values().flat_map(|it| &it.pictures);
            let referred = Referred {
                pictures: self.put_beside(pictures).await?,
                ..Referred::default()
            };
            for collection in ids.iter().filter_map(|id| found.get(id)) {
                self.summary.collections += 1;
                self.count(&collection.pictures, &referred);
                let exported = documents::collection(collection, &referred);
                self.write(&format!("collection {}", collection.slug), &exported)?;
            }
        }
        Ok(())
    }

    /// Writes films and series; the series, by slug.
    async fn titles(&mut self) -> Result<Vec<(String, TitleId)>, ExportError> {
        let catalog = &self.service.catalog;
        let mut series = Vec::new();
        for keys in self.service.keys(CatalogPart::Titles).await?.chunks(TITLES) {
            let ids: Vec<TitleId> = keys.iter().map(|key| TitleId::from_i64(key.1)).collect();
            let titles = catalog.titles(&Visibility::everything(), &ids).await?;
            // What was merged into another title is told with that: a file cannot say that they are one.
            let alone = titles.into_iter().filter(|it| it.leads_to().is_none());
            let titles: HashMap<TitleId, Arc<Title>> = alone.map(|it| (it.id, it)).collect();
            let referred = self.referred(&titles).await?;
            for title in ids.iter().filter_map(|id| titles.get(id)) {
                let slug = text::compose(&title.slug);
                let of = match title.kind {
                    TitleKind::Film => {
                        self.summary.films += 1;
                        format!("film {slug}")
                    }
                    TitleKind::Series => {
                        self.summary.series += 1;
                        series.push((slug.clone(), title.id));
                        format!("series {slug}")
                    }
                };
                self.count(title.all_pictures(), &referred);
                self.write(&of, &documents::title(title, &referred))?;
            }
        }
        Ok(series)
    }

    async fn episodes(&mut self, series: &[(String, TitleId)]) -> Result<(), ExportError> {
        let catalog = &self.service.catalog;
        let everything = Visibility::everything();
        for (slug, id) in series {
            let episodes = catalog.episodes_of_series(&everything, &[*id]).await?;
            for episodes in episodes.chunks(EPISODES) {
                let ids: Vec<EpisodeId> = episodes.iter().map(|it| it.id).collect();
                let told = catalog.overviews_of_seen_episodes(&ids).await?.into_iter();
                let told: HashMap<EpisodeId, Texts> =
                    told.map(|it| (it.episode, it.texts)).collect();
                let credits: Vec<Credit> = episodes.iter().flat_map(Episode::all_credits).collect();
                let pictures = episodes.iter().flat_map(|it| &it.pictures);
                let referred = Referred {
                    people: self.credited(credits.iter()).await?,
                    pictures: self.put_beside(pictures).await?,
                    ..Referred::default()
                };
                let none = Texts::default();
                for episode in episodes {
                    let told = told.get(&episode.id).unwrap_or(&none);
                    self.summary.episodes += 1;
                    self.count(&episode.pictures, &referred);
                    let of = format!("episode {slug} {}×{}", episode.season, episode.number);
                    self.write(&of, &documents::episode(slug, episode, told, &referred))?;
                }
            }
        }
        Ok(())
    }

    /// What these titles name.
    async fn referred(
        &mut self,
        titles: &HashMap<TitleId, Arc<Title>>,
    ) -> Result<Referred, ExportError> {
        let catalog = &self.service.catalog;
        let people = self
            .credited(titles.values().flat_map(|it| it.all_credits()))
            .await?;
        let genres: HashSet<GenreId> = titles
            .values()
            .flat_map(|it| it.genres.iter().copied())
            .collect();
        let genres: Vec<GenreId> = genres.into_iter().collect();
        let genres = catalog.genres(&genres).await?.into_iter();
        let collections = titles.values().filter_map(|it| it.collection);
        let collections: HashSet<CollectionId> = collections.map(|it| it.collection).collect();
        let collections: Vec<CollectionId> = collections.into_iter().collect();
        let collections = catalog.collections_of_seen_films(&collections).await?;
        let collections = collections.into_iter();
        let pictures = titles.values().flat_map(|it| it.all_pictures());
        Ok(Referred {
            people,
            genres: genres.map(|it| (it.id, it.name)).collect(),
            collections: collections.map(|it| (it.id, Named::from(it))).collect(),
            pictures: self.put_beside(pictures).await?,
        })
    }

    /// Who is credited, by id.
    async fn credited(
        &self,
        credits: impl Iterator<Item = &Credit>,
    ) -> Result<HashMap<PersonId, Named>, ExportError> {
        let ids: HashSet<PersonId> = credits.map(|credit| credit.person).collect();
        let ids: Vec<PersonId> = ids.into_iter().collect();
        let people = self.service.catalog.people_standing(&ids).await?;
        let people = people.into_iter();
        Ok(people.map(|(id, it)| (id, Named::from(it))).collect())
    }

    /// Sees to it that the bytes of these pictures lie beside the export; the hashes of those that do. What is gone is told
    /// of.
    async fn put_beside(
        &mut self,
        pictures: impl Iterator<Item = &KeptPicture>,
    ) -> Result<HashSet<PictureHash>, ExportError> {
        let Some(beside) = self.beside else {
            return Ok(HashSet::new());
        };
        let mut pictures: Vec<&StoredPicture> = pictures.map(|kept| &kept.picture).collect();
        pictures.sort_unstable_by_key(|picture| picture.hash);
        pictures.dedup_by_key(|picture| picture.hash);
        let mut there = HashSet::with_capacity(pictures.len());
        for some in pictures.chunks(PICTURES) {
            let blobs = self.service.blobs.as_ref();
            let put = some
                .iter()
                .map(|picture| put_one_beside(blobs, beside, picture));
            for (picture, is_there) in some.iter().zip(join_all(put).await) {
                if is_there? {
                    there.insert(picture.hash);
                } else {
                    self.summary.problems += 1;
                    let reason = "has no bytes any more where pictures are kept; left out";
                    (self.tell)(&path(picture), &Problem::new("", reason));
                }
            }
        }
        Ok(there)
    }

    /// Counts the pictures of a record.
    fn count<'p>(
        &mut self,
        pictures: impl IntoIterator<Item = &'p KeptPicture>,
        referred: &Referred,
    ) {
        for kept in pictures {
            if referred.pictures.contains(&kept.picture.hash) {
                self.summary.pictures += 1;
            } else {
                self.summary.left_out += 1;
            }
        }
    }

    /// Writes a record, and tells of one that no load would take.
    fn write(&mut self, of: &str, exported: &Exported) -> Result<(), ExportError> {
        let can_be_long = (self.take)(exported)?;
        let problem = match Record::read(exported.value(), self.this_year) {
            Err((problem, _)) => Some(problem),
            Ok(_) if !can_be_long => {
                let reason = "is longer than a load reads; it is written, and refused there";
                Some(Problem::new("", reason))
            }
            Ok(_) => None,
        };
        if let Some(problem) = problem {
            self.summary.problems += 1;
            (self.tell)(of, &problem);
        }
        Ok(())
    }
}

/// Writes the bytes of a picture beside the export, unless they are there; `false`: they are gone.
async fn put_one_beside(
    blobs: &dyn BlobStore,
    beside: &dyn ExportFolder,
    picture: &StoredPicture,
) -> Result<bool, ExportError> {
    let (key, path) = (picture.key(), path(picture));
    let cannot = |error: io::Error| ExportError::Beside(path.clone(), error);
    let Some(length) = blobs.length(&key).await.map_err(ExportError::Pictures)? else {
        return Ok(false);
    };
    if beside.has(&path, length).map_err(cannot)? {
        return Ok(true);
    }
    let Some(bytes) = blobs.get(&key).await.map_err(ExportError::Pictures)? else {
        return Ok(false);
    };
    beside.put(&path, &bytes).map_err(cannot)?;
    Ok(true)
}
