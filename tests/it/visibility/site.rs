//! A site with titles for a child, and others that are not: rated above its age, not rated, not published.

use reelgraph::domain::clock::{Clock, SystemClock};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::importing;
use crate::support::SOON;
use crate::support::program::{On, Program, Site};
use crate::support::visitor::Visitor;

/// In the name and the slug of everything that a child must not learn of.
pub(super) const FORBIDDEN: &str = "forbidden";
/// The age of the child.
const AGE: i32 = 12;
/// How many loaded viewers have watched everything.
const CROWD: usize = 12;

/// What sets titles of each sort apart.
const SORTS: [(&str, &str); 6] = [
    ("above", r#""certifications": {"DE": "18"}"#),
    ("unrated", r#""certifications": {}"#),
    (
        "draft",
        r#""certifications": {"DE": "0"}, "state": "draft""#,
    ),
    (
        "hidden",
        r#""certifications": {"DE": "0"}, "state": "hidden""#,
    ),
    (
        "later",
        r#""certifications": {"DE": "0"}, "available_from": "2100-01-01T00:00:00Z""#,
    ),
    (
        "past",
        r#""certifications": {"DE": "0"}, "available_until": "2001-01-01T00:00:00Z""#,
    ),
];

/// The site, and who uses it: a curator whose account has a profile of a child.
pub(super) struct World {
    site: Site,
    _program: Program,
    /// Goes on with the child's profile.
    pub(super) visitor: Visitor,
    pub(super) parent: String,
    child: String,
    /// Some of what is for the child.
    pub(super) allowed: Allowed,
    /// The global ids of everything that is forbidden, with what it is.
    pub(super) forbidden_ids: BTreeMap<String, String>,
}

/// The global ids of some of what is for a child.
pub(super) struct Allowed {
    pub(super) film: String,
    pub(super) episode: String,
    other_film: String,
}

/// Has files scanned that are something forbidden: one surely, and one that may be.
async fn scan(program: &Program) {
    let library = program.data().join("library");
    for year in [1999, 1970] {
        let folder = library.join(format!("{FORBIDDEN} above ({year})"));
        std::fs::create_dir_all(&folder).unwrap();
        let film = folder.join(format!("{FORBIDDEN} above ({year}).mkv"));
        std::fs::write(film, format!("\u{1a}E {year}")).unwrap();
    }
    let library = library.to_str().unwrap();
    let scanned = program.expect(&["scan", library, "--apply"]).await;
    assert!(
        scanned.contains("matched 1, ambiguous 0, unmatched 1"),
        "{scanned}"
    );
}

/// All titles as lines of a file, and who watched them.
fn records() -> String {
    let mut lines = Vec::new();
    let mut title = |kind: &str, slug: &str, extra: &str, collection: &str| {
        let makers = if kind == "film" {
            "directors"
        } else {
            "creators"
        };
        let collection = if collection.is_empty() {
            String::new()
        } else {
            format!(r#", "collection": "{collection}""#)
        };
        // Two are called the same.
        let name = slug.replace("above-6", "above-5");
        lines.push(format!(
            r#"{{"kind": "{kind}", "slug": "{slug}", "title": "{name}", "year": 1999, "genres": ["Drama"],
                "{makers}": ["Dora Director"], "cast": ["Alma Actor"], "ids": {{"wikidata": "Q{}"}}, {extra}{collection}}}"#,
            lines.len() + 1000
        ).replace('\n', " "));
        if kind == "series" {
            for number in 1..=2 {
                lines.push(format!(
                    r#"{{"series": "{slug}", "season": 1, "episode": {number}, "title": "{slug} {number}"}}"#
                ));
            }
        }
    };
    let mut slugs = Vec::new();
    for number in 1..=12 {
        let collection = if number == 1 { "Shared Collection" } else { "" };
        let slug = format!("allowed-{number}");
        title(
            "film",
            &slug,
            r#""certifications": {"DE": "6"}"#,
            collection,
        );
        slugs.push(slug);
    }
    title(
        "series",
        "allowed-series",
        r#""certifications": {"DE": "6"}"#,
        "",
    );
    slugs.push("allowed-series".to_owned());
    for (sort, extra) in SORTS {
        let film = format!("{FORBIDDEN}-{sort}");
        title("film", &film, extra, "Shared Collection");
        let alone = format!("{FORBIDDEN}-{sort}-alone");
        title("film", &alone, extra, "Forbidden Collection");
        let series = format!("{FORBIDDEN}-{sort}-series");
        title("series", &series, extra, "");
        slugs.extend([film, alone, series]);
    }
    for number in 1..=6 {
        // Nobody of the account watches these, so that they can be suggested.
        let slug = format!("{FORBIDDEN}-above-{number}");
        title("film", &slug, SORTS[0].1, "");
        slugs.push(slug);
    }
    for viewer in 1..=CROWD {
        for slug in &slugs {
            lines.push(format!(
                r#"{{"viewer": "crowd-{viewer}", "title": "{slug}", "at": "{}", "completion": 1.0}}"#,
                (SystemClock.now() - chrono::TimeDelta::days(1)).to_rfc3339()
            ));
        }
    }
    lines.join("\n") + "\n"
}

impl World {
    /// The site, and all that the child's profile did as long as it was nobody's: it saw, played, rated and hid what is
    /// not for a child.
    pub(super) async fn new(on: On) -> Self {
        let mut program = Program::new(on).await;
        // It asks for far more than anybody does.
        program.set("REELGRAPH_BUDGET", "false");
        let file = program.data().join("titles.ndjson");
        std::fs::write(&file, records()).unwrap();
        program.expect(&["load", file.to_str().unwrap()]).await;
        program.expect(&["graph", "drain"]).await;
        program.expect(&["graph", "similar"]).await;
        scan(&program).await;
        program.create_user("curator@example.org", "curator").await;
        let site = program.serve().await;
        let mut visitor = Visitor::of(&site);
        visitor.log_in("curator@example.org").await;
        let data = visitor.ask("{ viewer { profile { id } } }").await;
        let parent = text(&data["viewer"]["profile"]["id"]);
        let added = visitor
            .expect("createProfile", json!({ "name": "Kim" }), "profile { id }")
            .await;
        let child = text(&added["profile"]["id"]);
        let forbidden_ids = forbidden_ids(&mut visitor).await;
        let allowed = allowed(&mut visitor).await;
        let mut world = Self {
            site,
            _program: program,
            visitor,
            parent,
            child,
            allowed,
            forbidden_ids,
        };
        world.select(&world.child.clone()).await;
        world.live().await;
        world.bring().await;
        let plays = world.forbidden_plays().await;
        world.forbidden_ids.extend(plays);
        world
    }

    async fn select(&mut self, profile: &str) {
        let input = json!({ "profile": profile });
        self.visitor.expect("selectProfile", input, "").await;
    }

    /// Plays some of everything, to the end and not, says what it thinks of it, hides some, and means to watch all.
    async fn live(&mut self) {
        let mut number = 0;
        let mut items: Vec<(String, String)> = self
            .forbidden_ids
            .iter()
            .map(|(id, what)| (id.clone(), what.clone()))
            .collect();
        for film in [&self.allowed.film, &self.allowed.other_film] {
            items.push((film.clone(), "Film allowed".to_owned()));
        }
        for (id, what) in &items {
            let (kind, slug) = what.split_once(' ').unwrap();
            let is_for_suggestions = slug.starts_with("forbidden-above-")
                && slug.ends_with(|c: char| c.is_ascii_digit())
                && kind == "Film";
            if is_for_suggestions {
                continue;
            }
            if ["Film", "Series"].contains(&kind) {
                let input = json!({ "title": id, "watchlisted": true });
                self.visitor.expect("setWatchlisted", input, "").await;
            }
            match kind {
                "Film" | "Episode" if slug.ends_with("-alone") => {
                    self.visitor
                        .expect("hideTitle", json!({ "title": id, "hidden": true }), "")
                        .await;
                }
                "Film" | "Episode" => {
                    number += 1;
                    let to = if kind == "Film" && slug.ends_with("above") {
                        990.0
                    } else {
                        400.0
                    };
                    self.play(id, number, to).await;
                    if kind == "Film" && slug.ends_with("unrated") {
                        self.visitor
                            .expect("rateTitle", json!({ "title": id, "liked": true }), "")
                            .await;
                    }
                }
                _ => {}
            }
        }
    }

    /// Sends a file that names something forbidden: rightly, and so that it may be meant.
    async fn bring(&mut self) {
        let file = format!(
            "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n\
             2024-03-05,{FORBIDDEN}-above,1999,https://boxd.it/1,,,,2024-02-29\n\
             2024-03-05,{FORBIDDEN}-above,1970,https://boxd.it/2,,,,2024-02-29\n"
        );
        self.site.set_cookie(self.visitor.cookie.clone());
        importing::send(&self.site, "diary.csv", &file).await;
        self.site.set_cookie(None);
    }

    /// The plays of what is forbidden.
    async fn forbidden_plays(&mut self) -> Vec<(String, String)> {
        let query = "{ viewer { profile { history(first: 60) { nodes { id item { id } } } } } }";
        let data = self.visitor.ask(query).await;
        let nodes = data["viewer"]["profile"]["history"]["nodes"]
            .as_array()
            .unwrap();
        let of_forbidden = nodes.iter().filter_map(|node| {
            let item = self.forbidden_ids.get(node["item"]["id"].as_str()?)?;
            Some((text(&node["id"]), format!("Play {item}")))
        });
        let plays: Vec<_> = of_forbidden.collect();
        assert!(plays.len() >= 18, "{plays:?}");
        plays
    }

    async fn play(&mut self, item: &str, number: usize, to: f64) {
        let play = format!("00000000-0000-4000-8000-{number:012}");
        for (event, position) in [("START", 0.0), ("STOP", to)] {
            let input = json!({
                "item": item, "play": play, "event": event, "position": position, "duration": 1000.0,
            });
            self.visitor.expect("reportPlayback", input, "").await;
        }
    }

    /// Gives the profile to a child.
    pub(super) async fn grow_young(&mut self) {
        self.select(&self.parent.clone()).await;
        let input = json!({ "profile": self.child, "maxAge": AGE });
        self.visitor.expect("updateProfile", input, "").await;
        self.select(&self.child.clone()).await;
    }

    /// Waits until what was watched shapes the suggestions.
    pub(super) async fn wait_for_taste(&mut self) {
        let query =
            "{ viewer { profile { recommendations(first: 30) { edges { reasons { text } } } } } }";
        self.wait_for(query, "Because you").await;
    }

    /// Waits until what was watched is counted.
    pub(super) async fn wait_for_usage(&mut self) {
        let query = "{ topTitles(metric: PLAYS) { title { slug } } }";
        self.wait_for(query, FORBIDDEN).await;
    }

    async fn wait_for(&mut self, query: &str, said: &str) {
        let begun = Instant::now();
        loop {
            let data = self.visitor.ask(query).await;
            if data.to_string().contains(said) {
                return;
            }
            assert!(begun.elapsed() < SOON, "still {data}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn allowed(curator: &mut Visitor) -> Allowed {
    let query = "{ a: film(slug: \"allowed-1\") { id } b: film(slug: \"allowed-2\") { id }
        series(slug: \"allowed-series\") { nextUp { id } } }";
    let data = curator.ask(query).await;
    Allowed {
        film: text(&data["a"]["id"]),
        other_film: text(&data["b"]["id"]),
        episode: text(&data["series"]["nextUp"]["id"]),
    }
}

/// Every film, series, season, episode and collection that is forbidden.
async fn forbidden_ids(curator: &mut Visitor) -> BTreeMap<String, String> {
    let query = "{ titles(first: 100) { nodes {
        __typename id slug
        ... on Film { collection { __typename id slug } }
        ... on Series { seasons(first: 2) { __typename id episodes(first: 5) { nodes { __typename id name } } } }
    } } }";
    let data = curator.ask(query).await;
    let mut ids = BTreeMap::new();
    let titles = data["titles"]["nodes"].as_array().unwrap();
    for title in titles {
        let slug = title["slug"].as_str().unwrap();
        let collection = &title["collection"];
        if !collection.is_null() && text(&collection["slug"]).contains(FORBIDDEN) {
            ids.insert(
                text(&collection["id"]),
                format!("Collection {}", text(&collection["slug"])),
            );
        }
        if !slug.contains(FORBIDDEN) {
            continue;
        }
        ids.insert(
            text(&title["id"]),
            format!("{} {slug}", text(&title["__typename"])),
        );
        for season in title["seasons"].as_array().into_iter().flatten() {
            ids.insert(text(&season["id"]), format!("Season {slug}"));
            for episode in season["episodes"]["nodes"].as_array().unwrap() {
                ids.insert(
                    text(&episode["id"]),
                    format!("Episode {}", text(&episode["name"])),
                );
            }
        }
    }
    assert_eq!(ids.len(), 6 * (2 + 1 + 1 + 2) + 6 + 1, "{ids:#?}");
    ids
}

pub(super) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}
