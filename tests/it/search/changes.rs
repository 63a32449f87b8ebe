//! The index follows the catalogue.

use reelgraph::domain::catalog::{NamesOfTitles, TitleSearch, TitleWatchers};
use reelgraph::domain::ids::TitleId;

use super::fixture::{Index, person};

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
    let people = index.search.search_people("only one", 10).await.unwrap();
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
        let found = index.search.search_people("famous", 10).await.unwrap();
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
