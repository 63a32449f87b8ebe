//! Other sites' log-ins: nobody is two accounts, and no account is two people of one site.

use reelgraph::domain::accounts::{AccountError, AccountWrite, LinkError};
use reelgraph::domain::ids::UserId;

use super::backend::{Opened, open};
use super::samples::{identity, nameless, write};

on_every_backend!(open on [sqlite, mongo]:
    an_identity_is_found_by_its_subject,
    identities_of_an_account_come_by_provider,
    a_subject_has_one_account,
    an_account_has_one_subject_of_each_provider,
    of_many_accounts_for_one_subject_exactly_one_is_made,
    an_identity_is_deleted_if_it_is_there,
);

async fn an_identity_is_found_by_its_subject(store: &Opened) {
    let identities = [identity("facebook", "1", 1), identity("google", "2", 1)];
    write(store, identities.clone().map(AccountWrite::AddIdentity)).await;

    for wanted in identities {
        let found = store
            .find_identity(&wanted.provider, &wanted.subject)
            .await
            .unwrap();
        assert_eq!(found, Some(wanted));
    }
    assert_eq!(store.find_identity("facebook", "2").await.unwrap(), None);
    assert_eq!(store.find_identity("Google", "2").await.unwrap(), None);
}

async fn identities_of_an_account_come_by_provider(store: &Opened) {
    let mine = ["okta", "facebook", "google"].map(|provider| identity(provider, "z", 1));
    write(store, mine.clone().map(AccountWrite::AddIdentity)).await;
    let other = identity("facebook", "a", 2);
    write(store, [AccountWrite::AddIdentity(other)]).await;

    let found = store.identities_of_user(UserId(1)).await.unwrap();

    let [okta, facebook, google] = mine;
    assert_eq!(found, [facebook, google, okta]);
    assert_eq!(store.identities_of_user(UserId(404)).await.unwrap(), []);
}

async fn a_subject_has_one_account(store: &Opened) {
    let there = identity("facebook", "1", 1);
    write(store, [AccountWrite::AddIdentity(there.clone())]).await;

    refused(store, "1", 2).await;
    refused(store, "1", 1).await;

    let found = store.find_identity("facebook", "1").await.unwrap();
    assert_eq!(found, Some(there));
}

async fn an_account_has_one_subject_of_each_provider(store: &Opened) {
    let there = identity("facebook", "1", 1);
    write(store, [AccountWrite::AddIdentity(there.clone())]).await;

    refused(store, "2", 1).await;

    assert_eq!(store.identities_of_user(UserId(1)).await.unwrap(), [there]);
}

async fn of_many_accounts_for_one_subject_exactly_one_is_made(store: &Opened) {
    let ids: Vec<UserId> = (1..=8).map(UserId).collect();

    let arrivals = ids.iter().map(|id| {
        store.write(vec![
            AccountWrite::AddUser(nameless(id.0)),
            AccountWrite::AddIdentity(identity("facebook", "1", id.0)),
        ])
    });
    let results = futures::future::join_all(arrivals).await;

    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    let is_taken = |lost: &_| matches!(lost, &Err(AccountError::Link(LinkError::Taken)));
    assert!(lost.iter().all(is_taken), "{lost:?}");
    let users = store.users(&ids).await.unwrap();
    let found = store.find_identity("facebook", "1").await.unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!(found, Some(identity("facebook", "1", users[0].id.0)));
}

async fn an_identity_is_deleted_if_it_is_there(store: &Opened) {
    let left = [identity("google", "1", 1), identity("facebook", "2", 2)];
    write(store, left.clone().map(AccountWrite::AddIdentity)).await;
    let gone = identity("facebook", "1", 1);
    write(store, [AccountWrite::AddIdentity(gone.clone())]).await;

    for _ in 0..2 {
        let delete = AccountWrite::DeleteIdentity {
            user: UserId(1),
            provider: "facebook".to_owned(),
        };
        write(store, [delete]).await;
    }

    assert_eq!(store.find_identity("facebook", "1").await.unwrap(), None);
    for left in left {
        let found = store.identities_of_user(left.user).await.unwrap();
        assert_eq!(found, [left]);
    }
    write(store, [AccountWrite::AddIdentity(gone)]).await;
}

/// Somebody at Facebook for an account, who must be refused.
async fn refused(store: &Opened, subject: &str, user: u64) {
    let wanted = AccountWrite::AddIdentity(identity("facebook", subject, user));
    let refused = store.write(vec![wanted]).await;
    assert!(
        matches!(refused, Err(AccountError::Link(LinkError::Taken))),
        "{refused:?}"
    );
}
