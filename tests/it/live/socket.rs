//! A client that speaks `graphql-transport-ws`.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::SOON;
use crate::support::program::Site;
use crate::support::visitor::Visitor;

pub(super) const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens one with these headers, or the status of the answer that it is refused with.
    pub(super) async fn try_open(site: &Site, headers: &[(&str, &str)]) -> Result<Self, u16> {
        let address = site.address.replace("http://", "ws://");
        let mut request = format!("{address}/graphql").into_client_request().unwrap();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            request
                .headers_mut()
                .insert(name, HeaderValue::from_str(value).unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens one that nobody has said anything on.
    pub(super) async fn open(site: &Site) -> Self {
        Self::try_open(site, &[PROTOCOL]).await.unwrap()
    }

    /// One that is acknowledged, of whoever this visitor is: by the cookie of a browser, or a token.
    pub(super) async fn of(site: &Site, visitor: &Visitor) -> Self {
        let cookie = visitor.cookie.clone();
        let cookie = cookie.as_deref().map(|cookie| ("cookie", cookie));
        let headers: Vec<_> = [PROTOCOL].into_iter().chain(cookie).collect();
        let mut socket = Self::try_open(site, &headers).await.unwrap();
        let bearer = visitor.bearer.as_ref();
        let payload = bearer.map(|token| json!({ "Authorization": format!("Bearer {token}") }));
        socket.init(payload).await;
        let told = socket.next().await;
        assert_eq!(told, json!({ "type": "connection_ack" }));
        socket
    }

    pub(super) async fn init(&mut self, payload: Option<Value>) {
        self.say(&json!({ "type": "connection_init", "payload": payload }))
            .await;
    }

    pub(super) async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(&json!({ "type": "subscribe", "id": id, "payload": { "query": query } }))
            .await;
    }

    pub(super) async fn say(&mut self, message: &Value) {
        self.send(Message::text(message.to_string())).await;
    }

    pub(super) async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    pub(super) async fn close(&mut self, code: u16) {
        let frame = CloseFrame {
            code: code.into(),
            reason: "".into(),
        };
        self.send(Message::Close(Some(frame))).await;
    }

    /// Whether the message goes out within a time.
    pub(super) async fn sends_within(&mut self, limit: Duration, message: Message) -> bool {
        matches!(timeout(limit, self.0.send(message)).await, Ok(Ok(())))
    }

    /// What is told next: JSON, or the code that the connection is closed with; none: it ended without one.
    async fn heard(&mut self) -> Option<Result<Value, u16>> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => {
                    return Some(Ok(serde_json::from_str(text.as_str()).unwrap()));
                }
                Ok(Message::Close(frame)) => return Some(Err(frame?.code.into())),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    /// The next message, which must come.
    pub(super) async fn next(&mut self) -> Value {
        let heard = timeout(SOON, self.heard()).await;
        let heard = heard.expect("something is told");
        heard.expect("it is open").expect("it is not closed")
    }

    /// The next message, if one comes within a time.
    pub(super) async fn next_within(&mut self, limit: Duration) -> Option<Value> {
        let heard = timeout(limit, self.heard()).await.ok()?;
        Some(heard.expect("it is open").expect("it is not closed"))
    }

    /// All that is told until it is closed, and the code; none: it ended without one.
    pub(super) async fn rest(&mut self) -> (Vec<Value>, Option<u16>) {
        let mut told = Vec::new();
        loop {
            match timeout(SOON, self.heard()).await.expect("it is closed") {
                Some(Ok(message)) => told.push(message),
                Some(Err(code)) => return (told, Some(code)),
                None => return (told, None),
            }
        }
    }

    /// The code that it is closed with, before anything else is told.
    pub(super) async fn close_code(&mut self) -> u16 {
        let (told, code) = self.rest().await;
        assert_eq!(told, Vec::<Value>::new());
        code.expect("a code")
    }
}
