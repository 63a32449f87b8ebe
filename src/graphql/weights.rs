//! What fields cost, measured: in units of a field that reads one value of an object in a list, some 5 µs.
//!
//! `benches/cost.rs` measures them on the demo catalogue, and shows in its last column what weighs too little. Where costs
//! grow with the catalogue or with what a profile has watched, the weight is some times what is measured there.

/// The most that a query may ask for: a page of a hundred films with all that a site shows of each asks for a third.
pub(super) const MOST: usize = 30_000;

/// What any request costs beside its fields: reading it, finding out who asks.
pub(super) const REQUEST: usize = 20;
/// What asks for more, some 30 ms of a processor, runs only beside few like it; no page of a site does.
pub(super) const HEAVY: usize = 6_000;
/// For how many processors one of those runs: the others are left to whoever asks for less.
pub(super) const HEAVY_AMONG: usize = 2;

/// `__schema` and `__type`: what is inside is not looked at, but it can be no more than this.
pub(super) const INTROSPECTION: usize = 5_000;
/// Whatever writes, if nothing else is said: it waits for the disk, and others hear of it.
const WRITE: usize = 100;
/// A hash of a password or a PIN. It takes 25 ms, five times as much, but only a few run at a time and nobody else waits for
/// them; and how often somebody may log in has limits of its own.
const HASH: usize = 1_000;
/// Finding titles by what was typed.
const SEARCH: usize = 150;

/// Types, fields of each of them, and what that is.
pub(super) type Table = [(&'static [&'static str], &'static [&'static str], usize)];

/// What fields cost to answer, beside what is in them, where that is more than to read a value.
pub(super) const WORK: &Table = &[
    (
        &["Mutation"],
        &[
            "beginOAuth",
            "changePassword",
            "createApiKey",
            "createProfile",
            "deleteMyAccount",
            "exchangeOAuth",
            "logIn",
            "register",
            "requestEmailChange",
            "resetPassword",
            "selectProfile",
            "updateProfile",
        ],
        HASH,
    ),
    // Each reads all plays of a title, or all that the profile has muted.
    (&["Mutation"], &["editPlay", "muteTaste", "rateTitle"], 200),
    // It reads and writes as many states as the series has episodes.
    (&["Mutation"], &["setWatched"], 500),
    // It reads all plays of each title that the profile has watched.
    (&["Mutation"], &["deleteHistory"], 1_000),
    (&["Mutation"], &["deleteProfile"], 500),
    // It takes back what a row brought, and brings something else.
    (&["Mutation"], &["decideImportRow"], 500),
    // Up to a hundred documents, or five times as many with locks, are read and written.
    (&["Mutation"], &["revertRevisions", "setLocks"], 2_000),
    // All titles and episodes that credit somebody are read, and written with other credits; of series all episodes.
    (
        &["Mutation"],
        &[
            "deleteCollection",
            "deleteGenre",
            "deletePerson",
            "mergeCollections",
            "mergeEpisodes",
            "mergeGenres",
            "mergePeople",
            "mergeTitles",
            "splitTitle",
            "undoMerge",
        ],
        2_000,
    ),
    (
        &[
            "Collection",
            "Episode",
            "Film",
            "Genre",
            "Person",
            "Query",
            "Series",
        ],
        &["revisions"],
        30,
    ),
    (
        &["Collection", "Episode", "Film", "Genre", "Person", "Series"],
        &["valueSources"],
        30,
    ),
    (&["Episode", "Film", "Series"], &["files"], 30),
    // What it lies in is read, and the address is signed.
    (&["Episode", "Film", "Playable"], &["playback"], 30),
    // Five hundred titles, which are read, looked through and written together.
    (&["Mutation"], &["editTitles"], 4_000),
    (
        &["Mutation"],
        &[
            "createEpisode",
            "createPerson",
            "createTitle",
            "deleteEpisode",
            "editEpisode",
        ],
        300,
    ),
    (&["Mutation"], &["removePicture", "setPictures"], 300),
    // The whole picture is read, which takes some processors' seconds for the largest.
    (&["Mutation"], &["addPicture"], 4_000),
    // One that is undecided is looked for in the whole catalogue.
    (&["Mutation"], &["matchFile"], 500),
    // As many rows as the file had.
    (&["Mutation"], &["discardImport"], 1_000),
    // The rows are counted by their states, however many there are.
    (&["Import"], &["counts"], 300),
    (&["Import"], &["job", "rows"], 20),
    (&["Job"], &["import"], 10),
    (&["Viewer"], &["imports", "jobs"], 30),
    // What the account has is read once for a page; the rules are in memory.
    (&["Episode", "Film", "Playable"], &["access"], 5),
    (&["Viewer"], &["membership"], 20),
    (
        &["Query"],
        &["files", "heldComments", "siteJobs", "uploads"],
        30,
    ),
    (&["Film", "Profile", "Series", "Title"], &["comments"], 30),
    (&["Comment"], &["replies"], 30),
    // Each of a hundred is written by itself.
    (&["Mutation"], &["moderateComments"], 4_000),
    (&["MediaFile"], &["candidates", "matches"], 10),
    // Five hundred reports, which are written together.
    (&["Mutation"], &["reportPlaybackBatch"], 4_000),
    (&["Profile"], &["tasteWeights"], 200),
    // A node may be a row, for which the page is made once.
    (&["Query"], &["node", "nodes", "rows"], 50),
    (&["Profile"], &["recommendations", "rows"], 50),
    (&["Film", "Series", "Title"], &["similar"], 25),
    (&["Profile"], &["continueWatching", "history", "nextUp"], 30),
    // All of it is read and put in order, whatever the page.
    (&["Profile"], &["watchlist"], 400),
    (&["User"], &["auditLog"], 20),
    // Each reads a day for a day of its range, with what tells viewers apart.
    (&["UsageStats"], &["breakdown", "series", "summary"], 400),
    (&["UsageStats"], &["retention"], 200),
    (&["Query"], &["topTitles"], 400),
    // All names are folded and compared for it, if that is long ago.
    (&["Query"], &["likelyDuplicates", "likelySamePeople"], 1_000),
    (&["Query"], &["search"], SEARCH),
    // Each kind is searched for by itself.
    (&["Query"], &["searchAll"], 3 * SEARCH),
    // Few names are looked at, whatever is typed: it is asked for with each key.
    (&["Query"], &["suggest"], 50),
    // The names of all who are credited may be read for it.
    (
        &["PersonEdge", "SearchHitEdge", "TitleEdge"],
        &["highlights"],
        10,
    ),
    (&["Query"], &["people"], 75),
    // To mix them, all titles are gone through; another order is read from where the page begins.
    (&["Query"], &["titles"], 60),
    (&["Query"], &["users"], 20),
    (&["Genre", "Person"], &["titles"], 10),
    // Those of all genres are counted at once, as a facet is.
    (&["Genre"], &["titleCount"], 50),
    (&["Query"], &["genres"], 50),
    // Each is read from the record, in one call for a page.
    (&["Person"], &["biography"], 5),
    (&["Episode"], &["overview"], 5),
    // The genres are read, and an episode's series; all that is drawn from goes into a hash.
    (
        &[
            "Collection",
            "Episode",
            "Film",
            "Playable",
            "Season",
            "Series",
            "Title",
        ],
        &["image", "images"],
        5,
    ),
    // All episodes of the series are put in order.
    (&["Episode"], &["next", "previous"], 10),
    (
        &["Query"],
        &[
            "collection",
            "episode",
            "film",
            "genre",
            "person",
            "series",
            "title",
            "user",
        ],
        5,
    ),
    // The whole list is counted, whatever the page.
    (
        &[
            "AuditEntryConnection",
            "CommentConnection",
            "CreditConnection",
            "EpisodeConnection",
            "HeldCommentConnection",
            "MediaFileConnection",
            "MutedTasteConnection",
            "PersonConnection",
            "PlayConnection",
            "PlayableConnection",
            "RevisionConnection",
            "SearchHitConnection",
            "SiteJobConnection",
            "TitleConnection",
            "UploadConnection",
            "UserConnection",
        ],
        &["totalCount"],
        100,
    ),
    // Each facet is counted of a set of its own, or of what a search of its own finds: as much as seven searches.
    (&["TitleConnection"], &["facets"], 7 * SEARCH),
    // Each pair is compared once more.
    (
        &["LikelyDuplicateConnection", "LikelySamePeopleConnection"],
        &["totalCount"],
        2_000,
    ),
    (
        &["CuratorCounts"],
        &["likelyDuplicates", "likelySamePeople"],
        2_000,
    ),
    // Each sort is counted by itself: of titles sets in memory, of files an index, now and then.
    (
        &["CuratorCounts"],
        &["fileStates", "missingFacts", "runningJobs", "titleStates"],
        300,
    ),
    // They were read whole.
    (
        &[
            "ImportConnection",
            "ImportRowConnection",
            "JobConnection",
            "RecommendationConnection",
            "WatchlistConnection",
        ],
        &["totalCount"],
        10,
    ),
];

/// What a page behind a cursor costs more than the first one: the page that a row stands on is laid out anew where the
/// cursor is of another layout, which is found out late.
pub(super) const BEHIND: &Table = &[(&["RecommendationRow"], &["items"], 50)];
/// The arguments that have the cursor.
pub(super) const CURSORS: [&str; 2] = ["after", "before"];

/// What a table says of a field of a type.
pub(super) fn listed(table: &Table, of: &str, field: &str) -> Option<usize> {
    let mut rows = table.iter();
    let row = rows.find(|(types, fields, _)| types.contains(&of) && fields.contains(&field));
    row.map(|(_, _, value)| *value)
}

/// What a field costs, beside what is in it.
pub(super) fn work(of: &str, field: &str) -> usize {
    let usual = if of == "Mutation" { WRITE } else { 1 };
    listed(WORK, of, field).unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

    use super::super::types::Types;
    use super::*;

    #[test]
    fn whatever_counts_a_list_costs_more_than_a_value() {
        for (of, fields) in Types::parse(&crate::graphql::sdl()).iter() {
            for name in fields.keys().filter(|name| *name == "totalCount") {
                assert!(work(of, name) >= 10, "{of}");
            }
        }
    }

    #[test]
    fn whatever_checks_or_sets_a_password_costs_as_much_and_no_write_is_cheap() {
        let schema = parse_schema(crate::graphql::sdl()).unwrap();
        let secrets = ["password", "currentPassword", "newPassword", "pin"];
        let mut checked = 0;
        for definition in schema.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let TypeKind::InputObject(input) = &definition.node.kind else {
                continue;
            };
            let mut fields = input.fields.iter().map(|field| &field.node.name.node);
            if !fields.any(|field| secrets.contains(&field.as_str())) {
                continue;
            }
            let name = definition.node.name.node.trim_end_matches("Input");
            let field = name[..1].to_lowercase() + &name[1..];
            assert_eq!(listed(WORK, "Mutation", &field), Some(HASH), "{field}");
            checked += 1;
        }
        assert!(checked > 5, "the names of secrets have changed");
        for (of, fields) in Types::parse(&crate::graphql::sdl()).iter() {
            for name in fields.keys().filter(|_| *of == "Mutation") {
                assert!(work(of, name) >= WRITE, "{name}");
            }
        }
    }
}
