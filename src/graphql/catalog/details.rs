//! How a title stands, how it is rated, and videos about it.

use async_graphql::{Enum, SimpleObject};

use super::provider::provider_name;
use crate::domain::catalog;
use crate::graphql::scalars::Url;

/// Whether a series goes on, as its makers say.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::SeriesStatus")]
pub(crate) enum SeriesStatus {
    /// Nothing of it was shown yet: it is planned or being made.
    Announced,
    /// More of it will be shown.
    Returning,
    /// It has come to its end.
    Ended,
    /// It was broken off before its end.
    Cancelled,
}

/// How a title is rated.
#[derive(SimpleObject)]
pub(crate) struct RatingSummary {
    /// How good it is by all that is said of it, from 0 to 10, to three decimals: what `orderBy: TOP_RATED` and
    /// `minRating` go by. It is a Bayesian mean, (S + 25 × 6.5) / (v + 25), of v votes that add up to S points: a like is
    /// one vote of 10, a dislike one of 0, and each of `scores`, scaled to 10, stands for as many votes as it has, at most
    /// 1000, and for 100 if nobody knows. Null if nobody rates it.
    average: Option<f64>,
    /// How many profiles of this site like it. It is counted anew every few seconds.
    likes: u64,
    /// How many profiles of this site do not like it. It is counted anew every few seconds.
    dislikes: u64,
    /// What other sites make of it, by source; at most 20, and empty if nobody has said.
    scores: Vec<RatingScore>,
}

/// How a title is rated by another site.
#[derive(SimpleObject)]
pub(crate) struct RatingScore {
    /// Who rates it, in lower case: `imdb`, `tmdb`, `rottentomatoes`, `metacritic`, …
    source: String,
    /// What people call it: "IMDb", "Rotten Tomatoes"; the same as `source` for one that the site does not know.
    source_name: String,
    /// How it is rated, from 0 (the worst) to `max`.
    value: f64,
    /// The best that the source gives: 10 for `imdb`, 100 for `metacritic`, …
    max: f64,
    /// How many have rated it there; null if unknown.
    votes: Option<u64>,
}

impl RatingSummary {
    /// What is known of a title.
    pub(super) fn of(title: &catalog::Title) -> Self {
        let scores = title.scores.iter().map(|score| RatingScore {
            source: score.source.clone(),
            source_name: provider_name(&score.source).to_owned(),
            value: score.value,
            max: score.max,
            votes: score.votes,
        });
        let thumbs = title.reception.thumbs;
        Self {
            average: title.rating().map(catalog::Rating::points),
            likes: thumbs.likes,
            dislikes: thumbs.dislikes,
            scores: scores.collect(),
        }
    }
}

/// What a video about a title is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::ExtraKind")]
pub(crate) enum ExtraKind {
    /// It advertises the title, with scenes of it.
    Trailer,
    /// A short trailer that shows little.
    Teaser,
    /// A scene, in the title or left out of it.
    Clip,
    /// A short film about the title or its subject.
    Featurette,
    /// It shows how the title was made.
    BehindTheScenes,
    /// Somebody who made it is asked about it.
    Interview,
    /// Whatever is none of the others.
    Other,
}

/// Where a video lies, and by whose player it is shown.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "catalog::ExtraHost")]
pub(crate) enum ExtraHost {
    /// On YouTube; `videoId` has 11 characters.
    #[graphql(name = "YOUTUBE")]
    YouTube,
    /// On Vimeo; `videoId` is a number, and `videoHash` is wanted for what is listed nowhere.
    Vimeo,
    /// On Wistia; `videoId` has 10 letters and digits.
    Wistia,
    /// Anywhere else on the web, at `url`: a file for the site's own player, or a page.
    File,
}

/// A video about a title that lies on another site: a trailer, an interview, a clip.
#[derive(SimpleObject)]
pub(crate) struct Extra {
    /// What it is; `OTHER` if nobody said.
    kind: ExtraKind,
    /// What it is called; null if it has no name.
    name: Option<String>,
    /// Where people can watch it: its page, or the file itself.
    url: Url,
    /// Where it lies, which says what player it needs.
    host: ExtraHost,
    /// The id that the host gave it, for its player; null for a `FILE`.
    video_id: Option<String>,
    /// What Vimeo's player wants as `h`, to show what is listed nowhere; null for all others.
    video_hash: Option<String>,
    /// The language spoken in it, as a BCP 47 tag; null if unknown.
    language: Option<String>,
}

impl From<&catalog::Extra> for Extra {
    fn from(extra: &catalog::Extra) -> Self {
        let video = &extra.video;
        Self {
            kind: extra.kind.into(),
            name: extra.name.clone(),
            url: Url(video.address()),
            host: video.host.into(),
            video_id: video.id().map(str::to_owned),
            video_hash: video.hash().map(str::to_owned),
            language: extra.language.map(|tag| tag.to_string()),
        }
    }
}
