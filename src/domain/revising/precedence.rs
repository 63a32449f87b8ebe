//! Which sources of values go before which: read and set by curators.

use std::collections::HashSet;

use super::error::RevisingError;
use super::service::{RevisionService, writer};
use crate::domain::accounts::Action;
use crate::domain::catalog::{LOCKS, Precedence, RevisionSource, ValueSource, is_revised_field};
use crate::domain::viewer::{Client, KnownViewer};

impl RevisionService {
    /// Which sources go before which.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn precedence(&self) -> Result<Precedence, RevisingError> {
        Ok(self.ports.load.precedence().await?)
    }

    /// Sets the order of sources of a field, by its name in files, or of all fields that have none of their own; an empty
    /// order takes the former away, and [`Precedence::DEFAULT_ORDER`] is that of all fields again. What the orders are then.
    /// None is set that is not noted before, with who did it.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_precedence(
        &self,
        viewer: &KnownViewer,
        client: &Client,
        field: Option<&str>,
        order: &[ValueSource],
    ) -> Result<Precedence, RevisingError> {
        writer(viewer, RevisionSource::Edit)?;
        let field = checked(field, order)?;
        let action = Action::SourcePrecedenceSet;
        let detail = in_words(field, order);
        let accounts = &self.ports.accounts;
        accounts.note(viewer, client, action, detail).await?;
        self.ports.load.set_precedence(field, order).await?;
        self.precedence().await
    }

    /// The same on the word of whoever runs a command: no account is theirs, so the log of the program alone says so.
    #[tracing::instrument(level = "debug", skip_all)]
    pub async fn set_precedence_by_command(
        &self,
        field: Option<&str>,
        order: &[ValueSource],
    ) -> Result<Precedence, RevisingError> {
        let field = checked(field, order)?;
        self.ports.load.set_precedence(field, order).await?;
        let set = in_words(field, order);
        tracing::info!(
            precedence = set,
            "A command set which sources go before which"
        );
        self.precedence().await
    }
}

/// What the order is kept under, if there is such a field and each source is in it once.
fn checked<'f>(field: Option<&'f str>, order: &[ValueSource]) -> Result<&'f str, RevisingError> {
    let field = field.unwrap_or(Precedence::EVERY_FIELD);
    let is_field = is_revised_field(field) && field != LOCKS;
    if !is_field && field != Precedence::EVERY_FIELD {
        return Err(RevisingError::NoSuchField);
    }
    let different: HashSet<&ValueSource> = order.iter().collect();
    if different.len() < order.len() {
        return Err(RevisingError::SourceTwice);
    }
    Ok(field)
}

/// An order as the audit log has it: `year: curator, record`, or `year` if it is taken away.
fn in_words(field: &str, order: &[ValueSource]) -> String {
    if order.is_empty() {
        return field.to_owned();
    }
    let order: Vec<&str> = order.iter().map(|source| source.as_str()).collect();
    format!("{field}: {}", order.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_of_a_field_and_has_each_source_once() {
        let (curator, record) = (ValueSource::Curator, ValueSource::Record);
        let check = |field, order: &[ValueSource]| {
            let checked = super::checked(field, order);
            checked
                .map(str::to_owned)
                .map_err(|error| error.to_string())
        };

        assert_eq!(
            check(Some("cast"), &[curator, record]),
            Ok("cast".to_owned())
        );
        assert_eq!(check(None, &[]), Ok("*".to_owned()));
        let none = "there is no such field in files that are loaded";
        for field in ["locks", "slug", ""] {
            assert_eq!(check(Some(field), &[record]), Err(none.to_owned()));
        }
        let twice = "names a source twice";
        assert_eq!(
            check(None, &[record, curator, record]),
            Err(twice.to_owned())
        );
    }
}
