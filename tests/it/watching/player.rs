//! A player that reports.

use chrono::{DateTime, TimeDelta};
use reelgraph::domain::entropy::unique_name;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::visitor::Visitor;

/// Somebody who plays one item, once.
pub(super) struct Player<'a> {
    visitor: &'a mut Visitor,
    item: String,
    play: Uuid,
    reports: i64,
    /// The length that it measured, sent with each report.
    pub(super) duration: Option<f64>,
}

impl<'a> Player<'a> {
    pub(super) fn of(visitor: &'a mut Visitor, item: &str) -> Self {
        Self {
            visitor,
            item: item.to_owned(),
            play: unique_name(),
            reports: 0,
            duration: None,
        }
    }

    /// Reports, a minute after the report before; the payload.
    pub(super) async fn report(&mut self, event: &str, position: f64) -> Value {
        self.reports += 1;
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(self.reports);
        let input = json!({
            "item": self.item,
            "play": self.play.to_string(),
            "event": event,
            "position": position,
            "at": at.to_rfc3339(),
            "duration": self.duration,
        });
        let fields = "state { position percent watched } completedNow";
        self.visitor.call("reportPlayback", input, fields).await
    }

    /// Reports what must be recorded: where to resume, how far that is, and whether it is watched.
    pub(super) async fn at(&mut self, event: &str, position: f64) -> (f64, f64, bool) {
        let payload = self.report(event, position).await;
        assert_eq!(payload["userErrors"], json!([]), "{event} {position}");
        let state = &payload["state"];
        (
            state["position"].as_f64().unwrap(),
            state["percent"].as_f64().unwrap(),
            state["watched"].as_bool().unwrap(),
        )
    }
}
