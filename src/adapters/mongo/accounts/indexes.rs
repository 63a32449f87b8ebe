//! Indexes: what accounts are found by, and what must be unique.

use bson::doc;

use super::collections::Collections;
use crate::adapters::mongo::indexes::{Build, Index, drop_former, has, make};
use crate::domain::error::StoreError;

/// The index by which no two accounts have one address: an error names it.
pub(super) const EMAIL: &str = "email_if_any";
/// Its predecessor, from when every account had an address. It takes accounts without one for equals.
const FORMER_EMAIL: &str = "email_1";

/// Makes the collections and their indexes, unless they are there. Those whose names are their keys are older than the
/// others; by another name they could not be made again.
pub(super) async fn ensure(collections: &Collections, build: Build) -> Result<bool, StoreError> {
    let mut is_whole = true;
    let Collections {
        users,
        profiles,
        identities,
        api_keys,
        audit,
        mails,
        erasures,
        // The catalogue's.
        revisions: _,
        memberships: _,
    } = collections;
    is_whole &= make(
        users,
        [
            Index::on(doc! { "email": 1 })
                .named(EMAIL)
                .unique()
                .only(has("email")),
            Index::on(doc! { "created_at": 1, "_id": 1 }).named("age"),
            Index::on(doc! { "email_verified": 1, "_id": 1 })
                .named("unconfirmed")
                .only(doc! { "email_verified": false }),
        ],
        build,
    )
    .await?;
    // Only now: at no time may two accounts get one address.
    if is_whole {
        drop_former(users, FORMER_EMAIL).await?;
    }
    is_whole &= make(
        profiles,
        [
            Index::on(doc! { "key": 1 }).unique().only(has("key")),
            Index::on(doc! { "user": 1, "created_at": 1, "_id": 1 }).only(has("user")),
        ],
        build,
    )
    .await?;
    let of_user = Index::on(doc! { "user": 1, "_id.provider": 1 });
    is_whole &= make(identities, [of_user.named("user_provider").unique()], build).await?;
    let of_user = Index::on(doc! { "user": 1, "created_at": 1, "_id": 1 });
    is_whole &= make(api_keys, [of_user.named("user")], build).await?;
    let of_user = Index::on(doc! { "user": 1, "at": -1, "_id": 1 });
    is_whole &= make(
        audit,
        [
            of_user.named("user").only(has("user")),
            Index::on(doc! { "at": 1 }).named("age").only(has("user")),
            Index::on(doc! { "user": 1, "at": 1 }).named("age_of_nobody"),
        ],
        build,
    )
    .await?;
    is_whole &= make(
        mails,
        [
            Index::on(doc! { "due_at": 1, "_id": 1 }).named("due"),
            Index::on(doc! { "user": 1 })
                .named("user")
                .only(has("user")),
        ],
        build,
    )
    .await?;
    is_whole &= make(
        erasures,
        [
            Index::on(doc! { "code": 1 }).named("code").unique(),
            Index::on(doc! { "created_at": 1, "_id": 1 })
                .named("pending")
                .only(doc! { "finished_at": null }),
            Index::on(doc! { "finished_at": 1 }).named("finished"),
        ],
        build,
    )
    .await?;
    Ok(is_whole)
}
