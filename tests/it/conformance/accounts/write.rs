//! Lists of writes: in order, and all or nothing.

use reelgraph::domain::accounts::{AccountError, AccountWrite, EmailError};
use reelgraph::domain::ids::{ApiKeyId, ErasureId, ProfileId, UserId};
use reelgraph::domain::page::Window;

use super::backend::{Opened, open};
use super::samples::{
    api_key, audit, email, erasure, identity, is_conflict, mail, nameless, next, profile, time,
    user, write,
};

on_every_backend!(open on [sqlite, mongo]:
    nothing_is_a_list_too,
    a_list_that_fails_writes_nothing,
    a_list_that_fails_takes_nothing_away,
    each_write_sees_those_before_it,
    an_account_goes_with_what_hangs_on_it,
    an_account_that_is_not_there_is_gone,
    an_account_that_was_deleted_meanwhile_gets_nothing_more,
);

async fn nothing_is_a_list_too(store: &Opened) {
    write(store, []).await;

    let page = store.list_users(&Window::first(1)).await.unwrap();
    assert_eq!(page.rows, []);
}

async fn a_list_that_fails_writes_nothing(store: &Opened) {
    let there = profile(9, None);
    write(store, [AccountWrite::AddProfile(there.clone())]).await;

    let refused = store
        .write(vec![
            AccountWrite::AddUser(user(1, "ada@example.org")),
            AccountWrite::AddProfile(profile(1, Some(UserId(1)))),
            AccountWrite::AddIdentity(identity("facebook", "1", 1)),
            AccountWrite::AddApiKey(api_key(1, 1)),
            AccountWrite::AddMail(mail(1, Some(1), 0)),
            AccountWrite::AddAudit(audit(1, 1, 0)),
            AccountWrite::AddErasure(erasure(1, 0)),
            AccountWrite::AddProfile(profile(9, Some(UserId(1)))),
        ])
        .await;

    assert!(is_conflict(&refused), "{refused:?}");
    assert_is_gone(store, UserId(1)).await;
    let by_email = store.find_user_by_email(&email("ada@example.org")).await;
    assert_eq!(by_email.unwrap(), None);
    let mails = store.claim_mails(time(1), time(9), 9).await.unwrap();
    assert_eq!(mails, []);
    assert_eq!(store.pending_erasures(9).await.unwrap(), []);
    assert_eq!(store.profiles(&[there.id]).await.unwrap(), [there]);
}

async fn a_list_that_fails_takes_nothing_away(store: &Opened) {
    let ada = user(1, "ada@example.org");
    let first = profile(1, Some(ada.id));
    let linked = identity("facebook", "1", 1);
    let key = api_key(1, 1);
    let done = audit(1, 1, 0);
    let waiting = mail(1, Some(1), 0);
    write(
        store,
        [
            AccountWrite::AddUser(ada.clone()),
            AccountWrite::AddProfile(first.clone()),
            AccountWrite::AddIdentity(linked.clone()),
            AccountWrite::AddApiKey(key.clone()),
            AccountWrite::AddAudit(done.clone()),
            AccountWrite::AddMail(waiting.clone()),
        ],
    )
    .await;

    let stale = ada.clone();
    let refused = store
        .write(vec![
            AccountWrite::DeleteUser(ada.id),
            AccountWrite::DeleteProfile(first.id),
            AccountWrite::PutUser(stale),
        ])
        .await;

    assert!(is_conflict(&refused), "{refused:?}");
    assert_eq!(
        store.users(&[ada.id]).await.unwrap(),
        std::slice::from_ref(&ada)
    );
    assert_eq!(store.profiles_of_user(ada.id).await.unwrap(), [first]);
    assert_eq!(store.identities_of_user(ada.id).await.unwrap(), [linked]);
    assert_eq!(store.api_keys_of_user(ada.id).await.unwrap(), [key]);
    let page = store.audit_of_user(ada.id, &Window::first(9)).await;
    assert_eq!(page.unwrap().rows, [done]);
    let mails = store.claim_mails(time(1), time(9), 9).await.unwrap();
    assert_eq!(mails.len(), 1);
}

async fn each_write_sees_those_before_it(store: &Opened) {
    let ada = user(1, "ada@example.org");
    let first = identity("facebook", "1", 1);
    let second = identity("facebook", "2", 1);

    write(
        store,
        [
            AccountWrite::AddUser(ada.clone()),
            AccountWrite::PutUser(next(&ada)),
            AccountWrite::AddIdentity(first),
            AccountWrite::DeleteIdentity {
                user: ada.id,
                provider: "facebook".to_owned(),
            },
            AccountWrite::AddIdentity(second.clone()),
            AccountWrite::AddApiKey(api_key(1, 1)),
            AccountWrite::DeleteApiKey {
                user: ada.id,
                id: ApiKeyId(1),
            },
        ],
    )
    .await;
    let twice = store
        .write(vec![
            AccountWrite::AddUser(user(2, "grace@example.org")),
            AccountWrite::AddUser(user(3, "grace@example.org")),
        ])
        .await;

    assert!(
        matches!(twice, Err(AccountError::Email(EmailError::Taken))),
        "{twice:?}"
    );
    assert_eq!(store.users(&[ada.id]).await.unwrap(), [next(&ada)]);
    assert_eq!(store.identities_of_user(ada.id).await.unwrap(), [second]);
    assert_eq!(store.api_keys_of_user(ada.id).await.unwrap(), []);
}

async fn an_account_goes_with_what_hangs_on_it(store: &Opened) {
    let profiles = [profile(1, Some(UserId(1))), profile(2, Some(UserId(2)))];
    let of_nobody = mail(3, None, 0);
    for id in [1, 2] {
        write(
            store,
            [
                AccountWrite::AddUser(user(id, &format!("{id}@example.org"))),
                AccountWrite::AddProfile(profile(id, Some(UserId(id)))),
                AccountWrite::AddIdentity(identity("facebook", &id.to_string(), id)),
                AccountWrite::AddIdentity(identity("google", &id.to_string(), id)),
                AccountWrite::AddApiKey(api_key(id, id)),
                AccountWrite::AddMail(mail(id, Some(id), 0)),
                AccountWrite::AddAudit(audit(id, id, 0)),
                AccountWrite::AddErasure(erasure(id, 0)),
            ],
        )
        .await;
    }
    write(store, [AccountWrite::AddMail(of_nobody)]).await;

    write(store, [AccountWrite::DeleteUser(UserId(1))]).await;

    let both = store.profiles(&[ProfileId(1), ProfileId(2)]).await.unwrap();
    assert_eq!(super::samples::by_id(both, |profile| profile.id), profiles);
    write(store, [AccountWrite::DeleteProfile(ProfileId(1))]).await;
    assert_is_gone(store, UserId(1)).await;
    let other = UserId(2);
    assert_eq!(store.users(&[other]).await.unwrap().len(), 1);
    assert_eq!(store.identities_of_user(other).await.unwrap().len(), 2);
    assert_eq!(store.api_keys_of_user(other).await.unwrap().len(), 1);
    let page = store.audit_of_user(other, &Window::first(9)).await.unwrap();
    assert_eq!(page.rows.len(), 1);
    let mails = store.claim_mails(time(1), time(9), 9).await.unwrap();
    let mails: Vec<u64> = mails.iter().map(|mail| mail.id.0).collect();
    assert_eq!(mails, [2, 3]);
    let erasures = store.pending_erasures(9).await.unwrap();
    let erasures: Vec<ErasureId> = erasures.iter().map(|erasure| erasure.id).collect();
    assert_eq!(erasures, [ErasureId(1), ErasureId(2)]);
    // What was unique of it is free.
    let again = [
        AccountWrite::AddUser(user(1, "1@example.org")),
        AccountWrite::AddIdentity(identity("facebook", "1", 1)),
    ];
    write(store, again).await;
}

async fn an_account_that_is_not_there_is_gone(store: &Opened) {
    write(store, [AccountWrite::DeleteUser(UserId(404))]).await;

    assert_is_gone(store, UserId(404)).await;
}

async fn an_account_that_was_deleted_meanwhile_gets_nothing_more(store: &Opened) {
    let ada = nameless(1);
    write(store, [AccountWrite::AddUser(ada.clone())]).await;

    let deletion = store.write(vec![
        AccountWrite::PutUser(next(&ada)),
        AccountWrite::DeleteUser(ada.id),
    ]);
    let link = store.write(vec![
        AccountWrite::PutUser(next(&ada)),
        AccountWrite::AddIdentity(identity("facebook", "1", 1)),
    ]);
    let (deleted, linked) = futures::future::join(deletion, link).await;

    let left = store.users(&[ada.id]).await.unwrap();
    let identities = store.identities_of_user(ada.id).await.unwrap();
    match (deleted, linked) {
        (Ok(()), lost) => {
            assert!(is_conflict(&lost), "{lost:?}");
            assert_eq!((left.len(), identities.len()), (0, 0));
        }
        (lost, linked) => {
            assert!(is_conflict(&lost), "{lost:?}");
            linked.unwrap();
            assert_eq!((left.len(), identities.len()), (1, 1));
        }
    }
}

async fn assert_is_gone(store: &Opened, user: UserId) {
    assert_eq!(store.users(&[user]).await.unwrap(), []);
    assert_eq!(store.profiles_of_user(user).await.unwrap(), []);
    assert_eq!(store.identities_of_user(user).await.unwrap(), []);
    assert_eq!(store.api_keys_of_user(user).await.unwrap(), []);
    let page = store.audit_of_user(user, &Window::first(9)).await.unwrap();
    assert_eq!(page.rows, []);
}
