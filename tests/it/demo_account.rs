//! The account of a demo site in development: there where the program made the site itself, and nowhere else.

use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE};
use serde_json::{Value, json};

use crate::support::program::{On, PASSWORD, Program, Site};

const EMAIL: &str = "demo@example.org";
const PRODUCTION: [&str; 4] = ["--env", "production", "--trusted-proxies", "none"];
/// What its profile has watched to the end.
const WATCHED: [&str; 6] = [
    "Alien",
    "Blade Runner",
    "Arrival",
    "The Matrix",
    "Spirited Away",
    "Amélie",
];

async fn read(site: &Site, path: &str) -> String {
    let answer = site.get(path).header(ACCEPT, "text/html").send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// The tab of the IDE that logs in to it, if there is one.
async fn tab(site: &Site) -> Option<Value> {
    let examples = read(site, "/ide/examples.json").await;
    let examples: Vec<Value> = serde_json::from_str(&examples).unwrap();
    assert!(examples.len() > 3, "{examples:?}");
    let mut examples = examples.into_iter();
    examples.find(|one| one["name"] == "Log in")
}

/// What somebody is told who logs in to it.
async fn log_in(site: &Site) -> Value {
    let query = "mutation ($input: LogInInput!) { logIn(input: $input) { viewer { profile { name } } userErrors { code } } }";
    let input = json!({ "email": EMAIL, "password": PASSWORD, "transport": "BEARER" });
    site.ask(query, json!({ "input": input })).await["logIn"].take()
}

fn refused(code: &str) -> Value {
    json!({ "viewer": null, "userErrors": [{ "code": code }] })
}

#[tokio::test]
async fn a_site_that_the_program_made_itself_has_an_account_to_try_until_strangers_come() {
    let program = Program::new(On::Embedded).await;
    let mut site = program.serve().await;
    site.wait_for_status("/readyz", 200).await;

    let page = read(&site, "/").await;
    assert!(page.contains(EMAIL) && page.contains(PASSWORD), "{page}");
    let link = page.split("href=\"").find(|rest| rest.contains("LogIn"));
    let link = link.unwrap().split('"').next().unwrap();
    read(&site, &link.replace("&#x2f;", "/")).await;
    let tab = tab(&site).await.unwrap();
    let variables: Value = serde_json::from_str(tab["variables"].as_str().unwrap()).unwrap();
    let log_in_here =
        json!({ "query": tab["query"], "variables": variables, "operationName": "LogIn" });
    let answer = site
        .post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .body(log_in_here.to_string());
    let answer = answer.send().await.unwrap();
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
    let answer: Value = answer.json().await.unwrap();
    let payload = json!({ "viewer": { "profile": { "name": "Demo" } }, "userErrors": [] });
    assert_eq!(answer["data"]["logIn"], payload, "{answer}");

    let for_you = json!({ "query": tab["query"], "operationName": "ForYou" });
    let answer = site
        .post("/graphql")
        .header(CONTENT_TYPE, "application/json")
        .header(COOKIE, cookie.split(';').next().unwrap())
        .body(for_you.to_string());
    let answer: Value = answer.send().await.unwrap().json().await.unwrap();
    let profile = &answer["data"]["viewer"]["profile"];
    let edges = profile["recommendations"]["edges"].as_array().unwrap();
    assert_eq!(edges.len(), 10, "{answer}");
    for edge in edges {
        let name = edge["node"]["name"].as_str().unwrap();
        assert!(!WATCHED.contains(&name), "{name}: {answer}");
        assert!(!edge["reasons"].as_array().unwrap().is_empty(), "{edge}");
    }
    let next = &profile["nextUp"]["nodes"][0]["name"];
    assert_eq!(next, "...And the Bag's in the River", "{answer}");

    site.stop().await;
    let site = program.serve_with(&PRODUCTION).await;
    assert_eq!(log_in(&site).await, refused("FORBIDDEN"));
    assert!(!read(&site, "/").await.contains(EMAIL));
}

#[tokio::test]
async fn no_other_site_has_it() {
    let in_production = Program::new(On::Embedded).await;
    let with_accounts = Program::new(On::Embedded).await;
    with_accounts.create_user("eve@example.org", "admin").await;
    let loaded = Program::seeded(On::Embedded).await;

    for (program, arguments) in [
        (
            in_production,
            &[&PRODUCTION[..], &["--ide", "true"]].concat(),
        ),
        (with_accounts, &Vec::new()),
        (loaded, &Vec::new()),
    ] {
        let site = program.serve_with(arguments).await;
        site.wait_for_status("/readyz", 200).await;

        assert_eq!(log_in(&site).await, refused("WRONG_CREDENTIALS"));
        assert!(!read(&site, "/").await.contains(EMAIL));
        assert_eq!(tab(&site).await, None);
        site.id_of("film", "heat-1995").await;
    }
}
