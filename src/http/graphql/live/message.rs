//! What is said on a WebSocket, by the protocol `graphql-transport-ws`, and the payloads that both transports have.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use async_graphql::{Response as Executed, ServerError, Value};
use axum::extract::ws::CloseFrame;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::gate::Once;
use crate::domain::accounts::Stale;
use crate::domain::error::ErrorCode;
use crate::domain::json;
use crate::graphql::Over;
use crate::http::graphql::answer::was_executed;
use crate::http::graphql::refusal::{Refusal, VALIDATION_FAILED};

/// The longest id of a subscription, in bytes.
pub(super) const LONGEST_ID: usize = 128;
/// How many bytes the reason of a close may have (RFC 6455, 5.5).
const LONGEST_REASON: usize = 120;
/// Errors shown of a document that does not fit the schema: a short one can have thousands.
const MAX_ERRORS: usize = 20;

/// What a client says.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    ConnectionInit {
        payload: Option<Map<String, Json>>,
    },
    Ping {
        payload: Option<Map<String, Json>>,
    },
    Pong {
        #[serde(rename = "payload")]
        _payload: Option<Map<String, Json>>,
    },
    Subscribe {
        id: String,
        payload: Map<String, Json>,
    },
    Complete {
        id: String,
    },
}

impl Said {
    /// What a text says, or how the connection is closed that it came by.
    pub(super) fn read(text: &str) -> Result<Self, Close> {
        let said = json::parse(text.as_bytes())
            .map_err(|error| Close::bad(format!("not JSON: {error}")))?;
        let said: Self = serde_json::from_value(said)
            .map_err(|error| Close::bad(format!("no message of the protocol: {error}")))?;
        if let Self::Subscribe { id, .. } | Self::Complete { id } = &said
            && (id.is_empty() || id.len() > LONGEST_ID)
        {
            let wanted = format!("`id` must have 1 to {LONGEST_ID} bytes");
            return Err(Close::bad(wanted));
        }
        Ok(said)
    }
}

/// What the server says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Told<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Json>>,
    },
    Next {
        id: &'a str,
        payload: Payload<'a>,
    },
    Error {
        id: &'a str,
        payload: &'a [ServerError],
    },
    Complete {
        id: &'a str,
    },
}

/// What a subscription tells, errors first so that a person sees them.
#[derive(Serialize)]
pub(super) struct Payload<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    /// Missing if nothing was executed.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: &'a BTreeMap<String, Value>,
}

impl<'a> Payload<'a> {
    /// What an answer says.
    pub(super) fn of(executed: &'a Executed, is_refused: bool) -> Self {
        Self {
            errors: &executed.errors,
            data: (!is_refused).then_some(&executed.data),
            extensions: &executed.extensions,
        }
    }
}

/// An answer as it is shown, with a code in each error; and whether it is a refusal, which is the last. Of what is answered
/// once, one is executed also if nothing is left of its data: errors with a path are of fields that were asked. A
/// subscription whose data is null goes on no more.
pub(super) fn shown(mut executed: Executed, once: &Once) -> (Executed, bool) {
    let is_refused = if once.is_said() {
        !was_executed(&executed)
    } else {
        executed.data == Value::Null
    };
    if is_refused {
        executed.errors.truncate(MAX_ERRORS);
    }
    for error in &mut executed.errors {
        let extensions = error.extensions.get_or_insert_default();
        if extensions.get("code").is_none() {
            extensions.set("code", VALIDATION_FAILED);
        }
    }
    (executed, is_refused)
}

/// Whether a refusal says that whoever listens goes on as somebody else. A payload may fail with the same code further
/// down, of something that it reads.
pub(super) fn is_changed(executed: &Executed) -> bool {
    let expired = Value::from(ErrorCode::Expired.as_str());
    executed.errors.iter().any(|error| {
        let extensions = error.extensions.as_ref();
        let code = extensions.and_then(|extensions| extensions.get("code"));
        error.path.len() < 2 && code == Some(&expired)
    })
}

/// As text: JSON without line breaks.
pub(super) fn text(told: &impl Serialize) -> String {
    serde_json::to_string(told).unwrap_or_else(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "A message is not JSON"
        );
        String::new()
    })
}

/// How a connection is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    reason: Cow<'static, str>,
}

impl Close {
    /// How long a client may take to answer one.
    pub(super) const ANSWER: Duration = Duration::from_secs(1);
    /// For everybody, because the server stops.
    pub(super) const STOPPING: Self = Self::new(1001, "Going away");
    pub(super) const TOO_LONG: Self = Self::new(1009, "The message is too long");
    pub(super) const SLOW: Self = Self::new(1013, "Messages are not read in time");
    pub(super) const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    pub(super) const SUBPROTOCOL: Self = Self::new(4406, "Subprotocol not acceptable");
    pub(super) const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    pub(super) const TOO_MANY_INITS: Self = Self::new(4429, "Too many initialisation requests");
    /// Nobody is left to be told.
    pub(super) const GONE: Self = Self::new(1006, "");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self {
            code,
            reason: Cow::Borrowed(reason),
        }
    }

    /// For a message that is none.
    pub(super) fn bad(why: impl AsRef<str>) -> Self {
        Self {
            code: 4400,
            reason: format!("Invalid message: {}", why.as_ref()).into(),
        }
    }

    /// For an id that is in use.
    pub(super) fn exists(id: &str) -> Self {
        Self {
            code: 4409,
            reason: format!("Subscriber for {id} already exists").into(),
        }
    }

    /// For somebody who is not let in.
    pub(super) fn refused(refusal: &Refusal) -> Self {
        let code = match (refusal.stale, refusal.code) {
            // What clients take for a reason to fetch another token and come again.
            (Some(Stale::Expired), _) | (None, "CROSS_SITE") => 4403,
            (Some(Stale::Revoked | Stale::Wrong), _) => 4401,
            (None, _) => 1013,
        };
        Self {
            code,
            reason: refusal.message.clone().into(),
        }
    }

    /// For somebody who is no longer who they were.
    pub(super) fn over(over: Over) -> Self {
        match over {
            Over::Ended => Self::new(4401, "The session has ended"),
            Over::Changed => Self::new(4499, "The session goes on as somebody else: connect again"),
        }
    }

    /// As it goes over the wire.
    pub(super) fn frame(self) -> CloseFrame {
        let mut end = self.reason.len().min(LONGEST_REASON);
        while !self.reason.is_char_boundary(end) {
            end -= 1;
        }
        CloseFrame {
            code: self.code,
            reason: self.reason[..end].into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::PathSegment;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_messages_of_the_protocol_are_read() {
        for (text, said) in [
            (
                r#"{"type":"connection_init"}"#,
                Said::ConnectionInit { payload: None },
            ),
            (
                r#"{"type":"connection_init","payload":null}"#,
                Said::ConnectionInit { payload: None },
            ),
            (r#"{"type":"ping"}"#, Said::Ping { payload: None }),
            (
                r#"{"type":"pong","payload":{}}"#,
                Said::Pong {
                    _payload: Some(Map::new()),
                },
            ),
            (
                r#"{"type":"subscribe","id":"a","payload":{}}"#,
                Said::Subscribe {
                    id: "a".to_owned(),
                    payload: Map::new(),
                },
            ),
            (
                r#"{"type":"complete","id":"a"}"#,
                Said::Complete { id: "a".to_owned() },
            ),
        ] {
            assert_eq!(Said::read(text), Ok(said), "{text}");
        }
    }

    #[test]
    fn anything_else_closes_with_4400() {
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(129));
        for text in [
            "",
            "{",
            "[]",
            "null",
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"next","id":"a","payload":{}}"#,
            r#"{"type":"subscribe","payload":{}}"#,
            r#"{"type":"subscribe","id":"","payload":{}}"#,
            r#"{"type":"subscribe","id":1,"payload":{}}"#,
            r#"{"type":"subscribe","id":"a"}"#,
            r#"{"type":"ping","payload":[]}"#,
            r#"{"type":"connection_init","payload":"x"}"#,
            r#"{"type":"ping","type":"pong"}"#,
            &long,
        ] {
            assert_eq!(
                Said::read(text).map_err(|close| close.code),
                Err(4400),
                "{text}"
            );
        }
    }

    #[test]
    fn reasons_fit_into_their_frame() {
        let frame = Close::bad("ä".repeat(100)).frame();

        assert_eq!(frame.code, 4400);
        assert!(frame.reason.as_str().len() <= 123);
    }

    #[test]
    fn what_is_told_is_as_the_protocol_has_it() {
        let executed = Executed::new(Value::from_json(json!({ "a": 1 })).unwrap());
        let next = Told::Next {
            id: "1",
            payload: Payload::of(&executed, false),
        };

        assert_eq!(
            serde_json::to_value(&next).unwrap(),
            json!({ "type": "next", "id": "1", "payload": { "data": { "a": 1 } } })
        );
        assert_eq!(text(&Told::ConnectionAck), r#"{"type":"connection_ack"}"#);
        assert_eq!(
            text(&Told::Complete { id: "1" }),
            r#"{"type":"complete","id":"1"}"#
        );
    }

    #[test]
    fn a_payload_that_fails_further_down_is_nobody_else() {
        let failed = |code: &str, path: &[&str]| {
            let mut error = ServerError::new("no", None);
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("code", code);
            let path = path.iter().map(|field| (*field).to_owned());
            error.path = path.map(PathSegment::Field).collect();
            Executed::from_errors(vec![error])
        };

        assert!(is_changed(&failed("EXPIRED", &[])));
        assert!(is_changed(&failed("EXPIRED", &["watchStateChanged"])));
        assert!(!is_changed(&failed(
            "EXPIRED",
            &["watchStateChanged", "item"]
        )));
        assert!(!is_changed(&failed("UNAUTHENTICATED", &[])));
    }

    #[test]
    fn errors_have_codes_and_an_answer_without_data_is_the_last() {
        let refused = Executed::from_errors(vec![ServerError::new("no", None); 30]);

        let (refused, is_refused) = shown(refused, &Once::default());

        assert!(is_refused);
        assert_eq!(refused.errors.len(), MAX_ERRORS);
        let extensions = refused.errors[0].extensions.as_ref().unwrap();
        assert_eq!(extensions.get("code"), Some(&VALIDATION_FAILED.into()));
    }

    #[test]
    fn a_query_that_was_executed_is_no_refusal_though_nothing_is_left_of_its_data() {
        let mut error = ServerError::new("no", None);
        error.path = vec![PathSegment::Field("a".to_owned())];
        let failed = || Executed::from_errors(vec![error.clone()]);
        let once = Once::default();

        let (_, is_refused) = shown(failed(), &once);
        assert!(is_refused, "a subscription goes on no more");
        once.say();
        let (answer, is_refused) = shown(failed(), &once);
        assert!(!is_refused);
        let payload = serde_json::to_value(Payload::of(&answer, is_refused)).unwrap();
        assert_eq!(payload["data"], Json::Null);
        assert!(payload.as_object().unwrap().contains_key("data"));
        let refused = Executed::from_errors(vec![ServerError::new("no", None)]);
        assert!(shown(refused, &once).1);
    }
}
