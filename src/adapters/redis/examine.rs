//! Looks at a Redis, and leaves nothing there.

use std::collections::HashMap;
use std::time::Duration;

use secrecy::SecretString;

use super::db::RedisDb;
use crate::domain::clock::Clock;
use crate::domain::entropy::unique_name;
use crate::domain::error::StoreError;
use crate::domain::finding::{Finding, Verdict};

/// The oldest version with everything that is used, and the latest line that was tried.
const LEAST: (u32, u32) = (6, 2);
const KNOWN: u32 = 8;
/// How long what was written for a trial stays if we crash before it is removed, in seconds.
const TRIAL: u64 = 10;

/// What there is to say of the server. Must be called inside a Tokio runtime.
pub async fn examine(
    url: &SecretString,
    prefix: &str,
    timeout: Duration,
    clock: &dyn Clock,
) -> Vec<Finding> {
    let Ok(db) = RedisDb::open(url, prefix, timeout) else {
        // What is wrong with it is not shown: it may contain the password.
        let finding = Finding::ok("redis", "address", "REDIS_URL cannot be read");
        return vec![finding.but(Verdict::Problem, "write it as in .env.example")];
    };
    let before = clock.now();
    let time = db.run(|mut connection| async move {
        redis::cmd("TIME")
            .query_async::<(i64, u32)>(&mut connection)
            .await
    });
    let (seconds, micros) = match time.await {
        Ok(time) => time,
        Err(error) => {
            let advice = "start Redis, or correct REDIS_URL: its host and password";
            return vec![Finding::failed("redis", "reachable", &error, advice)];
        }
    };
    let after = clock.now();
    let mut findings = vec![Finding::ok("redis", "reachable", "it answers")];
    if let Some(theirs) = chrono::DateTime::from_timestamp(seconds, micros * 1000) {
        findings.push(Finding::clock("redis", theirs, (before, after)));
    }
    match info(&db).await {
        Ok(info) => findings.extend(server(&info)),
        Err(error) => findings.push(Finding::failed(
            "redis",
            "version",
            &error,
            "let the user of REDIS_URL run INFO, or look yourself at persistence and maxmemory-policy",
        )),
    }
    findings.push(match write(&db).await {
        Ok(()) => Finding::ok("redis", "permission", "it takes writes"),
        Err(error) => Finding::failed(
            "redis",
            "permission",
            &error,
            "let the user of REDIS_URL write keys that begin with REELGRAPH_REDIS_PREFIX, on a server that is no replica",
        ),
    });
    findings
}

async fn info(db: &RedisDb) -> Result<HashMap<String, String>, StoreError> {
    let text: String = db
        .run(|mut connection| async move { redis::cmd("INFO").query_async(&mut connection).await })
        .await?;
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    Ok(lines
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect())
}

fn server(info: &HashMap<String, String>) -> [Finding; 3] {
    let value = |name: &str| info.get(name).map_or("", String::as_str);
    let is_kept = value("aof_enabled") == "1";
    let persistence = if is_kept {
        "every write is logged (AOF)"
    } else {
        "snapshots at most"
    };
    let policy = value("maxmemory_policy");
    [
        Finding::version("redis", value("redis_version"), LEAST, KNOWN),
        Finding::ok("redis", "persistence", persistence).but_if(
            !is_kept,
            Verdict::Warning,
            "set appendonly yes and appendfsync always: a power cut otherwise logs people out, and lets limits be passed",
        ),
        Finding::ok("redis", "eviction", policy).but_if(
            policy != "noeviction",
            Verdict::Problem,
            "set maxmemory-policy noeviction: sessions and limits are dropped otherwise when memory is short",
        ),
    ]
}

async fn write(db: &RedisDb) -> Result<(), StoreError> {
    let key = db.key(format_args!("examination:{}", unique_name()));
    db.run(|mut connection| async move {
        redis::pipe()
            .set_ex(&key, "", TRIAL)
            .del(&key)
            .exec_async(&mut connection)
            .await
    })
    .await
}
