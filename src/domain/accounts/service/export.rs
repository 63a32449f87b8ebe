//! Everything that is stored about an account, for its owner.

use secrecy::SecretString;

use super::AccountService;
use crate::domain::accounts::api_key::ApiKey;
use crate::domain::accounts::audit::{Action, AuditEntry};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::identity::Identity;
use crate::domain::accounts::profile::Profile;
use crate::domain::accounts::session::Session;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::user::User;
use crate::domain::ids::UserId;
use crate::domain::limits::{Rate, limit_key};
use crate::domain::page::{Keyset, MAX_PAGE, Window};
use crate::domain::viewer::{Client, KnownViewer};

/// Exports of one account.
const EXPORTS: Rate = Rate::per_hour(20);

/// Everything that accounts know of one of them. What its profiles watched, other features know.
#[derive(Debug, Clone)]
pub struct AccountExport {
    pub user: User,
    /// Its profiles, the oldest first.
    pub profiles: Vec<Profile>,
    /// The other sites that it is linked with.
    pub identities: Vec<Identity>,
    /// Where it is logged in.
    pub sessions: Vec<Session>,
    pub api_keys: Vec<ApiKey>,
    /// What was done to it, the latest first.
    pub audit: Vec<AuditEntry>,
}

impl AccountService {
    /// Everything that is known of the viewer's account, profiles that have a PIN included: so it takes a fresh log-in
    /// or the password. Reads a lot, so only so often.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn export(
        &self,
        viewer: &KnownViewer,
        password: Option<SecretString>,
        client: &Client,
    ) -> Result<AccountExport, AccountError> {
        let (user, session) = self.managed(viewer).await?;
        self.check_owner_or_fresh((&user, session), password, client)
            .await?;
        let own = limit_key("export", &[&user.id.to_string()]);
        self.take(&own, EXPORTS).await?;
        let entry = self.own(viewer, Action::Exported, client);
        self.write(vec![AccountWrite::AddAudit(entry)]).await?;
        let audit = self.whole_audit(user.id).await?;
        Ok(AccountExport {
            user,
            profiles: self.profiles(viewer).await?,
            identities: self.identities(viewer).await?,
            sessions: self.sessions(viewer).await?,
            api_keys: self.api_keys(viewer).await?,
            audit,
        })
    }

    /// All that is noted of what was done to an account, the latest first.
    pub(super) async fn whole_audit(&self, user: UserId) -> Result<Vec<AuditEntry>, AccountError> {
        let mut audit: Vec<AuditEntry> = Vec::new();
        let mut window = Window::first(MAX_PAGE);
        loop {
            let store = &self.ports.accounts.audit;
            let page = store.audit_of_user(user, &window).await?;
            audit.extend(page.rows);
            let Some(last) = audit.last().filter(|_| page.has_more) else {
                return Ok(audit);
            };
            let keyset = Keyset::by_number(last.at.timestamp_millis(), last.id.to_i64());
            window = Window::after(MAX_PAGE, keyset);
        }
    }
}
