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
/// How many bytes of answers are held for a client that does not read them.
const UNREAD: usize = 1024 * 1024;

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
        .write_buffer_size(0)
        .max_write_buffer_size(UNREAD);
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
