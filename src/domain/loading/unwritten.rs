//! The titles that a dry run would have written: other rows may be of them, too.

use std::collections::HashMap;

use crate::domain::catalog::Title;
use crate::domain::text::compose;

/// How many titles a dry run keeps: some 200 MB.
const MOST: usize = 100_000;

/// What is told once there are more.
pub(super) const TOO_MANY: &str = "a dry run keeps 100000 titles that it would write; what is said of further ones in other rows is \
    counted as if nothing had been said of them before";

/// Titles that a dry run would have written, by slug.
#[derive(Debug)]
pub(super) struct UnwrittenTitles {
    titles: HashMap<String, Title>,
    most: usize,
    are_too_many: bool,
}

impl Default for UnwrittenTitles {
    fn default() -> Self {
        Self {
            titles: HashMap::new(),
            most: MOST,
            are_too_many: false,
        }
    }
}

impl UnwrittenTitles {
    /// Keeps titles as long as there is room; whether that is over now, which is said once.
    pub(super) fn keep(&mut self, titles: &[Title]) -> bool {
        let were_too_many = self.are_too_many;
        for title in titles {
            let slug = compose(&title.slug);
            if self.titles.len() < self.most || self.titles.contains_key(&slug) {
                self.titles.insert(slug, title.clone());
            } else {
                self.are_too_many = true;
            }
        }
        self.are_too_many && !were_too_many
    }

    pub(super) fn get(&self, slug: &str) -> Option<&Title> {
        self.titles.get(slug)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Title> {
        self.titles.values()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::loading::samples;

    fn title(slug: &str, name: &str) -> Title {
        samples::title(json!({ "kind": "film", "slug": slug, "title": name }))
    }

    #[test]
    fn no_more_titles_are_kept_than_there_is_room_for_and_that_is_said_once() {
        let mut unwritten = UnwrittenTitles {
            most: 1,
            ..UnwrittenTitles::default()
        };
        let name =
            |unwritten: &UnwrittenTitles, slug| unwritten.get(slug).map(|it| it.name.clone());

        assert!(!unwritten.keep(&[title("a", "A")]));
        assert!(unwritten.keep(&[title("b", "B"), title("a", "Other")]));
        assert!(!unwritten.keep(&[title("c", "C")]));
        assert_eq!(name(&unwritten, "a").as_deref(), Some("Other"));
        assert_eq!(unwritten.all().count(), 1);
    }
}
