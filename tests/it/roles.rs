//! Who may do what: every mutation, and every field that is for some alone, tried as everybody.

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use reelgraph::graphql::sdl;
use serde_json::{Value, json};

use crate::support::program::{On, Program, Site};
use crate::support::visitor::{Answer, Visitor};

/// Those who try, in the order of the columns.
const WHO: [&str; 7] = [
    "nobody",
    "viewer",
    "curator",
    "moderator",
    "admin",
    "admin's key that may read",
    "admin's key that may do everything",
];

/// Let in: what becomes of it is for the input to decide.
const IN: &str = "let in";
const NOBODY: &str = "UNAUTHENTICATED";
const NOT_THEM: &str = "FORBIDDEN";
const HIDDEN: &str = "NOT_FOUND";

type Row = [&'static str; 7];

const ANYBODY: Row = [IN; 7];
/// Whoever is logged in on a device.
const ON_A_DEVICE: Row = [NOBODY, IN, IN, IN, IN, NOT_THEM, NOT_THEM];
/// The same, but to be nobody is no error.
const NO_MACHINE: Row = [IN, IN, IN, IN, IN, NOT_THEM, NOT_THEM];
/// Whoever is logged in, and machines whose key says so.
const WATCHERS: Row = [NOBODY, IN, IN, IN, IN, NOT_THEM, IN];
/// What is done to accounts is done by people.
const ADMINS_ON_A_DEVICE: Row = [NOBODY, NOT_THEM, NOT_THEM, NOT_THEM, IN, NOT_THEM, NOT_THEM];
const ADMINS: Row = [NOBODY, NOT_THEM, NOT_THEM, NOT_THEM, IN, NOT_THEM, IN];
/// Whoever keeps the catalogue, and machines whose key says so.
const CURATORS: Row = [NOBODY, NOT_THEM, IN, IN, IN, NOT_THEM, IN];
/// Whoever keeps the peace, and machines whose key says so.
const MODERATORS: Row = [NOBODY, NOT_THEM, NOT_THEM, IN, IN, NOT_THEM, IN];
/// For anybody else it does not exist.
const SEEN_BY_ADMINS: Row = [NOBODY, HIDDEN, HIDDEN, HIDDEN, IN, HIDDEN, IN];
const NODE_FOR_ADMINS: Row = [HIDDEN, HIDDEN, HIDDEN, HIDDEN, IN, HIDDEN, IN];

/// Every mutation, with an input that changes nothing. `logOut` is the last, because it does.
const MUTATIONS: &[(&str, &str, Row)] = &[
    ("register", r#"{ email: "x", password: "x" }"#, ANYBODY),
    ("logIn", r#"{ email: "x", password: "x" }"#, ANYBODY),
    ("refreshSession", r#"{ refreshToken: "x" }"#, ANYBODY),
    ("verifyEmail", r#"{ token: "x" }"#, ANYBODY),
    ("resendConfirmation", r#"{ email: "x" }"#, ANYBODY),
    ("requestPasswordReset", r#"{ email: "x" }"#, ANYBODY),
    ("resetPassword", r#"{ token: "x", password: "x" }"#, ANYBODY),
    (
        "beginOAuth",
        r#"{ provider: "x", returnTo: "x" }"#,
        NO_MACHINE,
    ),
    (
        "exchangeOAuth",
        r#"{ code: "x", codeVerifier: "x" }"#,
        ANYBODY,
    ),
    ("unlinkIdentity", r#"{ provider: "x" }"#, ON_A_DEVICE),
    ("logOutOthers", "{}", ON_A_DEVICE),
    ("requestEmailChange", r#"{ email: "x" }"#, ON_A_DEVICE),
    ("changePassword", r#"{ password: "x" }"#, ON_A_DEVICE),
    ("createProfile", r#"{ name: "" }"#, ON_A_DEVICE),
    ("updateProfile", r#"{ profile: "x" }"#, ON_A_DEVICE),
    ("deleteProfile", r#"{ profile: "x" }"#, ON_A_DEVICE),
    ("selectProfile", r#"{ profile: "x" }"#, ON_A_DEVICE),
    ("createApiKey", r#"{ name: "", scopes: [] }"#, ON_A_DEVICE),
    ("revokeApiKey", r#"{ apiKey: "x" }"#, ON_A_DEVICE),
    ("deleteMyAccount", r#"{ password: "x" }"#, ON_A_DEVICE),
    (
        "setUserRole",
        r#"{ user: "x", role: ADMIN }"#,
        ADMINS_ON_A_DEVICE,
    ),
    (
        "setUserDisabled",
        r#"{ user: "x", disabled: true }"#,
        ADMINS_ON_A_DEVICE,
    ),
    (
        "reportPlayback",
        r#"{ item: "x", play: "x", event: START, position: 0 }"#,
        WATCHERS,
    ),
    ("reportPlaybackBatch", "{ reports: [] }", WATCHERS),
    ("rateTitle", r#"{ title: "x" }"#, WATCHERS),
    ("hideTitle", r#"{ title: "x", hidden: true }"#, WATCHERS),
    ("removeFromContinueWatching", r#"{ item: "x" }"#, WATCHERS),
    ("hideFromNextUp", r#"{ series: "x" }"#, WATCHERS),
    ("setWatched", r#"{ item: "x", watched: true }"#, WATCHERS),
    (
        "setWatchlisted",
        r#"{ title: "x", watchlisted: true }"#,
        WATCHERS,
    ),
    (
        "editPlay",
        r#"{ play: "x", influencesRecommendations: true }"#,
        WATCHERS,
    ),
    ("deleteHistory", r#"{ play: "x" }"#, WATCHERS),
    ("setHistoryPaused", "{ paused: false }", WATCHERS),
    ("muteTaste", r#"{ source: "x", muted: true }"#, WATCHERS),
    ("startImport", r#"{ import: "x" }"#, WATCHERS),
    ("undoImport", r#"{ import: "x" }"#, WATCHERS),
    ("decideImportRow", r#"{ row: "x" }"#, WATCHERS),
    ("discardImport", r#"{ import: "x" }"#, WATCHERS),
    (
        "setLocks",
        "{ ids: [], fields: [], locked: true }",
        CURATORS,
    ),
    ("revertRevisions", "{}", CURATORS),
    (
        "setSourcePrecedence",
        "{ order: [RECORD, RECORD] }",
        CURATORS,
    ),
    (
        "createTitle",
        r#"{ kind: FILM, set: { name: "" } }"#,
        CURATORS,
    ),
    (
        "editTitles",
        r#"{ titles: [{ title: "x" }], set: { tagline: null } }"#,
        CURATORS,
    ),
    (
        "createEpisode",
        r#"{ series: "x", season: 1, number: 1, set: {} }"#,
        CURATORS,
    ),
    ("createPerson", r#"{ set: { name: "" } }"#, CURATORS),
    ("deleteTitle", r#"{ title: "x" }"#, CURATORS),
    ("deleteEpisode", r#"{ episode: "x" }"#, CURATORS),
    ("deletePerson", r#"{ person: "x" }"#, CURATORS),
    ("mergeTitles", r#"{ from: ["x"], into: "x" }"#, CURATORS),
    ("mergeGenres", r#"{ genre: "x", into: "x" }"#, CURATORS),
    ("mergeEpisodes", r#"{ episode: "x", into: "x" }"#, CURATORS),
    ("deleteGenre", r#"{ genre: "x" }"#, CURATORS),
    (
        "mergeCollections",
        r#"{ collection: "x", into: "x" }"#,
        CURATORS,
    ),
    ("deleteCollection", r#"{ collection: "x" }"#, CURATORS),
    ("mergePeople", r#"{ people: ["x"], into: "x" }"#, CURATORS),
    ("undoMerge", r#"{ id: "x" }"#, CURATORS),
    (
        "splitTitle",
        r#"{ id: "x", as: { set: { name: "" } } }"#,
        CURATORS,
    ),
    (
        "editEpisode",
        r#"{ episode: "x", set: { name: null } }"#,
        CURATORS,
    ),
    (
        "editPerson",
        r#"{ person: "x", set: { born: null } }"#,
        CURATORS,
    ),
    (
        "addPicture",
        r#"{ of: "x", kind: POSTER, upload: "x" }"#,
        CURATORS,
    ),
    (
        "removePicture",
        r#"{ of: "x", kind: POSTER, picture: "x" }"#,
        CURATORS,
    ),
    (
        "setPictures",
        r#"{ of: "x", kind: POSTER, pictures: [] }"#,
        CURATORS,
    ),
    ("editGenre", r#"{ genre: "x", name: "" }"#, CURATORS),
    (
        "editCollection",
        r#"{ collection: "x", name: "" }"#,
        CURATORS,
    ),
    ("matchFile", r#"{ file: "x" }"#, CURATORS),
    ("setVideos", r#"{ item: "x", videos: [] }"#, CURATORS),
    ("cancelSiteJob", r#"{ id: "x" }"#, CURATORS),
    ("createUpload", r#"{ name: "", size: 1 }"#, CURATORS),
    ("addComment", r#"{ title: "x", body: "x" }"#, ON_A_DEVICE),
    ("editComment", r#"{ comment: "x", body: "x" }"#, ON_A_DEVICE),
    ("deleteComment", r#"{ comment: "x" }"#, ON_A_DEVICE),
    (
        "setCommentLiked",
        r#"{ comment: "x", liked: true }"#,
        ON_A_DEVICE,
    ),
    (
        "moderateComments",
        "{ comments: [], moderation: HOLD }",
        MODERATORS,
    ),
    ("logOut", "{}", NO_MACHINE),
];

/// What only some may read, `ID` being the account of somebody else.
const FIELDS: &[(&str, Row)] = &[
    ("{ siteStats { summary { views } } }", CURATORS),
    ("{ topTitles(metric: VIEWS) { views } }", CURATORS),
    ("{ likelyDuplicates { totalCount } }", CURATORS),
    ("{ likelySamePeople { totalCount } }", CURATORS),
    (
        "{ film(slug: \"heat-1995\") { stats { summary { views } } } }",
        CURATORS,
    ),
    (
        "{ series(slug: \"breaking-bad-2008\") { stats { summary { views } } } }",
        CURATORS,
    ),
    (
        "{ series(slug: \"breaking-bad-2008\") { nextUp { stats { summary { views } } } } }",
        CURATORS,
    ),
    ("{ revisions { nodes { id } } }", CURATORS),
    ("{ sourcePrecedence { field } }", CURATORS),
    (
        "{ film(slug: \"heat-1995\") { revisions { nodes { id } } } }",
        CURATORS,
    ),
    (
        "{ film(slug: \"heat-1995\") { valueSources { field } } }",
        CURATORS,
    ),
    (
        "{ person(slug: \"al-pacino\") { valueSources { field } } }",
        CURATORS,
    ),
    (
        "{ person(slug: \"al-pacino\") { revisions { nodes { id } } } }",
        CURATORS,
    ),
    (
        "{ genre(slug: \"crime\") { revisions { nodes { id } } } }",
        CURATORS,
    ),
    (
        "{ genre(slug: \"crime\") { valueSources { field } } }",
        CURATORS,
    ),
    ("{ files { nodes { id } } }", CURATORS),
    (
        "{ film(slug: \"heat-1995\") { files { nodes { id } } } }",
        CURATORS,
    ),
    (
        "{ series(slug: \"breaking-bad-2008\") { files { nodes { id } } } }",
        CURATORS,
    ),
    (
        "{ series(slug: \"breaking-bad-2008\") { nextUp { files { nodes { id } } } } }",
        CURATORS,
    ),
    ("{ siteJobs { nodes { id } } }", CURATORS),
    ("{ curatorCounts { runningJobs } }", CURATORS),
    ("{ uploads { nodes { id } } }", CURATORS),
    ("{ heldComments { nodes { id } } }", MODERATORS),
    ("{ users { nodes { id } } }", ADMINS),
    ("{ user(id: \"ID\") { email } }", SEEN_BY_ADMINS),
    (
        "{ user(id: \"ID\") { auditLog { nodes { action } } } }",
        SEEN_BY_ADMINS,
    ),
    (
        "{ node(id: \"ID\") { ... on User { email } } }",
        NODE_FOR_ADMINS,
    ),
];

#[test]
fn every_mutation_has_a_row() {
    let listed: BTreeSet<String> = MUTATIONS.iter().map(|row| row.0.to_owned()).collect();

    assert_eq!(listed, mutations());
}

#[tokio::test]
async fn every_mutation_lets_in_whom_it_is_for() {
    let (_program, _site, mut everybody) = everybody().await;
    let mut wrong = Vec::new();

    for (mutation, input, expected) in MUTATIONS {
        let query =
            format!("mutation {{ {mutation}(input: {input}) {{ userErrors {{ code }} }} }}");
        for ((who, visitor), expected) in WHO.iter().zip(&mut everybody).zip(expected) {
            // A log-in sets a cookie that the next must not have.
            let found = visitor.clone().send(&query, json!({})).await;
            let found = outcome(&found);
            if found != *expected {
                wrong.push(format!("{mutation} as {who}: {found}, not {expected}"));
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_for_some_is_kept_from_the_others() {
    let (_program, site, mut everybody) = everybody().await;
    let mut other = Visitor::of(&site);
    other.register("other@example.org").await;
    let own = other.ask("{ viewer { user { id } } }").await;
    let id = own["viewer"]["user"]["id"].as_str().unwrap();
    let mut wrong = Vec::new();

    for (query, expected) in FIELDS {
        let query = query.replace("ID", id);
        for ((who, visitor), expected) in WHO.iter().zip(&mut everybody).zip(expected) {
            let found = visitor.send(&query, json!({})).await;
            let found = outcome(&found);
            if found != *expected {
                wrong.push(format!("{query} as {who}: {found}, not {expected}"));
            }
        }
    }

    assert_eq!(wrong, Vec::<String>::new());
}

/// The code of the refusal, if it is one that is about who asks: a mutation says in its payload whom it is not for.
fn outcome(answer: &Answer) -> &str {
    let code = answer.body["errors"][0]["extensions"]["code"].as_str();
    match code {
        None => {
            let fields = answer.body["data"].as_object();
            let mut fields = fields.unwrap_or_else(|| panic!("{}", answer.body)).values();
            let is_not_them = |field: &Value| field["userErrors"][0]["code"] == NOT_THEM;
            if fields.any(is_not_them) {
                NOT_THEM
            } else {
                IN
            }
        }
        Some(code) => code,
    }
}

/// The names of the fields of `Mutation`.
fn mutations() -> BTreeSet<String> {
    let definitions = parse_schema(sdl()).unwrap().definitions.into_iter();
    let mut names = definitions.filter_map(|definition| match definition {
        TypeSystemDefinition::Type(ty) if ty.node.name.node == "Mutation" => match ty.node.kind {
            TypeKind::Object(object) => Some(object.fields),
            _ => None,
        },
        _ => None,
    });
    let fields = names.next().unwrap().into_iter();
    fields
        .map(|field| field.node.name.node.to_string())
        .collect()
}

/// One of each of [`WHO`].
async fn everybody() -> (Program, Site, Vec<Visitor>) {
    let program = Program::seeded(On::Embedded).await;
    for role in &WHO[1..5] {
        let email = format!("{role}@example.org");
        program.create_user(&email, role).await;
    }
    let site = program.serve().await;
    let mut everybody = vec![Visitor::of(&site)];
    for role in &WHO[1..5] {
        let mut visitor = Visitor::of(&site);
        visitor.log_in(&format!("{role}@example.org")).await;
        everybody.push(visitor);
    }
    let all = json!(["READ", "WATCH", "CURATE", "MODERATE", "ADMINISTER"]);
    for scopes in [json!(["READ"]), all] {
        let admin = &mut everybody[4];
        let token = key(admin, scopes).await;
        let machine = admin.with_bearer(&token);
        everybody.push(machine);
    }
    (program, site, everybody)
}

async fn key(owner: &mut Visitor, scopes: Value) -> String {
    let input = json!({ "name": "a machine", "scopes": scopes });
    let payload = owner.expect("createApiKey", input, "token").await;
    payload["token"].as_str().unwrap().to_owned()
}
