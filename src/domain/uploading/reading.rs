//! Reading a file that was uploaded, some bytes at a time.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};

use super::error::UploadError;
use super::service::UploadService;
use super::types::ChunkRef;
use crate::domain::blobs::BlobKey;
use crate::domain::ids::UploadId;

/// How many bytes are read at once.
const AT_ONCE: u64 = 1024 * 1024;

impl UploadService {
    /// These bytes of the file of an upload that is finished, read as they are asked for.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn reader(
        &self,
        id: UploadId,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, UploadError>>, UploadError> {
        let file = self.finished(id).await?.ok_or(UploadError::NotFound)?;
        if range.start > range.end || range.end > file.size {
            return Err(UploadError::BadRange);
        }
        let pieces = pieces(&file.chunks, &range);
        let blobs = Arc::clone(&self.blobs);
        let read = move |(key, range): (BlobKey, Range<u64>)| {
            let blobs = Arc::clone(&blobs);
            async move {
                let bytes = blobs.get_range(&key, range).await?;
                bytes.ok_or(UploadError::ChunkMissing)
            }
        };
        Ok(stream::iter(pieces).then(read).boxed())
    }
}

/// What is to be read of which chunk, piece by piece.
fn pieces(chunks: &[ChunkRef], range: &Range<u64>) -> Vec<(BlobKey, Range<u64>)> {
    let (mut pieces, mut begin) = (Vec::new(), 0);
    for chunk in chunks {
        let end = begin + chunk.size;
        let mut at = range.start.max(begin);
        let until = range.end.min(end);
        while at < until {
            let next = until.min(at + AT_ONCE);
            pieces.push((chunk.key(), at - begin..next - begin));
            at = next;
        }
        begin = end;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::blobs::BlobHash;

    #[test]
    fn a_range_is_read_from_the_chunks_that_have_it_and_no_others() {
        let chunk = |name: &[u8], size| ChunkRef {
            sha256: BlobHash::of(name),
            size,
        };
        let chunks = [chunk(b"a", 10), chunk(b"b", AT_ONCE + 5), chunk(b"c", 3)];
        let of = |range| {
            let key = |key: &BlobKey| {
                let found = chunks.iter().position(|chunk| chunk.key() == *key);
                found.unwrap()
            };
            let pieces = pieces(&chunks, &range);
            let pieces = pieces.iter().map(|(it, range)| (key(it), range.clone()));
            pieces.collect::<Vec<_>>()
        };

        assert_eq!(of(0..10), [(0, 0..10)]);
        assert_eq!(of(9..11), [(0, 9..10), (1, 0..1)]);
        let (one, last) = (AT_ONCE, AT_ONCE + 5);
        let all = [(0, 0..10), (1, 0..one), (1, one..last), (2, 0..3)];
        assert_eq!(of(0..AT_ONCE + 18), all);
        assert_eq!(of(4..4), []);
    }
}
