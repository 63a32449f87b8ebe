//! Rows of credits: each title gets the people of those roles in which it has nobody.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::column_maps::{FileMap, Mapped};
use super::credited::{Credited, is_told_of};
use super::known::{Known, Thing};
use super::mapped_records::completing;
use super::mapped_roles::{MappedCredit, field_of};
use super::mapped_rows::{MappedRow, MappedRows};
use super::options::{LoadError, Source};
use super::run::{BATCH, Run, Waiting};

impl Run<'_> {
    /// Reads a file of credits of titles and people who are known by their ids.
    pub(super) async fn read_credits(
        &mut self,
        source: &dyn Source,
        map: &FileMap,
        titles: &mut Known,
        people: &Known,
    ) -> Result<(), LoadError> {
        let mut rows = MappedRows::open(source, map)?;
        let mut waiting = Waiting::default();
        let credited = self.credited.remove(map.provider()).unwrap_or_default();
        self.keeps_roles = true;
        while let Some(row) = rows.next()? {
            match row {
                MappedRow::Refused(line, problem) => self.refuse(line, &problem),
                MappedRow::Row(line, row) => {
                    let Some(title) = titles.of_id(&row.id.value, row.kind) else {
                        self.summary.passed_over += 1;
                        continue;
                    };
                    let (fields, nameless) = roles(&row.credits, title, people, &credited);
                    self.summary.nameless += nameless;
                    if fields.is_empty() {
                        self.summary.passed_over += u64::from(nameless == 0);
                        continue;
                    }
                    let fields = completing(title, Mapped { fields, ..row });
                    self.read_row(line, &fields, titles, map, &mut waiting);
                }
            }
            if waiting.len() >= BATCH {
                self.write(std::mem::take(&mut waiting)).await?;
            }
        }
        self.write(waiting).await?;
        self.keeps_roles = false;
        self.credited.insert(map.provider().to_owned(), credited);
        Ok(())
    }
}

/// The lists of people of a title by field, in order, and how many of those who are wanted for it nobody has named. A list
/// of which names are still to come is left out: a part of it would stand in the way of the whole.
fn roles(
    credits: &[MappedCredit],
    title: &Thing,
    people: &Known,
    credited: &Credited,
) -> (Map<String, Value>, u64) {
    let credits = credits.iter();
    let credits = credits.filter(|credit| is_told_of(title.kind, credit.role));
    let mut credits: Vec<&MappedCredit> = credits.collect();
    credits.sort_by_key(|credit| credit.order);
    let mut lists: BTreeMap<&'static str, Vec<Value>> = BTreeMap::new();
    let mut unfinished: BTreeSet<&'static str> = BTreeSet::new();
    let mut nameless = 0;
    for credit in credits {
        let field = field_of(credit.role);
        let Some(person) = people.of_id(&credit.person, None) else {
            nameless += u64::from(credited.is_wanted(&credit.person));
            if !credited.has_names {
                unfinished.insert(field);
            }
            continue;
        };
        let mut entry = json!({ "person": person.slug });
        if let Some(character) = &credit.character {
            entry["character"] = json!(character);
        }
        lists.entry(field).or_default().push(entry);
    }
    let lists = lists.into_iter();
    let lists = lists.filter(|(field, _)| !unfinished.contains(field));
    let lists = lists.map(|(field, people)| (field.to_owned(), Value::Array(people)));
    (lists.collect(), nameless)
}
