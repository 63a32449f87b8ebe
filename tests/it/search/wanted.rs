//! What is not wanted takes nobody's place: conditions come before the cut.

use std::sync::Arc;

use reelgraph::domain::catalog::{TitleFacts, TitleFilter, TitleSearch, Wanted};
use serde_json::json;

use super::fixture::{Index, any};
use crate::support::program::{On, Program};

/// More titles than a search ever gives.
const CROWD: u64 = 600;

/// Titles that pass a filter.
fn passing(filter: TitleFilter) -> Wanted {
    Arc::new(move |title: &TitleFacts| filter.passes(title))
}

fn of_year(year: i32) -> Wanted {
    passing(TitleFilter {
        year_from: Some(year),
        year_to: Some(year),
        ..TitleFilter::default()
    })
}

impl Index {
    /// Adds a title of a year.
    fn add_of(&mut self, year: i32, name: &str, watchers: u64, people: &[&str]) {
        self.add_with(name, watchers, people);
        self.titles.last_mut().unwrap().year = Some(year);
    }

    /// The names of the wanted titles that a search finds.
    async fn find_wanted(&self, query: &str, wanted: Wanted, limit: usize) -> Vec<&str> {
        let hits = self.search.search_titles(query, wanted, limit);
        let name = |id| {
            let mut titles = self.titles.iter().rev();
            titles.find(|title| title.id == id).unwrap().name.as_str()
        };
        let hits = hits.await.unwrap();
        hits.iter().map(|hit| name(hit.title)).collect()
    }
}

/// Many better matches of other years, and a few worse ones of 1995, of every sort.
async fn crowd() -> Index {
    let mut index = Index::new();
    for number in 0..CROWD {
        index.add_of(
            1990,
            &format!("Love {number}"),
            1000 + number,
            &["Someone Loveless"],
        );
        index.add_of(1990, &format!("♥ {number}"), 1000, &[]);
    }
    index.add_of(1995, "Lovers in Love", 2, &[]);
    index.add_of(1995, "A Story of Love", 1, &[]);
    index.add_of(1995, "Lov", 0, &[]);
    index.add_of(1995, "Heat", 0, &["Courtney Love"]);
    index.add_of(1995, "Only ♥", 0, &[]);
    index.add_of(1995, "Casino", 0, &["Someone Else"]);
    index.apply().await
}

#[tokio::test]
async fn all_that_is_wanted_is_found_behind_any_number_of_better_matches() {
    let index = crowd().await;

    let any = index.find_wanted("love", any(), 500).await;
    let wanted = index.find_wanted("love", of_year(1995), 500).await;

    assert_eq!(any.len(), 500);
    assert!(any.iter().all(|name| name.starts_with("Love ")), "{any:?}");
    assert_eq!(wanted, ["Lovers in Love", "A Story of Love", "Heat", "Lov"]);
    let wanted = index.find_wanted("♥", of_year(1995), 500).await;
    assert_eq!(wanted, ["Only ♥"]);
    let wanted = index.find_wanted("someone", of_year(1995), 500).await;
    assert_eq!(wanted, ["Casino"]);
    let wanted = index.find_wanted("love", of_year(2020), 500).await;
    assert_eq!(wanted, [""; 0]);
}

#[tokio::test]
async fn a_limit_counts_what_is_wanted() {
    let index = crowd().await;

    for limit in 1..=5 {
        let few = index.find_wanted("love", of_year(1995), limit).await;

        let all = ["Lovers in Love", "A Story of Love", "Heat", "Lov"];
        assert_eq!(few, all[..limit.min(4)]);
    }
}

#[tokio::test]
async fn a_title_is_wanted_for_what_it_is_now() {
    let mut index = crowd().await;
    let rank = |index: &Index, name: &str| {
        let mut titles = index.titles.iter();
        titles.position(|title| title.name == name).unwrap()
    };
    let story = rank(&index, "A Story of Love");
    index.titles[story].year = None;
    let first = rank(&index, "Love 0");
    index.titles[first].year = Some(1995);
    let index = index.apply().await;

    let wanted = index.find_wanted("love", of_year(1995), 500).await;

    assert_eq!(wanted, ["Love 0", "Lovers in Love", "Heat", "Lov"]);
}

#[tokio::test]
async fn the_api_filters_before_it_cuts() {
    let program = Program::new(On::Embedded).await;
    let film = |year: i32, name: String| {
        let slug = name.to_lowercase().replace(' ', "-");
        json!({ "kind": "film", "slug": slug, "title": name, "year": year }).to_string()
    };
    let mut films: Vec<String> = (0..CROWD)
        .map(|number| film(1990, format!("Love {number}")))
        .collect();
    let few = ["A Story of Love", "Endless Love", "The Lov"];
    films.extend(few.map(|name| film(1995, name.to_owned())));
    let path = program.data().join("films.ndjson");
    std::fs::write(&path, films.join("\n")).unwrap();
    program.expect(&["load", path.to_str().unwrap()]).await;
    let site = program.serve().await;

    let query = "query ($filter: TitleFilter) { search(query: \"love\", filter: $filter, first: 100) { totalCount nodes { name } } }";
    let filter = json!({ "filter": { "yearFrom": 1995, "yearTo": 1995 } });
    let found = site.ask(query, filter).await["search"].clone();

    let mut names: Vec<&str> = found["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, few);
}
