//! What rating systems say of a title.

use async_graphql::SimpleObject;

use crate::domain::catalog;

/// From which age the rating system of a country finds a title suitable.
#[derive(SimpleObject)]
pub(crate) struct Certification {
    /// The country whose system it is, as an ISO 3166-1 code of two letters: `US` is the MPA and, for series, the TV
    /// Parental Guidelines; `DE` the FSK; `GB` the BBFC.
    system: String,
    /// The label as the system spells it: `PG-13`, `TV-MA`, `16`, …
    label: String,
    /// The age in years that the label stands for; 0 is everybody.
    age: u8,
}

impl From<&catalog::Certification> for Certification {
    fn from(certification: &catalog::Certification) -> Self {
        Self {
            system: certification.system.clone(),
            label: certification.label.clone(),
            age: certification.age,
        }
    }
}
