//! Facebook's `signed_request`: what it posts when somebody takes back a permission or wants data deleted.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;

/// How far the clocks over there may be ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

#[derive(Deserialize)]
struct Payload {
    algorithm: String,
    user_id: String,
    issued_at: Option<i64>,
}

/// Whom the request is about, if the app's secret signed it: base64url of the HMAC-SHA256 of what follows, a dot,
/// base64url of JSON. The comparison takes as long whatever it finds.
pub(super) fn subject(
    signed_request: &str,
    app_secret: &[u8],
    now: DateTime<Utc>,
) -> Option<String> {
    let (signature, payload) = signed_request.split_once('.')?;
    let mut mac = Hmac::<Sha256>::new_from_slice(app_secret).ok()?;
    mac.update(payload.as_bytes());
    mac.verify_slice(&decode(signature)?).ok()?;
    let payload: Payload = serde_json::from_slice(&decode(payload)?).ok()?;
    let is_sane = payload
        .issued_at
        .is_none_or(|at| at <= (now + AHEAD).timestamp());
    let is_ours = payload.algorithm.eq_ignore_ascii_case("HMAC-SHA256");
    (is_ours && is_sane && !payload.user_id.is_empty()).then_some(payload.user_id)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of Python's `hmac`, with the key `app secret`:
    /// `{"algorithm":"HMAC-SHA256","expires":1700003600,"issued_at":1700000000,"user_id":"218471"}`.
    const SIGNED: &str = "0uXUvdR0fw7LYyLHKTRo_jqdGJs6UdgomayknmKg3ok.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjE3MDAwMDM2MDAsImlzc3VlZF9hdCI6MTcwMDAwMDAwMCwidXNlcl9pZCI6IjIxODQ3MSJ9";

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn sign(payload: &str) -> String {
        let payload = URL_SAFE_NO_PAD.encode(payload);
        let mut mac = Hmac::<Sha256>::new_from_slice(b"app secret").unwrap();
        mac.update(payload.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{signature}.{payload}")
    }

    #[test]
    fn what_the_secret_signed_says_whom_it_is_about() {
        let now = at(1_700_000_000);

        let found = subject(SIGNED, b"app secret", now);

        assert_eq!(found.as_deref(), Some("218471"));
        let (signature, payload) = SIGNED.split_once('.').unwrap();
        let padded = format!("{signature}=.{payload}");
        assert_eq!(subject(&padded, b"app secret", now), found);
    }

    #[test]
    fn what_anybody_else_signed_says_nothing() {
        let now = at(1_700_000_000);
        let (signature, payload) = SIGNED.split_once('.').unwrap();
        let other = URL_SAFE_NO_PAD.encode(r#"{"algorithm":"HMAC-SHA256","user_id":"1"}"#);

        assert_eq!(subject(SIGNED, b"another secret", now), None);
        for bad in [
            String::new(),
            ".".to_owned(),
            payload.to_owned(),
            format!(".{payload}"),
            format!("{signature}.{other}"),
            format!("{}.{payload}", &signature[..20]),
            format!("{signature}.{payload}."),
        ] {
            assert_eq!(subject(&bad, b"app secret", now), None, "{bad}");
        }
    }

    #[test]
    fn a_signature_alone_is_not_enough() {
        let now = at(1_700_000_000);
        for (payload, is_good) in [
            (r#"{"algorithm":"hmac-sha256","user_id":"1"}"#, true),
            (r#"{"algorithm":"none","user_id":"1"}"#, false),
            (r#"{"user_id":"1"}"#, false),
            (r#"{"algorithm":"HMAC-SHA256"}"#, false),
            (r#"{"algorithm":"HMAC-SHA256","user_id":""}"#, false),
            ("[]", false),
        ] {
            let found = subject(&sign(payload), b"app secret", now);
            assert_eq!(found.is_some(), is_good, "{payload}");
        }
    }

    #[test]
    fn a_request_from_the_future_is_refused() {
        assert!(subject(SIGNED, b"app secret", at(1_700_000_000 - 299)).is_some());
        assert!(subject(SIGNED, b"app secret", at(1_700_000_000 - 301)).is_none());
    }
}
