//! Somebody who uses a site: with a browser, an app or a machine, from any network.

use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, RETRY_AFTER, SET_COOKIE};
use serde_json::{Value, json};

use super::SOON;
use super::program::{PASSWORD, Site};

/// Somebody with a client of their own, which keeps the cookie that it is given.
#[derive(Clone)]
pub(crate) struct Visitor {
    address: String,
    client: reqwest::Client,
    pub(crate) cookie: Option<String>,
    pub(crate) bearer: Option<String>,
    headers: Vec<(&'static str, String)>,
}

/// All of an answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The code of the errors, which is the same in all.
    pub(crate) fn code(&self) -> &str {
        let errors = self.body["errors"].as_array();
        let errors = errors.unwrap_or_else(|| panic!("no error in {}", self.body));
        let code = &errors[0]["extensions"]["code"];
        let is_it = |error: &Value| error["extensions"]["code"] == *code;
        assert!(errors.iter().all(is_it), "{}", self.body);
        code.as_str().unwrap()
    }

    /// The `Retry-After` header, in seconds.
    pub(crate) fn retry_after(&self) -> Option<u64> {
        let value = self.headers.get(RETRY_AFTER)?;
        Some(value.to_str().unwrap().parse().unwrap())
    }

    /// The values of all `Set-Cookie` headers.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        let cookies = self.headers.get_all(SET_COOKIE).iter();
        cookies.map(|value| value.to_str().unwrap()).collect()
    }
}

/// A client of HTTP that closes connections that it does not use before the server does, after 75 s: else it may send a
/// request into one that is just being closed.
pub(crate) fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(30))
}

impl Visitor {
    /// Somebody whom the site does not know yet.
    pub(crate) fn of(site: &Site) -> Self {
        Self {
            address: site.address.clone(),
            client: client().build().unwrap(),
            cookie: None,
            bearer: None,
            headers: Vec::new(),
        }
    }

    /// The same client, which asks another server of the site.
    pub(crate) fn at(&self, site: &Site) -> Self {
        Self {
            address: site.address.clone(),
            ..self.clone()
        }
    }

    /// Whoever sends this with each request: an app's access token or a machine's key.
    pub(crate) fn with_bearer(&self, token: &str) -> Self {
        Self {
            cookie: None,
            bearer: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same client, which also sends a header.
    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Sends an operation; all of the answer.
    pub(crate) async fn send(&mut self, query: &str, variables: Value) -> Answer {
        let mut request = self
            .client
            .post(format!("{}/graphql", self.address))
            .header(CONTENT_TYPE, "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        if let Some(token) = &self.bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let body = json!({ "query": query, "variables": variables }).to_string();
        let response = request.body(body).send().await.unwrap();
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.json().await.unwrap(),
        };
        if let Some(cookie) = answer.cookies().last() {
            let pair = cookie.split(';').next().unwrap();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        answer
    }

    /// Sends an operation that must have no errors; its data.
    pub(crate) async fn ask(&mut self, query: &str) -> Value {
        let mut answer = self.send(query, json!({})).await;
        assert_eq!(answer.body.get("errors"), None, "{query}");
        answer.body["data"].take()
    }

    /// Sends a mutation; all of the answer. `fields` are what is wanted of the payload.
    pub(crate) async fn try_to(&mut self, mutation: &str, input: Value, fields: &str) -> Answer {
        let (first, rest) = mutation.split_at(1);
        let ty = format!("{}{rest}Input", first.to_uppercase());
        let query = format!(
            "mutation ($input: {ty}!) {{ {mutation}(input: $input) {{ {fields} userErrors {{ code field }} }} }}"
        );
        self.send(&query, json!({ "input": input })).await
    }

    /// Sends a mutation that must have no top-level errors; its payload.
    pub(crate) async fn call(&mut self, mutation: &str, input: Value, fields: &str) -> Value {
        let mut answer = self.try_to(mutation, input, fields).await;
        assert_eq!(answer.body.get("errors"), None, "{mutation}");
        answer.body["data"][mutation].take()
    }

    /// Sends a mutation that must do what it is asked to; its payload.
    pub(crate) async fn expect(&mut self, mutation: &str, input: Value, fields: &str) -> Value {
        let payload = self.call(mutation, input, fields).await;
        assert_eq!(payload["userErrors"], json!([]), "{mutation}");
        payload
    }

    /// Sends a mutation that must be refused: its only user error, as code and field.
    pub(crate) async fn refused(&mut self, mutation: &str, input: Value) -> (String, String) {
        let payload = self.call(mutation, input, "").await;
        let errors = payload["userErrors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{mutation}: {payload}");
        let path = errors[0]["field"].as_array();
        let field = path.and_then(|path| path.last()?.as_str());
        (
            errors[0]["code"].as_str().unwrap().to_owned(),
            field.unwrap_or_default().to_owned(),
        )
    }

    /// Registers and stays logged in.
    pub(crate) async fn register(&mut self, email: &str) {
        let input = json!({ "email": email, "password": PASSWORD });
        self.expect("register", input, "").await;
    }

    /// Logs in with a browser.
    pub(crate) async fn log_in(&mut self, email: &str) {
        let input = json!({ "email": email, "password": PASSWORD });
        self.expect("logIn", input, "").await;
    }

    /// Logs in with an app, which goes on with the access token; the refresh token.
    pub(crate) async fn log_in_app(&mut self, email: &str) -> String {
        let input = json!({ "email": email, "password": PASSWORD, "transport": "BEARER" });
        let payload = self
            .expect("logIn", input, "accessToken refreshToken expiresIn")
            .await;
        self.bearer = payload["accessToken"].as_str().map(str::to_owned);
        payload["refreshToken"].as_str().unwrap().to_owned()
    }

    /// Takes all of a run back, as a curator.
    pub(crate) async fn revert(&mut self, run: &Value) {
        let back = json!({ "run": run, "whole": true });
        let back = self.expect("revertRevisions", back, "obstructed run").await;
        assert_eq!(back["obstructed"], 0);
        assert!(back["run"].is_string());
    }

    /// What is answered once it is as it is to be.
    pub(crate) async fn ask_until(&mut self, query: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let started = Instant::now();
        loop {
            let seen = self.ask(query).await;
            if is_so(&seen) {
                return seen;
            }
            assert!(started.elapsed() < SOON, "still {seen}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Whom the site takes the visitor for: an e-mail address, or nobody.
    pub(crate) async fn who(&mut self) -> Option<String> {
        let data = self.ask("{ viewer { user { email } } }").await;
        let email = data["viewer"]["user"]["email"].as_str();
        email.map(str::to_owned)
    }
}
