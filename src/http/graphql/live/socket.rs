//! The request by which a WebSocket is opened.

use axum::extract::{FromRequestParts, Request, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::http::header::UPGRADE;
use axum::response::{IntoResponse, Response};

use super::connection::{Opened, serve};
use super::message::Close;
use crate::http::graphql::refusal::Refusal;

/// The one subprotocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";
/// How many bytes are read at a time. The buffer for them is there as long as the connection, and most say little.
const READ: usize = 4 * 1024;

/// Whether a request wants to open one.
pub(super) fn is_asked(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(UPGRADE);
    upgrade.is_some_and(|upgrade| upgrade.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Opens one, if the request is as it must be. What is wrong with the subprotocol is said by a close, because browsers
/// show their pages nothing of an answer.
pub(super) async fn open(
    request: Request,
    longest: usize,
    opened: impl FnOnce() -> Result<Opened, Refusal>,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    let opened = match opened() {
        Ok(opened) => opened,
        Err(refusal) => return refusal.into_response(),
    };
    let upgrade = upgrade
        .protocols([PROTOCOL])
        // What is a little too long is told so.
        .max_message_size(2 * longest)
        .max_frame_size(2 * longest)
        .read_buffer_size(READ)
        // Nothing is held back, nor more than one message: the next one waits until it has gone.
        .write_buffer_size(0);
    let is_spoken = upgrade.selected_protocol().is_some();
    upgrade.on_upgrade(move |mut socket| async move {
        if is_spoken {
            serve(socket, opened).await;
        } else {
            let close = Close::SUBPROTOCOL.frame();
            let close = axum::extract::ws::Message::Close(Some(close));
            if socket.send(close).await.is_ok() {
                drop(tokio::time::timeout(Close::ANSWER, socket.recv()).await);
            }
        }
    })
}
