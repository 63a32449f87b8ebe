//! Looks at a Neo4j, and changes nothing there. What is asked of the server itself stands here, and not in `cypher/`:
//! it is no statement about the graph.

use std::collections::BTreeSet;
use std::time::Duration;

use neo4rs::query;
use secrecy::SecretString;
use serde::Deserialize;

use super::db::Neo4jDb;
use super::queries::SCHEMA;
use super::walk::time;
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::finding::{Finding, Verdict};

/// The oldest version with everything that is used, and the latest line that was tried.
const LEAST: (u32, u32) = (5, 0);
const KNOWN: u32 = 5;

const SERVER: &str = "CALL dbms.components() YIELD versions, edition \
    RETURN versions[0] AS version, edition, datetime().epochMillis AS now";
const INDEXES: &str = "SHOW INDEXES YIELD name, state RETURN name, state";
const TIME_LIMIT: &str = "SHOW SETTINGS YIELD name, value \
    WHERE name = 'db.transaction.timeout' RETURN value";
const WRITE: &str = "CREATE (examination:Examination) DELETE examination";

#[derive(Deserialize)]
struct Server {
    version: String,
    edition: String,
    now: i64,
}

#[derive(Deserialize)]
struct Index {
    name: String,
    state: String,
}

#[derive(Deserialize)]
struct Setting {
    value: String,
}

/// What there is to say of the server.
pub async fn examine(
    uri: &str,
    user: &str,
    password: &SecretString,
    timeout: Duration,
    clock: &dyn Clock,
) -> Vec<Finding> {
    let Ok(db) = Neo4jDb::open(uri, user, password, timeout) else {
        // What is wrong with it is not shown: it may contain the password.
        let finding = Finding::ok("neo4j", "address", "NEO4J_URI cannot be read");
        return vec![finding.but(Verdict::Problem, "write it as in .env.example")];
    };
    let before = clock.now();
    let server = match db
        .rows::<Server>(query(SERVER))
        .await
        .map(|mut rows| rows.pop())
    {
        Ok(Some(server)) => server,
        Ok(None) => return vec![silent()],
        Err(error) => {
            let advice = "start Neo4j, or correct NEO4J_URI, NEO4J_USER and NEO4J_PASSWORD";
            return vec![Finding::failed("neo4j", "reachable", &error, advice)];
        }
    };
    let after = clock.now();
    let mut findings = vec![
        Finding::ok(
            "neo4j",
            "reachable",
            format!("it answers ({} edition)", server.edition),
        ),
        Finding::version("neo4j", &server.version, LEAST, KNOWN),
    ];
    if let Ok(theirs) = time(server.now) {
        findings.push(Finding::clock("neo4j", theirs, (before, after)));
    }
    findings.push(write_permission(&db).await);
    findings.push(match indexes(&db).await {
        Ok(finding) => finding,
        Err(error) => Finding::failed("neo4j", "indexes", &error, "look into its log"),
    });
    // Who may not read settings is not told of this one.
    if let Ok(Some(setting)) = db
        .rows::<Setting>(query(TIME_LIMIT))
        .await
        .map(|mut rows| rows.pop())
    {
        findings.push(time_limit(&setting.value));
    }
    findings
}

fn silent() -> Finding {
    Finding::ok("neo4j", "reachable", "it says nothing of itself")
        .but(Verdict::Problem, "look whether NEO4J_URI leads to a Neo4j")
}

async fn write_permission(db: &Neo4jDb) -> Finding {
    match db
        .write(|transaction| Box::pin(transaction.run(query(WRITE))))
        .await
    {
        Ok(()) => Finding::ok("neo4j", "permission", "it takes writes"),
        Err(error) => Finding::failed(
            "neo4j",
            "permission",
            &error,
            "let NEO4J_USER write, and look whether the server is read-only or its disk full",
        ),
    }
}

/// Which constraints and indexes are missing or not yet built.
async fn indexes(db: &Neo4jDb) -> Result<Finding, StoreError> {
    let rows: Vec<Index> = db.rows(query(INDEXES)).await?;
    let (built, building): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|index| index.state == "ONLINE");
    let built: BTreeSet<String> = built.into_iter().map(|index| index.name).collect();
    let missing: Vec<&str> = wanted().filter(|name| !built.contains(*name)).collect();
    let all = SCHEMA.len();
    if missing.is_empty() {
        return Ok(Finding::ok(
            "neo4j",
            "indexes",
            format!("all {all} are there"),
        ));
    }
    let is_being_built = |name: &&str| building.iter().any(|index| index.name == **name);
    let found = format!(
        "{} of {all} are missing: {}",
        missing.len(),
        missing.join(", ")
    );
    let finding = Finding::ok("neo4j", "indexes", found);
    Ok(if missing.iter().all(is_being_built) {
        finding.but(
            Verdict::Warning,
            "they are being built; look again in a while",
        )
    } else {
        finding.but(
            Verdict::Warning,
            "they are made with the first write; until then reads are slow: start the program, or run graph drain",
        )
    })
}

/// The names of the constraints, whose indexes are called the same, and indexes.
fn wanted() -> impl Iterator<Item = &'static str> {
    SCHEMA.iter().filter_map(|statement| {
        let mut words = statement.lines().filter(|line| !line.starts_with("//"));
        words.next()?.split_whitespace().nth(2)
    })
}

/// A write whose client went away holds its locks for so long.
fn time_limit(value: &str) -> Finding {
    Finding::ok("neo4j", "transaction limit", value).but_if(
        value == "0s" || value == "0",
        Verdict::Warning,
        "set db.transaction.timeout (60s): a write whose client went away would otherwise keep its locks for long",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_of_the_schema_names_what_it_makes() {
        let wanted: BTreeSet<&str> = wanted().collect();

        assert_eq!(wanted.len(), SCHEMA.len());
        assert!(
            wanted.contains("title_id") && wanted.contains("watched_taste"),
            "{wanted:?}"
        );
    }
}
