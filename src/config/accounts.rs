//! The settings of accounts: sessions, limits, mail and other sites' log-ins.

use std::time::Duration;

use anyhow::{Context, bail};
use chrono::TimeDelta;
use clap::Args;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::domain::accounts::{AccountPolicy, Kept, Lifetimes, MIN_PASSWORD};
use crate::domain::limits::Rate;

/// The fewest characters that `min-password` may be (NIST SP 800-63B-4, 3.1.1.2).
const LEAST_MIN_PASSWORD: usize = 8;
/// The most that makes sense: nobody would choose more.
const MOST_MIN_PASSWORD: usize = 64;
/// Whom mail comes from by default.
const MAIL_FROM: &str = "Reelgraph <no-reply@localhost>";
/// Where Facebook answers, by the version of its API.
const FACEBOOK_AUTHORIZE: &str = "https://www.facebook.com/v25.0/dialog/oauth";
const FACEBOOK_TOKEN: &str = "https://graph.facebook.com/v25.0/oauth/access_token";
const FACEBOOK_ME: &str = "https://graph.facebook.com/v25.0/me";

/// What can be set of accounts. Each is `None` if it was not.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountSettings {
    /// The fewest characters of a password, 8 to 64 [default: 15]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_MIN_PASSWORD",
        value_name = "CHARACTERS"
    )]
    pub min_password: Option<usize>,
    /// After so many hours without use a browser's session ends that is not to be remembered [default: 24]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_SESSION_IDLE_HOURS",
        value_name = "HOURS"
    )]
    pub session_idle_hours: Option<u32>,
    /// After so many days without use any other session ends [default: 30]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_SESSION_REMEMBERED_DAYS",
        value_name = "DAYS"
    )]
    pub session_remembered_days: Option<u32>,
    /// After so many days a session ends in any case [default: 180]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_SESSION_ABSOLUTE_DAYS",
        value_name = "DAYS"
    )]
    pub session_absolute_days: Option<u32>,
    /// How many sessions an account may have; the oldest ends [default: 100]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_SESSIONS_PER_ACCOUNT",
        value_name = "COUNT"
    )]
    pub sessions_per_account: Option<u32>,
    /// For how many days it is kept what was done to an account [default: 365]
    #[arg(long, global = true, env = "REELGRAPH_AUDIT_DAYS", value_name = "DAYS")]
    pub audit_days: Option<u32>,
    /// The same, of what strangers tried on accounts that do not exist [default: 90]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_AUDIT_OF_NOBODY_DAYS",
        value_name = "DAYS"
    )]
    pub audit_of_nobody_days: Option<u32>,
    /// In production, after so many days an account is deleted that was never confirmed, to which nobody ever logged
    /// in; one of which that is not known any more (--audit-days), it stays [default: 30]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_UNCONFIRMED_DAYS",
        value_name = "DAYS"
    )]
    pub unconfirmed_days: Option<u32>,
    /// For how many days it is said that an erasure is finished [default: 365]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_ERASURE_DAYS",
        value_name = "DAYS"
    )]
    pub erasure_days: Option<u32>,
    /// How many seconds an access token lasts [default: 600]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_ACCESS_TOKEN_SECONDS",
        value_name = "SECONDS"
    )]
    pub access_token_seconds: Option<u32>,
    /// Registrations from one network in an hour [default: 100]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_REGISTRATIONS_PER_HOUR",
        value_name = "COUNT"
    )]
    pub registrations_per_hour: Option<u32>,
    /// Log-ins from one network in an hour [default: 600]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_LOG_INS_PER_HOUR",
        value_name = "COUNT"
    )]
    pub log_ins_per_hour: Option<u32>,
    /// Mails to one address in an hour that somebody who is not logged in can cause [default: 5]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_MAILS_PER_HOUR",
        value_name = "COUNT"
    )]
    pub mails_per_hour: Option<u32>,
    /// Whom mail comes from, as `Site <no-reply@example.org>`.
    #[arg(
        // Not as a comment: rustdoc would read a link in the brackets.
        help = "Whom mail comes from, as `Site <no-reply@example.org>` [default: Reelgraph <no-reply@localhost>]",
        long,
        global = true,
        env = "REELGRAPH_MAIL_FROM",
        value_name = "MAILBOX"
    )]
    pub mail_from: Option<String>,
    /// The page that the link of a confirmation mail leads to [default: /confirm-email of the public address]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_CONFIRM_PAGE",
        value_name = "URL"
    )]
    pub confirm_page: Option<Url>,
    /// The page that the link for a new password leads to [default: /reset-password of the public address]
    #[arg(long, global = true, env = "REELGRAPH_RESET_PAGE", value_name = "URL")]
    pub reset_page: Option<Url>,
    /// Where another site's log-in may end, exactly: pages and deep links of apps [default: the public address]
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_RETURN_TO",
        value_delimiter = ',',
        value_name = "URL"
    )]
    pub return_to: Option<Vec<Url>>,
    /// The address of Facebook's log-in page
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_FACEBOOK_AUTHORIZE_URL",
        value_name = "URL"
    )]
    pub facebook_authorize_url: Option<Url>,
    /// Where Facebook gives tokens
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_FACEBOOK_TOKEN_URL",
        value_name = "URL"
    )]
    pub facebook_token_url: Option<Url>,
    /// Where Facebook says who somebody is
    #[arg(
        long,
        global = true,
        env = "REELGRAPH_FACEBOOK_ME_URL",
        value_name = "URL"
    )]
    pub facebook_me_url: Option<Url>,
}

/// A site that speaks OpenID Connect, as the file names it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenIdSettings {
    /// What it is called here: part of addresses.
    pub name: String,
    /// Its issuer, exactly as it writes it itself, from which everything else is discovered.
    pub issuer: String,
    /// What we are called there.
    pub client_id: String,
}

/// The settings of accounts, complete and checked.
#[derive(Debug, Clone)]
pub struct AccountConfig {
    settings: AccountSettings,
    /// Whom mail comes from.
    pub mail_from: String,
    /// `SMTP_URL`: the mail server; `None`: mail is written to files.
    pub smtp_url: Option<SecretString>,
    /// `REELGRAPH_SECRET`: what the keys of access tokens are sealed with in the store.
    pub secret: Option<SecretString>,
    /// Facebook, if its log-in is set up.
    pub facebook: Option<FacebookConfig>,
    /// Sites that speak OpenID Connect.
    pub openid: Vec<OpenIdConfig>,
}

/// How to reach Facebook.
#[derive(Debug, Clone)]
pub struct FacebookConfig {
    /// The app's public id, from `FACEBOOK_APP_ID`.
    pub app_id: String,
    /// What proves the app to Facebook, from `FACEBOOK_APP_SECRET`.
    pub app_secret: SecretString,
    /// Where a browser is sent to log in.
    pub authorize_url: Url,
    /// Where it gives tokens.
    pub token_url: Url,
    /// Where it says who somebody is.
    pub me_url: Url,
}

/// How to reach a site that speaks OpenID Connect.
#[derive(Debug, Clone)]
pub struct OpenIdConfig {
    /// What the file says.
    pub settings: OpenIdSettings,
    /// From `REELGRAPH_OPENID_<NAME>_SECRET`; never a flag, which other users of the machine could read.
    pub client_secret: SecretString,
}

impl AccountSettings {
    /// These where they are set, else the others.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            min_password: self.min_password.or(other.min_password),
            session_idle_hours: self.session_idle_hours.or(other.session_idle_hours),
            session_remembered_days: self
                .session_remembered_days
                .or(other.session_remembered_days),
            session_absolute_days: self.session_absolute_days.or(other.session_absolute_days),
            sessions_per_account: self.sessions_per_account.or(other.sessions_per_account),
            audit_days: self.audit_days.or(other.audit_days),
            audit_of_nobody_days: self.audit_of_nobody_days.or(other.audit_of_nobody_days),
            unconfirmed_days: self.unconfirmed_days.or(other.unconfirmed_days),
            erasure_days: self.erasure_days.or(other.erasure_days),
            access_token_seconds: self.access_token_seconds.or(other.access_token_seconds),
            registrations_per_hour: self.registrations_per_hour.or(other.registrations_per_hour),
            log_ins_per_hour: self.log_ins_per_hour.or(other.log_ins_per_hour),
            mails_per_hour: self.mails_per_hour.or(other.mails_per_hour),
            mail_from: self.mail_from.or(other.mail_from),
            confirm_page: self.confirm_page.or(other.confirm_page),
            reset_page: self.reset_page.or(other.reset_page),
            return_to: self.return_to.or(other.return_to),
            facebook_authorize_url: self.facebook_authorize_url.or(other.facebook_authorize_url),
            facebook_token_url: self.facebook_token_url.or(other.facebook_token_url),
            facebook_me_url: self.facebook_me_url.or(other.facebook_me_url),
        }
    }
}

impl AccountConfig {
    /// Completes what was given. `variable` reads the environment.
    pub(super) fn complete(
        settings: AccountSettings,
        openid: Vec<OpenIdSettings>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> anyhow::Result<Self> {
        check(&settings)?;
        let secret = |name: &str| {
            variable(name)
                .filter(|value| !value.is_empty())
                .map(SecretString::from)
        };
        let openid = openid
            .into_iter()
            .map(|settings| {
                let name = settings.name.to_uppercase().replace('-', "_");
                let name = format!("REELGRAPH_OPENID_{name}_SECRET");
                Ok(OpenIdConfig {
                    client_secret: secret(&name).with_context(|| {
                        format!("{name} is not set: log-in by {} needs it", settings.name)
                    })?,
                    settings,
                })
            })
            .collect::<anyhow::Result<_>>()?;
        Ok(Self {
            mail_from: settings
                .mail_from
                .clone()
                .unwrap_or_else(|| MAIL_FROM.to_owned()),
            smtp_url: secret("SMTP_URL"),
            secret: secret("REELGRAPH_SECRET"),
            facebook: facebook(&settings, &variable, secret("FACEBOOK_APP_SECRET"))?,
            openid,
            settings,
        })
    }

    /// How a site that is seen at this address handles accounts.
    pub fn policy(&self, public_url: Url, conceals_accounts: bool) -> AccountPolicy {
        let given = &self.settings;
        let usual = AccountPolicy::at(public_url);
        let lifetimes = usual.lifetimes;
        let per_hour = |count: Option<u32>, usual: Rate| Rate {
            count: count.unwrap_or(usual.count),
            period: Duration::from_secs(3600),
        };
        let days = |days: Option<u32>, usual: TimeDelta| {
            days.map_or(usual, |days| TimeDelta::days(days.into()))
        };
        AccountPolicy {
            min_password: given.min_password.unwrap_or(MIN_PASSWORD),
            conceals_accounts,
            lifetimes: Lifetimes {
                idle: given
                    .session_idle_hours
                    .map_or(lifetimes.idle, |hours| TimeDelta::hours(hours.into())),
                remembered: days(given.session_remembered_days, lifetimes.remembered),
                absolute: days(given.session_absolute_days, lifetimes.absolute),
                access_token: given
                    .access_token_seconds
                    .map_or(lifetimes.access_token, |seconds| {
                        TimeDelta::seconds(seconds.into())
                    }),
            },
            sessions: given
                .sessions_per_account
                .and_then(|count| count.try_into().ok())
                .unwrap_or(usual.sessions),
            kept: Kept {
                audit: days(given.audit_days, usual.kept.audit),
                audit_of_nobody: days(given.audit_of_nobody_days, usual.kept.audit_of_nobody),
                unconfirmed: days(given.unconfirmed_days, usual.kept.unconfirmed),
                erasures: days(given.erasure_days, usual.kept.erasures),
            },
            registrations: per_hour(given.registrations_per_hour, usual.registrations),
            log_ins: per_hour(given.log_ins_per_hour, usual.log_ins),
            mails: per_hour(given.mails_per_hour, usual.mails),
            confirm_page: given.confirm_page.clone().unwrap_or(usual.confirm_page),
            reset_page: given.reset_page.clone().unwrap_or(usual.reset_page),
            return_to: given.return_to.clone().unwrap_or(usual.return_to),
            mails_from_network: usual.mails_from_network,
            public_url: usual.public_url,
        }
    }
}

fn facebook(
    settings: &AccountSettings,
    variable: impl Fn(&str) -> Option<String>,
    app_secret: Option<SecretString>,
) -> anyhow::Result<Option<FacebookConfig>> {
    let app_id = variable("FACEBOOK_APP_ID").filter(|id| !id.is_empty());
    let (app_id, app_secret) = match (app_id, app_secret) {
        (None, None) => return Ok(None),
        (Some(id), Some(secret)) => (id, secret),
        (None, Some(_)) => bail!("FACEBOOK_APP_ID is not set, but FACEBOOK_APP_SECRET is"),
        (Some(_), None) => bail!("FACEBOOK_APP_SECRET is not set, but FACEBOOK_APP_ID is"),
    };
    let address = |given: &Option<Url>, usual: &str| match given {
        Some(url) => Ok(url.clone()),
        None => Url::parse(usual),
    };
    Ok(Some(FacebookConfig {
        app_id,
        app_secret,
        authorize_url: address(&settings.facebook_authorize_url, FACEBOOK_AUTHORIZE)?,
        token_url: address(&settings.facebook_token_url, FACEBOOK_TOKEN)?,
        me_url: address(&settings.facebook_me_url, FACEBOOK_ME)?,
    }))
}

fn check(settings: &AccountSettings) -> anyhow::Result<()> {
    if let Some(least) = settings.min_password
        && !(LEAST_MIN_PASSWORD..=MOST_MIN_PASSWORD).contains(&least)
    {
        bail!("min-password is {least}, not from {LEAST_MIN_PASSWORD} to {MOST_MIN_PASSWORD}");
    }
    let numbers = [
        ("session-idle-hours", settings.session_idle_hours),
        ("session-remembered-days", settings.session_remembered_days),
        ("session-absolute-days", settings.session_absolute_days),
        ("sessions-per-account", settings.sessions_per_account),
        ("audit-days", settings.audit_days),
        ("audit-of-nobody-days", settings.audit_of_nobody_days),
        ("unconfirmed-days", settings.unconfirmed_days),
        ("erasure-days", settings.erasure_days),
        ("access-token-seconds", settings.access_token_seconds),
        ("registrations-per-hour", settings.registrations_per_hour),
        ("log-ins-per-hour", settings.log_ins_per_hour),
        ("mails-per-hour", settings.mails_per_hour),
    ];
    for (name, number) in numbers {
        if let Some(number) = number
            && !(1..=1_000_000).contains(&number)
        {
            bail!("{name} is {number}, not from 1 to 1000000");
        }
    }
    Ok(())
}
