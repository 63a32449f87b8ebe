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
    SCHEMA_ERASED_TRACE = "schema/erased_trace.cypher";

    PUT_TITLE_NODES = "project/title_nodes.cypher";
    PUT_PEOPLE = "project/people.cypher";
    PUT_GENRES = "project/genres.cypher";
    PUT_TITLE_EDGES = "project/title_edges.cypher";
    PUT_PROFILES = "project/profiles.cypher";
    PUT_WATCHED = "project/watched.cypher";
    ERASE_PROFILE = "project/erase_profile.cypher";
    BEGIN_SIMILAR = "project/similar_begin.cypher";
    PUT_SIMILAR = "project/similar_edges.cypher";
    SWITCH_SIMILAR = "project/similar_switch.cypher";
    SWEEP_SIMILAR = "project/similar_sweep.cypher";
    CLEAR_EDGES = "project/clear_edges.cypher";
    CLEAR_NODES = "project/clear_nodes.cypher";

    TITLE_NEIGHBOURHOOD = "recommend/title_neighbourhood.cypher";
    PROFILE_NEIGHBOURHOOD = "recommend/profile_neighbourhood.cypher";

    TITLES_AFTER = "walk/titles_after.cypher";
    WATCHED_AFTER = "walk/watched_after.cypher";
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
    SCHEMA_ERASED_TRACE,
];
