//! The HTTP client for other sites: reqwest 0.13 behind the client interface of oauth2, which knows reqwest 0.12 only
//! (oauth2 5.0; `oauth2-reqwest` will replace this, ramosbugs/oauth2-rs#333).

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use oauth2::basic::BasicErrorResponseType;
use oauth2::{
    AsyncHttpClient, HttpRequest, HttpResponse, RequestTokenError, StandardErrorResponse, http,
};
use reqwest::redirect::Policy;
use url::Url;

use crate::domain::accounts::IdentityError;

/// How long a site may take to answer: less than the ten seconds in which an operation must be, of which one asks an issuer
/// for what it has. Whoever comes back has used up their code with the first try, so that a moment is worth waiting for.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);
/// The most bytes of an answer; the longest are lists of keys.
const MOST: usize = 256 * 1024;

/// Asks other sites. No redirect is followed: none of the answers that are wanted is one, and a secret must not go to
/// where a redirect points.
pub(super) struct Web {
    client: reqwest::Client,
}

/// Why a site cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Names are parts of addresses, and `facebook` is Facebook.
    #[error("{0:?} is not a name of 1 to 31 small letters, digits and hyphens, or is taken")]
    Name(String),
    #[error("not an address")]
    Address(#[from] url::ParseError),
    /// The machine cannot speak HTTPS.
    #[error("the HTTP client cannot be made")]
    Client(#[source] reqwest::Error),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum WebError {
    /// The network, or the time limit.
    #[error("no answer")]
    Network(#[source] reqwest::Error),
    /// A fault over there.
    #[error("the answer is {0}")]
    Fault(http::StatusCode),
    /// Nobody says so much.
    #[error("the answer is too long")]
    TooLong,
    #[error("the request cannot be made")]
    Request(#[from] http::Error),
}

impl Web {
    /// For a site at this address. If that is HTTPS, so is everything else.
    pub(super) fn to(site: &Url) -> Result<Self, SetupError> {
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .https_only(site.scheme() == "https")
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .user_agent("reelgraph")
            .build()
            .map_err(SetupError::Client)?;
        Ok(Self { client })
    }

    /// The answer, unless it is a fault of the site.
    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, WebError> {
        // The address of a request may have a secret in it, and errors are logged.
        let network = |error: reqwest::Error| WebError::Network(error.without_url());
        let request = reqwest::Request::try_from(request).map_err(network)?;
        let mut response = self.client.execute(request).await.map_err(network)?;
        let status = response.status();
        if status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS {
            return Err(WebError::Fault(status));
        }
        let mut answer = http::Response::builder().status(status);
        if let Some(headers) = answer.headers_mut() {
            headers.clone_from(response.headers());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(network)? {
            if body.len() + chunk.len() > MOST {
                return Err(WebError::TooLong);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(answer.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Web {
    type Error = WebError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, WebError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}

/// What became of a code that got no token. `is_about_the_code` tells of an answer that is none of OAuth's whether it
/// says that the code was used before, or is too old. What the site wrote is left out: it may be, or repeat, a secret.
pub(super) fn token_error(
    error: RequestTokenError<WebError, StandardErrorResponse<BasicErrorResponseType>>,
    is_about_the_code: fn(&[u8]) -> bool,
) -> IdentityError {
    match error {
        RequestTokenError::Request(error) => IdentityError::Unavailable(error.into()),
        RequestTokenError::ServerResponse(answer) => match answer.error() {
            BasicErrorResponseType::InvalidGrant => IdentityError::Expired,
            _ => refused("the code was refused"),
        },
        RequestTokenError::Parse(_, answer) if is_about_the_code(&answer) => IdentityError::Expired,
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            refused("the code was answered with something else than a token")
        }
    }
}

/// What the site says does not hold.
pub(super) fn refused(why: &'static str) -> IdentityError {
    IdentityError::Refused(why.into())
}
