//! The IDE: a page for writing documents, looking at their answers and reading the schema. All of it is compiled in, so it
//! works without a network, and its policy forbids everything else.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::Value;

use super::pages::opened;
use super::tag::{has_tag, tag_of};

const PAGE: &str = include_str!("ide/index.html");

/// Nothing but what this program serves, no script or style in the page itself, and no text that becomes a script.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const JSON: &str = "application/json";

/// The documents that the page opens with.
const EXAMPLES: &str = "examples.json";

macro_rules! files {
    ($($name:literal: $media:expr),+ $(,)?) => {
        [$(($name, $media, include_str!(concat!("ide/", $name)))),+]
    };
}

/// What the page consists of, with the name under which it asks for each.
static FILES: LazyLock<HashMap<&'static str, File>> = LazyLock::new(|| {
    let files = files! {
        "main.js": SCRIPT,
        "docs.js": SCRIPT,
        "dom.js": SCRIPT,
        "editor.js": SCRIPT,
        "language.js": SCRIPT,
        "schema.js": SCRIPT,
        "store.js": SCRIPT,
        "transport.js": SCRIPT,
        "ide.css": STYLE,
        "panels.css": STYLE,
        "examples.json": JSON,
        "icon.svg": "image/svg+xml",
    };
    let files = files.map(|(name, media, text)| {
        let tag = tag_of(text.as_bytes());
        (name, File { media, text, tag })
    });
    files.into()
});

/// The examples where there is no demo account: those that need it are left out.
static WITHOUT_DEMO_ACCOUNT: LazyLock<File> = LazyLock::new(|| {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        let all: Vec<Value> = serde_json::from_str(FILES[EXAMPLES].text).unwrap_or_default();
        let others = all.into_iter().filter(|one| one.get("account").is_none());
        Value::Array(others.collect()).to_string()
    });
    File {
        media: JSON,
        text: &TEXT,
        tag: tag_of(TEXT.as_bytes()),
    }
});

struct File {
    media: &'static str,
    text: &'static str,
    tag: String,
}

/// What the page asks for; the page itself is at the address of the endpoint. One of the examples is for the demo account.
pub(super) fn routes(has_demo_account: bool) -> Router {
    let routes = Router::new().route("/ide/{file}", get(serve));
    if has_demo_account {
        return routes;
    }
    routes.route("/ide/examples.json", get(serve_examples))
}

/// The same icon stands for every page of the program. Browsers ask for the second where an answer is no page that names
/// one, such as JSON, and take it by its type.
pub(super) fn icon() -> Router {
    let icon = || get(async |asked: HeaderMap| file("icon.svg", &asked));
    Router::new()
        .route("/favicon.svg", icon())
        .route("/favicon.ico", icon())
}

/// The page, which asks for its parts relative to its own address.
pub(super) fn page() -> Response {
    let mut headers = opened();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    (headers, PAGE).into_response()
}

async fn serve(Path(name): Path<String>, asked: HeaderMap) -> Response {
    file(&name, &asked)
}

/// The file of this name, if there is one.
fn file(name: &str, asked: &HeaderMap) -> Response {
    match FILES.get(name) {
        Some(file) => answer(file, asked),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn serve_examples(asked: HeaderMap) -> Response {
    answer(&WITHOUT_DEMO_ACCOUNT, &asked)
}

/// A file, or that the browser has it already. It asks each time: another version of the program has other files under the
/// same names.
fn answer(file: &'static File, asked: &HeaderMap) -> Response {
    let headers = [
        (CACHE_CONTROL, "no-cache"),
        (ETAG, file.tag.as_str()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    if has_tag(asked, &file.tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(CONTENT_TYPE, file.media)], file.text).into_response()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::accounts::{DEMO_EMAIL, DEMO_PASSWORD};

    /// What a text names between a beginning and a quotation mark.
    fn named<'a>(text: &'a str, beginning: &str) -> Vec<&'a str> {
        let parts = text.split(beginning).skip(1);
        parts
            .map(|rest| rest.split('"').next().unwrap_or_default())
            .collect()
    }

    #[test]
    fn every_file_that_is_asked_for_is_served_and_no_other() {
        let mut asked = vec!["examples.json"];
        for beginning in ["src=\"ide/", "href=\"ide/"] {
            asked.extend(named(PAGE, beginning));
        }
        for file in FILES.values() {
            asked.extend(named(file.text, "from \"./"));
        }
        asked.sort_unstable();
        asked.dedup();
        let mut served: Vec<_> = FILES.keys().copied().collect();
        served.sort_unstable();

        assert_eq!(asked, served);
        let main = FILES["main.js"].text;
        assert!(main.contains("new URL(\"examples.json\", import.meta.url)"));
    }

    #[test]
    fn nothing_is_written_into_the_page_that_its_policy_forbids() {
        let page = PAGE.to_lowercase();

        assert!(!page.contains("<style") && !page.contains(" style="));
        for script in page.split("<script").skip(1) {
            let (attributes, rest) = script.split_once('>').unwrap();
            assert!(attributes.contains("src=\"ide/"), "{attributes}");
            assert!(rest.starts_with("</script>"), "a script in the page");
        }
        // An attribute such as onclick.
        let words = page.split([' ', '\n', '\t']);
        let handlers: Vec<_> = words
            .filter(|word| word.starts_with("on") && word.contains('='))
            .collect();
        assert_eq!(handlers, Vec::<&str>::new());
        for (name, file) in &*FILES {
            for sink in [
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "document.write",
                "eval(",
            ] {
                assert!(!file.text.contains(sink), "{name} has {sink}");
            }
        }
    }

    #[test]
    fn nothing_comes_from_anywhere_else() {
        let texts = FILES.iter().map(|(name, file)| (*name, file.text));

        for (name, text) in texts.chain([("index.html", PAGE)]) {
            let text = text.replace("http://www.w3.org/2000/svg", "");
            for foreign in ["http://", "https://", "\"//", "url(", "@import"] {
                assert!(!text.contains(foreign), "{name} names {foreign}");
            }
        }
    }

    #[test]
    fn the_policy_makes_no_exception() {
        assert!(POLICY.starts_with("default-src 'self';"));
        for exception in ["unsafe", "data:", "blob:", "*", "http"] {
            assert!(!POLICY.contains(exception), "{exception}");
        }
    }

    #[test]
    fn the_example_for_the_demo_account_is_left_out_where_there_is_none() {
        let names = |text: &str| -> Vec<String> {
            let examples: Vec<Value> = serde_json::from_str(text).unwrap();
            let name = |one: &Value| one["name"].as_str().unwrap().to_owned();
            examples.iter().map(name).collect()
        };

        let all = names(FILES[EXAMPLES].text);
        let others = names(WITHOUT_DEMO_ACCOUNT.text);

        assert_eq!(
            all,
            ["First query", "A suggestion", "Log in", "Register", "Watch"]
        );
        assert_eq!(others, ["First query", "A suggestion", "Register", "Watch"]);
        let demo: Value = serde_json::from_str(FILES[EXAMPLES].text).unwrap();
        let variables = demo[2]["variables"].as_str().unwrap();
        let input: Value = serde_json::from_str(variables).unwrap();
        let expected = json!({ "input": { "email": DEMO_EMAIL, "password": DEMO_PASSWORD } });
        assert_eq!(input, expected);
    }

    #[test]
    fn whoever_has_a_file_is_told_that_it_is_the_same() {
        let first = file("main.js", &HeaderMap::new());
        let mut asked = HeaderMap::new();
        asked.insert("if-none-match", first.headers()[ETAG].clone());

        let again = file("main.js", &asked);

        assert_eq!(first.headers()[CONTENT_TYPE], SCRIPT);
        assert_eq!(first.headers()[CACHE_CONTROL], "no-cache");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[ETAG], first.headers()[ETAG]);
        assert_eq!(file("nothing.js", &asked).status(), StatusCode::NOT_FOUND);
    }
}
