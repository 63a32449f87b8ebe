//! Files that are uploaded: beginning one, and the list of all for curators. Their bytes come by `/uploads`.

mod mutation;
mod query;
mod upload;

pub(crate) use mutation::{CreateUploadPayload, UploadMutation};
pub(crate) use query::UploadQuery;
pub(crate) use upload::Upload;
