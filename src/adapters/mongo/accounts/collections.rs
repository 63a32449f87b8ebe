//! All collections of accounts, by name.

use bson::Document;

use super::api_keys::ApiKeyDocument;
use super::audit::AuditDocument;
use super::erasures::ErasureDocument;
use super::identities::IdentityDocument;
use super::mails::MailDocument;
use super::profiles::ProfileDocument;
use super::users::UserDocument;
use crate::adapters::mongo::catalog::revisions::REVISIONS;
use crate::adapters::mongo::db::{Collection, MongoDb};
use crate::adapters::mongo::membership::MEMBERSHIPS;

/// All collections of the feature.
#[derive(Clone)]
pub(super) struct Collections {
    pub(super) users: Collection<UserDocument>,
    pub(super) profiles: Collection<ProfileDocument>,
    pub(super) identities: Collection<IdentityDocument>,
    pub(super) api_keys: Collection<ApiKeyDocument>,
    pub(super) audit: Collection<AuditDocument>,
    pub(super) mails: Collection<MailDocument>,
    pub(super) erasures: Collection<ErasureDocument>,
    /// Changes of the catalogue, which name whoever made them.
    pub(super) revisions: Collection<Document>,
    /// What accounts have of plans.
    pub(super) memberships: Collection<Document>,
}

impl Collections {
    pub(super) fn of(db: &MongoDb) -> Self {
        Self {
            users: db.collection("users"),
            profiles: db.collection("profiles"),
            identities: db.collection("identities"),
            api_keys: db.collection("api_keys"),
            audit: db.collection("audit"),
            mails: db.collection("mails"),
            erasures: db.collection("erasures"),
            revisions: db.collection(REVISIONS),
            memberships: db.collection(MEMBERSHIPS),
        }
    }
}
