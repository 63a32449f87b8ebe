//! What can be set, by flags, variables or a file.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;
use serde::Deserialize;
use url::Url;

use super::accounts::{AccountSettings, OpenIdSettings};
use super::choices::{Comments, Environment, PictureUrls, SimilarEdges, UploadsBy};
use super::proxies::TrustedProxies;

/// What can be set. Each is `None` if it was not.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The TOML file with further settings
    #[arg(long, global = true, env = "REELGRAPH_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// The address to serve on [default: port 8080 of localhost]
    #[arg(long, global = true, env = "REELGRAPH_LISTEN", value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// The folder of the embedded store [default: ./reelgraph-data]
    #[arg(long, global = true, env = "REELGRAPH_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Where pictures are kept: a folder, or `s3://bucket/folder` [default: `blobs` in the folder of the embedded store]
    #[arg(long, global = true, env = "REELGRAPH_BLOBS", value_name = "PLACE")]
    pub blobs: Option<String>,
    /// Production has secure cookies, and tells strangers less [default: development]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_ENV",
        value_enum,
        value_name = "ENV"
    )]
    pub env: Option<Environment>,
    /// The address that the site is seen at from outside, as `https://www.example.org` [default: the one it serves on]
    #[arg(long, global = true, env = "REELGRAPH_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,
    /// What the site is called, for people [default: Reelgraph]
    #[arg(long, global = true, env = "REELGRAPH_SITE_NAME", value_name = "NAME")]
    pub site_name: Option<String>,
    /// Networks of the proxies whose `X-Forwarded-For` is believed, as `10.0.0.0/8`, or `none`; production must say it
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_TRUSTED_PROXIES",
        value_name = "NETWORKS"
    )]
    pub trusted_proxies: Option<TrustedProxies>,
    /// The header in which a trusted proxy writes the country of a client, as `CF-IPCountry` [default: none]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_COUNTRY_HEADER",
        value_name = "HEADER"
    )]
    pub country_header: Option<String>,
    /// How many connections there may be [default: 10000]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_MAX_CONNECTIONS",
        value_name = "COUNT"
    )]
    pub max_connections: Option<usize>,
    /// How many connections one network may have, proxies excepted [default: 500]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_MAX_CONNECTIONS_PER_PEER",
        value_name = "COUNT"
    )]
    pub max_connections_per_peer: Option<usize>,
    /// How many requests are worked on at a time; more are told to come again [default: 500]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_MAX_REQUESTS",
        value_name = "COUNT"
    )]
    pub max_requests: Option<usize>,
    /// How many seconds a request to `/graphql` may take, 1 to 300 [default: 10]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_REQUEST_TIMEOUT_SECONDS",
        value_name = "SECONDS"
    )]
    pub request_timeout_seconds: Option<u64>,
    /// How many WebSocket connections and streams of events may stay at a time, for subscriptions [default: 5000]
    #[arg(long, global = true, env = "REELGRAPH_MAX_LIVE", value_name = "COUNT")]
    pub max_live: Option<usize>,
    /// Whether what each viewer and each network asks for is counted and limited; off for benchmarks [default: true]
    #[arg(long, global = true, env = "REELGRAPH_BUDGET", value_name = "BOOL")]
    pub budget: Option<bool>,
    /// Networks whose requests are not counted, as `10.0.0.0/8`: a site's own servers [default: none]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_UNLIMITED_NETWORKS",
        value_delimiter = ',',
        value_name = "NETWORK"
    )]
    pub unlimited_networks: Option<Vec<IpNet>>,
    /// What is logged, as tracing's `EnvFilter` has it [default: info,neo4rs=warn]
    #[arg(long, global = true, env = "REELGRAPH_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// An address on which operators alone see `/metrics` and what `/readyz` knows [default: none]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_METRICS_LISTEN",
        value_name = "ADDR"
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// The names of the site's GraphQL operations, which metrics tell apart [default: the first hundred]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_OPERATIONS",
        value_delimiter = ',',
        value_name = "NAME"
    )]
    pub operations: Option<Vec<String>>,
    /// A folder of manifests (Relay's or Apollo's) whose documents clients name by their ids [default: none]
    #[arg(long, global = true, env = "REELGRAPH_DOCUMENTS", value_name = "DIR")]
    pub documents: Option<PathBuf>,
    /// Whether no other documents than those of the manifests are executed [default: false]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_DOCUMENTS_ONLY",
        value_name = "BOOL"
    )]
    pub documents_only: Option<bool>,
    /// How many operations one request may have as an array, up to 10 [default: 1, which is no array]
    #[arg(long, global = true, env = "REELGRAPH_BATCH", value_name = "COUNT")]
    pub batch: Option<usize>,
    /// Origins of web pages on other hosts that may use the API with a session, as `https://www.example.org`
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_TRUSTED_ORIGINS",
        value_delimiter = ',',
        value_name = "ORIGIN"
    )]
    pub trusted_origins: Option<Vec<String>>,
    /// Headers that pages of trusted origins may send beside the usual ones [default: none]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_CORS_HEADERS",
        value_delimiter = ',',
        value_name = "HEADER"
    )]
    pub cors_headers: Option<Vec<String>>,
    /// Whether browsers find an IDE at `/graphql` [default: in development only]
    #[arg(long, global = true, env = "REELGRAPH_IDE", value_name = "BOOL")]
    pub ide: Option<bool>,
    /// Whether the schema describes itself, and errors say what was meant [default: in development only]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_INTROSPECTION",
        value_name = "BOOL"
    )]
    pub introspection: Option<bool>,
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
    /// How many plays a profile may begin a day; 0: any number [default: 10000]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_PLAYS_PER_DAY",
        value_name = "COUNT"
    )]
    pub plays_per_day: Option<u32>,
    /// Whether viewers may write comments of titles: "open" shows them at once, "held" when a moderator lets them in
    /// [default: off]
    #[arg(long, global = true, env = "REELGRAPH_COMMENTS", value_name = "POLICY")]
    pub comments: Option<Comments>,
    /// How many days an entry stays in the watch log after it is folded; at least 1 [default: 30]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_WATCH_LOG_DAYS",
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(1..=36_500)
    )]
    pub watch_log_days: Option<u32>,
    /// How many days it is kept who changed what of the catalogue; 0: for ever [default: 0]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_REVISION_DAYS",
        value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(0..=36_500)
    )]
    pub revision_days: Option<u32>,
    /// Whether what curators edit by hand is locked with it, where they do not say [default: true]
    #[arg(long, global = true, env = "REELGRAPH_EDITS_LOCK", value_name = "BOOL")]
    pub edits_lock: Option<bool>,
    /// The days after which a watch weighs half in suggestions; another one needs `graph reweigh` [default: 180]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_HALF_LIFE_DAYS",
        value_name = "DAYS"
    )]
    pub half_life_days: Option<f64>,
    /// The power by which a watch counts less in suggestions the more came after it; 0: all count alike [default: 0.5]
    #[arg(long, global = true, env = "REELGRAPH_RECENCY", value_name = "POWER")]
    pub recency: Option<f64>,
    /// Whether the program computes the SIMILAR edges itself, or serves the generation imported last [default: compute]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_SIMILAR",
        value_enum,
        value_name = "HOW"
    )]
    pub similar: Option<SimilarEdges>,
    /// The share of a title's watches that must be new for its edges to be computed anew [default: 0.02]
    #[arg(
        long = "resolve-at",
        global = true,
        env = "REELGRAPH_RESOLVE_AT",
        value_name = "SHARE"
    )]
    #[serde(rename = "resolve_at")]
    pub recompute_title_at: Option<f64>,
    /// The share of all watches and titles that must be new for all edges to be computed anew [default: 0.1]
    #[arg(
        long = "rebuild-at",
        global = true,
        env = "REELGRAPH_REBUILD_AT",
        value_name = "SHARE"
    )]
    #[serde(rename = "rebuild_at")]
    pub recompute_all_at: Option<f64>,
    /// Which addresses of pictures `load` reads from the web: none, `https` on the public internet, or any [default: public]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_PICTURE_URLS",
        value_enum,
        value_name = "WHICH"
    )]
    pub picture_urls: Option<PictureUrls>,
    /// Who may upload files: curators, or whoever has an account [default: curators]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_UPLOADS",
        value_enum,
        value_name = "WHO"
    )]
    pub uploads: Option<UploadsBy>,
    /// How many gigabytes all uploads of an account may have together, and so one file [default: 100]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_UPLOAD_QUOTA",
        value_name = "GIGABYTES",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    pub upload_quota: Option<u32>,
    /// Whether `scan` writes down what it sees as with `--apply`, for cron [default: false]
    #[arg(long, global = true, env = "REELGRAPH_SCAN_APPLY", value_name = "BOOL")]
    pub scan_apply: Option<bool>,
    /// Whether `scan` brings what sidecars and pictures say into the catalogue as with `--titles` [default: false]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_SCAN_TITLES",
        value_name = "BOOL"
    )]
    pub scan_titles: Option<bool>,
    /// The highest age rating in years that whoever is not logged in sees [default: every one]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_ANONYMOUS_MAX_AGE",
        value_name = "YEARS"
    )]
    pub anonymous_max_age: Option<u8>,
    /// Whether titles without an age rating are for children too [default: false]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_UNRATED_FOR_CHILDREN",
        value_name = "BOOL"
    )]
    pub unrated_for_children: Option<bool>,
    /// Accounts; in the file, the table `[accounts]`.
    #[command(flatten)]
    pub accounts: AccountSettings,
    /// Sites that speak OpenID Connect, in the file alone: tables `[[openid]]`.
    #[arg(skip)]
    pub openid: Vec<OpenIdSettings>,
}

impl Settings {
    /// These where they are set, else the others.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            config: self.config.or(other.config),
            listen: self.listen.or(other.listen),
            data_dir: self.data_dir.or(other.data_dir),
            blobs: self.blobs.or(other.blobs),
            env: self.env.or(other.env),
            public_url: self.public_url.or(other.public_url),
            site_name: self.site_name.or(other.site_name),
            trusted_proxies: self.trusted_proxies.or(other.trusted_proxies),
            country_header: self.country_header.or(other.country_header),
            max_connections: self.max_connections.or(other.max_connections),
            max_connections_per_peer: self
                .max_connections_per_peer
                .or(other.max_connections_per_peer),
            max_requests: self.max_requests.or(other.max_requests),
            request_timeout_seconds: self
                .request_timeout_seconds
                .or(other.request_timeout_seconds),
            max_live: self.max_live.or(other.max_live),
            budget: self.budget.or(other.budget),
            unlimited_networks: self.unlimited_networks.or(other.unlimited_networks),
            log: self.log.or(other.log),
            metrics_listen: self.metrics_listen.or(other.metrics_listen),
            operations: self.operations.or(other.operations),
            batch: self.batch.or(other.batch),
            documents: self.documents.or(other.documents),
            documents_only: self.documents_only.or(other.documents_only),
            trusted_origins: self.trusted_origins.or(other.trusted_origins),
            cors_headers: self.cors_headers.or(other.cors_headers),
            ide: self.ide.or(other.ide),
            introspection: self.introspection.or(other.introspection),
            resume_from_percent: self.resume_from_percent.or(other.resume_from_percent),
            watched_above_percent: self.watched_above_percent.or(other.watched_above_percent),
            watched_in_last_seconds: self
                .watched_in_last_seconds
                .or(other.watched_in_last_seconds),
            short_below_seconds: self.short_below_seconds.or(other.short_below_seconds),
            plays_per_day: self.plays_per_day.or(other.plays_per_day),
            comments: self.comments.or(other.comments),
            watch_log_days: self.watch_log_days.or(other.watch_log_days),
            revision_days: self.revision_days.or(other.revision_days),
            edits_lock: self.edits_lock.or(other.edits_lock),
            half_life_days: self.half_life_days.or(other.half_life_days),
            recency: self.recency.or(other.recency),
            similar: self.similar.or(other.similar),
            recompute_title_at: self.recompute_title_at.or(other.recompute_title_at),
            recompute_all_at: self.recompute_all_at.or(other.recompute_all_at),
            picture_urls: self.picture_urls.or(other.picture_urls),
            uploads: self.uploads.or(other.uploads),
            upload_quota: self.upload_quota.or(other.upload_quota),
            scan_apply: self.scan_apply.or(other.scan_apply),
            scan_titles: self.scan_titles.or(other.scan_titles),
            anonymous_max_age: self.anonymous_max_age.or(other.anonymous_max_age),
            unrated_for_children: self.unrated_for_children.or(other.unrated_for_children),
            accounts: self.accounts.or(other.accounts),
            openid: [self.openid, other.openid].concat(),
        }
    }
}
