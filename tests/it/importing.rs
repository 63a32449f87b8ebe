//! What a profile brings from elsewhere: seen first, applied, repeated, undone, and told of while it goes on.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::both_ways::both_ways;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};

both_ways!(
    a_diary_is_seen_applied_repeated_and_undone,
    what_others_say_stays_when_an_import_is_undone_or_forgotten,
);

/// A diary as Letterboxd exports it: a remake, a day that is written in another column, a film that nobody knows.
const DIARY: &str = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date
2024-03-05,Heat,1995,https://boxd.it/1,,,,2024-02-29
2024-03-05,Heat,1995,https://boxd.it/1,,Yes,,2024-03-01
2024-03-05,Solaris,1972,https://boxd.it/2,5,,,2024-03-02
2024-03-05,Casino,1996,https://boxd.it/3,,,,2024-03-03
2024-03-05,A Film That Is Nowhere,2001,https://boxd.it/4,,,,2024-03-04
";

/// A row of such a diary.
const CASINO: &str = "2024-03-05,Casino,1995,https://boxd.it/3,,,,2020-01-10\n";

const SEEN: &str = "{ viewer { imports(first: 5) { totalCount nodes { id format state counts { matched ambiguous unmatched passedOver }
        job { state progress } rows(first: 50) { nodes { id text state matchedBy day item { ... on Film { slug } } } } } }
    profile { history { totalCount nodes { day influencesRecommendations item { ... on Film { slug } } } } recommendations(first: 50) { nodes { slug } } } }
    film(slug: \"solaris-1972\") { viewerLiked watchState { watched } } }";
const STATES: &str = "{ viewer { imports { nodes { state } } jobs { nodes { state } } } }";

/// Sends a file; the global id of the import.
pub(crate) async fn send(site: &Site, name: &str, file: &str) -> String {
    let request = site
        .post(&format!("/imports?name={name}"))
        .header("cookie", site.cookie().unwrap())
        .body(file.to_owned());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    let answer: Value = answer.json().await.unwrap();
    answer["id"].as_str().unwrap().to_owned()
}

/// Has something done with an import that begins a job; the id of the job.
pub(crate) async fn begin(site: &Site, mutation: &str, import: &str) -> String {
    let query = format!(
        "mutation ($import: ID!) {{ {mutation}(input: {{ import: $import }}) {{ job {{ id }} userErrors {{ code field }} }} }}"
    );
    let mut done = site.ask(&query, json!({ "import": import })).await;
    let payload = done[mutation].take();
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload["job"]["id"].as_str().unwrap().to_owned()
}

/// Waits until the import that was sent last is in a state.
pub(crate) async fn wait_until(site: &Site, state: &str) {
    let is_so = |seen: &Value| {
        let of_import = &seen["viewer"]["imports"]["nodes"][0]["state"];
        *of_import == state && seen["viewer"]["jobs"]["nodes"][0]["state"] == "SUCCEEDED"
    };
    site.wait_for(SOON, STATES, is_so).await;
}

async fn refused(site: &Site, mutation: &str, import: &str) -> Value {
    let query = format!(
        "mutation ($import: ID!) {{ {mutation}(input: {{ import: $import }}) {{ userErrors {{ code field }} }} }}"
    );
    let mut done = site.ask(&query, json!({ "import": import })).await;
    done[mutation]["userErrors"][0].take()
}

fn rows(import: &Value) -> Vec<Value> {
    let rows = import["rows"]["nodes"].as_array().unwrap().iter();
    let rows = rows.map(|row| {
        let item = &row["item"]["slug"];
        json!([row["state"], row["matchedBy"], row["day"], item])
    });
    rows.collect()
}

#[expect(
    clippy::too_many_lines,
    reason = "one way through, so that one server is started"
)]
async fn a_diary_is_seen_applied_repeated_and_undone(on: On) {
    let program = Program::with_few_viewers(on).await;
    let mut site = program.serve().await;
    let nobody = site.post("/imports").body(DIARY).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    site.register("ada@example.org").await;
    let casino = site.id_of("film", "casino-1995").await;
    for (name, value) in [
        ("content-encoding", "gzip"),
        ("content-type", "multipart/form-data; boundary=a"),
    ] {
        let form = site.post("/imports").header(name, value).body(DIARY);
        let form = form.header("cookie", site.cookie().unwrap());
        let form = form.send().await.unwrap();
        assert_eq!(form.status(), 415, "{name}");
        let why: Value = form.json().await.unwrap();
        assert_eq!(why["code"], "UNSUPPORTED_MEDIA_TYPE", "{why}");
    }
    let nonsense = site
        .post("/imports")
        .header("cookie", site.cookie().unwrap());
    let nonsense = nonsense.body("nonsense").send().await.unwrap();
    assert_eq!(nonsense.status(), 400);
    let before = site.ask(SEEN, json!({})).await;
    assert_eq!(before["viewer"]["imports"]["totalCount"], 0);

    // Seen first: nothing is in the history.
    let first = send(&site, "diary.csv", DIARY).await;
    let seen = site.ask(SEEN, json!({})).await;
    assert_eq!(seen["viewer"]["profile"]["history"]["totalCount"], 0);
    let import = &seen["viewer"]["imports"]["nodes"][0];
    assert_eq!(import["format"], "LETTERBOXD");
    assert_eq!(
        (&import["state"], &import["job"]),
        (&json!("PREVIEW"), &Value::Null)
    );
    let of_diary = rows(import);
    assert!(of_diary.contains(&json!([
        "MATCHED",
        "NAME_AND_YEAR",
        "2024-02-29",
        "heat-1995"
    ])));
    assert!(of_diary.contains(&json!([
        "MATCHED",
        "NAME_AND_YEAR",
        "2024-03-02",
        "solaris-1972"
    ])));
    assert!(of_diary.contains(&json!([
        "MATCHED",
        "NEAR_YEAR",
        "2024-03-03",
        "casino-1995"
    ])));
    assert!(of_diary.contains(&json!(["UNMATCHED", null, "2024-03-04", null])));

    // Applied: on the days that the file says, and a rating of five stars is a thumb up.
    let job = begin(&site, "startImport", &first).await;
    wait_until(&site, "DONE").await;
    let found = site
        .ask(
            "query ($id: ID!) { node(id: $id) { ... on Job { kind state progress error } } }",
            json!({ "id": job }),
        )
        .await;
    let over = json!({ "kind": "IMPORT", "state": "SUCCEEDED", "progress": 1.0, "error": null });
    assert_eq!(found["node"], over);
    let applied = site.ask(SEEN, json!({})).await;
    let profile = &applied["viewer"]["profile"];
    let day = |day: &str, slug: &str| json!({ "day": day, "influencesRecommendations": true, "item": { "slug": slug } });
    let history = json!([
        day("2024-03-03", "casino-1995"),
        day("2024-03-02", "solaris-1972"),
        day("2024-03-01", "heat-1995"),
        day("2024-02-29", "heat-1995"),
    ]);
    assert_eq!(profile["history"]["nodes"], history);
    assert_eq!(
        applied["film"],
        json!({ "viewerLiked": true, "watchState": { "watched": true } })
    );
    assert!(!profile["recommendations"].to_string().contains("heat-1995"));
    assert_eq!(
        refused(&site, "startImport", &first).await,
        json!({ "code": "CONFLICT", "field": ["input", "import"] })
    );

    // Repeated: nothing changes, and undoing the one leaves what the other says.
    let second = send(&site, "diary.csv", DIARY).await;
    begin(&site, "startImport", &second).await;
    wait_until(&site, "DONE").await;
    let repeated = site.ask(SEEN, json!({})).await;
    assert_eq!(repeated["viewer"]["profile"]["history"], profile["history"]);
    begin(&site, "undoImport", &second).await;
    wait_until(&site, "UNDONE").await;
    let kept = site.ask(SEEN, json!({})).await;
    assert_eq!(kept["viewer"]["profile"]["history"], profile["history"]);
    assert_eq!(kept["film"], applied["film"]);

    // A row is decided otherwise after it was applied.
    let import = &kept["viewer"]["imports"]["nodes"][1];
    let nowhere = import["rows"]["nodes"].as_array().unwrap().iter();
    let mut nowhere = nowhere
        .filter(|row| row["state"] == "UNMATCHED")
        .map(|row| &row["id"]);
    let nowhere = nowhere.next_back().unwrap();
    let decided = site
        .ask(
            "mutation ($row: ID!, $item: ID) { decideImportRow(input: { row: $row, item: $item }) {
                row { state matchedBy brought } userErrors { code field } } }",
            json!({ "row": nowhere, "item": casino }),
        )
        .await;
    let row = json!({ "state": "MATCHED", "matchedBy": "VIEWER", "brought": true });
    assert_eq!(
        decided["decideImportRow"],
        json!({ "row": row, "userErrors": [] })
    );
    let one_more = site.ask(SEEN, json!({})).await;
    assert_eq!(one_more["viewer"]["profile"]["history"]["totalCount"], 5);

    // The table has all rows, for their owner alone.
    let path = format!("/imports/{first}/rows.csv");
    let table = site.get(&path).header("cookie", site.cookie().unwrap());
    let table = table.send().await.unwrap().text().await.unwrap();
    assert!(
        table.starts_with("number,file,line,text,kind,at,state,reason,item,candidates"),
        "{table}"
    );
    assert!(
        table.contains("2024-02-29") && table.contains("A Film That Is Nowhere"),
        "{table}"
    );
    assert_eq!(site.get(&path).send().await.unwrap().status(), 401);

    // Undone as a whole, on any way: as if nothing had been brought. What the record says, the graph says.
    begin(&site, "undoImport", &first).await;
    let undone = |seen: &Value| seen["viewer"]["imports"]["nodes"][1]["state"] == "UNDONE";
    site.wait_for(SOON, STATES, undone).await;
    let after = site.ask(SEEN, json!({})).await;
    let without = |seen: &Value| {
        let profile = &seen["viewer"]["profile"];
        json!([profile["history"], seen["film"]])
    };
    assert_eq!(without(&after), without(&before));
    program.expect(&["graph", "drain"]).await;
    program.expect(&["graph", "verify"]).await;

    // Whose session is over is told so, here as everywhere.
    let over = site.cookie().unwrap().to_owned();
    let log_out = "mutation { logOut(input: {}) { userErrors { code } } }";
    site.ask_for_cookie(log_out, json!({})).await;
    for request in [site.get(&path), site.post("/imports").body(DIARY)] {
        let answer = request.header("cookie", &over).send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers()["x-session"], "expired");
    }
    assert!(
        !site
            .get(&path)
            .send()
            .await
            .unwrap()
            .headers()
            .contains_key("x-session"),
        "nobody's is over"
    );

    // Somebody else's does not exist.
    site.set_cookie(None);
    site.register("grace@example.org").await;
    assert_eq!(
        refused(&site, "undoImport", &first).await,
        json!({ "code": "NOT_FOUND", "field": ["input", "import"] })
    );
    let node = "query ($id: ID!) { node(id: $id) { id } }";
    let answer = site.send(node, json!({ "id": job })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");

    // What was watched at a moment here is not watched once more on its day there, in whichever order they come.
    let moment = |at: &str| {
        let heat = json!({ "title": "Heat", "year": 1995, "ids": {} });
        json!([{ "watched_at": at, "movie": heat }]).to_string()
    };
    for (name, file) in [
        ("history.json", moment("2024-03-01T02:30:00.000Z")),
        ("diary.csv", DIARY.to_owned()),
        ("history.json", moment("2024-02-29T22:00:00.000Z")),
    ] {
        let import = send(&site, name, &file).await;
        begin(&site, "startImport", &import).await;
        wait_until(&site, "DONE").await;
    }
    let merged = site.ask(SEEN, json!({})).await;
    let history = &merged["viewer"]["profile"]["history"]["nodes"];
    let heat = history.as_array().unwrap().iter();
    let heat = heat.filter(|play| play["item"]["slug"] == "heat-1995");
    let days: Vec<&Value> = heat.map(|play| &play["day"]).collect();
    assert_eq!(days, [&Value::Null, &json!("2024-02-29")], "{history}");

    // The same by the command, which says what became of it.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("diary.csv");
    std::fs::write(&file, DIARY).unwrap();
    let file = file.to_str().unwrap();
    site.stop().await;
    let shown = program
        .expect(&["import", file, "--email", "grace@example.org", "--apply"])
        .await;
    assert!(
        shown.contains("Letterboxd") && shown.contains("applied"),
        "{shown}"
    );
}

/// Sends a file and has it applied; the global id of the import.
async fn bring(site: &Site, name: &str, file: &str) -> String {
    let import = send(site, name, file).await;
    begin(site, "startImport", &import).await;
    wait_until(site, "DONE").await;
    import
}

async fn undo(site: &Site, import: &str) {
    begin(site, "undoImport", import).await;
    let state = format!("{{ node(id: \"{import}\") {{ ... on Import {{ state }} }} }}");
    let is_undone = |seen: &Value| seen["node"]["state"] == "UNDONE";
    site.wait_for(SOON, &state, is_undone).await;
}

/// A film that was watched at a moment, as Trakt exports it.
fn at_a_moment(title: &str, at: &str) -> String {
    let film = json!({ "title": title, "year": 1995, "ids": {} });
    json!([{ "watched_at": at, "movie": film }]).to_string()
}

#[tokio::test]
async fn an_import_whose_job_is_over_is_not_at_work() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    site.register("ada@example.org").await;
    let import = bring(&site, "diary.csv", DIARY).await;
    let cookie = site.cookie().unwrap().to_owned();
    site.stop().await;
    // As a server leaves it that dies between the one and the other.
    let file = program.data().join("reelgraph.sqlite");
    let database = rusqlite::Connection::open(file).unwrap();
    let running = "UPDATE imports SET body = json_set(body, '$.state', 'running')";
    assert_eq!(database.execute(running, []).unwrap(), 1);
    drop(database);

    let mut site = program.serve().await;
    site.set_cookie(Some(cookie));
    let seen = site.ask(STATES, json!({})).await;

    assert_eq!(seen["viewer"]["imports"]["nodes"][0]["state"], "FAILED");
    begin(&site, "startImport", &import).await;
    wait_until(&site, "DONE").await;
}

async fn what_others_say_stays_when_an_import_is_undone_or_forgotten(on: On) {
    let program = Program::seeded_without_graph(on).await;
    let mut site = program.serve().await;

    // A file of nobody is not waited for.
    let address = site.address.split_once("://").unwrap().1;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = b"POST /imports HTTP/1.1\r\nhost: a\r\ncontent-length: 9000000\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let mut answer = [0; 12];
    let answered = timeout(SOON, stream.read_exact(&mut answer)).await;
    answered.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");

    // One knows the moment of what another says to be watched: that stays, without a moment.
    site.register("ada@example.org").await;
    let heat = "{ viewer { profile { history { totalCount } } } film(slug: \"heat-1995\") { watchState { watched } } }";
    let history = at_a_moment("Heat", "2020-02-29T20:00:00.000Z");
    let moment = bring(&site, "history.json", &history).await;
    let undated = "Date,Name,Year,Letterboxd URI\n2024-03-05,Heat,1995,https://boxd.it/1\n";
    let undated = bring(&site, "watched.csv", undated).await;
    undo(&site, &moment).await;
    let left = site.ask(heat, json!({})).await;
    assert_eq!(left["viewer"]["profile"]["history"]["totalCount"], 0);
    assert_eq!(left["film"]["watchState"]["watched"], true);
    undo(&site, &undated).await;
    let left = site.ask(heat, json!({})).await;
    assert_ne!(left["film"]["watchState"]["watched"], true);

    what_the_viewer_says_as_well_stays(&site).await;

    // What is forgotten stays, whatever becomes of another that says the same.
    let first = bring(&site, "diary.csv", DIARY).await;
    let second = bring(&site, "diary.csv", DIARY).await;
    let forget = "mutation ($import: ID!) { discardImport(input: { import: $import }) { userErrors { code } } }";
    let forgotten = site.ask(forget, json!({ "import": first })).await;
    assert_eq!(forgotten["discardImport"]["userErrors"], json!([]));
    undo(&site, &second).await;
    let left = site.ask(heat, json!({})).await;
    assert_eq!(left["viewer"]["profile"]["history"]["totalCount"], 4);

    // Of a day with two watches one is what is there; however many rows lie between, the other is one more.
    let history = at_a_moment("Casino", "2020-01-10T20:00:00.000Z");
    bring(&site, "history.json", &history).await;
    let head = DIARY.lines().next().unwrap();
    let between = (0..500).map(|n| {
        let (year, month, day) = (2000 + n / 336, n / 28 % 12 + 1, n % 28 + 1);
        format!("2024-03-05,Solaris,1972,https://boxd.it/2,,,,{year}-{month:02}-{day:02}\n")
    });
    let between: String = between.collect();
    let file = format!("{head}\n{CASINO}{between}{CASINO}");
    bring(&site, "diary.csv", &file).await;
    let seen = site.ask(SEEN, json!({})).await;
    let plays = &seen["viewer"]["profile"]["history"]["nodes"];
    let plays = plays.as_array().unwrap().iter();
    let casino = plays.filter(|play| play["item"]["slug"] == "casino-1995");
    let days: Vec<&Value> = casino.map(|play| &play["day"]).collect();
    let [diary, day] = ["2024-03-03", "2020-01-10"].map(|day| json!(day));
    assert_eq!(days, [&diary, &Value::Null, &day]);

    // What was deleted there does not come again by the day on which it was.
    let item = site.id_of("film", "casino-1995").await;
    let delete = "mutation ($item: ID!) { deleteHistory(input: { item: $item }) { deletedPlays userErrors { code } } }";
    let deleted = site.ask(delete, json!({ "item": item })).await;
    let gone = json!({ "deletedPlays": 3, "userErrors": [] });
    assert_eq!(deleted["deleteHistory"], gone);
    let before = site.ask(heat, json!({})).await;
    bring(&site, "diary.csv", &format!("{head}\n{CASINO}")).await;
    assert_eq!(site.ask(heat, json!({})).await, before);

    what_is_hidden_meanwhile_is_passed_over(&program, site, head).await;
}

/// What an import said first, undated or with its day, stays watched when that is undone.
async fn what_the_viewer_says_as_well_stays(site: &Site) {
    let file = "Date,Name,Year,Letterboxd URI\n2024-03-05,Solaris,1972,https://boxd.it/2\n";
    let undated = bring(site, "watched.csv", file).await;
    let dated = at_a_moment("Casino", "2020-01-09T20:00:00.000Z");
    let dated = bring(site, "history.json", &dated).await;
    let item = site.id_of("film", "solaris-1972").await;
    let say = "mutation ($item: ID!) { setWatched(input: { item: $item, watched: true }) { userErrors { code } } }";
    let said = site.ask(say, json!({ "item": item })).await;
    assert_eq!(said["setWatched"]["userErrors"], json!([]));
    let casino = site.id_of("film", "casino-1995").await;
    let said = site.ask(say, json!({ "item": casino })).await;
    assert_eq!(said["setWatched"]["userErrors"], json!([]));

    undo(site, &undated).await;
    undo(site, &dated).await;

    let both = "{ film(slug: \"solaris-1972\") { watchState { watched } }
        casino: film(slug: \"casino-1995\") { watchState { watched } } }";
    let left = site.ask(both, json!({})).await;
    assert_eq!(left["film"]["watchState"]["watched"], true);
    assert_eq!(left["casino"]["watchState"]["watched"], true);
}

/// Of what is hidden between the preview and its turn nothing is brought, and that is said.
async fn what_is_hidden_meanwhile_is_passed_over(program: &Program, mut site: Site, head: &str) {
    let rows = "2024-03-05,Solaris,1972,https://boxd.it/2,,,,2021-05-05
2024-03-05,Heat,1995,https://boxd.it/1,,,,2021-05-06\n";
    let import = send(&site, "diary.csv", &format!("{head}\n{rows}")).await;
    let cookie = site.cookie().unwrap().to_owned();
    site.stop().await;
    let hidden = json!({ "slug": "solaris-1972", "title": "Solaris", "state": "hidden" });
    let file = program.data().join("hidden.ndjson");
    std::fs::write(&file, hidden.to_string()).unwrap();
    program.expect(&["load", file.to_str().unwrap()]).await;
    let mut site = program.serve().await;
    site.set_cookie(Some(cookie));
    begin(&site, "startImport", &import).await;
    wait_until(&site, "DONE").await;
    let rows = "query ($id: ID!) { node(id: $id) { ... on Import { rows(first: 5) { nodes { state reason brought } } } } }";
    let seen = site.ask(rows, json!({ "id": import })).await;
    let expected = json!([
        { "state": "PASSED_OVER", "reason": "is not there any more", "brought": false },
        { "state": "MATCHED", "reason": null, "brought": true },
    ]);
    assert_eq!(seen["node"]["rows"]["nodes"], expected);
}
