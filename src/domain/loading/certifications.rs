//! What rating systems say of a title, as a record names it.

use serde_json::Value;

use super::fields::{Fields, checked_text, shown};
use super::problem::Problem;
use crate::domain::catalog::{Certification, CertificationName, certification_name};

/// The longest label, in characters.
const MAX_LABEL: usize = 60;

/// Reads `certifications`, sorted by system. A label that its system does not have is refused, for a title that is taken
/// for unrated may be seen by more people; a system that we do not know is warned of.
pub(super) fn read_certifications(fields: &mut Fields) -> Result<Vec<Certification>, Problem> {
    let mut certifications: Vec<Certification> = Vec::new();
    for (system, value) in fields.object("certifications")? {
        let field = format!("certifications.{system}");
        let label = match &value {
            Value::Null => continue,
            Value::Number(number) if number.is_u64() => number.to_string(),
            value => checked_text(&field, value, MAX_LABEL)?,
        };
        if label.is_empty() {
            continue;
        }
        match certification_name(&system, &label) {
            CertificationName::Unrated => {}
            CertificationName::UnknownSystem => fields.warn(
                field,
                format!("“{system}” is not a rating system that we know; ignored"),
            ),
            CertificationName::UnknownLabel { system, labels } => {
                let labels = labels.join(", ");
                return Err(Problem::new(
                    field,
                    format!("is {}, not a label of {system}: {labels}", shown(&value)),
                ));
            }
            CertificationName::Known(new) => {
                match certifications.iter().find(|it| it.system == new.system) {
                    None => certifications.push(new),
                    Some(other) if *other == new => {}
                    Some(other) => {
                        return Err(Problem::new(
                            field,
                            format!(
                                "is {}, but {} has “{}” already",
                                shown(&value),
                                other.system,
                                other.label
                            ),
                        ));
                    }
                }
            }
        }
    }
    certifications.sort();
    Ok(certifications)
}
