//! How long it takes to count what is watched, and to draw a curve of it: `cargo bench --bench usage -- SECTIONS`
//!
//! 10,000 viewers watch ten seconds of each of 100 videos: 1,000,000 sections unless said otherwise, kept as they are
//! sent, a thousand together, and counted as the job does. Each is another sitting, the dearest that there is. Half of
//! the videos are clips of two minutes, whose curves have 3,600 points; then curves are read again and again. On the
//! embedded store, and with `MONGODB_URI` on `MongoDB`, whose database `bench_usage` is removed.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reelgraph::adapters::memory::MemoryLeases;
use reelgraph::adapters::mongo::{MongoDb, MongoUsage};
use reelgraph::adapters::sqlite::{SqliteDb, SqliteUsage};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::entropy::unique_name;
use reelgraph::domain::ids::TitleId;
use reelgraph::domain::usage::{CountRound, Scope, UsageCounter, UsageStore, WaitingBatch};
use reelgraph::domain::watching::{Country, Device, Origin, SittingId, Viewing, WatchedItem};
use secrecy::SecretString;

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const VIDEOS: u64 = 100;
const TOGETHER: usize = 1000;
const READS: usize = 200;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut numbers = std::env::args().filter_map(|argument| argument.parse().ok());
    let sections: u64 = numbers.next().unwrap_or(1_000_000);
    let folder = std::env::temp_dir().join(format!("bench-usage-{}", unique_name()));
    std::fs::create_dir(&folder)?;
    let measured = embedded(&folder, sections).await;
    std::fs::remove_dir_all(&folder)?;
    measured?;
    if let Some(uri) = mongo_uri() {
        on_mongo(&uri, sections).await?;
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a bench is told by its environment where the server is"
)]
fn mongo_uri() -> Option<String> {
    std::env::var("MONGODB_URI").ok()
}

async fn embedded(folder: &Path, sections: u64) -> anyhow::Result<()> {
    let db = SqliteDb::open(&folder.join("usage.db"))?;
    measure("embedded", Arc::new(SqliteUsage::new(db)), sections).await
}

async fn on_mongo(uri: &str, sections: u64) -> anyhow::Result<()> {
    let (address, options) = uri.split_once('?').unwrap_or((uri, ""));
    let uri = format!("{}/bench_usage?{options}", address.trim_end_matches('/'));
    let database = mongodb::Client::with_uri_str(&uri)
        .await?
        .database("bench_usage");
    database.drop().await?;
    let db = MongoDb::open(&SecretString::from(uri), Duration::from_secs(60)).await?;
    let store = MongoUsage::new(db);
    store.ensure_indexes().await?;
    let measured = measure("MongoDB", Arc::new(store), sections).await;
    database.drop().await?;
    measured
}

async fn measure(name: &str, store: Arc<dyn UsageStore>, sections: u64) -> anyhow::Result<()> {
    let clock = Arc::new(SystemClock);
    let mut random = StdRng::seed_from_u64(7);
    let viewings: Vec<Viewing> = (0..sections)
        .map(|number| section(number, &mut random))
        .collect();
    let begun = Instant::now();
    for viewings in viewings.chunks(TOGETHER) {
        let batch = WaitingBatch {
            id: unique_name(),
            at: clock.now(),
            viewings: viewings.to_vec(),
        };
        store.keep_waiting(&batch).await?;
    }
    println!(
        "{name}: {sections} sections kept in {:.1?}",
        begun.elapsed()
    );
    let counter = UsageCounter::new(
        Arc::clone(&store),
        Arc::new(MemoryLeases::default()),
        clock,
        unique_name(),
    );
    let begun = Instant::now();
    let mut counted = 0;
    while let CountRound::Counted(some) | CountRound::More(some) = counter.round().await? {
        counted += some;
    }
    println!("{name}: {counted} counted in {:.1?}", begun.elapsed());
    let mut times = Vec::with_capacity(READS);
    let mut points = 0;
    for read in 0..READS {
        let item = Scope::Title(TitleId(read as u64 % VIDEOS / 2 * 2));
        let begun = Instant::now();
        let curve = store.curves(&[item]).await?.pop();
        points = curve.map_or(0, |curve| curve.points(3600).len());
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    println!(
        "{name}: a curve of {points} points in {:.2?} (p50), {:.2?} (p99)",
        times[READS / 2],
        times[READS * 99 / 100]
    );
    Ok(())
}

fn section(number: u64, random: &mut StdRng) -> Viewing {
    let (viewer, video) = (number / VIDEOS, number % VIDEOS);
    let duration = if video % 2 == 0 { 120.0 } else { 5400.0 };
    let from = random.random_range(0.0..duration - 10.0);
    let now = SystemClock.now();
    let to_at = now - TimeDelta::seconds(random.random_range(0..6 * 3600));
    let countries = ["DE", "FR", "US", "BR", "JP"];
    Viewing {
        sitting: SittingId::of_session(
            "bench",
            &viewer.to_string(),
            &number.to_string(),
            WatchedItem::Film(TitleId(video)),
        ),
        title: TitleId(video),
        episode: None,
        from,
        to: from + 10.0,
        from_at: to_at - TimeDelta::seconds(10),
        to_at,
        duration: Some(duration),
        origin: Origin {
            country: Country::parse(countries[random.random_range(0..countries.len())]),
            device: Some(Device::ALL[random.random_range(0..Device::ALL.len())]),
            client: Some("bench".to_owned()),
        },
        event: Some(number),
    }
}
