//! Whom the rows of credits name that are of titles which are there: of all others a file of names has too many.

use std::collections::HashMap;

use super::checks::id_number;
use super::column_maps::{FileMap, RowsAre};
use super::known::Known;
use super::mapped_rows::{MappedRow, MappedRows};
use super::options::{LoadError, Source};
use crate::domain::catalog::{CreditRole, TitleKind};

/// The people whom rows of credits name, by the numbers of their ids.
#[derive(Debug, Default)]
pub(super) struct Credited {
    /// Whether somebody is of a title that has nobody in the role yet, and may be new for it.
    people: HashMap<u64, bool>,
    /// Whether a file says what they are called.
    pub(super) has_names: bool,
}

impl Credited {
    /// Reads whom the credits of a provider's files name. Those that cannot be read are told of when they are loaded.
    pub(super) fn read(
        provider: &str,
        files: &[(&dyn Source, &FileMap)],
        titles: &mut Known,
    ) -> Result<Self, LoadError> {
        let mut credited = Self::default();
        for &(source, map) in files.iter().filter(|(_, map)| map.provider() == provider) {
            match map.rows() {
                RowsAre::Names => credited.has_names = true,
                RowsAre::Credits => credited.read_file(source, map, titles)?,
                RowsAre::Titles
                | RowsAre::Facts
                | RowsAre::Episodes
                | RowsAre::Ids
                | RowsAre::People => {}
            }
        }
        Ok(credited)
    }

    fn read_file(
        &mut self,
        source: &dyn Source,
        map: &FileMap,
        titles: &mut Known,
    ) -> Result<(), LoadError> {
        let failed = |error| LoadError::File(source.name(), error);
        if source.flaw().map_err(failed)?.is_some() {
            return Ok(());
        }
        let mut rows = MappedRows::open(source, map)?;
        while let Some(row) = rows.next()? {
            let MappedRow::Row(_, row) = row else {
                continue;
            };
            let Some(title) = titles.of_id(&row.id.value, row.kind) else {
                continue;
            };
            let (slug, has) = (title.slug.clone(), title.roles);
            let credits = row.credits.iter();
            let credits = credits.filter(|credit| is_told_of(title.kind, credit.role));
            let mut roles = Vec::new();
            for credit in credits {
                roles.push(credit.role);
                if let Some(number) = id_number(&credit.person) {
                    *self.people.entry(number).or_default() |= !has.has(credit.role);
                }
            }
            titles.note_roles(&slug, roles.into_iter().collect());
        }
        Ok(())
    }

    /// Whether somebody is named at all.
    pub(super) fn has(&self, id: &str) -> bool {
        id_number(id).is_some_and(|number| self.people.contains_key(&number))
    }

    /// Whether somebody is wanted for a title that has nobody in the role.
    pub(super) fn is_wanted(&self, id: &str) -> bool {
        let wanted = id_number(id).and_then(|number| self.people.get(&number));
        wanted.copied().unwrap_or_default()
    }
}

/// Whether rows tell of a role of titles of this kind as we do: who directs episodes did not create the series.
pub(super) fn is_told_of(kind: Option<TitleKind>, role: CreditRole) -> bool {
    !(kind == Some(TitleKind::Series) && role == CreditRole::Director)
}
