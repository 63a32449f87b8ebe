//! A body whose connection learns when it is no longer waited for: read to its end, or not wanted.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};

/// A body that is still to come.
pub(super) struct Arriving<W> {
    body: Incoming,
    /// Dropped with the body.
    _waiting: Option<W>,
}

impl<W> Arriving<W> {
    /// A request's body. `wait` is told if there is one.
    pub(super) fn new(body: Incoming, wait: impl FnOnce() -> W) -> Self {
        Self {
            _waiting: (!body.is_end_stream()).then(wait),
            body,
        }
    }
}

impl<W: Unpin> Body for Arriving<W> {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
