//! How to reach the servers: from the environment alone, because addresses may contain secrets.

use std::time::Duration;

use anyhow::{Context, bail};
use secrecy::SecretString;

/// How long a viewer is kept waiting for a server that may not answer: the answer then is an error within 5 s.
const TIMEOUT: Duration = Duration::from_secs(4);
/// The same where `MONGODB_URI` names several members: whoever writes while these elect a primary waits for it.
const ELECTION: Duration = Duration::from_secs(8);

/// How to reach the servers.
#[derive(Debug, Clone)]
pub struct Servers {
    /// From `MONGODB_URI`, with the name of the database.
    pub mongodb_uri: SecretString,
    /// From `NEO4J_URI`: `bolt://` or `neo4j://`.
    pub neo4j_uri: String,
    /// `NEO4J_USER`, by default `neo4j`.
    pub neo4j_user: String,
    /// From `NEO4J_PASSWORD`, never shown.
    pub neo4j_password: SecretString,
    /// From `REDIS_URL`: `redis://`, `redis+sentinel://` or `redis+cluster://`, or the same with `rediss`.
    pub redis_url: SecretString,
    /// `REELGRAPH_REDIS_PREFIX`: what all keys begin with, by default `reelgraph:`.
    pub redis_prefix: String,
    /// `REELGRAPH_STORE_TIMEOUT_SECONDS`: how long any one operation on a server may take, 1 to 300, by default 4, or
    /// 8 where `MONGODB_URI` names several members.
    pub timeout: Duration,
}

/// All three servers or none: half a site would lose what the other half wrote.
pub(super) fn servers(
    variable: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Option<Servers>> {
    let variable = |name| variable(name).filter(|value| !value.is_empty());
    let names = ["MONGODB_URI", "NEO4J_URI", "REDIS_URL"];
    let missing: Vec<&str> = names
        .into_iter()
        .filter(|name| variable(name).is_none())
        .collect();
    match missing.len() {
        0 => {}
        3 => return Ok(None),
        _ => bail!(
            "{} not set: set MONGODB_URI, NEO4J_URI and REDIS_URL to run on the servers, or none of them",
            missing.join(" and ")
        ),
    }
    let wanted = |name: &'static str| variable(name).with_context(|| format!("{name} is not set"));
    let mongodb_uri = wanted("MONGODB_URI")?;
    let timeout = match variable("REELGRAPH_STORE_TIMEOUT_SECONDS") {
        None if names_several(&mongodb_uri) => ELECTION,
        None => TIMEOUT,
        Some(text) => match text.parse() {
            Ok(seconds @ 1..=300) => Duration::from_secs(seconds),
            _ => bail!("REELGRAPH_STORE_TIMEOUT_SECONDS is {text}, not from 1 to 300"),
        },
    };
    Ok(Some(Servers {
        mongodb_uri: mongodb_uri.into(),
        neo4j_uri: wanted("NEO4J_URI")?,
        neo4j_user: variable("NEO4J_USER").unwrap_or_else(|| "neo4j".to_owned()),
        neo4j_password: variable("NEO4J_PASSWORD").unwrap_or_default().into(),
        redis_url: wanted("REDIS_URL")?.into(),
        redis_prefix: variable("REELGRAPH_REDIS_PREFIX").unwrap_or_else(|| "reelgraph:".to_owned()),
        timeout,
    }))
}

/// Whether an address of MongoDB is of several members, which the DNS may name.
fn names_several(uri: &str) -> bool {
    let (scheme, rest) = uri.split_once("://").unwrap_or(("", uri));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let hosts = authority.rsplit('@').next().unwrap_or_default();
    scheme == "mongodb+srv" || hosts.contains(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeout(text: &str) -> anyhow::Result<Duration> {
        let variable = |name: &str| match name {
            "MONGODB_URI" | "NEO4J_URI" | "REDIS_URL" => Some("an address".to_owned()),
            "REELGRAPH_STORE_TIMEOUT_SECONDS" => Some(text.to_owned()),
            _ => None,
        };
        Ok(servers(variable)?.unwrap().timeout)
    }

    #[test]
    fn several_members_may_take_the_time_of_an_election() {
        let timeout = |uri: &str| {
            let variable = |name: &str| match name {
                "MONGODB_URI" => Some(uri.to_owned()),
                "NEO4J_URI" | "REDIS_URL" => Some("an address".to_owned()),
                _ => None,
            };
            servers(variable).unwrap().unwrap().timeout
        };
        for one in [
            "mongodb://host/films?replicaSet=rs0",
            "mongodb://me:a,b@host:27017",
            "mongodb://host/?readPreferenceTags=dc:ny,rack:1",
        ] {
            assert_eq!(timeout(one), Duration::from_secs(4), "{one}");
        }
        for several in [
            "mongodb://me:hush@one,two:27018/films",
            "mongodb+srv://films.example.org",
        ] {
            assert_eq!(timeout(several), Duration::from_secs(8), "{several}");
        }
    }

    #[test]
    fn the_time_limit_is_a_number_of_seconds_by_default_4() {
        assert_eq!(timeout("").unwrap(), Duration::from_secs(4));
        assert_eq!(timeout("60").unwrap(), Duration::from_secs(60));
        for wrong in ["0", "301", "-1", "4.5", "soon"] {
            let error = timeout(wrong).unwrap_err().to_string();
            assert!(error.contains("not from 1 to 300"), "{error}");
        }
    }
}
