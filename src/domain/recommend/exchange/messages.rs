//! The messages of the topics `reelgraph.watches` and `reelgraph.titles`: absolute, each the whole of what is known under
//! its key, so that the newest of a key is all that counts.
//!
//! Ids are texts, because many readers keep numbers of JSON in 53 bits.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};

use crate::domain::catalog::Title;
use crate::domain::ids::{ProfileId, TitleId};
use crate::domain::recommend::features::Features;
use crate::domain::watching::WatchedTitle;

/// The version of the messages. What a reader of it can pass over may be added without another one.
pub const MESSAGES: u32 = 1;
/// What profiles have watched: one message a profile and title.
pub const WATCHES_TOPIC: &str = "reelgraph.watches";
/// What titles are compared by: one message a title.
pub const TITLES_TOPIC: &str = "reelgraph.titles";

/// A message: its key, and what is known under it; nothing if it is gone.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::domain::recommend) struct Message<V> {
    pub(in crate::domain::recommend) key: String,
    pub(in crate::domain::recommend) value: Option<V>,
}

/// What a profile's plays of a title add up to, with what it said of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::domain::recommend) struct WatchValue {
    version: u32,
    #[serde(serialize_with = "as_text")]
    profile: u64,
    #[serde(serialize_with = "as_text")]
    title: u64,
    revision: u64,
    weight: f64,
    plays: u32,
    completions: u32,
    seconds: f64,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    liked: Option<bool>,
    written_at: DateTime<Utc>,
}

/// What a title is compared by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(in crate::domain::recommend) struct TitleValue {
    version: u32,
    #[serde(serialize_with = "as_text")]
    title: u64,
    revision: u64,
    directors: Vec<String>,
    actors: Vec<String>,
    genres: Vec<String>,
    decade: Option<i32>,
    written_at: DateTime<Utc>,
}

/// The key of what a profile has watched of a title.
pub(super) fn watch_key(profile: ProfileId, title: TitleId) -> String {
    format!("{profile}:{title}")
}

/// The message that says what a profile has watched of a title.
pub(in crate::domain::recommend) fn of_watch(watched_title: &WatchedTitle) -> Message<WatchValue> {
    Message {
        key: watch_key(watched_title.profile, watched_title.title),
        value: Some(WatchValue {
            version: MESSAGES,
            profile: watched_title.profile.0,
            title: watched_title.title.0,
            revision: watched_title.stamp.revision,
            weight: watched_title.weight,
            plays: watched_title.plays,
            completions: watched_title.completions,
            seconds: watched_title.seconds,
            first_at: watched_title.first_at,
            last_at: watched_title.last_at,
            liked: watched_title.liked,
            written_at: watched_title.stamp.updated_at,
        }),
    }
}

/// The message that says what a title is compared by.
pub(in crate::domain::recommend) fn of_title(title: &Title) -> Message<TitleValue> {
    let features = Features::from(title);
    let texts = |ids: Vec<u64>| ids.iter().map(u64::to_string).collect();
    Message {
        key: title.id.to_string(),
        value: Some(TitleValue {
            version: MESSAGES,
            title: title.id.0,
            revision: title.stamp.revision,
            directors: texts(features.directors.iter().map(|person| person.0).collect()),
            actors: texts(features.actors.iter().map(|person| person.0).collect()),
            genres: texts(features.genres.iter().map(|genre| genre.0).collect()),
            decade: features.decade,
            written_at: title.stamp.updated_at,
        }),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes fields by reference"
)]
fn as_text<S: Serializer>(id: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}
