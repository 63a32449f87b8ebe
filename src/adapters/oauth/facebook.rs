//! Facebook: OAuth 2.0, and the Graph API to ask who it is.

use std::sync::Arc;

use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use oauth2::basic::BasicClient;
use oauth2::http::header::{ACCEPT, AUTHORIZATION};
use oauth2::http::{Request, StatusCode};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EndpointNotSet, EndpointSet, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;
use url::Url;

use super::signed_request;
use super::web::{SetupError, Web, WebError, refused, token_error};
use crate::domain::accounts::{
    Authorization, Callback, EmailAddress, ExternalPerson, IdentityError, IdentityProvider,
    TokenHash,
};
use crate::domain::clock::Clock;

/// What identities of Facebook are stored under.
pub(super) const NAME: &str = "facebook";

/// How the site is known to Facebook, and where Facebook is.
#[derive(Debug, Clone)]
pub struct FacebookSettings {
    /// As `client_id` in OAuth.
    pub app_id: String,
    /// As `client_secret` in OAuth; it also signs the callbacks.
    pub app_secret: SecretString,
    /// Where the browser goes.
    pub authorize_url: Url,
    /// Where a code is exchanged.
    pub token_url: Url,
    /// What tells who somebody is.
    pub me_url: Url,
    /// Where the browser comes back to, exactly as the app's settings at Facebook have it.
    pub redirect_url: Url,
}

/// Logging in by Facebook (OAuth 2.0, the Graph API).
pub struct FacebookProvider {
    client: Client,
    web: Web,
    me_url: Url,
    app_secret: SecretString,
    clock: Arc<dyn Clock>,
}

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// What the Graph API says of a person.
#[derive(Deserialize)]
struct Me {
    id: String,
    name: Option<String>,
    email: Option<String>,
}

/// What Facebook answers to what it refuses, which is not as the standard has it.
#[derive(Deserialize)]
struct Refusal {
    error: RefusalError,
}

#[derive(Deserialize)]
struct RefusalError {
    code: u32,
}

/// Its code for a parameter that is wrong; of those that are sent with a code, only that one can be.
const WRONG_PARAMETER: u32 = 100;

/// Whether an answer says that a code was used before, or is too old.
fn is_about_the_code(answer: &[u8]) -> bool {
    serde_json::from_slice(answer)
        .is_ok_and(|refusal: Refusal| refusal.error.code == WRONG_PARAMETER)
}

impl FacebookProvider {
    /// Nothing is asked before somebody logs in.
    pub fn new(settings: FacebookSettings, clock: Arc<dyn Clock>) -> Result<Self, SetupError> {
        let web = Web::to(&settings.token_url)?;
        let secret = settings.app_secret.expose_secret().to_owned();
        let client = BasicClient::new(ClientId::new(settings.app_id))
            .set_client_secret(ClientSecret::new(secret))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::from_url(settings.authorize_url))
            .set_token_uri(TokenUrl::from_url(settings.token_url))
            .set_redirect_uri(RedirectUrl::from_url(settings.redirect_url));
        Ok(Self {
            client,
            web,
            me_url: settings.me_url,
            app_secret: settings.app_secret,
            clock,
        })
    }

    async fn me(&self, token: &str) -> Result<Me, IdentityError> {
        let mut url = self.me_url.clone();
        // The proof shows that it is this server that asks, and not somebody who got hold of a token.
        url.query_pairs_mut()
            .append_pair("fields", "id,name,email")
            .append_pair("appsecret_proof", &self.proof(token)?);
        let request = Request::get(url.as_str())
            .header(AUTHORIZATION, format!("Bearer {token}"))
            .header(ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|error| IdentityError::Unavailable(WebError::from(error).into()))?;
        let answer = self.web.call(request).await;
        let answer = answer.map_err(|error| IdentityError::Unavailable(error.into()))?;
        if answer.status() != StatusCode::OK {
            return Err(refused("the token was refused"));
        }
        serde_json::from_slice(answer.body())
            .ok()
            .filter(|me: &Me| !me.id.is_empty())
            .ok_or_else(|| refused("the answer names nobody"))
    }

    /// The `appsecret_proof` of a token: its HMAC-SHA256 with the app's secret, in hexadecimal digits.
    fn proof(&self, token: &str) -> Result<String, IdentityError> {
        let key = self.app_secret.expose_secret().as_bytes();
        let mut mac = Hmac::<Sha256>::new_from_slice(key)
            .map_err(|error| IdentityError::Unavailable(error.into()))?;
        mac.update(token.as_bytes());
        let proof = mac.finalize().into_bytes();
        Ok(TokenHash(proof.into()).to_hex())
    }
}

#[async_trait]
impl IdentityProvider for FacebookProvider {
    fn name(&self) -> &str {
        NAME
    }

    async fn authorization_url(
        &self,
        authorization: &Authorization<'_>,
    ) -> Result<Url, IdentityError> {
        let verifier = PkceCodeVerifier::new(authorization.verifier.to_owned());
        let state = authorization.state.to_owned();
        let (url, _) = self
            .client
            .authorize_url(|| CsrfToken::new(state))
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("public_profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(url)
    }

    async fn identify(&self, callback: Callback<'_>) -> Result<ExternalPerson, IdentityError> {
        let code = AuthorizationCode::new(callback.code.expose_secret().to_owned());
        let token = self
            .client
            .exchange_code(code)
            .set_pkce_verifier(PkceCodeVerifier::new(callback.verifier.to_owned()))
            .request_async(&self.web)
            .await
            .map_err(|error| token_error(error, is_about_the_code))?;
        let me = self.me(token.access_token().secret()).await?;
        Ok(ExternalPerson {
            subject: me.id,
            // Facebook tells an address, and does not say that mail arrives there.
            email: me.email.and_then(|email| EmailAddress::parse(&email).ok()),
            email_verified: false,
            name: me.name,
        })
    }

    fn signed_subject(&self, signed_request: &str) -> Option<String> {
        let secret = self.app_secret.expose_secret().as_bytes();
        signed_request::subject(signed_request, secret, self.clock.now())
    }
}
