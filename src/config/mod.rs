//! Settings: a flag, else an environment variable, else a line of a TOML file, else the default. Secrets and the
//! addresses that contain them come from the environment alone.

mod accounts;
mod address;
mod blobs;
mod choices;
mod complete;
mod examine;
mod insight;
mod limits;
mod origins;
mod proxies;
mod servers;
mod settings;
mod topics;
mod uploads;
mod watching;

pub use accounts::{AccountConfig, AccountSettings, FacebookConfig, OpenIdConfig, OpenIdSettings};
pub use blobs::{BlobConfig, BucketConfig};
pub use choices::{Environment, Ide, PictureUrls, Scans, SimilarEdges, TitlesOfScans, UploadsBy};
pub use complete::Config;
pub use insight::InsightConfig;
pub use proxies::TrustedProxies;
pub use servers::Servers;
pub use settings::Settings;
pub use topics::Brokers;
