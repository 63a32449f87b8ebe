//! How long what was played takes to be counted: `cargo bench --bench usage -- VIEWINGS ADDRESS`
//!
//! Keeps viewings (1,000,000 unless said otherwise), each of a sitting of its own, a thousand together, and counts them:
//! in a file of SQLite in the folder for temporary files, or in the MongoDB at the address, whose database `bench_usage`
//! is removed. Then a fifth of the sittings go on, which reads and replaces what is remembered of them. Says how long each
//! took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use chrono::{DateTime, TimeDelta, Utc};
use reelgraph::adapters::memory::MemoryLeases;
use reelgraph::adapters::mongo::{MongoDb, MongoUsage};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteUsage};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::{PlayId, ProfileId, TitleId};
use reelgraph::domain::usage::{CountRound, Scope, UsageCounter, UsageStore, WaitingBatch};
use reelgraph::domain::watching::{Country, Device, Origin, SittingId, Viewing};
use uuid::Uuid;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TITLES: u64 = 5_000;
const VIEWERS: u64 = 200_000;
/// As many as are kept together.
const BATCH: u64 = 1000;
/// How long an operation on a server may take: what is slow is to be measured, not given up.
const TIMEOUT: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count = arguments.iter().find_map(|argument| argument.parse().ok());
    let count: u64 = count.unwrap_or(1_000_000);
    let address = arguments.iter().find(|it| it.starts_with("mongodb://"));
    let folder = tempfile::tempdir()?;
    let store: Arc<dyn UsageStore> = match address {
        Some(address) => {
            let (address, options) = address.split_once('?').unwrap_or((address, ""));
            let uri = format!("{}/bench_usage?{options}", address.trim_end_matches('/'));
            let client = mongodb::Client::with_uri_str(&uri).await?;
            client.database("bench_usage").drop().await?;
            let store = MongoUsage::new(MongoDb::open(&uri.into(), TIMEOUT).await?);
            store.ensure_indexes().await?;
            Arc::new(store)
        }
        None => {
            let db = SqliteDb::open(&folder.path().join("usage.sqlite"))?;
            Arc::new(SqliteUsage::new(db))
        }
    };
    let evening = SystemClock.now() - TimeDelta::hours(2);
    for (what, count, after) in [
        ("of new sittings", count, 0.0),
        ("that go on", count / 5, 60.0),
    ] {
        let began = Instant::now();
        keep(&*store, count, evening, after).await?;
        println!("{count} viewings {what} kept in {:.1?}", began.elapsed());
        let began = Instant::now();
        count_all(&store, count).await?;
        println!("{count} viewings {what} counted in {:.1?}", began.elapsed());
    }
    let days = [evening, evening + TimeDelta::hours(2)].map(|at| (Scope::Site, at.date_naive()));
    let (first, last) = (days[0].1, days[1].1);
    let counted = store.days_between(Scope::Site, first, last).await?;
    let plays: u64 = counted.iter().map(|day| day.total.plays).sum();
    ensure!(plays == count, "{plays} plays were counted");
    Ok(())
}

async fn keep(
    store: &dyn UsageStore,
    count: u64,
    evening: DateTime<Utc>,
    after: f64,
) -> anyhow::Result<()> {
    for batch in 0..count / BATCH {
        let numbers = batch * BATCH..(batch + 1) * BATCH;
        let batch = WaitingBatch {
            id: Uuid::from_u128(u128::from(batch + 1)),
            at: evening + TimeDelta::milliseconds(i64::try_from(batch)?),
            viewings: numbers.map(|it| viewing(it, evening, after)).collect(),
        };
        store.keep_waiting(&batch).await?;
    }
    Ok(())
}

/// A minute of a sitting, from so many seconds on.
fn viewing(number: u64, evening: DateTime<Utc>, after: f64) -> Viewing {
    let begun = evening + TimeDelta::milliseconds((number % 3_000_000).cast_signed());
    let from_at = begun + TimeDelta::milliseconds(if after > 0.0 { 60_000 } else { 0 });
    let viewer = ProfileId(number % VIEWERS);
    Viewing {
        sitting: SittingId::of_play(viewer, PlayId(Uuid::from_u128(u128::from(number)))),
        // The first of them are watched most.
        title: TitleId(number % TITLES * (number % 7) / 6),
        episode: None,
        from: after,
        to: after + 60.0,
        from_at,
        to_at: from_at + TimeDelta::seconds(60),
        duration: Some(5400.0),
        origin: Origin {
            country: Country::parse(["DE", "AT", "CH", "FR", "JP"][(number % 5) as usize]),
            device: Some(Device::ALL[(number % 4) as usize]),
            client: Some("web 2".to_owned()),
        },
        event: None,
    }
}

async fn count_all(store: &Arc<dyn UsageStore>, expected: u64) -> anyhow::Result<()> {
    let counter = UsageCounter::new(
        Arc::clone(store),
        Arc::new(MemoryLeases::new()),
        Arc::new(SystemClock),
        Uuid::from_u128(1),
    );
    let mut count = 0;
    loop {
        match counter.round().await? {
            CountRound::More(some) | CountRound::Counted(some) => count += some as u64,
            CountRound::Nothing => break,
            CountRound::Elsewhere => anyhow::bail!("somebody else counts"),
        }
    }
    ensure!(count == expected, "{count} were counted");
    Ok(())
}
