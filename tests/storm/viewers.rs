//! Viewers who report what they play until it is acknowledged, each report from one server or the other.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use serde_json::{Value, json};

use crate::processes::Sites;
use crate::support::program::{PASSWORD, install_tls};

/// How long an answer is waited for before the report is sent again: as players do.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a viewer goes on to try after the storm.
const CALM: Duration = Duration::from_secs(120);
/// The seconds that each report of progress adds.
const STEP: u32 = 10;
/// What is watched, all longer than any play gets.
const FILMS: [&str; 4] = ["heat-1995", "alien-1979", "toy-story-1995", "fargo-1996"];

const LOG_IN: &str =
    "mutation ($input: LogInInput!) { logIn(input: $input) { userErrors { code } } }";
const REPORT: &str = "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) { userErrors { code message } } }";
const FILM: &str =
    "query ($slug: String) { film(slug: $slug) { id watchState { plays secondsWatched } } }";
const HISTORY: &str =
    "query ($after: String) { viewer { profile { history(first: 100, after: $after) {
    nodes { startedAt secondsWatched item { id } } pageInfo { hasNextPage endCursor } } } } }";

/// Somebody who watches, and what they were told is recorded.
pub(crate) struct Viewer {
    number: usize,
    client: reqwest::Client,
    sites: Sites,
    cookie: String,
    films: Vec<String>,
    /// The seconds played of each play, by when it began and the film.
    plays: BTreeMap<(String, String), u32>,
    /// How many reports were acknowledged.
    pub(crate) acknowledged: u64,
    /// How many times a report was sent again.
    pub(crate) repeated: u64,
}

impl Viewer {
    pub(crate) async fn log_in(number: usize, sites: Sites) -> Self {
        install_tls();
        let mut viewer = Self {
            number,
            client: reqwest::Client::builder()
                .timeout(PATIENCE)
                .build()
                .unwrap(),
            sites,
            cookie: String::new(),
            films: Vec::new(),
            plays: BTreeMap::new(),
            acknowledged: 0,
            repeated: 0,
        };
        let email = format!("viewer{number}@example.org");
        let input =
            json!({ "input": { "email": email, "password": PASSWORD, "transport": "COOKIE" } });
        let answer = viewer
            .post(LOG_IN, &input, 0)
            .await
            .expect("nothing storms yet");
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
        viewer.cookie = cookie.split(';').next().unwrap().to_owned();
        for slug in FILMS {
            let data = viewer.ask(FILM, &json!({ "slug": slug })).await;
            viewer
                .films
                .push(data["film"]["id"].as_str().unwrap().to_owned());
        }
        viewer
    }

    /// Plays one film after the other, and reports it.
    pub(crate) async fn watch(mut self, until: Instant) -> Self {
        let mut play: u32 = 0;
        while Instant::now() < until {
            self.play(play, until + CALM).await;
            play += 1;
        }
        self
    }

    /// A play that jumps ahead again and again, so that each report says something that no other does.
    async fn play(&mut self, play: u32, until: Instant) {
        let began =
            chrono::DateTime::from_timestamp(1_767_225_600 + 7200 * i64::from(play), 0).unwrap();
        let film = self.films[play as usize % FILMS.len()].clone();
        let uuid = format!("{:08x}-0000-4000-8000-{play:012x}", self.number);
        let steps = 1 + play % 5;
        let mut reports = vec![("START", 0, 0)];
        for step in 1..=steps {
            reports.push(("SEEK", 200 * step, 100 * step));
            reports.push(("PROGRESS", 200 * step + STEP, 100 * step + STEP));
        }
        reports.push(("STOP", 200 * steps + STEP, 100 * steps + STEP));
        for (event, position, second) in reports {
            let at = began + chrono::TimeDelta::seconds(second.into());
            let input = json!({ "input": {
                "item": film, "play": uuid, "event": event, "position": position, "at": at.to_rfc3339(),
            } });
            self.report(&input, until).await;
        }
        self.plays
            .insert((began.format("%FT%T%.3fZ").to_string(), film), STEP * steps);
    }

    /// Sends a report until somebody acknowledges it.
    async fn report(&mut self, input: &Value, until: Instant) {
        let mut attempt = self.number + usize::try_from(self.acknowledged).unwrap();
        loop {
            if let Some(answer) = self.post(REPORT, input, attempt).await {
                let answer: Value = answer.json().await.unwrap_or_default();
                let report = &answer["data"]["reportPlayback"];
                if report["userErrors"] == json!([]) {
                    self.acknowledged += 1;
                    return;
                }
                assert!(report.is_null(), "{input}: {answer}");
            }
            assert!(
                Instant::now() < until,
                "{input} is not acknowledged in the calm after the storm"
            );
            attempt += 1;
            self.repeated += 1;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What the site says otherwise than was acknowledged.
    pub(crate) async fn compare(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut found: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
        let mut after = Value::Null;
        loop {
            let data = self.ask(HISTORY, &json!({ "after": after })).await;
            let history = &data["viewer"]["profile"]["history"];
            for play in history["nodes"].as_array().unwrap() {
                let text = |value: &Value| value.as_str().unwrap().to_owned();
                let key = (text(&play["startedAt"]), text(&play["item"]["id"]));
                found
                    .entry(key)
                    .or_default()
                    .push(play["secondsWatched"].as_f64().unwrap());
            }
            if history["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
            after = history["pageInfo"]["endCursor"].clone();
        }
        for (key, seconds) in &self.plays {
            match found.remove(key).as_deref() {
                None => wrong.push(format!("lost: {key:?} of viewer {}", self.number)),
                Some([said]) if (said - f64::from(*seconds)).abs() < 0.001 => {}
                Some(said) => wrong.push(format!(
                    "{key:?} of viewer {}: {said:?} for {seconds}",
                    self.number
                )),
            }
        }
        for key in found.keys() {
            wrong.push(format!("invented: {key:?} of viewer {}", self.number));
        }
        for (slug, film) in FILMS.iter().zip(&self.films) {
            let state =
                self.ask(FILM, &json!({ "slug": slug })).await["film"]["watchState"].clone();
            let of_film = || self.plays.iter().filter(|((_, item), _)| item == film);
            let seconds: u32 = of_film().map(|(_, seconds)| seconds).sum();
            let expected =
                json!({ "plays": of_film().count(), "secondsWatched": f64::from(seconds) });
            if state != expected && !(state.is_null() && seconds == 0) {
                wrong.push(format!(
                    "{slug} of viewer {}: {state}, not {expected}",
                    self.number
                ));
            }
        }
        wrong
    }

    /// Asks until there is an answer.
    async fn ask(&self, query: &str, variables: &Value) -> Value {
        let until = Instant::now() + CALM;
        for attempt in 0.. {
            if let Some(answer) = self.post(query, variables, attempt).await
                && let Ok(mut answer) = answer.json::<Value>().await
                && answer.get("errors").is_none()
            {
                return answer["data"].take();
            }
            assert!(Instant::now() < until, "no answer to {query}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        unreachable!("attempts do not end")
    }

    async fn post(
        &self,
        query: &str,
        variables: &Value,
        attempt: usize,
    ) -> Option<reqwest::Response> {
        let address = self.sites.any(attempt)?;
        let request = self
            .client
            .post(format!("{address}/graphql"))
            .header(CONTENT_TYPE, "application/json")
            .header(COOKIE, &self.cookie)
            .body(json!({ "query": query, "variables": variables }).to_string());
        request.send().await.ok()
    }
}
