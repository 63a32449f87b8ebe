//! Reads by id, slug, external id and place.

use std::collections::BTreeMap;

use reelgraph::domain::catalog::{PartOf, Season, SeasonId, SeriesStatus};
use reelgraph::domain::ids::{CollectionId, EpisodeId, GenreId, PersonId, TitleId};
use reelgraph::domain::language::LanguageTag;

use super::backend::{Opened, open};
use super::samples::{
    by_id, collection, episode, external, film, genre, person, put_collections, put_episodes,
    put_genres, put_people, put_titles, series,
};

on_every_backend!(open on [memory, sqlite, mongo]:
    titles_are_found_by_id_and_unknown_ids_left_out,
    titles_are_found_by_slug,
    titles_are_found_by_any_of_their_external_ids,
    people_are_found_by_id_and_slug,
    genres_are_found_by_id_and_listed_by_name,
    episodes_are_found_by_id,
    episodes_of_series_are_ordered_by_series_season_and_number,
    episodes_of_seasons_are_ordered_by_series_season_and_number,
    seasons_are_those_that_have_an_episode,
    titles_after_walks_through_all_by_id,
    what_is_asked_for_twice_is_given_once,
    asking_for_nothing_gives_nothing,
    five_thousand_are_found_in_one_call,
    every_character_survives,
    the_greatest_numbers_survive,
    every_status_of_a_series_survives,
);

async fn titles_are_found_by_id_and_unknown_ids_left_out(store: &Opened) {
    put_titles(store, [film(1), series(2), film(3)])
        .await
        .unwrap();

    let found = store.titles(&[TitleId(2), TitleId(404), TitleId(1)]).await;

    assert_eq!(by_id(found.unwrap()), [film(1), series(2)]);
}

async fn titles_are_found_by_slug(store: &Opened) {
    put_titles(store, [film(1), series(2), film(3)])
        .await
        .unwrap();

    let slugs = ["series-2", "nowhere", "FILM-1", "film-3"].map(str::to_owned);
    let found = store.titles_by_slug(&slugs).await;

    assert_eq!(by_id(found.unwrap()), [series(2), film(3)]);
}

async fn titles_are_found_by_any_of_their_external_ids(store: &Opened) {
    put_titles(store, [film(1), series(2), film(3)])
        .await
        .unwrap();

    let found = store
        .titles_by_external_id(&[
            external("imdb", "tt1"),
            external("wikidata", "Q1"),
            external("wikidata", "Q3"),
            external("wikidata", "tt3"),
            external("tmdb", "2"),
        ])
        .await;

    assert_eq!(by_id(found.unwrap()), [film(1), film(3)]);
    let none = [external("wikidata", "tt3")];
    assert_eq!(store.titles_by_external_id(&none).await.unwrap(), []);
}

async fn people_are_found_by_id_and_slug(store: &Opened) {
    put_people(store, [person(1), person(2), person(3)])
        .await
        .unwrap();

    let ids = [PersonId(404), PersonId(2)];
    let slugs = ["person-3", "nobody"].map(str::to_owned);

    assert_eq!(store.people(&ids).await.unwrap(), [person(2)]);
    assert_eq!(store.people_by_slug(&slugs).await.unwrap(), [person(3)]);
}

async fn genres_are_found_by_id_and_listed_by_name(store: &Opened) {
    let [drama, war, oper, zen] = [(1, "Drama"), (2, "War"), (3, "Öper"), (4, "Zen")]
        .map(|(number, name)| genre(number, name));
    put_genres(
        store,
        [war.clone(), oper.clone(), zen.clone(), drama.clone()],
    )
    .await
    .unwrap();

    let found = store.genres(&[GenreId(404), GenreId(2)]).await.unwrap();
    let all = store.all_genres().await.unwrap();

    assert_eq!(found, std::slice::from_ref(&war));
    assert_eq!(all, [drama, war, zen, oper]);
}

async fn episodes_are_found_by_id(store: &Opened) {
    let pilot = episode(7, 1, 1);
    put_episodes(store, [pilot.clone(), episode(7, 1, 2)])
        .await
        .unwrap();

    let found = store.episodes(&[EpisodeId(404), pilot.id]).await.unwrap();

    assert_eq!(found, [pilot]);
}

async fn episodes_of_series_are_ordered_by_series_season_and_number(store: &Opened) {
    let ordinals = [
        (8, 1, 1),
        (7, 10, 1),
        (7, 2, 1),
        (9, 1, 1),
        (7, 0, 3),
        (7, 1, 10),
        (7, 1, 9),
    ];
    put_episodes(store, ordinals.map(|(s, n, e)| episode(s, n, e)))
        .await
        .unwrap();

    let wanted = [TitleId(8), TitleId(404), TitleId(7)];
    let found = store.episodes_of_series(&wanted).await.unwrap();

    assert_eq!(
        found,
        [
            (7, 0, 3),
            (7, 1, 9),
            (7, 1, 10),
            (7, 2, 1),
            (7, 10, 1),
            (8, 1, 1)
        ]
        .map(|(s, n, e)| episode(s, n, e))
    );
}

async fn episodes_of_seasons_are_ordered_by_series_season_and_number(store: &Opened) {
    let ordinals = [
        (8, 1, 2),
        (8, 1, 1),
        (8, 2, 1),
        (7, 2, 10),
        (7, 2, 9),
        (7, 1, 1),
        (7, 0, 1),
    ];
    put_episodes(store, ordinals.map(|(s, n, e)| episode(s, n, e)))
        .await
        .unwrap();

    let wanted = [season(8, 1), season(7, 2), season(7, 0), season(404, 1)];
    let found = store.episodes_of_seasons(&wanted).await.unwrap();

    assert_eq!(
        found,
        [(7, 0, 1), (7, 2, 9), (7, 2, 10), (8, 1, 1), (8, 1, 2)].map(|(s, n, e)| episode(s, n, e))
    );
}

async fn seasons_are_those_that_have_an_episode(store: &Opened) {
    put_titles(store, [series(7), series(8)]).await.unwrap();
    let ordinals = [
        (9, 1, 1),
        (7, 10, 1),
        (7, 2, 1),
        (7, 2, 2),
        (7, 0, 1),
        (6, 1, 1),
    ];
    put_episodes(store, ordinals.map(|(s, n, e)| episode(s, n, e)))
        .await
        .unwrap();

    let wanted = [TitleId(9), TitleId(8), TitleId(404), TitleId(7)];
    let found = store.seasons(&wanted).await.unwrap();

    assert_eq!(
        found,
        [(7, 0, 1), (7, 2, 2), (7, 10, 1), (9, 1, 1)].map(|(series, number, episodes)| Season {
            id: season(series, number),
            episodes,
        })
    );
}

async fn titles_after_walks_through_all_by_id(store: &Opened) {
    put_titles(store, [film(30), series(10), film(20)])
        .await
        .unwrap();

    assert_eq!(
        store.source().titles_after(None, 2).await.unwrap(),
        [series(10), film(20)]
    );
    assert_eq!(
        store
            .source()
            .titles_after(Some(TitleId(20)), 2)
            .await
            .unwrap(),
        [film(30)]
    );
    assert_eq!(
        store
            .source()
            .titles_after(Some(TitleId(11)), 1)
            .await
            .unwrap(),
        [film(20)]
    );
    assert_eq!(
        store
            .source()
            .titles_after(Some(TitleId(30)), 2)
            .await
            .unwrap(),
        []
    );
    assert_eq!(store.source().titles_after(None, 0).await.unwrap(), []);
}

async fn what_is_asked_for_twice_is_given_once(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    put_episodes(store, [episode(1, 1, 1)]).await.unwrap();

    let slugs = ["film-1", "film-1"].map(str::to_owned);

    let titles = store.titles(&[TitleId(1), TitleId(1)]).await.unwrap();
    assert_eq!(by_id(titles), [film(1)]);
    let titles = store.titles_by_slug(&slugs).await.unwrap();
    assert_eq!(by_id(titles), [film(1)]);
    let twice = [CollectionId(1), CollectionId(1)];
    let titles = store.titles_of_collections(&twice).await.unwrap();
    assert_eq!(by_id(titles), [film(1)]);
    let seasons = [season(1, 1), season(1, 1)];
    let episodes = store.episodes_of_seasons(&seasons).await.unwrap();
    assert_eq!(episodes, [episode(1, 1, 1)]);
}

async fn asking_for_nothing_gives_nothing(store: &Opened) {
    put_titles(store, [film(1)]).await.unwrap();
    put_people(store, [person(1)]).await.unwrap();
    put_genres(store, [genre(1, "Drama")]).await.unwrap();
    put_collections(store, [collection(1)]).await.unwrap();
    put_episodes(store, [episode(1, 1, 1)]).await.unwrap();

    assert_eq!(store.titles(&[]).await.unwrap(), []);
    assert_eq!(store.titles_by_slug(&[]).await.unwrap(), []);
    assert_eq!(store.titles_by_external_id(&[]).await.unwrap(), []);
    assert_eq!(store.people(&[]).await.unwrap(), []);
    assert_eq!(store.biographies(&[]).await.unwrap(), []);
    assert_eq!(store.overviews(&[]).await.unwrap(), []);
    assert_eq!(store.people_by_slug(&[]).await.unwrap(), []);
    assert_eq!(store.genres(&[]).await.unwrap(), []);
    assert_eq!(store.collections(&[]).await.unwrap(), []);
    assert_eq!(store.collections_by_slug(&[]).await.unwrap(), []);
    assert_eq!(store.titles_of_collections(&[]).await.unwrap(), []);
    assert_eq!(store.episodes(&[]).await.unwrap(), []);
    assert_eq!(store.episodes_of_series(&[]).await.unwrap(), []);
    assert_eq!(store.episodes_of_seasons(&[]).await.unwrap(), []);
    assert_eq!(store.seasons(&[]).await.unwrap(), []);
}

async fn five_thousand_are_found_in_one_call(store: &Opened) {
    let all: Vec<_> = (1..=300).map(film).collect();
    put_titles(store, all.clone()).await.unwrap();
    put_people(store, [person(5000)]).await.unwrap();
    put_episodes(store, [episode(300, 4, 1)]).await.unwrap();

    let numbers = || 1..=5000;
    let titles: Vec<_> = numbers().map(TitleId).collect();
    let slugs: Vec<_> = numbers().map(|n| format!("film-{n}")).collect();
    let elsewhere: Vec<_> = numbers()
        .map(|n| external("imdb", &format!("tt{n}")))
        .collect();
    let people: Vec<_> = numbers().map(PersonId).collect();
    let seasons: Vec<_> = numbers()
        .map(|n| season(n, u32::try_from(n % 37).unwrap()))
        .collect();

    assert_eq!(by_id(store.titles(&titles).await.unwrap()), all);
    assert_eq!(by_id(store.titles_by_slug(&slugs).await.unwrap()), all);
    let found = store.titles_by_external_id(&elsewhere).await.unwrap();
    assert_eq!(by_id(found), all);
    assert_eq!(store.people(&people).await.unwrap(), [person(5000)]);
    let found = store.episodes_of_seasons(&seasons).await.unwrap();
    assert_eq!(found, [episode(300, 4, 1)]);
    let found = store.seasons(&titles).await.unwrap();
    assert_eq!(
        found,
        [Season {
            id: season(300, 4),
            episodes: 1,
        }]
    );
}

async fn every_character_survives(store: &Opened) {
    let names = [
        "Über die Brücke — “l’été”",
        "👩\u{200d}🚀🎬 👍🏽",
        "王家卫 · فيلم · שלום",
        "$name.$$ROOT",
        "a\"b\\c\n\t{}[]%_?1",
        "a\0b",
        "a",
        &"é😀".repeat(5000),
        "",
    ];
    let all: Vec<_> = (1..)
        .zip(names)
        .map(|(number, name)| {
            let mut title = film(number);
            name.clone_into(&mut title.name);
            title.original_name = Some(name.to_owned());
            title.slug = format!("{name}-{number}");
            title.network = Some(name.to_owned());
            title.languages = vec![name.to_owned()];
            title.external_ids = vec![external(name, name)];
            title.credits[1].character = Some(name.to_owned());
            title.overview =
                BTreeMap::from([(LanguageTag::ENGLISH, Box::<str>::from(name))]).into();
            title.tags = vec![name.to_owned()];
            title.extras[0].name = Some(name.to_owned());
            title
        })
        .collect();

    put_titles(store, all.clone()).await.unwrap();

    let ids: Vec<_> = all.iter().map(|title| title.id).collect();
    assert_eq!(by_id(store.titles(&ids).await.unwrap()), all);
    for title in all {
        let found = store.titles_by_slug(std::slice::from_ref(&title.slug));
        assert_eq!(by_id(found.await.unwrap()), std::slice::from_ref(&title));
        let found = store.titles_by_external_id(&title.external_ids);
        assert_eq!(by_id(found.await.unwrap()), std::slice::from_ref(&title));
    }
}

async fn the_greatest_numbers_survive(store: &Opened) {
    let mut title = film(u64::MAX >> 1);
    title.duration = Some(u32::MAX);
    title.total_seasons = Some(u32::MAX);
    title.episode_duration = Some(u32::MAX);
    title.collection = Some(PartOf {
        collection: CollectionId(u64::MAX >> 1),
        part: Some(u32::MAX),
    });
    title.year = Some(i32::MIN);
    title.end_year = Some(i32::MAX);
    title.credits[0].person = PersonId(u64::MAX >> 1);
    let mut last = episode(7, u32::MAX, u32::MAX);
    last.series = title.id;
    put_titles(store, [title.clone()]).await.unwrap();
    put_episodes(store, [last.clone()]).await.unwrap();

    let found = store.titles(&[title.id, TitleId(u64::MAX)]).await.unwrap();

    assert_eq!(by_id(found), std::slice::from_ref(&title));
    let seasons = [last.season_id()];
    let found = store.episodes_of_seasons(&seasons).await.unwrap();
    assert_eq!(found, [last]);
}

async fn every_status_of_a_series_survives(store: &Opened) {
    let status = [
        SeriesStatus::Announced,
        SeriesStatus::Returning,
        SeriesStatus::Ended,
        SeriesStatus::Cancelled,
    ];
    let all = (1..).zip(status).map(|(number, status)| {
        let mut title = series(number);
        title.status = Some(status);
        title
    });
    let all: Vec<_> = all.chain([series(9)]).collect();

    put_titles(store, all.clone()).await.unwrap();

    let ids: Vec<_> = all.iter().map(|title| title.id).collect();
    assert_eq!(by_id(store.titles(&ids).await.unwrap()), all);
}

fn season(series: u64, number: u32) -> SeasonId {
    SeasonId {
        series: TitleId(series),
        number,
    }
}
