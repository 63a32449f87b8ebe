//! How long lists are if a query does not say so: what is in a list is counted that often.

use super::weights::Table;

/// How long a page is if nobody says how long.
pub(super) const DEFAULT_PAGE: usize = 20;
/// How many titles a row of suggestions has if nobody says how many.
pub(super) const DEFAULT_ROW: usize = 12;
/// How long the list of errors of a payload is.
pub(super) const ERRORS: usize = 5;
/// The arguments that say how long a list is.
pub(super) const LENGTHS: [&str; 5] = ["first", "last", "ids", FACETS, BUCKETS];
/// The one that says how long the lists are in each row of a list, and the field that has these.
pub(super) const ROW_LENGTH: &str = "itemsPerRow";
pub(super) const ROW: (&str, &str) = ("RecommendationRow", "items");
/// The one that lists facets, all if it lists none; an interval of days is named by the same word, and asks for no list.
pub(super) const FACETS: &str = "by";
/// The one that may ask for more than a page, and how much more.
pub(super) const BUCKETS: &str = "buckets";
pub(super) const MOST_BUCKETS: usize = 1_000;

/// How long lists are taken to be for which nobody asks for a length: the domain keeps them short.
pub(super) const LISTS: &Table = &[
    (
        &["Film", "Series", "Title"],
        &[
            "certifications",
            "countries",
            "externalIds",
            "extras",
            "genres",
            "languages",
            "studios",
            "tags",
            "trailers",
        ],
        5,
    ),
    (
        &[
            "Collection",
            "Episode",
            "Film",
            "Person",
            "Playable",
            "Season",
            "Series",
            "Title",
        ],
        &["images"],
        5,
    ),
    (&["PicturesPayload"], &["images"], 20),
    (&["Playback"], &["sources", "subtitles"], 5),
    (&["PlaybackSource"], &["audio", "renditions"], 5),
    (&["RatingSummary"], &["scores"], 5),
    (
        &[
            "Episode",
            "Film",
            "Person",
            "Series",
            "SetLocksResult",
            "Title",
        ],
        &["lockedFields"],
        5,
    ),
    (
        &["Collection", "Episode", "Film", "Genre", "Person", "Series"],
        &["valueSources"],
        20,
    ),
    (&["SourceOrder"], &["order"], 4),
    (&["Query"], &["sourcePrecedence"], 10),
    (&["SetSourcePrecedencePayload"], &["precedence"], 10),
    (
        &["Episode", "Film", "Person", "Series", "Title"],
        &["texts"],
        5,
    ),
    (&["RevertResult", "Revision"], &["changes"], 5),
    (&["RevertResult"], &["obstacles", "overwritten"], 2),
    (
        &[
            "CreateEpisodePayload",
            "CreatePersonPayload",
            "CreateTitlePayload",
            "DeleteCollectionPayload",
            "DeleteEpisodePayload",
            "DeleteGenrePayload",
            "DeletePersonPayload",
            "DeleteTitlePayload",
            "EditCollectionPayload",
            "EditEpisodePayload",
            "EditGenrePayload",
            "EditPersonPayload",
            "EditTitleResult",
            "PicturesPayload",
            "MergeCollectionsPayload",
            "MergeEpisodesPayload",
            "MergePeoplePayload",
            "MergeTitlesPayload",
            "SplitTitlePayload",
            "UndoMergePayload",
        ],
        &["changes"],
        3,
    ),
    (
        &[
            "CreateEpisodePayload",
            "CreatePersonPayload",
            "CreateTitlePayload",
            "EditCollectionPayload",
            "EditEpisodePayload",
            "EditGenrePayload",
            "EditPersonPayload",
            "EditTitleResult",
            "PicturesPayload",
            "DeleteCollectionPayload",
            "MergeCollectionsPayload",
            "MergeEpisodesPayload",
            "MergePeoplePayload",
            "MergeTitlesPayload",
            "SplitTitlePayload",
            "UndoMergePayload",
        ],
        &["warnings"],
        2,
    ),
    (&["SplitTitlePayload"], &["newChanges"], 3),
    (
        &["MergeTitlesPayload", "UndoMergePayload"],
        &["titleIds"],
        2,
    ),
    (
        &["MergePeoplePayload", "UndoMergePayload"],
        &["personIds"],
        2,
    ),
    // Up to five hundred; most edits are of few.
    (&["EditTitlesPayload"], &["results"], 200),
    (&["RevertRevisionsPayload"], &["results"], 100),
    (&["SetLocksPayload"], &["results"], 500),
    (&["ModerateCommentsPayload"], &["results"], 100),
    (&["Comment"], &["formerTexts"], 10),
    (&["ApiKey"], &["scopes"], 5),
    (&["CatalogueChange"], &["changed"], 100),
    (&["LogInRules"], &["providers"], 10),
    (&["Site"], &["languages"], 5),
    (&["Episode"], &["directors"], 5),
    (&["DeleteHistoryPayload"], &["deletedIds"], 100),
    (&["TitleEdge"], &["roles"], 2),
    (&["Person"], &["externalIds"], 5),
    (
        &["Profile"],
        &["hiddenTitles", "history", "mutedTastes"],
        50,
    ),
    (&["Profile"], &["watchlist"], 50),
    (&["Profile"], &["recommendations"], 30),
    (&["Film", "Series", "Title"], &["similar"], 12),
    (&["Import"], &["notes"], 10),
    (&["ImportRow"], &["candidates"], 3),
    (&["MediaFile"], &["candidates", "matches"], 3),
    (&["SiteJob"], &["reads"], 2),
    (
        &["CuratorCounts"],
        &["fileStates", "missingFacts", "titleStates"],
        6,
    ),
    (&["Query"], &["genres"], 40),
    (&["Access", "Membership", "Query"], &["plans"], 5),
    (&["Season"], &["episodes"], 50),
    (&["TitleConnection"], &["facets"], 7),
    (
        &["PersonEdge", "SearchHitEdge", "TitleEdge"],
        &["highlights"],
        2,
    ),
    (&["Highlight", "SearchSuggestion"], &["ranges"], 2),
    (&["LikelyDuplicate", "LikelySamePeople"], &["reasons"], 4),
    (&["RecommendationEdge"], &["reasons"], 8),
    (&["ReportPlaybackBatchPayload"], &["results"], 500),
    (&["Series"], &["seasons"], 10),
    // As many as `buckets` says, which the curve itself is counted by.
    (&["Retention"], &["points"], 1),
    (&["UsageStats"], &["breakdown", "series"], 100),
    (&["UserError"], &["changedFields", "field"], 5),
];

#[cfg(test)]
mod tests {
    use async_graphql::parser::types::FieldDefinition;

    use super::super::types::{self, Types};
    use super::*;
    use crate::graphql::weights::{BEHIND, CURSORS, WORK, listed};

    #[test]
    fn every_name_in_the_tables_is_in_the_schema() {
        let types = Types::parse(&crate::graphql::sdl());

        for (of, fields, _) in WORK.iter().chain(LISTS).chain(BEHIND) {
            for (of, field) in of
                .iter()
                .flat_map(|of| fields.iter().map(move |field| (of, field)))
            {
                assert!(types.field(of, field).is_some(), "there is no {of}.{field}");
            }
        }
        assert!(types.field(ROW.0, ROW.1).is_some(), "there is no {ROW:?}");
        for (of, fields, _) in BEHIND {
            for (of, field) in of
                .iter()
                .flat_map(|of| fields.iter().map(move |field| (of, field)))
            {
                let mut arguments = types.field(of, field).unwrap().arguments.iter();
                let has_cursor =
                    arguments.any(|one| CURSORS.contains(&one.node.name.node.as_str()));
                assert!(has_cursor, "{of}.{field} has no cursor");
            }
        }
        for length in LENGTHS.into_iter().chain([ROW_LENGTH]) {
            let has = |field: &FieldDefinition| {
                let mut arguments = field.arguments.iter();
                arguments.any(|argument| argument.node.name.node == length)
            };
            let mut fields = types.iter().flat_map(|(_, fields)| fields.values());
            assert!(fields.any(has), "nothing has an argument {length}");
        }
    }

    #[test]
    fn the_length_of_every_list_is_known() {
        for (of, fields) in Types::parse(&crate::graphql::sdl()).iter() {
            for (name, field) in fields {
                let (_, is_list) = types::named(&field.ty.node);
                let mut arguments = field.arguments.iter();
                let is_known = !is_list
                    || of.ends_with("Connection")
                    || name == "userErrors"
                    || listed(LISTS, of, name).is_some()
                    || arguments.any(|one| LENGTHS.contains(&one.node.name.node.as_str()));
                assert!(is_known, "LISTS does not say how long {of}.{name} is");
            }
        }
    }
}
