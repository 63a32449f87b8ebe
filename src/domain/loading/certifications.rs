//! What rating systems say of a title, as a record names it.

use serde_json::Value;

use super::fields::{Fields, UNKNOWN, checked_text, is_placeholder, shown};
use super::problem::Problem;
use super::said::{Entries, Said};
use crate::domain::catalog::{Certification, CertificationName, certification_name};

/// The longest label, in characters.
const MAX_LABEL: usize = 60;
/// The label by which every system says that it has not rated a title.
const UNRATED: &str = "NR";

/// Reads `certifications`: what each system says, by the system. A label that its system does not have is refused, for a
/// title that is taken for unrated may be seen by more people; a system that we do not know is warned of.
pub(super) fn read_certifications(
    fields: &mut Fields,
) -> Result<Said<Entries<Certification>>, Problem> {
    let systems = match fields.object("certifications")? {
        Said::Nothing => return Ok(Said::Nothing),
        Said::Cleared => return Ok(Said::Cleared),
        Said::Value(systems) => systems,
    };
    let mut certifications: Entries<Certification> = Entries::new();
    for (system, value) in systems {
        let field = format!("certifications.{system}");
        let label = match &value {
            Value::Null => UNRATED.to_owned(),
            Value::Number(number) if number.is_u64() => number.to_string(),
            value => checked_text(&field, value, MAX_LABEL)?,
        };
        if label.is_empty() {
            continue;
        }
        // That nobody knows is not that nobody has rated it: a stored label stays.
        if is_placeholder(&label) {
            fields.warn_of(field, label, UNKNOWN);
            continue;
        }
        let (system, said) = match certification_name(&system, &label) {
            CertificationName::Unrated { system } => (system.to_owned(), None),
            CertificationName::UnknownSystem => {
                let reason = "is not a rating system that we know; ignored";
                fields.warn_of(field, system, reason);
                continue;
            }
            CertificationName::UnknownLabel { system, labels } => {
                let labels = labels.join(", ");
                return Err(Problem::new(
                    field,
                    format!("is {}, not a label of {system}: {labels}", shown(&value)),
                ));
            }
            CertificationName::Known(new) => (new.system.clone(), Some(new)),
        };
        match certifications.get(&system) {
            Some(Some(other)) if said.as_ref().is_some_and(|said| said != other) => {
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
            Some(Some(_)) => {}
            Some(None) | None => drop(certifications.insert(system, said)),
        }
    }
    Ok(Said::Value(certifications))
}
