//! The body of a request that sends a piece: it goes into the upload as it comes, and no more of it is held than a chunk.

use std::time::Duration;

use axum::body::Body;
use futures::StreamExt;
use tokio::time::{Instant, timeout_at};

use crate::domain::uploading::{BodyEnd, Receiving, UploadError};

/// How often the upload is told that its request goes on.
const BEAT: Duration = Duration::from_secs(4);
/// For how long nothing may come.
const SILENT: Duration = Duration::from_secs(20);
/// How many bytes must come a second, after the first moment: who sends next to nothing holds no place. Whoever is cut off
/// finds what came.
const A_SECOND: u64 = 8 * 1024;

/// Sends a body on, as far as it comes.
pub(super) async fn send_on(receiving: &mut Receiving, body: Body) -> Result<BodyEnd, UploadError> {
    let mut pieces = body.into_data_stream();
    let begun = Instant::now();
    let (mut read, mut came, mut told) = (0_u64, begun, begun);
    loop {
        let slowest = begun + SILENT + Duration::from_secs(read / A_SECOND);
        let deadline = slowest.min(came + SILENT);
        let waits_until = deadline.min(told + BEAT);
        let piece = timeout_at(waits_until, pieces.next()).await;
        if told.elapsed() >= BEAT {
            receiving.go_on().await?;
            told = Instant::now();
        }
        match piece {
            Err(_) if Instant::now() >= deadline => return Ok(BodyEnd::Broken),
            Err(_) => {}
            Ok(None) => return Ok(BodyEnd::Whole),
            Ok(Some(Err(_))) => return Ok(BodyEnd::Broken),
            Ok(Some(Ok(bytes))) => {
                receiving.push(&bytes).await?;
                read += bytes.len() as u64;
                came = Instant::now();
            }
        }
    }
}
