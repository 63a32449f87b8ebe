//! Fields that go back to what they were before a merge, but for those that have become something else since.

use crate::domain::catalog::{CatalogRevision, DocumentFields, FieldChange, Title};
use crate::domain::error::StoreError;
use crate::domain::loading::Problem;

/// Says of fields that are put back that they are from where they were from before a merge, whose revision this is.
pub(super) fn from_before(changes: &mut [FieldChange], of_merge: Option<&CatalogRevision>) {
    let merged = of_merge.map(|it| it.fields.as_slice()).unwrap_or_default();
    for change in changes {
        let of_merge = merged.iter().find(|it| it.field == change.field);
        change.is_from = of_merge.and_then(|it| it.was_from);
    }
}

/// Puts the fields back that a merge changed, but for those that have become something else since, which are told.
pub(super) fn put_back(fields: &mut DocumentFields, changes: &[FieldChange]) -> Vec<Problem> {
    let mut noticed = Vec::new();
    for change in changes {
        let is = fields.get(&change.field);
        if is == change.before {
            continue;
        }
        if is != change.after || !fields.put(&change.field, &change.before) {
            let reason = "stays as it is, for it was changed since the merge";
            noticed.push(Problem::new(&change.field, reason));
        }
    }
    noticed
}

/// The title with the fields that a merge changed as they were; see [`put_back`].
pub(super) fn title_put_back(
    title: &Title,
    changes: &[FieldChange],
) -> Result<(Title, Vec<Problem>), StoreError> {
    let mut fields = DocumentFields::of(title);
    let noticed = put_back(&mut fields, changes);
    let read: Title = fields.document().map_err(StoreError::failed)?;
    let title = Title {
        reception: title.reception,
        ..read
    };
    Ok((title, noticed))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;
    use crate::domain::catalog::TitleKind;
    use crate::domain::loading::blank_title;

    #[test]
    fn what_was_changed_since_stays_and_the_rest_goes_back() {
        let mut title = blank_title(TitleKind::Film, "heat-1995", DateTime::UNIX_EPOCH).unwrap();
        title.year = Some(1996);
        title.tags = vec!["Heist".to_owned()];
        let changes = [
            FieldChange::new("year", json!(null), json!(1995)),
            FieldChange::new("tags", json!([]), json!(["Heist"])),
            FieldChange::new("runtime_minutes", json!(null), json!(6000)),
        ];

        let (back, noticed) = title_put_back(&title, &changes).unwrap();

        assert_eq!((back.year, back.tags.len()), (Some(1996), 0));
        let fields: Vec<&str> = noticed.iter().map(|it| it.field.as_str()).collect();
        assert_eq!(fields, ["year"]);
    }
}
