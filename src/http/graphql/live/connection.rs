//! One WebSocket, from its first message to its close.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::Response as Executed;
use axum::extract::ws::{Message, WebSocket};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use futures::StreamExt;
use futures::future::{self, BoxFuture, FutureExt};
use futures::stream::{self, AbortHandle, BoxStream, SelectAll};
use serde_json::{Map, Value};
use tokio::time::{Instant, interval, sleep_until, timeout};

use super::gate::{Begin, Gatekeeper, Once, stand};
use super::message::{Close, Payload, Said, Told, is_changed, shown, text};
use super::operation::{Desk, OPERATIONS, make_room};
use super::seats::Seat;
use crate::domain::accounts::Stale;
use crate::graphql::Over;
use crate::http::graphql::call::Call;
use crate::http::graphql::refusal::Refusal;
use crate::http::server::Stopping;

/// How long a client may take to say who it is.
const INIT: Duration = Duration::from_secs(10);
/// How often a client is asked whether it is there still, and how long it may say nothing.
const BEAT: Duration = Duration::from_secs(15);
const SILENCE: Duration = Duration::from_secs(45);
/// How long a client may take to read a message.
const SEND: Duration = Duration::from_secs(10);
/// How long subscriptions have to tell that it is over, which they mostly do at once.
const GRACE: Duration = Duration::from_secs(5);
/// How long queries and mutations have to be answered when the server stops: longer than they may take.
const LAST: Duration = Duration::from_secs(30);
/// How many may be at work, those included that were left and have not ended yet.
const AT_WORK: usize = 2 * OPERATIONS;
/// The credentials in the payload of `connection_init`, in whatever case.
const CREDENTIALS: &str = "authorization";

/// A WebSocket that was opened.
pub(super) struct Opened {
    pub(super) begin: Arc<dyn Begin>,
    pub(super) gate: Arc<dyn Gatekeeper>,
    /// What is kept of the request that opened it.
    pub(super) parts: Parts,
    pub(super) seat: Seat,
    pub(super) stopping: Stopping,
}

/// Serves it until it is closed.
pub(super) async fn serve(socket: WebSocket, opened: Opened) {
    let (parts, stopping) = (Arc::new(opened.parts), opened.stopping);
    let mut connection = Connection {
        socket,
        gate: opened.gate,
        desk: Desk::new(opened.begin, parts, AT_WORK, stopping.clone()),
        seat: opened.seat,
        stopping,
        is_stopping: false,
        state: State::New,
        over: future::pending().boxed(),
        ending: None,
        told: SelectAll::new(),
        open: HashMap::new(),
        heard: Instant::now(),
    };
    let close = connection.run().await;
    tracing::debug!(code = close.code, "A WebSocket is closed");
    connection.close(close).await;
}

/// Whether it is known who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Acknowledged,
}

/// What an operation tells: under its id, an answer, or that it is complete.
type Telling = BoxStream<'static, (Arc<str>, Option<Executed>)>;

/// An operation that is open.
struct Open {
    handle: AbortHandle,
    /// Whether it is a query or a mutation.
    once: Once,
    /// How many it was asked for with.
    bytes: usize,
}

struct Connection {
    socket: WebSocket,
    gate: Arc<dyn Gatekeeper>,
    desk: Desk,
    seat: Seat,
    stopping: Stopping,
    /// Whether it was told that the server stops.
    is_stopping: bool,
    state: State,
    /// Comes back when who is there is no longer who they were.
    over: BoxFuture<'static, Over>,
    /// When and how it is closed, once that is known.
    ending: Option<(Instant, Close)>,
    told: SelectAll<Telling>,
    /// The operations that are open, by id.
    open: HashMap<Arc<str>, Open>,
    /// When the client said something last.
    heard: Instant,
}

impl Connection {
    async fn run(&mut self) -> Close {
        let late = Instant::now() + INIT;
        let mut beat = interval(BEAT);
        loop {
            let end = self.ending.as_ref().map_or(late, |(end, _)| *end);
            let (is_new, is_ending) = (self.state == State::New, self.ending.is_some());
            let step = tokio::select! {
                () = self.stopping.told(), if !self.is_stopping => {
                    self.stop();
                    Ok(())
                }
                () = sleep_until(late), if is_new => Err(Close::INIT_TIMEOUT),
                () = sleep_until(end), if is_ending => Ok(()),
                over = &mut self.over, if !is_ending => {
                    // First whoever wants to know is told.
                    self.ending = Some((Instant::now() + GRACE, Close::over(over)));
                    Ok(())
                }
                Some((id, answer)) = self.told.next(), if !self.told.is_empty() => {
                    self.tell(&id, answer).await
                }
                received = self.socket.recv() => match received {
                    Some(Ok(message)) => self.receive(message).await,
                    Some(Err(_)) | None => Err(Close::GONE),
                },
                _ = beat.tick() => self.beat().await,
            };
            if let Err(close) = step {
                return close;
            }
            let is_over =
                |(end, _): &(Instant, Close)| self.open.is_empty() || Instant::now() >= *end;
            if self.ending.as_ref().is_some_and(is_over)
                && let Some((_, close)) = self.ending.take()
            {
                return close;
            }
        }
    }

    /// Leaves the subscriptions; what is answered once, or may be, is answered before it closes. One that closes
    /// already, for another reason, does so as it would have.
    fn stop(&mut self) {
        self.is_stopping = true;
        if self.ending.is_some() {
            return;
        }
        self.open.retain(|_, open| {
            let stays = open.once.may_be();
            if !stays {
                open.handle.abort();
            }
            stays
        });
        self.ending = Some((Instant::now() + LAST, Close::STOPPING));
    }

    /// Whether it closes because the server stops.
    fn goes_away(&self) -> bool {
        matches!(&self.ending, Some((_, close)) if *close == Close::STOPPING)
    }

    async fn receive(&mut self, message: Message) -> Result<(), Close> {
        self.heard = Instant::now();
        let message = match message {
            Message::Text(message) if message.len() > self.desk.begin.longest() => {
                return Err(Close::TOO_LONG);
            }
            Message::Text(message) => message,
            Message::Binary(_) => return Err(Close::bad("not a text")),
            Message::Close(_) => return Err(Close::GONE),
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        // Before it is known what it says.
        let knocked = self.gate.knock(&self.desk.parts, message.len()).await;
        knocked.map_err(|refusal| Close::refused(&refusal))?;
        match Said::read(&message)? {
            Said::ConnectionInit { payload } => self.init(payload).await,
            Said::Ping { payload } => self.send(text(&Told::Pong { payload })).await,
            Said::Pong { .. } => Ok(()),
            Said::Subscribe { .. } if self.state == State::New => Err(Close::UNAUTHORIZED),
            Said::Subscribe { id, payload } => self.subscribe(id, payload, message.len()).await,
            Said::Complete { id } => {
                self.forget(&id);
                Ok(())
            }
        }
    }

    /// Finds out who is there: by what the payload says, or the request that opened it.
    async fn init(&mut self, payload: Option<Map<String, Value>>) -> Result<(), Close> {
        if self.state != State::New {
            return Err(Close::TOO_MANY_INITS);
        }
        let mut parts = (*self.desk.parts).clone();
        present(&mut parts.headers, payload).map_err(|refusal| Close::refused(&refusal))?;
        let stood = stand(&self.gate, parts).await;
        let (parts, standing) = stood.map_err(|refusal| Close::refused(&refusal))?;
        self.desk.parts = parts;
        if let Some(login) = standing.login() {
            let seat = self.seat.log_in(&login);
            seat.map_err(|refusal| Close::refused(&refusal))?;
        }
        self.over = standing.over();
        self.state = State::Acknowledged;
        self.send(text(&Told::ConnectionAck)).await
    }

    async fn subscribe(
        &mut self,
        id: String,
        payload: Map<String, Value>,
        bytes: usize,
    ) -> Result<(), Close> {
        let id: Arc<str> = id.into();
        if self.open.contains_key(&id) {
            return Err(Close::exists(&id));
        }
        let call = Call::from_value(Value::Object(payload));
        let call = call.map_err(|refusal| Close::bad(&refusal.message))?;
        if self.goes_away() {
            // Clients ask again once they have connected again, but not for what they were told an error of.
            return Ok(());
        }
        match self.begin(&id, call, bytes) {
            Ok(()) => Ok(()),
            Err(refusal) => self.tell(&id, Some(refused(&refusal))).await,
        }
    }

    /// Begins an operation, if there is room for it.
    fn begin(&mut self, id: &Arc<str>, call: Call, bytes: usize) -> Result<(), Refusal> {
        let held = self.open.values().map(|open| open.bytes);
        make_room(held, bytes, self.desk.begin.longest())?;
        let mut operation = self.desk.start(call)?;
        let once = operation.once().clone();
        let begun = {
            let id = Arc::clone(id);
            async move {
                let first = match operation.begun().await {
                    Ok(()) => None,
                    Err(refusal) => Some((Arc::clone(&id), Some(refused(&refusal)))),
                };
                let rest = stream::unfold(Some((operation, id)), |open| async move {
                    let (mut operation, id) = open?;
                    let answer = operation.next().await;
                    let next = answer.is_some().then(|| (operation, Arc::clone(&id)));
                    Some(((id, answer), next))
                });
                stream::iter(first).chain(rest)
            }
        };
        let (told, handle) = stream::abortable(stream::once(begun).flatten());
        self.told.push(told.boxed());
        let open = Open {
            handle,
            once,
            bytes,
        };
        self.open.insert(Arc::clone(id), open);
        Ok(())
    }

    /// Tells what an operation has to say. A refusal is the last of it.
    async fn tell(&mut self, id: &str, answer: Option<Executed>) -> Result<(), Close> {
        let Some(answer) = answer else {
            self.forget(id);
            return self.send(text(&Told::Complete { id })).await;
        };
        let once = self.open.get(id).map(|open| open.once.clone());
        let once = once.unwrap_or_default();
        let (answer, is_refused) = shown(answer, &once);
        if is_refused {
            self.forget(id);
            // What is answered once is asked for by somebody who waits.
            if self.goes_away() && !once.is_said() {
                return Ok(());
            }
            if is_changed(&answer) && !once.is_said() {
                // Clients do not ask again for what they were told an error of; for the rest they do, once they have
                // connected again.
                if self.ending.is_none() {
                    self.ending = Some((Instant::now() + GRACE, Close::over(Over::Changed)));
                }
                return Ok(());
            }
            let payload = &answer.errors;
            return self.send(text(&Told::Error { id, payload })).await;
        }
        let payload = Payload::of(&answer, is_refused);
        self.send(text(&Told::Next { id, payload })).await
    }

    /// Lets an operation end of which nobody wants to know more.
    fn forget(&mut self, id: &str) {
        if let Some(open) = self.open.remove(id) {
            open.handle.abort();
        }
    }

    async fn beat(&mut self) -> Result<(), Close> {
        if self.heard.elapsed() > SILENCE {
            dropped("silent");
            return Err(Close::GONE);
        }
        self.put(Message::Ping(axum::body::Bytes::new())).await
    }

    async fn send(&mut self, text: String) -> Result<(), Close> {
        self.put(Message::Text(text.into())).await
    }

    /// Nobody waits for somebody who does not read.
    async fn put(&mut self, message: Message) -> Result<(), Close> {
        match timeout(SEND, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Close::GONE),
            Err(_) => {
                dropped("slow");
                Err(Close::SLOW)
            }
        }
    }

    async fn close(mut self, close: Close) {
        // Nothing is told any more, and what listened is left.
        self.open.values().for_each(|open| open.handle.abort());
        self.told.clear();
        if close != Close::GONE {
            let farewell = Message::Close(Some(close.frame()));
            let told = timeout(Close::ANSWER, self.socket.send(farewell)).await;
            if !matches!(told, Ok(Ok(()))) {
                return;
            }
        }
        // What has come meanwhile is read: else the network would take it for a fault, and the close might not arrive.
        // And tungstenite (0.29) answers a client that closes when it is read from next: without the answer the client
        // takes its own close for a fault (1006).
        let rest = async { while let Some(Ok(_)) = self.socket.recv().await {} };
        drop(timeout(Close::ANSWER, rest).await);
    }
}

/// Puts what the payload of `connection_init` shows in place of what the request did.
fn present(headers: &mut HeaderMap, payload: Option<Map<String, Value>>) -> Result<(), Refusal> {
    let mut payload = payload.into_iter().flatten();
    let Some((_, shown)) = payload.find(|(name, _)| name.eq_ignore_ascii_case(CREDENTIALS)) else {
        return Ok(());
    };
    let wrong = || Refusal::stale(Stale::Wrong);
    let shown = match &shown {
        // As a client has it that has no token yet.
        Value::Null => return Ok(()),
        Value::String(shown) => HeaderValue::from_str(shown).map_err(|_| wrong())?,
        _ => return Err(wrong()),
    };
    headers.insert(AUTHORIZATION, shown);
    Ok(())
}

/// An answer that is nothing but a refusal.
fn refused(refusal: &Refusal) -> Executed {
    Executed::from_errors(vec![refusal.error()])
}

fn dropped(why: &'static str) {
    metrics::counter!("live_connections_dropped_total", "why" => why).increment(1);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn presented(payload: Value) -> Result<Option<String>, Refusal> {
        let mut headers = HeaderMap::new();
        let Value::Object(payload) = payload else {
            panic!("a payload is an object");
        };
        present(&mut headers, Some(payload))?;
        let shown = headers.get(AUTHORIZATION);
        Ok(shown.map(|shown| shown.to_str().unwrap().to_owned()))
    }

    #[test]
    fn credentials_are_found_in_whatever_case() {
        for name in ["Authorization", "authorization", "AUTHORIZATION"] {
            let shown = presented(json!({ "other": 1, name: "Bearer abc" }));

            assert_eq!(shown, Ok(Some("Bearer abc".to_owned())), "{name}");
        }
        assert_eq!(presented(json!({})), Ok(None));
        assert_eq!(presented(json!({ "Authorization": null })), Ok(None));
    }

    #[test]
    fn what_cannot_be_credentials_is_refused() {
        for shown in [json!(1), json!("Bearer \n"), json!({})] {
            let refused = presented(json!({ "Authorization": shown }));

            assert_eq!(refused, Err(Refusal::stale(Stale::Wrong)), "{shown}");
        }
    }
}
