//! One write of a list. The list is one savepoint: the first that fails rolls all of it back.

use rusqlite::Connection;

use super::{api_keys, audit, erasures, identities, mails, profiles, users};
use crate::domain::accounts::{AccountError, AccountWrite};

pub(super) fn one(connection: &Connection, write: &AccountWrite) -> Result<(), AccountError> {
    match write {
        AccountWrite::AddUser(user) => users::add(connection, user)?,
        AccountWrite::PutUser(user) => users::put(connection, user)?,
        AccountWrite::DeleteUser(id) => users::delete(connection, *id)?,
        AccountWrite::AddProfile(profile) => profiles::add(connection, profile)?,
        AccountWrite::PutProfile(profile) => profiles::put(connection, profile)?,
        AccountWrite::DeleteProfile(id) => profiles::delete(connection, *id)?,
        AccountWrite::AddIdentity(identity) => identities::add(connection, identity)?,
        AccountWrite::DeleteIdentity { user, provider } => {
            identities::delete(connection, *user, provider)?;
        }
        AccountWrite::AddApiKey(key) => api_keys::add(connection, key)?,
        AccountWrite::DeleteApiKey { user, id } => api_keys::delete(connection, *user, *id)?,
        AccountWrite::AddMail(mail) => mails::add(connection, mail)?,
        AccountWrite::AddAudit(entry) => audit::add(connection, entry)?,
        AccountWrite::AddErasure(erasure) => erasures::add(connection, erasure)?,
    }
    Ok(())
}
