//! Indexes for a profile's lists, and for what waits for projection.

use bson::{Document, doc};

use super::collections::Collections;
use crate::adapters::mongo::indexes::{Build, Index, create, drop_former, has, make};
use crate::domain::error::StoreError;

/// The predecessor of `to_go_on_with`.
const FORMER_SERIES: &str = "series";

/// What the index is called that thumbs are counted by; it has all that this needs.
pub(super) const THUMBS: &str = "thumbs";

/// The documents with a thumb, which alone are in that: a comparison lets through values of its type only.
pub(super) fn with_thumb() -> Document {
    doc! { "liked": { "$gte": false } }
}

/// Makes the collections and their indexes, unless they are there.
pub(super) async fn ensure(collections: &Collections, build: Build) -> Result<bool, StoreError> {
    let mut is_whole = true;
    let Collections {
        plays,
        states,
        watched_titles,
        lengths,
        profiles,
        departed,
        hidden,
        watchlist,
        mutes,
        log,
        folds,
        ..
    } = collections;
    create(folds).await?;
    // The kind stands in them so that plays of whole series are passed over, and rows are counted, without
    // reading the documents.
    let history = doc! { "_id.profile": 1, "started_at": -1, "_id.play": 1, "kind": 1 };
    let of_title =
        doc! { "_id.profile": 1, "title": 1, "started_at": -1, "_id.play": 1, "kind": 1 };
    is_whole &= make(
        plays,
        [
            Index::on(history).named("history"),
            Index::on(of_title).named("history_of_title"),
        ],
        build,
    )
    .await?;
    let of_title = doc! { "_id.profile": 1, "title": 1 };
    let in_progress = doc! { "_id.profile": 1, "last_played_at": -1, "_id.item": 1, "_id.kind": 1 };
    is_whole &= make(
        states,
        [
            Index::on(of_title).named("title"),
            Index::on(in_progress)
                .named("in_progress")
                .only(doc! { "position": { "$gt": 0.0 } }),
        ],
        build,
    )
    .await?;
    let to_go_on_with =
        doc! { "_id.profile": 1, "last_at": -1, "_id.title": 1, "plays": 1, "next_day": 1 };
    let of_title = doc! { "_id.title": 1, "_id.profile": 1 };
    let waiting_for_episodes = doc! { "_id.title": 1, "_id.profile": 1 };
    is_whole &= make(
        watched_titles,
        [
            Index::on(to_go_on_with)
                .named("to_go_on_with")
                .only(doc! { "is_series": true }),
            Index::on(waiting_for_episodes)
                .named("waiting_for_episodes")
                .only(doc! { "is_series": true, "next_day": { "$gt": 0_i64 } }),
            Index::on(doc! { "waiting_since": 1, "_id": 1 })
                .named("waiting")
                .only(has("waiting_since")),
            Index::on(doc! { "updated_at": 1, "_id": 1 }).named("written"),
            Index::on(of_title.clone()).named("of_title"),
            Index::on(doc! { "_id.title": 1, "liked": 1 })
                .named(THUMBS)
                .only(with_thumb()),
        ],
        build,
    )
    .await?;
    if is_whole {
        // Only now: until then a profile's series are found by it.
        drop_former(watched_titles, FORMER_SERIES).await?;
    }
    let written = doc! { "updated_at": 1 };
    is_whole &= make(lengths, [Index::on(written).named("written")], build).await?;
    let latest = doc! { "_id.profile": 1, "created_at": -1, "_id.title": 1 };
    for list in [hidden, watchlist] {
        let latest = Index::on(latest.clone()).named("latest");
        let of_title = Index::on(of_title.clone()).named("of_title");
        is_whole &= make(list, [latest, of_title], build).await?;
    }
    let source = doc! { "_id.profile": 1, "_id.kind": 1, "_id.source": 1 };
    is_whole &= make(mutes, [Index::on(source).named("source")], build).await?;
    let waiting = Index::on(doc! { "waiting": 1, "_id": 1 }).named("waiting");
    is_whole &= make(departed, [waiting.only(doc! { "waiting": true })], build).await?;
    let written = Index::on(doc! { "stream": 1, "number": 1 }).named("written");
    is_whole &= make(log, [written], build).await?;
    let erased = Index::on(doc! { "erased": 1 }).named("erased");
    let erased_at = Index::on(doc! { "updated_at": 1, "_id": 1 }).named("erased_at");
    let erased = [erased, erased_at].map(|index| index.only(doc! { "erased": true }));
    is_whole &= make(profiles, erased, build).await?;
    Ok(is_whole)
}
