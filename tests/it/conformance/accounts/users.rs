//! Accounts: each address and each id is one, and no change is lost.

use chrono::TimeDelta;
use reelgraph::domain::accounts::{AccountError, AccountWrite, EmailError, User};
use reelgraph::domain::ids::UserId;
use reelgraph::domain::page::{Direction, KeyValue, Keyset, Window};
use reelgraph::domain::stamp::Stamp;
use reelgraph::domain::viewer::Role;

use super::backend::{Opened, open};
use super::samples::{
    by_id, email, is_conflict, nameless, next, profile, register, time, user, write,
};

on_every_backend!(open on [sqlite, mongo]:
    an_account_is_read_as_it_was_written,
    what_does_not_exist_is_left_out,
    many_accounts_have_no_address,
    a_taken_address_writes_neither_account_nor_profile,
    of_many_registrations_of_one_address_exactly_one_wins,
    a_taken_account_id_is_a_conflict,
    an_account_is_replaced,
    a_stale_revision_is_a_conflict,
    an_account_that_is_not_there_is_not_replaced,
    another_accounts_address_cannot_be_taken_over,
    an_address_that_was_given_up_is_free,
    of_two_changes_of_one_revision_one_is_a_conflict,
    accounts_are_listed_oldest_first_then_by_id,
    accounts_are_paged_either_way,
    a_place_of_another_list_is_refused,
    unconfirmed_accounts_are_found_by_id,
);

async fn an_account_is_read_as_it_was_written(store: &Opened) {
    let ada = User {
        email_verified: true,
        ways_in_trusted_since: Some(time(2)),
        role: Role::Moderator,
        epoch: u32::MAX,
        disabled_at: Some(time(3)),
        stamp: Stamp::first(time(0)).next(time(5) + TimeDelta::milliseconds(7)),
        ..user(u64::MAX >> 1, "ada@example.org")
    };
    let grace = nameless(2);
    write(
        store,
        [&ada, &grace].map(|user| AccountWrite::AddUser(user.clone())),
    )
    .await;

    let by_email = store.find_user_by_email(&email("ada@example.org")).await;
    let users = store.users(&[ada.id, grace.id]).await.unwrap();

    assert_eq!(by_email.unwrap(), Some(ada.clone()));
    assert_eq!(by_id(users, |user| user.id), [grace, ada]);
}

async fn what_does_not_exist_is_left_out(store: &Opened) {
    let ada = user(1, "ada@example.org");
    write(store, [AccountWrite::AddUser(ada.clone())]).await;

    let nobody = store.find_user_by_email(&email("nobody@example.org")).await;
    let users = store.users(&[UserId(404), ada.id]).await.unwrap();

    assert_eq!(nobody.unwrap(), None);
    assert_eq!(users, [ada]);
    assert_eq!(store.users(&[]).await.unwrap(), []);
}

async fn many_accounts_have_no_address(store: &Opened) {
    let users = [nameless(1), nameless(2), nameless(3)];

    write(store, users.clone().map(AccountWrite::AddUser)).await;

    let found = store.users(&[UserId(1), UserId(2), UserId(3)]).await;
    assert_eq!(by_id(found.unwrap(), |user| user.id), users);
}

async fn a_taken_address_writes_neither_account_nor_profile(store: &Opened) {
    let ada = user(1, "ada@example.org");
    write(store, [AccountWrite::AddUser(ada.clone())]).await;

    let other = user(2, "ada@example.org");
    let refused = store
        .write(vec![
            AccountWrite::AddProfile(profile(2, Some(other.id))),
            AccountWrite::AddUser(other.clone()),
        ])
        .await;

    assert!(
        matches!(refused, Err(AccountError::Email(EmailError::Taken))),
        "{refused:?}"
    );
    assert_eq!(store.users(&[other.id]).await.unwrap(), []);
    assert_eq!(store.profiles_of_user(other.id).await.unwrap(), []);
    assert_eq!(store.users(&[ada.id]).await.unwrap(), [ada]);
}

async fn of_many_registrations_of_one_address_exactly_one_wins(store: &Opened) {
    let ids: Vec<UserId> = (1..=12).map(UserId).collect();

    let registrations = ids.iter().map(|id| {
        store.write(vec![
            AccountWrite::AddUser(user(id.0, "ada@example.org")),
            AccountWrite::AddProfile(profile(id.0, Some(*id))),
        ])
    });
    let results = futures::future::join_all(registrations).await;

    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    let is_taken = |lost: &_| matches!(lost, &Err(AccountError::Email(EmailError::Taken)));
    assert!(lost.iter().all(is_taken), "{lost:?}");
    let written = store.users(&ids).await.unwrap();
    assert_eq!(written.len(), 1);
    for id in ids {
        let profiles = store.profiles_of_user(id).await.unwrap();
        assert_eq!(profiles.len(), usize::from(id == written[0].id));
    }
}

async fn a_taken_account_id_is_a_conflict(store: &Opened) {
    let ada = user(1, "ada@example.org");
    write(store, [AccountWrite::AddUser(ada.clone())]).await;

    for other in [user(1, "grace@example.org"), nameless(1)] {
        let refused = store.write(vec![AccountWrite::AddUser(other)]).await;
        assert!(is_conflict(&refused), "{refused:?}");
    }

    assert_eq!(store.users(&[ada.id]).await.unwrap(), [ada]);
}

async fn an_account_is_replaced(store: &Opened) {
    let ada = user(1, "ada@example.org");
    register(store, &ada, &profile(1, Some(ada.id))).await;
    let full = User {
        email: Some(email("ada@example.com")),
        email_verified: true,
        role: Role::Admin,
        epoch: 2,
        disabled_at: Some(time(9)),
        ..next(&ada)
    };
    let bare = User {
        email: None,
        password: None,
        disabled_at: None,
        ..next(&full)
    };

    for changed in [full, bare] {
        write(store, [AccountWrite::PutUser(changed.clone())]).await;
        assert_eq!(store.users(&[ada.id]).await.unwrap(), [changed]);
    }

    assert_eq!(store.profiles_of_user(ada.id).await.unwrap().len(), 1);
}

async fn a_stale_revision_is_a_conflict(store: &Opened) {
    let ada = user(1, "ada@example.org");
    let changed = next(&ada);
    write(
        store,
        [
            AccountWrite::AddUser(ada.clone()),
            AccountWrite::PutUser(changed.clone()),
        ],
    )
    .await;

    let too_new = next(&next(&changed));
    for stale in [ada.clone(), changed.clone(), too_new] {
        let stale = User {
            role: Role::Admin,
            ..stale
        };
        let refused = store.write(vec![AccountWrite::PutUser(stale)]).await;
        assert!(is_conflict(&refused), "{refused:?}");
    }

    assert_eq!(store.users(&[ada.id]).await.unwrap(), [changed]);
}

async fn an_account_that_is_not_there_is_not_replaced(store: &Opened) {
    let ada = user(1, "ada@example.org");

    for missing in [ada.clone(), next(&ada)] {
        let refused = store.write(vec![AccountWrite::PutUser(missing)]).await;
        assert!(is_conflict(&refused), "{refused:?}");
    }

    assert_eq!(store.users(&[ada.id]).await.unwrap(), []);
}

async fn another_accounts_address_cannot_be_taken_over(store: &Opened) {
    let users = [user(1, "ada@example.org"), nameless(2)];
    write(store, users.clone().map(AccountWrite::AddUser)).await;

    let thief = User {
        email: Some(email("ada@example.org")),
        ..next(&users[1])
    };
    let refused = store.write(vec![AccountWrite::PutUser(thief)]).await;

    assert!(
        matches!(refused, Err(AccountError::Email(EmailError::Taken))),
        "{refused:?}"
    );
    assert_eq!(store.users(&[UserId(2)]).await.unwrap(), users[1..]);
}

async fn an_address_that_was_given_up_is_free(store: &Opened) {
    let ada = user(1, "ada@example.org");
    write(store, [AccountWrite::AddUser(ada.clone())]).await;
    let renamed = User {
        email: Some(email("ada@example.com")),
        ..next(&ada)
    };
    let other = user(2, "ada@example.org");

    // In one list, so that the second write sees the first.
    write(
        store,
        [
            AccountWrite::PutUser(renamed),
            AccountWrite::AddUser(other.clone()),
        ],
    )
    .await;

    let found = store.find_user_by_email(&email("ada@example.org")).await;
    assert_eq!(found.unwrap(), Some(other));
}

async fn of_two_changes_of_one_revision_one_is_a_conflict(store: &Opened) {
    let ada = user(1, "ada@example.org");
    write(store, [AccountWrite::AddUser(ada.clone())]).await;

    let changes = [Role::Curator, Role::Moderator].map(|role| User { role, ..next(&ada) });
    let [one, other] = changes.clone().map(|changed| {
        let id = changed.role as u64;
        store.write(vec![
            AccountWrite::PutUser(changed),
            AccountWrite::AddProfile(profile(id, Some(ada.id))),
        ])
    });
    let results = futures::future::join(one, other).await;

    let winner = match &results {
        (Ok(()), lost) if is_conflict(lost) => &changes[0],
        (lost, Ok(())) if is_conflict(lost) => &changes[1],
        neither => panic!("{neither:?}"),
    };
    assert_eq!(
        store.users(&[ada.id]).await.unwrap(),
        std::slice::from_ref(winner)
    );
    let profiles = store.profiles_of_user(ada.id).await.unwrap();
    let ids: Vec<u64> = profiles.iter().map(|profile| profile.id.0).collect();
    assert_eq!(ids, [winner.role as u64]);
}

async fn accounts_are_listed_oldest_first_then_by_id(store: &Opened) {
    aged(store, &[(5, 20), (9, 10), (4, 30), (3, 20), (8, 20)]).await;

    let page = store.list_users(&Window::first(10)).await.unwrap();

    assert_eq!(ids(&page.rows), [9, 3, 5, 8, 4]);
    assert!(!page.has_more);
}

async fn accounts_are_paged_either_way(store: &Opened) {
    aged(store, &[(9, 10), (3, 20), (5, 20), (8, 20), (4, 30)]).await;
    let five = Keyset::by_number(time(20).timestamp_millis(), 5);
    let window = |limit, start: Option<&Keyset>, direction| Window {
        limit,
        start: start.cloned(),
        direction,
    };

    for (window, expected, has_more) in [
        (Window::first(2), vec![9, 3], true),
        (Window::first(5), vec![9, 3, 5, 8, 4], false),
        (Window::after(1, five.clone()), vec![8], true),
        (Window::after(2, five.clone()), vec![8, 4], false),
        (window(2, None, Direction::Backward), vec![8, 4], true),
        (window(1, Some(&five), Direction::Backward), vec![3], true),
        (
            window(2, Some(&five), Direction::Backward),
            vec![9, 3],
            false,
        ),
    ] {
        let page = store.list_users(&window).await.unwrap();
        assert_eq!(ids(&page.rows), expected, "{window:?}");
        assert_eq!(page.has_more, has_more, "{window:?}");
    }
}

async fn a_place_of_another_list_is_refused(store: &Opened) {
    let by_name = Keyset {
        value: KeyValue::Text("ada".to_owned()),
        id: KeyValue::Number(1),
    };

    let refused = store.list_users(&Window::after(1, by_name)).await;

    assert!(refused.is_err());
}

/// Writes accounts by id and the minute they were made in.
async fn aged(store: &Opened, users: &[(u64, i64)]) {
    let users = users.iter().map(|(id, minutes)| {
        AccountWrite::AddUser(User {
            stamp: Stamp::first(time(*minutes)),
            ..nameless(*id)
        })
    });
    write(store, users).await;
}

fn ids(users: &[User]) -> Vec<u64> {
    users.iter().map(|user| user.id.0).collect()
}

async fn unconfirmed_accounts_are_found_by_id(store: &Opened) {
    let numbered = |id: u64| user(id, &format!("number{id}@example.org"));
    let confirmed = User {
        email_verified: true,
        ..numbered(2)
    };
    let without_password = User {
        password: None,
        ..numbered(3)
    };
    let changed = User {
        stamp: Stamp::first(time(9)),
        ..numbered(4)
    };
    let users = [
        numbered(7),
        confirmed,
        without_password,
        changed,
        numbered(5),
        numbered(1),
    ];
    write(store, users.map(AccountWrite::AddUser)).await;
    let found = async |after: Option<u64>, minutes: i64, limit: usize| -> Vec<u64> {
        let after = after.map(UserId);
        let found = store.unconfirmed_users(after, time(minutes), limit).await;
        found.unwrap().iter().map(|user| user.id.0).collect()
    };

    assert_eq!(found(None, 1, 9).await, [1, 5, 7]);
    assert_eq!(found(None, 1, 2).await, [1, 5]);
    assert_eq!(found(Some(1), 1, 9).await, [5, 7]);
    assert_eq!(found(Some(7), 1, 9).await, Vec::<u64>::new());
    assert_eq!(found(None, 10, 9).await, [1, 4, 5, 7]);
    assert_eq!(found(None, 0, 9).await, Vec::<u64>::new());
}
