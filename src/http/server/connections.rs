//! All connections that are open, and which of them must go: the slow ones, and where there is no room, the idle ones.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use tokio::sync::Notify;

use crate::domain::viewer::Client;

/// How long a peer may do nothing.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// From the start of a connection, or the first byte of a later request, to the end of its header.
    pub header: Duration,
    /// Between two requests. Longer than proxies usually keep theirs (60 s), so that it is the proxy that closes: else
    /// it may send a request into a connection that is just being closed.
    pub idle: Duration,
    /// For a peer that does not read what it asked for.
    pub stalled: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stalled: Duration::from_secs(30),
        }
    }
}

/// How many connections there may be.
#[derive(Debug, Clone)]
pub struct ServerLimits {
    /// In all, of whatever peer.
    pub connections: usize,
    /// Of one network that is no proxy's.
    pub connections_per_peer: usize,
    /// The networks of proxies, which speak for many and may have as many as there are.
    pub proxies: Vec<IpNet>,
    pub patience: Patience,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_peer: 500,
            proxies: Vec::new(),
            patience: Patience::default(),
        }
    }
}

/// What a connection is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// Waits for the next request.
    Idle,
    /// A header has begun, or is due: a connection is opened to send one.
    Header,
    /// The header of a request is there, its body still to come.
    Body,
    /// A request is worked on, or answered as long as its client listens.
    Request,
    /// It speaks another protocol by now, which looks after it itself.
    Upgraded,
}

#[derive(Debug, Clone, Copy)]
struct State {
    doing: Doing,
    since: Instant,
    /// Since when the peer does not take what there is for it.
    stalled: Option<Instant>,
}

/// One connection, as its stream and its requests tell of it.
pub(super) struct Connection {
    /// What it is counted under; `None`: it is not.
    peer: Option<String>,
    state: Mutex<State>,
    cut: Notify,
}

impl Connection {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_now(&self, doing: Doing) {
        let mut state = self.state();
        (state.doing, state.since) = (doing, Instant::now());
    }

    /// Bytes came from the peer.
    pub(super) fn has_read(&self) {
        if self.state().doing == Doing::Idle {
            self.is_now(Doing::Header);
        }
    }

    /// Bytes went to the peer.
    pub(super) fn has_written(&self) {
        let mut state = self.state();
        state.stalled = None;
        if state.doing == Doing::Idle {
            state.since = Instant::now();
        }
    }

    /// There are bytes to go, and the peer takes none.
    pub(super) fn cannot_write(&self) {
        self.state().stalled.get_or_insert_with(Instant::now);
    }

    /// From now on it speaks another protocol.
    pub(super) fn is_upgraded(&self) {
        self.is_now(Doing::Upgraded);
    }

    /// A request is worked on until what this gives is dropped.
    pub(super) fn work(self: &Arc<Self>) -> impl Drop + Send + 'static {
        struct Work(Arc<Connection>);
        impl Drop for Work {
            fn drop(&mut self) {
                self.0.is_now(Doing::Idle);
            }
        }
        self.is_now(Doing::Request);
        Work(Arc::clone(self))
    }

    /// The body of the request is waited for until what this gives is dropped: until then nothing is lost if the
    /// connection has to make room.
    pub(super) fn wait_for_body(self: &Arc<Self>) -> impl Drop + Send + Unpin + 'static {
        struct Waiting(Arc<Connection>);
        impl Drop for Waiting {
            fn drop(&mut self) {
                // The answer may have been given before.
                if self.0.state().doing == Doing::Body {
                    self.0.is_now(Doing::Request);
                }
            }
        }
        self.is_now(Doing::Body);
        Waiting(Arc::clone(self))
    }

    /// Comes back when it is to be cut.
    pub(super) async fn cut(&self) {
        self.cut.notified().await;
    }

    /// Why it is to be cut, if the peer has done nothing for too long.
    fn fault(&self, patience: &Patience, now: Instant) -> Option<&'static str> {
        let state = *self.state();
        if state.doing == Doing::Upgraded {
            return None;
        }
        let is_over = |since: Instant, limit| now.saturating_duration_since(since) > limit;
        if state
            .stalled
            .is_some_and(|since| is_over(since, patience.stalled))
        {
            return Some("stalled");
        }
        match state.doing {
            Doing::Header => is_over(state.since, patience.header).then_some("header"),
            Doing::Idle => is_over(state.since, patience.idle).then_some("idle"),
            // How long a body may take the routes say.
            Doing::Body | Doing::Request | Doing::Upgraded => None,
        }
    }

    /// Since when there was nothing to work on; `None`: there is.
    fn quiet_since(&self) -> Option<Instant> {
        let state = *self.state();
        let is_busy = matches!(state.doing, Doing::Request | Doing::Upgraded);
        (!is_busy).then_some(state.since)
    }
}

/// All connections that are open.
pub(super) struct Connections {
    limits: ServerLimits,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    next: u64,
    all: HashMap<u64, Arc<Connection>>,
    of_peer: HashMap<String, usize>,
}

/// A connection's place among the others, which it has until this is dropped.
pub(super) struct Place {
    number: u64,
    pub(super) connection: Arc<Connection>,
    among: Arc<Connections>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.among.open().remove(self.number);
    }
}

impl Connections {
    pub(super) fn new(limits: ServerLimits) -> Self {
        Self {
            limits,
            open: Mutex::default(),
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a new connection a place. Where there is none, the quietest one goes: of the same peer, or if all are too
    /// many, of the peer that has most, so that who comes to see how the program is gets in whoever else is there.
    /// `None`: all are at work.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = address.to_canonical();
        let proxies = &self.limits.proxies;
        let is_proxy = proxies.iter().any(|network| network.contains(&address));
        let client = Client {
            address: Some(address),
            ..Client::default()
        };
        let peer = (!is_proxy).then(|| client.network());
        let mut open = self.open();
        if let Some(peer) = &peer
            && open.of_peer.get(peer).copied().unwrap_or_default()
                >= self.limits.connections_per_peer
            && !open.make_room(|other| other.peer.as_ref() == Some(peer))
        {
            refused("peer");
            return None;
        }
        if open.all.len() >= self.limits.connections && !open.make_room(|_| true) {
            refused("all");
            return None;
        }
        let connection = Arc::new(Connection {
            peer,
            state: Mutex::new(State {
                doing: Doing::Header,
                since: Instant::now(),
                stalled: None,
            }),
            cut: Notify::new(),
        });
        Some(Place {
            number: open.add(Arc::clone(&connection)),
            connection,
            among: Arc::clone(self),
        })
    }

    /// Makes room although nobody has reached a limit: the machine has.
    pub(super) fn make_room(&self) {
        self.open().make_room(|_| true);
    }

    /// Cuts those whose peers have done nothing for too long.
    pub(super) fn sweep(&self) {
        let now = Instant::now();
        let mut open = self.open();
        let all = open.all.iter();
        let faults = all.filter_map(|(number, connection)| {
            let fault = connection.fault(&self.limits.patience, now)?;
            Some((*number, fault))
        });
        for (number, fault) in faults.collect::<Vec<_>>() {
            open.cut(number, fault);
        }
        #[expect(clippy::cast_precision_loss, reason = "counts below 2^53")]
        metrics::gauge!("http_connections").set(open.all.len() as f64);
    }
}

impl Open {
    fn add(&mut self, connection: Arc<Connection>) -> u64 {
        if let Some(peer) = &connection.peer {
            *self.of_peer.entry(peer.clone()).or_default() += 1;
        }
        self.next += 1;
        self.all.insert(self.next, connection);
        self.next
    }

    fn remove(&mut self, number: u64) -> Option<Arc<Connection>> {
        let connection = self.all.remove(&number)?;
        if let Some(peer) = &connection.peer
            && let Some(count) = self.of_peer.get_mut(peer)
        {
            *count -= 1;
            if *count == 0 {
                self.of_peer.remove(peer);
            }
        }
        Some(connection)
    }

    fn cut(&mut self, number: u64, why: &'static str) {
        if let Some(connection) = self.remove(number) {
            metrics::counter!("http_connections_cut_total", "why" => why).increment(1);
            connection.cut.notify_one();
        }
    }

    fn make_room(&mut self, among: impl Fn(&Connection) -> bool) -> bool {
        let quiet = self.all.iter().filter(|(_, other)| among(other));
        let quiet = quiet.filter_map(|(number, other)| {
            let peer = other.peer.as_ref();
            let many = peer.and_then(|peer| self.of_peer.get(peer)).copied();
            let since = other.quiet_since()?;
            Some((std::cmp::Reverse(many.unwrap_or_default()), since, *number))
        });
        let Some((_, _, quietest)) = quiet.min() else {
            return false;
        };
        self.cut(quietest, "room");
        true
    }
}

fn refused(limit: &'static str) {
    metrics::counter!("http_connections_refused_total", "limit" => limit).increment(1);
}
