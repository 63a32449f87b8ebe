//! A wire to a server that a test can cut: connections through it break, or hang, at a word.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

const OPEN: u8 = 0;
const CUT: u8 = 1;
const SILENT: u8 = 2;

/// A wire from a port of its own to a server.
pub(crate) struct Wire {
    state: Arc<AtomicU8>,
    /// How many connections something gets through.
    carried: Arc<AtomicUsize>,
    pub(crate) port: u16,
}

impl Wire {
    /// Lays a wire to `host:port`.
    pub(crate) async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(AtomicU8::new(OPEN));
        let carried = Arc::new(AtomicUsize::new(0));
        let (seen, counted) = (Arc::clone(&state), Arc::clone(&carried));
        let target = target.to_owned();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(carry(
                    client,
                    target.clone(),
                    Arc::clone(&seen),
                    Arc::clone(&counted),
                ));
            }
        });
        Self {
            state,
            carried,
            port,
        }
    }

    /// Breaks every connection, and each new one at once.
    pub(crate) async fn cut(&self) {
        self.stop(CUT).await;
    }

    /// Lets every connection stand, and nothing through: a server that hangs.
    pub(crate) async fn silence(&self) {
        self.stop(SILENT).await;
    }

    async fn stop(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
        while self.carried.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Lets new connections through again.
    pub(crate) fn mend(&self) {
        self.state.store(OPEN, Ordering::SeqCst);
    }
}

async fn carry(
    mut client: TcpStream,
    target: String,
    state: Arc<AtomicU8>,
    carried: Arc<AtomicUsize>,
) {
    let is = |wanted: u8| {
        let state = Arc::clone(&state);
        async move {
            while state.load(Ordering::SeqCst) != wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    if state.load(Ordering::SeqCst) == OPEN
        && let Ok(mut server) = TcpStream::connect(&target).await
    {
        carried.fetch_add(1, Ordering::SeqCst);
        let is_silent = tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => false,
            () = is(CUT) => false,
            () = is(SILENT) => true,
        };
        carried.fetch_sub(1, Ordering::SeqCst);
        if !is_silent {
            return;
        }
    }
    // Whoever waits on a silent wire waits until it is cut or mended, and then finds it broken.
    tokio::select! {
        () = is(CUT) => {}
        () = is(OPEN) => {}
    }
}
