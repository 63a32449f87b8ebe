//! Looks at a MongoDB, and changes nothing there.

use std::time::Duration;

use bson::{Document, doc};
use secrecy::SecretString;

use super::db::{MongoDb, patiently, store_error};
use crate::domain::clock::Clock;
use crate::domain::error::StoreError;
use crate::domain::finding::{Finding, Verdict};

/// The oldest version with everything that is used, and the latest line that was tried.
const LEAST: (u32, u32) = (6, 0);
const KNOWN: u32 = 8;

/// What there is to say of the database that an address names.
pub async fn examine(uri: &SecretString, timeout: Duration, clock: &dyn Clock) -> Vec<Finding> {
    let Ok(db) = MongoDb::open(uri, timeout).await else {
        // What is wrong with it is not shown: it may contain the password.
        let finding = Finding::ok("mongodb", "address", "MONGODB_URI cannot be read");
        return vec![finding.but(Verdict::Problem, "write it as in .env.example")];
    };
    let before = clock.now();
    let hello = match command(&db, doc! { "hello": 1 }).await {
        Ok(hello) => hello,
        Err(error) => {
            let advice = "start MongoDB, or correct MONGODB_URI: its host, user and password";
            return vec![Finding::failed("mongodb", "reachable", &error, advice)];
        }
    };
    let after = clock.now();
    let mut findings = vec![Finding::ok("mongodb", "reachable", "it answers")];
    findings.push(match command(&db, doc! { "buildInfo": 1 }).await {
        Ok(info) => Finding::version(
            "mongodb",
            info.get_str("version").unwrap_or_default(),
            LEAST,
            KNOWN,
        ),
        Err(error) => Finding::failed("mongodb", "version", &error, "look into its log"),
    });
    findings.push(replica_set(&hello));
    if let Ok(theirs) = hello.get_datetime("localTime") {
        findings.push(Finding::clock(
            "mongodb",
            theirs.to_chrono(),
            (before, after),
        ));
    }
    findings.push(write_permission(&db).await);
    findings.push(indexes(&db).await);
    findings
}

async fn command(db: &MongoDb, command: Document) -> Result<Document, StoreError> {
    patiently(db.timeout, async {
        db.database()
            .run_command(command)
            .await
            .map_err(store_error)
    })
    .await
}

fn replica_set(hello: &Document) -> Finding {
    let finding = |found: String| Finding::ok("mongodb", "replica set", found);
    match hello.get_str("setName") {
        Ok(name) => finding(format!("a member of {name}")).but_if(
            !hello.get_bool("isWritablePrimary").unwrap_or_default(),
            Verdict::Problem,
            "this member takes no writes: name the whole set in MONGODB_URI (?replicaSet=…), or wait for an election",
        ),
        Err(_) => finding("a server by itself".to_owned()).but(
            Verdict::Problem,
            "there are no transactions without one: start mongod with --replSet rs0 and run rs.initiate() once",
        ),
    }
}

/// Writes in a transaction that is taken back.
async fn write_permission(db: &MongoDb) -> Finding {
    let written = patiently(db.timeout, async {
        let mut session = db.session().await?;
        session.start_transaction().await.map_err(store_error)?;
        db.collection::<Document>("examinations")
            .insert_one(doc! {})
            .session(&mut session)
            .await
            .map_err(store_error)?;
        session.abort_transaction().await.map_err(store_error)
    });
    match written.await {
        Ok(()) => Finding::ok("mongodb", "permission", "it takes writes, in transactions"),
        Err(error) => Finding::failed(
            "mongodb",
            "permission",
            &error,
            "give the user of MONGODB_URI the role readWrite on the database",
        ),
    }
}

/// Which of the indexes are missing that the program makes when it starts.
async fn indexes(db: &MongoDb) -> Finding {
    let mut missing = Vec::new();
    let mut all = 0;
    for (collection, wanted) in INDEXES {
        let there = match patiently(db.timeout, async {
            let names = db
                .collection::<Document>(collection)
                .list_index_names()
                .await;
            names.map_err(store_error)
        })
        .await
        {
            Ok(names) => names,
            Err(StoreError::Failed(_)) => Vec::new(),
            Err(error) => {
                return Finding::failed("mongodb", "indexes", &error, "look into its log");
            }
        };
        for name in *wanted {
            all += 1;
            if !there.iter().any(|known| known == name) {
                missing.push(format!("{collection}.{name}"));
            }
        }
    }
    if missing.is_empty() {
        return Finding::ok("mongodb", "indexes", format!("all {all} are there"));
    }
    let found = format!(
        "{} of {all} are missing: {}",
        missing.len(),
        missing.join(", ")
    );
    Finding::ok("mongodb", "indexes", found).but(
        Verdict::Warning,
        "they are made when the program starts, which takes a while if there is much; start it once",
    )
}

/// The indexes by collection, as the stores make them; a test compares.
pub const INDEXES: &[(&str, &[&str])] = &[
    (
        "titles",
        &[
            "slug_1",
            "counted_1__id_1_popularity_1",
            "sequence_1",
            "external_ids_1",
            "collection.collection_1",
            "unprojected_1",
        ],
    ),
    ("people", &["slug_1", "sequence_1"]),
    ("genres", &["slug_1", "sequence_1"]),
    ("collections", &["slug_1", "sequence_1"]),
    ("episodes", &["series_1_season_1_number_1", "sequence_1"]),
    (
        "catalog_revisions",
        &["of_node", "of_run", "of_user", "of_field", "of_source"],
    ),
    ("catalog_value_sources", &["of_node"]),
    ("users", &["email_if_any", "age", "unconfirmed"]),
    ("profiles", &["key_1", "user_1_created_at_1__id_1"]),
    ("identities", &["user_provider"]),
    ("api_keys", &["user"]),
    ("audit", &["user", "age", "age_of_nobody"]),
    ("mails", &["due", "user"]),
    ("erasures", &["code", "pending", "finished"]),
    (
        "comments",
        &[
            "latest",
            "top",
            "replies",
            "in_state",
            "of_profile",
            "waiting",
        ],
    ),
    ("comment_likes", &["of_profile", "waiting"]),
    ("plays", &["history", "history_of_title"]),
    ("watch_states", &["title", "in_progress"]),
    (
        "watched_titles",
        &[
            "to_go_on_with",
            "waiting_for_episodes",
            "waiting",
            "written",
            "of_title",
            "thumbs",
        ],
    ),
    ("measured_lengths", &["written"]),
    ("hidden_titles", &["latest", "of_title"]),
    ("watchlist", &["latest", "of_title"]),
    ("mutes", &["source"]),
    ("watch_log", &["written"]),
    ("departed_viewers", &["waiting"]),
    ("watching_profiles", &["erased", "erased_at"]),
    ("usage_waiting", &["oldest"]),
    ("usage_sittings", &["written"]),
    ("usage_days", &["in_order"]),
    ("imports", &["latest", "previews"]),
    (
        "import_rows",
        &["in_state", "in_order", "effects", "merged"],
    ),
    ("jobs", &["latest", "open"]),
    ("library_folders", &["in_order"]),
    (
        "media_files",
        &[
            "in_order",
            "in_state",
            "of_folder",
            "by_fingerprint",
            "of_item",
        ],
    ),
    ("site_jobs", &["latest", "in_state"]),
    (
        "uploads",
        &["latest", "of_user", "of_profile", "expiring", "in_state"],
    ),
    ("upload_chunks", &["in_order", "by_hash"]),
    ("packages", &["of_item"]),
];
