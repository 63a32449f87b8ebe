//! Adding a title by hand.

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
use super::single::Edited;
use crate::domain::catalog::{CatalogBatch, Title, TitleKind, Visibility, Writer};
use crate::domain::error::ErrorCode;
use crate::domain::loading::{
    Difference, Intent, LaidTitle, Laying, LoadMode, Problem, batch_of, blank_title, check_lists,
};
use crate::domain::text;
use crate::domain::viewer::KnownViewer;

/// So much of a name is in the key that is made of it, in characters.
const WORDS: usize = 150;
/// How many titles of one name and year get a key of their own.
const MOST_ALIKE: usize = 20;

/// A title that is to be added.
#[derive(Debug, Clone)]
pub struct TitleCreation {
    pub kind: TitleKind,
    /// Its key; `None`: one is made of name and year.
    pub slug: Option<String>,
    /// What it says in `add` and `remove` is of nothing that is there.
    pub patch: Patch,
    pub mode: LoadMode,
    pub locking: Locking,
    /// What a repeat of it has, too; `None`: it is made each time.
    pub key: Option<String>,
}

/// A title that nothing has yet.
#[derive(Debug)]
pub struct NewTitle {
    pub title: Title,
    /// The people, genres and collections that it names and no store has yet.
    pub new: CatalogBatch,
    /// What is known of it.
    pub differences: Vec<Difference>,
    /// What a curator may want to look at.
    pub noticed: Vec<Problem>,
}

/// A key for a title, and what is to be said of it.
type Slug = (String, Option<Problem>);

impl EditService {
    /// Adds a title, or says what that would do. In a dry run the title is as it would be, without anything that names it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn create_title(
        &self,
        viewer: &KnownViewer,
        creation: &TitleCreation,
    ) -> Result<Edited<Arc<Title>>, EditError> {
        let writer = curator(viewer)?;
        creation.patch.check()?;
        let said = json!([
            creation.kind,
            creation.slug,
            creation.patch.set,
            creation.locking == Locking::Lock,
        ]);
        let key = (creation.key.as_deref(), creation.mode);
        match Keyed::of(viewer, key, "title", &said)? {
            None => retried(|| self.try_create(&writer, creation, None)).await,
            Some(keyed) => self.create_once(&writer, creation, &keyed).await,
        }
    }

    async fn create_once(
        &self,
        writer: &Writer,
        creation: &TitleCreation,
        keyed: &Keyed,
    ) -> Result<Edited<Arc<Title>>, EditError> {
        if let Some(made) = self.made_before(keyed).await? {
            return Ok(made);
        }
        let (slug, alike) = self.slug(creation).await?;
        let slug = self.reserve(keyed, slug).await?;
        let slug = (slug, alike);
        let created = retried(|| self.try_create(writer, creation, Some(&slug))).await;
        if is_taken(&created)
            && let Some(made) = self.made_before(keyed).await?
        {
            return Ok(made);
        }
        created
    }

    /// What a creation with this key has made.
    async fn made_before(&self, keyed: &Keyed) -> Result<Option<Edited<Arc<Title>>>, EditError> {
        let Some(noted) = self.noted(keyed).await? else {
            return Ok(None);
        };
        let everything = Visibility::everything();
        let slugs = slice::from_ref(&noted.name);
        let found = self.catalog.titles_by_slug(&everything, slugs).await?;
        let mut found = found.into_iter();
        let made = found.find(|it| noted.has_made(it.stamp.created_at));
        made.map(|title| noted.answer(title)).transpose()
    }

    /// The key that is given, or one that is made.
    async fn slug(&self, creation: &TitleCreation) -> Result<Slug, EditError> {
        match &creation.slug {
            Some(slug) => Ok((self.given(slug).await?, None)),
            None => self.made(&creation.patch).await,
        }
    }

    async fn try_create(
        &self,
        writer: &Writer,
        creation: &TitleCreation,
        reserved: Option<&Slug>,
    ) -> Result<Edited<Arc<Title>>, EditError> {
        let NewTitle {
            title,
            new,
            differences,
            noticed,
        } = self.lay_title(creation, reserved).await?;
        let batch = batch_of(vec![title.clone()], new);
        let run = self.write(creation.mode, batch, writer).await?;
        Ok(Edited {
            node: Arc::new(title),
            differences,
            noticed,
            run,
        })
    }

    /// A title as it would be added, for whoever writes it together with something else.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn lay_new_title(&self, creation: &TitleCreation) -> Result<NewTitle, EditError> {
        creation.patch.check()?;
        self.lay_title(creation, None).await
    }

    async fn lay_title(
        &self,
        creation: &TitleCreation,
        reserved: Option<&Slug>,
    ) -> Result<NewTitle, EditError> {
        let now = self.clock.now();
        let (slug, alike) = match reserved {
            Some((slug, alike)) => (self.given(slug).await?, alike.clone()),
            None => self.slug(creation).await?,
        };
        let blank = blank_title(creation.kind, &slug, now)
            .map_err(|problem| Refused::new(ErrorCode::Invalid, Place::Slug, problem.reason))?;
        let patch = creation.patch.of(&blank);
        let (laid_title, new) = self.lay_new(&blank, &patch).await?;
        let mut title = laid_title.title;
        if creation.locking == Locking::Lock {
            lock_all(&mut title.locks, patch.fields().into_iter());
        }
        let pairs = [(&blank, &title)];
        let mut differences = self.load.title_differences(&pairs, &new).await?;
        Ok(NewTitle {
            differences: differences.pop().unwrap_or_default(),
            noticed: alike.into_iter().chain(laid_title.noticed).collect(),
            title,
            new,
        })
    }

    /// What a patch makes of a title of which nothing is known, with what is new with it; or all that is refused of it:
    /// what is left of it is laid over the title as often as something is refused.
    async fn lay_new(
        &self,
        blank: &Title,
        patch: &Patch,
    ) -> Result<(LaidTitle, CatalogBatch), EditError> {
        let mut base = blank.clone();
        let mut patch = patch.clone();
        let mut refused: Vec<Refused> = Vec::new();
        loop {
            let laying = Laying {
                base: base.clone(),
                record: patch.set.clone(),
                intent: Intent::Give,
            };
            let mut laid = self.load.lay_titles(&[laying], &[]).await?;
            let more = match laid.titles.pop() {
                None => Refused::not_there("title"),
                Some(Err(refusal)) => Refused::of_record(Part::Set, refusal),
                Some(Ok(title)) => match check_lists(&title.title) {
                    Err(problem) => Refused::of_problem(ErrorCode::OutOfRange, Part::Set, problem),
                    Ok(()) if refused.is_empty() => return Ok((title, laid.new)),
                    Ok(()) => return Err(refused.into()),
                },
            };
            let is_left_out = patch.leave_out(&more);
            refused.push(more);
            if !is_left_out {
                return Err(refused.into());
            }
            // A name that was refused is not missing.
            base.name.clone_from(&base.slug);
        }
    }

    /// The key that is given, if nothing has it.
    async fn given(&self, slug: &str) -> Result<String, EditError> {
        let slug = text::compose(slug);
        if !self.taken(slice::from_ref(&slug)).await?.is_empty() {
            let reason = format!("is “{slug}”, which another title has");
            return Err(Refused::new(ErrorCode::Taken, Place::Slug, reason).into());
        }
        Ok(slug)
    }

    /// A key that nothing has yet, of the name and the year; numbered if others have that, and then it is said: it may be
    /// the same title, added before.
    async fn made(&self, patch: &Patch) -> Result<Slug, EditError> {
        let name = patch.set.get("title").and_then(Value::as_str);
        let day = patch.set.get("release_date").and_then(Value::as_str);
        let year = match patch.set.get("year") {
            Some(Value::Number(year)) => Some(year.to_string()),
            _ => day.and_then(|day| day.get(..4)).map(str::to_owned),
        };
        let words: String = text::slug(name.unwrap_or_default())
            .chars()
            .take(WORDS)
            .collect();
        // A year alone would be the key of any such name of that year.
        if name.is_some() && words.is_empty() {
            let reason = "is needed: the name has no letter or digit of which a key could be made";
            return Err(Refused::new(ErrorCode::Blank, Place::Slug, reason).into());
        }
        let words = text::slug(&format!("{words} {}", year.unwrap_or_default()));
        // Without a name the record says what is missing.
        let words = if words.is_empty() {
            "new".to_owned()
        } else {
            words
        };
        let slugs = (1..=MOST_ALIKE).map(|number| match number {
            1 => words.clone(),
            number => format!("{words}-{number}"),
        });
        let slugs: Vec<String> = slugs.collect();
        let taken = self.taken(&slugs).await?;
        let mut free = slugs.into_iter().filter(|slug| !taken.contains(slug));
        if let Some(slug) = free.next() {
            let alike = (slug != words).then(|| Problem {
                field: "slug".to_owned(),
                reason: format!("is “{slug}”, for there is “{words}”: perhaps the same title"),
                value: None,
                allowed: None,
            });
            return Ok((slug, alike));
        }
        let more = MOST_ALIKE - 1;
        let reason = format!("is needed: “{words}” and {more} more of its kind are taken");
        Err(Refused::new(ErrorCode::Taken, Place::Slug, reason).into())
    }

    /// Those of these keys that titles have, in the spelling that is composed.
    async fn taken(&self, slugs: &[String]) -> Result<HashSet<String>, EditError> {
        let everything = Visibility::everything();
        let titles = self.catalog.titles_by_slug(&everything, slugs).await?;
        Ok(titles.iter().map(|it| text::compose(&it.slug)).collect())
    }
}
