//! How pages of rows are laid out, and what all layouts of one page are made of.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::error::{Bounds, ErrorCode};
use crate::domain::page::MAX_PAGE;
use crate::domain::recommend::{Material, Row};
use crate::graphql::error::{ApiError, Result};

/// In how many other layouts than its own a page is laid out for cursors: whoever scrolls has cursors of one.
const MOST: usize = 4;

/// How a page is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) rows: usize,
    pub(super) items_per_row: usize,
}

impl Layout {
    /// What cursors call it.
    pub(super) fn name(self) -> i64 {
        let number = self.rows * (MAX_PAGE + 1) + self.items_per_row;
        i64::try_from(number).unwrap_or_default()
    }

    /// The layout that a cursor names; `None` for a number that no cursor of ours has.
    pub(super) fn named(name: i64) -> Option<Self> {
        let number = usize::try_from(name).ok()?;
        let layout = Self {
            rows: number / (MAX_PAGE + 1),
            items_per_row: number % (MAX_PAGE + 1),
        };
        let fits = (1..=MAX_PAGE).contains(&layout.rows) && layout.items_per_row > 0;
        fits.then_some(layout)
    }
}

/// What a page is made of, with the layouts that cursors asked for: each is made once, for all rows.
pub(super) struct Layouts {
    pub(super) material: Material,
    made: Mutex<Vec<(Layout, Arc<[Row]>)>>,
}

impl Layouts {
    /// None is made yet.
    pub(super) fn of(material: Material) -> Self {
        Self {
            material,
            made: Mutex::default(),
        }
    }

    /// The rows of the page where it is laid out so. `OUT_OF_RANGE` if it was laid out for too many cursors: nothing proves
    /// that they are ours.
    pub(super) fn rows(&self, layout: Layout) -> Result<Arc<[Row]>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rows)) = made.iter().find(|(of, _)| *of == layout) {
            return Ok(Arc::clone(rows));
        }
        if made.len() >= MOST {
            let message = format!(
                "`after` may be of at most {MOST} different layouts of a page, by `first` and `itemsPerRow` of `rows`"
            );
            let error = ApiError::argument(ErrorCode::OutOfRange, "after", message);
            return Err(error.within(Bounds::most(MOST)));
        }
        let rows: Arc<[Row]> = self.lay_out(layout).into();
        made.push((layout, Arc::clone(&rows)));
        Ok(rows)
    }

    /// The rows of the page, laid out so anew.
    pub(super) fn lay_out(&self, layout: Layout) -> Vec<Row> {
        self.material.rows(layout.rows, layout.items_per_row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_is_what_its_name_says_and_no_other_number_is_one() {
        for (rows, items_per_row) in [(1, 1), (8, 12), (100, 100)] {
            let layout = Layout {
                rows,
                items_per_row,
            };

            assert_eq!(Layout::named(layout.name()), Some(layout));
        }
        for name in [i64::MIN, -1, 0, 12, 101, 8 * 101, 101 * 101, i64::MAX] {
            assert_eq!(Layout::named(name), None, "{name}");
        }
    }

    #[test]
    fn a_layout_is_made_once_and_there_are_few() {
        let layouts = Layouts::of(Material::default());
        let of = |rows| {
            let items_per_row = 5;
            layouts.rows(Layout {
                rows,
                items_per_row,
            })
        };

        let first = of(1).unwrap();
        for rows in 2..=MOST {
            of(rows).unwrap();
        }

        let refused = of(MOST + 1).unwrap_err();
        assert_eq!(refused.code(), "OUT_OF_RANGE");
        assert!(Arc::ptr_eq(&of(1).unwrap(), &first));
    }
}
