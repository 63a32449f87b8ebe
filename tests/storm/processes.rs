//! The processes of a site: started, killed, frozen, and started again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::process::Command;

use crate::support::program::{On, Program, Site};

/// How many servers share the stores where there are stores to share.
const SERVERS: usize = 2;

/// Where the servers listen at the moment. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Sites(Arc<Mutex<BTreeMap<usize, String>>>);

impl Sites {
    /// The address of a server, of those that there are.
    pub(crate) fn any(&self, choice: usize) -> Option<String> {
        let sites = self.0.lock().unwrap();
        let which = choice.checked_rem(sites.len())?;
        sites.values().nth(which).cloned()
    }
}

/// The servers, then the stores.
pub(crate) struct Processes {
    program: Arc<Program>,
    servers: Vec<Site>,
    stores: Vec<&'static str>,
    services: PathBuf,
    sites: Sites,
    killed: BTreeMap<String, u32>,
    frozen: BTreeMap<String, u32>,
}

impl Processes {
    /// Starts the servers; the stores run.
    pub(crate) async fn start(
        program: Arc<Program>,
        on: On,
        services: PathBuf,
        sites: Sites,
    ) -> Self {
        let (servers, stores) = match on {
            On::Embedded => (1, vec![]),
            On::Servers => (SERVERS, vec!["mongo", "neo4j", "redis"]),
        };
        let mut processes = Self {
            program,
            servers: Vec::new(),
            stores,
            services,
            sites,
            killed: BTreeMap::new(),
            frozen: BTreeMap::new(),
        };
        for number in 0..servers {
            let site = processes.program.serve().await;
            processes
                .sites
                .0
                .lock()
                .unwrap()
                .insert(number, site.address.clone());
            processes.servers.push(site);
        }
        processes
    }

    /// How many processes there are.
    pub(crate) fn count(&self) -> usize {
        self.servers.len() + self.stores.len()
    }

    /// Ends a process at once, and starts it again on what it left.
    pub(crate) async fn kill(&mut self, which: usize) {
        *self.killed.entry(self.name(which)).or_default() += 1;
        if let Some(site) = self.servers.get_mut(which) {
            site.kill().await;
            // Until it is there again nobody finds it.
            self.sites.0.lock().unwrap().remove(&which);
            let site = self.program.serve().await;
            self.sites
                .0
                .lock()
                .unwrap()
                .insert(which, site.address.clone());
            self.servers[which] = site;
            return;
        }
        let store = self.stores[which - self.servers.len()];
        let folder = self.services.join(store);
        signal("KILL", &self.process(which)).await;
        let script = format!("tests/services/{store}");
        let started = Command::new(script)
            .arg(&folder)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdout(Stdio::null())
            .status();
        assert!(
            started.await.unwrap().success(),
            "{store} does not start again"
        );
    }

    /// Lets a process do nothing for a while.
    pub(crate) async fn freeze(&mut self, which: usize, frozen: Duration) {
        *self.frozen.entry(self.name(which)).or_default() += 1;
        let process = self.process(which);
        signal("STOP", &process).await;
        tokio::time::sleep(frozen).await;
        signal("CONT", &process).await;
    }

    /// How often each was killed and frozen.
    pub(crate) fn blows(&self) -> String {
        let mut blows = String::new();
        for (what, each) in [("killed", &self.killed), ("frozen", &self.frozen)] {
            for (name, times) in each {
                write!(blows, "{name} {what} {times} ×, ").unwrap();
            }
        }
        blows.trim_end_matches(", ").to_owned()
    }

    /// Stops the servers as a supervisor does.
    pub(crate) async fn stop(mut self) {
        for site in &mut self.servers {
            site.stop().await;
        }
    }

    fn name(&self, which: usize) -> String {
        match which.checked_sub(self.servers.len()) {
            None => format!("server {which}"),
            Some(store) => self.stores[store].to_owned(),
        }
    }

    fn process(&self, which: usize) -> String {
        if let Some(site) = self.servers.get(which) {
            return site.process().to_string();
        }
        let store = self.stores[which - self.servers.len()];
        let process = std::fs::read_to_string(self.services.join(store).join("pid")).unwrap();
        process.trim().to_owned()
    }
}

async fn signal(name: &str, process: &str) {
    let told = Command::new("kill")
        .args([&format!("-{name}"), process])
        .status();
    assert!(told.await.unwrap().success(), "{process} is not there");
}
