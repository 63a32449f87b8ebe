//! Conditions together, one by one as any reader would check them, and how many titles have what in common.

use std::collections::{BTreeMap, HashSet};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reelgraph::domain::catalog::{
    CreditRole, Facet, FacetCount, FacetValue, MissingFact, PictureKind, Publication, Rating,
    Texts, Title, TitleFilter, TitleKind, TitleListStore, TitleState, Visibility,
};
use reelgraph::domain::ids::{GenreId, PersonId, TitleId};

use super::backend::{Opened, open};
use super::filters::{listed, moment, some_titles, texts, titles};
use super::sample_filters::only;
use super::samples::{at, certification, credit, film, put_titles, revised, series};

on_every_backend!(open on [memory]:
    many_conditions_together_are_each_of_them,
    facets_are_counted_without_their_own_conditions,
    facets_have_the_most_first_and_not_too_many,
    what_may_not_be_seen_is_in_no_facet,
);

/// What passes, from the words of [`TitleFilter`] alone.
fn passes(filter: &TitleFilter, title: &Title) -> bool {
    let has_genre = |genre: &GenreId| title.genres.contains(genre);
    let has_person = |person: &PersonId| title.credits.iter().any(|one| one.person == *person);
    let speaks = |language: &String| title.languages.contains(language);
    let length = title.duration.or(title.episode_duration);
    let oldest = title.certifications.iter().map(|one| one.age).max();
    let checks = [
        filter.kinds.iter().all(|it| it.contains(&title.kind)),
        filter
            .states
            .iter()
            .all(|it| it.contains(&title.publication.state)),
        filter.genres.iter().all(|it| it.iter().any(has_genre)),
        filter.genres_all.iter().flatten().all(has_genre),
        filter.people.iter().all(|it| it.iter().any(has_person)),
        filter.people_all.iter().flatten().all(has_person),
        filter.language.iter().all(speaks),
        filter.languages.iter().all(|it| it.iter().any(speaks)),
        filter.countries.iter().all(|it| {
            let mut countries = title.countries.iter();
            countries.any(|country| it.contains(country))
        }),
        filter.year_from.is_none_or(|from| title.year >= Some(from)),
        filter
            .year_to
            .is_none_or(|to| title.year.is_some_and(|year| year <= to)),
        filter.decades.iter().all(|decades| {
            let decade = title.year.map(|year| year.div_euclid(10) * 10);
            decade.is_some_and(|decade| decades.contains(&decade))
        }),
        filter.duration_from.is_none_or(|from| length >= Some(from)),
        filter
            .duration_to
            .is_none_or(|to| length.is_some_and(|seconds| seconds <= to)),
        filter
            .max_age
            .is_none_or(|most| oldest.is_some_and(|age| age <= most)),
        filter
            .min_rating
            .is_none_or(|least| title.rating().is_some_and(|rating| rating >= least)),
        filter
            .missing
            .iter()
            .all(|it| it.iter().any(|fact| lacks(title, *fact))),
        filter
            .added_since
            .is_none_or(|since| title.stamp.created_at >= since),
        filter.among.iter().all(|it| it.contains(&title.id)),
        !filter.without.iter().any(|it| it.contains(&title.id)),
    ];
    !checks.contains(&false)
}

/// Whether a title lacks something, from the words of [`MissingFact`] alone.
fn lacks(title: &Title, fact: MissingFact) -> bool {
    match fact {
        MissingFact::Poster => title
            .pictures
            .iter()
            .all(|kept| kept.picture.kind != PictureKind::Poster),
        MissingFact::Overview => title.overview == Texts::default(),
        MissingFact::Director => title
            .credits
            .iter()
            .all(|credit| credit.role != CreditRole::Director),
        MissingFact::Duration => title.duration.or(title.episode_duration).is_none(),
        MissingFact::Certification => title.certifications.is_empty(),
        MissingFact::ExternalId => title.external_ids.is_empty(),
    }
}

fn some_of<T: Clone>(random: &mut StdRng, all: &[T], most: usize) -> Vec<T> {
    let many = random.random_range(0..=most);
    let one = |_| all[random.random_range(0..all.len())].clone();
    (0..many).map(one).collect()
}

fn at_times<T>(random: &mut StdRng, value: impl FnOnce(&mut StdRng) -> T) -> Option<T> {
    random.random_ratio(1, 5).then(|| value(random))
}

const CODES: [&str; 4] = ["en", "de", "fr", "es"];
const COUNTRIES: [&str; 4] = ["US", "DE", "FR", "SU"];

fn random_title(random: &mut StdRng, number: u64) -> Title {
    let kind = if random.random_ratio(1, 3) {
        TitleKind::Series
    } else {
        TitleKind::Film
    };
    let genres: Vec<GenreId> = (1..6).map(GenreId).collect();
    let people: Vec<u64> = (1..8).collect();
    let credits = some_of(random, &people, 3);
    let mut title = match kind {
        TitleKind::Film => film(number),
        TitleKind::Series => series(number),
    };
    let length = at_times(random, |_| None).unwrap_or(Some(60 * random.random_range(20_u32..30)));
    match kind {
        TitleKind::Film => title.duration = length,
        TitleKind::Series => title.episode_duration = length,
    }
    title.name = format!("Title {}", random.random_range(0..50));
    title.year =
        at_times(random, |_| None).unwrap_or_else(|| Some(random.random_range(1985..2005)));
    title.premiered = None;
    title.genres = some_of(random, &genres, 3);
    title.credits = (0..)
        .zip(credits)
        .map(|(order, person)| {
            let role = match order {
                0 => CreditRole::Director,
                _ => CreditRole::Actor,
            };
            credit(person, role, order)
        })
        .collect();
    title.languages = some_of(random, &CODES.map(str::to_owned), 2);
    title.countries = some_of(random, &COUNTRIES.map(str::to_owned), 2);
    title.certifications = some_of(random, &[0, 6, 12, 16, 18], 1)
        .into_iter()
        .map(|age| certification("DE", "FSK", age))
        .collect();
    if random.random_ratio(1, 3) {
        let pictures = &mut title.pictures;
        pictures.retain(|kept| kept.picture.kind != PictureKind::Poster);
    }
    title.external_ids.truncate(random.random_range(0..3));
    if random.random_ratio(1, 3) {
        title.overview = Texts::default();
    }
    title.scores.truncate(random.random_range(0..4));
    title.stamp.created_at = moment(random.random_range(0..500));
    if random.random_ratio(1, 6) {
        title.publication.state = TitleState::Hidden;
    }
    title
}

fn random_filter(random: &mut StdRng) -> TitleFilter {
    let genres: Vec<GenreId> = (1..7).map(GenreId).collect();
    let people: Vec<PersonId> = (1..9).map(PersonId).collect();
    let decades = [1980, 1990, 2000, 2010];
    let kinds = [TitleKind::Film, TitleKind::Series];
    let numbers: Vec<u64> = (1..320).collect();
    TitleFilter {
        kinds: at_times(random, |random| some_of(random, &kinds, 2)),
        genres: at_times(random, |random| some_of(random, &genres, 3)),
        genres_all: at_times(random, |random| some_of(random, &genres, 2)),
        people: at_times(random, |random| some_of(random, &people, 3)),
        roles: None,
        people_all: at_times(random, |random| some_of(random, &people, 2)),
        year_from: at_times(random, |random| random.random_range(1980..2000)),
        year_to: at_times(random, |random| random.random_range(1990..2010)),
        decades: at_times(random, |random| some_of(random, &decades, 2)),
        duration_from: at_times(random, |random| random.random_range(1200..1700)),
        duration_to: at_times(random, |random| random.random_range(1300..1800)),
        language: at_times(random, |random| CODES[random.random_range(0..4)].to_owned()),
        languages: at_times(random, |random| {
            some_of(random, &CODES.map(str::to_owned), 2)
        }),
        countries: at_times(random, |random| {
            some_of(random, &COUNTRIES.map(str::to_owned), 2)
        }),
        max_age: at_times(random, |random| random.random_range(0..20)),
        // One score gives 6.9, both give 6.789.
        min_rating: at_times(random, |random| random.random_range(6.7..7.0))
            .and_then(Rating::of_points),
        missing: at_times(random, |random| some_of(random, &MissingFact::ALL, 2)),
        states: at_times(random, |random| some_of(random, &TitleState::ALL, 2)),
        initial: at_times(random, |_| 'T'),
        added_since: at_times(random, |random| moment(random.random_range(0..600))),
        among: at_times(random, |random| titles(&some_of(random, &numbers, 200))),
        without: at_times(random, |random| titles(&some_of(random, &numbers, 200))),
    }
}

/// How many titles have each value, one by one.
fn counted(titles: &[&Title], facet: Facet) -> BTreeMap<FacetValue, u64> {
    let mut counts = BTreeMap::new();
    for title in titles {
        let values: HashSet<FacetValue> = match facet {
            Facet::Genre => title
                .genres
                .iter()
                .map(|id| FacetValue::Genre(*id))
                .collect(),
            Facet::Kind => [FacetValue::Kind(title.kind)].into(),
            Facet::Decade => {
                let year = title.year.iter();
                year.map(|year| FacetValue::Decade(year.div_euclid(10) * 10))
                    .collect()
            }
            Facet::Language => {
                let codes = title.languages.iter().cloned();
                codes.map(FacetValue::Language).collect()
            }
            Facet::Country => {
                let codes = title.countries.iter().cloned();
                codes.map(FacetValue::Country).collect()
            }
            Facet::Age => {
                let ages = title.certifications.iter().map(|one| one.age).max();
                ages.into_iter().map(FacetValue::Age).collect()
            }
            Facet::Missing => {
                let facts = MissingFact::ALL.into_iter();
                let facts = facts.filter(|fact| lacks(title, *fact));
                facts.map(FacetValue::Missing).collect()
            }
        };
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
    }
    counts
}

fn by_value(counts: &[FacetCount]) -> BTreeMap<FacetValue, u64> {
    let counts = counts.iter();
    counts.map(|one| (one.value.clone(), one.titles)).collect()
}

/// The filter without what it says of a facet.
fn lifted(filter: &TitleFilter, facet: Facet) -> TitleFilter {
    let mut filter = filter.clone();
    match facet {
        Facet::Genre => filter.genres = None,
        Facet::Kind => filter.kinds = None,
        Facet::Decade => filter.decades = None,
        Facet::Language => {
            filter.language = None;
            filter.languages = None;
        }
        Facet::Country => filter.countries = None,
        Facet::Age => filter.max_age = None,
        Facet::Missing => filter.missing = None,
    }
    filter
}

async fn many_conditions_together_are_each_of_them(store: &Opened) {
    let mut random = StdRng::seed_from_u64(7);
    let mut all: Vec<Title> = (1..=300)
        .map(|number| random_title(&mut random, number))
        .collect();
    put_titles(store, all.clone()).await.unwrap();
    // What has changed is where it is now, and nowhere else.
    for title in all.iter_mut().step_by(3) {
        let new = random_title(&mut random, title.id.0);
        *title = revised(title, |title| {
            let stamp = title.stamp;
            *title = new;
            title.stamp = stamp;
        });
    }
    let changed: Vec<Title> = all.iter().step_by(3).cloned().collect();
    put_titles(store, changed).await.unwrap();
    let everything = Visibility::everything();
    let published = everything.only_published(at(0));
    let (mut found, mut counts) = (0, 0);

    for round in 0..400 {
        let filter = random_filter(&mut random);
        let visibility = [everything, published][round % 2];
        let passing = |filter: &TitleFilter| -> Vec<&Title> {
            let all = all.iter().filter(|title| visibility.shows(title));
            all.filter(|title| passes(filter, title)).collect()
        };

        let mut listed = listed(store, &visibility, &filter).await;
        let facets = store.count_facets(&visibility, &filter, &Facet::ALL, 100);

        listed.sort_unstable();
        let expected: Vec<TitleId> = passing(&filter).iter().map(|title| title.id).collect();
        assert_eq!(listed, expected, "{filter:?}");
        found += listed.len();
        for (facet, facets) in Facet::ALL.into_iter().zip(facets.await.unwrap()) {
            let expected = counted(&passing(&lifted(&filter, facet)), facet);
            assert_eq!(by_value(&facets), expected, "{facet:?} of {filter:?}");
            counts += facets.len();
        }
    }

    assert!(found > 400 && counts > 2_000, "{found} {counts}");
}

async fn facets_are_counted_without_their_own_conditions(store: &Opened) {
    put_titles(store, some_titles()).await.unwrap();
    let count = async |filter: &TitleFilter, facet| {
        let (everything, asked) = (Visibility::everything(), [facet]);
        let counts = store.count_facets(&everything, filter, &asked, 9);
        let [counts] = <[_; 1]>::try_from(counts.await.unwrap()).unwrap();
        let counts = counts.into_iter();
        counts
            .map(|one| (one.value, one.titles))
            .collect::<Vec<_>>()
    };
    let genre = |id, titles| (FacetValue::Genre(GenreId(id)), titles);

    let all = count(&TitleFilter::default(), Facet::Genre).await;
    assert_eq!(all, [genre(1, 2), genre(2, 2), genre(3, 2), genre(9, 1)]);
    let of_genre = only(|it| it.genres = Some(vec![GenreId(1)]));
    assert_eq!(count(&of_genre, Facet::Genre).await, all);
    let with_genre = only(|it| it.genres_all = Some(vec![GenreId(1)]));
    assert_eq!(
        count(&with_genre, Facet::Genre).await,
        [genre(1, 2), genre(2, 1)]
    );
    let kinds = [(FacetValue::Kind(TitleKind::Film), 1)];
    let of_both = only(|it| {
        it.genres = Some(vec![GenreId(1)]);
        it.decades = Some(vec![1990]);
    });
    assert_eq!(count(&of_both, Facet::Kind).await, kinds);
    assert_eq!(
        count(&of_both, Facet::Decade).await,
        [(FacetValue::Decade(1980), 1), (FacetValue::Decade(1990), 1)]
    );
    assert_eq!(
        count(&of_both, Facet::Genre).await,
        [genre(2, 2), genre(1, 1), genre(3, 1)]
    );
    let for_children = only(|it| it.max_age = Some(6));
    let ages = [0, 6, 12, 16].map(|age| (FacetValue::Age(age), 1));
    assert_eq!(count(&for_children, Facet::Age).await, ages);
    let lacking = only(|it| it.missing = Some(vec![MissingFact::Duration]));
    let missing = |fact, titles| (FacetValue::Missing(fact), titles);
    assert_eq!(
        count(&lacking, Facet::Missing).await,
        [
            missing(MissingFact::Director, 4),
            missing(MissingFact::Poster, 2),
            missing(MissingFact::Overview, 2),
            missing(MissingFact::Duration, 2),
            missing(MissingFact::Certification, 2),
            missing(MissingFact::ExternalId, 2),
        ]
    );
}

async fn facets_have_the_most_first_and_not_too_many(store: &Opened) {
    let all: Vec<Title> = (1..=60_u64)
        .map(|number| Title {
            genres: (1..=60)
                .filter(|genre| number % genre == 0)
                .map(GenreId)
                .collect(),
            ..film(number)
        })
        .collect();
    put_titles(store, all).await.unwrap();

    let facets = [Facet::Kind, Facet::Genre];
    let (everything, filter) = (Visibility::everything(), TitleFilter::default());
    let counts = store.count_facets(&everything, &filter, &facets, 4);

    let counts = counts.await.unwrap();
    let count = |value, titles| FacetCount { value, titles };
    assert_eq!(counts[0], [count(FacetValue::Kind(TitleKind::Film), 60)]);
    let expected = [(1, 60), (2, 30), (3, 20), (4, 15)];
    let expected = expected.map(|(id, titles)| count(FacetValue::Genre(GenreId(id)), titles));
    assert_eq!(counts[1], expected);
}

async fn what_may_not_be_seen_is_in_no_facet(store: &Opened) {
    let mut all = some_titles();
    all[0].publication.state = TitleState::Draft;
    all[1].publication = Publication {
        until: Some(at(0)),
        ..Publication::default()
    };
    put_titles(store, all.clone()).await.unwrap();
    let published = Visibility::everything().only_published(at(0));

    let any = TitleFilter::default();
    let facets = store.count_facets(&published, &any, &Facet::ALL, 100);

    let seen: Vec<&Title> = all[2..].iter().collect();
    for (facet, counts) in Facet::ALL.into_iter().zip(facets.await.unwrap()) {
        assert_eq!(by_value(&counts), counted(&seen, facet), "{facet:?}");
    }
    let french = only(|it| it.languages = Some(texts(&["fr"])));
    let facets = store.count_facets(&published, &french, &[Facet::Genre], 100);
    assert_eq!(facets.await.unwrap(), [Vec::<FacetCount>::new()]);
}
