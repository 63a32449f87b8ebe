//! What the pages for a profile are made of: any number of them, in whatever layout.

use std::sync::Arc;

use super::rows::{Item, Key, Offer, Row, alone, in_row, lay_out};
use super::types::Recommendation;
use crate::domain::page::MAX_PAGE;

/// What the pages for a profile are made of, at one moment: once it is read, laying one out asks nobody for anything.
#[derive(Debug, Clone, Default)]
pub struct Material {
    pub(super) list: Arc<[Recommendation]>,
    pub(super) others: Vec<Offer>,
}

impl Material {
    /// A page: at most `rows` rows of `items_per_row` titles, none with fewer than 4, and what follows in each, 300 titles
    /// at the most. No title is in two of them.
    pub fn rows(&self, rows: usize, items_per_row: usize) -> Vec<Row> {
        lay_out(&self.list, &self.others, rows, items_per_row)
    }

    /// The longest page with so many titles in each row, and those of the wanted rows that are not on it, each by itself:
    /// pages whose rows have another length may have had them.
    pub fn find_rows(&self, items_per_row: usize, wanted: &[Key]) -> (Vec<Row>, Vec<Row>) {
        let page = self.rows(MAX_PAGE, items_per_row);
        let is_on_it = |key: &Key| page.iter().any(|row| row.key() == *key);
        let others = wanted.iter().copied().filter(|key| !is_on_it(key));
        let others: Vec<Key> = others.collect();
        let others = alone(&self.list, &self.others, &others, items_per_row);
        (page, others)
    }

    /// What is suggested of a row, its reasons in whatever order; `None` for what is in no row of this.
    pub fn found(&self, row: Key, item: Item) -> Option<&Recommendation> {
        let offer = self.others.iter().find(|offer| offer.kind == row.0);
        let list = offer.map_or(&*self.list, |offer| offer.titles.as_slice());
        list.get(item.place)
    }

    /// What is suggested of a row, as it stands in it; `None` for what is in no row of this.
    pub fn suggestion(&self, row: Key, item: Item) -> Option<Recommendation> {
        self.found(row, item).map(|found| in_row(found, row))
    }
}
