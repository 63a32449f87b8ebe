//! Telling, in a dry run, what would change in the documents of a batch.

use super::changes::{Names, changes, of_document, of_person};
use super::drafts::Draft;
use super::options::{LoadMode, ToldSort};
use super::run::Run;
use crate::domain::catalog::{
    CatalogBatch, CatalogError, Collection, Episode, Person, Texts, Title,
};

/// A document that would be another: the line of its record, what it is called, how it is stored, what it would be, and
/// the fields in which the two differ.
pub(super) struct Changed<'s, T> {
    pub(super) line: u64,
    pub(super) of: String,
    pub(super) stored: &'s T,
    pub(super) drafted: T,
    pub(super) fields: Vec<&'static str>,
}

impl<T: Clone> Draft<T> {
    /// What a dry run tells of it, if something stored would be another; `of` says what it is called.
    pub(super) fn changed<'s>(
        &self,
        line: u64,
        stored: Option<&'s T>,
        of: impl FnOnce() -> String,
    ) -> Option<Changed<'s, T>> {
        let (Some(stored), Self::Changed(drafted, fields)) = (stored, self) else {
            return None;
        };
        Some(Changed {
            line,
            of: of(),
            stored,
            drafted: drafted.clone(),
            fields: fields.clone(),
        })
    }
}

impl Run<'_> {
    pub(super) fn is_rehearsed(&self) -> bool {
        self.mode == LoadMode::DryRun
    }

    pub(super) fn tell_changed_people(&mut self, changed: &[Changed<'_, (Person, Texts)>]) {
        for person in changed {
            let (old, new) = (of_person(person.stored), of_person(&person.drafted));
            for change in changes(&person.of, &person.fields, &old, &new) {
                self.say(ToldSort::Change, person.line, &change);
            }
        }
    }

    pub(super) fn tell_changed_collections(&mut self, changed: &[Changed<'_, Collection>]) {
        for collection in changed {
            let old = of_document(collection.stored);
            let new = of_document(&collection.drafted);
            for change in changes(&collection.of, &collection.fields, &old, &new) {
                self.say(ToldSort::Change, collection.line, &change);
            }
        }
    }

    /// `batch` is what would be written.
    pub(super) async fn tell_changed_titles(
        &mut self,
        changed: &[Changed<'_, Title>],
        batch: &CatalogBatch,
    ) -> Result<(), CatalogError> {
        if changed.is_empty() {
            return Ok(());
        }
        let both = changed.iter().flat_map(|it| [it.stored, &it.drafted]);
        let both: Vec<&Title> = both.collect();
        let names = Names::of(&self.service.catalog, &both, &[], batch).await?;
        for title in changed {
            let (old, new) = (names.of_title(title.stored), names.of_title(&title.drafted));
            for change in changes(&title.of, &title.fields, &old, &new) {
                self.say(ToldSort::Change, title.line, &change);
            }
        }
        Ok(())
    }

    /// `batch` is what would be written.
    pub(super) async fn tell_changed_episodes(
        &mut self,
        changed: &[Changed<'_, (Episode, Texts)>],
        batch: &CatalogBatch,
    ) -> Result<(), CatalogError> {
        if changed.is_empty() {
            return Ok(());
        }
        let both = changed.iter().flat_map(|it| [&it.stored.0, &it.drafted.0]);
        let both: Vec<&Episode> = both.collect();
        let names = Names::of(&self.service.catalog, &[], &both, batch).await?;
        for episode in changed {
            let old = names.of_episode(episode.stored);
            let new = names.of_episode(&episode.drafted);
            for change in changes(&episode.of, &episode.fields, &old, &new) {
                self.say(ToldSort::Change, episode.line, &change);
            }
        }
        Ok(())
    }
}
