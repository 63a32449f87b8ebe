//! Lists that are made anew for each page, and those of curators: from the end they are what they are from the start.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::both_ways::both_ways;
use crate::importing::{begin, send, wait_until};
use crate::support::program::{On, Program, Site};

both_ways!(what_is_made_anew_and_what_curators_read_is_the_same_from_both_ends);

/// A list, as a question with `PAGE` and `ROWS` in it, what tells its rows apart, where it is in an answer, and how many
/// rows it has at least.
type Row = (&'static str, &'static str, &'static str, usize);

const LISTS: [Row; 16] = [
    (
        "{ search(query: \"the\", PAGE) { ROWS } }",
        "slug",
        "/search",
        20,
    ),
    (
        "{ people(query: \"john\", PAGE) { ROWS } }",
        "slug",
        "/people",
        3,
    ),
    (
        "{ searchAll(query: \"heat\", PAGE) { ROWS } }",
        "... on Node { id }",
        "/searchAll",
        3,
    ),
    (
        "{ film(slug: \"casino-1995\") { similar(PAGE) { ROWS } } }",
        "slug",
        "/film/similar",
        20,
    ),
    (
        "{ viewer { profile { recommendations(PAGE) { ROWS } } } }",
        "slug",
        "/viewer/profile/recommendations",
        20,
    ),
    (
        "{ rows(first: 1, itemsPerRow: 5) { items(PAGE) { ROWS } } }",
        "slug",
        "/rows/0/items",
        4,
    ),
    (
        "{ revisions(filter: { node: \"FILM\" }, PAGE) { ROWS } }",
        "id",
        "/revisions",
        2,
    ),
    (
        "{ film(slug: \"made-here\") { revisions(PAGE) { ROWS } } }",
        "id",
        "/film/revisions",
        2,
    ),
    (
        "{ person(slug: \"ann-poe\") { revisions(PAGE) { ROWS } } }",
        "id",
        "/person/revisions",
        1,
    ),
    (
        "{ likelyDuplicates(PAGE) { ROWS } }",
        "title { slug } other { slug }",
        "/likelyDuplicates",
        3,
    ),
    (
        "{ likelySamePeople(PAGE) { ROWS } }",
        "person { slug } other { slug }",
        "/likelySamePeople",
        1,
    ),
    ("{ files(PAGE) { ROWS } }", "id", "/files", 3),
    (
        "{ film(slug: \"heat-1995\") { files(PAGE) { ROWS } } }",
        "id",
        "/film/files",
        1,
    ),
    (
        "{ viewer { imports(PAGE) { ROWS } } }",
        "id",
        "/viewer/imports",
        2,
    ),
    (
        "{ viewer { imports(first: 1) { nodes { rows(PAGE) { ROWS } } } } }",
        "id",
        "/viewer/imports/nodes/0/rows",
        3,
    ),
    (
        "{ viewer { jobs(PAGE) { ROWS } } }",
        "id",
        "/viewer/jobs",
        1,
    ),
];

/// A diary of which some rows are films of the demo site.
const DIARY: &str = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date
2024-03-05,Heat,1995,https://boxd.it/1,,,,2024-02-29
2024-03-05,Solaris,1972,https://boxd.it/2,5,,,2024-03-02
2024-03-05,A Film That Is Nowhere,2001,https://boxd.it/4,,,,2024-03-04
";

/// A list that is walked through.
struct List {
    question: String,
    node: &'static str,
    path: &'static str,
}

/// A page of it: its rows as texts, with their cursors, and whether there are rows before and after it.
struct Page {
    rows: Vec<(String, String)>,
    goes_on: [bool; 2],
}

impl List {
    async fn page(&self, site: &Site, page: &str) -> Page {
        let rows = format!(
            "edges {{ cursor node {{ {} }} }} pageInfo {{ hasPreviousPage hasNextPage startCursor endCursor }}",
            self.node
        );
        let question = self.question.replace("PAGE", page).replace("ROWS", &rows);
        let answer = site.ask(&question, json!({})).await;
        let list = answer.pointer(self.path).unwrap();
        let edges = list["edges"].as_array().unwrap().iter();
        let rows = edges.map(|edge| {
            let cursor = edge["cursor"].as_str().unwrap().to_owned();
            (edge["node"].to_string(), cursor)
        });
        let rows: Vec<(String, String)> = rows.collect();
        let info = &list["pageInfo"];
        let cursors = [rows.first(), rows.last()].map(|row| row.map(|(_, cursor)| cursor.as_str()));
        let said = ["startCursor", "endCursor"].map(|end| info[end].as_str());
        assert_eq!(said, cursors, "{}", self.path);
        let goes_on = ["hasPreviousPage", "hasNextPage"].map(|way| info[way] == true);
        Page { rows, goes_on }
    }

    /// All of its rows, in its order, page by page from one end.
    async fn walk(&self, site: &Site, end: &str, size: usize) -> Vec<String> {
        let is_forward = end == "first";
        let (mut found, mut start) = (Vec::<String>::new(), String::new());
        loop {
            let page = self.page(site, &format!("{end}: {size}{start}")).await;
            assert!(
                page.rows.len() <= size && found.len() < 1000,
                "{}",
                self.path
            );
            let nodes = page.rows.iter().map(|(node, _)| node.clone()).collect();
            let [previous, next] = page.goes_on;
            let (more, came_from, cursor) = if is_forward {
                found = [found, nodes].concat();
                (next, previous, page.rows.last())
            } else {
                found = [nodes, found].concat();
                (previous, next, page.rows.first())
            };
            assert_eq!(came_from, !start.is_empty(), "{} {end} {size}", self.path);
            if !more {
                return found;
            }
            let (_, cursor) = cursor.unwrap();
            let argument = if is_forward { "after" } else { "before" };
            start = format!(", {argument}: \"{cursor}\"");
        }
    }

    /// Whoever goes on and turns round sees the same rows again.
    async fn turn_round(&self, site: &Site, whole: &[String]) {
        let [first, second, third, ..] = whole else {
            return;
        };
        let onward = self.page(site, "first: 3").await;
        let (_, cursor) = &onward.rows[2];
        let back = self
            .page(site, &format!("last: 1, before: \"{cursor}\""))
            .await;
        let (node, cursor) = &back.rows[0];
        assert_eq!(
            (node, back.goes_on),
            (second, [true, true]),
            "{}",
            self.path
        );
        let beginning = self
            .page(site, &format!("last: 2, before: \"{cursor}\""))
            .await;
        assert_eq!(beginning.goes_on, [false, true], "{}", self.path);
        assert_eq!(beginning.rows.len(), 1);
        assert_eq!(beginning.rows[0].0, *first);
        let onward = self
            .page(site, &format!("first: 1, after: \"{cursor}\""))
            .await;
        assert_eq!(onward.rows[0].0, *third);
    }
}

async fn what_is_made_anew_and_what_curators_read_is_the_same_from_both_ends(on: On) {
    let program = Program::with_few_viewers(on).await;
    let site = site_with_lists(&program).await;
    let film = site.id_of("film", "made-here").await;

    for (question, node, path, least) in LISTS {
        let list = List {
            question: question.replace("FILM", &film),
            node,
            path,
        };
        let whole = list.walk(&site, "first", 100).await;
        let distinct: BTreeSet<&String> = whole.iter().collect();
        assert!(whole.len() >= least, "{path} has {} rows", whole.len());
        assert_eq!(distinct.len(), whole.len(), "{path}");
        for size in [1, 7, 40] {
            // Row by row only what is short.
            if whole.len() <= 20 * size {
                for end in ["first", "last"] {
                    let walked = list.walk(&site, end, size).await;
                    assert_eq!(walked, whole, "{path} {end} {size}");
                }
            }
        }
        list.turn_round(&site, &whole).await;
        for (page, code, field) in [
            ("first: 1, last: 1", "INVALID", "first"),
            ("last: 0", "OUT_OF_RANGE", "last"),
            ("last: 101", "OUT_OF_RANGE", "last"),
            ("last: 1, before: \"b\"", "BAD_CURSOR", "before"),
        ] {
            let question = list.question.replace("PAGE", page);
            let question = question.replace("ROWS", "nodes { __typename }");
            let answer = site.send(&question, json!({})).await;
            let error = &answer["errors"][0]["extensions"];
            assert_eq!(
                (&error["code"], &error["field"]),
                (&json!(code), &json!(field)),
                "{path}({page})"
            );
        }
    }
}

/// A site on which each list has rows, with the curator who reads them.
async fn site_with_lists(program: &Program) -> Site {
    program.create_user("curator@example.org", "curator").await;
    let film = |slug: &str, year: i32, person: Value| {
        let cast = json!([person, "Al Pacino"]);
        json!({ "kind": "film", "slug": slug, "title": "Made Here", "year": year, "cast": cast })
    };
    let ann = json!({ "person": "ann-poe", "name": "Ann Poe" });
    let namesake = json!({ "person": "ann-poe-2", "name": "ANN POE" });
    for films in [
        vec![film("made-here", 1993, ann.clone())],
        vec![film("made-here", 1994, ann.clone())],
        vec![
            film("made-here", 1995, ann.clone()),
            film("made-here-2", 1995, namesake),
            film("made-here-3", 1996, ann),
        ],
    ] {
        let file = program.data().join("films.ndjson");
        let lines: Vec<String> = films.iter().map(Value::to_string).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        program.expect(&["load", file.to_str().unwrap()]).await;
    }
    let library = tempfile::tempdir().unwrap();
    let root = library.path().canonicalize().unwrap();
    for name in ["Heat (1995)", "Nowhere (2001)", "Solaris (1972)"] {
        let path = root.join(format!("{name}.mkv"));
        std::fs::write(path, format!("the video of {name}")).unwrap();
    }
    program
        .expect(&["scan", root.to_str().unwrap(), "--apply"])
        .await;

    let mut site = program.serve().await;
    log_in(&mut site).await;
    let import = send(&site, "diary.csv", DIARY).await;
    begin(&site, "startImport", &import).await;
    wait_until(&site, "DONE").await;
    send(&site, "again.csv", DIARY).await;
    // What is suggested stays the same from here on.
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "similar"]).await;
    site
}

async fn log_in(site: &mut Site) {
    let query = "mutation ($input: LogInInput!) { logIn(input: $input) { userErrors { code } } }";
    let input = json!({ "email": "curator@example.org", "password": "correct horse battery" });
    let answer = site.ask_for_cookie(query, json!({ "input": input })).await;
    assert_eq!(answer["data"]["logIn"]["userErrors"], json!([]), "{answer}");
}
