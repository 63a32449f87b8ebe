//! `POST /usage/events`: what other players play.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoResponses, ToSchema};
use uuid::Uuid;

use super::access::{Usage, answer};
use super::parameters::{Moment, named};
use super::refusals::{Refused, invalid, refused};
use crate::domain::error::ErrorCode;
use crate::domain::json;
use crate::domain::usage::{MOST_EVENTS, PlayerEvent, UsageError};
use crate::domain::watching::{self, Country, Origin, WatchedItem};
use crate::graphql::GlobalId;
use crate::http::graphql::is_json_body;
use crate::http::problem::{Details, Entry, Problem};

/// Where they are sent to.
pub(in crate::http) const EVENTS: &str = "/usage/events";
/// The longest body, in bytes: a thousand events of the usual length, three times over.
pub(in crate::http) const MOST_BYTES: usize = 1024 * 1024;
/// What a request weighs, and how many bytes of it weigh a unit.
const REQUEST: usize = 100;
const BYTES_A_UNIT: usize = 128;

/// What other players played.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlayerEvents)]
pub(super) struct Sent {
    /// One or more stretches, in any order. All of them are taken in, or none.
    #[schema(value_type = Vec<Event>, min_items = 1, max_items = 1000)]
    events: Vec<Value>,
}

/// A stretch of a film or an episode that another player played without a jump.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PlayerEvent)]
struct Event {
    /// The name of the event, a UUID that the player makes. Sent again in the same session, it is not counted again.
    #[schema(value_type = Uuid)]
    id: String,
    /// The session of the player: all that one viewer plays of one item without leaving it. At most 128 bytes of UTF-8. It
    /// counts as one sitting; sessions of two accounts are never the same.
    #[schema(min_length = 1, max_length = 128)]
    session: String,
    /// Who watches, as the player's site names them, at most 128 bytes of UTF-8; only a one-way hash is kept. Left out, each
    /// session is another viewer.
    #[serde(default, deserialize_with = "given")]
    #[schema(min_length = 1, max_length = 128, nullable = false)]
    viewer: Option<String>,
    /// The global id of the film or the episode, as in GraphQL.
    item: String,
    /// Where the stretch began, in seconds from the start of the item.
    #[schema(minimum = 0, exclusive_maximum = 86_400)]
    from: f64,
    /// Where it ended, in seconds from the start of the item: after `from`, and not behind `duration`.
    #[schema(exclusive_minimum = 0, maximum = 86_400)]
    to: f64,
    /// When it ended, by the player's clock: at most five minutes ahead of the site's, and seven days behind.
    #[schema(value_type = DateTime<Utc>)]
    at: Moment,
    /// How long the item is, in seconds, as the player measured; left out, what the catalogue says counts.
    #[serde(default, deserialize_with = "given")]
    #[schema(exclusive_minimum = 0, maximum = 86_400, nullable = false)]
    duration: Option<f64>,
    /// Where the viewer is, as a code of ISO 3166-1 of two letters; unknown if left out.
    #[serde(default, deserialize_with = "given")]
    #[schema(pattern = "^[A-Za-z]{2}$", nullable = false)]
    country: Option<String>,
    /// What they watch on; unknown if left out.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    device: Option<Device>,
    /// What the player calls itself; of it 32 bytes of printable ASCII are kept. Unknown if left out.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    client: Option<String>,
}

/// What somebody watches on.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Device {
    /// A computer, whatever its size.
    Desktop,
    Phone,
    Tablet,
    /// A television, or a box beside one.
    Television,
    Other,
}

/// What became of the events.
#[derive(Serialize, ToSchema)]
#[schema(as = Accepted)]
struct Accepted {
    /// How many events were taken in, those too that were sent before.
    #[schema(minimum = 1, maximum = 1000)]
    accepted: usize,
}

/// How the route may refuse what it was sent.
#[expect(dead_code, reason = "it describes answers that others make")]
#[derive(IntoResponses)]
enum NotTaken {
    /// The body did not arrive in time (`TIMEOUT`).
    #[response(status = 408, content_type = "application/problem+json")]
    Late(Details),
    /// The body is longer than 1 MiB (`PAYLOAD_TOO_LARGE`).
    #[response(status = 413, content_type = "application/problem+json")]
    TooLong(Details),
    /// The body is not `application/json` in UTF-8, or it is compressed (`UNSUPPORTED_MEDIA_TYPE`).
    #[response(status = 415, content_type = "application/problem+json")]
    NoJson(Details),
    /// Some events cannot be counted (`INVALID`, or `OUT_OF_RANGE` if they are none or too many), and none was; `errors`
    /// says which, what of them and why.
    #[response(status = 422, content_type = "application/problem+json")]
    BadEvents(Details),
    /// The site has no room left to write (`STORAGE_FULL`).
    #[response(status = 507, content_type = "application/problem+json")]
    Full(Details),
}

/// Takes in what other players play: durable once this is answered, and counted within moments, each event once however
/// often it is sent. Send what was not acknowledged again, with the same ids. What came in more than seven days late, and
/// titles and episodes that the curator may not see, are refused.
#[utoipa::path(
    post,
    path = "/usage/events",
    tag = "events",
    operation_id = "recordEvents",
    request_body(content = Sent, description = "The stretches that were played."),
    responses(
        (status = 202, description = "All events were taken in.", body = Accepted),
        Refused,
        NotTaken,
    )
)]
pub(super) async fn record(State(usage): State<Usage>, parts: Parts, body: Body) -> Response {
    answer(async move {
        let curator = usage.curator(&parts).await?;
        if !is_json_body(&parts.headers) {
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let detail = "the body must be application/json in UTF-8, not compressed";
            return Err(Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", detail));
        }
        let body = to_bytes(body, MOST_BYTES).await.map_err(|_| {
            let detail = format!("the body may have at most {MOST_BYTES} bytes");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", detail)
        })?;
        let weight = REQUEST + body.len() / BYTES_A_UNIT;
        let weight = u32::try_from(weight).unwrap_or(u32::MAX);
        usage.spend(&curator, weight).await?;
        let events = read(&body)?;
        let recorded = usage
            .service
            .record(&curator.visibility, &curator.known, &events);
        recorded.await.map_err(|error| match error {
            UsageError::BadEvents(_) => refused(error).with_status(UNPROCESSABLE),
            error => refused(error),
        })?;
        let accepted = Accepted {
            accepted: events.len(),
        };
        Ok((StatusCode::ACCEPTED, Json(accepted)).into_response())
    })
    .await
}

const UNPROCESSABLE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// The events of a body, all of them of the right form.
fn read(body: &[u8]) -> Result<Vec<PlayerEvent>, Problem> {
    let body = json::parse(body).map_err(|error| {
        let detail = format!("the body is not JSON: {error}");
        Problem::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", detail)
    })?;
    if !body.is_object() {
        let detail = "the body must be an object with `events`";
        return Err(invalid(UNPROCESSABLE, "events", detail));
    }
    let sent: Sent = serde_path_to_error::deserialize(body).map_err(|error| {
        let (field, detail) = named(&error.to_string());
        invalid(UNPROCESSABLE, &field, detail)
    })?;
    let count = sent.events.len();
    if !(1..=MOST_EVENTS).contains(&count) {
        let detail = format!("there must be 1 to {MOST_EVENTS} events, and not {count}");
        let code = ErrorCode::OutOfRange.as_str();
        return Err(Problem::new(UNPROCESSABLE, code, detail).field("events"));
    }
    let (mut events, mut wrong) = (Vec::with_capacity(count), Vec::new());
    for (index, event) in sent.events.into_iter().enumerate() {
        match event_of(event) {
            Ok(event) => events.push(event),
            Err((field, detail)) => wrong.push(Entry {
                index,
                field,
                detail,
            }),
        }
    }
    if wrong.is_empty() {
        return Ok(events);
    }
    let detail = format!(
        "{} of the events are not of the form that they must have; none was counted",
        wrong.len()
    );
    Err(invalid(UNPROCESSABLE, "events", detail).entries(wrong))
}

/// The event that a value stands for, or what of it is wrong and why.
fn event_of(value: Value) -> Result<PlayerEvent, (String, String)> {
    if !value.is_object() {
        return Err((String::new(), "an event must be an object".to_owned()));
    }
    let event: Event =
        serde_path_to_error::deserialize(value).map_err(|error| named(&error.to_string()))?;
    let wrong = |field: &str, detail: &str| (field.to_owned(), detail.to_owned());
    let item = match GlobalId::decode(&event.item.into()) {
        Some(GlobalId::Film(film)) => WatchedItem::Film(film),
        Some(GlobalId::Episode(episode)) => WatchedItem::Episode(episode),
        _ => return Err(wrong("item", "there is no such film or episode")),
    };
    let country = event.country.map(|code| Country::parse(&code).ok_or(code));
    let country = country.transpose().map_err(|code| {
        let detail = format!("{code:?} is no code of ISO 3166-1");
        ("country".to_owned(), detail)
    })?;
    Ok(PlayerEvent {
        id: Uuid::try_parse(&event.id).map_err(|_| wrong("id", "an event is named by a UUID"))?,
        session: event.session,
        viewer: event.viewer,
        item,
        from: event.from,
        to: event.to,
        at: event.at.0,
        duration: event.duration,
        origin: Origin {
            country,
            device: event.device.map(Into::into),
            client: event.client.as_deref().and_then(Origin::client_name),
        },
    })
}

/// A value that may be left out, but is not null: what is not known is not sent.
fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl From<Device> for watching::Device {
    fn from(device: Device) -> Self {
        match device {
            Device::Desktop => Self::Desktop,
            Device::Phone => Self::Phone,
            Device::Tablet => Self::Tablet,
            Device::Television => Self::Television,
            Device::Other => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event() -> Value {
        json!({
            "id": "7d1c1f6e-0d3b-4c0a-8a53-0c1f6e0d3b4c",
            "session": "s",
            "item": GlobalId::Film(crate::domain::ids::TitleId(1)).encode().to_string(),
            "from": 0,
            "to": 12.5,
            "at": "2026-01-01T20:00:00Z",
        })
    }

    fn refusal(body: &Value) -> String {
        format!("{:?}", read(body.to_string().as_bytes()).unwrap_err())
    }

    #[test]
    fn what_is_wrong_with_an_event_is_named() {
        for (field, value, detail) in [
            ("id", json!("7"), "UUID"),
            ("item", json!("RmlsbQ"), "no such film or episode"),
            ("from", json!("0"), "invalid type"),
            ("at", json!("yesterday"), "RFC 3339"),
            ("country", json!("XX"), "ISO 3166-1"),
            ("device", json!("fridge"), "unknown variant"),
            ("viewer", Value::Null, "invalid type: null"),
            ("place", json!(1), "unknown field"),
        ] {
            let mut wrong = event();
            wrong[field] = value;

            let refusal = refusal(&json!({ "events": [event(), wrong] }));

            assert!(refusal.contains("422"), "{refusal}");
            assert!(refusal.contains("index: 1"), "{refusal}");
            assert!(refusal.contains(&format!("field: {field:?}")), "{refusal}");
            assert!(refusal.contains(detail), "{refusal}");
        }
        let mut missing = event();
        missing.as_object_mut().unwrap().remove("session");
        let refusal = refusal(&json!({ "events": [missing, 7] }));
        assert!(refusal.contains("field: \"session\""), "{refusal}");
        assert!(refusal.contains("must be an object"), "{refusal}");
    }

    #[test]
    fn a_body_has_events_and_nothing_else() {
        for (body, expected) in [
            (json!([]), "422"),
            (json!({}), "missing field `events`"),
            (json!({ "events": [] }), "OUT_OF_RANGE"),
            (json!({ "events": vec![1; 1001] }), "OUT_OF_RANGE"),
            (json!({ "events": {} }), "invalid type"),
            (json!({ "events": [], "more": 1 }), "unknown field"),
        ] {
            let refusal = refusal(&body);
            assert!(refusal.contains(expected), "{body}: {refusal}");
        }
        let broken = format!("{:?}", read(b"{").unwrap_err());
        assert!(broken.contains("400"), "{broken}");
        let twice = format!("{:?}", read(br#"{"events":[],"events":[]}"#).unwrap_err());
        assert!(twice.contains("stands twice"), "{twice}");
    }

    #[test]
    fn what_is_sent_is_what_is_counted() {
        let mut sent = event();
        sent["country"] = json!("de");
        sent["device"] = json!("television");
        sent["client"] = json!("box\u{1f600} 2");
        sent["duration"] = json!(60);

        let events = read(json!({ "events": [sent] }).to_string().as_bytes()).unwrap();

        assert_eq!(events.len(), 1);
        let event = &events[0];
        assert_eq!(
            (event.from, event.to, event.duration),
            (0.0, 12.5, Some(60.0))
        );
        assert_eq!(event.origin.country, Country::parse("DE"));
        assert_eq!(event.origin.device, Some(watching::Device::Television));
        assert_eq!(event.origin.client.as_deref(), Some("box 2"));
    }
}
