//! Streams of events by `graphql-sse`: one subscription a request.
//!
//! Written by hand, because axum's (0.8.9) leaves out data that is empty, and browsers pass over events without any.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures::{FutureExt, Stream, StreamExt, future, stream};
use serde::Serialize;

use super::message::{Payload, shown, text};
use super::operation::Operation;
use super::seats::Seat;
use crate::graphql::Standing;
use crate::http::server::Stopping;

/// How often a comment keeps a silent stream open: proxies close what says nothing for a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
const COMMENT: &str = ":\n\n";
/// How long subscriptions have to tell that it is over.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// An operation as a stream of events, for as long as whoever asked for it is who they were.
pub(super) fn distinct(
    operation: Operation,
    standing: &Standing,
    seat: Seat,
    stopping: Stopping,
) -> Response {
    let over = standing.over();
    let over = async move {
        over.await;
        tokio::time::sleep(GRACE).await;
    };
    let open = Some((operation, over.boxed(), seat, stopping));
    respond(stream::unfold(open, |open| async move {
        let (mut operation, mut over, seat, mut stopping) = open?;
        let answer = tokio::select! {
            biased;
            // What is answered once is answered first.
            () = stopping.told(), if !operation.once().is_said() => None,
            answer = operation.next() => answer,
            () = &mut over => None,
        };
        let Some(answer) = answer else {
            return Some((complete(""), None));
        };
        let (answer, is_refused) = shown(answer, operation.once());
        let event = next(&Payload::of(&answer, is_refused));
        Some((event, Some((operation, over, seat, stopping))))
    }))
}

/// Something that a subscription tells.
pub(super) fn next(payload: &impl Serialize) -> String {
    format!("event: next\ndata: {}\n\n", text(payload))
}

/// The end of a subscription.
pub(super) fn complete(data: &str) -> String {
    format!("event: complete\ndata: {data}\n\n")
}

/// The answer that a stream of events is. It begins with a comment, so that the client knows at once that it has begun.
pub(super) fn respond(events: impl Stream<Item = String> + Send + 'static) -> Response {
    let begun = stream::once(future::ready(COMMENT.to_owned()));
    let events = stream::unfold(events.boxed(), |mut events| async move {
        let event = tokio::select! {
            event = events.next() => event?,
            () = tokio::time::sleep(KEEP_ALIVE) => COMMENT.to_owned(),
        };
        Some((event, events))
    });
    let headers = [
        ("content-type", "text/event-stream; charset=utf-8"),
        ("cache-control", "no-store"),
        // Of nginx, which else holds answers back.
        ("x-accel-buffering", "no"),
    ];
    let body = Body::from_stream(begun.chain(events).map(Ok::<_, Infallible>));
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_has_data_that_browsers_see() {
        assert_eq!(complete(""), "event: complete\ndata: \n\n");
        assert_eq!(
            next(&serde_json::json!({ "a": "b\nc" })),
            "event: next\ndata: {\"a\":\"b\\nc\"}\n\n"
        );
    }
}
