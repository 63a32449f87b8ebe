//! The statements of `cypher/`, compiled in. Values are always parameters, never part of the text.

macro_rules! cypher {
    ($($name:ident = $path:literal;)+) => {
        $(
            #[doc = concat!("`cypher/", $path, "`")]
            pub const $name: &str =
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/cypher/", $path));
        )+

        /// Every statement with its path, for the tests.
        pub const ALL: &[(&str, &str)] = &[$(($path, $name)),+];
    };
}

cypher! {
    SCHEMA_TITLE_ID = "schema/title_id.cypher";
    SCHEMA_PERSON_ID = "schema/person_id.cypher";
    SCHEMA_GENRE_ID = "schema/genre_id.cypher";
    SCHEMA_PROFILE_ID = "schema/profile_id.cypher";
    SCHEMA_GRAPH_NAME = "schema/graph_name.cypher";
    SCHEMA_ERASED_TOMBSTONE = "schema/erased_tombstone.cypher";
    SCHEMA_WATCHED_TASTE = "schema/watched_taste.cypher";
    SCHEMA_WATCHED_LAST_AT = "schema/watched_last_at.cypher";
    SCHEMA_SIMILAR_BEGUN = "schema/similar_begun.cypher";
    SCHEMA_SIMILAR_ENDED = "schema/similar_ended.cypher";
    SCHEMA_TITLE_SIMILAR = "schema/title_similar.cypher";

    PUT_TITLE_NODES = "project/title_nodes.cypher";
    PUT_PEOPLE = "project/people.cypher";
    PUT_GENRES = "project/genres.cypher";
    PUT_TITLE_EDGES = "project/title_edges.cypher";
    PUT_PROFILES = "project/profiles.cypher";
    PUT_WATCHED = "project/watched.cypher";
    PUT_EPOCH = "project/epoch.cypher";
    PUT_TOMBSTONES = "project/tombstones.cypher";
    REMOVE_WATCHED = "project/remove_watched.cypher";
    REMOVE_TITLES = "project/remove_titles.cypher";
    REMOVE_UNNEEDED = "project/remove_unneeded.cypher";
    ERASE_PROFILE = "project/erase_profile.cypher";
    BEGIN_SIMILAR = "project/similar_begin.cypher";
    PUT_SIMILAR = "project/similar_edges.cypher";
    REMOVE_SIMILAR = "project/similar_again.cypher";
    SWITCH_SIMILAR = "project/similar_switch.cypher";
    SWEEP_SIMILAR = "project/similar_sweep.cypher";
    BEGIN_SOLUTIONS = "project/solutions_begin.cypher";
    GO_ON_SOLUTIONS = "project/solutions_go_on.cypher";
    UNDO_BEGUN = "project/solutions_undo_begun.cypher";
    UNDO_ENDED = "project/solutions_undo_ended.cypher";
    AROUND_SOLUTIONS = "project/solutions_around.cypher";
    END_SIMILAR = "project/solutions_end.cypher";
    MARK_SIMILAR = "project/solutions_mark.cypher";
    SWITCH_SOLUTIONS = "project/solutions_switch.cypher";
    SWEEP_SOLUTIONS = "project/solutions_sweep.cypher";
    CLEAR_SIMILAR = "project/clear_similar.cypher";
    CLEAR_EDGES = "project/clear_edges.cypher";
    CLEAR_NODES = "project/clear_nodes.cypher";

    SIMILAR_VERSION = "recommend/similar_version.cypher";
    SIMILAR_LISTS = "recommend/similar_lists.cypher";
    SIMILAR_CHANGED = "recommend/similar_changed.cypher";
    TASTE = "recommend/taste.cypher";
    TRENDING = "recommend/trending.cypher";

    TITLES_AFTER = "walk/titles_after.cypher";
    WATCHED_AFTER = "walk/watched_after.cypher";
    EPOCH = "walk/epoch.cypher";
    PROFILES_AFTER = "walk/profiles_after.cypher";
    TOMBSTONES_AFTER = "walk/tombstones_after.cypher";
    WATCHERS = "walk/watchers.cypher";
    COUNTS = "walk/counts.cypher";
    PING = "walk/ping.cypher";
}

/// The statements that make constraints and indexes, each in a transaction of its own.
pub const SCHEMA: &[&str] = &[
    SCHEMA_TITLE_ID,
    SCHEMA_PERSON_ID,
    SCHEMA_GENRE_ID,
    SCHEMA_PROFILE_ID,
    SCHEMA_GRAPH_NAME,
    SCHEMA_ERASED_TOMBSTONE,
    SCHEMA_WATCHED_TASTE,
    SCHEMA_WATCHED_LAST_AT,
    SCHEMA_SIMILAR_BEGUN,
    SCHEMA_SIMILAR_ENDED,
    SCHEMA_TITLE_SIMILAR,
];
