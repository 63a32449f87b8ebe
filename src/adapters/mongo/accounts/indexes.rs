//! What accounts are found by, and what must be unique.

use bson::{Document, doc};
use mongodb::error::{Error, ErrorKind};
use mongodb::options::IndexOptions;
use mongodb::{Collection, IndexModel};

use super::collections::Collections;
use crate::adapters::mongo::db::store_error;
use crate::domain::error::StoreError;

/// The index by which no two accounts have one address: an error names it.
pub(super) const EMAIL: &str = "email_if_any";
/// Its predecessor, from when every account had an address. It takes accounts without one for equals.
const FORMER_EMAIL: &str = "email_1";
/// The server's codes for no such collection, no such index.
const NOT_THERE: [i32; 2] = [26, 27];

/// Makes the collections and their indexes, unless they are there. Those whose names are their keys are older than the
/// others; by another name they could not be made again.
pub(super) async fn ensure(collections: &Collections) -> Result<(), StoreError> {
    let Collections {
        users,
        profiles,
        identities,
        api_keys,
        audit,
        mails,
        erasures,
    } = collections;
    make(
        users,
        [
            unique(EMAIL, doc! { "email": 1 }, Some(there("email"))),
            index("age", doc! { "created_at": 1, "_id": 1 }, None),
        ],
    )
    .await?;
    // Only now: at no time may two accounts get one address.
    drop_former_email(users).await.map_err(store_error)?;
    make(
        profiles,
        [
            unique("key_1", doc! { "key": 1 }, Some(there("key"))),
            index(
                "user_1_created_at_1__id_1",
                doc! { "user": 1, "created_at": 1, "_id": 1 },
                Some(there("user")),
            ),
        ],
    )
    .await?;
    make(
        identities,
        [unique(
            "user_provider",
            doc! { "user": 1, "_id.provider": 1 },
            None,
        )],
    )
    .await?;
    let of_user = doc! { "user": 1, "created_at": 1, "_id": 1 };
    make(api_keys, [index("user", of_user, None)]).await?;
    let of_user = doc! { "user": 1, "at": -1, "_id": 1 };
    make(audit, [index("user", of_user, Some(there("user")))]).await?;
    make(
        mails,
        [
            index("due", doc! { "due_at": 1, "_id": 1 }, None),
            index("user", doc! { "user": 1 }, Some(there("user"))),
        ],
    )
    .await?;
    make(
        erasures,
        [
            unique("code", doc! { "code": 1 }, None),
            index(
                "pending",
                doc! { "created_at": 1, "_id": 1 },
                Some(doc! { "finished_at": null }),
            ),
        ],
    )
    .await
}

async fn drop_former_email<T: Send + Sync>(users: &Collection<T>) -> Result<(), Error> {
    match users.drop_index(FORMER_EMAIL).await {
        Err(error) if is_not_there(&error) => Ok(()),
        dropped => dropped,
    }
}

fn is_not_there(error: &Error) -> bool {
    matches!(&*error.kind, ErrorKind::Command(command) if NOT_THERE.contains(&command.code))
}

fn there(field: &str) -> Document {
    doc! { field: { "$exists": true } }
}

fn unique(name: &str, keys: Document, partial: Option<Document>) -> IndexModel {
    let mut index = index(name, keys, partial);
    if let Some(options) = &mut index.options {
        options.unique = Some(true);
    }
    index
}

fn index(name: &str, keys: Document, partial: Option<Document>) -> IndexModel {
    let options = IndexOptions::builder()
        .name(name.to_owned())
        .partial_filter_expression(partial)
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}

async fn make<T: Send + Sync>(
    collection: &Collection<T>,
    indexes: impl IntoIterator<Item = IndexModel>,
) -> Result<(), StoreError> {
    let made = collection.create_indexes(indexes).await;
    made.map(drop).map_err(store_error)
}
