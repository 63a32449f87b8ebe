//! What accounts have of plans. It is deleted with the account, in the write that asks for its erasure.

use serde_json::json;

use super::error::PrivacyError;
use super::file::File;
use super::part::{Exported, Record};
use crate::domain::ids::UserId;
use crate::domain::membership::MembershipService;

/// What membership keeps by account.
pub(super) const RECORDS: &[Record] = &[Record {
    name: "memberships",
    exported: Exported::As("/memberships"),
}];

/// Writes what an account was given of plans as a list of the file.
pub(super) async fn export(
    membership: &MembershipService,
    user: UserId,
    file: &mut File,
) -> Result<(), PrivacyError> {
    let found = membership.find(user).await?;
    file.begin_list("memberships");
    for grant in found.iter().flat_map(|membership| &membership.grants) {
        let row = json!({ "plan": grant.plan, "from": grant.from, "until": grant.until });
        file.row(&row)?;
    }
    file.end_list();
    Ok(())
}
