//! Any OpenID Connect issuer, by discovery: adding one is configuration.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use oauth2::{AuthType, EndpointMaybeSet, EndpointNotSet, EndpointSet};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndUserEmail, EndUserName, IssuerUrl, LocalizedClaim, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse, UserInfoError,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::facebook;
use super::web::{PATIENCE, SetupError, Web, refused, token_error};
use crate::domain::accounts::{
    Authorization, Callback, EmailAddress, ExternalPerson, IdentityError, IdentityProvider,
};
use crate::domain::clock::Clock;

/// How long what an issuer says of itself is believed.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// The signatures that are checked: with public keys. A MAC would make everybody who has the client's secret an
/// issuer.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

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
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect_url: RedirectUrl,
    web: Web,
    found: RwLock<Option<Found>>,
    clock: Arc<dyn Clock>,
}

/// What the issuer says of itself, its keys included.
struct Found {
    metadata: Arc<CoreProviderMetadata>,
    at: DateTime<Utc>,
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl OpenIdProvider {
    /// Nothing is asked before somebody logs in: an issuer that is down keeps no site from starting.
    pub fn new(settings: OpenIdSettings, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        if !is_name(&settings.name) {
            return Err(SetupError::Name(settings.name));
        }
        let issuer = IssuerUrl::new(settings.issuer)?;
        let secret = settings.client_secret.expose_secret().to_owned();
        Ok(Self {
            name: settings.name,
            web: Web::to(issuer.url())?,
            issuer,
            client_id: ClientId::new(settings.client_id),
            client_secret: ClientSecret::new(secret),
            redirect_url: RedirectUrl::from_url(settings.redirect_url),
            found: RwLock::new(None),
            clock,
        })
    }

    async fn metadata(&self) -> Result<Arc<CoreProviderMetadata>, IdentityError> {
        match self.fresh() {
            Some(metadata) => Ok(metadata),
            None => self.discover().await,
        }
    }

    fn fresh(&self) -> Option<Arc<CoreProviderMetadata>> {
        let found = self.found.read().unwrap_or_else(PoisonError::into_inner);
        let fresh = found
            .as_ref()
            .filter(|found| self.clock.now() - found.at < FRESH)?;
        Some(Arc::clone(&fresh.metadata))
    }

    /// Asks the issuer. What failed is not kept: the next one asks again.
    async fn discover(&self) -> Result<Arc<CoreProviderMetadata>, IdentityError> {
        let asked = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.web);
        let metadata = tokio::time::timeout(PATIENCE, asked)
            .await
            .map_err(|error| IdentityError::Unavailable(error.into()))?
            .map_err(|error| IdentityError::Unavailable(error.into()))?;
        let metadata = Arc::new(metadata);
        let found = Found {
            metadata: Arc::clone(&metadata),
            at: self.clock.now(),
        };
        *self.found.write().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(metadata)
    }

    fn client(&self, metadata: &CoreProviderMetadata) -> Client {
        let (id, secret) = (self.client_id.clone(), self.client_secret.clone());
        let methods = metadata.token_endpoint_auth_methods_supported();
        let takes = |method| methods.is_none_or(|methods| methods.contains(&method));
        let auth_type = if takes(CoreClientAuthMethod::ClientSecretBasic) {
            AuthType::BasicAuth
        } else {
            AuthType::RequestBody
        };
        CoreClient::from_provider_metadata(metadata.clone(), id, Some(secret))
            .set_redirect_uri(self.redirect_url.clone())
            .set_auth_type(auth_type)
    }

    /// The claims of a token, if they hold.
    fn check(
        &self,
        client: &Client,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let clock = Arc::clone(&self.clock);
        let verifier = client
            .id_token_verifier()
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(move || clock.now());
        token.claims(&verifier, nonce).cloned()
    }

    /// The same, with new keys if the known ones do not fit: issuers change them.
    async fn claims(
        &self,
        client: &Client,
        token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, IdentityError> {
        let checked = match self.check(client, token, nonce) {
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let metadata = self.discover().await?;
                self.check(&self.client(&metadata), token, nonce)
            }
            checked => checked,
        };
        checked.map_err(|error| IdentityError::Refused(error.into()))
    }

    /// What the issuer tells beside its token: many put no address into it.
    async fn user_info(
        &self,
        client: &Client,
        token: AccessToken,
        claims: &CoreIdTokenClaims,
    ) -> Result<Option<CoreUserInfoClaims>, IdentityError> {
        let subject = claims.subject().clone();
        let Ok(request) = client.user_info(token, Some(subject)) else {
            return Ok(None);
        };
        let told = request.request_async(&self.web).await;
        told.map(Some).map_err(|error| match error {
            UserInfoError::Request(error) => IdentityError::Unavailable(error.into()),
            _ => refused("what the issuer tells of the person does not hold"),
        })
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
        let client = self.client(&*self.metadata().await?);
        let verifier = PkceCodeVerifier::new(authorization.verifier.to_owned());
        let state = CsrfToken::new(authorization.state.to_owned());
        let nonce = Nonce::new(authorization.nonce.to_owned());
        let (url, _, _) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || state,
                || nonce,
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    async fn identify(&self, callback: Callback<'_>) -> Result<ExternalPerson, IdentityError> {
        let client = self.client(&*self.metadata().await?);
        let code = AuthorizationCode::new(callback.code.expose_secret().to_owned());
        let response = client
            .exchange_code(code)
            .map_err(|error| IdentityError::Unavailable(error.into()))?
            .set_pkce_verifier(PkceCodeVerifier::new(callback.verifier.to_owned()))
            .request_async(&self.web)
            .await
            .map_err(token_error)?;
        let token = response
            .id_token()
            .ok_or_else(|| refused("the issuer gave no id token"))?;
        let nonce = Nonce::new(callback.nonce.to_owned());
        let claims = self.claims(&client, token, &nonce).await?;
        let told = if claims.email().is_some() {
            None
        } else {
            let token = response.access_token().clone();
            self.user_info(&client, token, &claims).await?
        };
        let told = told.as_ref();
        let email = claims.email().or(told.and_then(CoreUserInfoClaims::email));
        let verified = match told {
            None => claims.email_verified(),
            Some(told) => told.email_verified(),
        };
        let name = claims.name().or(told.and_then(CoreUserInfoClaims::name));
        Ok(ExternalPerson {
            subject: claims.subject().to_string(),
            email: email.and_then(address),
            email_verified: verified == Some(true),
            name: name.and_then(spoken),
        })
    }
}

fn address(email: &EndUserEmail) -> Option<EmailAddress> {
    EmailAddress::parse(email).ok()
}

/// The name without a language, or else the first.
fn spoken(name: &LocalizedClaim<EndUserName>) -> Option<String> {
    let first = || name.iter().next().map(|(_, name)| name);
    name.get(None).or_else(first).map(|name| name.to_string())
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
