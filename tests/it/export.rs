//! Everything that is known of an account, as one file for its owner.

use reelgraph::domain::accounts::{AccountWrite, ApiKey, ApiKeyToken, Profile, Scope, Secret};
use reelgraph::domain::clock::{Clock, SystemClock};
use reelgraph::domain::entropy::{Entropy, SystemEntropy};
use reelgraph::domain::ids::{ApiKeyId, ProfileId, UserId};
use serde_json::{Value, json};

use crate::support::program::{On, PASSWORD, Program, Site};
use crate::support::stores::{self, Stores};

const EMAIL: &str = "ada@example.org";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_has_everything_and_no_secret_embedded() {
    the_file_has_everything_and_no_secret(On::Embedded).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_has_everything_and_no_secret_on_the_servers() {
    the_file_has_everything_and_no_secret(On::Servers).await;
}

#[expect(clippy::too_many_lines, reason = "the file has as many parts")]
async fn the_file_has_everything_and_no_secret(on: On) {
    /// More than a page.
    const PLAYS: usize = 130;
    let program = Program::seeded_without_graph(on).await;
    let mut site = program.serve().await;
    site.register(EMAIL).await;
    let (film, episode) = (
        site.id_of("film", "heat-1995").await,
        first_episode(&site).await,
    );
    for play in 0..PLAYS {
        let name = format!("00000000-0000-4000-8000-{play:012}");
        site.watch(&film, &name, 600.0, "2026-01-01T20:00:00Z")
            .await;
    }
    let last = "00000000-0000-4000-8000-999999999999";
    site.watch(&episode, last, 300.0, "2026-01-02T20:00:00Z")
        .await;
    say(&site, &film).await;
    let stores = stores::open(&program, on).await;
    let token = add_key(&stores, &site).await;

    let response = get(&site).send().await.unwrap();

    assert_eq!(response.status(), 200);
    let headers = response.headers().clone();
    assert_eq!(headers["cache-control"], "no-store");
    assert_eq!(headers["content-type"], "application/json");
    let disposition = headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment"), "{disposition}");
    let text = response.text().await.unwrap();
    let exported: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(exported["format"], "reelgraph-account-export");
    assert_eq!(exported["formatVersion"], 2);
    assert_eq!(exported["account"]["email"], EMAIL);
    assert_eq!(exported["account"]["hasPassword"], true);
    assert_eq!(exported["sessions"][0]["via"], "password");
    assert_eq!(exported["apiKeys"][0]["name"], "the living room");
    assert_eq!(exported["apiKeys"][0]["scopes"], json!(["read"]));
    let actions: Vec<&str> = list(&exported["audit"])
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    assert!(
        actions.contains(&"registered") && actions.contains(&"exported"),
        "{actions:?}"
    );
    let profile = &exported["profiles"][0];
    assert_eq!(profile["name"], "ada");
    assert_eq!(list(&profile["plays"]).len(), PLAYS + 1);
    let latest = &profile["plays"][0];
    assert_eq!(latest["id"], last);
    assert_eq!(latest["episode"]["season"], 1);
    assert_eq!(latest["title"]["kind"], "series");
    assert_eq!(latest["sections"][0]["to"], 300.0);
    assert_eq!(profile["plays"][1]["startedAt"], "2026-01-01T20:00:00Z");
    assert_eq!(profile["plays"][1]["title"]["slug"], "heat-1995");
    assert_eq!(profile["plays"][1]["title"]["name"], "Heat");
    assert_eq!(profile["plays"][1]["seconds"], 600.0);
    let find = |field: &str, slug: &str| {
        let rows = list(&profile[field]).iter();
        let mut found = rows.filter(|row| row["title"]["slug"] == slug);
        found.next().cloned().unwrap_or_default()
    };
    assert_eq!(list(&profile["titles"]).len(), 2);
    assert_eq!(find("titles", "heat-1995")["plays"], PLAYS);
    assert_eq!(find("titles", "heat-1995")["liked"], false);
    // It was said before it was folded.
    let said_at = find("titles", "heat-1995")["likedAt"].clone();
    let [said_at, updated_at] = [said_at, find("titles", "heat-1995")["updatedAt"].clone()]
        .map(|at| at.as_str().unwrap().to_owned());
    assert!(said_at <= updated_at, "{said_at}, {updated_at}");
    let hidden = list(&profile["hiddenTitles"]);
    assert_eq!(hidden.len(), 1);
    assert_eq!(hidden[0]["title"]["slug"], "casino-1995");
    assert_eq!(hidden[0]["createdAt"], hidden[0]["updatedAt"]);
    let watchlist = list(&profile["watchlist"]);
    assert_eq!(watchlist.len(), 1);
    assert_eq!(watchlist[0]["title"]["slug"], "casino-1995");
    assert_eq!(watchlist[0]["createdAt"], watchlist[0]["updatedAt"]);
    let mutes = list(&profile["mutes"]).iter();
    let mutes: Vec<_> = mutes
        .map(|mute| {
            let source = &mute["source"];
            (
                source["kind"].as_str().unwrap(),
                source["name"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(mutes, [("genre", "Crime"), ("person", "Michael Mann")]);
    assert_eq!(list(&profile["items"]).len(), 2);
    assert_eq!(find("items", "heat-1995")["position"], 600.0);

    let cookie = site.cookie().unwrap().split_once('=').unwrap().1.to_owned();
    let key = token.expose();
    let secrets = [
        "argon2".to_owned(),
        token.secret.expose().to_owned(),
        token.secret.hash().to_hex(),
        key,
        cookie.split_once('.').unwrap().1.to_owned(),
        "correct horse".to_owned(),
    ];
    for secret in &secrets {
        assert!(!text.contains(secret.as_str()), "the exported has {secret}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_owner_gets_the_file() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;

    assert_refused(site.get("/account/export"), 401, "UNAUTHENTICATED").await;
    let nobody = site
        .get("/account/export")
        .header("authorization", "Bearer nobody");
    assert_refused(nobody, 401, "UNAUTHENTICATED").await;

    site.register(EMAIL).await;
    let stores = stores::open(&program, On::Embedded).await;
    let token = add_key(&stores, &site).await;
    let machine = site
        .get("/account/export")
        .header("authorization", format!("Bearer {}", token.expose()));
    assert_refused(machine, 403, "FORBIDDEN").await;

    let (_, profile) = ids(&site).await;
    let [before] =
        <[Profile; 1]>::try_from(stores.accounts.profiles(&[profile]).await.unwrap()).unwrap();
    let child = Profile {
        max_age: Some(12),
        stamp: before.stamp.next(SystemClock.now()),
        ..before
    };
    stores
        .accounts
        .write(vec![AccountWrite::PutProfile(child)])
        .await
        .unwrap();
    assert_refused(get(&site), 403, "FORBIDDEN").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ten_minutes_it_takes_the_password() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    site.register(EMAIL).await;
    let (user, _) = ids(&site).await;
    let stores = stores::open(&program, On::Embedded).await;
    stores.pass(user, 11).await;

    assert_refused(get(&site), 400, "WRONG_CREDENTIALS").await;
    let wrong = post(&site, "wrong horse battery");
    assert_refused(wrong, 400, "WRONG_CREDENTIALS").await;
    let elsewhere = post(&site, PASSWORD).header("sec-fetch-site", "cross-site");
    assert_refused(elsewhere, 403, "CROSS_SITE").await;
    let file: Value = post(&site, PASSWORD)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();

    assert_eq!(file["account"]["email"], EMAIL, "{file}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_watched_nothing_gets_a_whole_file() {
    let program = Program::seeded(On::Embedded).await;
    let mut site = program.serve().await;
    site.register(EMAIL).await;

    let file: Value = get(&site).send().await.unwrap().json().await.unwrap();

    let profile = &file["profiles"][0];
    for field in [
        "titles",
        "items",
        "plays",
        "hiddenTitles",
        "watchlist",
        "mutes",
        "imports",
        "importRows",
        "comments",
        "likedComments",
    ] {
        assert_eq!(profile[field], json!([]), "{field}");
    }
}

async fn assert_refused(request: reqwest::RequestBuilder, status: u16, code: &str) {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), status);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer["code"], code, "{answer}");
}

fn get(site: &Site) -> reqwest::RequestBuilder {
    site.get("/account/export")
        .header("cookie", site.cookie().unwrap())
}

/// The request of a form with a password.
fn post(site: &Site, password: &str) -> reqwest::RequestBuilder {
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("password", password)
        .finish();
    site.post("/account/export")
        .header("cookie", site.cookie().unwrap())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
}

/// The account and its first profile.
async fn ids(site: &Site) -> (UserId, ProfileId) {
    let file: Value = get(site).send().await.unwrap().json().await.unwrap();
    let id = |value: &Value| value["id"].as_str().unwrap().parse().unwrap();
    (
        UserId(id(&file["account"])),
        ProfileId(id(&file["profiles"][0])),
    )
}

/// Gives the account a machine's key.
async fn add_key(stores: &Stores, site: &Site) -> ApiKeyToken {
    let (user, _) = ids(site).await;
    let token = ApiKeyToken {
        key: ApiKeyId(4711),
        secret: Secret::random(&mut *SystemEntropy.rng()),
    };
    let key = ApiKey {
        id: token.key,
        user,
        name: "the living room".to_owned(),
        scopes: vec![Scope::Read],
        secret: token.secret.hash(),
        last_used_at: None,
        expires_at: SystemClock.now() + ApiKey::LASTS,
        created_at: SystemClock.now(),
        updated_at: SystemClock.now(),
    };
    stores
        .accounts
        .write(vec![AccountWrite::AddApiKey(key)])
        .await
        .unwrap();
    token
}

/// Dislikes a film, hides another and means to watch it all the same, mutes a genre and a person.
async fn say(site: &Site, disliked: &str) {
    let sources = site
        .ask(
            "{ genre(slug: \"crime\") { id } film(slug: \"heat-1995\") { credits(role: [DIRECTOR], first: 1) { nodes { id } } } }",
            json!({}),
        )
        .await;
    let input = json!({
        "disliked": disliked,
        "hidden": site.id_of("film", "casino-1995").await,
        "genre": sources["genre"]["id"],
        "person": sources["film"]["credits"]["nodes"][0]["id"],
    });
    let said = site
        .ask(
            "mutation ($disliked: ID!, $hidden: ID!, $genre: ID!, $person: ID!) {
                rateTitle(input: { title: $disliked, liked: false }) { userErrors { code } }
                hideTitle(input: { title: $hidden, hidden: true }) { userErrors { code } }
                setWatchlisted(input: { title: $hidden, watchlisted: true }) { userErrors { code } }
                genre: muteTaste(input: { source: $genre, muted: true }) { userErrors { code } }
                person: muteTaste(input: { source: $person, muted: true }) { userErrors { code } } }",
            input,
        )
        .await;
    for done in said.as_object().unwrap().values() {
        assert_eq!(*done, json!({ "userErrors": [] }));
    }
}

async fn first_episode(site: &Site) -> String {
    let query = "{ titles(first: 1, filter: { kind: [SERIES] }) { nodes { ... on Series { seasons(first: 1) { episodes(first: 1) { nodes { id } } } } } } }";
    let data = site.ask(query, json!({})).await;
    data["titles"]["nodes"][0]["seasons"][0]["episodes"]["nodes"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}
