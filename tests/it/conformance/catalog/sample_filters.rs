//! Filters to ask a catalogue with whose titles are many and much alike.

use reelgraph::domain::catalog::{CreditRole, TitleFilter, TitleKind};
use reelgraph::domain::ids::{GenreId, PersonId};

/// What asks for nothing but this.
pub(super) fn only(set: impl FnOnce(&mut TitleFilter)) -> TitleFilter {
    let mut filter = TitleFilter::default();
    set(&mut filter);
    filter
}

/// Conditions by themselves and together, which few titles meet, or many, or all.
pub(super) fn filters() -> Vec<TitleFilter> {
    let kinds = |kinds: &[TitleKind]| Some(kinds.to_vec());
    let genres = |ids: &[u64]| Some(ids.iter().copied().map(GenreId).collect());
    let people = |ids: &[u64]| Some(ids.iter().copied().map(PersonId).collect());
    let roles = |roles: &[CreditRole]| Some(roles.iter().copied().collect());
    vec![
        TitleFilter::default(),
        only(|filter| filter.kinds = kinds(&[TitleKind::Film])),
        only(|filter| filter.kinds = kinds(&[TitleKind::Series])),
        only(|filter| filter.kinds = kinds(&[TitleKind::Series, TitleKind::Film])),
        only(|filter| filter.genres = genres(&[1])),
        only(|filter| filter.genres = genres(&[1, 10, 11])),
        only(|filter| filter.people = people(&[3])),
        only(|filter| filter.people = people(&[1, 2, 404])),
        only(|filter| filter.people = people(&[20])),
        only(|filter| {
            filter.people = people(&[1, 20]);
            filter.roles = roles(&[CreditRole::Writer]);
        }),
        only(|filter| {
            filter.people = people(&[1, 2]);
            filter.roles = roles(&[CreditRole::Director, CreditRole::Actor]);
        }),
        only(|filter| {
            filter.people = people(&[21]);
            filter.roles = roles(&[CreditRole::Guest]);
        }),
        // Of nobody: it says nothing.
        only(|filter| filter.roles = roles(&[CreditRole::Guest])),
        only(|filter| filter.year_from = Some(1999)),
        only(|filter| filter.year_from = Some(2000)),
        only(|filter| filter.year_to = Some(1999)),
        only(|filter| {
            filter.year_from = Some(1999);
            filter.year_to = Some(1999);
        }),
        only(|filter| filter.language = Some("de".to_owned())),
        only(|filter| filter.language = Some("en".to_owned())),
        only(|filter| {
            filter.genres = genres(&[1, 2]);
            filter.people = people(&[1]);
        }),
        only(|filter| {
            filter.genres = Some((1..=200).map(GenreId).collect());
            filter.people = Some((2..=200).map(PersonId).collect());
        }),
        TitleFilter {
            kinds: kinds(&[TitleKind::Film]),
            genres: genres(&[0, 1, 2]),
            people: people(&[0, 1, 2]),
            year_from: Some(1999),
            year_to: Some(2000),
            language: Some("en".to_owned()),
            ..TitleFilter::default()
        },
    ]
}
