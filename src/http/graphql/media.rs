//! Media types: what the client sends, and which answer it likes best.

use axum::http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
};

/// How an answer is labelled; the body is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// The type of GraphQL over HTTP, whose status says what happened.
    GraphqlResponse,
    /// For clients from before that.
    Json,
}

impl Media {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// Whether the body is what it must be: JSON, said once, in UTF-8 and not compressed.
///
/// Pages of other sites can send `text/plain` and forms without asking first, so the type matters even if the bytes
/// would parse.
pub(in crate::http) fn is_json_body(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (types.next(), types.next()) else {
        return false;
    };
    let is_plain = headers
        .get(CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    is_plain
        && value
            .to_str()
            .ok()
            .and_then(MediaRange::parse)
            .is_some_and(|media| media.name == "application/json" && media.is_utf8)
}

/// What the client accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Accept {
    /// The answer it likes best of ours, if it takes any.
    pub(super) media: Option<Media>,
    /// Whether it names HTML and likes it at least as much: a person with a browser.
    pub(super) prefers_html: bool,
}

impl Accept {
    /// Clients that do not say what they like, or like everything the same, get `application/json`: they are from
    /// before the other type, or are a person with curl.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let values: Vec<_> = headers.get_all(ACCEPT).iter().collect();
        if values.iter().all(|value| value.is_empty()) {
            return Self {
                media: Some(Media::Json),
                prefers_html: false,
            };
        }
        let ranges = ranges(&values);
        let graphql = Liking::of("application/graphql-response+json", &ranges);
        let json = Liking::of("application/json", &ranges);
        let html = Liking::of("text/html", &ranges);
        // If both are as welcome: ours if it is named, otherwise the one that any client can read.
        let order = graphql.quality.total_cmp(&json.quality);
        let (best, media) = if order.is_gt() || (order.is_eq() && graphql.precision == EXACT) {
            (graphql, Media::GraphqlResponse)
        } else {
            (json, Media::Json)
        };
        Self {
            media: (best.quality > 0.0).then_some(media),
            prefers_html: html.precision == EXACT
                && html.quality > 0.0
                && html.quality >= best.quality,
        }
    }
}

/// The type of those that are offered that the client likes best, of equally liked ones the one that it names, else the
/// first; `None`: it takes none of them.
pub(in crate::http) fn best_liked(
    headers: &HeaderMap,
    offered: &[&'static str],
) -> Option<&'static str> {
    let values: Vec<_> = headers.get_all(ACCEPT).iter().collect();
    if values.iter().all(|value| value.is_empty()) {
        return offered.first().copied();
    }
    let ranges = ranges(&values);
    let mut best: Option<(Liking, &'static str)> = None;
    for name in offered {
        let liking = Liking::of(name, &ranges);
        let is_better = best.is_none_or(|(best, _)| {
            let order = liking.quality.total_cmp(&best.quality);
            order.then(liking.precision.cmp(&best.precision)).is_gt()
        });
        if liking.quality > 0.0 && is_better {
            best = Some((liking, name));
        }
    }
    best.map(|(_, name)| name)
}

fn ranges(values: &[&HeaderValue]) -> Vec<MediaRange> {
    values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(MediaRange::parse)
        .filter(|range| range.is_utf8)
        .collect()
}

/// How precisely a range names a type: `a/b`, `a/*`, `*/*`, or not at all.
const EXACT: u8 = 3;

/// How much a type is liked, by the range that names it most precisely.
#[derive(Debug, Clone, Copy)]
struct Liking {
    precision: u8,
    /// From 0 (not at all) to 1.
    quality: f32,
}

impl Liking {
    fn of(name: &str, ranges: &[MediaRange]) -> Self {
        let mut liking = Self {
            precision: 0,
            quality: 0.0,
        };
        for range in ranges {
            let precision = range.precision(name);
            if precision > liking.precision {
                liking = Self {
                    precision,
                    quality: range.quality,
                };
            }
        }
        liking
    }
}

/// A media type or range of them, with the parameters that matter here.
#[derive(Debug)]
struct MediaRange {
    /// In lower case: `application/json`, `application/*`, `*/*`.
    name: String,
    quality: f32,
    /// Names no other character set.
    is_utf8: bool,
}

impl MediaRange {
    /// `None` if it is not well-formed: a range that says nothing must not decide anything.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';');
        let name = parts.next()?.trim().to_ascii_lowercase();
        name.split_once('/')?;
        let mut range = Self {
            name,
            quality: 1.0,
            is_utf8: true,
        };
        for part in parts {
            let Some((key, value)) = part.split_once('=') else {
                continue;
            };
            let value = value.trim().trim_matches('"');
            match key.trim().to_ascii_lowercase().as_str() {
                "q" => {
                    range.quality = value.parse().ok().filter(|q| (0.0..=1.0).contains(q))?;
                }
                "charset" => {
                    range.is_utf8 =
                        value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8");
                }
                _ => {}
            }
        }
        Some(range)
    }

    fn precision(&self, name: &str) -> u8 {
        let kind = name.split_once('/').map_or(name, |(kind, _)| kind);
        match self.name.split_once('/') {
            _ if self.name == name => EXACT,
            Some((own, "*")) if own == kind => 2,
            Some(("*", "*")) => 1,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(value: &'static str) -> Option<Media> {
        Accept::of(&HeaderMap::from_iter([(ACCEPT, value.parse().unwrap())])).media
    }

    #[test]
    fn the_best_liked_type_is_taken() {
        let graphql = Some(Media::GraphqlResponse);
        let json = Some(Media::Json);
        for (accept, expected) in [
            ("application/graphql-response+json", graphql),
            (
                "Application/GraphQL-Response+JSON; charset=\"UTF-8\"",
                graphql,
            ),
            (
                "application/graphql-response+json, application/json;q=0.9",
                graphql,
            ),
            (
                "application/json, application/graphql-response+json",
                graphql,
            ),
            (
                "application/json;q=0.9, application/graphql-response+json;q=0.3",
                json,
            ),
            ("application/json", json),
            ("application/json, multipart/mixed", json),
            ("application/json, */*", json),
            ("application/graphql-response+json, */*", graphql),
            ("application/*, application/json;q=0.1", graphql),
            ("*/*", json),
            ("application/*", json),
            ("", json),
            ("text/html, */*;q=0.1", json),
            ("text/html", None),
            ("application/json;q=0, */*;q=0", None),
            ("application/json; charset=latin1", None),
            ("application/json;q=2", None),
            ("nonsense", None),
        ] {
            assert_eq!(accepts(accept), expected, "{accept}");
        }
    }

    #[test]
    fn of_several_types_the_best_liked_is_taken() {
        let offered = ["application/json", "text/csv", "application/x-ndjson"];
        for (accept, expected) in [
            ("*/*", Some("application/json")),
            ("text/csv", Some("text/csv")),
            ("text/*;q=0.5, application/json;q=0.4", Some("text/csv")),
            (
                "application/*, application/x-ndjson",
                Some("application/x-ndjson"),
            ),
            ("text/csv;q=0, */*", Some("application/json")),
            ("", Some("application/json")),
            ("image/png", None),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);

            assert_eq!(best_liked(&headers, &offered), expected, "{accept}");
        }
    }

    #[test]
    fn without_an_accept_header_the_answer_is_json() {
        assert_eq!(Accept::of(&HeaderMap::new()).media, Some(Media::Json));
    }

    #[test]
    fn only_who_names_html_prefers_it() {
        for (accept, expected) in [
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                true,
            ),
            ("text/html", true),
            ("text/html;q=0.5, application/json", false),
            ("*/*", false),
            ("text/*", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);

            assert_eq!(Accept::of(&headers).prefers_html, expected, "{accept}");
        }
    }
}
