//! What never reaches the schema, or comes back from it without having been executed.

use futures::stream;

use super::*;

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_body_that_is_not_json_by_its_own_account_is_refused() {
    for headers in [
        &[("content-type", "text/plain")][..],
        &[("content-type", "multipart/form-data; boundary=x")],
        &[("content-type", "application/x-www-form-urlencoded")],
        &[("content-type", "application/graphql")],
        &[("content-type", "application/jsonx")],
        &[("content-type", "text/plain; application/json")],
        &[("content-type", "application/json, text/plain")],
        &[("content-type", "application/json; charset=utf-16")],
        &[
            ("content-type", "application/json"),
            ("content-type", "text/plain"),
        ],
        &[
            ("content-type", "application/json"),
            ("content-encoding", "gzip"),
        ],
        &[],
    ] {
        let body = Body::from(r#"{"query":"mutation { work }"}"#);
        let answer = send_to(router(), request(Method::POST, PATH, headers, body)).await;

        assert_eq!(
            answer.refusal(),
            refused(415, "UNSUPPORTED_MEDIA_TYPE"),
            "{headers:?}"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused() {
    for body in [
        "",
        "nonsense",
        "{\"query\":",
        "\"{hello}\"",
        "[]",
        "[{\"query\":\"{hello}\"}]",
        "[\"{hello}\"]",
        "{}",
        "{\"qeury\":\"{hello}\"}",
        "{\"query\":null}",
        "{\"query\":7}",
        "{\"query\":[\"{hello}\"]}",
        "{\"query\":\"{hello}\",\"operationName\":7}",
        "{\"query\":\"{hello}\",\"variables\":[7]}",
        "{\"query\":\"{hello}\",\"variables\":\"{}\"}",
        "{\"query\":\"{hello}\",\"extensions\":[]}",
        "{\"query\":\"\u{0}\"}",
    ] {
        let headers = [("content-type", "application/json")];
        let request = request(Method::POST, PATH, &headers, Body::from(body));

        let answer = send_to(router(), request).await;

        assert_eq!(answer.refusal(), refused(400, "BAD_REQUEST"), "{body}");
    }
}

#[tokio::test]
async fn a_get_without_well_formed_parameters_is_refused() {
    for parameters in [
        "",
        "?operationName=A",
        "?query={hello}&query={hello}",
        "?query={hello}&variables=7",
        "?query={hello}&variables=%5B%5D",
        "?query={hello}&variables=nonsense",
        "?query={hello}&extensions=7",
    ] {
        let answer = get(&format!("{PATH}{parameters}"), &[]).await;

        assert_eq!(
            answer.refusal(),
            refused(400, "BAD_REQUEST"),
            "{parameters}"
        );
    }
}

#[tokio::test]
async fn a_mutation_by_get_is_refused() {
    for parameters in [
        "query=mutation{work}",
        "query=query+A{hello}mutation+B{work}&operationName=B",
        "query=mutation+B{...C}fragment+C+on+Mutation{work}",
    ] {
        let answer = get(&format!("{PATH}?{parameters}"), &[]).await;

        assert_eq!(
            answer.refusal(),
            refused(405, "METHOD_NOT_ALLOWED"),
            "{parameters}"
        );
        assert_eq!(answer.header(header::ALLOW), "POST");
    }
}

#[tokio::test]
async fn other_methods_are_refused() {
    for method in [
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::OPTIONS,
        Method::TRACE,
    ] {
        let answer = send_to(router(), request(method, PATH, &[], Body::empty())).await;

        assert_eq!(answer.refusal(), refused(405, "METHOD_NOT_ALLOWED"));
        assert_eq!(answer.header(header::ALLOW), "GET, HEAD, POST");
    }
}

#[tokio::test]
async fn an_answer_that_nobody_would_take_is_not_given() {
    for accept in ["text/html", "image/png", "application/json;q=0"] {
        let answer = post_query(accept, "mutation { work }").await;

        assert_eq!(answer.refusal(), refused(406, "NOT_ACCEPTABLE"), "{accept}");
    }
}

#[tokio::test]
async fn a_browser_gets_no_page_where_none_is_shown() {
    let answer = get(
        PATH,
        &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")],
    )
    .await;

    assert_eq!(answer.refusal(), refused(406, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_while_it_is_read() {
    let headers = [("content-type", "application/json")];
    let chunk = "x".repeat(1024);
    let announced = Body::from(chunk.repeat(129));
    // Endless: reading it all would never finish.
    let chunked = Body::from_stream(stream::repeat_with(move || {
        Ok::<_, std::io::Error>(chunk.clone())
    }));

    for body in [announced, chunked] {
        let answer = send_to(router(), request(Method::POST, PATH, &headers, body)).await;

        assert_eq!(answer.refusal(), refused(413, "PAYLOAD_TOO_LARGE"));
    }
}

#[tokio::test]
async fn a_body_that_never_comes_is_not_waited_for() {
    let headers = [("content-type", "application/json")];
    let body = Body::from_stream(stream::pending::<Result<String, std::io::Error>>());

    let answer = send_to(router(), request(Method::POST, PATH, &headers, body)).await;

    assert_eq!(answer.refusal(), refused(408, "TIMEOUT"));
}

#[tokio::test]
async fn a_document_that_is_not_graphql_is_refused() {
    for (accept, status) in [
        ("application/graphql-response+json", 400),
        ("application/json", 200),
        ("*/*", 200),
    ] {
        let answer = post_query(accept, "{ hello").await;

        assert_eq!(
            answer.refusal(),
            refused(status, "GRAPHQL_PARSE_FAILED"),
            "{accept}"
        );
        assert_eq!(
            answer.json()["errors"][0]["locations"],
            json!([{ "line": 1, "column": 8 }])
        );
    }
}

#[tokio::test]
async fn a_document_that_does_not_fit_the_schema_is_refused() {
    for query in [
        "{ nothing }",
        "{ add }",
        "{ add(a: \"x\") }",
        "{ ...Nothing }",
        "query A { hello } query B { hello }",
        "query ($a: Int!) { hello add(a: $a) }",
        "subscription { hello }",
    ] {
        for (accept, status) in [
            ("application/graphql-response+json", 400),
            ("application/json", 200),
        ] {
            let answer = post_query(accept, query).await;

            assert_eq!(
                answer.refusal(),
                refused(status, "GRAPHQL_VALIDATION_FAILED"),
                "{query}"
            );
        }
    }
}

#[tokio::test]
async fn variables_and_operations_that_do_not_fit_are_refused() {
    let add = "query Add($a: Int!, $b: Int! = 2) { add(a: $a, b: $b) }";
    for body in [
        json!({ "query": add }),
        json!({ "query": add, "variables": { "a": null } }),
        json!({ "query": add, "variables": { "a": 1, "b": null } }),
        json!({ "query": add, "variables": { "a": "x" } }),
        json!({ "query": add, "variables": { "a": 1 }, "operationName": "Other" }),
        json!({ "query": "{ hello }", "operationName": "Other" }),
    ] {
        let answer = post(&[], body.clone()).await;

        assert_eq!(
            answer.refusal(),
            refused(200, "GRAPHQL_VALIDATION_FAILED"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_document_with_thousands_of_errors_shows_the_first_ones() {
    let query = format!("{{ nested {{ {} }} }}", "x ".repeat(1_900));

    let answer = post_query("application/json", &query).await;

    assert_eq!(answer.json()["errors"].as_array().map(Vec::len), Some(20));
}

/// The library would expand this to 2^31 selections, without a point at which its time could be over.
#[tokio::test]
async fn a_document_that_would_keep_the_schema_busy_for_an_hour_is_refused() {
    let fragments: Vec<_> = (1..=31)
        .map(|next| {
            let level = next - 1;
            format!("fragment F{level} on Query {{ ...F{next} ...F{next} }}")
        })
        .collect();
    let query = format!(
        "{{ ...F0 }} {} fragment F31 on Query {{ hello }}",
        fragments.concat()
    );

    let answer = post_query("application/graphql-response+json", &query).await;

    assert_eq!(answer.refusal(), refused(400, "DOCUMENT_TOO_COMPLEX"));
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let answer = post_query("application/json", "{ hello never }").await;

    assert_eq!(answer.refusal(), refused(504, "TIMEOUT"));
}

#[tokio::test]
async fn a_resolver_that_panics_says_nothing_about_it() {
    let answer = post_query("application/json", "{ panic }").await;

    assert_eq!(answer.refusal(), refused(500, "INTERNAL"));
    assert!(!answer.body.contains("as the test wants"));
}

#[tokio::test]
async fn what_cannot_be_prepared_is_not_executed() {
    let answer = post(
        &[("who", "nobody")],
        json!({ "query": "mutation { work }" }),
    )
    .await;

    assert_eq!(answer.refusal(), refused(503, "UPSTREAM_UNAVAILABLE"));
}
