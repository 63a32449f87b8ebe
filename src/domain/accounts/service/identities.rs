//! Federated log-in, by OAuth 2.0 authorization codes with PKCE (RFC 6749, RFC 7636), as RFC 9700 asks for.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use url::Url;

use super::AccountService;
use super::log_in::LoggedIn;
use super::oauth_types::{
    Arrival, BeginOAuth, Came, EnterPin, Entered, ExchangeOAuth, OAuthRedirect, ReturnFromOAuth,
};
use crate::domain::accounts::error::AccountError;
use crate::domain::accounts::identity::{Authorization, Callback, IdentityProvider, LinkError};
use crate::domain::accounts::one_time::{OAuthPin, OAuthRequest, OAuthState, OneTime};
use crate::domain::accounts::profile::{Profile, ProfileError};
use crate::domain::accounts::session::Transport;
use crate::domain::accounts::token::Secret;
use crate::domain::accounts::user::User;
use crate::domain::limits::{Rate, limit_key};
use crate::domain::viewer::{Client, KnownViewer, Viewer};

/// How long an app may take to fetch its tokens.
const CODE: TimeDelta = TimeDelta::minutes(2);
/// How many log-ins by other sites may begin from one network.
const BEGINNINGS: Rate = Rate::per_hour(300);

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
                self.put_one_time(&ticket, &means, OAuthRedirect::LASTS)
                    .await?;
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
        self.put_one_time(&state, &means, OAuthRedirect::LASTS)
            .await?;
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
        let outcome = match self.put_one_time(&key, &done, OAuthRedirect::LASTS).await {
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
        let opened = self.profile_to_open(user.id, None, back.before, client);
        let Some(profile) = unless_locked(opened.await)? else {
            let secret = Secret::random(&mut *self.ports.entropy.rng());
            let waiting = OneTime::OAuthPin(OAuthPin {
                user: user.id,
                epoch: user.epoch,
                provider: name.to_owned(),
                return_to: request.return_to,
                remember: request.remember,
                browser: state.browser,
            });
            self.put_one_time(&secret, &waiting, OAuthRedirect::LASTS)
                .await?;
            return Ok(Arrival::Pin(secret));
        };
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
        let profile = self
            .profile_to_open(user.id, Some(enter.pin), enter.before, client)
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
        let profile = self
            .profile_to_open(user.id, exchange.pin, before, client)
            .await?;
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
}

/// What a state that a browser brings back is.
enum Returned {
    /// Its own, which it brings for the first time.
    Now(Secret, Box<OAuthState>),
    /// One that it brought before, with where it went then.
    Again(Url),
}

/// The profile that a log-in opens; `None` if it takes a PIN.
fn unless_locked(opened: Result<Profile, AccountError>) -> Result<Option<Profile>, AccountError> {
    match opened {
        Err(AccountError::Profile(ProfileError::WrongPin)) => Ok(None),
        opened => opened.map(Some),
    }
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
