//! Streams of events by `graphql-sse`, in its single connection mode: a stream is reserved, opened, and then tells of as
//! many subscriptions as are begun on it by requests of their own.
//!
//! A reservation is known to the server that made it, and to no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use futures::future::BoxFuture;
use futures::stream;
use serde::Serialize;
use tokio::sync::{mpsc, watch};

use super::events::{GRACE, complete, next, respond};
use super::gate::Once;
use super::message::{Payload, shown, text};
use super::operation::{Operation, make_room};
use super::seats::Seat;
use crate::domain::entropy::unique_name;
use crate::graphql::Over;
use crate::http::graphql::refusal::Refusal;
use crate::http::server::Stopping;

/// How long a stream that was reserved may take to be opened.
const OPENED_WITHIN: Duration = Duration::from_secs(30);
/// How many events wait to be read.
const WAITING: usize = 16;
/// How often a stream looks whether all is answered, once the server stops.
const LOOK: Duration = Duration::from_millis(100);

/// The streams that are reserved, or open. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Streams(Arc<Mutex<HashMap<String, Reserved>>>);

/// A stream that is reserved, or open.
struct Reserved {
    /// Who reserved it, and alone may use it; none: somebody who is not logged in.
    login: Option<String>,
    /// What is there until it is opened.
    closed: Option<(mpsc::Receiver<String>, Seat)>,
    events: mpsc::Sender<String>,
    /// The subscriptions on it, by id.
    open: HashMap<String, Place>,
}

/// The place of an operation, which ends when this is dropped.
struct Place {
    _stay: watch::Sender<()>,
    /// Whether it is a query or a mutation.
    once: Once,
    /// How many it has.
    bytes: usize,
}

/// What an event tells, under the id of its subscription.
#[derive(Serialize)]
struct Told<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Payload<'a>>,
}

impl Streams {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Reserved>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reserves a stream for somebody; its token.
    pub(super) fn reserve(&self, login: Option<String>, seat: Seat) -> String {
        let token = unique_name().simple().to_string();
        let (events, waiting) = mpsc::channel(WAITING);
        let reserved = Reserved {
            login,
            closed: Some((waiting, seat)),
            events,
            open: HashMap::new(),
        };
        self.all().insert(token.clone(), reserved);
        let (streams, reserved) = (self.clone(), token.clone());
        tokio::spawn(async move {
            tokio::time::sleep(OPENED_WITHIN).await;
            let mut all = streams.all();
            if all
                .get(&reserved)
                .is_some_and(|stream| stream.closed.is_some())
            {
                all.remove(&reserved);
            }
        });
        token
    }

    /// Opens a stream that somebody has reserved.
    pub(super) fn open(
        &self,
        token: &str,
        login: Option<&str>,
        over: BoxFuture<'static, Over>,
        stopping: Stopping,
    ) -> Result<Response, Refusal> {
        let mut all = self.all();
        let reserved = of(&mut all, token, login)?;
        let Some((waiting, seat)) = reserved.closed.take() else {
            let words = "this stream is open already";
            return Err(Refusal::new(StatusCode::CONFLICT, "CONFLICT", words));
        };
        drop(all);
        let open = Open {
            streams: self.clone(),
            token: token.to_owned(),
            waiting,
            over,
            is_over: false,
            stopping,
            is_stopping: false,
            _seat: seat,
        };
        let events = stream::unfold(open, |mut open| async move {
            let event = open.next().await?;
            Some((event, open))
        });
        Ok(respond(events))
    }

    /// Makes room for an operation of so many bytes on a stream, whose operations have together no more than the longest.
    pub(super) fn begin(
        &self,
        token: &str,
        login: Option<&str>,
        id: &str,
        bytes: usize,
        longest: usize,
    ) -> Result<Begun, Refusal> {
        let mut all = self.all();
        let reserved = of(&mut all, token, login)?;
        if reserved.open.contains_key(id) {
            let words = format!("an operation {id} is under way already");
            return Err(Refusal::new(StatusCode::CONFLICT, "CONFLICT", words));
        }
        make_room(
            reserved.open.values().map(|place| place.bytes),
            bytes,
            longest,
        )?;
        let (stay, left) = watch::channel(());
        let place = Place {
            _stay: stay,
            once: Once::default(),
            bytes,
        };
        reserved.open.insert(id.to_owned(), place);
        Ok(Begun {
            streams: self.clone(),
            token: token.to_owned(),
            id: id.to_owned(),
            events: reserved.events.clone(),
            left,
        })
    }

    /// Lets a subscription end, if it is there.
    pub(super) fn end(&self, token: &str, login: Option<&str>, id: &str) -> Result<(), Refusal> {
        of(&mut self.all(), token, login)?.open.remove(id);
        Ok(())
    }
}

/// The stream of a token, if it is the one of who asks.
fn of<'a>(
    all: &'a mut HashMap<String, Reserved>,
    token: &str,
    login: Option<&str>,
) -> Result<&'a mut Reserved, Refusal> {
    let reserved = all.get_mut(token);
    let own = reserved.filter(|reserved| reserved.login.as_deref() == login);
    own.ok_or_else(|| {
        let words = "there is no stream of this token here: reserve another one";
        Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", words)
    })
}

/// A stream that is open; what is on it ends when this is dropped.
struct Open {
    streams: Streams,
    token: String,
    waiting: mpsc::Receiver<String>,
    over: BoxFuture<'static, Over>,
    is_over: bool,
    stopping: Stopping,
    /// Whether it was told that the server stops.
    is_stopping: bool,
    _seat: Seat,
}

impl Open {
    async fn next(&mut self) -> Option<String> {
        loop {
            // What is answered once is answered first, and what is told already is sent.
            if self.is_stopping && !self.owes_an_answer() {
                return self.waiting.try_recv().ok();
            }
            // First whoever wants to know is told that it is over.
            let grace = tokio::time::sleep(GRACE);
            tokio::select! {
                biased;
                () = self.stopping.told(), if !self.is_stopping => self.is_stopping = true,
                event = self.waiting.recv() => return event,
                () = tokio::time::sleep(LOOK), if self.is_stopping => {}
                _ = &mut self.over, if !self.is_over => self.is_over = true,
                () = grace, if self.is_over => return None,
            }
        }
    }

    /// Whether a query or a mutation on it is not answered yet, or something that may be one has not begun.
    fn owes_an_answer(&self) -> bool {
        let all = self.streams.all();
        let reserved = all.get(&self.token);
        reserved.is_some_and(|reserved| reserved.open.values().any(|place| place.once.may_be()))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.streams.all().remove(&self.token);
    }
}

/// A subscription that has its place on a stream.
pub(super) struct Begun {
    streams: Streams,
    token: String,
    id: String,
    events: mpsc::Sender<String>,
    left: watch::Receiver<()>,
}

impl Begun {
    /// Notes where it is said what it turns out to be.
    pub(super) fn is_said_by(&self, once: &Once) {
        let mut all = self.streams.all();
        // Once it was left, its place may be another one's.
        let is_left = self.left.has_changed().is_err();
        let reserved = all.get_mut(&self.token).filter(|_| !is_left);
        if let Some(place) = reserved.and_then(|reserved| reserved.open.get_mut(&self.id)) {
            place.once = once.clone();
        }
    }

    /// Tells what it has to say, in a task of its own, until it is complete, or left.
    pub(super) fn follow(self, operation: Operation) {
        tokio::spawn(self.run(operation));
    }

    async fn run(mut self, mut operation: Operation) {
        loop {
            let answer = tokio::select! {
                biased;
                // Nothing is ever sent: nobody wants it any more.
                _ = self.left.changed() => return,
                answer = operation.next() => answer,
            };
            let id = self.id.as_str();
            let is_complete = answer.is_none();
            let shown = answer.map(|answer| shown(answer, operation.once()));
            let event = match shown {
                Some((answer, is_refused)) => next(&Told {
                    id,
                    payload: Some(Payload::of(&answer, is_refused)),
                }),
                None => complete(&text(&Told { id, payload: None })),
            };
            let sent = tokio::select! {
                biased;
                _ = self.left.changed() => return,
                sent = self.events.send(event) => sent,
            };
            if sent.is_err() || is_complete {
                return;
            }
        }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        let mut all = self.streams.all();
        // Once it was left, its place may be another one's.
        let is_left = self.left.has_changed().is_err();
        if !is_left && let Some(reserved) = all.get_mut(&self.token) {
            reserved.open.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use futures::{FutureExt, future};

    use super::super::seats::{LiveLimits, Seats};
    use super::*;

    #[tokio::test]
    async fn a_stream_of_a_server_that_stops_answers_first_what_is_answered_once() {
        let seat = Seats::new(LiveLimits::of_server(1)).take(None).unwrap();
        let streams = Streams::default();
        let token = streams.reserve(None, seat);
        let (stop, stopping) = watch::channel(false);
        let nobody_leaves = future::pending().boxed();
        let opened = streams.open(&token, None, nobody_leaves, Stopping::new(stopping));
        let body = opened.unwrap().into_body();
        let once = Once::default();
        let subscribed = streams.begin(&token, None, "subscription", 1, 9).unwrap();
        let never = Once::default();
        subscribed.is_said_by(&never);
        never.deny();
        let asked = streams.begin(&token, None, "mutation", 1, 9).unwrap();
        asked.is_said_by(&once);

        stop.send_replace(true);
        let read = tokio::spawn(to_bytes(body, 1000));
        // Until it has been told. Meanwhile it is found out what it is.
        tokio::time::sleep(Duration::from_millis(50)).await;
        once.say();
        asked.events.send(next(&"done")).await.unwrap();
        drop(asked);

        let read = read.await.unwrap().unwrap();
        let read = String::from_utf8(read.to_vec()).unwrap();
        assert!(read.contains("event: next\ndata: \"done\""), "{read}");
        drop(subscribed);
    }
}
