//! The demo site on the servers: loaded, projected and solved once, then copied for each test that wants it.

use std::collections::{BTreeMap, HashMap};

use bson::{Document, RawDocumentBuf, doc};
use futures::TryStreamExt;
use mongodb::{Client, IndexModel};
use neo4rs::{BoltType, Graph, query};
use tokio::sync::OnceCell;

use super::demo::Demo;
use super::program::Program;

/// How many nodes or edges are written together.
const BATCH: usize = 2000;

/// What an installation with the demo site has stored.
pub(crate) struct Template {
    collections: Vec<Collection>,
    /// By label; each with what it was called.
    nodes: BTreeMap<String, Vec<(String, BoltType)>>,
    /// By type, with both ends.
    edges: BTreeMap<String, Vec<[BoltType; 3]>>,
}

struct Collection {
    name: String,
    documents: Vec<RawDocumentBuf>,
    indexes: Vec<IndexModel>,
}

impl Template {
    /// The demo site, which is made in this installation, whose stores are empty, if it was not made before.
    pub(crate) async fn of(demo: Demo, program: &Program) -> &'static Self {
        let make = async || {
            program.load(demo).await;
            program.expect(&["graph", "drain"]).await;
            program.expect(&["graph", "similar"]).await;
            let template = Self::read(program).await;
            mongo(program).await.drop().await.unwrap();
            program.empty_graph().await;
            template
        };
        made(demo).get_or_init(make).await
    }

    /// The demo site, if it was made before.
    pub(crate) fn made(demo: Demo) -> Option<&'static Self> {
        made(demo).get()
    }

    /// Fills the stores of an installation, which are empty.
    pub(crate) async fn fill(&self, program: &Program) {
        self.fill_record(program).await;
        self.fill_graph(program).await;
    }

    /// Fills the record alone.
    pub(crate) async fn fill_record(&self, program: &Program) {
        let db = mongo(program).await;
        for collection in &self.collections {
            let Collection {
                name,
                documents,
                indexes,
            } = collection;
            let to = db.collection::<RawDocumentBuf>(name);
            db.create_collection(name).await.unwrap();
            if !indexes.is_empty() {
                to.create_indexes(indexes.clone()).await.unwrap();
            }
            if !documents.is_empty() {
                to.insert_many(documents).ordered(false).await.unwrap();
            }
        }
    }

    async fn fill_graph(&self, program: &Program) {
        let graph = neo4j(program);
        let mut copies: HashMap<&str, String> = HashMap::new();
        for (label, nodes) in &self.nodes {
            let create = format!(
                "UNWIND $rows AS fields CREATE (node:{label}) SET node = fields RETURN elementId(node) AS copy"
            );
            for nodes in nodes.chunks(BATCH) {
                let rows: Vec<BoltType> = nodes.iter().map(|(_, fields)| fields.clone()).collect();
                let mut rows = graph
                    .execute(query(&create).param("rows", rows))
                    .await
                    .unwrap();
                for (element, _) in nodes {
                    let row = rows.next().await.unwrap().unwrap();
                    copies.insert(element, row.get("copy").unwrap());
                }
                assert!(rows.next().await.unwrap().is_none());
            }
        }
        let copy = |element: &BoltType| match element {
            BoltType::String(element) => BoltType::from(copies[&*element.value].clone()),
            other => panic!("{other:?} names no node"),
        };
        for (kind, edges) in &self.edges {
            let create = format!(
                "UNWIND $rows AS row MATCH (start) WHERE elementId(start) = row[0]
                 MATCH (end) WHERE elementId(end) = row[1] CREATE (start)-[edge:{kind}]->(end) SET edge = row[2]"
            );
            for edges in edges.chunks(BATCH) {
                let row = |[start, end, fields]: &[BoltType; 3]| {
                    BoltType::from(vec![copy(start), copy(end), fields.clone()])
                };
                let rows: Vec<BoltType> = edges.iter().map(row).collect();
                graph.run(query(&create).param("rows", rows)).await.unwrap();
            }
        }
    }

    /// What an installation has stored.
    async fn read(program: &Program) -> Self {
        let db = mongo(program).await;
        let mut collections = Vec::new();
        for name in db.list_collection_names().await.unwrap() {
            let from = db.collection::<RawDocumentBuf>(&name);
            let documents = from.find(Document::new()).await.unwrap();
            let indexes = from.list_indexes().await.unwrap();
            let indexes: Vec<IndexModel> = indexes.try_collect().await.unwrap();
            collections.push(Collection {
                documents: documents.try_collect().await.unwrap(),
                // Its own is made with the collection.
                indexes: indexes
                    .into_iter()
                    .filter(|index| index.keys != doc! { "_id": 1 })
                    .collect(),
                name,
            });
        }
        let graph = neo4j(program);
        let mut nodes: BTreeMap<String, Vec<_>> = BTreeMap::new();
        let read = "MATCH (node) RETURN elementId(node) AS element, labels(node) AS labels, properties(node) AS fields";
        let mut rows = graph.execute(query(read)).await.unwrap();
        while let Some(row) = rows.next().await.unwrap() {
            let labels: Vec<String> = row.get("labels").unwrap();
            let node = (row.get("element").unwrap(), row.get("fields").unwrap());
            nodes.entry(labels.join(":")).or_default().push(node);
        }
        let mut edges: BTreeMap<String, Vec<_>> = BTreeMap::new();
        let read =
            "MATCH (start)-[edge]->(end) RETURN elementId(start) AS start, elementId(end) AS end,
                    type(edge) AS kind, properties(edge) AS fields";
        let mut rows = graph.execute(query(read)).await.unwrap();
        while let Some(row) = rows.next().await.unwrap() {
            let edge = ["start", "end", "fields"].map(|name| row.get::<BoltType>(name).unwrap());
            edges
                .entry(row.get("kind").unwrap())
                .or_default()
                .push(edge);
        }
        Self {
            collections,
            nodes,
            edges,
        }
    }
}

/// What was made of the demo site.
fn made(demo: Demo) -> &'static OnceCell<Template> {
    static WHOLE: OnceCell<Template> = OnceCell::const_new();
    static FEW_VIEWERS: OnceCell<Template> = OnceCell::const_new();
    match demo {
        Demo::Whole => &WHOLE,
        Demo::FewViewers => &FEW_VIEWERS,
    }
}

async fn mongo(program: &Program) -> mongodb::Database {
    let client = Client::with_uri_str(program.variable("MONGODB_URI"))
        .await
        .unwrap();
    client.default_database().unwrap()
}

fn neo4j(program: &Program) -> Graph {
    let [uri, user, password] =
        ["NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD"].map(|name| program.variable(name));
    Graph::new(uri, user, password).unwrap()
}
