//! Usage as curators and machines meet it, over GraphQL and REST: who may ask, what is counted of reports and of other
//! players' events, and how lists are written and leafed through.

mod document;
mod events;
mod figures;
mod lists;
mod roles;

use std::time::Instant;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use reelgraph::domain::clock::{Clock, SystemClock};
use reqwest::header::AUTHORIZATION;
use serde_json::{Value, json};

use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

/// A site with the demo catalogue, a curator, and a machine with a key of theirs.
struct World {
    _program: Program,
    site: Site,
    curator: Visitor,
    key: String,
    film: String,
    episode: String,
}

/// An answer of a route.
struct Got {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Got {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// Its status, code and field, if it is a refusal.
    fn refusal(&self) -> (u16, String, String) {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        let text = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
        assert_eq!(problem["status"], self.status);
        (self.status, text("code"), text("field"))
    }
}

impl World {
    async fn new(arguments: &[&str]) -> Self {
        let program = Program::seeded(On::Embedded).await;
        program.create_user("curator@example.org", "curator").await;
        let site = program.serve_with(arguments).await;
        let mut curator = Visitor::of(&site);
        curator.log_in("curator@example.org").await;
        let key = key(&mut curator, json!(["CURATE"])).await;
        let found = curator
            .ask("{ film(slug: \"heat-1995\") { id } series(slug: \"breaking-bad-2008\") { nextUp { id } } }")
            .await;
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        Self {
            film: id(&found["film"]),
            episode: id(&found["series"]["nextUp"]),
            _program: program,
            site,
            curator,
            key,
        }
    }

    fn request(&self, path: &str) -> reqwest::RequestBuilder {
        let bearer = format!("Bearer {}", self.key);
        self.site.get(path).header(AUTHORIZATION, bearer)
    }

    async fn get(&self, path: &str) -> Got {
        Got::of(self.request(path)).await
    }

    async fn post(&self, events: &Value) -> Got {
        let body = json!({ "events": events }).to_string();
        let request = self.site.post("/usage/events");
        let request = request
            .header(AUTHORIZATION, format!("Bearer {}", self.key))
            .header("content-type", "application/json");
        Got::of(request.body(body)).await
    }

    /// Sends events that must be taken in.
    async fn record(&self, events: &Value) {
        let count = events.as_array().unwrap().len();
        let got = self.post(events).await;
        assert_eq!(
            (got.status, got.json()),
            (202, json!({ "accepted": count }))
        );
    }

    /// Waits until the figures of an address are so many views.
    async fn wait_for_views(&self, path: &str, views: u64) -> Value {
        let began = Instant::now();
        loop {
            let figures = self.get(path).await.json();
            if figures["views"] == views {
                // The others may have been read before they were counted.
                return self.get(path).await.json();
            }
            assert!(began.elapsed() < SOON, "still {figures}");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    }

    fn title(&self) -> String {
        format!("/usage/titles/{}", self.film)
    }
}

async fn key(owner: &mut Visitor, scopes: Value) -> String {
    let input = json!({ "name": "a machine", "scopes": scopes });
    let payload = owner.expect("createApiKey", input, "token").await;
    payload["token"].as_str().unwrap().to_owned()
}

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// An event of a player that watched the first minute.
fn event(number: u32, session: &str, item: &str) -> Value {
    json!({
        "id": format!("00000000-0000-4000-8000-{number:012}"),
        "session": session,
        "item": item,
        "from": 0,
        "to": 60,
        "at": rfc3339(now() - TimeDelta::seconds(5)),
    })
}
