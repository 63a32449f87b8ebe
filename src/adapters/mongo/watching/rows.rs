//! Reading the rows that changes touch, as they are stored, and inside the transaction that changes them.

use std::collections::{BTreeSet, HashMap};

use bson::{Bson, DateTime, Document, doc};
use futures::future::{try_join, try_join_all};
use mongodb::error::Result as MongoResult;
use mongodb::{ClientSession, Collection};

use super::collections::Collections;
use super::documents::{
    Keyed, PlayDocument, PlayKey, StateDocument, StateKey, TitleKey, WatchedTitleDocument,
};
use super::length_documents::{LengthDocument, LengthKey};
use crate::adapters::mongo::db;
use crate::adapters::mongo::fields::key_of;
use crate::adapters::mongo::find::{documents, documents_in};
use crate::domain::error::StoreError;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::watching::{
    Ledger, MeasuredLength, Play, Rows, Touched, WatchState, WatchedTitle,
};

/// How much must be touched for states to be looked for only once it is known which titles are there: with less, to ask
/// for all at the same time is sooner answered.
const MANY: usize = 100;

/// Which of the rows that are touched are looked for inside a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    /// All of them, of whatever titles.
    All,
    /// Of a title that is not there nothing else: what has a play or a state has a watched title, and to look for what is
    /// not there costs as much as to find it. A play whose name is one of another title's is met when it is written: its
    /// key is taken.
    OfWatched,
}

/// Since when watched titles wait for projection.
pub(super) type Waiting = HashMap<(ProfileId, TitleId), DateTime>;

/// The rows that are touched, as they are stored.
pub(super) async fn rows(
    collections: &Collections,
    touched: &[Touched],
) -> Result<Ledger, StoreError> {
    let keys: BTreeSet<_> = touched.iter().filter_map(Touched::play_key).collect();
    let plays = find_by_key(&collections.plays, keys.into_iter().map(PlayKey::new));
    let whole: BTreeSet<_> = touched
        .iter()
        .filter_map(Touched::whole_title_key)
        .collect();
    let of_titles = try_join_all(whole.into_iter().map(|(profile, title)| async move {
        let of_title = doc! { "_id.profile": profile.to_i64(), "title": title.to_i64() };
        try_join(
            documents(&collections.plays, of_title.clone(), doc! {}, None),
            documents(&collections.states, of_items(of_title), doc! {}, None),
        )
        .await
    }));
    let titles_and_states = titles_and_states(collections, touched);
    let keys: BTreeSet<_> = touched.iter().filter_map(Touched::length_key).collect();
    let lengths = find_by_key(&collections.lengths, keys.into_iter().map(LengthKey::new));
    let (mut plays, of_titles, (titles, mut states), lengths) =
        futures::try_join!(plays, of_titles, titles_and_states, lengths)?;
    for (of_title, states_of_title) in of_titles {
        plays.extend(of_title);
        states.extend(states_of_title);
    }
    Ok(ledger_of(plays, states, titles, lengths).0)
}

async fn titles_and_states(
    collections: &Collections,
    touched: &[Touched],
) -> Result<(Vec<WatchedTitleDocument>, Vec<StateDocument>), StoreError> {
    let keys: BTreeSet<_> = touched.iter().map(Touched::title_key).collect();
    let titles = find_by_key(
        &collections.watched_titles,
        keys.into_iter().map(TitleKey::new),
    );
    if touched.len() < MANY {
        let keys: BTreeSet<_> = touched.iter().filter_map(Touched::state_key).collect();
        let states = find_by_key(&collections.states, keys.into_iter().map(StateKey::new));
        return try_join(titles, states).await;
    }
    let titles = titles.await?;
    let there = keys_of(&titles);
    let of_there = touched
        .iter()
        .filter(|one| there.contains(&one.title_key()));
    let keys: BTreeSet<_> = of_there.filter_map(Touched::state_key).collect();
    let states = find_by_key(&collections.states, keys.into_iter().map(StateKey::new)).await?;
    Ok((titles, states))
}

/// The same of states: that of a series as a whole is read by its key alone.
fn of_items(mut of_title: Document) -> Document {
    of_title.insert("_id.kind", doc! { "$ne": "series" });
    of_title
}

fn keys_of(titles: &[WatchedTitleDocument]) -> BTreeSet<(ProfileId, TitleId)> {
    let keys = titles.iter().map(Keyed::key);
    keys.map(|key| {
        (
            ProfileId::from_i64(key.profile),
            TitleId::from_i64(key.title),
        )
    })
    .collect()
}

async fn find_by_key<D: Keyed>(
    collection: &db::Collection<D>,
    keys: impl Iterator<Item = D::Key>,
) -> Result<Vec<D>, StoreError> {
    let keys: Vec<Bson> = keys.map(|key| key_of(&key)).collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    documents(collection, doc! { "_id": { "$in": keys } }, doc! {}, None).await
}

/// The rows that are touched, as the transaction finds them, and since when they wait for projection.
pub(super) async fn read_ledger<'a, I: Iterator<Item = &'a Touched>>(
    collections: &Collections,
    touched: impl Fn() -> I,
    reads: Reads,
    session: &mut ClientSession,
) -> MongoResult<(Ledger, Waiting)> {
    let keys: BTreeSet<_> = touched().map(Touched::title_key).collect();
    let keys = keys.into_iter().map(TitleKey::new);
    let titles = read(&collections.watched_titles, keys, session).await?;
    let keys: BTreeSet<_> = touched().filter_map(Touched::length_key).collect();
    let keys = keys.into_iter().map(LengthKey::new);
    let lengths = read(&collections.lengths, keys, session).await?;
    let there = keys_of(&titles);
    let of_there = touched().filter(|one| reads == Reads::All || there.contains(&one.title_key()));
    let touched: Vec<&Touched> = of_there.collect();
    let keys: BTreeSet<_> = touched.iter().filter_map(|one| one.play_key()).collect();
    let keys = keys.into_iter().map(PlayKey::new);
    let mut plays = read(&collections.plays, keys, session).await?;
    let keys: BTreeSet<_> = touched.iter().filter_map(|one| one.state_key()).collect();
    let keys = keys.into_iter().map(StateKey::new);
    let mut states = read(&collections.states, keys, session).await?;
    let whole = touched.iter().filter_map(|one| one.whole_title_key());
    let whole: BTreeSet<_> = whole.collect();
    for (profile, title) in whole {
        let of_title = doc! { "_id.profile": profile.to_i64(), "title": title.to_i64() };
        let of_plays = of_title.clone();
        plays.extend(documents_in(session, &collections.plays, of_plays, doc! {}, None).await?);
        let of_items = of_items(of_title);
        states.extend(documents_in(session, &collections.states, of_items, doc! {}, None).await?);
    }
    Ok(ledger_of(plays, states, titles, lengths))
}

fn ledger_of(
    plays: Vec<PlayDocument>,
    states: Vec<StateDocument>,
    titles: Vec<WatchedTitleDocument>,
    lengths: Vec<LengthDocument>,
) -> (Ledger, Waiting) {
    let mut waiting = Waiting::new();
    let ledger = Ledger::stored(
        Rows::stored(plays.into_iter().map(|document| {
            let play = Play::from(document);
            ((play.profile, play.id), play)
        })),
        Rows::stored(states.into_iter().map(|document| {
            let state = WatchState::from(document);
            ((state.profile, state.item), state)
        })),
        Rows::stored(titles.into_iter().map(|document| {
            let since = document.waiting_since;
            let watched_title = WatchedTitle::from(document);
            let key = (watched_title.profile, watched_title.title);
            waiting.extend(since.map(|since| (key, since)));
            (key, watched_title)
        })),
        Rows::stored(lengths.into_iter().map(|document| {
            let measured = MeasuredLength::from(document);
            (measured.item, measured)
        })),
    );
    (ledger, waiting)
}

async fn read<D: Keyed>(
    collection: &Collection<D>,
    keys: impl Iterator<Item = D::Key>,
    session: &mut ClientSession,
) -> MongoResult<Vec<D>> {
    let keys: Vec<Bson> = keys
        .map(|key| bson::serialize_to_bson(&key))
        .collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let these = doc! { "_id": { "$in": keys } };
    documents_in(session, collection, these, doc! {}, None).await
}
