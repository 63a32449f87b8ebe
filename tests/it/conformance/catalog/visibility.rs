//! Who may see a title: stores filter by it before they cut a page, and count by it.

use reelgraph::domain::catalog::{
    CatalogBatch, Certification, CreditRole, Episode, Publication, Title, TitleFacts, TitleFilter,
    TitleKind, TitleListStore, TitleQuery, TitleState, Visibility, VisibilityPolicy,
};
use reelgraph::domain::ids::{GenreId, PersonId};
use reelgraph::domain::page::{Direction, Window};
use reelgraph::domain::viewer::Viewer;

use super::backend::{Opened, open};
use super::lists::{ORDERS, expected, ids, walk_seen};
use super::samples::{at, credit, episode, film, put_titles, revised, series};

on_every_backend!(open on [memory]:
    every_list_and_count_is_of_what_may_be_seen,
    few_titles_for_a_child_are_found_in_a_large_catalogue,
    a_title_that_changes_is_seen_by_others,
    publication_is_read_as_it_was_written,
    people_are_seen_with_what_credits_them,
);

/// The ages that titles ask for.
const AGES: [Option<u8>; 5] = [None, Some(0), Some(6), Some(12), Some(18)];
/// When the viewers look, as seconds since 1970.
const NOW: u64 = 1000;

fn window(from: Option<u64>, until: Option<u64>) -> Publication {
    Publication {
        state: TitleState::Published,
        from: from.map(at),
        until: until.map(at),
    }
}

fn publications() -> [Publication; 7] {
    let of_state = |state| Publication {
        state,
        ..Publication::default()
    };
    [
        Publication::default(),
        of_state(TitleState::Draft),
        of_state(TitleState::Hidden),
        window(Some(NOW), None),
        window(Some(NOW + 1), None),
        window(None, Some(NOW)),
        window(Some(NOW - 1), Some(NOW + 1)),
    ]
}

fn rated(age: Option<u8>) -> Vec<Certification> {
    let certification = |age: u8| Certification {
        system: "DE".to_owned(),
        label: age.to_string(),
        age,
    };
    age.map(certification).into_iter().collect()
}

/// Each rating with each publication, as films and as series.
fn catalogue() -> Vec<Title> {
    let all = AGES
        .into_iter()
        .flat_map(|age| publications().map(|publication| (age, publication)));
    (1..)
        .zip(all)
        .map(|(number, (age, publication))| Title {
            publication,
            certifications: rated(age),
            genres: vec![GenreId(number % 3)],
            ..if number % 4 == 0 {
                series(number)
            } else {
                film(number)
            }
        })
        .collect()
}

/// Everybody: strangers, children, with and without the unrated, and who sees what is not published.
fn audiences() -> Vec<Visibility> {
    let site = VisibilityPolicy::default();
    let lenient = VisibilityPolicy {
        unrated_for_children: true,
        ..site
    };
    let stranger = site.of(&Viewer::Anonymous, at(NOW));
    let mut all = vec![stranger, Visibility::everything()];
    for visibility in all.clone() {
        for age in [0, 6, 12, 18] {
            all.push(site.narrowed(&visibility, Some(age)));
            all.push(lenient.narrowed(&visibility, Some(age)));
        }
    }
    all
}

async fn every_list_and_count_is_of_what_may_be_seen(store: &Opened) {
    let all = catalogue();
    put_titles(store, all.clone()).await.unwrap();
    let filters = [
        TitleFilter::default(),
        TitleFilter {
            kinds: Some(vec![TitleKind::Film]),
            ..TitleFilter::default()
        },
        TitleFilter {
            genres: Some(vec![GenreId(1), GenreId(2)]),
            ..TitleFilter::default()
        },
    ];
    for visibility in audiences() {
        let seen: Vec<Title> = all
            .iter()
            .filter(|title| visibility.shows(title))
            .cloned()
            .collect();
        for filter in &filters {
            for order in ORDERS {
                let query = TitleQuery {
                    filter: filter.clone(),
                    order,
                };
                let expected = expected(&seen, &query);

                let forward = walk_seen(store, &visibility, &query, 2, Direction::Forward).await;
                let backward = walk_seen(store, &visibility, &query, 3, Direction::Backward).await;

                assert_eq!(ids(&forward), expected, "{visibility:?} {query:?}");
                assert_eq!(ids(&backward), expected, "{visibility:?} {query:?}");
            }
            let count = store.count_titles(&visibility, filter).await.unwrap();
            let passing = seen
                .iter()
                .filter(|title| filter.passes(&TitleFacts::from(*title)))
                .count();
            assert_eq!(count, passing as u64, "{visibility:?} {filter:?}");
        }
    }
}

async fn few_titles_for_a_child_are_found_in_a_large_catalogue(store: &Opened) {
    let all: Vec<_> = (1..=3000)
        .map(|number| Title {
            certifications: rated(Some(if number % 500 == 0 { 6 } else { 18 })),
            ..film(number)
        })
        .collect();
    for titles in all.chunks(1000) {
        put_titles(store, titles.to_vec()).await.unwrap();
    }
    let site = VisibilityPolicy::default();
    let child = site.narrowed(&site.of(&Viewer::Anonymous, at(NOW)), Some(6));

    for order in ORDERS {
        let query = TitleQuery {
            order,
            ..TitleQuery::default()
        };
        let page = store
            .list_titles(&child, &query, &Window::first(5))
            .await
            .unwrap();

        assert_eq!((page.rows.len(), page.has_more), (5, true), "{order:?}");
        assert!(page.rows.iter().all(|title| title.age() == Some(6)));
    }
    let count = store.count_titles(&child, &TitleFilter::default()).await;
    assert_eq!(count.unwrap(), 6);
}

async fn a_title_that_changes_is_seen_by_others(store: &Opened) {
    let unrated = Title {
        certifications: Vec::new(),
        ..film(1)
    };
    put_titles(store, [unrated.clone()]).await.unwrap();
    let stranger = VisibilityPolicy::default().of(&Viewer::Anonymous, at(NOW));
    let count = async |visibility: &Visibility| {
        store
            .count_titles(visibility, &TitleFilter::default())
            .await
            .unwrap()
    };
    let child = VisibilityPolicy::default().narrowed(&stranger, Some(12));
    assert_eq!((count(&stranger).await, count(&child).await), (1, 0));

    let now_rated = revised(&unrated, |title| title.certifications = rated(Some(12)));
    put_titles(store, [now_rated.clone()]).await.unwrap();
    assert_eq!((count(&stranger).await, count(&child).await), (1, 1));

    let now_hidden = revised(&now_rated, |title| {
        title.publication.state = TitleState::Hidden;
    });
    put_titles(store, [now_hidden]).await.unwrap();
    assert_eq!((count(&stranger).await, count(&child).await), (0, 0));
}

async fn publication_is_read_as_it_was_written(store: &Opened) {
    let all = catalogue();
    put_titles(store, all.clone()).await.unwrap();
    let wanted: Vec<_> = all.iter().map(|title| title.id).collect();

    let mut found = store.titles(&wanted).await.unwrap();

    found.sort_by_key(|title| title.id);
    let found: Vec<_> = found.iter().map(|title| title.publication).collect();
    let written: Vec<_> = all.iter().map(|title| title.publication).collect();
    assert_eq!(found, written);
}

async fn people_are_seen_with_what_credits_them(store: &Opened) {
    let draft = Publication {
        state: TitleState::Draft,
        ..Publication::default()
    };
    let of = |title: Title, person: Option<u64>, publication: Publication| Title {
        credits: person
            .map(|person| credit(person, CreditRole::Actor, 0))
            .into_iter()
            .collect(),
        crew: Vec::new(),
        publication,
        ..title
    };
    let open = Publication::default();
    let hidden_film = of(film(2), Some(2), draft);
    let titles = [
        of(film(1), Some(1), open),
        hidden_film.clone(),
        of(film(3), Some(3), draft),
        of(film(4), Some(3), open),
        of(series(5), None, open),
        of(series(6), None, draft),
    ];
    put_titles(store, titles).await.unwrap();
    let guest = |person| vec![credit(person, CreditRole::Guest, 0)];
    let seen = Episode {
        directors: Vec::new(),
        crew: guest(4),
        ..episode(5, 1, 1)
    };
    let unseen = Episode {
        directors: vec![PersonId(5)],
        crew: Vec::new(),
        ..episode(6, 1, 1)
    };
    let put = async |episodes: Vec<Episode>| {
        let batch = CatalogBatch {
            episodes,
            ..CatalogBatch::default()
        };
        store.put(&batch).await.unwrap();
    };
    put(vec![seen.clone(), unseen]).await;
    let stranger = VisibilityPolicy::default().of(&Viewer::Anonymous, at(NOW));
    let hidden = async |visibility: Visibility| {
        // The last leads to nothing.
        let people = [1, 2, 3, 4, 5, 6].map(PersonId);
        store.hidden_people(&visibility, &people).await.unwrap()
    };

    assert_eq!(hidden(stranger).await, [2, 5].map(PersonId));
    assert_eq!(hidden(Visibility::everything()).await, []);

    // Another guest, and a film that is for everybody by now.
    let other = Episode {
        crew: guest(5),
        stamp: seen.stamp.next(at(2)),
        ..seen
    };
    put(vec![other]).await;
    let published = revised(&hidden_film, |film| film.publication = open);
    put_titles(store, [published]).await.unwrap();
    assert_eq!(hidden(stranger).await, []);
}
