//! What the store promises of machines' keys.

use reelgraph::domain::accounts::{AccountWrite, ApiKey, Scope};
use reelgraph::domain::ids::{ApiKeyId, UserId};

use super::backend::{Opened, open};
use super::samples::{api_key, is_conflict, time, write};

on_every_backend!(open on [sqlite, mongo]:
    a_key_is_read_as_it_was_written,
    keys_of_an_account_come_oldest_first_then_by_id,
    a_taken_key_id_is_a_conflict,
    a_key_is_deleted_for_its_account_only,
    a_used_key_is_marked_and_not_otherwise_changed,
    a_key_that_is_gone_is_not_marked,
);

async fn a_key_is_read_as_it_was_written(store: &Opened) {
    let used = ApiKey {
        scopes: vec![
            Scope::Read,
            Scope::Watch,
            Scope::Curate,
            Scope::Moderate,
            Scope::Administer,
        ],
        last_used_at: Some(time(7)),
        ..api_key(u64::MAX >> 1, u64::MAX >> 1)
    };
    let bare = ApiKey {
        scopes: Vec::new(),
        ..api_key(2, 2)
    };

    for key in [used, bare] {
        write(store, [AccountWrite::AddApiKey(key.clone())]).await;
        assert_eq!(store.find_api_key(key.id).await.unwrap(), Some(key));
    }

    assert_eq!(store.find_api_key(ApiKeyId(404)).await.unwrap(), None);
}

async fn keys_of_an_account_come_oldest_first_then_by_id(store: &Opened) {
    let at = |id, user, minutes| ApiKey {
        created_at: time(minutes),
        ..api_key(id, user)
    };
    let keys = [
        at(5, 1, 20),
        at(9, 1, 10),
        at(6, 2, 20),
        at(4, 1, 30),
        at(3, 1, 20),
    ];
    write(store, keys.map(AccountWrite::AddApiKey)).await;

    let found = store.api_keys_of_user(UserId(1)).await.unwrap();

    assert_eq!(
        found,
        [at(9, 1, 10), at(3, 1, 20), at(5, 1, 20), at(4, 1, 30)]
    );
    assert_eq!(store.api_keys_of_user(UserId(404)).await.unwrap(), []);
}

async fn a_taken_key_id_is_a_conflict(store: &Opened) {
    let there = api_key(1, 1);
    write(store, [AccountWrite::AddApiKey(there.clone())]).await;

    let refused = store
        .write(vec![AccountWrite::AddApiKey(api_key(1, 2))])
        .await;

    assert!(is_conflict(&refused), "{refused:?}");
    assert_eq!(store.find_api_key(there.id).await.unwrap(), Some(there));
}

async fn a_key_is_deleted_for_its_account_only(store: &Opened) {
    let keys = [api_key(1, 1), api_key(2, 1)];
    write(store, keys.clone().map(AccountWrite::AddApiKey)).await;

    for (user, id) in [(1, 1), (1, 1), (2, 2), (1, 404)] {
        let (user, id) = (UserId(user), ApiKeyId(id));
        write(store, [AccountWrite::DeleteApiKey { user, id }]).await;
    }

    let left = store.api_keys_of_user(UserId(1)).await.unwrap();
    assert_eq!(left, keys[1..]);
}

async fn a_used_key_is_marked_and_not_otherwise_changed(store: &Opened) {
    let keys = [api_key(1, 1), api_key(2, 1)];
    write(store, keys.clone().map(AccountWrite::AddApiKey)).await;

    for minutes in [5, 6] {
        let used = store.touch_api_key(ApiKeyId(1), time(minutes)).await;
        used.unwrap();
    }

    let [one, other] = keys;
    let used = ApiKey {
        last_used_at: Some(time(6)),
        ..one
    };
    let found = store.api_keys_of_user(UserId(1)).await.unwrap();
    assert_eq!(found, [used, other]);
}

async fn a_key_that_is_gone_is_not_marked(store: &Opened) {
    store.touch_api_key(ApiKeyId(404), time(5)).await.unwrap();

    assert_eq!(store.find_api_key(ApiKeyId(404)).await.unwrap(), None);
}
