//! How a site handles accounts, and where its pages are.

use url::Url;

use super::clear_away::Kept;
use crate::domain::accounts::password::MIN_PASSWORD;
use crate::domain::accounts::session::Lifetimes;
use crate::domain::limits::Rate;

/// How a site handles accounts.
#[derive(Debug, Clone)]
pub struct AccountPolicy {
    /// The fewest characters of a password.
    pub min_password: usize,
    /// Whether strangers are kept from finding out which addresses have accounts. Then a new account can be used only
    /// once its address is confirmed.
    pub conceals_accounts: bool,
    /// How long sessions last.
    pub lifetimes: Lifetimes,
    /// How many sessions an account may have; the oldest ends.
    pub sessions: usize,
    /// How long things are kept that would only grow.
    pub kept: Kept,
    /// Registrations from one network.
    pub registrations: Rate,
    /// Log-ins from one network.
    pub log_ins: Rate,
    /// Mails to one address that somebody who is not logged in can cause.
    pub mails: Rate,
    /// The same, of all addresses together, from one network.
    pub mails_from_network: Rate,
    /// Where the program is seen from outside.
    pub public_url: Url,
    /// The page that the link of a confirmation mail leads to.
    pub confirm_page: Url,
    /// The page that the link for a new password leads to.
    pub reset_page: Url,
    /// Where another site's log-in may end, exactly.
    pub return_to: Vec<Url>,
}

impl AccountPolicy {
    /// The defaults for a site that is seen at this address.
    pub fn at(public_url: Url) -> Self {
        let page = |name: &str| address(&public_url, name);
        Self {
            min_password: MIN_PASSWORD,
            conceals_accounts: false,
            lifetimes: Lifetimes::default(),
            sessions: 100,
            kept: Kept::default(),
            registrations: Rate::per_hour(100),
            log_ins: Rate::per_hour(600),
            mails: Rate::per_hour(5),
            mails_from_network: Rate::per_hour(100),
            confirm_page: page("confirm-email"),
            reset_page: page("reset-password"),
            return_to: vec![public_url.clone()],
            public_url,
        }
    }

    /// Where people go on who are shown a page of the program itself.
    pub fn home(&self) -> &Url {
        let mut pages = self.return_to.iter();
        let page = pages.find(|page| matches!(page.scheme(), "http" | "https"));
        page.unwrap_or(&self.public_url)
    }

    /// An address of the site, as it is seen from outside.
    pub fn address(&self, path: &str) -> Url {
        address(&self.public_url, path)
    }

    /// Where browsers come back to from another site.
    pub fn callback(&self, provider: &str) -> Url {
        self.address(&format!("oauth/{provider}/callback"))
    }
}

fn address(base: &Url, path: &str) -> Url {
    let mut address = base.clone();
    address.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    address
}
