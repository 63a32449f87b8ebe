//! Editing many titles at once: each is laid over as by a record, and all are written in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::error::EditError;
use super::part::Part;
use super::patch::Patch;
use super::refused::{Place, Refused};
use super::rows::{
    EditedTitle, EditedTitles, Locking, MOST_TITLES, NamedTitle, Policy, TitleChoice, TitlesEdit,
};
use super::service::{EditService, curator, lock_all, retried, revision, stale_base};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, DocumentFields, Title, TitleFilter, TitleOrder, TitleQuery,
    Visibility, Writer,
};
use crate::domain::error::ErrorCode;
use crate::domain::ids::TitleId;
use crate::domain::loading::{
    Intent, LaidTitle, Laying, LoadMode, Problem, Refusal, batch_of, check_lists, with_added,
    without_removed,
};
use crate::domain::page::Window;
use crate::domain::viewer::KnownViewer;

/// A title as it goes through an edit.
struct Row {
    stored: Option<Arc<Title>>,
    /// What is left to be done.
    patch: Patch,
    /// What it is to be.
    laid: Option<Title>,
    refused: Vec<Refused>,
    noticed: Vec<Problem>,
}

/// A title that is another than before.
struct Changed {
    /// Its place among the rows.
    row: usize,
    stored: Arc<Title>,
    title: Title,
}

impl EditService {
    /// Edits titles that may be seen, or says what an edit would do.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn edit_titles(
        &self,
        visibility: &Visibility,
        viewer: &KnownViewer,
        edit: &TitlesEdit,
    ) -> Result<EditedTitles, EditError> {
        let writer = curator(viewer)?;
        if edit.patch.is_empty() {
            // Here alone there is more than `set`.
            let reason = "says nothing, nor do `add` and `remove`";
            let place = Place::Part(Part::Set);
            return Err(Refused::new(ErrorCode::Blank, place, reason).into());
        }
        edit.patch.check()?;
        let named = match &edit.titles {
            TitleChoice::Named(named) => named.clone(),
            TitleChoice::Filtered(filter) => self.filtered(visibility, filter).await?,
        };
        match named.len() {
            0 if matches!(edit.titles, TitleChoice::Named(_)) => return Err(EditError::NoTitles),
            number if number > MOST_TITLES => return Err(EditError::TooManyTitles(number)),
            number => {
                if let Some(flaw) = edit.patch.flaw_of(number) {
                    return Err(flaw.into());
                }
            }
        }
        retried(|| self.try_edit(visibility, &writer, &named, edit)).await
    }

    /// The titles that pass a filter, by name.
    async fn filtered(
        &self,
        visibility: &Visibility,
        filter: &TitleFilter,
    ) -> Result<Vec<NamedTitle>, EditError> {
        let query = TitleQuery {
            filter: filter.clone(),
            order: TitleOrder::Name,
        };
        let window = Window::first(MOST_TITLES);
        let found = self
            .catalog
            .list_titles(visibility, &query, &window)
            .await?;
        if found.has_more {
            let number = self.catalog.count_titles(visibility, filter).await?;
            return Err(EditError::FilterOfTooMany(number));
        }
        let named = found.rows.iter().map(|title| NamedTitle {
            id: Some(title.id),
            base: None,
        });
        Ok(named.collect())
    }

    async fn try_edit(
        &self,
        visibility: &Visibility,
        writer: &Writer,
        named: &[NamedTitle],
        edit: &TitlesEdit,
    ) -> Result<EditedTitles, EditError> {
        let mut rows = self.rows(visibility, named, &edit.patch).await?;
        let new = self.lay(&mut rows, edit.policy).await?;
        let is_refused = rows.iter().any(|row| !row.refused.is_empty());
        let is_rejected = is_refused && edit.policy == Policy::RejectEverything;
        let mut changed = Vec::new();
        for (place, row) in rows.iter_mut().enumerate() {
            let laid = row.laid.take().filter(|_| !is_rejected);
            let (Some(stored), Some(title)) = (&row.stored, laid) else {
                continue;
            };
            changed.extend(self.changed(place, stored, title, row.patch.fields(), edit.locking));
        }
        let differences = {
            let pairs = changed.iter().map(|it| (&*it.stored, &it.title));
            let pairs: Vec<(&Title, &Title)> = pairs.collect();
            self.load.title_differences(&pairs, &new).await?
        };
        let mut edited: Vec<EditedTitle> = rows.into_iter().map(edited).collect();
        let (mut titles, mut revisions) = (Vec::new(), Vec::new());
        let number = changed.len();
        for (changed, differences) in changed.into_iter().zip(differences) {
            let Changed { row, stored, title } = changed;
            let of = (CatalogNode::Title(title.id), title.stamp);
            let (before, after) = (DocumentFields::of(&*stored), DocumentFields::of(&title));
            revisions.push(revision(writer, of, &differences, &before, &after));
            if let Some(edited) = edited.get_mut(row) {
                edited.differences = differences;
                if edit.is_written() {
                    edited.title = Some(Arc::new(title.clone()));
                }
            }
            titles.push(title);
        }
        let batch = CatalogBatch {
            revisions,
            ..batch_of(titles, new)
        };
        let run = self.write(edit.mode, batch, writer).await?;
        Ok(EditedTitles {
            rows: edited,
            changed: number,
            run: run.filter(|_| number > 0),
        })
    }

    /// The titles that are named, as they are stored.
    async fn rows(
        &self,
        visibility: &Visibility,
        named: &[NamedTitle],
        patch: &Patch,
    ) -> Result<Vec<Row>, EditError> {
        let ids: Vec<TitleId> = named.iter().filter_map(|named| named.id).collect();
        let stored = self.catalog.titles(visibility, &ids).await?;
        let stored = stored.into_iter().map(|title| (title.id, title));
        let stored: HashMap<TitleId, Arc<Title>> = stored.collect();
        // Of all that are stale it is asked at once what was changed.
        let stale = named.iter().filter_map(|named| {
            let title = stored.get(&named.id?)?;
            let base = named.base.filter(|base| *base != title.stamp.revision)?;
            Some((CatalogNode::Title(title.id), base))
        });
        let stale: Vec<(CatalogNode, u64)> = stale.collect();
        let changed = self.revising.changed_since(&stale).await?;
        let mut met: HashSet<TitleId> = HashSet::new();
        let mut rows = Vec::with_capacity(named.len());
        for named in named {
            let stored = named.id.and_then(|id| stored.get(&id));
            let refused = match stored {
                None => Some(Refused::not_there("title")),
                Some(title) if !met.insert(title.id) => {
                    let reason = "is named before";
                    Some(Refused::new(ErrorCode::Invalid, Place::Subject, reason))
                }
                Some(title) => {
                    let at = title.stamp.revision;
                    let base = named.base.filter(|base| *base != at);
                    let changed = changed.get(&CatalogNode::Title(title.id));
                    base.map(|base| stale_base(base, at, changed))
                }
            };
            rows.push(Row {
                patch: stored.map(|title| patch.of(title)).unwrap_or_default(),
                stored: stored.cloned(),
                laid: None,
                refused: refused.into_iter().collect(),
                noticed: Vec::new(),
            });
        }
        Ok(rows)
    }

    /// Lays what is to be done over each title, as often as something is left of it that was not refused. What the titles
    /// name and no store has yet is in the batch.
    async fn lay(&self, rows: &mut [Row], policy: Policy) -> Result<CatalogBatch, EditError> {
        let mut new = CatalogBatch::default();
        let sound = rows.iter().enumerate();
        let sound = sound.filter(|(_, row)| row.refused.is_empty());
        let mut waiting: Vec<usize> = sound.map(|(place, _)| place).collect();
        while !waiting.is_empty() {
            let mut layings = Vec::new();
            let mut parts = Vec::new();
            for place in &waiting {
                if let Some(Row {
                    stored: Some(title),
                    patch,
                    ..
                }) = rows.get(*place)
                {
                    for (part, laying) in layings_of(title, patch) {
                        layings.push(laying);
                        parts.push((*place, part));
                    }
                }
            }
            let laid = {
                let already = rows.iter().filter_map(|row| row.laid.as_ref());
                let already: Vec<&Title> = already.collect();
                self.load.lay_titles(&layings, &already).await?
            };
            extend(&mut new, laid.new);
            let answers: Vec<_> = parts.into_iter().zip(laid.titles).collect();
            waiting.clear();
            for answers in answers.chunk_by(|((one, _), _), ((other, _), _)| one == other) {
                let place = answers.first().map_or(0, |((place, _), _)| *place);
                let Some(row) = rows.get_mut(place) else {
                    continue;
                };
                let of_parts = answers.iter().map(|((_, part), laid)| (*part, laid));
                let Err(refused) = row.take(of_parts) else {
                    continue;
                };
                let left_out = refused.iter().filter(|it| row.patch.leave_out(it)).count();
                // What is about no field of the patch, no field can be left out for.
                if left_out == refused.len() && !row.patch.is_empty() {
                    waiting.push(place);
                }
                row.refused.extend(refused);
            }
        }
        if policy != Policy::IgnoreFailed {
            // What else is refused of them was looked for so that all is said at once; they stay as they are.
            for row in rows.iter_mut().filter(|row| !row.refused.is_empty()) {
                row.laid = None;
                row.noticed.clear();
            }
        }
        Ok(new)
    }

    /// The title with what is locked of it and the stamp of the next write, if it is another than before.
    fn changed(
        &self,
        row: usize,
        stored: &Arc<Title>,
        mut title: Title,
        fields: Vec<&str>,
        locking: Locking,
    ) -> Option<Changed> {
        if locking == Locking::Lock {
            lock_all(&mut title.locks, fields.into_iter());
        }
        if title == **stored {
            return None;
        }
        title.stamp = stored.stamp.next(self.clock.now());
        Some(Changed {
            row,
            stored: Arc::clone(stored),
            title,
        })
    }
}

impl TitlesEdit {
    fn is_written(&self) -> bool {
        self.mode == LoadMode::Write
    }
}

impl Row {
    /// Takes what each part of the patch made of the title together, or says what is refused of them.
    fn take<'a>(
        &mut self,
        parts: impl Iterator<Item = (Part, &'a Result<LaidTitle, Refusal>)>,
    ) -> Result<(), Vec<Refused>> {
        let Some(stored) = &self.stored else {
            return Ok(());
        };
        let mut title = Title::clone(stored);
        let mut refused = Vec::new();
        let mut noticed = Vec::new();
        for (part, laid) in parts {
            match laid {
                Err(refusal) => refused.push(Refused::of_record(part, refusal.clone())),
                Ok(laid) => {
                    noticed.extend(laid.noticed.iter().cloned());
                    title = match part {
                        Part::Set => laid.title.clone(),
                        Part::Add => with_added(title, laid.title.clone()),
                        Part::Remove => without_removed(title, &laid.title),
                    };
                }
            }
        }
        if let Err(problem) = check_lists(&title)
            && refused.is_empty()
            // A list that was too long before is no fault of an edit of other fields.
            && let Some(part) = [Part::Add, Part::Set]
                .into_iter()
                .find(|part| self.patch.part(*part).contains_key(&problem.field))
        {
            refused.push(Refused::of_problem(ErrorCode::OutOfRange, part, problem));
        }
        if !refused.is_empty() {
            return Err(refused);
        }
        self.laid = Some(title);
        self.noticed = noticed;
        Ok(())
    }
}

/// What each part of a patch that says something is laid over, in the order in which they are done.
fn layings_of(title: &Title, patch: &Patch) -> Vec<(Part, Laying)> {
    let parts = Part::ALL.into_iter();
    let parts = parts.filter(|part| !patch.part(*part).is_empty());
    let layings = parts.map(|part| {
        let (base, intent) = match part {
            Part::Set => (title.clone(), Intent::Give),
            Part::Add => (without_lists(title), Intent::Give),
            Part::Remove => (without_lists(title), Intent::Take),
        };
        let record = patch.part(part).clone();
        (
            part,
            Laying {
                base,
                record,
                intent,
            },
        )
    });
    layings.collect()
}

/// The title with nothing in the lists to which something can be added: what is in them afterwards was named.
fn without_lists(title: &Title) -> Title {
    Title {
        genres: Vec::new(),
        credits: Vec::new(),
        crew: Vec::new(),
        countries: Vec::new(),
        languages: Vec::new(),
        external_ids: Vec::new(),
        certifications: Vec::new(),
        studios: Vec::new(),
        tags: Vec::new(),
        ..title.clone()
    }
}

fn edited(row: Row) -> EditedTitle {
    EditedTitle {
        title: row.stored,
        differences: Vec::new(),
        refused: row.refused,
        noticed: row.noticed,
    }
}

/// Takes over what was not there before: what is laid twice names the same things twice.
fn extend(batch: &mut CatalogBatch, more: CatalogBatch) {
    let people: HashSet<_> = batch.people.iter().map(|it| it.id).collect();
    let genres: HashSet<_> = batch.genres.iter().map(|it| it.id).collect();
    let collections: HashSet<_> = batch.collections.iter().map(|it| it.id).collect();
    let new = more.people.into_iter();
    batch
        .people
        .extend(new.filter(|it| !people.contains(&it.id)));
    let new = more.genres.into_iter();
    batch
        .genres
        .extend(new.filter(|it| !genres.contains(&it.id)));
    let new = more.collections.into_iter();
    let new = new.filter(|it| !collections.contains(&it.id));
    batch.collections.extend(new);
}
