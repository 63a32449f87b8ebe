//! Settings: a flag, else an environment variable, else a line of a TOML file, else the default. Secrets and the
//! addresses that contain them come from the environment alone.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use secrecy::SecretString;
use serde::Deserialize;

use crate::domain::watching::WatchRules;

/// What is logged by default: the Neo4j driver says something of every connection.
const LOG: &str = "info,neo4rs=warn";

/// What can be set. Each is `None` if it was not.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The TOML file with further settings
    #[arg(long, global = true, env = "REELGRAPH_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// The address to serve on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "REELGRAPH_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// The folder of the embedded store [default: ./reelgraph-data]
    #[arg(long, global = true, env = "REELGRAPH_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Production has secure cookies and no IDE [default: development]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_ENV",
        value_enum,
        value_name = "ENV"
    )]
    pub env: Option<Environment>,
    /// What is logged, as tracing's `EnvFilter` has it [default: info,neo4rs=warn]
    #[arg(long, global = true, env = "REELGRAPH_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// Origins of web pages on other hosts that may send changes, as `https://www.example.org`
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_TRUSTED_ORIGINS",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    pub trusted_origins: Option<Vec<String>>,
    /// Below this percentage of a film there is nothing to resume [default: 5]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_RESUME_FROM_PERCENT",
        value_name = "PERCENT"
    )]
    pub resume_from_percent: Option<f64>,
    /// Above this percentage a film counts as watched [default: 90]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_WATCHED_ABOVE_PERCENT",
        value_name = "PERCENT"
    )]
    pub watched_above_percent: Option<f64>,
    /// So many seconds before its end a film counts as watched [default: 1]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_WATCHED_IN_LAST_SECONDS",
        value_name = "SECONDS"
    )]
    pub watched_in_last_seconds: Option<f64>,
    /// What is shorter counts as watched once there would be something to resume [default: 300]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_SHORT_BELOW_SECONDS",
        value_name = "SECONDS"
    )]
    pub short_below_seconds: Option<f64>,
    /// The days after which a watch weighs half in suggestions; fixed once something was watched [default: 180]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_HALF_LIFE_DAYS",
        value_name = "DAYS"
    )]
    pub half_life_days: Option<f64>,
}

/// Where the program runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// On a developer's machine: an IDE at `/graphql`, cookies also without TLS.
    #[default]
    Development,
    /// For the public.
    Production,
}

/// The settings, complete and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to serve on.
    pub listen: SocketAddr,
    /// The folder of the embedded store.
    pub data_dir: PathBuf,
    /// Where the program runs.
    pub env: Environment,
    /// What is logged.
    pub log: String,
    /// Origins of other hosts that may send changes.
    pub trusted_origins: Vec<String>,
    /// The thresholds of watching.
    pub rules: WatchRules,
    /// The servers; `None`: embedded.
    pub servers: Option<Servers>,
}

/// How to reach the servers.
#[derive(Debug, Clone)]
pub struct Servers {
    /// `MONGODB_URI`.
    pub mongodb_uri: SecretString,
    /// `NEO4J_URI`.
    pub neo4j_uri: String,
    /// `NEO4J_USER`, by default `neo4j`.
    pub neo4j_user: String,
    /// `NEO4J_PASSWORD`.
    pub neo4j_password: SecretString,
    /// `REDIS_URL`.
    pub redis_url: SecretString,
    /// `REELGRAPH_REDIS_PREFIX`: what all keys begin with, by default `reelgraph:`.
    pub redis_prefix: String,
}

impl Config {
    /// Completes what was given as flags and environment variables. `variable` reads the environment.
    pub fn complete(
        given: Settings,
        variable: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Self> {
        let file = match &given.config {
            Some(path) => read_file(path)?,
            None => Settings::default(),
        };
        let rules = WatchRules::default();
        let rules = WatchRules {
            resume_from_percent: given
                .resume_from_percent
                .or(file.resume_from_percent)
                .unwrap_or(rules.resume_from_percent),
            watched_above_percent: given
                .watched_above_percent
                .or(file.watched_above_percent)
                .unwrap_or(rules.watched_above_percent),
            watched_in_last_seconds: given
                .watched_in_last_seconds
                .or(file.watched_in_last_seconds)
                .unwrap_or(rules.watched_in_last_seconds),
            short_below_seconds: given
                .short_below_seconds
                .or(file.short_below_seconds)
                .unwrap_or(rules.short_below_seconds),
            half_life_days: given
                .half_life_days
                .or(file.half_life_days)
                .unwrap_or(rules.half_life_days),
        };
        check_rules(&rules)?;
        Ok(Self {
            listen: given
                .listen
                .or(file.listen)
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            data_dir: given
                .data_dir
                .or(file.data_dir)
                .unwrap_or_else(|| PathBuf::from("reelgraph-data")),
            env: given.env.or(file.env).unwrap_or_default(),
            log: given.log.or(file.log).unwrap_or_else(|| LOG.to_owned()),
            trusted_origins: given
                .trusted_origins
                .or(file.trusted_origins)
                .unwrap_or_default(),
            rules,
            servers: servers(variable)?,
        })
    }
}

/// All three servers or none: half a site would lose what the other half wrote.
fn servers(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Option<Servers>> {
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
    Ok(Some(Servers {
        mongodb_uri: wanted("MONGODB_URI")?.into(),
        neo4j_uri: wanted("NEO4J_URI")?,
        neo4j_user: variable("NEO4J_USER").unwrap_or_else(|| "neo4j".to_owned()),
        neo4j_password: variable("NEO4J_PASSWORD").unwrap_or_default().into(),
        redis_url: wanted("REDIS_URL")?.into(),
        redis_prefix: variable("REELGRAPH_REDIS_PREFIX").unwrap_or_else(|| "reelgraph:".to_owned()),
    }))
}

fn read_file(path: &Path) -> anyhow::Result<Settings> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not a settings file", path.display()))
}

fn check_rules(rules: &WatchRules) -> anyhow::Result<()> {
    let percents = [
        ("resume-from-percent", rules.resume_from_percent),
        ("watched-above-percent", rules.watched_above_percent),
    ];
    for (name, percent) in percents {
        if !(0.0..=100.0).contains(&percent) {
            bail!("{name} is {percent}, not from 0 to 100");
        }
    }
    if rules.resume_from_percent > rules.watched_above_percent {
        bail!("resume-from-percent is above watched-above-percent");
    }
    // Below a week the weights of a decade would not fit in a number.
    if !(7.0..=100_000.0).contains(&rules.half_life_days) {
        bail!(
            "half-life-days is {}, not from 7 to 100000",
            rules.half_life_days
        );
    }
    if !(rules.watched_in_last_seconds >= 0.0 && rules.short_below_seconds >= 0.0) {
        bail!("watched-in-last-seconds and short-below-seconds are not below 0");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete(given: Settings, variables: &[(&str, &str)]) -> anyhow::Result<Config> {
        Config::complete(given, |name| {
            variables
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_any_server_it_runs_embedded() {
        let config = complete(Settings::default(), &[]).unwrap();

        assert!(config.servers.is_none());
        assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn with_only_some_servers_it_says_which_are_missing() {
        let error = complete(
            Settings::default(),
            &[("MONGODB_URI", "mongodb://127.0.0.1")],
        )
        .unwrap_err();

        assert!(
            error
                .to_string()
                .starts_with("NEO4J_URI and REDIS_URL not set"),
            "{error}"
        );
    }

    #[test]
    fn a_flag_beats_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "listen = '127.0.0.1:1'\nresume_from_percent = 2.5\n",
        )
        .unwrap();
        let given = Settings {
            config: Some(file.path().to_owned()),
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 2))),
            ..Settings::default()
        };

        let config = complete(given, &[]).unwrap();

        assert_eq!(
            (config.listen.port(), config.rules.resume_from_percent),
            (2, 2.5)
        );
    }

    #[test]
    fn thresholds_that_make_no_sense_are_refused() {
        let given = Settings {
            resume_from_percent: Some(95.0),
            ..Settings::default()
        };

        assert!(complete(given, &[]).is_err());
    }

    #[test]
    fn secrets_are_not_shown() {
        let servers = [
            ("MONGODB_URI", "mongodb://u:hush@h"),
            ("NEO4J_URI", "bolt://h"),
            ("NEO4J_PASSWORD", "hush"),
            ("REDIS_URL", "redis://:hush@h"),
        ];

        assert!(
            !format!("{:?}", complete(Settings::default(), &servers).unwrap()).contains("hush")
        );
    }
}
