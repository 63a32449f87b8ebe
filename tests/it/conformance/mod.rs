//! One suite per port, run on every adapter of it: the sentences of the port's documentation, checked one by one.

/// Makes a test of each check on each backend: `on_every_backend!(open on [sqlite, mongo]: a_check, another);` gives
/// `a_check::sqlite`, `a_check::mongo`, … Each opens an empty store by `open(Backend::Sqlite).await` and hands what
/// that gives to the check by reference.
macro_rules! on_every_backend {
    ($open:ident on $backends:tt: $($check:ident),+ $(,)?) => {
        $(mod $check {
            on_every_backend!(@each $open $check $backends);
        })+
    };
    (@each $open:ident $check:ident [$($backend:ident),+]) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $backend() {
            let opened = super::$open(crate::conformance::Backend::$backend).await;
            super::$check(&opened).await;
        })+
    };
}

/// Where a port is tried.
#[expect(non_camel_case_types, reason = "they double as names of tests")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    /// The adapter that lives inside the process.
    memory,
    /// The embedded store, in a file of its own.
    sqlite,
    mongo,
    neo4j,
    redis,
}

mod accounts;
mod blobs;
pub(crate) mod catalog;
mod commenting;
pub(crate) mod graph;
mod importing;
mod leases;
mod library;
mod limits;
mod membership;
mod notes;
mod one_time;
mod persisted;
mod ping;
pub(crate) mod sessions;
mod signing_keys;
mod site_jobs;
mod uploads;
mod usage;
mod video;
mod watching;
