//! Peers that send nothing, half a header, or do not read; too many of them, and those who want to get in beside them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Patience, ServerLimits, serve, swapping};

const SHORT: Duration = Duration::from_millis(400);
/// How long what must happen may take.
const SOON: Duration = Duration::from_secs(60);
const ASK: &[u8] = b"GET /ok HTTP/1.1\r\nhost: a\r\n\r\n";

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

fn limits() -> ServerLimits {
    ServerLimits {
        patience: Patience {
            header: SHORT,
            idle: SHORT * 3,
            stalled: SHORT,
        },
        ..ServerLimits::default()
    }
}

async fn server(limits: ServerLimits) -> Server {
    let router = Router::new()
        .route("/ok", get(async || "ok"))
        .route(
            "/slow",
            get(async || {
                tokio::time::sleep(SHORT * 4).await;
                "slow"
            }),
        )
        .route("/read", post(async |body: Bytes| body.len().to_string()))
        .route("/much", get(async || Body::from(vec![0; 64 << 20])));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let (_, router) = swapping(router);
    let running = tokio::spawn(serve(vec![listener], router, limits, async {
        drop(stopped.await);
    }));
    Server {
        address,
        stop,
        running,
    }
}

#[tokio::test]
async fn each_of_several_addresses_is_answered() {
    let mut listeners = Vec::new();
    for _ in 0..2 {
        listeners.push(TcpListener::bind("127.0.0.1:0").await.unwrap());
    }
    let addresses: Vec<SocketAddr> = listeners
        .iter()
        .map(|listener| listener.local_addr().unwrap())
        .collect();
    let (_, router) = swapping(Router::new().route("/ok", get(async || "ok")));
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(serve(listeners, router, limits(), async {
        drop(stopped.await);
    }));

    for address in addresses {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let asked = b"GET /ok HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        stream.write_all(asked).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("\r\n\r\nok"), "{answer}");
    }
    drop(stop);
    running.await.unwrap();
}

impl Server {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// A connection on which something was answered.
    async fn used(&self) -> TcpStream {
        let mut stream = self.connect().await;
        assert!(is_answered(&mut stream).await);
        stream
    }
}

async fn is_answered(stream: &mut TcpStream) -> bool {
    if stream.write_all(ASK).await.is_err() {
        return false;
    }
    let mut answer = [0; 1024];
    let read = tokio::time::timeout(SOON, stream.read(&mut answer)).await;
    let read = read.expect("something comes back");
    read.is_ok_and(|read| answer[..read].starts_with(b"HTTP/1.1 200"))
}

/// Waits until the server has closed it, reading whatever it still sends.
async fn closed(stream: &mut TcpStream) {
    let mut rest = vec![0; 1 << 20];
    let read_all = async { while let Ok(1..) = stream.read(&mut rest).await {} };
    tokio::time::timeout(SOON, read_all)
        .await
        .expect("it is closed");
}

#[tokio::test]
async fn who_sends_half_a_header_is_cut_however_slowly_it_goes_on() {
    let server = server(limits()).await;
    let mut silent = server.connect().await;
    let mut half = server.connect().await;
    half.write_all(b"GET /ok HTTP/1.1\r\nhost: a\r\nx: ")
        .await
        .unwrap();
    let mut second_half = server.used().await;
    second_half.write_all(b"GET /ok HT").await.unwrap();
    let (mut trickle, began) = (server.connect().await, Instant::now());

    while trickle.write_all(b"G").await.is_ok() {
        assert!(began.elapsed() < SOON, "it goes on for ever");
        tokio::time::sleep(SHORT / 8).await;
    }

    for stream in [&mut silent, &mut half, &mut second_half] {
        closed(stream).await;
    }
}

#[tokio::test]
async fn who_is_idle_may_be_so_for_longer_and_is_cut_then() {
    // By so much longer that a busy machine does not hold up who asks again until then.
    let patience = Patience {
        idle: SHORT * 10,
        ..limits().patience
    };
    let server = server(ServerLimits {
        patience,
        ..limits()
    })
    .await;
    let mut idle = server.used().await;

    tokio::time::sleep(SHORT * 3 / 2).await;

    assert!(
        is_answered(&mut idle).await,
        "a header would be late by now"
    );
    closed(&mut idle).await;
}

#[tokio::test]
async fn a_request_that_takes_long_is_not_taken_for_an_idle_connection() {
    let server = server(limits()).await;
    let mut stream = server.connect().await;

    let ask = b"GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream.write_all(ask).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();

    assert!(answer.ends_with("slow"), "{answer}");
}

#[tokio::test]
async fn who_does_not_read_its_answer_is_cut() {
    let server = server(limits()).await;
    let mut deaf = server.connect().await;
    deaf.write_all(b"GET /much HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();

    tokio::time::sleep(SHORT * 4).await;

    let mut all = Vec::new();
    drop(tokio::time::timeout(SOON, deaf.read_to_end(&mut all)).await);
    assert!(!all.is_empty() && all.len() < 64 << 20, "{}", all.len());
}

#[tokio::test]
async fn whoever_comes_gets_in_although_others_hold_all_connections() {
    let patient = Patience {
        header: SOON,
        idle: SOON,
        stalled: SOON,
    };
    for (connections, connections_per_peer) in [(5, 100), (100, 5)] {
        let server = server(ServerLimits {
            connections,
            connections_per_peer,
            patience: patient,
            ..limits()
        })
        .await;
        let mut idle = Vec::new();
        for _ in 0..5 {
            idle.push(server.used().await);
        }

        let mut newcomers = [server.connect().await, server.connect().await];

        for newcomer in &mut newcomers {
            assert!(is_answered(newcomer).await);
        }
        // The quietest went, and nobody else.
        closed(&mut idle[0]).await;
        closed(&mut idle[1]).await;
        assert!(is_answered(&mut idle[4]).await);
    }
}

#[tokio::test]
async fn nobody_who_is_at_work_is_cut_for_a_newcomer() {
    let server = server(ServerLimits {
        connections_per_peer: 2,
        ..limits()
    })
    .await;
    let mut working = [server.connect().await, server.connect().await];
    for stream in &mut working {
        let ask = b"GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        stream.write_all(ask).await.unwrap();
    }
    tokio::time::sleep(SHORT / 2).await;

    let mut newcomer = server.connect().await;

    closed(&mut newcomer).await;
    for stream in &mut working {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("slow"), "{answer}");
    }
}

#[tokio::test]
async fn who_waits_with_the_body_of_a_request_makes_room() {
    let server = server(ServerLimits {
        connections_per_peer: 2,
        patience: Patience {
            header: SOON,
            idle: SOON,
            stalled: SOON,
        },
        ..limits()
    })
    .await;
    let mut waiting = [server.connect().await, server.connect().await];
    for stream in &mut waiting {
        let ask = b"POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nab";
        stream.write_all(ask).await.unwrap();
    }
    tokio::time::sleep(SHORT / 2).await;

    let mut newcomer = server.used().await;

    closed(&mut waiting[0]).await;
    waiting[1].write_all(b"cde").await.unwrap();
    let mut answer = [0; 1024];
    let read = waiting[1].read(&mut answer).await.unwrap();
    assert!(answer[..read].ends_with(b"5"));
    assert!(is_answered(&mut newcomer).await);
}

#[tokio::test]
async fn proxies_speak_for_many() {
    let server = server(ServerLimits {
        connections_per_peer: 1,
        proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..limits()
    })
    .await;

    let mut both = [server.used().await, server.used().await];

    for stream in &mut both {
        assert!(is_answered(stream).await);
    }
}

#[tokio::test]
async fn what_is_under_way_is_finished_before_the_end_and_nothing_else_is_waited_for() {
    let server = server(limits()).await;
    let mut idle = server.used().await;
    let mut working = server.connect().await;
    working
        .write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(SHORT / 2).await;

    server.stop.send(()).unwrap();

    closed(&mut idle).await;
    let mut answer = String::new();
    working.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("slow"), "{answer}");
    tokio::time::timeout(SOON, server.running)
        .await
        .expect("it ends")
        .unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn whoever_has_just_come_is_answered_before_the_end() {
    let server = server(ServerLimits::default()).await;
    let mut taken = server.connect().await;
    tokio::time::sleep(SHORT / 4).await;
    // The server does nothing before the next `await`: it has not taken this one when it is told to stop.
    let waiting = std::net::TcpStream::connect(server.address).unwrap();
    waiting.set_nonblocking(true).unwrap();

    server.stop.send(()).unwrap();

    tokio::time::sleep(SHORT / 8).await;
    assert!(TcpStream::connect(server.address).await.is_err());
    let mut waiting = TcpStream::from_std(waiting).unwrap();
    for stream in [&mut taken, &mut waiting] {
        assert!(is_answered(stream).await);
        closed(stream).await;
    }
    tokio::time::timeout(SOON, server.running)
        .await
        .expect("it ends")
        .unwrap();
}
