//! Pages for people, for sites that have no web client of their own to show them: plain HTML, nothing loaded but the
//! icon, no scripts.

use std::sync::LazyLock;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, Value, context};
use serde::Serialize;
use sha2::{Digest, Sha256};
use url::{Origin, Url};

use super::error::status;
use crate::graphql::ApiError;

const STYLE: &str = include_str!("pages/style.css");

static TEMPLATES: LazyLock<Result<Environment<'static>, minijinja::Error>> =
    LazyLock::new(templates);

/// Nothing but the icon and the one style sheet, known by its hash; forms go nowhere else, and no other site can frame a page.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

fn templates() -> Result<Environment<'static>, minijinja::Error> {
    let mut templates = Environment::new();
    // It is no text that somebody wrote, so it is not escaped.
    templates.add_global("style", Value::from_safe_string(STYLE.to_owned()));
    for (name, source) in [
        ("base.html", include_str!("pages/base.html")),
        ("notice.html", include_str!("pages/notice.html")),
        ("home.html", include_str!("pages/home.html")),
        ("docs.html", include_str!("pages/docs.html")),
        (
            "confirm_email.html",
            include_str!("pages/confirm_email.html"),
        ),
        (
            "reset_password.html",
            include_str!("pages/reset_password.html"),
        ),
        ("enter_pin.html", include_str!("pages/enter_pin.html")),
        (
            "data_deletion.html",
            include_str!("pages/data_deletion.html"),
        ),
    ] {
        templates.add_template(name, source)?;
    }
    Ok(templates)
}

/// A page of the template; what is put into it is escaped. From each there is a way back to the site.
pub(super) fn page(
    status: StatusCode,
    template: &str,
    home: &Url,
    context: impl Serialize,
) -> Response {
    let context = context! { home => home.as_str(), ..Value::from_serialize(context) };
    let rendered = match &*TEMPLATES {
        Ok(templates) => templates
            .get_template(template)
            .and_then(|template| template.render(context))
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match rendered {
        Ok(html) => (status, headers(), html).into_response(),
        Err(error) => {
            tracing::error!(error, "A page cannot be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// A page that says that something was done.
pub(super) fn notice(title: &str, message: &str, home: &Url) -> Response {
    let context = context! { title, message };
    page(StatusCode::OK, "notice.html", home, context)
}

/// Lets the form of a page lead to pages of these sites in the end: browsers hold what a form is answered with to the
/// policy, too.
pub(super) fn leads_to(mut page: Response, pages: &[Url]) -> Response {
    let origins = pages.iter().map(Url::origin).filter(Origin::is_tuple);
    let forms = origins.fold("form-action 'self'".to_owned(), |forms, origin| {
        format!("{forms} {}", origin.ascii_serialization())
    });
    let policy = POLICY.replace("form-action 'self'", &forms);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        page.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    page
}

/// What goes with every page: a window that another site opened has no hold on it, and it has no use for what is in the
/// browser's power.
pub(super) fn opened() -> HeaderMap {
    let headers = [
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "browsing-topics=(), camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ];
    headers
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        })
        .into_iter()
        .collect()
}

fn headers() -> HeaderMap {
    let mut headers = private();
    headers.extend(opened());
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers
}

/// What goes with every answer to an address that may have a secret in it: nobody keeps it, nobody is told it.
pub(super) fn private() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    // For crawlers that were given a link.
    let robots = HeaderName::from_static("x-robots-tag");
    headers.insert(robots, HeaderValue::from_static("noindex"));
    headers
}

/// A page that says what went wrong.
pub(super) fn failure(title: &str, error: impl Into<ApiError>, home: &Url) -> Response {
    let error = error.into();
    let (code, message) = (error.code(), said(&error));
    let context = context! { title, code, message };
    let mut response = page(status(&error), "notice.html", home, context);
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// What went wrong, as a sentence.
pub(super) fn said(error: &ApiError) -> String {
    sentence(error.message())
}

/// Errors are written to go on after a colon.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), chars.as_str()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;
    use crate::domain::error::StoreError;

    fn home() -> Url {
        Url::parse("https://example.org/?a=1&b=2").unwrap()
    }

    #[tokio::test]
    async fn each_page_leads_back_to_the_site() {
        let page = notice("Confirm", "Thank you.", &home());

        let html = to_bytes(page.into_body(), 10_000).await.unwrap();
        let html = String::from_utf8(html.to_vec()).unwrap();
        let link = "href=\"https:&#x2f;&#x2f;example.org&#x2f;?a=1&amp;b=2\"";
        assert!(html.contains(link), "{html}");
    }

    #[test]
    fn a_form_leads_where_it_may() {
        let form = page(StatusCode::OK, "enter_pin.html", &home(), context! {});

        let form = leads_to(form, &[home(), Url::parse("app://signed-in").unwrap()]);

        let policy = form.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        let forms = "; form-action 'self' https://example.org;";
        assert!(policy.contains(forms), "{policy}");
    }

    #[tokio::test]
    async fn what_is_put_into_a_page_is_escaped() {
        let evil = "\"><script>alert(1)</script>";

        let context = context! { title => "Confirm", token => evil };
        let page = page(StatusCode::OK, "confirm_email.html", &home(), context);

        let html = to_bytes(page.into_body(), 10_000).await.unwrap();
        let html = String::from_utf8(html.to_vec()).unwrap();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains(STYLE), "{html}");
    }

    #[test]
    fn the_policy_is_a_header() {
        let headers = headers();

        let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert!(headers.contains_key("permissions-policy"));
    }

    #[tokio::test]
    async fn no_fault_of_ours_is_shown() {
        let error = StoreError::failed("secret");

        let page = failure("Confirm", error, &home());

        assert_eq!(page.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let html = to_bytes(page.into_body(), 10_000).await.unwrap();
        let html = String::from_utf8(html.to_vec()).unwrap();
        assert!(html.contains("Internal error."), "{html}");
        assert!(!html.contains("secret"), "{html}");
    }
}
