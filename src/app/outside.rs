//! What the program talks to outside of its stores: mail servers, other sites to log in by; and the tokens that it hands
//! out.

use std::sync::Arc;

use anyhow::Context;

use super::stores::AllStores;
use crate::adapters::jwt::{JwtGrants, JwtTokens};
#[cfg(feature = "kafka")]
use crate::adapters::kafka::KafkaTopics;
use crate::adapters::mail::{FileMailer, SmtpMailer};
use crate::adapters::oauth::{FacebookProvider, FacebookSettings, OpenIdProvider, OpenIdSettings};
use crate::adapters::oembed::OEmbedHosts;
use crate::config::{AccountConfig, Brokers, Config};
use crate::domain::accounts::{AccountPolicy, IdentityProvider, KeyRotation, Mailer};
use crate::domain::clock::Clock;
#[cfg(feature = "kafka")]
use crate::domain::measured::Measured;
use crate::domain::recommend::Topics;
use crate::domain::video::VideoHosts;

/// What makes and reads access tokens.
pub(super) fn access_tokens(
    config: &Config,
    stores: &AllStores,
    clock: &Arc<dyn Clock>,
) -> JwtTokens {
    JwtTokens::new(
        Arc::clone(&stores.signing_keys),
        Arc::clone(clock),
        // Servers of one site must name the same issuer, wherever each of them listens.
        config
            .public_url
            .as_ref()
            .map_or_else(|| "reelgraph".to_owned(), ToString::to_string),
        KeyRotation::default(),
        config.accounts.secret.clone(),
    )
}

/// What asks other sites for their videos, or an address in the place of all of them; it needs no store.
pub fn open_video_hosts(
    config: &Config,
    through: Option<&str>,
) -> anyhow::Result<Box<dyn VideoHosts>> {
    let site = config.public_url.as_ref().map(ToString::to_string);
    let hosts = OEmbedHosts::open(site.as_deref(), through).map_err(anyhow::Error::msg)?;
    Ok(Box::new(hosts))
}

/// What signs and checks the addresses of media.
pub(super) fn grants(config: &Config, stores: &AllStores, clock: &Arc<dyn Clock>) -> JwtGrants {
    JwtGrants::new(
        Arc::clone(&stores.signing_keys),
        Arc::clone(clock),
        KeyRotation::default(),
        config.accounts.secret.clone(),
    )
}

/// Where what was watched is sent to; `None`: nowhere.
#[cfg(feature = "kafka")]
pub(super) fn topics(brokers: Option<&Brokers>) -> anyhow::Result<Option<Arc<dyn Topics>>> {
    let open = |brokers: &Brokers| {
        let topics = KafkaTopics::open(&brokers.0).context("Kafka cannot be used")?;
        let topics: Arc<dyn Topics> = Arc::new(Measured::new("kafka", Arc::new(topics)));
        anyhow::Ok(topics)
    };
    brokers.map(open).transpose()
}

/// The same for a program that cannot.
#[cfg(not(feature = "kafka"))]
pub(super) fn topics(brokers: Option<&Brokers>) -> anyhow::Result<Option<Arc<dyn Topics>>> {
    match brokers {
        None => Ok(None),
        Some(_) => anyhow::bail!(
            "KAFKA_BROKERS is set, and this program was built without Kafka: build it with --features kafka"
        ),
    }
}

/// The other sites that the settings name.
pub(super) fn providers(
    config: &AccountConfig,
    policy: &AccountPolicy,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Vec<Arc<dyn IdentityProvider>>> {
    let mut providers: Vec<Arc<dyn IdentityProvider>> = Vec::new();
    if let Some(facebook) = config.facebook.clone() {
        let settings = FacebookSettings {
            app_id: facebook.app_id,
            app_secret: facebook.app_secret,
            authorize_url: facebook.authorize_url,
            token_url: facebook.token_url,
            me_url: facebook.me_url,
            redirect_url: policy.callback("facebook"),
        };
        let facebook = FacebookProvider::new(settings, Arc::clone(clock));
        providers.push(Arc::new(facebook.context("Facebook cannot be set up")?));
    }
    for openid in config.openid.clone() {
        let name = openid.settings.name;
        let settings = OpenIdSettings {
            redirect_url: policy.callback(&name),
            name: name.clone(),
            issuer: openid.settings.issuer,
            client_id: openid.settings.client_id,
            client_secret: openid.client_secret,
        };
        let issuer = OpenIdProvider::new(settings, Arc::clone(clock))
            .with_context(|| format!("the log-in by {name} cannot be set up"))?;
        if providers.iter().any(|other| other.name() == name) {
            anyhow::bail!("two log-ins are called {name}");
        }
        providers.push(Arc::new(issuer));
    }
    Ok(providers)
}

/// Mail goes out by the mail server that the settings name, or into a folder beside the data.
pub(super) fn mailer(config: &Config) -> anyhow::Result<Arc<dyn Mailer>> {
    let from = &config.accounts.mail_from;
    if let Some(url) = &config.accounts.smtp_url {
        let mailer = SmtpMailer::new(url, from).context("SMTP_URL or mail-from is wrong")?;
        return Ok(Arc::new(mailer));
    }
    let folder = config.data_dir.join("mail");
    let mailer = FileMailer::new(&folder, from).context("mail-from is wrong")?;
    Ok(Arc::new(mailer))
}
