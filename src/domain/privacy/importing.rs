//! What imports keep of profiles: how it is erased, and what it is in an export.

use async_trait::async_trait;
use serde_json::json;

use super::error::PrivacyError;
use super::file::File;
use super::part::{Exported, PersonalData, Record};
use crate::domain::ids::ProfileId;
use crate::domain::importing::{Import, ImportRow, ImportService};

/// How many rows are read at once.
const AT_ONCE: usize = 500;

/// What imports keep by profile.
pub(super) const RECORDS: &[Record] = &[
    Record {
        name: "imports",
        exported: Exported::As("/profiles/0/imports"),
    },
    Record {
        name: "import_rows",
        exported: Exported::As("/profiles/0/importRows"),
    },
    Record {
        name: "jobs",
        exported: Exported::Not("it says for a month how far work was that is done"),
    },
];

#[async_trait]
impl PersonalData for ImportService {
    async fn erase(&self, profile: ProfileId) -> Result<(), PrivacyError> {
        Ok(self.erase_profile(profile).await?)
    }

    async fn export(&self, profile: ProfileId, file: &mut File) -> Result<(), PrivacyError> {
        let imports = self.imports(profile).await?;
        file.begin_list("imports");
        for import in &imports {
            file.row(&of_import(import))?;
        }
        file.end_list();
        file.begin_list("importRows");
        for import in &imports {
            let mut after = 0;
            loop {
                let rows = self.rows_after(import, &[], after, AT_ONCE).await?;
                let Some(last) = rows.last() else { break };
                after = last.number;
                for row in &rows {
                    file.row(&of_row(row))?;
                }
                file.send().await?;
            }
        }
        file.end_list();
        Ok(())
    }
}

fn of_import(import: &Import) -> serde_json::Value {
    json!({
        "id": import.id,
        "name": import.name,
        "format": import.format,
        "state": import.state,
        "rows": import.rows,
        "createdAt": import.created_at,
    })
}

fn of_row(row: &ImportRow) -> serde_json::Value {
    let said = row.said.as_ref();
    json!({
        "import": row.import,
        "number": row.number,
        "file": row.file,
        "line": row.line,
        "text": row.text,
        "what": said.map(|said| said.what),
        "at": said.and_then(|said| said.at),
        "state": row.state,
    })
}
