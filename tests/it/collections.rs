//! Collections of films: from a film to its collection and to the other films, on both ways of running.

use serde_json::{Value, json};

use crate::support::program::{On, Program, Site};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embedded() {
    films_lead_to_their_collections_and_back(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers() {
    films_lead_to_their_collections_and_back(On::Servers).await;
}

async fn films_lead_to_their_collections_and_back(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let site = program.serve().await;

    from_a_film_to_the_others(&site).await;
    by_id_and_slug(&site).await;
    what_is_not_there(&site).await;
    of_a_whole_page(&site).await;
}

async fn from_a_film_to_the_others(site: &Site) {
    let query = "query ($slug: String) { film(slug: $slug) { collectionPart collection {
        slug name films { slug collectionPart collection { slug } } } } }";
    let ask = async |slug: &str| site.ask(query, json!({ "slug": slug })).await["film"].clone();
    let of = json!({ "slug": "the-lord-of-the-rings-collection" });
    let part =
        |slug: &str, part: u32| json!({ "slug": slug, "collectionPart": part, "collection": of });

    let towers = ask("the-lord-of-the-rings-the-two-towers-2002").await;

    let expected = json!({
        "collectionPart": 2,
        "collection": {
            "slug": "the-lord-of-the-rings-collection",
            "name": "The Lord of the Rings Collection",
            "films": [
                part("the-lord-of-the-rings-the-fellowship-of-the-ring-2001", 1),
                part("the-lord-of-the-rings-the-two-towers-2002", 2),
                part("the-lord-of-the-rings-the-return-of-the-king-2003", 3),
            ],
        },
    });
    assert_eq!(towers, expected);
    assert_eq!(
        ask("heat-1995").await,
        json!({ "collectionPart": null, "collection": null })
    );
}

async fn by_id_and_slug(site: &Site) {
    let query = "query ($id: ID, $slug: String) { collection(id: $id, slug: $slug) {
        id name createdAt updatedAt films(first: 1) { slug } } }";
    let found = site
        .ask(query, json!({ "slug": "the-godfather-collection" }))
        .await["collection"]
        .clone();

    assert_eq!(found["name"], "The Godfather Collection");
    assert_eq!(found["films"], json!([{ "slug": "the-godfather-1972" }]));
    assert!(found["createdAt"].is_string());
    assert_eq!(found["createdAt"], found["updatedAt"]);
    let id = &found["id"];
    let again = site.ask(query, json!({ "id": id })).await;
    assert_eq!(again["collection"], found);
    let node = "query ($id: ID!) { node(id: $id) { __typename id ... on Collection { slug } } }";
    let node = site.ask(node, json!({ "id": id })).await["node"].clone();
    let slug = "the-godfather-collection";
    assert_eq!(
        node,
        json!({ "__typename": "Collection", "id": id, "slug": slug })
    );
}

async fn what_is_not_there(site: &Site) {
    let data = site
        .ask("{ collection(slug: \"no\") { id } }", json!({}))
        .await;
    assert_eq!(data, json!({ "collection": null }));

    let film = site.id_of("film", "heat-1995").await;
    let error = async |arguments: &str| {
        let query = format!("{{ collection{arguments} {{ films(first: 0) {{ id }} }} }}");
        let answer = site.send(&query, json!({})).await;
        let error = &answer["errors"][0]["extensions"];
        (error["code"].clone(), error["field"].clone())
    };
    let not_found = || (Value::from("NOT_FOUND"), Value::from("id"));
    // The second is `Collection:1`.
    for id in [film.as_str(), "Q29sbGVjdGlvbjox", "nonsense"] {
        assert_eq!(error(&format!("(id: \"{id}\")")).await, not_found(), "{id}");
    }
    assert_eq!(error("").await, ("INVALID".into(), "id".into()));
    assert_eq!(
        error("(slug: \"the-godfather-collection\")").await,
        ("OUT_OF_RANGE".into(), "first".into())
    );
}

async fn of_a_whole_page(site: &Site) {
    let query =
        "{ titles(first: 100) { nodes { slug ... on Film { collection { films { slug } } } } } }";
    let titles = site.ask(query, json!({})).await["titles"]["nodes"].clone();

    let mut parts = 0;
    for title in titles.as_array().unwrap() {
        let films = &title["collection"]["films"];
        if let Some(films) = films.as_array() {
            parts += 1;
            let slug = json!({ "slug": title["slug"] });
            assert!(films.len() > 1 && films.contains(&slug), "{title}");
        }
    }
    assert!(parts > 3, "{parts} of the page are part of a collection");
}
