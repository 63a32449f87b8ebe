//! Who asks, and from where.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{ApiKeyId, ProfileId, SessionId, UserId};
use super::language::LanguageTag;

/// What an account may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Watches, rates, and manages the own account.
    Viewer,
    /// Keeps the catalogue: what is in it, and what is said of it.
    Curator,
    /// Keeps the peace: what viewers write for each other.
    Moderator,
    /// May do everything, other accounts included.
    Admin,
}

impl Role {
    /// All of them, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Curator, Self::Moderator, Self::Admin];

    /// As stores and commands spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Curator => "curator",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    /// The role that is spelled like this.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// From this age on a person is grown up.
pub const ADULT: u8 = 18;

/// The one who asks: nobody in particular, or an account with one of its profiles chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody who is logged in.
    Anonymous,
    Known(KnownViewer),
}

/// A viewer who is logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownViewer {
    pub user: UserId,
    /// The profile that watches.
    pub profile: ProfileId,
    /// The highest age rating that the profile may watch, in years. `None`: every rating.
    pub max_age: Option<u8>,
    /// The language that the profile prefers. `None`: it does not say.
    pub language: Option<LanguageTag>,
    /// The latest time in which nothing of what the profile plays is kept, if there was one.
    pub pause: Option<HistoryPause>,
    /// What this request may do: the account's role, or less if it came with a key or goes on with a child's profile.
    pub role: Role,
    /// What the request proved itself with.
    pub login: Login,
}

/// A time in which nothing of what a profile plays is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPause {
    pub since: DateTime<Utc>,
    /// When it ended; `None` while it lasts.
    pub until: Option<DateTime<Utc>>,
}

/// What a request proves itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// A log-in on a device.
    Session(SessionId),
    /// An API key, which may read, and never manages the account.
    ApiKey {
        id: ApiKeyId,
        /// Whether it may also report what is watched.
        may_watch: bool,
    },
}

impl HistoryPause {
    /// Whether it lasts still, so that nothing is kept.
    pub fn is_on(self) -> bool {
        self.until.is_none()
    }

    /// Whether something is not kept that was played at a moment: while it lasts that is everything, whenever it was
    /// played.
    pub fn covers(self, at: DateTime<Utc>) -> bool {
        self.until
            .is_none_or(|until| (self.since..=until).contains(&at))
    }

    /// Whether it ended between two moments. When it began does not matter: what was reported before then may be dated
    /// later, by a clock that is ahead.
    pub fn ended_between(self, earlier: DateTime<Utc>, later: DateTime<Utc>) -> bool {
        self.until
            .is_some_and(|until| earlier < until && until <= later)
    }
}

impl Viewer {
    /// The viewer, if logged in.
    pub fn known(&self) -> Option<&KnownViewer> {
        match self {
            Self::Anonymous => None,
            Self::Known(viewer) => Some(viewer),
        }
    }

    /// The profile that watches, if logged in.
    pub fn profile(&self) -> Option<ProfileId> {
        self.known().map(|viewer| viewer.profile)
    }
}

impl KnownViewer {
    /// The same viewer with another profile, or with the same after a change of it. A child has no powers.
    #[must_use]
    pub fn with_profile(
        &self,
        profile: ProfileId,
        max_age: Option<u8>,
        language: Option<LanguageTag>,
        pause: Option<HistoryPause>,
    ) -> Self {
        let viewer = Self {
            profile,
            max_age,
            language,
            pause,
            ..*self
        };
        let role = if viewer.is_adult() {
            self.role
        } else {
            Role::Viewer
        };
        Self { role, ..viewer }
    }

    /// Whether the profile is for somebody grown up.
    pub fn is_adult(&self) -> bool {
        self.max_age.is_none_or(|age| age >= ADULT)
    }

    /// Whether it is told who the account's owner is, and from where and by whom the account was used: a child is not, and
    /// a machine only if it may do what admins may.
    pub fn sees_owner(&self) -> bool {
        match self.login {
            Login::Session(_) => self.is_adult(),
            Login::ApiKey { .. } => self.role >= Role::Admin,
        }
    }

    /// The log-in that the request came with; `None` for an API key.
    pub fn session(&self) -> Option<SessionId> {
        match self.login {
            Login::Session(session) => Some(session),
            Login::ApiKey { .. } => None,
        }
    }

    /// Whether somebody goes on with this profile on a device; a key shows of nobody that they know its PIN.
    pub fn has_open(&self, profile: ProfileId) -> bool {
        self.profile == profile && self.session().is_some()
    }

    /// Whether this request may change what the profile watched.
    pub fn may_watch(&self) -> bool {
        match self.login {
            Login::Session(_) => true,
            Login::ApiKey { may_watch, .. } => may_watch,
        }
    }
}

/// What sent a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Its network address, if it came over a network.
    pub address: Option<IpAddr>,
    /// What it calls itself (the `User-Agent` header).
    pub device: Option<String>,
    /// What the app in it is called, by a header of its own.
    pub app: Option<String>,
    /// The code of the country that it is in, as a proxy that is believed says.
    pub country: Option<String>,
}

impl Client {
    /// The network that it is counted under: the address itself, of IPv6 the first 64 bits, because whoever has one
    /// address there has all of them. `local` without an address: a command.
    pub fn network(&self) -> String {
        match self.address.map(|address| address.to_canonical()) {
            None => "local".to_owned(),
            Some(IpAddr::V4(address)) => address.to_string(),
            Some(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> String {
        let address = Some(address.parse().unwrap());
        Client {
            address,
            ..Client::default()
        }
        .network()
    }

    #[test]
    fn one_customer_of_a_provider_is_one_network() {
        assert_eq!(network("192.0.2.7"), "192.0.2.7");
        assert_eq!(network("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("2001:db8:1:2::1"), "2001:db8:1:2::");
    }

    #[test]
    fn roles_are_in_order() {
        assert!(Role::ALL.is_sorted());
        assert_eq!(Role::parse("moderator"), Some(Role::Moderator));
        assert_eq!(Role::parse("Admin"), None);
    }
}
