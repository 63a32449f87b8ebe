//! Mutations by which viewers and curators begin an upload.

use async_graphql::{Context, InputObject, Object, SimpleObject};

use super::upload::{Upload, address};
use crate::domain::error::ErrorCode;
use crate::domain::uploading::{NewFile, UploadPart};
use crate::graphql::context::ContextExt;
use crate::graphql::error::Result;
use crate::graphql::guard::SignedIn;
use crate::graphql::scalars::DateTime;
use crate::graphql::user_error::UserError;

/// What is done with uploads.
#[derive(Default)]
pub(crate) struct UploadMutation;

/// What is done with uploads.
#[Object]
impl UploadMutation {
    /// Begins an upload: its bytes are sent to `address` by tus 1.0, in as many pieces and requests as it takes. For curators,
    /// and where the site says so (`REELGRAPH_UPLOADS`) for whoever has an account, but for children; an API key needs the
    /// scope `CURATE`.
    #[graphql(guard = "SignedIn")]
    async fn create_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file that is to be uploaded.")] input: CreateUploadInput,
    ) -> Result<CreateUploadPayload> {
        let viewer = ctx.known_viewer()?;
        let uploads = &ctx.services().uploads;
        // Whoever may not is told that first.
        uploads.admit(&viewer)?;
        let Some(size) = bytes(input.size) else {
            let message = "a size is a whole number of bytes";
            return Ok(CreateUploadPayload {
                user_errors: vec![UserError::input(ErrorCode::OutOfRange, "size", message)],
                ..CreateUploadPayload::default()
            });
        };
        let file = NewFile {
            name: input.name,
            size,
            sha256: input.sha256,
            metadata: None,
            part: UploadPart::Whole,
        };
        let created = uploads.create(&viewer, file).await;
        let (upload, user_errors) = UserError::split(created)?;
        Ok(CreateUploadPayload {
            address: upload.as_ref().map(address),
            expires_at: upload.as_ref().and_then(|it| it.expires_at).map(Into::into),
            upload: upload.map(Upload),
            user_errors,
        })
    }
}

/// The file that is to be uploaded.
#[derive(InputObject)]
struct CreateUploadInput {
    /// What it is called, 1 to 255 characters.
    name: String,
    /// How many bytes it has: a whole number.
    size: f64,
    /// Its SHA-256 in 64 hexadecimal digits, small, with which the whole file is compared when it is there; if left out it
    /// is not compared.
    sha256: Option<String>,
}

/// What became of beginning an upload.
#[derive(SimpleObject, Default)]
pub(crate) struct CreateUploadPayload {
    /// The upload, of which nothing is there yet; null if it was refused.
    upload: Option<Upload>,
    /// Where its bytes are sent to by tus 1.0, relative to the address of the API; null if it was refused.
    address: Option<String>,
    /// When it is taken away if nothing of it comes, in UTC; null if it was refused, or has no bytes.
    expires_at: Option<DateTime>,
    /// What a person can put right: a blank or long `name`, a `size` that is no number of bytes, or more than the account may
    /// upload, a `sha256` that is none.
    pub(crate) user_errors: Vec<UserError>,
}

/// A number of bytes; `None`: it is none that a file can have.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it was looked at before"
)]
fn bytes(number: f64) -> Option<u64> {
    /// The largest up to which each whole number is one.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let is_whole = number.fract() == 0.0 && (0.0..=MOST).contains(&number);
    is_whole.then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_whole_number_that_is_not_negative() {
        assert_eq!(bytes(0.0), Some(0));
        assert_eq!(bytes(1e10), Some(10_000_000_000));
        for wrong in [-1.0, 0.5, 1e300, f64::NAN, f64::INFINITY] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
