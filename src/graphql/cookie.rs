//! The cookie that holds a browser's session, and the OAuth state cookie.

use crate::domain::accounts::{OAuthRedirect, Secret};

/// How many tabs of a browser may be logging in elsewhere at once.
const MOST_TABS: usize = 8;

/// How the session cookie is called and sent: it differs between production and a developer's machine without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionCookie {
    name: &'static str,
    is_secure: bool,
}

impl SessionCookie {
    /// For a site behind TLS. Browsers accept a name with the prefix `__Host-` only over TLS, for the whole host and for
    /// no other, so that no subdomain can plant one.
    pub const PRODUCTION: Self = Self {
        name: "__Host-reelgraph",
        is_secure: true,
    };

    /// For plain HTTP on one's own machine.
    pub const DEVELOPMENT: Self = Self {
        name: "reelgraph",
        is_secure: false,
    };

    /// The OAuth state cookie, by the same rules: it binds a federated log-in to the browser that began it.
    #[must_use]
    pub fn oauth_state(self) -> Self {
        let name = if self.is_secure {
            "__Host-reelgraph-away"
        } else {
            "reelgraph-away"
        };
        Self { name, ..self }
    }

    /// What the OAuth state cookie has: a secret for each tab of the browser that began a federated log-in.
    pub fn read_oauth_states(value: &str) -> Vec<Secret> {
        value.split('.').filter_map(Secret::parse).collect()
    }

    /// The value of a `Set-Cookie` header by which a browser keeps these secrets, the latest of them; of none it takes
    /// the cookie away.
    pub fn set_oauth_states(self, secrets: &[Secret]) -> String {
        let latest = &secrets[secrets.len().saturating_sub(MOST_TABS)..];
        if latest.is_empty() {
            return self.oauth_state().clear();
        }
        let secrets: Vec<&str> = latest.iter().map(Secret::expose).collect();
        let seconds = OAuthRedirect::LASTS.num_seconds();
        self.oauth_state().set(&secrets.join("."), Some(seconds))
    }

    /// Whether browsers keep it only if it comes by TLS.
    pub fn is_secure(self) -> bool {
        self.is_secure
    }

    /// What the cookie is called.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The value of a `Set-Cookie` header that gives the browser a session for so many seconds; `None`: until it is
    /// closed.
    pub fn set(self, token: &str, seconds: Option<i64>) -> String {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let max_age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        format!(
            "{}={token}; Path=/{max_age}; HttpOnly; SameSite=Lax{secure}",
            self.name
        )
    }

    /// The value of a `Set-Cookie` header that takes the session away.
    pub fn clear(self) -> String {
        self.set("", Some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_hidden_from_scripts_and_other_sites() {
        assert_eq!(
            SessionCookie::PRODUCTION.set("abc", Some(60)),
            "__Host-reelgraph=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            SessionCookie::PRODUCTION.set("abc", None),
            "__Host-reelgraph=abc; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            SessionCookie::PRODUCTION.oauth_state().set("abc", Some(60)),
            "__Host-reelgraph-away=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            SessionCookie::DEVELOPMENT.clear(),
            "reelgraph=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}
