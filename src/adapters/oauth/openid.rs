//! Any OpenID Connect issuer, by discovery: adding one is configuration.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::facebook;
use super::id_token::{Expected, IdTokenError, Person, check};
use super::issuer::{Issuer, IssuerError, get};
use super::web::{PATIENCE, SetupError, Web, refused, token_error};
use crate::domain::accounts::{
    Authorization, Callback, EmailAddress, ExternalPerson, IdentityError, IdentityProvider,
};
use crate::domain::clock::Clock;

/// How long what an issuer says of itself is believed.
const FRESH: TimeDelta = TimeDelta::hours(1);

/// How the site is known to an issuer.
#[derive(Debug, Clone)]
pub struct OpenIdSettings {
    /// What it is called here: part of addresses, stored with each identity, so never to be changed.
    pub name: String,
    /// Its address, exactly as it writes it itself.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Where the browser comes back to.
    pub redirect_url: Url,
}

/// An OpenID Connect issuer.
pub struct OpenIdProvider {
    name: String,
    issuer: String,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect_url: RedirectUrl,
    web: Web,
    found: RwLock<Option<Found>>,
    clock: Arc<dyn Clock>,
}

/// What the issuer said of itself.
struct Found {
    issuer: Arc<Issuer>,
    at: DateTime<Utc>,
}

/// What an answer with a token has besides.
#[derive(Debug, Serialize, Deserialize)]
struct IdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

type Client = oauth2::Client<
    BasicErrorResponse,
    StandardTokenResponse<IdToken, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

impl OpenIdProvider {
    /// Nothing is asked before somebody logs in: an issuer that is down keeps no site from starting.
    pub fn new(settings: OpenIdSettings, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        if !is_name(&settings.name) {
            return Err(SetupError::Name(settings.name));
        }
        let secret = settings.client_secret.expose_secret().to_owned();
        Ok(Self {
            name: settings.name,
            web: Web::to(&Url::parse(&settings.issuer)?)?,
            issuer: settings.issuer,
            client_id: ClientId::new(settings.client_id),
            client_secret: ClientSecret::new(secret),
            redirect_url: RedirectUrl::from_url(settings.redirect_url),
            found: RwLock::new(None),
            clock,
        })
    }

    async fn issuer(&self) -> Result<Arc<Issuer>, IdentityError> {
        match self.fresh() {
            Some(issuer) => Ok(issuer),
            None => self.discover().await,
        }
    }

    fn fresh(&self) -> Option<Arc<Issuer>> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = found
            .as_ref()
            .filter(|found| self.clock.now() - found.at < FRESH)?;
        Some(Arc::clone(&fresh.issuer))
    }

    /// Asks the issuer. What failed is not kept: the next one asks again.
    async fn discover(&self) -> Result<Arc<Issuer>, IdentityError> {
        let asked = tokio::time::timeout(PATIENCE, Issuer::discover(&self.issuer, &self.web));
        let issuer = asked
            .await
            .map_err(|error| IdentityError::Unavailable(error.into()))?
            .map_err(|error| IdentityError::Unavailable(error.into()))?;
        let issuer = Arc::new(issuer);
        let found = Found {
            issuer: Arc::clone(&issuer),
            at: self.clock.now(),
        };
        *self.found.write().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(issuer)
    }

    fn client(&self, issuer: &Issuer) -> Client {
        let endpoints = &issuer.endpoints;
        let auth_type = if endpoints.takes_basic() {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        };
        oauth2::Client::new(self.client_id.clone())
            .set_client_secret(self.client_secret.clone())
            .set_auth_type(auth_type)
            .set_auth_uri(endpoints.authorization_endpoint.clone())
            .set_token_uri(endpoints.token_endpoint.clone())
            .set_redirect_uri(self.redirect_url.clone())
    }

    /// Whom a token is about, checked with new keys if the known ones do not fit: issuers change them.
    async fn person(
        &self,
        issuer: &Issuer,
        token: &str,
        nonce: &str,
    ) -> Result<Person, IdentityError> {
        let expected = Expected {
            issuer: &self.issuer,
            client_id: &self.client_id,
            nonce,
            now: self.clock.now(),
        };
        let checked = match check(token, &issuer.keys, expected) {
            Err(IdTokenError::Signature) => check(token, &self.discover().await?.keys, expected),
            checked => checked,
        };
        checked.map_err(|error| IdentityError::Refused(error.into()))
    }

    /// What the issuer tells beside its token: many put no address into it.
    async fn user_info(
        &self,
        issuer: &Issuer,
        token: &str,
        subject: &str,
    ) -> Result<Option<Person>, IdentityError> {
        let Some(address) = &issuer.endpoints.userinfo_endpoint else {
            return Ok(None);
        };
        let told = get::<Person>(&self.web, address, Some(token)).await;
        match told {
            Ok(told) if told.sub == subject => Ok(Some(told)),
            Err(IssuerError::Web(error)) => Err(IdentityError::Unavailable(error.into())),
            _ => Err(refused("what the issuer tells of the person does not hold")),
        }
    }
}

#[async_trait]
impl IdentityProvider for OpenIdProvider {
    fn name(&self) -> &str {
        &self.name
    }

    async fn authorization_url(
        &self,
        authorization: &Authorization<'_>,
    ) -> Result<Url, IdentityError> {
        let client = self.client(&*self.issuer().await?);
        let verifier = PkceCodeVerifier::new(authorization.verifier.to_owned());
        let state = CsrfToken::new(authorization.state.to_owned());
        let scopes = ["openid", "email", "profile"].map(|scope| Scope::new(scope.to_owned()));
        let (url, _) = client
            .authorize_url(|| state)
            .add_extra_param("nonce", authorization.nonce)
            .add_scopes(scopes)
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    async fn identify(&self, callback: Callback<'_>) -> Result<ExternalPerson, IdentityError> {
        let issuer = self.issuer().await?;
        let code = AuthorizationCode::new(callback.code.expose_secret().to_owned());
        let client = self.client(&issuer);
        let response = client
            .exchange_code(code)
            .set_pkce_verifier(PkceCodeVerifier::new(callback.verifier.to_owned()))
            .request_async(&self.web)
            .await
            .map_err(|error| token_error(error, |_| false))?;
        let token = response.extra_fields().id_token.as_ref();
        let token = token.ok_or_else(|| refused("the issuer gave no id token"))?;
        let person = self.person(&issuer, token, callback.nonce).await?;
        let told = if person.email.is_some() {
            None
        } else {
            let token = response.access_token().secret();
            self.user_info(&issuer, token, &person.sub).await?
        };
        // Of a name that the token tells, the issuer is not asked again.
        let name = person.name().or(told.as_ref().and_then(Person::name));
        let name = name.map(str::to_owned);
        let addressed = told.as_ref().unwrap_or(&person);
        let address = |email: &String| EmailAddress::parse(email).ok();
        Ok(ExternalPerson {
            email: addressed.email.as_ref().and_then(address),
            email_verified: addressed.email_verified,
            name,
            subject: person.sub,
        })
    }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && name.len() <= 31
        && name != facebook::NAME
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_stand_in_an_address() {
        for good in ["google", "a", "my-issuer-2", &"a".repeat(31)] {
            assert!(is_name(good), "{good}");
        }
        for bad in [
            "",
            "facebook",
            "Google",
            "2a",
            "-a",
            "a/b",
            "a_b",
            &"a".repeat(32),
        ] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
