//! The queue of mail: nobody gets a mail that somebody else is sending, and none is lost.

use std::collections::BTreeSet;

use reelgraph::domain::accounts::{AccountWrite, Asked, Mail, MailKind};
use reelgraph::domain::ids::{MailId, UserId};

use super::backend::{Opened, open};
use super::samples::{email, is_conflict, mail, time, write};

on_every_backend!(open on [sqlite, mongo]:
    a_mail_is_claimed_as_it_was_written,
    mails_are_claimed_longest_due_first,
    a_claimed_mail_is_due_again_later,
    two_who_claim_at_the_same_time_get_different_mails,
    a_mail_is_postponed,
    a_mail_is_removed_if_it_is_there,
    a_taken_mail_id_is_a_conflict,
);

async fn a_mail_is_claimed_as_it_was_written(store: &Opened) {
    let kinds = [
        MailKind::ConfirmEmail,
        MailKind::AlreadyRegistered,
        MailKind::ResetPassword,
        MailKind::PasswordChanged,
        MailKind::EmailChanged,
        MailKind::IdentityLinked,
        MailKind::ApiKeyCreated,
        MailKind::AccountDeleted,
    ];
    let mut mails: Vec<Mail> = kinds
        .into_iter()
        .zip(1..)
        .map(|(kind, id)| Mail {
            kind,
            ..mail(id, Some(id), 0)
        })
        .collect();
    mails.push(Mail {
        to: email("ö@münchen.example"),
        user: None,
        asked: Some(Asked {
            at: time(3),
            from: Some("2001:db8::7".parse().unwrap()),
            by: vec!["password".to_owned(), "facebook".to_owned()],
        }),
        attempts: 3,
        ..mail(u64::MAX >> 1, None, 0)
    });
    write(store, mails.iter().cloned().map(AccountWrite::AddMail)).await;

    let claimed = store.claim_mails(time(1), time(9), 100).await.unwrap();

    let expected: Vec<Mail> = mails
        .into_iter()
        .map(|mail| Mail {
            attempts: mail.attempts + 1,
            due_at: time(9),
            updated_at: time(1),
            ..mail
        })
        .collect();
    assert_eq!(claimed, expected);
}

async fn mails_are_claimed_longest_due_first(store: &Opened) {
    let due = [(1, 4), (2, 2), (3, 1), (4, 3), (5, 6), (6, 5)];
    let mails = due.map(|(id, due)| AccountWrite::AddMail(mail(id, None, due)));
    write(store, mails).await;

    let none = store.claim_mails(time(5), time(60), 0).await.unwrap();
    let two = store.claim_mails(time(5), time(60), 2).await.unwrap();
    let rest = store.claim_mails(time(5), time(60), 100).await.unwrap();

    assert_eq!(ids(&none), [0; 0]);
    assert_eq!(ids(&two), [3, 2]);
    assert_eq!(ids(&rest), [4, 1, 6]);
}

async fn a_claimed_mail_is_due_again_later(store: &Opened) {
    write(store, [AccountWrite::AddMail(mail(1, None, 0))]).await;
    store.claim_mails(time(0), time(5), 10).await.unwrap();

    let early = store.claim_mails(time(4), time(9), 10).await.unwrap();
    let in_time = store.claim_mails(time(5), time(9), 10).await.unwrap();

    assert_eq!(early, []);
    let attempts: Vec<u32> = in_time.iter().map(|mail| mail.attempts).collect();
    assert_eq!(attempts, [2]);
}

async fn two_who_claim_at_the_same_time_get_different_mails(store: &Opened) {
    let mails = (1..=40).map(|id| AccountWrite::AddMail(mail(id, None, 0)));
    write(store, mails).await;

    let claims = (0..4).map(|_| store.claim_mails(time(1), time(60), 15));
    let claimed: Vec<Mail> = futures::future::join_all(claims)
        .await
        .into_iter()
        .flat_map(Result::unwrap)
        .collect();

    let different: BTreeSet<u64> = ids(&claimed).into_iter().collect();
    assert_eq!(claimed.len(), 40);
    assert_eq!(different, (1..=40).collect());
    assert!(claimed.iter().all(|mail| mail.attempts == 1));
}

async fn a_mail_is_postponed(store: &Opened) {
    let mails = [1, 2].map(|id| AccountWrite::AddMail(mail(id, None, 0)));
    write(store, mails).await;

    for id in [1, 404] {
        let postponed = store.postpone_mail(MailId(id), time(5), time(2)).await;
        postponed.unwrap();
    }

    let early = store.claim_mails(time(4), time(60), 10).await.unwrap();
    let in_time = store.claim_mails(time(5), time(70), 10).await.unwrap();
    assert_eq!(ids(&early), [2]);
    let claimed = Mail {
        attempts: 1,
        updated_at: time(5),
        ..mail(1, None, 70)
    };
    assert_eq!(in_time, [claimed]);
}

async fn a_mail_is_removed_if_it_is_there(store: &Opened) {
    let mails = [1, 2].map(|id| AccountWrite::AddMail(mail(id, Some(1), 0)));
    write(store, mails).await;

    for id in [1, 1, 404] {
        store.remove_mail(MailId(id)).await.unwrap();
    }

    let left = store.claim_mails(time(1), time(9), 10).await.unwrap();
    assert_eq!(ids(&left), [2]);
}

async fn a_taken_mail_id_is_a_conflict(store: &Opened) {
    write(store, [AccountWrite::AddMail(mail(1, Some(1), 0))]).await;

    let refused = store
        .write(vec![AccountWrite::AddMail(mail(1, Some(2), 0))])
        .await;

    assert!(is_conflict(&refused), "{refused:?}");
    let left = store.claim_mails(time(1), time(9), 10).await.unwrap();
    let users: Vec<Option<UserId>> = left.iter().map(|mail| mail.user).collect();
    assert_eq!(users, [Some(UserId(1))]);
}

fn ids(mails: &[Mail]) -> Vec<u64> {
    mails.iter().map(|mail| mail.id.0).collect()
}
