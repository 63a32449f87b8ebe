//! What reaches the schema, and how its answer comes back.

use super::*;

#[tokio::test]
async fn a_query_by_post_is_answered_in_the_type_that_is_asked_for() {
    for (accept, media) in [
        ("application/graphql-response+json", GRAPHQL),
        (
            "application/graphql-response+json, application/json;q=0.9",
            GRAPHQL,
        ),
        ("application/json", JSON),
        ("*/*", JSON),
    ] {
        let answer = post_query(accept, "{ hello }").await;

        assert_eq!((answer.status, answer.media()), (200, media), "{accept}");
        assert_eq!(answer.json(), json!({ "data": { "hello": "world" } }));
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    }
}

#[tokio::test]
async fn all_parameters_of_a_post_are_used_and_unknown_ones_ignored() {
    let answer = post(
        &[],
        json!({
            "query": "query A { hello } query B($a: Int!) { add(a: $a) }",
            "operationName": "B",
            "variables": { "a": 5 },
            "extensions": { "x": 1 },
            "other": true,
        }),
    )
    .await;

    assert_eq!(answer.json(), json!({ "data": { "add": 5 } }));
}

#[tokio::test]
async fn null_is_the_same_as_no_parameter() {
    let answer = post(
        &[],
        json!({ "query": "{ hello }", "operationName": null, "variables": null, "extensions": null }),
    )
    .await;

    assert_eq!(answer.json(), json!({ "data": { "hello": "world" } }));
}

#[tokio::test]
async fn a_query_by_get_takes_all_parameters() {
    let uri = "/graphql?query=query+A{hello}query%20B($a:Int!){add(a:$a)}&operationName=B\
               &variables=%7B%22a%22:5%7D&extensions=%7B%7D";

    let answer = get(uri, &[("accept", "application/graphql-response+json")]).await;

    assert_eq!((answer.status, answer.media()), (200, GRAPHQL));
    assert_eq!(answer.json(), json!({ "data": { "add": 5 } }));
}

#[tokio::test]
async fn empty_parameters_of_a_get_are_none() {
    let answer = get(
        "/graphql?query={hello}&operationName=&variables=&extensions=",
        &[],
    )
    .await;

    assert_eq!(answer.json(), json!({ "data": { "hello": "world" } }));
}

#[tokio::test]
async fn every_spelling_of_json_in_utf_8_is_taken() {
    for media in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=\"UTF-8\"",
    ] {
        let body = Body::from(r#"{"query":"{hello}"}"#);
        let request = request(Method::POST, PATH, &[("content-type", media)], body);

        assert_eq!(send_to(router(), request).await.status, 200, "{media}");
    }
}

#[tokio::test]
async fn an_error_beside_data_is_an_answer() {
    for (accept, status, media) in [
        ("application/graphql-response+json", 200, GRAPHQL),
        ("application/json", 200, JSON),
    ] {
        let answer = post_query(accept, "{ hello nullable }").await;

        assert_eq!((answer.status, answer.media()), (status, media));
        let body = answer.json();
        // The library leaves out a field that failed, so only the other one is looked at.
        assert_eq!(body["data"]["hello"], "world");
        assert_eq!(
            body["errors"],
            json!([{
                "message": "no such thing",
                "locations": [{ "line": 1, "column": 9 }],
                "path": ["nullable"],
                "extensions": { "code": "NOT_FOUND" },
            }])
        );
    }
}

#[tokio::test]
async fn an_error_that_leaves_no_data_was_executed_all_the_same() {
    for (accept, status) in [
        ("application/graphql-response+json", 200),
        ("application/json", 200),
    ] {
        let answer = post_query(accept, "{ required }").await;

        assert_eq!(answer.status, status, "{accept}");
        assert_eq!(answer.json().get("data"), Some(&Value::Null));
        assert_eq!(
            answer.json()["errors"][0]["extensions"]["code"],
            "NOT_FOUND"
        );
    }
}

#[tokio::test]
async fn resolvers_see_what_was_prepared_for_the_request() {
    let answer = post(&[("who", "Ada")], json!({ "query": "{ who }" })).await;

    assert_eq!(answer.json(), json!({ "data": { "who": "Ada" } }));
}

#[tokio::test]
async fn resolvers_add_headers_but_do_not_change_the_type() {
    let answer = post(&[], json!({ "query": "mutation { logIn }" })).await;

    let cookies: Vec<_> = answer.headers.get_all(header::SET_COOKIE).iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(answer.media(), JSON);
}

#[tokio::test]
async fn a_mutation_goes_on_when_its_client_goes_away() {
    let progress = Arc::<Progress>::default();
    let endpoint = endpoint(progress.clone()).time_limit(Duration::from_secs(60));
    let router = endpoint.routes();
    let body = Body::from(r#"{"query":"mutation { work }"}"#);
    let request = request(
        Method::POST,
        PATH,
        &[("content-type", "application/json")],
        body,
    );
    let client = tokio::spawn(router.oneshot(request));
    progress.started.acquire().await.unwrap().forget();

    client.abort();
    assert!(client.await.unwrap_err().is_cancelled());
    progress.may_go_on.add_permits(1);

    progress.finished.acquire().await.unwrap().forget();
}

#[tokio::test]
async fn a_mutation_goes_on_when_its_time_is_over() {
    let progress = Arc::<Progress>::default();
    let router = endpoint(progress.clone()).routes();
    let body = Body::from(r#"{"query":"mutation { work }"}"#);
    let request = request(
        Method::POST,
        PATH,
        &[("content-type", "application/json")],
        body,
    );

    let answer = send_to(router, request).await;
    progress.may_go_on.add_permits(1);

    assert_eq!(answer.refusal(), (504, "TIMEOUT".to_owned()));
    progress.finished.acquire().await.unwrap().forget();
}

#[tokio::test]
async fn a_browser_gets_the_page_where_it_is_shown() {
    let with_page = || endpoint(Arc::default()).with_page().routes();
    let accept = [("accept", "text/html,application/xhtml+xml,*/*;q=0.8")];
    let get = async |address: &str, headers: &[(&str, &str)]| {
        let request = request(Method::GET, address, headers, Body::empty());
        send_to(with_page(), request).await
    };
    let asked = format!("{PATH}?query=%7Bhello%7D");

    // With a document in the address it is opened there, not executed.
    for address in [PATH, asked.as_str()] {
        let answer = get(address, &accept[..]).await;

        assert_eq!(
            (answer.status, answer.media()),
            (200, "text/html; charset=utf-8")
        );
        assert!(answer.body.contains("ide/main.js"), "{}", answer.body);
    }
    let program = get(&asked, &[("accept", "*/*")][..]).await;
    assert_eq!((program.status, program.media()), (200, JSON));
    assert!(program.body.contains("world"), "{}", program.body);
}
