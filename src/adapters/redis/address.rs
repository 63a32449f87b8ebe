//! `REDIS_URL`: one server, Sentinels that know the primary of a group, or servers of a cluster.
//!
//! ```text
//! redis[s]://[USER][:PASSWORD@]HOST[:PORT][/DATABASE]
//! redis[s]+sentinel://[USER][:PASSWORD@]HOST:PORT[,HOST:PORT …]/GROUP[/DATABASE][?sentinel_password=…&sentinel_username=…]
//! redis[s]+cluster://[USER][:PASSWORD@]HOST:PORT[,HOST:PORT …]
//! ```
//!
//! Several addresses with one path are no URL by the standard, so each is read as one by itself.

use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{
    Client, ConnectionInfo, ErrorKind, IntoConnectionInfo, RedisError, RedisResult, TlsMode,
};

/// Whom to ask, and how.
pub(super) enum Address {
    Server(Box<Client>),
    Sentinels(Box<SentinelClient>),
    Cluster {
        nodes: Vec<ConnectionInfo>,
        /// One for each of those.
        clients: Vec<Client>,
    },
}

impl Address {
    /// What is wrong with an address is said without it: it may contain a password.
    pub(super) fn read(url: &str) -> RedisResult<Self> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Self::server(url);
        };
        match scheme.split_once('+') {
            None => Self::server(url),
            Some((scheme, "sentinel")) => Parts::of(scheme, rest)?.sentinels(),
            Some((scheme, "cluster")) => Parts::of(scheme, rest)?.cluster(),
            Some(_) => Err(wrong(
                "an address of Redis is of neither Sentinels nor a cluster",
            )),
        }
    }

    fn server(url: &str) -> RedisResult<Self> {
        Ok(Self::Server(Box::new(Client::open(url)?)))
    }
}

/// An address in parts, as they are spelled there.
struct Parts<'a> {
    scheme: &'a str,
    /// With the `@`, or nothing.
    who: &'a str,
    hosts: Vec<&'a str>,
    path: &'a str,
    query: &'a str,
}

impl<'a> Parts<'a> {
    fn of(scheme: &'a str, rest: &'a str) -> RedisResult<Self> {
        if !matches!(scheme, "redis" | "rediss") {
            return Err(wrong(
                "an address of Redis does not begin with redis or rediss",
            ));
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (who, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        let hosts: Vec<&str> = hosts.split(',').collect();
        if hosts.iter().any(|host| host.is_empty()) {
            return Err(wrong("an address of Redis has an empty host"));
        }
        Ok(Self {
            scheme,
            who,
            hosts,
            path,
            query,
        })
    }

    fn sentinels(&self) -> RedisResult<Address> {
        let (group, database) = self.path.split_once('/').unwrap_or((self.path, ""));
        if group.is_empty() {
            return Err(wrong("an address of Sentinels does not name the group"));
        }
        let [mut user, mut password] = [""; 2];
        for part in self.query.split('&').filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("sentinel_username", value)) => user = value,
                Some(("sentinel_password", value)) => password = value,
                _ => return Err(wrong("an address of Sentinels says what is not known")),
            }
        }
        let who = match (user, password) {
            ("", "") => String::new(),
            (user, password) => format!("{user}:{password}@"),
        };
        let sentinels = self
            .hosts
            .iter()
            .map(|host| format!("{}://{who}{host}", self.scheme).into_connection_info())
            .collect::<RedisResult<Vec<ConnectionInfo>>>()?;
        // Where the primary is the Sentinels say; the rest is as for one server.
        let primary = format!("{}://{}primary/{database}", self.scheme, self.who);
        let settings = primary.into_connection_info()?.redis_settings().clone();
        let mut node = SentinelNodeConnectionInfo::default().set_redis_connection_info(settings);
        if self.scheme == "rediss" {
            node = node.set_tls_mode(TlsMode::Secure);
        }
        let client =
            SentinelClient::build(sentinels, group, Some(node), SentinelServerType::Master)?;
        Ok(Address::Sentinels(Box::new(client)))
    }

    fn cluster(&self) -> RedisResult<Address> {
        if !matches!(self.path, "" | "0") {
            return Err(wrong("a cluster has the database 0 alone"));
        }
        if !self.query.is_empty() {
            return Err(wrong("an address of a cluster says what is not known"));
        }
        let nodes = self
            .hosts
            .iter()
            .map(|host| format!("{}://{}{host}", self.scheme, self.who).into_connection_info())
            .collect::<RedisResult<Vec<ConnectionInfo>>>()?;
        let clients = nodes
            .iter()
            .map(|node| Client::open(node.clone()))
            .collect::<RedisResult<Vec<Client>>>()?;
        Ok(Address::Cluster { nodes, clients })
    }
}

fn wrong(what: &'static str) -> RedisError {
    (ErrorKind::InvalidClientConfig, what).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(url: &str) -> Vec<ConnectionInfo> {
        match Address::read(url).unwrap() {
            Address::Cluster { nodes, .. } => nodes,
            _ => panic!("{url} is no cluster"),
        }
    }

    #[test]
    fn each_address_of_a_cluster_has_the_user_and_the_password() {
        let nodes = nodes("redis+cluster://me:p%40ss@one:7000,two:7001,[::1]:7002");

        let addresses: Vec<String> = nodes.iter().map(|node| node.addr().to_string()).collect();
        assert_eq!(addresses, ["one:7000", "two:7001", "::1:7002"]);
        for node in &nodes {
            let settings = node.redis_settings();
            let who = (settings.username(), settings.password());
            assert_eq!(who, (Some("me"), Some("p@ss")));
        }
    }

    #[test]
    fn sentinels_may_have_a_password_of_their_own() {
        for url in [
            "redis+sentinel://one:26379/films",
            "rediss+sentinel://:hush@one:26379,two:26379/films/3?sentinel_password=hushed",
        ] {
            assert!(matches!(Address::read(url).unwrap(), Address::Sentinels(_)));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_its_password() {
        for url in [
            "redis+sentinel://:hush@one:26379",
            "redis+sentinel://:hush@one:26379/films?sentinal_password=hush",
            "redis+cluster://:hush@one:7000,",
            "redis+cluster://:hush@one:7000/2",
            "redis+other://:hush@one:7000",
            "http+cluster://:hush@one:7000",
        ] {
            let error = Address::read(url).err().unwrap().to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
