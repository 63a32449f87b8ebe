//! What the lists run along.

use bson::doc;

use super::collections::Collections;
use crate::adapters::mongo::indexes::{Index, has, make};
use crate::domain::error::StoreError;

/// Makes the collections and their indexes, unless they are there.
pub(super) async fn ensure(collections: &Collections) -> Result<(), StoreError> {
    let Collections {
        plays,
        states,
        watched_titles,
        lengths,
        profiles,
        departed,
        hidden,
        mutes,
        ..
    } = collections;
    // The kind stands in them so that plays of whole series are passed over, and rows are counted, without
    // reading the documents.
    let history = doc! { "_id.profile": 1, "started_at": -1, "_id.play": 1, "kind": 1 };
    let of_title =
        doc! { "_id.profile": 1, "title": 1, "started_at": -1, "_id.play": 1, "kind": 1 };
    make(
        plays,
        [
            Index::on(history).named("history"),
            Index::on(of_title).named("history_of_title"),
        ],
    )
    .await?;
    let of_title = doc! { "_id.profile": 1, "title": 1 };
    let in_progress = doc! { "_id.profile": 1, "last_played_at": -1, "_id.item": 1, "_id.kind": 1 };
    make(
        states,
        [
            Index::on(of_title).named("title"),
            Index::on(in_progress)
                .named("in_progress")
                .only(doc! { "position": { "$gt": 0.0 } }),
        ],
    )
    .await?;
    let to_go_on_with =
        doc! { "_id.profile": 1, "last_at": -1, "_id.title": 1, "plays": 1, "next_day": 1 };
    let waiting_for_episodes = doc! { "_id.title": 1, "_id.profile": 1 };
    make(
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
        ],
    )
    .await?;
    let written = doc! { "updated_at": 1 };
    make(lengths, [Index::on(written).named("written")]).await?;
    let latest = doc! { "_id.profile": 1, "created_at": -1, "_id.title": 1 };
    make(hidden, [Index::on(latest).named("latest")]).await?;
    let source = doc! { "_id.profile": 1, "_id.kind": 1, "_id.source": 1 };
    make(mutes, [Index::on(source).named("source")]).await?;
    let waiting = Index::on(doc! { "waiting": 1, "_id": 1 }).named("waiting");
    make(departed, [waiting.only(doc! { "waiting": true })]).await?;
    let erased = Index::on(doc! { "erased": 1 }).named("erased");
    make(profiles, [erased.only(doc! { "erased": true })]).await
}
