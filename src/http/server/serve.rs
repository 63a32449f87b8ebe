//! The loop that takes connections, and their end.

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Response, StatusCode, header::CONTENT_TYPE};
use futures::stream::{self, StreamExt};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{interval, sleep, timeout};

use super::body::Arriving;
use super::connections::{Connections, Place, ServerLimits};
use super::stopping::Stopping;
use super::stream::Observed;

/// How often slow connections are looked for.
const SWEEP: Duration = Duration::from_secs(1);
/// How long to wait when the machine has no descriptor left: there is room as soon as somebody goes.
const NO_ROOM: Duration = Duration::from_millis(50);
/// How long whoever has connected, and asked nothing so far, may do so after the server was told to stop. A balancer sends
/// what it has as soon as it is connected, and nobody sends it again if the server closes then.
const FIRST: Duration = Duration::from_secs(1);
/// How many connections may wait to be taken, by the default of the system.
const BACKLOG: usize = 4096;
/// How often it is said at most that no connection can be taken.
const SAY_AGAIN: Duration = Duration::from_secs(60);

/// Routes that others can take the place of while they are served.
pub fn swapping(router: Router) -> (watch::Sender<Router>, watch::Receiver<Router>) {
    watch::channel(router)
}

/// Serves what comes to any of these until `stopped`, then what is under way. Requests find the address of their peer as
/// [`ConnectInfo`].
pub async fn serve(
    listeners: Vec<TcpListener>,
    router: watch::Receiver<Router>,
    limits: ServerLimits,
    stopped: impl Future<Output = ()>,
) {
    // As often at least as a test with shorter limits needs.
    let mut sweep = interval(SWEEP.min(limits.patience.header / 4));
    let connections = Arc::new(Connections::new(limits));
    let (stop, stopping) = watch::channel(false);
    let mut stopped = pin!(stopped);
    let mut said = None;
    loop {
        tokio::select! {
            biased;
            () = &mut stopped => break,
            _ = sweep.tick() => connections.sweep(),
            accepted = accept(&listeners) => match accepted {
                Ok((stream, peer)) => {
                    if let Some(place) = connections.admit(peer.ip()) {
                        let router = router.clone();
                        tokio::spawn(hold(stream, peer, place, router, stopping.clone()));
                    }
                }
                Err(error) if is_of_the_peer(&error) => {}
                Err(error) => {
                    metrics::counter!("http_connections_failed_total").increment(1);
                    if is_time_to_say(&mut said, Instant::now()) {
                        tracing::warn!(%error, "No connection can be taken");
                    }
                    connections.make_room();
                    sleep(NO_ROOM).await;
                }
            },
        }
    }
    for (stream, peer) in listeners.into_iter().flat_map(close) {
        if let Some(place) = connections.admit(peer.ip()) {
            tokio::spawn(hold(stream, peer, place, router.clone(), stopping.clone()));
        }
    }
    drop(stopping);
    stop.send_replace(true);
    // When nobody is left who would have to know.
    let mut ended = pin!(stop.closed());
    loop {
        tokio::select! {
            () = &mut ended => return,
            _ = sweep.tick() => connections.sweep(),
        }
    }
}

/// Holds one connection until it ends, or is cut.
async fn hold(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    router: watch::Receiver<Router>,
    mut stopping: watch::Receiver<bool>,
) {
    // An answer is written whole; waiting for more to send with it only delays it.
    drop(stream.set_nodelay(true));
    let place = Arc::new(place);
    let connection = Arc::clone(&place.connection);
    let told = Stopping::new(stopping.clone());
    let (asks, mut asked) = watch::channel(false);
    let service = service_fn(|request: hyper::Request<Incoming>| {
        asks.send_replace(true);
        let at_work = connection.work();
        let mut request = request.map(|body| Arriving::new(body, || connection.wait_for_body()));
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(told.clone());
        let answer = TowerToHyperService::new(router.borrow().clone()).call(request);
        let connection = Arc::clone(&connection);
        async move {
            let answer = answer.await?;
            if is_endless(&answer) {
                return Ok(answer.map(|body| held(body, at_work)));
            }
            drop(at_work);
            if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
                connection.is_upgraded();
            }
            Ok::<_, std::convert::Infallible>(answer)
        }
    });
    let stream = TokioIo::new(Observed::new(stream, Arc::clone(&place)));
    let mut builder = http1::Builder::new();
    // How long a header may take is ours to say: here it would count as idle what waits for its first byte.
    builder.timer(TokioTimer::new()).header_read_timeout(None);
    let served = builder.serve_connection(stream, service).with_upgrades();
    let mut served = pin!(served);
    let mut is_stopping = false;
    let mut stops = pin!(async {
        drop(stopping.wait_for(|stops| *stops).await);
        drop(timeout(FIRST, asked.wait_for(|asked| *asked)).await);
    });
    loop {
        tokio::select! {
            served = served.as_mut() => {
                if let Err(error) = served {
                    tracing::debug!(%error, "A connection broke");
                }
                break;
            }
            () = &mut stops, if !is_stopping => {
                is_stopping = true;
                served.as_mut().graceful_shutdown();
            }
            () = place.connection.cut() => break,
        }
    }
}

/// Whether an answer goes on until somebody ends it.
fn is_endless(answer: &Response<Body>) -> bool {
    let media = answer.headers().get(CONTENT_TYPE);
    media.is_some_and(|media| media.as_bytes().starts_with(b"text/event-stream"))
}

/// A body during which its connection is at work.
fn held(body: Body, at_work: impl Send + 'static) -> Body {
    let rest = (body.into_data_stream(), at_work);
    Body::from_stream(stream::unfold(rest, |(mut body, at_work)| async move {
        let bytes = body.next().await?;
        Some((bytes, (body, at_work)))
    }))
}

/// The next connection to any of them; of several that wait, one to the first.
async fn accept(listeners: &[TcpListener]) -> io::Result<(TcpStream, SocketAddr)> {
    poll_fn(|context| {
        let mut accepted = listeners.iter().map(|one| one.poll_accept(context));
        accepted.find(Poll::is_ready).unwrap_or(Poll::Pending)
    })
    .await
}

/// Ends a listener, and gives the connections that the system had taken for it, and would reset.
fn close(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let Ok(listener) = listener.into_std() else {
        return Vec::new();
    };
    let waiting = std::iter::from_fn(|| listener.accept().ok()).take(BACKLOG);
    let taken = waiting.filter_map(|(stream, peer)| {
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, peer))
    });
    taken.collect()
}

/// Whether it was not said before, or long ago; then it is now.
fn is_time_to_say(said: &mut Option<Instant>, now: Instant) -> bool {
    let is_time = said.is_none_or(|before| now.duration_since(before) >= SAY_AGAIN);
    if is_time {
        *said = Some(now);
    }
    is_time
}

/// Whether it is about one connection, which went before it was taken.
fn is_of_the_peer(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_wrong_again_and_again_is_said_at_once_and_then_once_a_minute() {
        let (begin, mut said) = (Instant::now(), None);

        let times = (0..150 * 20u64).filter(|twentieth| {
            let now = begin + Duration::from_millis(twentieth * 50);
            is_time_to_say(&mut said, now)
        });

        assert_eq!(times.count(), 3);
    }
}
