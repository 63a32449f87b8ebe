//! Reading documents by their keys.

use bson::{Bson, doc};

use super::documents::Keyed;
use crate::adapters::mongo::db::Collection;
use crate::adapters::mongo::fields::key_of;
use crate::adapters::mongo::find;
use crate::domain::error::StoreError;

pub(super) async fn by_key<D: Keyed, T: From<D>>(
    collection: &Collection<D>,
    keys: impl Iterator<Item = D::Key>,
) -> Result<Vec<T>, StoreError> {
    let keys: Vec<Bson> = keys.map(|key| key_of(&key)).collect::<Result<_, _>>()?;
    let these = doc! { "_id": { "$in": keys } };
    find::all(collection, these, doc! {}, None).await
}
