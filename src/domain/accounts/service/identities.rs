//! Federated log-in, by OAuth 2.0 authorization codes with PKCE (RFC 6749, RFC 7636), as RFC 9700 asks for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use url::Url;

use super::log_in::LoggedIn;
use super::register::profile_name;
use super::{AccountService, limit_key};
use crate::domain::accounts::audit::{Action, Actor, AuditEntry};
use crate::domain::accounts::email::EmailError;
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::identity::{
    Authorization, Callback, ExternalPerson, Identity, IdentityProvider, LinkError,
};
use crate::domain::accounts::mail::{Asked, MailKind};
use crate::domain::accounts::one_time::{OAuthPin, OAuthRequest, OAuthState, OneTime};
use crate::domain::accounts::profile::Profile;
use crate::domain::accounts::session::Transport;
use crate::domain::accounts::store::AccountWrite;
use crate::domain::accounts::token::Secret;
use crate::domain::accounts::user::User;
use crate::domain::ids::{ProfileId, UserId};
use crate::domain::limits::Rate;
use crate::domain::stamp::Stamp;
use crate::domain::viewer::{Client, KnownViewer, Role, Viewer};

/// How long somebody may take at the other site.
const STATE: TimeDelta = TimeDelta::minutes(10);
/// How long an app may take to fetch its tokens.
const CODE: TimeDelta = TimeDelta::minutes(2);
/// How many log-ins by other sites may begin from one network.
const BEGINNINGS: Rate = Rate::per_hour(300);

/// A log-in by another site that begins.
#[derive(Debug, Clone)]
pub struct BeginOAuth {
    pub provider: String,
    /// Where to go in the end: one of the allowed addresses.
    pub return_to: String,
    /// How the client will hold its session.
    pub transport: Transport,
    /// Whether a browser's session is to last.
    pub remember: bool,
    /// The `code_challenge` of an app (RFC 7636, S256).
    pub challenge: Option<String>,
    /// The password of the account that is to be linked; not needed right after logging in.
    pub password: Option<SecretString>,
}

/// Where a browser is redirected to.
#[derive(Debug, Clone)]
pub struct OAuthRedirect {
    pub url: Url,
    /// The value of the OAuth state cookie, if the browser is redirected to the other site.
    pub browser: Option<Secret>,
}

/// What a browser brings back.
#[derive(Debug)]
pub struct ReturnFromOAuth {
    /// The site that it comes from, by the address that it came to.
    pub provider: String,
    pub state: String,
    /// The `code` parameter; without it the person said no.
    pub code: Option<SecretString>,
    /// The values of its OAuth state cookie: one for each of its tabs that began.
    pub browser: Vec<Secret>,
    /// Who was logged in there: a log-in ends that session.
    pub before: Option<KnownViewer>,
}

/// What became of somebody who came back.
#[derive(Debug)]
pub struct Came {
    /// Where to go now; `None` if the browser is not the one that began, or came before.
    pub return_to: Option<Url>,
    /// What the browser is to keep for its other tabs.
    pub left: Vec<Secret>,
    pub outcome: Result<Arrival, AccountError>,
}

/// The PIN of a profile that a log-in by another site would open.
#[derive(Debug, Clone)]
pub struct EnterPin {
    /// What the form was given.
    pub token: String,
    pub pin: SecretString,
    /// What the browser was to keep.
    pub browser: Vec<Secret>,
    /// Who was logged in there.
    pub before: Option<KnownViewer>,
}

/// Logged in by the PIN.
#[derive(Debug)]
pub struct Entered {
    /// Where to go now.
    pub return_to: Url,
    /// What the browser is to keep for its other tabs.
    pub left: Vec<Secret>,
    pub logged_in: LoggedIn,
}

/// What an app got by its deep link, and what shows that it is the one that began.
#[derive(Debug, Clone)]
pub struct ExchangeOAuth {
    pub code: String,
    /// What the code challenge was made of (RFC 7636).
    pub verifier: String,
    /// The PIN of the profile that the log-in opens, if it has one.
    pub pin: Option<SecretString>,
}

/// How somebody came back.
#[derive(Debug)]
pub enum Arrival {
    /// Logged in, in this browser.
    LoggedIn(LoggedIn),
    /// The account that was logged in, in this browser, is linked now.
    Linked,
    /// An app gets its tokens for this code, and its account linked if that was asked for.
    Code(Secret),
    /// Logged in once the PIN is given with this.
    Pin(Secret),
    /// It came before, and is logged in since.
    Already,
}

impl OAuthRedirect {
    /// How long somebody may take at the other site.
    pub const LASTS: TimeDelta = STATE;
}

impl AccountService {
    /// Begins a log-in by another site; whoever is logged in links the account with it instead. That is one more way in,
    /// which a stolen session must not make: it takes a fresh log-in or the password.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn begin_oauth(
        &self,
        viewer: &Viewer,
        begin: BeginOAuth,
        client: &Client,
    ) -> Result<OAuthRedirect, AccountError> {
        let linked = match viewer.known() {
            Some(known) => Some(self.managed(known).await?),
            None => None,
        };
        self.provider(&begin.provider)?;
        let return_to = Url::parse(&begin.return_to).map_err(|_| LinkError::ReturnNotAllowed)?;
        if !self.policy.return_to.contains(&return_to) {
            return Err(LinkError::ReturnNotAllowed.into());
        }
        let network = limit_key("oauth", &[&client.network()]);
        self.take(&network, BEGINNINGS).await?;
        let challenge = match begin.transport {
            Transport::Cookie => None,
            Transport::Bearer => Some(check_challenge(begin.challenge)?),
        };
        if let Some((user, session)) = &linked {
            self.check_owner_or_fresh((user, *session), begin.password, client)
                .await?;
        }
        let request = OAuthRequest {
            provider: begin.provider,
            return_to,
            transport: begin.transport,
            remember: begin.remember,
            link_to: linked.map(|(user, _)| (user.id, user.epoch)),
            challenge,
        };
        match request.transport {
            Transport::Cookie => self.redirect(request).await,
            // The app is not the browser that will come back: that one has to get the cookie.
            Transport::Bearer => {
                let ticket = Secret::random(&mut *self.ports.entropy.rng());
                let mut url = self.page(&request.provider, "start");
                url.query_pairs_mut().append_pair("ticket", ticket.expose());
                let means = OneTime::OAuthTicket(request);
                self.put_one_time(&ticket, &means, STATE).await?;
                Ok(OAuthRedirect { url, browser: None })
            }
        }
    }

    /// Sends the browser of an app to the other site.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn start_oauth(
        &self,
        provider: &str,
        ticket: &str,
    ) -> Result<OAuthRedirect, AccountError> {
        let ticket = Secret::parse(ticket).ok_or(AccountError::InvalidToken)?;
        let now = self.ports.clock.now();
        let one_time = &self.ports.one_time;
        match one_time.take_one_time(&ticket.hash(), now).await? {
            Some(OneTime::OAuthTicket(request)) if request.provider == provider => {
                self.redirect(request).await
            }
            _ => Err(AccountError::InvalidToken),
        }
    }

    async fn redirect(&self, request: OAuthRequest) -> Result<OAuthRedirect, AccountError> {
        let provider = self.provider(&request.provider)?;
        let new = || Secret::random(&mut *self.ports.entropy.rng());
        let (state, browser, verifier, nonce) = (new(), new(), new(), new());
        let url = provider
            .authorization_url(&Authorization {
                state: state.expose(),
                nonce: nonce.expose(),
                verifier: verifier.expose(),
            })
            .await?;
        let means = OneTime::OAuthState(OAuthState {
            request,
            browser: browser.hash(),
            verifier: verifier.expose().to_owned(),
            nonce: nonce.expose().to_owned(),
        });
        self.put_one_time(&state, &means, STATE).await?;
        Ok(OAuthRedirect {
            url,
            browser: Some(browser),
        })
    }

    /// Receives a browser that comes back from another site.
    ///
    /// An e-mail address that the other site tells never links with the account that has it: whoever can make an
    /// account over there with somebody's address, or gets a mailbox that was given up, would be let in here. Its
    /// owner logs in first and links then.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn return_from_oauth(&self, back: ReturnFromOAuth, client: &Client) -> Came {
        let all = back.browser.clone();
        let (key, state) = match self.state(&back).await {
            Ok(Returned::Now(key, state)) => (key, *state),
            Ok(Returned::Again(return_to)) => {
                return Came {
                    return_to: Some(return_to),
                    left: all,
                    outcome: Ok(Arrival::Already),
                };
            }
            Err(error) => {
                return Came {
                    return_to: None,
                    left: all,
                    outcome: Err(error),
                };
            }
        };
        let return_to = state.request.return_to.clone();
        let (browser, link_to) = (state.browser, state.request.link_to);
        let outcome = self.arrive(back, state, client).await;
        let done = OneTime::OAuthDone {
            user: match &outcome {
                Ok(Arrival::LoggedIn(logged_in)) => Some(logged_in.viewer.user),
                Ok(Arrival::Linked) => link_to.map(|(user, _)| user),
                _ => None,
            },
            return_to: return_to.clone(),
        };
        let outcome = match self.put_one_time(&key, &done, STATE).await {
            Ok(()) => outcome,
            Err(error) => outcome.and(Err(error)),
        };
        // It has to bring it once more, with the PIN.
        let stays = matches!(outcome, Ok(Arrival::Pin(_)));
        let left = all.into_iter();
        Came {
            return_to: Some(return_to),
            left: left
                .filter(|secret| stays || !browser.is_of(secret))
                .collect(),
            outcome,
        }
    }

    /// The state that this browser began with. Somebody else's browser does not use it up.
    async fn state(&self, back: &ReturnFromOAuth) -> Result<Returned, AccountError> {
        let key = Secret::parse(&back.state).ok_or(AccountError::InvalidToken)?;
        let now = self.ports.clock.now();
        let one_time = &self.ports.one_time;
        let is_own = |state: &OAuthState| {
            let mut secrets = back.browser.iter();
            secrets.any(|secret| state.browser.is_of(secret))
                && state.request.provider == back.provider
        };
        match one_time.find_one_time(&key.hash(), now).await? {
            Some(OneTime::OAuthState(state)) if is_own(&state) => {}
            Some(OneTime::OAuthDone { user, return_to }) => {
                let before = back.before.map(|viewer| viewer.user);
                return match user {
                    Some(user) if before == Some(user) => Ok(Returned::Again(return_to)),
                    _ => Err(LinkError::Expired.into()),
                };
            }
            _ => return Err(AccountError::InvalidToken),
        }
        match one_time.take_one_time(&key.hash(), now).await? {
            Some(OneTime::OAuthState(state)) => Ok(Returned::Now(key, Box::new(state))),
            _ => Err(LinkError::Expired.into()),
        }
    }

    async fn arrive(
        &self,
        back: ReturnFromOAuth,
        state: OAuthState,
        client: &Client,
    ) -> Result<Arrival, AccountError> {
        let provider = self.provider(&back.provider)?;
        let code = back.code.ok_or(LinkError::Cancelled)?;
        let person = provider
            .identify(Callback {
                code,
                nonce: &state.nonce,
                verifier: &state.verifier,
            })
            .await?;
        let request = state.request;
        let name = provider.name();
        if let Some(account) = request.link_to {
            let Some(challenge) = request.challenge else {
                self.link(account, name, person.subject, client).await?;
                return Ok(Arrival::Linked);
            };
            // Whoever made somebody else follow the link to the other site is not told the code.
            let user = self.linkable(account).await?;
            let links = Some(person.subject);
            return self.code(&user, name, challenge, links).await;
        }
        let identities = &self.ports.accounts.identities;
        let user = match identities.find_identity(name, &person.subject).await? {
            Some(identity) => self
                .find_user(identity.user)
                .await?
                .ok_or(AccountError::UserNotFound)?,
            None => self.new_user_of(name, person, client).await?,
        };
        if user.disabled_at.is_some() {
            return Err(AccountError::Disabled);
        }
        if let Some(challenge) = request.challenge {
            return self.code(&user, name, challenge, None).await;
        }
        let profile = self.first_profile(user.id).await?;
        if profile.pin.is_some() && !is_open(&profile, back.before) {
            let secret = Secret::random(&mut *self.ports.entropy.rng());
            let waiting = OneTime::OAuthPin(OAuthPin {
                user: user.id,
                epoch: user.epoch,
                provider: name.to_owned(),
                return_to: request.return_to,
                remember: request.remember,
                browser: state.browser,
            });
            self.put_one_time(&secret, &waiting, STATE).await?;
            return Ok(Arrival::Pin(secret));
        }
        let (transport, remember) = (request.transport, request.remember);
        let logged_in = self
            .begin_session(&user, &profile, name, transport, remember, client)
            .await?;
        self.end_former(back.before).await?;
        Ok(Arrival::LoggedIn(logged_in))
    }

    /// A code for the app that has the verifier of the challenge.
    async fn code(
        &self,
        user: &User,
        provider: &str,
        challenge: String,
        links: Option<String>,
    ) -> Result<Arrival, AccountError> {
        let code = Secret::random(&mut *self.ports.entropy.rng());
        let means = OneTime::OAuthCode {
            user: user.id,
            epoch: user.epoch,
            provider: provider.to_owned(),
            challenge,
            links,
        };
        self.put_one_time(&code, &means, CODE).await?;
        Ok(Arrival::Code(code))
    }

    /// Logs in a browser that came back from another site, by the PIN of the profile that this opens. Says where to go.
    /// After a wrong one it may try again.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn enter_pin(
        &self,
        enter: EnterPin,
        client: &Client,
    ) -> Result<Entered, AccountError> {
        let token = Secret::parse(&enter.token).ok_or(AccountError::InvalidToken)?;
        let now = self.ports.clock.now();
        let one_time = &self.ports.one_time;
        let Some(OneTime::OAuthPin(waiting)) = one_time.find_one_time(&token.hash(), now).await?
        else {
            return Err(LinkError::Expired.into());
        };
        let mut secrets = enter.browser.iter();
        if !secrets.any(|secret| waiting.browser.is_of(secret)) {
            return Err(AccountError::InvalidToken);
        }
        let user = self.linkable((waiting.user, waiting.epoch)).await?;
        let profile = self.first_profile(user.id).await?;
        self.check_pin(user.id, &profile, Some(enter.pin), client)
            .await?;
        if one_time.take_one_time(&token.hash(), now).await?.is_none() {
            return Err(LinkError::Expired.into());
        }
        let (via, transport) = (&waiting.provider, Transport::Cookie);
        let logged_in = self
            .begin_session(&user, &profile, via, transport, waiting.remember, client)
            .await?;
        self.end_former(enter.before).await?;
        let left = enter.browser.into_iter();
        Ok(Entered {
            return_to: waiting.return_to,
            left: left
                .filter(|secret| !waiting.browser.is_of(secret))
                .collect(),
            logged_in,
        })
    }

    /// Gives an app its tokens for the code that its deep link brought, if it is the app that began; links its account
    /// if it was logged in when it began. The session that the app had before ends. If the profile that this opens has a
    /// PIN, it takes that: after a wrong one the code is still good.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn exchange_oauth(
        &self,
        exchange: ExchangeOAuth,
        before: Option<KnownViewer>,
        client: &Client,
    ) -> Result<LoggedIn, AccountError> {
        let code = Secret::parse(&exchange.code).ok_or(AccountError::InvalidToken)?;
        let now = self.ports.clock.now();
        let one_time = &self.ports.one_time;
        let Some(OneTime::OAuthCode {
            user,
            epoch,
            provider,
            challenge,
            links,
        }) = one_time.find_one_time(&code.hash(), now).await?
        else {
            return Err(LinkError::Expired.into());
        };
        let computed = URL_SAFE_NO_PAD.encode(Sha256::digest(exchange.verifier.as_bytes()));
        if computed != challenge {
            // Somebody else has the code.
            one_time.take_one_time(&code.hash(), now).await?;
            return Err(AccountError::InvalidToken);
        }
        let user = self.find_user(user).await?;
        let user = user
            .filter(|user| user.epoch == epoch)
            .ok_or(AccountError::InvalidToken)?;
        let profile = self.first_profile(user.id).await?;
        if !is_open(&profile, before) {
            self.check_pin(user.id, &profile, exchange.pin, client)
                .await?;
        }
        if one_time.take_one_time(&code.hash(), now).await?.is_none() {
            return Err(LinkError::Expired.into());
        }
        if let Some(subject) = links {
            self.link((user.id, epoch), &provider, subject, client)
                .await?;
        }
        let logged_in = self
            .begin_session(&user, &profile, &provider, Transport::Bearer, true, client)
            .await?;
        self.end_former(before).await?;
        Ok(logged_in)
    }

    pub(super) fn provider(&self, name: &str) -> Result<&dyn IdentityProvider, AccountError> {
        let mut providers = self.ports.providers.iter();
        let found = providers.find(|provider| provider.name() == name);
        found
            .map(|provider| &**provider)
            .ok_or(AccountError::Link(LinkError::ProviderNotFound))
    }

    /// An address of ours for a provider.
    fn page(&self, provider: &str, page: &str) -> Url {
        self.policy.address(&format!("oauth/{provider}/{page}"))
    }

    /// The account that is to be linked, if it may be used.
    async fn linkable(&self, (id, epoch): (UserId, u32)) -> Result<User, AccountError> {
        let user = self.find_user(id).await?;
        user.filter(|user| user.disabled_at.is_none() && user.epoch == epoch)
            .ok_or(AccountError::Unauthenticated)
    }

    async fn put_one_time(
        &self,
        secret: &Secret,
        means: &OneTime,
        lasts: TimeDelta,
    ) -> Result<(), AccountError> {
        let until = self.ports.clock.now() + lasts;
        let one_time = &self.ports.one_time;
        Ok(one_time.put_one_time(&secret.hash(), means, until).await?)
    }

    async fn link(
        &self,
        (id, epoch): (UserId, u32),
        provider: &str,
        subject: String,
        client: &Client,
    ) -> Result<(), AccountError> {
        let user = self.linkable((id, epoch)).await?;
        let entry = AuditEntry {
            detail: Some(provider.to_owned()),
            ..self.audit(Some(id), Action::IdentityLinked, Actor::User(id), client)
        };
        let mail = user
            .email
            .as_ref()
            .map(|email| self.mail(email, MailKind::IdentityLinked, Some(id)));
        let mut writes = vec![
            AccountWrite::PutUser(self.next(user)),
            self.identity(id, provider, subject),
            AccountWrite::AddAudit(entry),
        ];
        writes.extend(mail);
        self.write(writes).await
    }

    async fn new_user_of(
        &self,
        provider: &str,
        person: ExternalPerson,
        client: &Client,
    ) -> Result<User, AccountError> {
        let network = limit_key("register", &[&client.network()]);
        self.take(&network, self.policy.registrations).await?;
        let stamp = Stamp::first(self.ports.clock.now());
        let id = UserId::random(&mut *self.ports.entropy.rng());
        let name = profile_name(person.name.as_deref(), person.email.as_ref());
        let is_vouched_for = person.email.is_some() && person.email_verified;
        let user = User {
            id,
            email_verified: is_vouched_for,
            proven_at: is_vouched_for.then_some(stamp.created_at),
            email: person.email.clone(),
            password: None,
            role: Role::Viewer,
            epoch: 1,
            disabled_at: None,
            stamp,
        };
        let profile = Profile::new(
            ProfileId::random(&mut *self.ports.entropy.rng()),
            Some(id),
            name,
            stamp,
        );
        let entry = AuditEntry {
            detail: Some(provider.to_owned()),
            ..self.audit(Some(id), Action::Registered, Actor::Nobody, client)
        };
        let mut writes = vec![
            AccountWrite::AddUser(user.clone()),
            AccountWrite::AddProfile(profile),
            self.identity(id, provider, person.subject.clone()),
            AccountWrite::AddAudit(entry),
        ];
        if let Some(email) = person.email.as_ref().filter(|_| !user.email_verified) {
            let asked = Asked {
                at: stamp.created_at,
                from: client.address,
                by: vec![provider.to_owned()],
            };
            writes.push(self.confirmation(email, id, asked));
        }
        let written = match &person.email {
            Some(email) => self.add_user(email, email.as_str(), writes).await,
            None => self.write(writes).await,
        };
        match written {
            Err(AccountError::Email(EmailError::Taken)) => {
                Err(AccountError::Link(LinkError::EmailTaken))
            }
            written => written.map(|()| user),
        }
    }

    fn identity(&self, user: UserId, provider: &str, subject: String) -> AccountWrite {
        let now = self.ports.clock.now();
        AccountWrite::AddIdentity(Identity {
            provider: provider.to_owned(),
            subject,
            user,
            created_at: now,
            updated_at: now,
        })
    }
}

/// What a state that a browser brings back is.
enum Returned {
    /// Its own, which it brings for the first time.
    Now(Secret, Box<OAuthState>),
    /// One that it brought before, with where it went then.
    Again(Url),
}

/// Whether whoever is logged in goes on with this profile.
fn is_open(profile: &Profile, viewer: Option<KnownViewer>) -> bool {
    viewer.is_some_and(|viewer| viewer.profile == profile.id)
}

/// The base64url of a SHA-256: 43 characters (RFC 7636, 4.2).
fn check_challenge(challenge: Option<String>) -> Result<String, LinkError> {
    let challenge = challenge.ok_or(LinkError::InvalidChallenge)?;
    let decoded = URL_SAFE_NO_PAD.decode(&challenge);
    if decoded.is_ok_and(|hash| hash.len() == 32) {
        Ok(challenge)
    } else {
        Err(LinkError::InvalidChallenge)
    }
}
