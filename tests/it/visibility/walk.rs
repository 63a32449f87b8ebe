//! Every field of the schema that gives a title, whatever is in between, asked for as a child's profile.
//!
//! The fields come from the schema itself. For each type with an id that has such fields there must be a way to one of
//! its objects ([`World::doors`]), and for each field that needs arguments there must be some ([`World::arguments`]):
//! else the walk fails. Before the profile becomes a child's, every field must give something that is forbidden, so
//! that no field passes because there was nothing to find.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::TypeKind;
use serde_json::{Value, json};

use super::schema::{Schema, fields, named};
use super::site::{FORBIDDEN, World, text};
use crate::support::program::On;

/// Fields in which nothing forbidden can be, and why.
const NEVER_FORBIDDEN: [(&str, &str); 1] = [(
    "Query.heldComments",
    "whoever asks is no moderator; `commenting` looks at it as one",
)];
/// Fields that are for curators: a child's profile is refused them, whosever account it is in.
const FOR_CURATORS: [&str; 6] = [
    "Query.likelyDuplicates",
    "Query.topTitles",
    "Query.heldComments",
    "MediaFile.candidates",
    "MediaFile.matches",
    "Revision.node",
];
/// Mutations that give titles; what they do with forbidden ones is asked for in `changes`.
const MUTATIONS: [&str; 22] = [
    "removeFromContinueWatching",
    "hideFromNextUp",
    "reportPlaybackBatch",
    "setWatched",
    "rateTitle",
    "hideTitle",
    "setWatchlisted",
    "editPlay",
    "reportPlayback",
    "createTitle",
    "createEpisode",
    "editTitles",
    "deleteTitle",
    "deleteEpisode",
    "mergeTitles",
    "mergeEpisodes",
    "undoMerge",
    "splitTitle",
    "editEpisode",
    "editCollection",
    "mergeCollections",
    "deleteCollection",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_field_gives_a_child_what_is_not_for_it_embedded() {
    no_field_gives_a_child_what_is_not_for_it(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_field_gives_a_child_what_is_not_for_it_on_the_servers() {
    no_field_gives_a_child_what_is_not_for_it(On::Servers).await;
}

async fn no_field_gives_a_child_what_is_not_for_it(on: On) {
    let schema = Schema::read();
    let mut world = World::new(on).await;
    world.wait_for_taste().await;
    world.wait_for_usage().await;

    let questions = world.questions(&schema);
    let mut without = BTreeSet::new();
    for (field, queries) in &questions {
        let mut found = false;
        for query in queries {
            let answer = world.visitor.send(query, json!({})).await.body;
            // What asks for too much asks for nothing.
            let is_too_much = answer.to_string().contains("DOCUMENT_TOO_COMPLEX");
            assert!(!is_too_much, "{query}");
            found |= !world.forbidden_in(&answer).is_empty();
        }
        if !found {
            without.insert(field.as_str());
        }
    }
    let excused: BTreeSet<&str> = NEVER_FORBIDDEN.iter().map(|(field, _)| *field).collect();
    assert_eq!(
        without, excused,
        "a grown-up finds nothing forbidden in these"
    );

    world.grow_young().await;
    let mut leaks = Vec::new();
    for (field, queries) in &questions {
        let mut answered = false;
        let mut last = json!(null);
        for query in queries {
            let answer = world.visitor.send(query, json!({})).await.body;
            for leak in world.forbidden_in(&answer) {
                leaks.push(format!("{field}: {leak} by {query}"));
            }
            for miscount in miscounted(&answer) {
                leaks.push(format!("{field}: {miscount} by {query}"));
            }
            let code = &answer["errors"][0]["extensions"]["code"];
            answered |= if FOR_CURATORS.contains(&field.as_str()) {
                code == "FORBIDDEN"
            } else {
                code.is_null()
            };
            last = answer;
        }
        assert!(answered, "{field} was never answered so: {last}");
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

#[test]
fn every_mutation_that_gives_a_title_is_known() {
    let schema = Schema::read();
    let mutations = &schema.types["Mutation"];
    let giving = fields(mutations).into_iter().filter(|field| {
        let payload = named(&field.ty.node);
        fields(&schema.types[&payload]).iter().any(|field| {
            let ty = named(&field.ty.node);
            schema.gives_titles(&ty)
        })
    });
    let giving: BTreeSet<String> = giving.map(|field| field.name.node.to_string()).collect();

    for mutation in giving {
        assert!(MUTATIONS.contains(&mutation.as_str()), "{mutation}");
    }
}

impl World {
    /// Ways to objects of a type: what to write around a selection. First ones that a child may go.
    fn doors(&self, ty: &str) -> Vec<(String, &'static str)> {
        let at = |slug: &str, field: &str, rest: &str, close| {
            (format!("{field}(slug: \"{slug}\") {{ {rest}"), close)
        };
        let own = |rest: &str, close| (format!("viewer {{ {rest}"), close);
        match ty {
            "Query" => vec![(String::new(), "")],
            "Film" => vec![
                at("allowed-1", "film", "", "}"),
                at("forbidden-above", "film", "", "}"),
                at("forbidden-above-alone", "film", "", "}"),
            ],
            "Series" => vec![
                at("allowed-series", "series", "", "}"),
                at("forbidden-above-series", "series", "", "}"),
            ],
            "Season" => vec![
                at("allowed-series", "series", "seasons { ", "} }"),
                at("forbidden-above-series", "series", "seasons { ", "} }"),
            ],
            "Episode" => vec![
                at(
                    "allowed-series",
                    "series",
                    "seasons { episodes { nodes { ",
                    "} } } }",
                ),
                at(
                    "forbidden-above-series",
                    "series",
                    "seasons { episodes { nodes { ",
                    "} } } }",
                ),
            ],
            "Collection" => vec![
                at("shared-collection", "collection", "", "}"),
                at("forbidden-collection", "collection", "", "}"),
            ],
            "MediaFile" => vec![("files(first: 30) { nodes {".to_owned(), "} }")],
            "Revision" => vec![("revisions(first: 100) { nodes {".to_owned(), "} }")],
            "Person" => vec![
                at("dora-director", "person", "", "}"),
                at("alma-actor", "person", "", "}"),
            ],
            "Genre" => vec![at("drama", "genre", "", "}")],
            "Profile" => vec![
                own("profile { ", "} }"),
                (
                    format!("node(id: \"{}\") {{ ... on Profile {{ ", self.parent),
                    "} }",
                ),
            ],
            "ImportRow" => vec![own(
                "imports(first: 1) { nodes { rows(first: 30) { nodes { ",
                "} } } } }",
            )],
            "RecommendationRow" => {
                let row = "rows(first: 10, itemsPerRow: 10)";
                let few = "rows(first: 8, itemsPerRow: 4)";
                [row, few]
                    .map(|rows| own(&format!("profile {{ {rows} {{ "), "} } }"))
                    .to_vec()
            }
            _ => Vec::new(),
        }
    }

    /// What to ask a field for. Each is one question.
    fn arguments(&self, field: &str) -> Vec<String> {
        let of_kind = |kind: &str| {
            let ids = self.forbidden_ids.iter();
            let ids = ids.filter(|(_, what)| what.split(' ').next() == Some(kind));
            ids.map(|(id, what)| (id.clone(), what.split_once(' ').unwrap().1.to_owned()))
                .collect::<Vec<_>>()
        };
        let by_id = |ids: &mut dyn Iterator<Item = String>| -> Vec<String> {
            ids.map(|id| format!("id: \"{id}\"")).collect()
        };
        let by_key = |kind: &str, allowed: &str| {
            let mut all = vec![format!("slug: \"{allowed}\"")];
            for (id, slug) in of_kind(kind) {
                all.push(format!("id: \"{id}\""));
                all.push(format!("slug: \"{slug}\""));
            }
            // The loaded titles have these ids.
            all.extend((1000..1060).map(|number| {
                format!("externalId: {{ provider: \"wikidata\", value: \"Q{number}\" }}")
            }));
            all
        };
        match field {
            "Query.film" => by_key("Film", "allowed-1"),
            "Query.series" => by_key("Series", "allowed-series"),
            "Query.title" => {
                let mut all = by_key("Film", "allowed-1");
                all.extend(by_key("Series", "allowed-series"));
                all
            }
            "Query.collection" => {
                let mut all = by_key("Collection", "shared-collection");
                all.retain(|arguments| !arguments.starts_with("externalId"));
                all
            }
            "Query.episode" => {
                let ids = of_kind("Episode").into_iter().map(|(id, _)| id);
                by_id(&mut ids.chain([self.allowed.episode.clone()]))
            }
            "Query.node" => {
                let ids = self.forbidden_ids.keys().cloned();
                let allowed = [&self.allowed.film, &self.allowed.episode];
                by_id(&mut ids.chain(allowed.map(String::clone)))
            }
            "Query.nodes" => {
                let ids = self.forbidden_ids.keys().chain([&self.allowed.film]);
                let ids: Vec<String> = ids.map(|id| format!("\"{id}\"")).collect();
                vec![format!("ids: [{}]", ids.join(", "))]
            }
            "Query.search" | "Query.searchAll" | "Query.suggest" => searches(field),
            "Query.titles" => ["NAME", "NEWEST_ADDED", "TOP_RATED", "TRENDING", "POPULAR"]
                .iter()
                .flat_map(|order| {
                    [
                        "",
                        ", filter: { kind: FILM }",
                        ", filter: { kind: SERIES, yearFrom: 1990 }",
                    ]
                    .map(|filter| format!("first: 30, orderBy: {order}{filter}"))
                })
                .collect(),
            "Query.topTitles" => ["PLAYS", "VIEWS", "WATCH_SECONDS"]
                .map(|metric| format!("metric: {metric}, first: 100"))
                .to_vec(),
            "Profile.history" => {
                let mut all = vec!["first: 30".to_owned()];
                let titles = of_kind("Film").into_iter().chain(of_kind("Series"));
                all.extend(titles.map(|(id, _)| format!("title: \"{id}\", first: 30")));
                all
            }
            "Profile.watchlist" => [
                "first: 30",
                "last: 30",
                "first: 30, orderBy: ADDED_OLDEST",
                "first: 30, orderBy: NAME, filter: { kind: FILM }",
                "first: 30, orderBy: RELEASED_NEWEST",
                "first: 30, orderBy: POPULAR, filter: { kind: SERIES }",
            ]
            .map(str::to_owned)
            .to_vec(),
            // Of ten rows, with all that is said of each title.
            "RecommendationRow.items" => vec!["first: 10".to_owned()],
            "Profile.recommendations" => ["", ", kind: FILM", ", kind: SERIES"]
                .map(|kind| format!("first: 30{kind}"))
                .to_vec(),
            _ => vec![String::new()],
        }
    }

    /// The questions for each field that gives titles.
    fn questions(&self, schema: &Schema) -> BTreeMap<String, Vec<String>> {
        let mut questions = BTreeMap::new();
        for (name, ty) in &schema.types {
            let is_start = name == "Query" || schema.is_entity(name);
            if !is_start || !matches!(ty.kind, TypeKind::Object(_)) {
                continue;
            }
            for field in fields(ty) {
                if !schema.gives_titles(&named(&field.ty.node)) {
                    continue;
                }
                let path = format!("{name}.{}", field.name.node);
                let doors = self.doors(name);
                assert!(!doors.is_empty(), "there is no way to a {name}, for {path}");
                let mut of_field = Vec::new();
                for (open, close) in doors {
                    for arguments in self.arguments(&path) {
                        let selection = schema.selection(&field, Some(&arguments), 0);
                        of_field.push(format!("{{ {open} {selection} {close} }}"));
                    }
                }
                questions.insert(path, of_field);
            }
        }
        questions
    }

    /// What of an answer a child must not learn.
    fn forbidden_in(&self, answer: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.look_into(answer, &mut found);
        found
    }

    fn look_into(&self, value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => {
                let is_forbidden = text.to_lowercase().contains(FORBIDDEN) && text != "FORBIDDEN"
                    || self.forbidden_ids.contains_key(text);
                if is_forbidden {
                    found.push(text.clone());
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.look_into(value, found)),
            Value::Object(fields) => fields
                .values()
                .for_each(|value| self.look_into(value, found)),
            _ => {}
        }
    }
}

/// Lists that are shown whole and say that they have another number of rows.
fn miscounted(answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match answer {
        Value::Array(values) => found.extend(values.iter().flat_map(miscounted)),
        Value::Object(fields) => {
            if let (Some(total), Some(Value::Array(rows))) =
                (fields.get("totalCount"), fields.get("edges"))
                && let Some(total) = total.as_u64()
                && fields["pageInfo"]["hasNextPage"] == json!(false)
                && total != rows.len() as u64
            {
                found.push(format!(
                    "{total} rows are said to be, {} are there",
                    rows.len()
                ));
            }
            found.extend(fields.values().flat_map(miscounted));
        }
        _ => {}
    }
    found
}

/// The doors are there: what the child sees is not nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_child_sees_what_is_for_it() {
    let mut world = World::new(On::Embedded).await;
    world.grow_young().await;

    let data = world
        .visitor
        .ask("{ titles(first: 30) { totalCount nodes { slug } } search(query: \"allowed\", first: 30) { totalCount }
            viewer { profile { history { totalCount nodes { item { id } } } continueWatching { totalCount } hiddenTitles { totalCount } watchlist { totalCount }
            recommendations(first: 30) { totalCount edges { node { slug } } } } } }")
        .await;

    assert_eq!(data["titles"]["totalCount"], json!(13));
    assert_eq!(data["search"]["totalCount"], json!(13));
    let profile = &data["viewer"]["profile"];
    assert_eq!(profile["history"]["totalCount"], json!(2));
    assert_eq!(profile["continueWatching"]["totalCount"], json!(2));
    assert_eq!(profile["hiddenTitles"]["totalCount"], json!(0));
    assert_eq!(profile["watchlist"]["totalCount"], json!(2));
    let suggested = profile["recommendations"]["edges"].as_array().unwrap();
    assert_eq!(suggested.len(), 11);
    let all = suggested.iter().map(|edge| text(&edge["node"]["slug"]));
    assert!(all.into_iter().all(|slug| slug.starts_with("allowed")));
}

/// What to type into a field that finds titles.
fn searches(field: &str) -> Vec<String> {
    match field {
        "Query.search" => [
            "forbidden",
            "allowed",
            "forbidden above",
            "dora director",
            "alma",
        ]
        .map(|text| format!("query: \"{text}\", first: 30"))
        .to_vec(),
        "Query.searchAll" => [
            ("forbidden", ""),
            ("forbidden collection", ""),
            ("allowed", ""),
            ("shared", ", kind: [COLLECTION]"),
            ("forbidden above series 1", ", kind: [EPISODE]"),
        ]
        .map(|(text, kind)| format!("query: \"{text}\", first: 30{kind}"))
        .to_vec(),
        _ => ["forbidden", "forb", "frobid", "allo", "shared"]
            .map(|text| format!("query: \"{text}\", first: 20"))
            .to_vec(),
    }
}
