//! What is found in a store that somebody else wrote: a former version, or one that knows more than this one.

use std::error::Error;

use bson::{DateTime, Document, doc};
use mongodb::IndexModel;
use mongodb::options::IndexOptions;
use reelgraph::adapters::mongo::{MongoAccounts, MongoDb};
use reelgraph::domain::accounts::{
    AccountError, AccountStore, AccountWrite, EmailError, PasswordHash, Profile, ProfileStore,
    User, UserStore,
};
use reelgraph::domain::error::StoreError;
use reelgraph::domain::ids::{ApiKeyId, ProfileId, UserId};
use reelgraph::domain::page::Window;
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::viewer::Role;

use super::backend::{Opened, database, open};
use super::samples::{api_key, audit, email, mail, nameless, time, user, write};
use crate::support::servers::{self, PATIENT};

on_every_backend!(open on [sqlite, mongo]:
    an_unknown_role_is_an_error_that_names_it,
    an_unknown_scope_is_an_error_that_names_it,
    an_unknown_action_is_an_error_that_names_it,
    an_unknown_actor_is_an_error_that_names_it,
    an_unknown_kind_of_mail_is_an_error_that_names_it,
);

async fn an_unknown_role_is_an_error_that_names_it(store: &Opened) {
    write(store, [AccountWrite::AddUser(user(1, "ada@example.org"))]).await;
    let sql = "UPDATE users SET role = 'emperor'";
    store.tamper(sql, "users", doc! { "role": "emperor" }).await;

    assert_names(store.users(&[UserId(1)]).await, "emperor");
}

async fn an_unknown_scope_is_an_error_that_names_it(store: &Opened) {
    write(store, [AccountWrite::AddApiKey(api_key(1, 1))]).await;
    let sql = r#"UPDATE api_keys SET scopes = '["everything"]'"#;
    let scopes = doc! { "scopes": ["everything"] };
    store.tamper(sql, "api_keys", scopes).await;

    assert_names(store.find_api_key(ApiKeyId(1)).await, "everything");
}

async fn an_unknown_action_is_an_error_that_names_it(store: &Opened) {
    write(store, [AccountWrite::AddAudit(audit(1, 1, 0))]).await;
    let sql = "UPDATE audit SET action = 'vanished'";
    let action = doc! { "action": "vanished" };
    store.tamper(sql, "audit", action).await;

    let page = store.audit_of_user(UserId(1), &Window::first(9)).await;
    assert_names(page, "vanished");
}

async fn an_unknown_actor_is_an_error_that_names_it(store: &Opened) {
    write(store, [AccountWrite::AddAudit(audit(1, 1, 0))]).await;
    let sql = r#"UPDATE audit SET actor = '"somebody"'"#;
    let actor = doc! { "actor": "somebody" };
    store.tamper(sql, "audit", actor).await;

    let page = store.audit_of_user(UserId(1), &Window::first(9)).await;
    assert_names(page, "somebody");
}

async fn an_unknown_kind_of_mail_is_an_error_that_names_it(store: &Opened) {
    write(store, [AccountWrite::AddMail(mail(1, None, 0))]).await;
    let sql = "UPDATE mails SET kind = 'chain_letter'";
    let kind = doc! { "kind": "chain_letter" };
    store.tamper(sql, "mails", kind).await;

    let claimed = store.claim_mails(time(1), time(9), 9).await;
    assert_names(claimed, "chain_letter");
}

fn assert_names<T: std::fmt::Debug>(result: Result<T, StoreError>, name: &str) {
    let error = result.unwrap_err();
    assert!(matches!(error, StoreError::Failed(_)), "{error:?}");
    let source = error.source().unwrap().to_string();
    assert!(source.contains(name), "{source}");
}

/// What is in the database of a former version: its documents, and an index that takes accounts without an address
/// for equals. (For the other store its migration is tried where it is.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_of_a_former_version_are_read_and_its_index_is_replaced() {
    let uri = servers::mongo_uri();
    let database = database(&uri).await;
    let created_at = DateTime::from_chrono(time(0));
    let written = |fields: Document| {
        let mut document = fields;
        document
            .extend(doc! { "revision": 1_i64, "created_at": created_at, "updated_at": created_at });
        document
    };
    let users = database.collection::<Document>("users");
    let email_1 = IndexOptions::builder().unique(true).build();
    let email_1 = IndexModel::builder()
        .keys(doc! { "email": 1 })
        .options(email_1)
        .build();
    users.create_index(email_1).await.unwrap();
    users
        .insert_one(written(doc! {
            "_id": 1_i64, "email": "ada@example.org", "email_verified": true,
            "password": "$argon2id$of-1", "role": "admin",
        }))
        .await
        .unwrap();
    database
        .collection::<Document>("profiles")
        .insert_one(written(doc! { "_id": 1_i64, "user": 1_i64, "name": "Ada" }))
        .await
        .unwrap();

    // Twice: that is what every start does.
    let store = MongoAccounts::new(MongoDb::open(&uri, PATIENT).await.unwrap());
    store.ensure_indexes().await.unwrap();
    store.ensure_indexes().await.unwrap();

    let ada = User {
        email: Some(email("ada@example.org")),
        email_verified: true,
        password: Some(PasswordHash("$argon2id$of-1".to_owned())),
        role: Role::Admin,
        ..nameless(1)
    };
    let stamp = Stamp::first(time(0));
    let profile = Profile::new(ProfileId(1), Some(ada.id), "Ada".to_owned(), stamp);
    assert_eq!(
        store.users(&[ada.id]).await.unwrap(),
        std::slice::from_ref(&ada)
    );
    assert_eq!(store.profiles_of_user(ada.id).await.unwrap(), [profile]);
    let nameless = [nameless(2), nameless(3)].map(AccountWrite::AddUser);
    store.write(nameless.into()).await.unwrap();
    let taken = AccountWrite::AddUser(user(4, "ada@example.org"));
    let refused = store.write(vec![taken]).await;
    assert!(
        matches!(refused, Err(AccountError::Email(EmailError::Taken))),
        "{refused:?}"
    );
    drop(database.drop().await);
}

/// Nothing reads or sorts more documents than it gives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_read_of_documents_has_its_index() {
    let uri = servers::mongo_uri();
    let store = MongoAccounts::new(MongoDb::open(&uri, PATIENT).await.unwrap());
    store.ensure_indexes().await.unwrap();
    let database = database(&uri).await;
    let of_user = || doc! { "user": 1_i64 };
    let by_age = || doc! { "created_at": 1, "_id": 1 };
    let now = DateTime::from_chrono(time(0));
    let after = doc! {
        "created_at": { "$gte": now },
        "$or": [{ "created_at": { "$gt": now } }, { "_id": { "$gt": 1_i64 } }],
    };
    let pending = doc! { "finished_at": null };
    let old_of_accounts = doc! { "user": { "$exists": true }, "at": { "$lt": now } };
    let old_of_nobody = doc! { "user": { "$eq": null }, "at": { "$lt": now } };
    let unconfirmed = doc! { "email_verified": false, "_id": { "$gt": 7_i64 } };
    let finished = doc! { "finished_at": { "$lt": now } };
    let due = doc! { "due_at": { "$lte": now } };

    for (collection, filter, sort, index) in [
        (
            "users",
            doc! { "email": "ada@example.org" },
            doc! {},
            "email_if_any",
        ),
        ("users", doc! {}, by_age(), "age"),
        ("users", after, by_age(), "age"),
        ("profiles", of_user(), by_age(), "user_1_created_at_1__id_1"),
        (
            "identities",
            of_user(),
            doc! { "_id.provider": 1 },
            "user_provider",
        ),
        ("api_keys", of_user(), by_age(), "user"),
        ("audit", of_user(), doc! { "at": -1, "_id": 1 }, "user"),
        ("audit", old_of_accounts, doc! { "at": 1 }, "age"),
        ("audit", old_of_nobody, doc! { "at": 1 }, "age_of_nobody"),
        (
            "users",
            unconfirmed,
            doc! { "email_verified": 1, "_id": 1 },
            "unconfirmed",
        ),
        ("erasures", finished, doc! { "finished_at": 1 }, "finished"),
        ("mails", of_user(), doc! {}, "user"),
        ("mails", due, doc! { "due_at": 1, "_id": 1 }, "due"),
        ("erasures", doc! { "code": "a" }, doc! {}, "code"),
        ("erasures", pending, by_age(), "pending"),
    ] {
        let find = doc! { "find": collection, "filter": filter, "sort": sort };
        let explain = doc! { "explain": find, "verbosity": "queryPlanner" };
        let plan = database.run_command(explain).await.unwrap();
        let plan = plan.get_document("queryPlanner").unwrap();
        let plan = plan.get_document("winningPlan").unwrap().to_string();

        assert!(
            plan.contains(&format!("\"indexName\": \"{index}\"")),
            "{plan}"
        );
        assert!(!plan.contains("\"SORT\""), "{plan}");
    }
    drop(database.drop().await);
}
