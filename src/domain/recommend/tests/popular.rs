//! Suggestions for nobody in particular.

use super::super::popular::popular;
use super::{Features, ids, title};
use crate::domain::ids::GenreId;

#[test]
fn a_list_for_nobody_mixes_genres() {
    let crime = Some(GenreId(1));
    let of = |id, watchers, genre| {
        let title = Features {
            watchers,
            ..title(id)
        };
        (title, genre)
    };
    let candidates = [
        of(1, 100, crime),
        of(2, 99, crime),
        of(3, 98, crime),
        of(4, 90, Some(GenreId(2))),
    ];

    assert_eq!(ids(&popular(&candidates)), [1, 4, 2, 3]);
}
