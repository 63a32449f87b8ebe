//! What an OpenID Connect issuer says of itself (OpenID Connect Discovery 1.0), its keys included.

use jsonwebtoken::jwk::{Jwk, JwkSet};
use oauth2::AsyncHttpClient;
use oauth2::http::header::{ACCEPT, AUTHORIZATION};
use oauth2::http::{Request, StatusCode};
use oauth2::{AuthUrl, TokenUrl};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::web::{Web, WebError};

/// What an issuer says of itself.
pub(super) struct Issuer {
    pub(super) endpoints: Endpoints,
    /// Those keys that can be read: of a kind that is not known here, nobody needs to know.
    pub(super) keys: JwkSet,
}

/// Its document of discovery, as far as it is used.
#[derive(Deserialize)]
pub(super) struct Endpoints {
    issuer: String,
    pub(super) authorization_endpoint: AuthUrl,
    pub(super) token_endpoint: TokenUrl,
    pub(super) userinfo_endpoint: Option<Url>,
    jwks_uri: Url,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

/// Why an issuer says nothing that can be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum IssuerError {
    /// There is no answer.
    #[error(transparent)]
    Web(#[from] WebError),
    /// An answer that is none.
    #[error("the answer is {0}")]
    Status(StatusCode),
    /// Not what was asked for.
    #[error("the answer is not what the specification says")]
    Content(#[from] serde_json::Error),
    /// An address in its metadata is not one.
    #[error("not an address")]
    Address(#[from] url::ParseError),
    /// It speaks for somebody else.
    #[error("it says that it is {0:?}")]
    Name(String),
}

impl Issuer {
    /// Asks the issuer of this name, which is its address.
    pub(super) async fn discover(name: &str, web: &Web) -> Result<Self, IssuerError> {
        let base = name.trim_end_matches('/');
        let address = Url::parse(&format!("{base}/.well-known/openid-configuration"))?;
        let endpoints: Endpoints = get(web, &address, None).await?;
        if endpoints.issuer != name {
            return Err(IssuerError::Name(endpoints.issuer));
        }
        let keys: Keys = get(web, &endpoints.jwks_uri, None).await?;
        let known = |key| serde_json::from_value::<Jwk>(key).ok();
        Ok(Self {
            endpoints,
            keys: JwkSet {
                keys: keys.keys.into_iter().filter_map(known).collect(),
            },
        })
    }
}

impl Endpoints {
    /// Whether a client may show its secret in the header; where nothing is said it may.
    pub(super) fn takes_basic(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_none_or(|methods| methods.iter().any(|one| one == "client_secret_basic"))
    }
}

/// A list of keys, not all of which need to be of a known kind.
#[derive(Deserialize)]
struct Keys {
    keys: Vec<serde_json::Value>,
}

/// Reads JSON from an address, with a token if one is given.
pub(super) async fn get<T: DeserializeOwned>(
    web: &Web,
    address: &Url,
    token: Option<&str>,
) -> Result<T, IssuerError> {
    let mut request = Request::get(address.as_str()).header(ACCEPT, "application/json");
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    let request = request.body(Vec::new()).map_err(WebError::from)?;
    let answer = web.call(request).await?;
    if answer.status() != StatusCode::OK {
        return Err(IssuerError::Status(answer.status()));
    }
    Ok(serde_json::from_slice(answer.body())?)
}
