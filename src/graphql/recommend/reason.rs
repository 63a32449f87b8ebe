//! Reasons for a suggestion.

use async_graphql::{Enum, SimpleObject};

use super::sources::{Found, ReasonSource};
use super::text::text;
use crate::domain::catalog;
use crate::domain::recommend::{self, Reason};

/// One reason for a suggestion.
#[derive(SimpleObject)]
pub(super) struct RecommendationReason {
    /// The sort of reason, which says what `source` is.
    kind: ReasonKind,
    /// The reason in English, for people: "Because you watched Heat", "Directed by Michael Mann".
    text: String,
    /// What it adds to the score; comparable within one list only.
    contribution: f64,
    /// What it comes from; null if that has left the catalogue.
    source: Option<ReasonSource>,
}

/// The sorts of reasons for a suggestion.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "recommend::ReasonKind")]
enum ReasonKind {
    /// The viewer watched the source, and viewers of the source watched this.
    Watched,
    /// The viewer gave the source a thumb up, and viewers of the source watched this.
    Liked,
    /// Viewers of the source, or of the same titles as the viewer, watched this.
    SimilarViewers,
    /// The source directed (created, for a series) this too.
    SharedDirector,
    /// The source plays in this too.
    SharedActor,
    /// This is of the source's genre too.
    SharedGenre,
    /// This is from the same decade as the source.
    SameDecade,
    /// This is from a country, or in a language, of the source too; `text` says which. Counts only where nobody has
    /// watched one of the two, so that there is little else to go by.
    SharedOrigin,
    /// It is the next part of the source, a collection: of those that the viewer has not watched, the first of all, or
    /// in `similar` the first after that film.
    NextInCollection,
    /// It is a part of the source, a collection, as the film is whose `similar` it stands in, but not the next.
    SameCollection,
    /// Many profiles have watched this. It has no source.
    Popular,
    /// Other titles that the viewer watched speak against it: the only reason that takes something off the score.
    Against,
}

impl RecommendationReason {
    /// Why a title is suggested.
    pub(super) fn new(reason: &Reason, suggested: &catalog::Title, found: &Found<'_>) -> Self {
        Self {
            kind: reason.kind.into(),
            text: text(
                reason,
                suggested,
                found.name(reason.source),
                found.title(reason.source),
            ),
            contribution: reason.contribution,
            source: found.source(reason.source),
        }
    }
}
