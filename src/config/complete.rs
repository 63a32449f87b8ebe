//! From what is given to what holds, complete and checked.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use chrono::TimeDelta;
use ipnet::IpNet;
use url::Url;

use super::accounts::AccountConfig;
use super::blobs::BlobConfig;
use super::choices::{Environment, Ide, PictureUrls, Scans, SimilarEdges, TitlesOfScans};
use super::insight::InsightConfig;
use super::limits::{at_least_one, check_batch, request_timeout};
use super::origins::check_origins;
use super::proxies::TrustedProxies;
use super::servers::{Servers, servers};
use super::settings::Settings;
use super::topics::{Brokers, brokers};
use super::uploads::uploads;
use super::watching::watch_rules;
use crate::domain::catalog::VisibilityPolicy;
use crate::domain::commenting::CommentPolicy;
use crate::domain::editing::Locking;
use crate::domain::recommend::{Computed, Freshness, Ranking};
use crate::domain::uploading::UploadPolicy;
use crate::domain::watching::WatchRules;

/// The port to serve on unless the settings say otherwise.
const PORT: u16 = 8080;
/// Far more than anybody watches, and few enough for a store.
const PLAYS_PER_DAY: u32 = 10_000;
/// How many days an entry stays in the watch log unless the settings say otherwise.
const WATCH_LOG_DAYS: u32 = 30;
/// What is logged by default: the Neo4j driver says something of every connection.
const LOG: &str = "info,neo4rs=warn";

/// As many as a site with some thousand viewers at once has, and less than a usual machine can hold.
const CONNECTIONS: usize = 10_000;
/// More than a site needs whose answers take some milliseconds, and so few that all are answered within a second or two.
const REQUESTS: usize = 500;
/// Half of the connections: the others are for requests.
const LIVE: usize = 5_000;
/// A house or an office behind one address needs a few for each who is in it.
const CONNECTIONS_PER_PEER: usize = 500;

/// The settings, complete and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to serve on.
    pub listen: SocketAddr,
    /// The other address that `localhost` is, where browsers look first; `None`: an address was set.
    pub listen_too: Option<SocketAddr>,
    /// The folder of the embedded store.
    pub data_dir: PathBuf,
    /// Where the bytes of pictures are kept.
    pub blobs: BlobConfig,
    /// Where the program runs.
    pub env: Environment,
    /// The address that the site is seen at from outside; `None`: the one it serves on.
    pub public_url: Option<Url>,
    /// What the site is called; `None`: as the program is.
    pub site_name: Option<String>,
    /// The proxies that are believed.
    pub trusted_proxies: TrustedProxies,
    /// The header in which they write the country of a client; `None`: they do not.
    pub country_header: Option<String>,
    /// How many connections there may be, at least one.
    pub max_connections: usize,
    /// How many of them one network may have, at least one.
    pub max_connections_per_peer: usize,
    /// How many requests are worked on at a time, at least one.
    pub max_requests: usize,
    /// How long a request to the API may take.
    pub request_timeout: Duration,
    /// How many connections of subscriptions may stay, at least one.
    pub max_live: usize,
    /// Whether what each viewer and each network asks for is limited.
    pub budget: bool,
    /// Networks for which it is not.
    pub unlimited_networks: Vec<IpNet>,
    /// A filter of `tracing-subscriber`, for instance `info` or `warn,reelgraph=debug`.
    pub log: String,
    /// How many operations one request may have as an array; 1: none may be sent.
    pub batch: usize,
    /// The folder of manifests of documents; `None`: there is none.
    pub documents: Option<PathBuf>,
    /// Whether no other documents are executed; then there is a folder.
    pub documents_only: bool,
    /// Origins of other hosts that may send changes, each as a browser sends it.
    pub trusted_origins: Vec<String>,
    /// Headers that their pages may send beside the usual ones.
    pub cors_headers: Vec<String>,
    /// Whether browsers get the IDE.
    pub ide: Ide,
    /// Whether the schema describes itself to whoever asks.
    pub introspection: bool,
    /// The thresholds of watching.
    pub rules: WatchRules,
    /// How many plays a profile may begin a day; `None`: any number.
    pub plays_per_day: Option<u32>,
    /// Whether viewers may write comments of titles.
    pub comments: CommentPolicy,
    /// How long an entry stays in the watch log after it is folded.
    pub watch_log_kept: TimeDelta,
    /// How long it is kept who changed what of the catalogue; `None`: for ever.
    pub revisions_kept: Option<TimeDelta>,
    /// How watches become suggestions.
    pub ranking: Ranking,
    /// When the edges of the graph are computed anew.
    pub freshness: Freshness,
    /// Who may see what, as far as the site decides.
    pub visibility: VisibilityPolicy,
    /// Which addresses of pictures are read from the web.
    pub picture_urls: PictureUrls,
    /// Who may upload files, and how much.
    pub uploads: UploadPolicy,
    /// What becomes of scans of libraries that are not told what.
    pub scans: Scans,
    /// What becomes of titles by such scans.
    pub titles_of_scans: TitlesOfScans,
    /// Whether what curators edit is locked with it, where they do not say.
    pub edits: Locking,
    /// What operators see of the program.
    pub insight: InsightConfig,
    pub accounts: AccountConfig,
    /// The servers; `None`: embedded.
    pub servers: Option<Servers>,
    /// Where what was watched is sent to; `None`: nowhere.
    pub brokers: Option<Brokers>,
}

impl Config {
    /// Whether the program may be served like this at all.
    pub fn check_for_serving(&self) -> anyhow::Result<()> {
        if self.env == Environment::Production && self.trusted_proxies.networks.is_none() {
            bail!(
                "REELGRAPH_TRUSTED_PROXIES is not set: name the networks of the proxies in front, as 10.0.0.0/8, or say \
                 `none` if clients connect to this program themselves; behind a proxy that it does not know, all limits \
                 take the whole site for one client"
            );
        }
        Ok(())
    }

    /// Completes what was given as flags and environment variables. `variable` reads the environment.
    pub fn complete(
        given: Settings,
        variable: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Self> {
        let file = match &given.config {
            Some(path) => read_file(path)?,
            None => Settings::default(),
        };
        let given = given.or(file);
        let rules = watch_rules(&given)?;
        let (ranking, freshness) = (Ranking::default(), Freshness::default());
        let ranking = Ranking {
            recency: given.recency.unwrap_or(ranking.recency),
            ..ranking
        };
        let freshness = Freshness {
            computed: match given.similar.unwrap_or_default() {
                SimilarEdges::Compute => Computed::Here,
                SimilarEdges::Import => Computed::Elsewhere,
            },
            recompute_title_at: given
                .recompute_title_at
                .unwrap_or(freshness.recompute_title_at),
            recompute_all_at: given.recompute_all_at.unwrap_or(freshness.recompute_all_at),
            ..freshness
        };
        check_suggestions(&ranking, &freshness)?;
        let env = given.env.unwrap_or_default();
        let is_development = env == Environment::Development;
        let documents = given.documents.filter(|path| !path.as_os_str().is_empty());
        let data_dir = given
            .data_dir
            .unwrap_or_else(|| PathBuf::from("reelgraph-data"));
        let documents_only = documents_only(given.documents_only, documents.as_deref())?;
        Ok(Self {
            listen: given
                .listen
                .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, PORT))),
            listen_too: match given.listen {
                Some(_) => None,
                None => Some(SocketAddr::from((Ipv6Addr::LOCALHOST, PORT))),
            },
            blobs: BlobConfig::complete(given.blobs, &data_dir, &variable)?,
            data_dir,
            public_url: given.public_url.map(check_public_url).transpose()?,
            site_name: given.site_name.filter(|name| !name.trim().is_empty()),
            trusted_proxies: given.trusted_proxies.unwrap_or_default(),
            country_header: given
                .country_header
                .filter(|header| !header.is_empty())
                .map(|header| check_header("country-header", header))
                .transpose()?,
            max_connections: at_least_one(
                "max-connections",
                given.max_connections.unwrap_or(CONNECTIONS),
            )?,
            max_connections_per_peer: at_least_one(
                "max-connections-per-peer",
                given
                    .max_connections_per_peer
                    .unwrap_or(CONNECTIONS_PER_PEER),
            )?,
            max_requests: at_least_one("max-requests", given.max_requests.unwrap_or(REQUESTS))?,
            request_timeout: request_timeout(given.request_timeout_seconds)?,
            max_live: at_least_one("max-live", given.max_live.unwrap_or(LIVE))?,
            budget: given.budget.unwrap_or(true),
            unlimited_networks: given.unlimited_networks.unwrap_or_default(),
            log: given.log.unwrap_or_else(|| LOG.to_owned()),
            batch: check_batch(given.batch.unwrap_or(1))?,
            documents,
            documents_only,
            trusted_origins: check_origins(given.trusted_origins)?,
            cors_headers: check_headers(given.cors_headers)?,
            ide: if given.ide.unwrap_or(is_development) {
                Ide::Served
            } else {
                Ide::Off
            },
            insight: InsightConfig::complete(given.metrics_listen, given.operations, &variable),
            accounts: AccountConfig::complete(given.accounts, given.openid, &variable)?,
            visibility: VisibilityPolicy {
                anonymous_max_age: given.anonymous_max_age,
                unrated_for_children: given.unrated_for_children.unwrap_or_default(),
            },
            picture_urls: given.picture_urls.unwrap_or_default(),
            uploads: uploads(given.uploads, given.upload_quota),
            scans: Scans::of(given.scan_apply),
            titles_of_scans: TitlesOfScans::of(given.scan_titles),
            edits: Locking::of(given.edits_lock.unwrap_or(true)),
            introspection: given.introspection.unwrap_or(is_development),
            env,
            rules,
            watch_log_kept: TimeDelta::days(
                given.watch_log_days.unwrap_or(WATCH_LOG_DAYS).max(1).into(),
            ),
            revisions_kept: revisions_kept(given.revision_days),
            comments: given.comments.unwrap_or_default().into(),
            plays_per_day: Some(given.plays_per_day.unwrap_or(PLAYS_PER_DAY)).filter(|it| *it > 0),
            ranking,
            freshness,
            servers: servers(&variable)?,
            brokers: brokers(&variable)?,
        })
    }
}

/// Whether only documents of the manifests are taken.
fn documents_only(given: Option<bool>, documents: Option<&Path>) -> anyhow::Result<bool> {
    let documents_only = given.unwrap_or_default();
    if documents_only && documents.is_none() {
        bail!("documents-only is set, and `documents` names no folder of manifests");
    }
    Ok(documents_only)
}

/// How long a revision is kept; `None`: for ever.
fn revisions_kept(days: Option<u32>) -> Option<TimeDelta> {
    let days = days.filter(|days| *days > 0)?;
    Some(TimeDelta::days(days.into()))
}

/// Where the pages and links of the program begin: never with a query, or they could not be made from it.
fn check_public_url(url: Url) -> anyhow::Result<Url> {
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if !is_web || url.query().is_some() || url.fragment().is_some() {
        bail!("public-url is {url}, not an address as https://www.example.org");
    }
    Ok(url)
}

/// The name of a header (RFC 9110, 5.1).
fn check_header(setting: &str, name: String) -> anyhow::Result<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() || !name.chars().all(is_part) {
        bail!("{setting} is `{name}`, not the name of a header as CF-IPCountry");
    }
    Ok(name)
}

/// The same for several; an empty text is none.
fn check_headers(names: Option<Vec<String>>) -> anyhow::Result<Vec<String>> {
    let names = names.unwrap_or_default().into_iter();
    names
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .map(|name| check_header("cors-headers", name))
        .collect()
}

fn read_file(path: &Path) -> anyhow::Result<Settings> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not a settings file", path.display()))
}

fn check_suggestions(ranking: &Ranking, freshness: &Freshness) -> anyhow::Result<()> {
    if !(0.0..=4.0).contains(&ranking.recency) {
        bail!("recency is {}, not from 0 to 4", ranking.recency);
    }
    for (name, share) in [
        ("resolve-at", freshness.recompute_title_at),
        ("rebuild-at", freshness.recompute_all_at),
    ] {
        if !(0.0..=1.0).contains(&share) {
            bail!("{name} is {share}, not from 0 to 1");
        }
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
        assert_eq!(config.listen_too.unwrap().to_string(), "[::1]:8080");
    }

    #[test]
    fn an_ide_is_for_development_unless_it_is_asked_for() {
        let ide = |env, ide| {
            let given = Settings {
                env,
                ide,
                ..Settings::default()
            };
            complete(given, &[]).unwrap().ide
        };

        assert_eq!(ide(None, None), Ide::Served);
        assert_eq!(ide(Some(Environment::Production), None), Ide::Off);
        assert_eq!(ide(Some(Environment::Production), Some(true)), Ide::Served);
        assert_eq!(ide(None, Some(false)), Ide::Off);
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
    fn how_suggestions_are_made_can_be_set_within_limits() {
        let given = |recency, recompute_all_at| Settings {
            recency,
            recompute_all_at,
            ..Settings::default()
        };

        let config = complete(given(Some(0.0), Some(0.5)), &[]).unwrap();

        assert!(config.ranking.recency.abs() < f64::EPSILON);
        assert!((config.freshness.recompute_all_at - 0.5).abs() < f64::EPSILON);
        assert_eq!(config.freshness.longest, Freshness::default().longest);
        for (wrong, name) in [
            (given(Some(-1.0), None), "recency"),
            (given(None, Some(1.5)), "rebuild-at"),
            (given(Some(f64::NAN), None), "recency"),
        ] {
            let error = complete(wrong, &[]).unwrap_err().to_string();
            assert!(error.starts_with(name), "{error}");
        }
    }

    #[test]
    fn the_header_of_the_country_is_a_header_or_nothing() {
        let given = |header: &str| Settings {
            country_header: Some(header.to_owned()),
            ..Settings::default()
        };

        let set = complete(given("CF-IPCountry"), &[]).unwrap();
        let empty = complete(given(""), &[]).unwrap();
        let wrong = complete(given("CF IPCountry"), &[]).unwrap_err();

        assert_eq!(set.country_header.as_deref(), Some("CF-IPCountry"));
        assert_eq!(empty.country_header, None);
        assert!(wrong.to_string().starts_with("country-header"), "{wrong}");
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
