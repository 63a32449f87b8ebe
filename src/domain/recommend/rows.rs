//! A page made for a viewer: one list of suggestions, laid out in rows by what speaks for them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use super::types::{Reason, ReasonKind, ReasonSource, Recommendation};
use crate::domain::ids::TitleId;

/// The fewest titles of a row.
const MIN_ITEMS: usize = 4;
/// How many rows of one sort stand on a page, but for popular ones.
const MAX_PER_KIND: usize = 2;
/// The most titles of a row, however far somebody scrolls: as many as the longest list for a viewer has.
const MAX_ITEMS: usize = 300;

/// The order in which sorts of rows take turns.
const TURNS: [RowKind; 9] = [
    RowKind::BecauseYouLiked,
    RowKind::BecauseYouWatched,
    RowKind::Trending,
    RowKind::GenreYouWatch,
    RowKind::WatchedBySimilarViewers,
    RowKind::New,
    RowKind::SameDirector,
    RowKind::SameActor,
    RowKind::Rewatch,
];

/// A row of a page made for a viewer.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub kind: RowKind,
    /// What it is about, if about something: the title watched, the person, the genre.
    pub seed: Option<ReasonSource>,
    /// The titles, the best first: those that stand on the page, then those that follow when somebody scrolls.
    pub items: Vec<Item>,
    /// How many of them stand on the page.
    pub shown: usize,
}

/// A title in a row, without what is said for it: most of a row is never shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    pub title: TitleId,
    /// Its place in the list that the row is of.
    pub(super) place: usize,
}

impl Row {
    /// Which row it is.
    pub fn key(&self) -> Key {
        (self.kind, self.seed)
    }

    /// The titles that stand on the page.
    pub fn on_page(&self) -> &[Item] {
        &self.items[..self.shown.min(self.items.len())]
    }
}

/// The sorts of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKind {
    /// Like a title that the viewer watched.
    BecauseYouWatched,
    /// Like a title that the viewer gave a thumb up.
    BecauseYouLiked,
    /// By a director whose titles the viewer watched.
    SameDirector,
    /// With an actor whose titles the viewer watched.
    SameActor,
    /// Of a genre that the viewer watches.
    GenreYouWatch,
    /// What viewers of the same titles watched.
    WatchedBySimilarViewers,
    /// What the most people watched in the last days.
    Trending,
    /// What was added lately.
    New,
    /// What the viewer watched to the end, not lately.
    Rewatch,
    /// What many watch, of a genre or of any.
    Popular,
}

/// Titles for a row that does not come from the reasons of the list.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    pub(super) kind: RowKind,
    /// In the order of the row.
    pub(super) titles: Vec<Recommendation>,
}

/// Lays out a list of suggestions in at most `rows` rows of `items_per_row` titles, and what follows in each. No title is
/// in two of them, whoever scrolls which of them how far. The same list gives the same page.
pub(super) fn lay_out(
    list: &[Recommendation],
    others: &[Offer],
    rows: usize,
    items_per_row: usize,
) -> Vec<Row> {
    let mut offers = offers_of(list, others);
    let mut used: HashSet<TitleId> = HashSet::new();
    let mut page = Vec::new();
    let mut rests = Vec::new();
    for kind in TURNS
        .into_iter()
        .cycle()
        .take(TURNS.len() * MAX_PER_KIND)
        .chain(std::iter::repeat_n(RowKind::Popular, rows))
    {
        if page.len() == rows {
            break;
        }
        let so_far = page.iter().filter(|row: &&Row| row.kind == kind).count();
        if kind != RowKind::Popular && so_far == MAX_PER_KIND {
            continue;
        }
        if let Some((row, rest)) = take_best(&mut offers, kind, items_per_row, &mut used) {
            page.push(row);
            rests.push(rest.into_iter());
        }
    }
    // Rows that take turns get about as long as each other, and the turns do not depend on who scrolls.
    let mut goes_on = true;
    while goes_on {
        goes_on = false;
        for (row, rest) in page.iter_mut().zip(&mut rests) {
            let room = MAX_ITEMS.saturating_sub(row.items.len());
            let free = rest.filter(|(_, item)| used.insert(item.title));
            let before = row.items.len();
            let more = free.take(items_per_row.min(room));
            row.items.extend(more.map(|(_, item)| item));
            goes_on |= row.items.len() > before;
        }
    }
    page
}

/// Rows by themselves, whatever pages they were on: one that has fewer titles in each may have other rows. All titles that
/// speak for it are in each; those of too few are left out.
pub(super) fn alone(
    list: &[Recommendation],
    others: &[Offer],
    keys: &[Key],
    items: usize,
) -> Vec<Row> {
    if keys.is_empty() {
        return Vec::new();
    }
    let mut offers = offers_of(list, others);
    let rows = keys.iter().filter_map(|key| {
        let titles = offers.remove(key)?.into_iter().take(MAX_ITEMS);
        let titles: Vec<Item> = titles.map(|(_, item)| item).collect();
        (titles.len() >= MIN_ITEMS.min(items)).then(|| Row {
            kind: key.0,
            seed: key.1,
            shown: titles.len().min(items),
            items: titles,
        })
    });
    rows.collect()
}

/// Which row: its sort and what it is about.
pub(crate) type Key = (RowKind, Option<ReasonSource>);

/// The suggestions that something speaks for, by how much.
type Offered = Vec<(f64, Item)>;

/// What could stand in a row: for each sort and source the suggestions that it speaks for.
type Offers = BTreeMap<Key, Offered>;

/// Those of the list and the others.
fn offers_of(list: &[Recommendation], others: &[Offer]) -> Offers {
    let mut offers = offers(list);
    for offer in others {
        // Their own order: the first counts the most.
        let ranked = items(&offer.titles).rev().zip(1_u32..);
        let mut titles: Offered = ranked
            .map(|((item, _), at)| (f64::from(at), item))
            .collect();
        titles.reverse();
        offers.insert((offer.kind, None), titles);
    }
    offers
}

/// The titles of a list, with what is said for them.
fn items(list: &[Recommendation]) -> impl DoubleEndedIterator<Item = (Item, &Recommendation)> {
    list.iter().enumerate().map(|(place, found)| {
        let title = found.title;
        (Item { title, place }, found)
    })
}

fn offers(list: &[Recommendation]) -> Offers {
    let mut offers = Offers::new();
    for (item, found) in items(list) {
        for reason in &found.reasons {
            if let Some(key) = named_after(reason) {
                let titles = offers.entry(key).or_default();
                titles.push((reason.contribution, item));
            }
        }
    }
    for titles in offers.values_mut() {
        titles.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.title.cmp(&y.title)));
    }
    offers
}

/// The row that is named after a reason, if there is one.
fn named_after(reason: &Reason) -> Option<Key> {
    Some(match reason.kind {
        ReasonKind::Watched => (RowKind::BecauseYouWatched, Some(reason.source)),
        ReasonKind::Liked => (RowKind::BecauseYouLiked, Some(reason.source)),
        ReasonKind::SharedDirector => (RowKind::SameDirector, Some(reason.source)),
        ReasonKind::SharedActor => (RowKind::SameActor, Some(reason.source)),
        ReasonKind::SharedGenre => (RowKind::GenreYouWatch, Some(reason.source)),
        ReasonKind::SimilarViewers => (RowKind::WatchedBySimilarViewers, None),
        ReasonKind::Popular if matches!(reason.source, ReasonSource::Genre(_)) => {
            (RowKind::Popular, Some(reason.source))
        }
        ReasonKind::Popular => (RowKind::Popular, None),
        ReasonKind::SameDecade
        | ReasonKind::SharedOrigin
        | ReasonKind::NextInCollection
        | ReasonKind::SameCollection
        | ReasonKind::Against => return None,
    })
}

/// A suggestion as it stands in a row: the reason that the row is named after comes first, the others as they were. Its
/// score is the sum in that order, to the last bit.
pub(super) fn in_row(found: &Recommendation, row: Key) -> Recommendation {
    let mut found = found.clone();
    let mut reasons = found.reasons.iter();
    if let Some(at) = reasons.position(|reason| named_after(reason) == Some(row)) {
        found.reasons[..=at].rotate_right(1);
        found.score = found.reasons.iter().map(|it| it.contribution).sum();
    }
    found
}

/// The row of a sort whose titles it speaks for the most, of titles that are not on the page yet, and all that could
/// stand in it.
fn take_best(
    offers: &mut Offers,
    kind: RowKind,
    items: usize,
    used: &mut HashSet<TitleId>,
) -> Option<(Row, Offered)> {
    let (_, key, titles) = offers
        .iter()
        .filter(|((of, _), _)| *of == kind)
        .map(|(key, titles)| {
            let free = titles
                .iter()
                .filter(|(_, item)| !used.contains(&item.title));
            (*key, free.take(items).copied().collect::<Vec<_>>())
        })
        .filter(|(_, titles)| titles.len() >= MIN_ITEMS.min(items))
        .map(|(key, titles)| {
            (
                titles
                    .iter()
                    .map(|(contribution, _)| contribution)
                    .sum::<f64>(),
                key,
                titles,
            )
        })
        .max_by(|(a, x, _), (b, y, _)| a.total_cmp(b).then(Reverse(x).cmp(&Reverse(y))))?;
    let all = offers.remove(&key)?;
    let items: Vec<Item> = titles.into_iter().map(|(_, item)| item).collect();
    used.extend(items.iter().map(|item| item.title));
    let row = Row {
        kind,
        seed: key.1,
        shown: items.len(),
        items,
    };
    Some((row, all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{GenreId, PersonId};

    const HEAT: ReasonSource = ReasonSource::Title(TitleId(1000));

    fn found(title: u64, reasons: &[(ReasonKind, ReasonSource, f64)]) -> Recommendation {
        let reasons: Vec<Reason> = reasons
            .iter()
            .map(|(kind, source, contribution)| Reason {
                kind: *kind,
                contribution: *contribution,
                source: *source,
            })
            .collect();
        Recommendation {
            title: TitleId(title),
            score: reasons.iter().map(|reason| reason.contribution).sum(),
            reasons,
        }
    }

    fn list() -> Vec<Recommendation> {
        let popular = |title| {
            (
                ReasonKind::Popular,
                ReasonSource::Title(TitleId(title)),
                0.01,
            )
        };
        let mann = ReasonSource::Person(PersonId(1));
        let crime = ReasonSource::Genre(GenreId(1));
        (1..=30)
            .map(|id| match id {
                1..=10 => found(
                    id,
                    &[
                        (ReasonKind::Watched, HEAT, 1.0),
                        (ReasonKind::SharedGenre, crime, 0.2),
                        popular(id),
                    ],
                ),
                11..=13 => found(id, &[(ReasonKind::SharedDirector, mann, 2.0), popular(id)]),
                14..=20 => found(id, &[(ReasonKind::SharedGenre, crime, 0.3), popular(id)]),
                _ => found(id, &[popular(id)]),
            })
            .collect()
    }

    #[test]
    fn rows_follow_the_reasons_and_share_no_title() {
        let page = lay_out(&list(), &[], 6, 6);

        let rows = page.iter();
        let rows: Vec<_> = rows
            .map(|row| (row.kind, row.shown, row.items.len()))
            .collect();
        // The popular row shows what else could follow in the first.
        assert_eq!(
            rows,
            [
                (RowKind::BecauseYouWatched, 6, 6),
                (RowKind::GenreYouWatch, 6, 7),
                (RowKind::Popular, 6, 17)
            ]
        );
        let titles: Vec<_> = page
            .iter()
            .flat_map(|row| row.items.iter().map(|item| item.title))
            .collect();
        assert_eq!(titles.iter().collect::<HashSet<_>>().len(), titles.len());
    }

    #[test]
    fn rows_take_turns_at_what_follows_and_have_an_end() {
        let crime = ReasonSource::Genre(GenreId(1));
        let reasons = [
            (ReasonKind::Watched, HEAT, 0.7),
            (ReasonKind::SharedGenre, crime, 0.2),
        ];
        let list: Vec<_> = (1..=2_000).map(|id| found(id, &reasons)).collect();
        let titles = |row: &Row| row.items.iter().map(|it| it.title.0).collect::<Vec<_>>();

        let page = lay_out(&list, &[], 2, 4);

        let [watched, genre] = [&page[0], &page[1]].map(titles);
        assert_eq!(watched[..8], [1, 2, 3, 4, 9, 10, 11, 12]);
        assert_eq!(genre[..8], [5, 6, 7, 8, 13, 14, 15, 16]);
        assert_eq!((watched.len(), genre.len()), (MAX_ITEMS, MAX_ITEMS));
        let shown = page[1].on_page().iter().map(|it| it.title.0);
        assert_eq!(shown.collect::<Vec<_>>(), [5, 6, 7, 8]);
    }

    #[test]
    fn a_row_that_is_not_on_a_page_is_found_by_itself() {
        let mann = Some(ReasonSource::Person(PersonId(1)));
        let crime = Some(ReasonSource::Genre(GenreId(1)));
        let find = |kind, seed| alone(&list(), &[], &[(kind, seed)], 4).pop();

        let row = find(RowKind::GenreYouWatch, crime).unwrap();

        let titles = row.items.iter().map(|it| it.title.0);
        let expected = (14..=20).chain(1..=10);
        assert!(titles.eq(expected), "{row:?}");
        assert_eq!(row.shown, 4);
        assert_eq!(find(RowKind::SameDirector, mann), None, "too few");
        assert_eq!(find(RowKind::Trending, None), None);
    }

    #[test]
    fn a_row_of_too_few_titles_is_left_out() {
        assert!(
            lay_out(&list(), &[], 8, 6)
                .iter()
                .all(|row| row.kind != RowKind::SameDirector && row.items.len() >= MIN_ITEMS)
        );
    }

    #[test]
    fn the_reason_that_names_the_row_comes_first_in_it() {
        let crime = ReasonSource::Genre(GenreId(1));
        let mann = ReasonSource::Person(PersonId(1));
        let reasons = [
            (ReasonKind::Watched, HEAT, 0.7),
            (ReasonKind::SharedGenre, crime, 0.2),
            (ReasonKind::SharedDirector, mann, 0.1),
        ];
        let list: Vec<_> = (1..=12).map(|id| found(id, &reasons)).collect();

        let page = lay_out(&list, &[], 3, 4);

        let expected = [
            (RowKind::BecauseYouWatched, vec![0.7, 0.2, 0.1]),
            (RowKind::GenreYouWatch, vec![0.2, 0.7, 0.1]),
            (RowKind::SameDirector, vec![0.1, 0.7, 0.2]),
        ];
        assert_eq!(page.len(), expected.len());
        for (row, (kind, contributions)) in page.iter().zip(expected) {
            assert_eq!((row.kind, row.items.len()), (kind, 4));
            for item in &row.items {
                let item = in_row(&list[item.place], row.key());
                let shown: Vec<f64> = item.reasons.iter().map(|it| it.contribution).collect();
                assert_eq!(shown, contributions);
                let sum: f64 = shown.iter().sum();
                assert_eq!(sum.to_bits(), item.score.to_bits());
            }
        }
    }

    #[test]
    fn a_page_for_nobody_in_particular_has_a_row_for_each_genre() {
        let list: Vec<_> = (1..=20)
            .map(|id| {
                found(
                    id,
                    &[(
                        ReasonKind::Popular,
                        ReasonSource::Genre(GenreId(id % 3)),
                        0.5,
                    )],
                )
            })
            .collect();

        let page = lay_out(&list, &[], 8, 5);

        assert_eq!(
            page.iter()
                .map(|row| row.seed)
                .collect::<HashSet<_>>()
                .len(),
            3
        );
        assert!(page.iter().all(|row| row.kind == RowKind::Popular));
    }
}
