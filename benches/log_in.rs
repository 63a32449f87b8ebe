//! Does the time of a refused log-in tell whether there is an account? `cargo bench --bench log_in`
//!
//! Refused log-ins to accounts and to addresses without one take turns, each from a network of its own so that no limit
//! is met; then the two distributions are compared, by quantiles and by the two-sample Kolmogorov–Smirnov statistic
//! (Kolmogorov 1933, Smirnov 1948; critical value at the 1 % level: 1.63 √(2/n)).

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Instant;

use reelgraph::adapters::argon2::Argon2Hasher;
use reelgraph::adapters::jwt::JwtTokens;
use reelgraph::adapters::memory::{MemoryEvents, MemoryLimiter};
use reelgraph::adapters::sqlite::{
    SqliteAccounts, SqliteDb, SqliteOneTime, SqliteSessions, SqliteSigningKeys,
};
use reelgraph::domain::accounts::{
    AccountError, AccountPolicy, AccountPorts, AccountService, AccountStores, KeyRotation, LogIn,
    ReadInTurn, Registration, Transport,
};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::entropy::SystemEntropy;
use reelgraph::domain::viewer::{Client, Role};
use secrecy::SecretString;

/// How many log-ins of each sort.
const SAMPLES: u32 = 400;
/// How many accounts there are.
const ACCOUNTS: u32 = 50;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let accounts = service(&folder)?;
    for number in 0..ACCOUNTS {
        let registration = Registration {
            email: known(number),
            password: SecretString::from("correct horse battery").into(),
            name: None,
        };
        accounts.create_user(registration, Role::Viewer).await?;
    }
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for number in 0..SAMPLES {
        with.push(refused(&accounts, known(number % ACCOUNTS), 2 * number).await?);
        without.push(
            refused(
                &accounts,
                format!("nobody{number}@example.org"),
                2 * number + 1,
            )
            .await?,
        );
    }
    with.sort_by(f64::total_cmp);
    without.sort_by(f64::total_cmp);
    println!("refused log-ins, ms   with account   without");
    for percent in [5, 25, 50, 75, 95, 99] {
        let at = |times: &[f64]| times[times.len() * percent / 100];
        println!(
            "  {percent:>2} %  {:>24.2} {:>9.2}",
            at(&with),
            at(&without)
        );
    }
    let distance = kolmogorov_smirnov(&with, &without);
    let critical = 1.63 * (2.0 / f64::from(SAMPLES)).sqrt();
    let verdict = if distance < critical { "cannot" } else { "can" };
    println!(
        "largest distance of the distributions {distance:.3}, critical {critical:.3}: they {verdict} be told apart"
    );
    Ok(())
}

/// How many milliseconds a log-in with a wrong password takes.
async fn refused(accounts: &AccountService, email: String, network: u32) -> anyhow::Result<f64> {
    let log_in = LogIn {
        email,
        password: "wrong horse battery staple".into(),
        pin: None,
        transport: Transport::Cookie,
        remember: false,
    };
    let client = Client {
        address: Some(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + network))),
        ..Client::default()
    };
    let started = Instant::now();
    let refused = accounts.log_in(log_in, None, &client).await;
    let elapsed = started.elapsed().as_secs_f64() * 1000.0;
    anyhow::ensure!(
        matches!(refused, Err(AccountError::WrongCredentials)),
        "{refused:?}"
    );
    Ok(elapsed)
}

fn known(number: u32) -> String {
    format!("somebody{number}@example.org")
}

/// The largest difference between the shares of two sorted samples that are not above a value.
fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> f64 {
    let share = |sample: &[f64], value: f64| {
        let below = sample.partition_point(|other| *other <= value);
        f64::from(u32::try_from(below).unwrap_or(u32::MAX))
            / f64::from(u32::try_from(sample.len()).unwrap_or(u32::MAX))
    };
    a.iter()
        .chain(b)
        .map(|value| (share(a, *value) - share(b, *value)).abs())
        .fold(0.0, f64::max)
}

fn service(folder: &tempfile::TempDir) -> anyhow::Result<AccountService> {
    let db = SqliteDb::open(&folder.path().join("bench.sqlite"))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let keys = Arc::new(SqliteSigningKeys::new(db.clone()));
    let rotation = KeyRotation::default();
    let access_tokens =
        JwtTokens::new(keys, Arc::clone(&clock), "bench".to_owned(), rotation, None);
    let profiles = Arc::new(SqliteAccounts::new(db.clone()));
    let sessions = Arc::new(SqliteSessions::new(db.clone()));
    let ports = AccountPorts {
        accounts: AccountStores::on(Arc::clone(&profiles)),
        owners: Arc::new(ReadInTurn::new(sessions.clone(), profiles)),
        sessions,
        one_time: Arc::new(SqliteOneTime::new(db)),
        access_tokens: Arc::new(access_tokens),
        limiter: Arc::new(MemoryLimiter::new()),
        passwords: Arc::new(Argon2Hasher::new()),
        providers: Vec::new(),
        events: Arc::new(MemoryEvents::new()),
        clock,
        entropy: Arc::new(SystemEntropy),
    };
    Ok(AccountService::new(
        ports,
        AccountPolicy::at("http://127.0.0.1:8080/".parse()?),
    ))
}
