//! Adding a person by hand, whom no title credits yet.

use std::collections::HashSet;
use std::slice;
use std::sync::Arc;

use serde_json::{Value, json};

use super::error::EditError;
use super::part::Part;
use super::patch::Patch;
use super::refused::{Place, Refused};
use super::repeats::{Keyed, is_taken};
use super::rows::Locking;
use super::service::{EditService, curator, lock_all, retried};
use super::single::{Edited, of_laying};
use crate::domain::catalog::{
    Biography, CatalogBatch, NameKeys, Person, Texts, Visibility, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::loading::{Laid, LoadMode, Problem, blank_person};
use crate::domain::stamp::Stamp;
use crate::domain::text;
use crate::domain::viewer::KnownViewer;

/// So much of a name is in the key that is made of it, in characters.
const WORDS: usize = 150;
/// How many people of one name get a key of their own.
const MOST_ALIKE: usize = 20;

/// A person who is to be added.
#[derive(Debug, Clone)]
pub struct PersonCreation {
    /// Their key; `None`: one is made of the name.
    pub slug: Option<String>,
    /// What it says in `set`; a name at the least.
    pub patch: Patch,
    pub mode: LoadMode,
    pub locking: Locking,
    /// What a repeat of it has, too; `None`: they are made each time.
    pub key: Option<String>,
}

/// A key for somebody, and what is to be said of it.
type Slug = (String, Option<Problem>);

impl EditService {
    /// Adds a person, or says what that would do. In a dry run the person is as they would be.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create_person(
        &self,
        viewer: &KnownViewer,
        creation: &PersonCreation,
    ) -> Result<Edited<Arc<Person>>, EditError> {
        let writer = curator(viewer)?;
        creation.patch.check()?;
        let said = json!([
            creation.slug,
            creation.patch.set,
            creation.locking == Locking::Lock,
        ]);
        let key = (creation.key.as_deref(), creation.mode);
        let Some(keyed) = Keyed::of(viewer, key, "person", &said)? else {
            return retried(|| self.try_add_person(&writer, creation, None)).await;
        };
        if let Some(made) = self.person_made_before(&keyed).await? {
            return Ok(made);
        }
        let (slug, alike) = self.person_slug(creation).await?;
        let slug = (self.reserve(&keyed, slug).await?, alike);
        let added = retried(|| self.try_add_person(&writer, creation, Some(&slug))).await;
        if is_taken(&added)
            && let Some(made) = self.person_made_before(&keyed).await?
        {
            return Ok(made);
        }
        added
    }

    /// Whom a creation with this key has made.
    async fn person_made_before(
        &self,
        keyed: &Keyed,
    ) -> Result<Option<Edited<Arc<Person>>>, EditError> {
        let Some(noted) = self.noted(keyed).await? else {
            return Ok(None);
        };
        let everything = Visibility::everything();
        let slugs = slice::from_ref(&noted.name);
        let found = self.catalog.people_by_slug(&everything, slugs).await?;
        let mut found = found.into_iter();
        let made = found.find(|it| noted.has_made(it.stamp.created_at));
        made.map(|person| noted.answer(Arc::new(person)))
            .transpose()
    }

    async fn try_add_person(
        &self,
        writer: &Writer,
        creation: &PersonCreation,
        reserved: Option<&Slug>,
    ) -> Result<Edited<Arc<Person>>, EditError> {
        let now = self.clock.now();
        let (slug, alike) = match reserved {
            Some((slug, alike)) => (self.given_to_nobody(slug).await?, alike.clone()),
            None => self.person_slug(creation).await?,
        };
        let blank = (blank_person(&slug, now), Texts::default());
        let laid = self.load.lay_person(&blank, &creation.patch.set).await;
        let Laid {
            document,
            differences,
            noticed,
            ..
        } = laid.map_err(|error| about_slug(of_laying(error)))?;
        let (mut person, texts) = document.unwrap_or(blank);
        person.stamp = Stamp::first(now);
        if creation.locking == Locking::Lock {
            lock_all(&mut person.locks, creation.patch.fields().into_iter());
        }
        // What is new has nothing that would have to be taken away.
        let told = Some(texts).filter(|texts| !texts.is_empty());
        let told = told.map(|texts| Biography {
            person: person.id,
            texts,
        });
        let batch = CatalogBatch {
            people: vec![person.clone()],
            biographies: told.into_iter().collect(),
            ..CatalogBatch::default()
        };
        let run = self.write(creation.mode, batch, writer).await?;
        Ok(Edited {
            node: Arc::new(person),
            differences,
            noticed: alike.into_iter().chain(noticed).collect(),
            run,
        })
    }

    /// The key that is given, or one that is made of the name.
    async fn person_slug(&self, creation: &PersonCreation) -> Result<Slug, EditError> {
        if let Some(slug) = &creation.slug {
            return Ok((self.given_to_nobody(slug).await?, None));
        }
        let name = creation.patch.set.get("name").and_then(Value::as_str);
        let Some(name) = name.filter(|name| !name.trim().is_empty()) else {
            let place = Place::Field(Part::Set, "name".to_owned());
            let reason = "is missing: nobody is without a name";
            return Err(Refused::new(ErrorCode::Blank, place, reason).into());
        };
        let words: String = text::slug(name).chars().take(WORDS).collect();
        let words = text::slug(&words);
        if words.is_empty() {
            let reason = "is needed: the name has no letter or digit of which a key could be made";
            return Err(Refused::new(ErrorCode::Blank, Place::Slug, reason).into());
        }
        let slugs = (1..=MOST_ALIKE).map(|number| match number {
            1 => words.clone(),
            number => format!("{words}-{number}"),
        });
        let slugs: Vec<String> = slugs.collect();
        // Whoever is credited by this name may stand under a key that was made otherwise.
        let keys = NameKeys::of(name);
        let all = slugs.iter().cloned();
        let all = all.chain(keys.all().map(str::to_owned));
        let taken = self.keys_of_people(&all.collect::<Vec<_>>()).await?;
        let is_alike = keys.all().into_iter().any(|key| taken.contains(key));
        let mut free = slugs.into_iter().filter(|slug| !taken.contains(slug));
        let Some(slug) = free.next() else {
            let more = MOST_ALIKE - 1;
            let reason = format!("is needed: “{words}” and {more} more of its kind are taken");
            return Err(Refused::new(ErrorCode::Taken, Place::Slug, reason).into());
        };
        let alike = is_alike.then(|| {
            let reason =
                format!("is “{slug}”, and there is somebody of this name: perhaps the same");
            Problem::new("slug", reason)
        });
        Ok((slug, alike))
    }

    /// A key, if nobody has it.
    async fn given_to_nobody(&self, slug: &str) -> Result<String, EditError> {
        let slug = text::compose(slug);
        if !self
            .keys_of_people(slice::from_ref(&slug))
            .await?
            .is_empty()
        {
            let reason = format!("is “{slug}”, which somebody else has");
            return Err(Refused::new(ErrorCode::Taken, Place::Slug, reason).into());
        }
        Ok(slug)
    }

    /// Those of these keys that people have, in the spelling that is composed; also people who were merged into others.
    async fn keys_of_people(&self, slugs: &[String]) -> Result<HashSet<String>, EditError> {
        let everything = Visibility::everything();
        let people = self.catalog.people_by_slug(&everything, slugs).await?;
        Ok(people.iter().map(|it| text::compose(&it.slug)).collect())
    }
}

/// What was refused, about the key if the record that it begins was refused for that: it is no part of the patch.
fn about_slug(error: EditError) -> EditError {
    let mut refused = match error {
        EditError::Refused(refused) => refused,
        other => return other,
    };
    for refused in &mut refused {
        if matches!(&refused.place, Place::Field(_, field) if field == "slug") {
            refused.place = Place::Slug;
        }
    }
    refused.into()
}
