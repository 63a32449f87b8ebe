//! Looks at a Redis, and leaves nothing there.

use std::collections::HashMap;
use std::time::Duration;

use redis::Value;
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
        Ok(infos) => findings.extend(servers(&infos)),
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

/// What a server says of itself; of a cluster, what each of its primaries says.
async fn info(db: &RedisDb) -> Result<Vec<HashMap<String, String>>, StoreError> {
    let told: Value = db
        .run(|mut connection| async move { redis::cmd("INFO").query_async(&mut connection).await })
        .await?;
    let texts: Vec<Value> = match told {
        Value::Map(of_servers) => of_servers.into_iter().map(|(_, text)| text).collect(),
        text => vec![text],
    };
    texts.into_iter().map(read_info).collect()
}

fn read_info(text: Value) -> Result<HashMap<String, String>, StoreError> {
    let text: String = redis::from_redis_value(text).map_err(StoreError::failed)?;
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    Ok(lines
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect())
}

/// What there is to say of all of them is what there is to say of the worst.
fn servers(infos: &[HashMap<String, String>]) -> [Finding; 3] {
    let value_of =
        |info: &HashMap<String, String>, name: &str| info.get(name).cloned().unwrap_or_default();
    let worst = |name: &'static str, is_bad: &dyn Fn(&str) -> bool| {
        let values: Vec<String> = infos.iter().map(|info| value_of(info, name)).collect();
        let bad = values.iter().find(|value| is_bad(value));
        bad.or(values.first()).cloned().unwrap_or_default()
    };
    let is_kept = worst("aof_enabled", &|value| value != "1") == "1";
    let persistence = if is_kept {
        "every write is logged (AOF)"
    } else {
        "snapshots at most"
    };
    let policy = worst("maxmemory_policy", &|value| value != "noeviction");
    let is_fit = policy == "noeviction";
    // They are of one version but for the minutes in which they become another.
    let version = worst("redis_version", &|_| false);
    [
        Finding::version("redis", &version, LEAST, KNOWN),
        Finding::ok("redis", "persistence", persistence).but_if(
            !is_kept,
            Verdict::Warning,
            "set appendonly yes and appendfsync always: a power cut otherwise logs people out, and lets limits be passed",
        ),
        Finding::ok("redis", "eviction", policy).but_if(
            !is_fit,
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
