//! An installation with one server, or with two that share everything.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

/// An installation and what serves it. Both servers believe the tests about where requests come from.
pub(super) struct Installation {
    pub(super) program: Program,
    one: Site,
    other: Option<Site>,
}

impl Installation {
    /// One server with everything in a file.
    pub(super) async fn embedded() -> Self {
        Self::start(Program::seeded(On::Embedded).await, &[]).await
    }

    /// One server as the world sees it.
    pub(super) async fn in_production() -> Self {
        let arguments = [
            "--env",
            "production",
            "--public-url",
            "https://films.example",
        ];
        Self::start(Program::seeded(On::Embedded).await, &arguments).await
    }

    /// Two servers on one MongoDB, one Neo4j and one Redis.
    pub(super) async fn on_servers() -> Self {
        let mut installation = Self::start(Program::new(On::Servers).await, &[]).await;
        installation.other = Some(serve(&installation.program, &[]).await);
        installation
    }

    async fn start(program: Program, arguments: &[&str]) -> Self {
        Self {
            one: serve(&program, arguments).await,
            other: None,
            program,
        }
    }

    /// The first of the servers.
    pub(super) fn one(&self) -> &Site {
        &self.one
    }

    /// Another server of the same site, if it has two.
    pub(super) fn other(&self) -> &Site {
        self.other.as_ref().unwrap_or(&self.one)
    }

    /// Somebody whom the site does not know yet, at a server.
    pub(super) fn visitor(&self) -> Visitor {
        Visitor::of(&self.one)
    }

    /// Somebody new who is registered and logged in.
    pub(super) async fn registered(&self, email: &str) -> Visitor {
        let mut visitor = self.visitor();
        visitor.register(email).await;
        visitor
    }

    /// The mails to an address that are about this, as text, once there are so many.
    pub(super) async fn mails(&self, to: &str, about: &str, count: usize) -> Vec<String> {
        let started = Instant::now();
        loop {
            let mails = self.mails_now(to, about);
            if mails.len() >= count {
                return mails;
            }
            assert!(started.elapsed() < SOON, "no mail about {about} to {to}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The mails to an address that are about this and are written already.
    pub(super) fn mails_now(&self, to: &str, about: &str) -> Vec<String> {
        let Ok(files) = std::fs::read_dir(self.program.data().join("mail")) else {
            return Vec::new();
        };
        let paths = files.map(|file| file.unwrap().path());
        let paths = paths.filter(|path| path.extension().is_some_and(|of| of == "eml"));
        let mails = paths.map(|path| std::fs::read_to_string(path).unwrap());
        let is_wanted = |mail: &String| {
            mail.contains(&format!("To: {to}\r\n")) && mail.contains(&format!("Subject: {about}"))
        };
        mails.filter(is_wanted).map(|mail| decoded(&mail)).collect()
    }

    /// The token in the link of the only mail to an address about this.
    pub(super) async fn token(&self, to: &str, about: &str) -> String {
        let mut tokens = self.tokens(to, about, 1).await;
        assert_eq!(tokens.len(), 1, "{tokens:?}");
        tokens.remove(0)
    }

    /// The tokens in the links of all mails to an address about this, once there are so many.
    pub(super) async fn tokens(&self, to: &str, about: &str, count: usize) -> Vec<String> {
        let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
        let mails = self.mails(to, about, count).await;
        let links = mails.iter().map(|mail| mail.split_once("token=").unwrap());
        let tokens = links.map(|(_, rest)| rest.chars().take_while(is_part).collect());
        tokens.collect()
    }
}

async fn serve(program: &Program, arguments: &[&str]) -> Site {
    let arguments = [&["--trusted-proxies", "127.0.0.1/32"], arguments].concat();
    program.serve_with(&arguments).await
}

/// A message without its quoted-printable encoding (RFC 2045, 6.7), as far as ASCII goes.
fn decoded(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}

/// The audit log of whoever asks, the latest first: what, by whom and with what detail.
pub(super) async fn audit(visitor: &mut Visitor) -> Vec<(String, String, Value)> {
    let query = "{ viewer { user { auditLog(first: 100) { nodes { action actor detail } } } } }";
    let data = visitor.ask(query).await;
    let nodes = data["viewer"]["user"]["auditLog"]["nodes"].as_array();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let entry = |node: &Value| {
        (
            text(&node["action"]),
            text(&node["actor"]),
            node["detail"].clone(),
        )
    };
    nodes.unwrap().iter().map(entry).collect()
}

/// The global id of the account of whoever asks.
pub(super) async fn own_id(visitor: &mut Visitor) -> String {
    let data = visitor.ask("{ viewer { user { id } } }").await;
    data["viewer"]["user"]["id"].as_str().unwrap().to_owned()
}

/// The global id of the profile that whoever asks goes on with.
pub(super) async fn profile(visitor: &mut Visitor) -> String {
    let data = visitor.ask("{ viewer { profile { id } } }").await;
    data["viewer"]["profile"]["id"].as_str().unwrap().to_owned()
}

/// A refusal as `refused` says it.
pub(super) fn error(code: &str, field: &str) -> (String, String) {
    (code.to_owned(), field.to_owned())
}

/// Where the account of whoever asks is logged in.
pub(super) async fn sessions(visitor: &mut Visitor) -> Vec<Value> {
    let query = "{ viewer { user { sessions { id device ip via current createdAt lastSeenAt expiresAt } } } }";
    let mut data = visitor.ask(query).await;
    let sessions = data["viewer"]["user"]["sessions"].take();
    serde_json::from_value(sessions).unwrap()
}

/// Makes a key of the account of whoever asks: its id, and itself.
pub(super) async fn api_key(owner: &mut Visitor, scopes: &[&str]) -> (String, String) {
    let input = json!({ "name": "the living room", "scopes": scopes });
    let payload = owner
        .expect("createApiKey", input, "apiKey { id } token")
        .await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&payload["apiKey"]["id"]), text(&payload["token"]))
}
