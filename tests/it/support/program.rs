//! The program as its users run it: the real binary, on a store of its own, over HTTP.

use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{CONTENT_TYPE, COOKIE, SET_COOKIE};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use super::SOON;
use super::demo::Demo;
use super::servers::{Neo4jServer, PATIENT, mongo_uri, neo4j, redis_url};
use super::template::Template;
use super::visitor::client;

/// The password of everybody in the tests.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The setting that says how long an operation on a server may take.
pub(crate) const STORE_TIMEOUT: &str = "REELGRAPH_STORE_TIMEOUT_SECONDS";
/// The same of a request.
pub(crate) const REQUEST_TIMEOUT: &str = "REELGRAPH_REQUEST_TIMEOUT_SECONDS";

/// Which way of running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    Embedded,
    Servers,
}

/// An installation: an empty store of its own, and the program to work on it.
pub(crate) struct Program {
    data: TempDir,
    variables: Vec<(&'static str, String)>,
    /// As long as it is there, Neo4j is this installation's alone.
    neo4j_turn: Option<Neo4jServer>,
}

impl Program {
    /// An installation whose stores are empty.
    pub(crate) async fn new(on: On) -> Self {
        match on {
            On::Embedded => Self::with(Vec::new()),
            On::Servers => {
                let mut program = Self::without_graph();
                program.take_graph().await;
                program
            }
        }
    }

    /// An empty installation on the servers, of which Neo4j is away: for what has nothing to do with suggestions, because
    /// it need not wait for its turn there.
    pub(crate) fn without_graph() -> Self {
        let (redis, prefix) = redis_url();
        Self::with(vec![
            ("MONGODB_URI", mongo_uri().expose_secret().to_owned()),
            ("NEO4J_URI", "bolt://127.0.0.1:1".to_owned()),
            ("NEO4J_USER", "neo4j".to_owned()),
            ("NEO4J_PASSWORD", "nobody asks".to_owned()),
            ("REDIS_URL", redis.expose_secret().to_owned()),
            ("REELGRAPH_REDIS_PREFIX", prefix),
            (STORE_TIMEOUT, PATIENT.as_secs().to_string()),
        ])
    }

    fn with(mut variables: Vec<(&'static str, String)>) -> Self {
        variables.push((REQUEST_TIMEOUT, PATIENT.as_secs().to_string()));
        Self {
            data: tempfile::tempdir().unwrap(),
            variables,
            neo4j_turn: None,
        }
    }

    /// Waits for Neo4j, and goes on with a graph in which nothing is.
    async fn take_graph(&mut self) {
        let neo4j = neo4j().await;
        self.set("NEO4J_URI", &neo4j.uri);
        self.set("NEO4J_USER", &neo4j.user);
        self.set("NEO4J_PASSWORD", neo4j.password.expose_secret());
        self.empty_graph().await;
        self.neo4j_turn = Some(neo4j);
    }

    /// Removes what a test before left in the graph, also who was erased there.
    pub(crate) async fn empty_graph(&self) {
        let graph = super::stores::graph(self, On::Servers);
        graph.clear().await.unwrap();
        let [uri, user, password] =
            ["NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD"].map(|name| self.variable(name));
        let graph = neo4rs::Graph::new(uri, user, password).unwrap();
        let left = neo4rs::query("MATCH (left) DETACH DELETE left");
        graph.run(left).await.unwrap();
    }

    /// An installation with the demo catalogue and its viewers.
    pub(crate) async fn seeded(on: On) -> Self {
        Self::with_demo(Demo::Whole, on).await
    }

    /// An installation with the demo catalogue and a tenth of its viewers: for what is tried of somebody new, and has the
    /// logs of all the others read again and again, as `graph verify` does.
    pub(crate) async fn with_few_viewers(on: On) -> Self {
        Self::with_demo(Demo::FewViewers, on).await
    }

    /// An installation with the demo catalogue and its viewers of which, on the servers, Neo4j is away: for what has
    /// nothing to do with suggestions.
    pub(crate) async fn seeded_without_graph(on: On) -> Self {
        if on == On::Embedded {
            return Self::seeded(on).await;
        }
        let demo = match Template::made(Demo::Whole) {
            Some(demo) => demo,
            // It takes a graph to make it.
            None => Template::of(Demo::Whole, &Self::new(on).await).await,
        };
        let program = Self::without_graph();
        demo.fill_record(&program).await;
        program
    }

    async fn with_demo(demo: Demo, on: On) -> Self {
        match on {
            On::Embedded => {
                let program = Self::new(on).await;
                // The log beside the store is part of it.
                for file in std::fs::read_dir(store_with(demo)).unwrap() {
                    let file = file.unwrap();
                    std::fs::copy(file.path(), program.data.path().join(file.file_name())).unwrap();
                }
                program
            }
            On::Servers => {
                let program = Self::new(on).await;
                Template::of(demo, &program).await.fill(&program).await;
                program
            }
        }
    }

    /// Loads the demo site.
    pub(crate) async fn load(&self, demo: Demo) {
        let beside = tempfile::tempdir().unwrap();
        let load = demo.load(beside.path());
        let load: Vec<&str> = load.iter().map(String::as_str).collect();
        self.expect(&load).await;
    }

    /// The same installation with one server at another address.
    pub(crate) fn set(&mut self, name: &'static str, value: &str) {
        self.variables.retain(|(other, _)| *other != name);
        self.variables.push((name, value.to_owned()));
    }

    /// What a variable is set to.
    pub(crate) fn variable(&self, name: &str) -> &str {
        &self
            .variables
            .iter()
            .find(|(other, _)| *other == name)
            .unwrap()
            .1
    }

    /// The folder of the embedded store.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().await.unwrap()
    }

    /// Runs a command that must succeed; what it prints.
    pub(crate) async fn expect(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that reads a line from its standard input.
    pub(crate) async fn run_with_input(&self, arguments: &[&str], line: &str) -> Output {
        let mut command = self.command(arguments);
        let pipes = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let line = format!("{line}\n");
        stdin.write_all(line.as_bytes()).await.unwrap();
        drop(stdin);
        child.wait_with_output().await.unwrap()
    }

    /// Makes an account with a role and the password of all tests.
    pub(crate) async fn create_user(&self, email: &str, role: &str) {
        let arguments = ["users", "create", "--email", email, "--role", role];
        let arguments = [&arguments[..], &["--password-stdin"]].concat();
        let created = self.run_with_input(&arguments, PASSWORD).await;
        assert!(created.status.success(), "{created:?}");
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn serve(&self) -> Site {
        self.serve_with(&[]).await
    }

    /// Starts the server with further arguments.
    pub(crate) async fn serve_with(&self, arguments: &[&str]) -> Site {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        Site::start(&mut self.command(&arguments)).await
    }

    /// Starts the server with a log that has all that it has to say, in a file.
    pub(crate) async fn serve_logging(&self, log: &Path) -> Site {
        let log = std::fs::File::create(log).unwrap();
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--log", "debug"];
        Site::start(self.command(&arguments).stderr(log)).await
    }

    /// A command of the program, to be run on this installation.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reelgraph"));
        command
            .args(arguments)
            .arg("--data-dir")
            .arg(self.data.path());
        for name in [
            "MONGODB_URI",
            "NEO4J_URI",
            "NEO4J_USER",
            "NEO4J_PASSWORD",
            "REDIS_URL",
            "SMTP_URL",
            // What `tests/services/s3` exports.
            "REELGRAPH_BLOBS",
        ] {
            command.env_remove(name);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
            .env("REELGRAPH_LOG", "warn")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }
}

/// A running server, seen by a client.
pub(crate) struct Site {
    child: Child,
    pub(crate) address: String,
    client: reqwest::Client,
    cookie: Option<String>,
}

impl Site {
    /// Starts a command that serves, and waits until it is ready.
    pub(crate) async fn start(command: &mut Command) -> Self {
        // The client wants one, as the program does; a second time it is there already.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines
                .next_line()
                .await
                .unwrap()
                .expect("the server says where it listens");
            if let Some(address) = line.strip_prefix("listening on ") {
                break address.to_owned();
            }
        };
        install_tls();
        Self {
            child,
            address,
            client: client().build().unwrap(),
            cookie: None,
        }
    }

    /// Sends an operation; the whole answer.
    pub(crate) async fn send(&self, query: &str, variables: Value) -> Value {
        self.respond(query, variables).await.json().await.unwrap()
    }

    async fn respond(&self, query: &str, variables: Value) -> reqwest::Response {
        let mut request = self
            .post("/graphql")
            .header(CONTENT_TYPE, "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let body = json!({ "query": query, "variables": variables });
        request.body(body.to_string()).send().await.unwrap()
    }

    /// Sends an operation that must have no errors; its data.
    pub(crate) async fn ask(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.send(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].take()
    }

    /// Sends an operation and goes on with the cookie that it sets.
    pub(crate) async fn ask_for_cookie(&mut self, query: &str, variables: Value) -> Value {
        let response = self.respond(query, variables).await;
        if let Some(cookie) = response.headers().get(SET_COOKIE) {
            self.cookie = cookie
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .map(str::to_owned);
        }
        response.json().await.unwrap()
    }

    /// Registers somebody new and stays logged in.
    pub(crate) async fn register(&mut self, email: &str) {
        let query = "mutation ($input: RegisterInput!) { register(input: $input) { viewer { user { id } } userErrors { code field message } } }";
        let answer = self
            .ask_for_cookie(
                query,
                json!({ "input": { "email": email, "password": "correct horse battery" } }),
            )
            .await;
        assert_eq!(
            answer["data"]["register"]["userErrors"],
            json!([]),
            "{answer}"
        );
    }

    /// The cookie that requests are sent with.
    pub(crate) fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Sends requests with another cookie.
    pub(crate) fn set_cookie(&mut self, cookie: Option<String>) {
        self.cookie = cookie;
    }

    /// A request without a session, to be sent by the caller.
    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    /// A request without a session, to be sent by the caller.
    pub(crate) fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    /// The global id of a film or series.
    pub(crate) async fn id_of(&self, field: &str, slug: &str) -> String {
        let data = self
            .ask(
                &format!("query ($slug: String) {{ {field}(slug: $slug) {{ id }} }}"),
                json!({ "slug": slug }),
            )
            .await;
        data[field]["id"].as_str().unwrap().to_owned()
    }

    /// Reports a film or episode as played from the start to a position.
    pub(crate) async fn watch(&self, item: &str, play: &str, to: f64, at: &str) -> Value {
        let query = "mutation ($input: ReportPlaybackInput!) { reportPlayback(input: $input) {
            state { position percent watched plays completions secondsWatched } completedNow userErrors { code field message } } }";
        let report = |event: &str, position: f64| json!({ "input": { "item": item, "play": play, "event": event, "position": position, "at": at } });
        self.ask(query, report("START", 0.0)).await;
        self.ask(query, report("STOP", to)).await["reportPlayback"].clone()
    }

    /// Asks again until the answer is as wanted; fails after the limit.
    pub(crate) async fn wait_for(
        &self,
        limit: Duration,
        query: &str,
        is_wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let started = Instant::now();
        loop {
            let data = self.ask(query, json!({})).await;
            if is_wanted(&data) {
                return data;
            }
            assert!(started.elapsed() < limit, "still {data}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks again until there is an answer without errors.
    pub(crate) async fn wait_for_answer(&self, query: &str) {
        let started = Instant::now();
        while self.send(query, json!({})).await.get("errors").is_some() {
            assert!(started.elapsed() < SOON, "still no answer to {query}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Tells the process to stop, as a supervisor does; its exit status.
    pub(crate) async fn stop(&mut self) -> std::process::ExitStatus {
        let process = self.process().to_string();
        let told = Command::new("kill").args(["-TERM", &process]).status();
        assert!(told.await.unwrap().success());
        self.child.wait().await.unwrap()
    }

    /// Waits until an address is answered with a status.
    pub(crate) async fn wait_for_status(&self, path: &str, status: u16) {
        let began = Instant::now();
        loop {
            let answer = self.get(path).send().await.unwrap();
            if answer.status() == status {
                return;
            }
            assert!(began.elapsed() < SOON, "{path}: {}", answer.status());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The id of the process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Ends the process at once, as a power cut would.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }
}

/// Lets HTTP clients be made: they want to know who encrypts, also where nothing is encrypted.
pub(crate) fn install_tls() {
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// An address where nobody listens, for a server that is to listen there later. Its port is below those that the kernel
/// gives to connections, one of which could have it by then.
pub(crate) fn free_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(4_000);
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        let address = format!("127.0.0.1:{port}");
        if std::net::TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

/// The folder of an embedded store with the demo catalogue, made once for all tests.
fn store_with(demo: Demo) -> &'static Path {
    static WHOLE: OnceLock<TempDir> = OnceLock::new();
    static FEW_VIEWERS: OnceLock<TempDir> = OnceLock::new();
    let store = match demo {
        Demo::Whole => &WHOLE,
        Demo::FewViewers => &FEW_VIEWERS,
    };
    let folder = store.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let run = |arguments: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_reelgraph"));
            for name in ["MONGODB_URI", "NEO4J_URI", "REDIS_URL", "REELGRAPH_BLOBS"] {
                command.env_remove(name);
            }
            let status = command
                .args(arguments)
                .arg("--data-dir")
                .arg(folder.path())
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .stdout(Stdio::null())
                .status();
            assert!(status.unwrap().success(), "{arguments:?}");
        };
        let beside = tempfile::tempdir().unwrap();
        let load = demo.load(beside.path());
        run(&load.iter().map(String::as_str).collect::<Vec<_>>());
        run(&["graph", "drain"]);
        run(&["graph", "similar"]);
        folder
    });
    folder.path()
}
