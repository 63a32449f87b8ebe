//! Revisions, which are written with their documents, and locks.

use chrono::TimeDelta;
use reelgraph::domain::catalog::{
    Author, CatalogBatch, CatalogNode, CatalogRevision, FieldChange, LOCKS, RevisionKind,
    RevisionSource, Title, ValueFrom, ValueSource, Writer,
};
use reelgraph::domain::ids::{ApiKeyId, EpisodeId, PersonId, RevisionId, RunId, TitleId, UserId};
use reelgraph::domain::page::{Direction, Window};
use reelgraph::domain::revising::{RevisionFilter, place_of};
use serde_json::json;
use uuid::Uuid;

use super::backend::{Opened, open};
use super::samples::{
    episode, film, is_conflict, person, put_episodes, put_people, put_titles, revised,
};

on_every_backend!(open on [memory, sqlite, mongo]:
    revisions_are_read_as_they_were_written_the_latest_first,
    revisions_since_are_those_after_what_was_seen,
    renames_since_are_those_that_gave_another_name,
    what_is_refused_leaves_no_revision,
    the_first_revisions_go_when_they_are_old,
    locks_are_stored_and_taken_off,
);

/// Somebody who is logged in, a key of theirs, and a command.
const WHO: [Author; 3] = [
    Author::User(UserId(7)),
    Author::ApiKey {
        user: UserId(7),
        key: ApiKeyId(8),
    },
    Author::Command,
];

fn writer(author: Author, source: RevisionSource, run: u128) -> Writer {
    Writer {
        author,
        source,
        run: RunId(Uuid::from_u128(run)),
    }
}

fn changed(field: &str) -> FieldChange {
    let before = json!({ "größe": [1.5, null, u64::from(u32::MAX)], "$set": "a.b" });
    let run = RunId(Uuid::from_u128(7));
    FieldChange {
        was_from: Some(ValueFrom {
            source: ValueSource::Guess,
            at: film(1).stamp.created_at,
            run,
            released: false,
        }),
        ..FieldChange::new(field, before, json!(null))
    }
}

/// Writes a title once more, with a revision.
async fn change(store: &Opened, title: &Title, writer: Writer, fields: &[&str]) -> Title {
    let next = revised(title, |_| ());
    let fields = fields.iter().map(|field| changed(field)).collect();
    let revision = writer.changed(CatalogNode::Title(next.id), next.stamp, fields);
    let batch = CatalogBatch {
        titles: vec![next.clone()],
        revisions: vec![revision],
        ..CatalogBatch::default()
    };
    store.put(&batch).await.unwrap();
    next
}

/// All that pass, as a store gives them.
async fn found(store: &Opened, filter: RevisionFilter) -> Vec<CatalogRevision> {
    let window = Window::first(100);
    let page = store.revisions().revisions(&filter, &window).await.unwrap();
    assert!(!page.has_more);
    page.rows
}

/// Two films and an episode, of which the first is changed twice.
async fn fill(store: &Opened) -> Vec<CatalogRevision> {
    let load = writer(WHO[2], RevisionSource::Load, 1);
    let first = CatalogBatch {
        titles: vec![film(1), film(2)],
        episodes: vec![episode(5, 1, 1)],
        revisions: vec![
            load.created(CatalogNode::Title(TitleId(1)), film(1).stamp),
            load.created(CatalogNode::Title(TitleId(2)), film(2).stamp),
            load.created(
                CatalogNode::Episode(episode(5, 1, 1).id),
                episode(5, 1, 1).stamp,
            ),
        ],
        ..CatalogBatch::default()
    };
    store.put(&first).await.unwrap();
    let edit = writer(WHO[0], RevisionSource::Edit, 2);
    let next = change(store, &film(1), edit, &["title", "cast"]).await;
    let revert = writer(WHO[1], RevisionSource::Revert, 3);
    change(store, &next, revert, &["cast"]).await;
    found(store, RevisionFilter::default()).await
}

async fn revisions_are_read_as_they_were_written_the_latest_first(store: &Opened) {
    let all = fill(store).await;

    let told: Vec<_> = all
        .iter()
        .map(|it| {
            (
                it.node,
                it.number,
                it.kind,
                it.author,
                it.source,
                it.run.0.as_u128(),
            )
        })
        .collect();
    let (one, two) = (
        CatalogNode::Title(TitleId(1)),
        CatalogNode::Title(TitleId(2)),
    );
    let (new, other) = (RevisionKind::Created, RevisionKind::Changed);
    assert_eq!(told[0], (one, 3, other, WHO[1], RevisionSource::Revert, 3));
    assert_eq!(told[1], (one, 2, other, WHO[0], RevisionSource::Edit, 2));
    let created: Vec<_> = told[2..]
        .iter()
        .map(|it| (it.0, it.1, it.2, it.5))
        .collect();
    let part = CatalogNode::Episode(episode(5, 1, 1).id);
    assert_eq!(
        created,
        [(part, 1, new, 1), (two, 1, new, 1), (one, 1, new, 1)]
    );
    assert_eq!(all[1].fields, ["title", "cast"].map(changed));
    assert_eq!(all[1].at, revised(&film(1), |_| ()).stamp.updated_at);
    // Each has the place of its document in the change feed.
    let last = store.last_change().await.unwrap();
    assert_eq!(all[0].id, RevisionId(last));
    assert!(all.iter().rev().map(|it| it.id).is_sorted());

    let of = |filter: RevisionFilter| found(store, filter);
    let everything = RevisionFilter::default;
    let of_one = RevisionFilter {
        node: Some(one),
        ..everything()
    };
    assert_eq!(of(of_one).await, [&all[..2], &all[4..]].concat());
    let of_user = RevisionFilter {
        author: Some(UserId(7)),
        ..everything()
    };
    assert_eq!(of(of_user).await, all[..2]);
    let of_source = RevisionFilter {
        source: Some(RevisionSource::Edit),
        ..everything()
    };
    assert_eq!(of(of_source).await, all[1..2]);
    let of_field = RevisionFilter {
        field: Some("title".to_owned()),
        ..everything()
    };
    assert_eq!(of(of_field.clone()).await, all[1..2]);
    let of_field_and_node = RevisionFilter {
        node: Some(one),
        ..of_field.clone()
    };
    assert_eq!(of(of_field_and_node).await, all[1..2]);
    let of_run = RevisionFilter {
        run: Some(RunId(Uuid::from_u128(1))),
        ..everything()
    };
    assert_eq!(of(of_run).await, all[2..]);
    let of_nothing = RevisionFilter {
        node: Some(two),
        ..of_field
    };
    assert_eq!(of(of_nothing).await, []);

    let page = async |window: Window| {
        let page = store.revisions().revisions(&everything(), &window).await;
        let page = page.unwrap();
        (page.rows, page.has_more)
    };
    let behind = |row: usize| place_of(all[row].id);
    assert_eq!(page(Window::first(2)).await, (all[..2].to_vec(), true));
    let middle = Window::after(2, behind(1));
    assert_eq!(page(middle).await, (all[2..4].to_vec(), true));
    let end = Window::after(2, behind(3));
    assert_eq!(page(end).await, (all[4..].to_vec(), false));
    let before = Window {
        direction: Direction::Backward,
        ..Window::after(2, behind(3))
    };
    assert_eq!(page(before).await, (all[1..3].to_vec(), true));

    let ids = [all[4].id, all[0].id, RevisionId(404)];
    let mut named = store.revisions().revisions_by_id(&ids).await.unwrap();
    named.sort_by_key(|revision| revision.id);
    assert_eq!(named, [all[4].clone(), all[0].clone()]);
}

async fn revisions_since_are_those_after_what_was_seen(store: &Opened) {
    let all = fill(store).await;
    let (one, two) = (
        CatalogNode::Title(TitleId(1)),
        CatalogNode::Title(TitleId(2)),
    );
    let part = CatalogNode::Episode(episode(5, 1, 1).id);

    let since = async |seen: &[(CatalogNode, u64)], limit| {
        let found = store.revisions().revisions_since(seen, limit).await;
        found.unwrap()
    };
    let seen = [(one, 1), (two, 0), (part, 1)];
    let (latest, first_of_two) = (all[..2].to_vec(), all[3].clone());
    assert_eq!(since(&seen, 9).await, [latest, vec![first_of_two]].concat());
    assert_eq!(since(&seen, 1).await, all[..1]);
    assert_eq!(since(&[(one, 3)], 9).await, []);
    assert_eq!(since(&[], 9).await, []);
}

async fn renames_since_are_those_that_gave_another_name(store: &Opened) {
    let by = writer(WHO[0], RevisionSource::Edit, 3);
    let mut title = film(1);
    put_titles(store, [title.clone()]).await.unwrap();
    for fields in [["year"], ["title"], ["tags"], ["title"]] {
        title = change(store, &title, by, &fields).await;
    }
    let node = CatalogNode::Title(TitleId(1));
    let since = async |number, limit| {
        let seen = [(node, number)];
        let renames = store.revisions().renames_since(&seen, limit).await;
        let numbers = renames.unwrap().into_iter().map(|it| it.number);
        numbers.collect::<Vec<u64>>()
    };

    assert_eq!(since(1, 9).await, [3, 5]);
    assert_eq!(since(1, 1).await, [3]);
    assert_eq!(since(3, 9).await, [5]);
    assert_eq!(since(5, 9).await, Vec::<u64>::new());
    assert_eq!(store.revisions().renames_since(&[], 9).await.unwrap(), []);
}

async fn what_is_refused_leaves_no_revision(store: &Opened) {
    let all = fill(store).await;
    let load = writer(WHO[2], RevisionSource::Load, 9);
    let node = CatalogNode::Title(TitleId(1));
    // It is at its third revision.
    let conflict = CatalogBatch {
        titles: vec![film(1)],
        revisions: vec![load.created(node, film(1).stamp)],
        ..CatalogBatch::default()
    };
    let nothing = CatalogBatch {
        titles: vec![film(3)],
        revisions: vec![load.created(node, film(1).stamp)],
        ..CatalogBatch::default()
    };

    assert!(is_conflict(&store.put(&conflict).await));
    assert!(store.put(&nothing).await.is_err());

    assert_eq!(found(store, RevisionFilter::default()).await, all);
    assert_eq!(store.titles(&[TitleId(3)]).await.unwrap(), []);
}

async fn the_first_revisions_go_when_they_are_old(store: &Opened) {
    let all = fill(store).await;
    let revisions = store.revisions();
    let oldest = all.iter().map(|it| it.at).min().unwrap();
    let latest = all.iter().map(|it| it.at).max().unwrap() + TimeDelta::seconds(1);

    assert_eq!(revisions.delete_revisions(oldest, 10).await.unwrap(), 0);
    assert_eq!(revisions.delete_revisions(latest, 2).await.unwrap(), 2);
    assert_eq!(found(store, RevisionFilter::default()).await, all[..3]);
    assert_eq!(revisions.delete_revisions(latest, 10).await.unwrap(), 3);
    assert_eq!(revisions.delete_revisions(latest, 10).await.unwrap(), 0);
}

async fn locks_are_stored_and_taken_off(store: &Opened) {
    let (mut title, mut someone, mut part) = (film(1), person(1), episode(5, 1, 1));
    for locks in [&mut title.locks, &mut someone.locks, &mut part.locks] {
        locks.lock("ids");
        locks.lock("names");
    }
    assert!(serde_json::to_value(&title).unwrap().get(LOCKS).is_some());
    put_titles(store, [title.clone()]).await.unwrap();
    put_people(store, [someone.clone()]).await.unwrap();
    put_episodes(store, [part.clone()]).await.unwrap();

    let read = async || {
        let titles = store.titles(&[TitleId(1)]).await.unwrap();
        let people = store.people(&[PersonId(1)]).await.unwrap();
        let ids: [EpisodeId; 1] = [episode(5, 1, 1).id];
        let episodes = store.episodes(&ids).await.unwrap();
        [
            titles[0].locks.clone(),
            people[0].locks.clone(),
            episodes[0].locks.clone(),
        ]
    };
    assert_eq!(read().await, [0; 3].map(|_| title.locks.clone()));
    for locks in [&mut title.locks, &mut someone.locks, &mut part.locks] {
        assert!(locks.unlock("ids") && locks.unlock("names"));
    }
    for stamp in [&mut title.stamp, &mut someone.stamp, &mut part.stamp] {
        *stamp = stamp.next(stamp.updated_at);
    }
    put_titles(store, [title.clone()]).await.unwrap();
    put_people(store, [someone]).await.unwrap();
    put_episodes(store, [part]).await.unwrap();

    assert_eq!(read().await, [0; 3].map(|_| title.locks.clone()));
}
