//! The index follows the catalogue.

use reelgraph::domain::catalog::{
    Change, Changed, Credit, CreditRole, Episode, HitId, HitKind, Locks, NamesOfTitles, Texts,
    TitleKind, TitleSearch, TitleWatchers,
};
use reelgraph::domain::ids::{EpisodeId, PersonId, TitleId};

use super::fixture::{Index, any, person, stamp};

#[tokio::test]
async fn a_change_is_seen_by_the_next_search() {
    let mut index = Index::new();
    index.add_with("Old Name", 0, &["Somebody Famous"]);
    index.add("Old Rival", 5);
    let mut index = index.apply().await;
    assert_eq!(index.find("old").await, ["Old Rival", "Old Name"]);

    index.titles[0].watchers = 9;
    let mut index = index.apply().await;
    assert_eq!(index.find("old").await, ["Old Name", "Old Rival"]);

    index.titles[0].name = "New Name".to_owned();
    let index = index.apply().await;
    assert_eq!(index.find("old").await, ["Old Rival"]);
    assert_eq!(index.find("new").await, ["New Name"]);

    let renamed = person("Somebody Famous", "Somebody Else");
    index
        .search
        .apply(&[renamed], &NamesOfTitles::default())
        .await
        .unwrap();
    assert_eq!(index.find("famous").await, [""; 0]);
    assert_eq!(index.find("somebody else").await, ["New Name"]);
}

#[tokio::test]
async fn a_repeated_change_changes_nothing_and_the_last_of_a_batch_counts() {
    let mut index = Index::new();
    index.add_with("Alpha", 0, &["Only One"]);
    let mut index = index.apply().await.apply().await;
    assert_eq!(index.find("alpha").await, ["Alpha"]);
    assert_eq!(index.find("only one").await, ["Alpha"]);
    let people = index
        .search
        .search_people("only one", any(), 10)
        .await
        .unwrap();
    assert_eq!(people.len(), 1);

    let mut renamed = index.titles[0].clone();
    renamed.name = "Omega".to_owned();
    index.titles.push(renamed);
    let index = index.apply().await;
    assert_eq!(index.find("alpha").await, [""; 0]);
    assert_eq!(index.find("omega").await, ["Omega"]);
}

#[tokio::test]
async fn another_number_of_watchers_is_seen_by_the_next_search() {
    let mut index = Index::new();
    index.add_with("Old Name", 0, &["Ann Famous"]);
    index.add_with("Old Rival", 5, &["Ben Famous"]);
    let index = index.apply().await;
    let people = async || {
        let found = index
            .search
            .search_people("famous", any(), 10)
            .await
            .unwrap();
        found.iter().map(|hit| hit.person).collect::<Vec<_>>()
    };
    let before = people().await;
    assert_eq!(index.find("old").await, ["Old Rival", "Old Name"]);

    let counted = |title, watchers| TitleWatchers {
        title,
        watchers,
        count: 1,
    };
    let watchers = [
        counted(index.titles[0].id, 9),
        counted(TitleId(u64::MAX), 100),
    ];
    index.search.put_watchers(&watchers);

    assert_eq!(index.find("old").await, ["Old Name", "Old Rival"]);
    let reversed: Vec<_> = before.into_iter().rev().collect();
    assert_eq!(people().await, reversed);
}

#[tokio::test]
async fn whom_an_episode_credits_is_found_until_it_credits_somebody_else() {
    let mut index = Index::new();
    index.add("Some Series", 9);
    index.titles[0].kind = TitleKind::Series;
    let index = index.apply().await;
    let credits = async |director: &str, guest: &str| {
        let episode = an_episode(index.titles[0].id, director, guest);
        let changes = [
            person("Dana Director", "Dana Director"),
            person("Dana Guest", "Dana Guest"),
            Change {
                sequence: 2,
                changed: Changed::Episode(episode),
            },
        ];
        let names = NamesOfTitles::default();
        index.search.apply(&changes, &names).await.unwrap();
    };
    let found = async |query: &str| {
        let hits = index.search.search_all(query, &[HitKind::Person], any(), 9);
        let hits: Vec<HitId> = hits.await.unwrap().iter().map(|hit| hit.id).collect();
        let suggested = index.search.suggest(query, any(), 9).await.unwrap();
        assert_eq!(hits, suggested);
        hits
    };
    let person = |slug: &str| HitId::Person(PersonId::of_slug(slug));

    credits("dana-director", "dana-guest").await;
    assert_eq!(found("dana").await.len(), 2);
    assert_eq!(found("dana guest").await, [person("dana-guest")]);

    credits("dana-director", "somebody-else").await;
    assert_eq!(found("dana").await, [person("dana-director")]);
}

fn an_episode(series: TitleId, director: &str, guest: &str) -> Episode {
    let guest = Credit {
        person: PersonId::of_slug(guest),
        role: CreditRole::Guest,
        character: None,
        order: 0,
    };
    Episode {
        id: EpisodeId(1),
        series,
        season: 1,
        number: 1,
        number_end: None,
        absolute_number: None,
        pictures: Vec::new(),
        airs: None,
        name: None,
        original_name: None,
        names: Texts::default(),
        aired: None,
        duration: None,
        directors: vec![PersonId::of_slug(director)],
        crew: vec![guest],
        merging: None,
        deleted_from: None,
        locks: Locks::default(),
        stamp: stamp(),
    }
}
