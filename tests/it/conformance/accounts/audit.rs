//! What was done to an account.

use reelgraph::domain::accounts::{AccountWrite, Action, Actor, AuditEntry, AuditOf};
use reelgraph::domain::ids::UserId;
use reelgraph::domain::page::{Direction, Keyset, Window};

use super::backend::{Opened, open};
use super::samples::{audit, is_conflict, time, write};

on_every_backend!(open on [sqlite, mongo]:
    an_entry_is_read_as_it_was_written,
    entries_of_nobody_are_of_no_account,
    entries_come_latest_first_then_by_id,
    entries_are_paged_either_way,
    a_taken_entry_id_is_a_conflict,
    the_oldest_entries_go_first_and_nobodys_apart,
);

async fn an_entry_is_read_as_it_was_written(store: &Opened) {
    let entry = |id, action, actor| AuditEntry {
        action,
        actor,
        ..audit(id, 1, -i64::try_from(id).unwrap())
    };
    let mut entries: Vec<AuditEntry> = ACTIONS
        .iter()
        .zip(1..)
        .map(|(action, id)| entry(id, *action, Actor::Nobody))
        .collect();
    entries.extend([
        entry(50, Action::LoggedIn, Actor::Operator),
        entry(51, Action::LoggedIn, Actor::Provider),
        entry(52, Action::LoggedIn, Actor::User(UserId(u64::MAX >> 1))),
        AuditEntry {
            address: Some("192.0.2.7".parse().unwrap()),
            ..audit(53, 1, -53)
        },
        AuditEntry {
            address: None,
            detail: None,
            ..audit(54, 1, -54)
        },
    ]);
    write(store, entries.iter().cloned().map(AccountWrite::AddAudit)).await;

    let page = store.audit_of_user(UserId(1), &Window::first(100)).await;

    assert_eq!(page.unwrap().rows, entries);
}

async fn entries_of_nobody_are_of_no_account(store: &Opened) {
    let nobody = AuditEntry {
        user: None,
        ..audit(1, 0, 0)
    };
    let entries = [nobody, audit(2, 1, 0)];
    write(store, entries.map(AccountWrite::AddAudit)).await;

    let entries_of_one = store.audit_of_user(UserId(1), &Window::first(9)).await;
    let nobodys = store.audit_of_user(UserId(0), &Window::first(9)).await;

    assert_eq!(ids(&entries_of_one.unwrap().rows), [2]);
    assert_eq!(ids(&nobodys.unwrap().rows), [0; 0]);
}

async fn entries_come_latest_first_then_by_id(store: &Opened) {
    dated(store, &[(5, 20), (4, 30), (9, 10), (3, 20), (8, 20)]).await;

    let page = store.audit_of_user(UserId(1), &Window::first(9)).await;

    assert_eq!(ids(&page.unwrap().rows), [4, 3, 5, 8, 9]);
}

async fn entries_are_paged_either_way(store: &Opened) {
    dated(store, &[(4, 30), (3, 20), (5, 20), (8, 20), (9, 10)]).await;
    let five = Keyset::by_number(time(20).timestamp_millis(), 5);
    let window = |limit, start: Option<&Keyset>, direction| Window {
        limit,
        start: start.cloned(),
        direction,
    };

    for (window, expected, has_more) in [
        (Window::first(2), vec![4, 3], true),
        (Window::first(5), vec![4, 3, 5, 8, 9], false),
        (Window::after(1, five.clone()), vec![8], true),
        (Window::after(2, five.clone()), vec![8, 9], false),
        (window(2, None, Direction::Backward), vec![8, 9], true),
        (window(1, Some(&five), Direction::Backward), vec![3], true),
        (
            window(2, Some(&five), Direction::Backward),
            vec![4, 3],
            false,
        ),
    ] {
        let page = store.audit_of_user(UserId(1), &window).await.unwrap();
        assert_eq!(ids(&page.rows), expected, "{window:?}");
        assert_eq!(page.has_more, has_more, "{window:?}");
    }
}

async fn a_taken_entry_id_is_a_conflict(store: &Opened) {
    let there = audit(1, 1, 0);
    write(store, [AccountWrite::AddAudit(there.clone())]).await;

    let refused = store
        .write(vec![AccountWrite::AddAudit(audit(1, 1, 5))])
        .await;

    assert!(is_conflict(&refused), "{refused:?}");
    let page = store.audit_of_user(UserId(1), &Window::first(9)).await;
    assert_eq!(page.unwrap().rows, [there]);
}

async fn the_oldest_entries_go_first_and_nobodys_apart(store: &Opened) {
    dated(store, &[(1, 10), (2, 11), (3, 12), (4, 30)]).await;
    let nobodys = [(5, 10), (6, 11), (7, 30)].map(|(id, minutes)| AuditEntry {
        user: None,
        ..audit(id, 1, minutes)
    });
    write(store, nobodys.map(AccountWrite::AddAudit)).await;
    let delete = async |of: AuditOf, minutes: i64, limit: usize| {
        store.delete_audit(of, time(minutes), limit).await.unwrap()
    };

    let counts = [
        delete(AuditOf::Accounts, 12, 1).await,
        delete(AuditOf::Accounts, 10, 9).await,
        delete(AuditOf::Nobody, 20, 9).await,
        delete(AuditOf::Nobody, 20, 9).await,
        delete(AuditOf::Accounts, 12, 0).await,
    ];
    let page = store.audit_of_user(UserId(1), &Window::first(9)).await;

    assert_eq!(counts, [1, 0, 2, 0, 0]);
    assert_eq!(ids(&page.unwrap().rows), [4, 3, 2]);
    assert_eq!(delete(AuditOf::Accounts, 12, 9).await, 1);
    assert_eq!(delete(AuditOf::Nobody, 31, 9).await, 1);
}

/// Writes entries of account 1 by id and minute, and one of another account.
async fn dated(store: &Opened, entries: &[(u64, i64)]) {
    let entries = entries.iter().map(|(id, minutes)| audit(*id, 1, *minutes));
    let entries = entries.chain([audit(100, 2, 20)]);
    write(store, entries.map(AccountWrite::AddAudit)).await;
}

fn ids(entries: &[AuditEntry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.id.0).collect()
}

const ACTIONS: [Action; 29] = [
    Action::Registered,
    Action::LoggedIn,
    Action::LogInFailed,
    Action::PasswordRefused,
    Action::PinRefused,
    Action::LoggedOut,
    Action::SessionsEnded,
    Action::RefreshReused,
    Action::PasswordChanged,
    Action::PasswordResetRequested,
    Action::PasswordReset,
    Action::EmailConfirmed,
    Action::EmailChangeRequested,
    Action::EmailChanged,
    Action::IdentityLinked,
    Action::IdentityUnlinked,
    Action::IdentityRevoked,
    Action::ProfileAdded,
    Action::ProfileChanged,
    Action::ProfileDeleted,
    Action::RoleChanged,
    Action::Disabled,
    Action::Enabled,
    Action::ApiKeyCreated,
    Action::ApiKeyRevoked,
    Action::Exported,
    Action::SourcePrecedenceSet,
    Action::MembershipGranted,
    Action::MembershipRevoked,
];
