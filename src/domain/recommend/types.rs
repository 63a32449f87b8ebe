//! What a suggestion is.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{CollectionId, GenreId, PersonId, TitleId};

/// A title, and why it is suggested.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommendation {
    pub title: TitleId,
    /// How good it is: the sum of the reasons' contributions. Comparable within one list only.
    pub score: f64,
    /// Why, the weightiest first; in a row that is named after one of them, that one before all.
    pub reasons: Vec<Reason>,
}

/// One reason for a suggestion.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    pub kind: ReasonKind,
    /// What it adds to the score.
    pub contribution: f64,
    /// What it comes from.
    pub source: ReasonSource,
}

/// The sorts of reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReasonKind {
    /// The viewer watched the source, and viewers of the source watched this.
    Watched,
    /// The viewer gave the source a thumb up, and viewers of the source watched this.
    Liked,
    /// Viewers of the source watched this.
    SimilarViewers,
    /// The source directed this too.
    SharedDirector,
    /// The source plays in this too.
    SharedActor,
    /// This is of the source's genre too.
    SharedGenre,
    /// This is from the same decade as the source.
    SameDecade,
    /// This is from a country, or in a language, of the source too. Counts where nobody has watched one of the two.
    SharedOrigin,
    /// It is the next part of the source: of those that the viewer has not watched, the first of all, or on a title's
    /// page the first after that title.
    NextInCollection,
    /// It is a part of the source, as the title is on whose page it stands, but not the next.
    SameCollection,
    /// Many profiles have watched this.
    Popular,
    /// Other titles that the viewer watched speak against it. The only one whose contribution is below 0.
    Against,
}

/// What a reason comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReasonSource {
    /// A film or series.
    Title(TitleId),
    /// Somebody who directs or plays.
    Person(PersonId),
    Genre(GenreId),
    /// A collection of films.
    Collection(CollectionId),
}
