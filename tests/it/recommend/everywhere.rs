//! One ranking, whatever the graph: Neo4j and the embedded one give the same lists, scores and reasons.

use std::collections::HashSet;
use std::sync::Arc;

use reelgraph::adapters::memory::{
    CachedGraph, CatalogSnapshot, MemoryEvents, MemoryLeases, MemoryLists, Tastes, TokioTasks,
};
use reelgraph::adapters::neo4j::{Neo4jDb, Neo4jGraph};
use reelgraph::adapters::sqlite::{
    SqliteCatalog, SqliteDb, SqliteGraph, SqliteNotes, SqliteWatching,
};
use reelgraph::domain::catalog::{
    CatalogPorts, CatalogService, Title, Visibility, place_in_collection,
};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::ids::{ProfileId, TitleId};
use reelgraph::domain::recommend::{
    Extent, Freshness, GraphProjection, GraphService, ProjectionPorts, Ranking, ReasonKind,
    ReasonSource, RebuildStep, RecommendPorts, RecommendService, Recommendation, SimilarService,
    TasteGraph, TasteReader, TastesInGraph, TitleSource,
};
use reelgraph::domain::watching::{WatchPorts, WatchRules, WatchService};

use crate::support::ports::recording;
use crate::support::program::{On, Program};
use crate::support::servers::{PATIENT, neo4j};

/// The demo site, its record embedded and its graph in both places.
struct Both {
    _program: Program,
    _server: crate::support::servers::Neo4jServer,
    watching: WatchService,
    titles: Vec<Title>,
    embedded: RecommendService,
    neo4j: RecommendService,
    /// As it is served: the tastes from the record, the edges from Neo4j.
    served: RecommendService,
}

async fn both() -> Both {
    let program = Program::seeded(On::Embedded).await;
    let db = SqliteDb::open(&program.data().join("reelgraph.sqlite")).unwrap();
    let catalog = Arc::new(SqliteCatalog::new(db.clone()));
    let watches = Arc::new(SqliteWatching::new(db.clone()));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let service = CatalogService::new(CatalogPorts::on(Arc::new(CatalogSnapshot::new(
        Arc::clone(&catalog),
    ))));
    let recorded = WatchPorts::on(Arc::clone(&watches), recording());
    let tastes = Tastes::new(Arc::clone(&recorded.history));
    let watching = WatchService::new(
        recorded,
        service.clone(),
        WatchRules::default(),
        Arc::clone(&clock),
        Arc::new(MemoryEvents::new()),
    );
    let server = neo4j().await;
    let graph = Neo4jGraph::new(
        Neo4jDb::open(&server.uri, &server.user, &server.password, PATIENT).unwrap(),
    );
    let ports = ProjectionPorts {
        graph: Arc::new(graph.clone()),
        titles: catalog.clone(),
        watches,
        watchers: catalog.clone(),
        notes: Arc::new(SqliteNotes::new(db.clone())),
        leases: Arc::new(MemoryLeases::new()),
    };
    let similar = SimilarService::new(
        ports.clone(),
        service.clone(),
        watching.clone(),
        Arc::new(MemoryEvents::new()),
        Arc::clone(&clock),
        Freshness::default(),
    );
    let in_neo4j = GraphService::new(
        ports,
        service.clone(),
        watching.clone(),
        similar,
        Arc::new(MemoryEvents::new()),
        Arc::clone(&clock),
    );
    graph.clear().await.unwrap();
    in_neo4j.begin_rebuild().await.unwrap();
    while !matches!(
        in_neo4j.rebuild_step(tokio::time::sleep).await.unwrap(),
        RebuildStep::Finished(_)
    ) {}
    assert_eq!(in_neo4j.verify().await.unwrap(), []);
    let recommend = |graph: Arc<dyn TasteGraph>, tastes: Arc<dyn TasteReader>| {
        RecommendService::new(
            RecommendPorts {
                graph,
                tastes,
                lists: Arc::new(MemoryLists::new()),
                clock: Arc::clone(&clock),
                tasks: Arc::new(TokioTasks),
            },
            service.clone(),
            watching.clone(),
            WatchRules::default(),
            Ranking::default(),
        )
    };
    let by_graph = |graph: Arc<dyn TasteGraph>| {
        let tastes = TastesInGraph::new(Arc::clone(&graph));
        recommend(graph, Arc::new(tastes))
    };
    let cached = CachedGraph::new(Arc::new(graph.clone()), tastes);
    Both {
        titles: catalog.titles_after(None, 1000).await.unwrap(),
        embedded: by_graph(Arc::new(SqliteGraph::new(db))),
        neo4j: by_graph(Arc::new(graph)),
        served: recommend(Arc::new(cached.clone()), Arc::new(cached)),
        watching,
        _program: program,
        _server: server,
    }
}

/// Bit by bit, so that not even a rounding differs.
fn bits(list: &[Recommendation]) -> Vec<(u64, u64, Vec<String>)> {
    list.iter()
        .map(|found| {
            (
                found.title.0,
                found.score.to_bits(),
                found
                    .reasons
                    .iter()
                    .map(|reason| format!("{reason:?}"))
                    .collect(),
            )
        })
        .collect()
}

/// One test, because to make the graph anew in Neo4j takes longer than all that is looked at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_one_ranking_whatever_the_graph() {
    let both = both().await;

    neo4j_and_the_embedded_graph_suggest_the_same(&both).await;
    suggestions_are_never_what_was_watched_and_add_up(&both).await;
    what_nobody_watched_has_titles_like_it_by_metadata(&both).await;
    a_page_begins_with_its_collection_and_says_where_titles_are_from_that_nobody_watched(&both)
        .await;
    who_has_watched_nothing_gets_popular_titles_of_several_genres(&both).await;
}

async fn neo4j_and_the_embedded_graph_suggest_the_same(both: &Both) {
    for title in &both.titles {
        let embedded = both
            .embedded
            .similar(&Visibility::everything(), title, None)
            .await
            .unwrap();
        let neo4j = both
            .neo4j
            .similar(&Visibility::everything(), title, None)
            .await
            .unwrap();
        assert!(embedded.len() >= 10, "{}", title.slug);
        assert_eq!(bits(&embedded), bits(&neo4j), "{}", title.slug);
    }
    let mut profiles = both.watching.profiles_after(None).await.unwrap();
    profiles.truncate(60);
    profiles.push(ProfileId(1)); // Nobody.
    for profile in profiles {
        let embedded = both
            .embedded
            .recommendations(&Visibility::everything(), profile, None, Extent::Whole)
            .await
            .unwrap();
        let neo4j = both
            .neo4j
            .recommendations(&Visibility::everything(), profile, None, Extent::Whole)
            .await
            .unwrap();
        let served = both
            .served
            .recommendations(&Visibility::everything(), profile, None, Extent::Whole)
            .await
            .unwrap();
        assert!(embedded.len() >= 50, "{profile}");
        assert_eq!(bits(&embedded), bits(&neo4j), "{profile}");
        assert_eq!(bits(&served), bits(&neo4j), "{profile}");
    }
}

async fn suggestions_are_never_what_was_watched_and_add_up(both: &Both) {
    let ids: Vec<_> = both.titles.iter().map(|title| title.id).collect();

    for profile in both
        .watching
        .profiles_after(None)
        .await
        .unwrap()
        .into_iter()
        .take(40)
    {
        let watched = both.watching.watched_titles(profile, &ids).await.unwrap();
        for found in &*both
            .neo4j
            .recommendations(&Visibility::everything(), profile, None, Extent::Whole)
            .await
            .unwrap()
        {
            assert!(
                watched
                    .iter()
                    .all(|watched_title| watched_title.title != found.title)
            );
            let sum: f64 = found.reasons.iter().map(|reason| reason.contribution).sum();
            assert_eq!(sum.to_bits(), found.score.to_bits());
        }
    }
}

async fn what_nobody_watched_has_titles_like_it_by_metadata(both: &Both) {
    for slug in [
        "city-of-god-2002",
        "pather-panchali-1955",
        "singin-in-the-rain-1952",
        "nosferatu-1922",
    ] {
        let title = both.titles.iter().find(|title| title.slug == slug).unwrap();
        let list = both
            .neo4j
            .similar(&Visibility::everything(), title, None)
            .await
            .unwrap();
        assert!(list.len() >= 10, "{slug}");
        assert!(
            list.iter()
                .flat_map(|found| &found.reasons)
                .all(|reason| reason.kind != ReasonKind::SimilarViewers),
            "{slug}"
        );
    }
}

async fn a_page_begins_with_its_collection_and_says_where_titles_are_from_that_nobody_watched(
    both: &Both,
) {
    let unwatched = both.titles.iter().filter(|title| title.watchers == 0);
    let unwatched: HashSet<TitleId> = unwatched.map(|title| title.id).collect();
    let (mut seen, mut from_there) = (0, 0);

    for seed in &both.titles {
        let mut parts: Vec<&Title> = both
            .titles
            .iter()
            .filter(|title| title.collection.is_some())
            .filter(|title| {
                let of = |title: &Title| title.collection.map(|part| part.collection);
                of(title) == of(seed)
            })
            .collect();
        parts.sort_by_key(|part| place_in_collection(part));
        let next = parts
            .iter()
            .find(|part| place_in_collection(part) > place_in_collection(seed));
        let next = next.map(|part| part.id);
        let others = parts.iter().map(|part| part.id);
        let others = others.filter(|id| *id != seed.id && Some(*id) != next);
        let expected: Vec<_> = next
            .map(|id| (id, ReasonKind::NextInCollection))
            .into_iter()
            .chain(others.map(|id| (id, ReasonKind::SameCollection)))
            .collect();
        seen += expected.len();
        for graph in [&both.embedded, &both.neo4j] {
            let list = graph
                .similar(&Visibility::everything(), seed, None)
                .await
                .unwrap();
            let of_collection: Vec<_> = list
                .iter()
                .flat_map(|found| {
                    found
                        .reasons
                        .iter()
                        .map(move |reason| (found.title, reason))
                })
                .filter(|(_, reason)| matches!(reason.source, ReasonSource::Collection(_)))
                .map(|(title, reason)| (title, reason.kind))
                .collect();
            assert_eq!(of_collection, expected, "{}", seed.slug);
            let first: Vec<_> = list
                .iter()
                .take(expected.len())
                .map(|it| it.title)
                .collect();
            let wanted: Vec<_> = expected.iter().map(|(title, _)| *title).collect();
            assert_eq!(first, wanted, "{}", seed.slug);
            let before_others = list.iter().take(expected.len() + 1).map(|it| it.score);
            assert!(before_others.is_sorted_by(|a, b| a > b), "{}", seed.slug);
            for found in &list {
                let sum: f64 = found.reasons.iter().map(|it| it.contribution).sum();
                assert_eq!(sum.to_bits(), found.score.to_bits(), "{}", seed.slug);
                let mut reasons = found.reasons.iter();
                let origin = reasons.find(|reason| reason.kind == ReasonKind::SharedOrigin);
                if let Some(origin) = origin {
                    assert_eq!(origin.source, ReasonSource::Title(seed.id));
                    assert!(seed.watchers == 0 || unwatched.contains(&found.title));
                    assert!(origin.contribution > 0.0 && origin.contribution <= 0.4);
                    from_there += 1;
                }
            }
        }
    }

    assert!(seen >= 10, "{seen} parts");
    assert!(from_there > 20, "{from_there} pairs");
}

async fn who_has_watched_nothing_gets_popular_titles_of_several_genres(both: &Both) {
    let list = both
        .neo4j
        .recommendations(&Visibility::everything(), ProfileId(1), None, Extent::Whole)
        .await
        .unwrap();

    let sources: HashSet<_> = list
        .iter()
        .take(10)
        .map(|found| found.reasons[0].source)
        .collect();
    assert!(
        list.iter()
            .all(|found| found.reasons[0].kind == ReasonKind::Popular)
    );
    assert!(sources.len() >= 4, "{sources:?}");
}
