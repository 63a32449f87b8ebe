//! Where the values of what is written are from: noted of each field beside its document, by the revisions of a batch.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{drafts, episode_drafts, person_drafts};
use crate::domain::catalog::{
    CatalogBatch, CatalogNode, CatalogRevision, FieldChange, LOCKS, Locks, RevisionKind,
    RevisionSource, Texts, ValueFrom, ValueSource, ValueSources,
};
use crate::domain::ids::{EpisodeId, PersonId};

/// The fields of things that the names of files alone tell.
pub(super) type Guesses = HashMap<CatalogNode, Vec<&'static str>>;

/// The things of a batch that were there before, also those that are merged into others: what was noted of them has to be
/// known.
pub(super) fn changed(batch: &CatalogBatch) -> Vec<CatalogNode> {
    let revisions = batch.revisions.iter();
    let changed = revisions.filter(|revision| revision.kind != RevisionKind::Created);
    changed.map(|revision| revision.node).collect()
}

/// Notes in a batch where each value is from that its revisions bring, over what was noted before; and in the revisions
/// where the values before were from.
pub(super) fn note(batch: &mut CatalogBatch, stored: Vec<ValueSources>, guesses: &Guesses) {
    let stored = stored.into_iter().map(|known| (known.node, known));
    let mut stored: HashMap<CatalogNode, ValueSources> = stored.collect();
    let mut said_of_new = said_of_new(batch);
    let locks = locks_of_edited(batch);
    let mut noted = Vec::with_capacity(batch.revisions.len());
    for revision in &mut batch.revisions {
        let node = revision.node;
        let own = revision.value_from();
        let guess = ValueFrom {
            source: ValueSource::Guess,
            ..own
        };
        let guessed = guesses.get(&node).map(Vec::as_slice).unwrap_or_default();
        // What a curator leaves unlocked is for loads to overwrite.
        let is_released = |field: &str| locks.get(&node).is_some_and(|locks| !locks.has(field));
        let from = |field: &str| ValueFrom {
            released: is_released(field),
            ..if guessed.contains(&field) { guess } else { own }
        };
        let mut fields: BTreeMap<String, ValueFrom> = BTreeMap::new();
        if revision.kind == RevisionKind::Created {
            let said = said_of_new.remove(&node).unwrap_or_default().into_iter();
            fields.extend(said.map(|field| (field.to_owned(), from(field))));
        } else if let Some(known) = stored.remove(&node)
            && known.revision.checked_add(1) == Some(revision.number)
        {
            fields = known.fields;
        }
        for change in &mut revision.fields {
            if change.field == LOCKS {
                release(&mut fields, change);
                continue;
            }
            change.was_from = fields.get(&change.field).copied();
            let is_from = match revision.source {
                RevisionSource::Revert => change.is_from,
                // One that is taken back says what was there before. Whose word credits and lists are is no other because they
                // name somebody else, or what another title had is added: no load is to be held up by a merge.
                RevisionSource::Merge => {
                    let kept = change.is_from.or(change.was_from);
                    kept.or(Some(from(&change.field)))
                }
                // An edit that leaves the word of whoever said it says so.
                RevisionSource::Load | RevisionSource::Edit | RevisionSource::Scan => {
                    change.is_from.or(Some(from(&change.field)))
                }
            };
            match is_from {
                Some(is_from) => fields.insert(change.field.clone(), is_from),
                None => fields.remove(&change.field),
            };
        }
        noted.push(ValueSources {
            node,
            revision: revision.number,
            fields,
        });
    }
    batch.value_sources = noted;
}

/// Marks what is from a curator in fields that are unlocked.
fn release(fields: &mut BTreeMap<String, ValueFrom>, change: &FieldChange) {
    let read = |value: &Value| serde_json::from_value::<Locks>(value.clone()).unwrap_or_default();
    let (before, after) = (read(&change.before), read(&change.after));
    for field in before.iter().filter(|field| !after.has(field)) {
        if let Some(from) = fields.get_mut(field)
            && from.source == ValueSource::Curator
        {
            from.released = true;
        }
    }
}

/// The locks of what curators edit, as they are after it; genres and collections have none.
fn locks_of_edited(batch: &CatalogBatch) -> HashMap<CatalogNode, Locks> {
    let is_edit = |revision: &CatalogRevision| revision.source == RevisionSource::Edit;
    let titles = batch.titles.iter();
    let titles = titles.map(|it| (CatalogNode::Title(it.id), &it.locks));
    let episodes = batch.episodes.iter();
    let episodes = episodes.map(|it| (CatalogNode::Episode(it.id), &it.locks));
    let people = batch.people.iter();
    let people = people.map(|it| (CatalogNode::Person(it.id), &it.locks));
    let locks: HashMap<CatalogNode, &Locks> = titles.chain(episodes).chain(people).collect();
    let edited = batch.revisions.iter().filter(|revision| is_edit(revision));
    let edited = edited.filter_map(|it| Some((it.node, Locks::clone(locks.get(&it.node)?))));
    edited.collect()
}

/// The fields in which each new thing of a batch differs from one of which nothing is said.
fn said_of_new(batch: &CatalogBatch) -> HashMap<CatalogNode, Vec<&'static str>> {
    let mut said: HashMap<CatalogNode, Vec<&'static str>> = HashMap::new();
    let silent = Texts::default();
    for title in batch.titles.iter().filter(|it| it.stamp.revision == 1) {
        let bare = drafts::bare(title.id, title.kind, &title.slug, title.stamp);
        let fields = drafts::title_changes(&bare, title);
        said.insert(CatalogNode::Title(title.id), fields);
    }
    let lives = batch.biographies.iter().map(|it| (it.person, &it.texts));
    let lives: HashMap<PersonId, &Texts> = lives.collect();
    for person in batch.people.iter().filter(|it| it.stamp.revision == 1) {
        let bare = drafts::credited(&person.slug, "", person.stamp.created_at);
        let life = lives.get(&person.id).copied().unwrap_or(&silent);
        let fields = person_drafts::changes((&bare, &silent), (person, life));
        said.insert(CatalogNode::Person(person.id), fields);
    }
    let plots = batch.overviews.iter().map(|it| (it.episode, &it.texts));
    let plots: HashMap<EpisodeId, &Texts> = plots.collect();
    for episode in batch.episodes.iter().filter(|it| it.stamp.revision == 1) {
        let place = (episode.season, episode.number);
        let bare = episode_drafts::bare(episode.series, place, episode.stamp);
        let plot = plots.get(&episode.id).copied().unwrap_or(&silent);
        let fields = episode_drafts::changes((&bare, &silent), (episode, plot));
        said.insert(CatalogNode::Episode(episode.id), fields);
    }
    let genres = batch.genres.iter();
    let genres = genres.map(|it| (CatalogNode::Genre(it.id), it.stamp));
    let collections = batch.collections.iter();
    let collections = collections.map(|it| (CatalogNode::Collection(it.id), it.stamp));
    let named = genres.chain(collections);
    let named = named.filter(|(_, stamp)| stamp.revision == 1);
    said.extend(named.map(|(node, _)| (node, vec!["name"])));
    for collection in batch
        .collections
        .iter()
        .filter(|it| !it.pictures.is_empty())
    {
        let node = CatalogNode::Collection(collection.id);
        if let Some(fields) = said.get_mut(&node) {
            fields.push("pictures");
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use serde_json::json;

    use super::*;
    use crate::domain::catalog::{Author, Title, TitleKind, Writer};
    use crate::domain::ids::TitleId;
    use crate::domain::stamp::Stamp;

    fn film() -> Title {
        let id = TitleId::of_slug("heat");
        let stamp = Stamp::first(DateTime::UNIX_EPOCH);
        let mut film = drafts::bare(id, TitleKind::Film, "heat", stamp);
        film.name = "Heat".to_owned();
        film.year = Some(1995);
        film
    }

    /// A batch that writes the film once more, with what is changed of it.
    fn written(
        film: &mut Title,
        source: RevisionSource,
        changes: Vec<FieldChange>,
    ) -> CatalogBatch {
        film.stamp = film
            .stamp
            .next(film.stamp.updated_at + TimeDelta::seconds(1));
        let writer = Writer::new(Author::Command, source);
        let node = CatalogNode::Title(film.id);
        CatalogBatch {
            titles: vec![film.clone()],
            revisions: vec![writer.changed(node, film.stamp, changes)],
            ..CatalogBatch::default()
        }
    }

    /// Where each field is from that is known, and when that was said, in seconds.
    fn told(batch: &CatalogBatch) -> Vec<(&str, ValueSource, i64)> {
        let fields = batch.value_sources[0].fields.iter();
        let told = fields.map(|(field, from)| (field.as_str(), from.source, seconds(from.at)));
        told.collect()
    }

    /// Whether each field that is known is released.
    fn released(batch: &CatalogBatch) -> Vec<(&str, bool)> {
        let fields = batch.value_sources[0].fields.iter();
        fields
            .map(|(field, from)| (field.as_str(), from.released))
            .collect()
    }

    fn seconds(at: DateTime<Utc>) -> i64 {
        at.timestamp()
    }

    fn change(field: &str) -> FieldChange {
        FieldChange::new(field, json!(1), json!(2))
    }

    #[test]
    fn what_is_merged_into_another_keeps_where_it_is_from() {
        let mut film = film();
        let node = CatalogNode::Title(film.id);
        let load = Writer::new(Author::Command, RevisionSource::Load);
        let mut first = CatalogBatch {
            titles: vec![film.clone()],
            revisions: vec![load.created(node, film.stamp)],
            ..CatalogBatch::default()
        };
        note(&mut first, Vec::new(), &Guesses::new());
        let changes = vec![change("state"), change("year")];
        let mut merged = written(&mut film, RevisionSource::Merge, changes);
        merged.revisions[0].kind = RevisionKind::Merged;

        assert_eq!(changed(&merged), [node]);
        note(&mut merged, first.value_sources, &Guesses::new());

        let (curator, record) = (ValueSource::Curator, ValueSource::Record);
        assert_eq!(
            told(&merged),
            [
                ("state", curator, 1),
                ("title", record, 0),
                ("year", record, 0)
            ]
        );
    }

    #[test]
    fn each_change_says_where_its_field_is_from_and_one_that_is_taken_back_gives_that_back() {
        let mut film = film();
        let node = CatalogNode::Title(film.id);
        let scan = Writer::new(Author::Command, RevisionSource::Scan);
        let mut first = CatalogBatch {
            titles: vec![film.clone()],
            revisions: vec![scan.created(node, film.stamp)],
            ..CatalogBatch::default()
        };
        let guesses = Guesses::from([(node, vec!["year", "ids"])]);
        note(&mut first, Vec::new(), &guesses);
        // Of a new one nothing is noted that nobody said, as its state.
        let (sidecar, guess) = (ValueSource::Sidecar, ValueSource::Guess);
        assert_eq!(told(&first), [("title", sidecar, 0), ("year", guess, 0)]);

        film.locks.lock("year");
        let changes = vec![change("year"), change("tagline"), change(LOCKS)];
        let mut edit = written(&mut film, RevisionSource::Edit, changes);
        assert_eq!(changed(&edit), [node]);
        note(&mut edit, first.value_sources, &Guesses::new());
        let curator = ValueSource::Curator;
        assert_eq!(
            told(&edit),
            [
                ("tagline", curator, 1),
                ("title", sidecar, 0),
                ("year", curator, 1)
            ]
        );
        let was_from = edit.revisions[0].fields[0].was_from;
        assert_eq!(was_from.map(|it| it.source), Some(guess));

        // What a curator leaves unlocked is released; unlocking releases what is from a curator, and nothing else.
        assert_eq!(
            released(&edit),
            [("tagline", true), ("title", false), ("year", false)]
        );
        let unlock = FieldChange::new(LOCKS, json!(["title", "year"]), json!([]));
        let mut unlocked = written(&mut film.clone(), RevisionSource::Edit, vec![unlock]);
        note(&mut unlocked, edit.value_sources.clone(), &Guesses::new());
        assert_eq!(
            released(&unlocked),
            [("tagline", true), ("title", false), ("year", true)]
        );

        let mut back = change("year");
        back.is_from = was_from;
        let unknown = change("title");
        let mut revert = written(&mut film, RevisionSource::Revert, vec![back, unknown]);
        note(&mut revert, edit.value_sources, &Guesses::new());
        assert_eq!(told(&revert), [("tagline", curator, 1), ("year", guess, 0)]);

        // A server that knows of no sources has written it meanwhile.
        film.stamp = film.stamp.next(film.stamp.updated_at);
        let mut load = written(&mut film, RevisionSource::Load, vec![change("tags")]);
        note(&mut load, revert.value_sources, &Guesses::new());
        let record = ValueSource::Record;
        assert_eq!(told(&load), [("tags", record, 3)]);
        assert_eq!(load.revisions[0].fields[0].was_from, None);
    }
}
