//! One write of a list, in the transaction of the list.

use bson::{Document, doc};
use mongodb::error::{Error, ErrorKind, WriteFailure};
use mongodb::{ClientSession, Collection};
use serde::Serialize;

use super::collections::Collections;
use super::indexes;
use crate::adapters::mongo::catalog::revisions::erased;
use crate::adapters::mongo::db::{Abort, is_duplicate};
use crate::domain::accounts::{AccountError, AccountWrite, EmailError, LinkError};
use crate::domain::error::StoreError;
use crate::domain::ids::UserId;
use crate::domain::stamp::Stamp;

type Written = Result<(), Abort<AccountError>>;

pub(super) async fn one(
    session: &mut ClientSession,
    collections: &Collections,
    write: &AccountWrite,
) -> Written {
    match write {
        AccountWrite::AddUser(user) => add(session, &collections.users, user, taken_of_user).await,
        AccountWrite::PutUser(user) => {
            let expected = expected(user.id.to_i64(), user.stamp);
            put(session, &collections.users, expected, user, taken_of_user).await
        }
        AccountWrite::DeleteUser(id) => delete_user(session, collections, *id).await,
        AccountWrite::AddProfile(profile) => {
            add(session, &collections.profiles, profile, conflict).await
        }
        AccountWrite::PutProfile(profile) => {
            let expected = expected(profile.id.to_i64(), profile.stamp);
            put(session, &collections.profiles, expected, profile, conflict).await
        }
        AccountWrite::DeleteProfile(id) => {
            let this = doc! { "_id": id.to_i64() };
            delete(session, &collections.profiles, this).await
        }
        AccountWrite::AddIdentity(identity) => {
            let taken = |_: &Error| AccountError::Link(LinkError::Taken);
            add(session, &collections.identities, identity, taken).await
        }
        AccountWrite::DeleteIdentity { user, provider } => {
            let this = doc! { "user": user.to_i64(), "_id.provider": provider };
            delete(session, &collections.identities, this).await
        }
        AccountWrite::AddApiKey(key) => add(session, &collections.api_keys, key, conflict).await,
        AccountWrite::DeleteApiKey { user, id } => {
            let this = doc! { "_id": id.to_i64(), "user": user.to_i64() };
            delete(session, &collections.api_keys, this).await
        }
        AccountWrite::AddMail(mail) => add(session, &collections.mails, mail, conflict).await,
        AccountWrite::AddAudit(entry) => add(session, &collections.audit, entry, conflict).await,
        AccountWrite::AddErasure(erasure) => {
            add(session, &collections.erasures, erasure, conflict).await
        }
    }
}

async fn add<'a, D, T>(
    session: &mut ClientSession,
    collection: &Collection<D>,
    thing: &'a T,
    taken: impl Fn(&Error) -> AccountError,
) -> Written
where
    D: From<&'a T> + Serialize + Send + Sync,
{
    let added = collection.insert_one(D::from(thing)).session(session).await;
    added.map(drop).map_err(|error| refusal(error, taken))
}

async fn put<'a, D, T>(
    session: &mut ClientSession,
    collection: &Collection<D>,
    expected: Document,
    thing: &'a T,
    taken: impl Fn(&Error) -> AccountError,
) -> Written
where
    D: From<&'a T> + Serialize + Send + Sync,
{
    let replaced = collection
        .replace_one(expected, D::from(thing))
        .session(session)
        .await
        .map_err(|error| refusal(error, taken))?;
    match replaced.matched_count {
        0 => Err(Abort::Refused(StoreError::Conflict.into())),
        _ => Ok(()),
    }
}

async fn delete<D: Send + Sync>(
    session: &mut ClientSession,
    collection: &Collection<D>,
    which: Document,
) -> Written {
    collection.delete_many(which).session(session).await?;
    Ok(())
}

async fn delete_user(
    session: &mut ClientSession,
    collections: &Collections,
    id: UserId,
) -> Written {
    let of_user = || doc! { "user": id.to_i64() };
    delete(session, &collections.identities, of_user()).await?;
    delete(session, &collections.api_keys, of_user()).await?;
    delete(session, &collections.audit, of_user()).await?;
    delete(session, &collections.mails, of_user()).await?;
    let its_own = || doc! { "_id": id.to_i64() };
    delete(session, &collections.memberships, its_own()).await?;
    let erased = erased().map_err(|error| Abort::Refused(error.into()))?;
    let nobody = doc! { "$set": { "author": erased }, "$unset": { "user": "" } };
    let revisions = &collections.revisions;
    revisions
        .update_many(of_user(), nobody)
        .session(&mut *session)
        .await?;
    delete(session, &collections.users, its_own()).await
}

/// The document that the next write of it finds.
fn expected(id: i64, next: Stamp) -> Document {
    doc! { "_id": id, "revision": next.revision.cast_signed() - 1 }
}

fn refusal(error: Error, taken: impl Fn(&Error) -> AccountError) -> Abort<AccountError> {
    if is_duplicate(&error) {
        Abort::Refused(taken(&error))
    } else {
        Abort::Driver(error)
    }
}

fn conflict(_: &Error) -> AccountError {
    StoreError::Conflict.into()
}

/// A workaround: mongodb 3.9 has no field for which key was taken (the server's `keyPattern` is dropped), but the
/// server's message names the index before anything that somebody could have made up.
fn taken_of_user(error: &Error) -> AccountError {
    let is_email = match &*error.kind {
        ErrorKind::Write(WriteFailure::WriteError(error)) => error
            .message
            .split_once(" index: ")
            .is_some_and(|(_, rest)| rest.split(' ').next() == Some(indexes::EMAIL)),
        _ => false,
    };
    if is_email {
        AccountError::Email(EmailError::Taken)
    } else {
        StoreError::Conflict.into()
    }
}
