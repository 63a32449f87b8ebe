//! What was watched, as rows of an export.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::names::{Item, Named, Names};
use crate::domain::watching::{
    ListedTitle, Mute, Play, Section, Teller, Told, WatchState, WatchedTitle,
};

/// What all plays of a title add up to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TitlePart<'a> {
    title: Named<'a>,
    liked: Option<bool>,
    liked_at: Option<DateTime<Utc>>,
    plays: u32,
    completions: u32,
    seconds: f64,
    told: u32,
    is_aside: bool,
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    weight: f64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// How the profile stands with a film or episode.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ItemPart<'a> {
    #[serde(flatten)]
    item: Item<'a>,
    position: f64,
    percent: f64,
    watched: bool,
    plays: u32,
    completions: u32,
    seconds: f64,
    last_played_at: Option<DateTime<Utc>>,
    told: Option<ToldPart>,
    is_aside: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What was said by hand of whether something was watched.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldPart {
    watched: bool,
    watched_at: Option<DateTime<Utc>>,
    said_at: DateTime<Utc>,
    by: Option<&'static str>,
}

/// A play, as a line of the export.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlayPart<'a> {
    id: String,
    #[serde(flatten)]
    item: Item<'a>,
    started_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    position: f64,
    duration: Option<f64>,
    seconds: f64,
    completion: f64,
    completed: bool,
    counts: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<NaiveDate>,
    sections: Vec<SectionPart>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SectionPart {
    from: f64,
    to: f64,
    from_at: DateTime<Utc>,
    to_at: DateTime<Utc>,
}

/// A title on a list of the profile's own.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedPart<'a> {
    title: Named<'a>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A genre or a person that is not to speak for a title.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MutePart<'a> {
    source: Named<'a>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Names {
    pub(super) fn title(&self, watched_title: &WatchedTitle) -> TitlePart<'_> {
        TitlePart {
            title: self.named(watched_title.title),
            liked: watched_title.liked,
            liked_at: watched_title.liked_at,
            plays: watched_title.plays,
            completions: watched_title.completions,
            seconds: watched_title.seconds,
            told: watched_title.told,
            is_aside: watched_title.is_aside,
            first_at: watched_title.first_at,
            last_at: watched_title.last_at,
            weight: watched_title.weight,
            created_at: watched_title.stamp.created_at,
            updated_at: watched_title.stamp.updated_at,
        }
    }

    pub(super) fn state(&self, state: &WatchState) -> ItemPart<'_> {
        ItemPart {
            item: self.item(state.item, state.title),
            position: state.position,
            percent: state.percent,
            watched: state.watched,
            plays: state.plays,
            completions: state.completions,
            seconds: state.seconds,
            last_played_at: state.last_watched_at(),
            told: state.told.map(ToldPart::of),
            is_aside: state.is_aside,
            created_at: state.stamp.created_at,
            updated_at: state.stamp.updated_at,
        }
    }

    pub(super) fn play(&self, play: &Play) -> PlayPart<'_> {
        PlayPart {
            id: play.id.to_string(),
            item: self.item(play.item, play.title),
            started_at: play.started_at,
            last_at: play.last_at,
            position: play.position,
            duration: play.duration,
            seconds: play.sections.seconds(),
            completion: play.completion,
            completed: play.completed,
            counts: play.counts,
            day: play.day,
            sections: play.sections.iter().map(SectionPart::of).collect(),
            created_at: play.stamp.created_at,
            updated_at: play.stamp.updated_at,
        }
    }

    pub(super) fn listed(&self, listed: &ListedTitle) -> ListedPart<'_> {
        ListedPart {
            title: self.named(listed.title),
            created_at: listed.stamp.created_at,
            updated_at: listed.stamp.updated_at,
        }
    }

    pub(super) fn mute(&self, mute: &Mute) -> MutePart<'_> {
        MutePart {
            source: self.source(mute.source),
            created_at: mute.stamp.created_at,
            updated_at: mute.stamp.updated_at,
        }
    }
}

impl ToldPart {
    fn of(told: Told) -> Self {
        match told {
            Told::Watched { said_at, at, by } => Self {
                watched: true,
                watched_at: at,
                said_at,
                by: Some(match by {
                    Teller::Import => "import",
                    Teller::Viewer => "viewer",
                }),
            },
            Told::Unwatched { said_at } => Self {
                watched: false,
                watched_at: None,
                said_at,
                by: None,
            },
        }
    }
}

impl SectionPart {
    fn of(section: &Section) -> Self {
        Self {
            from: section.from,
            to: section.to,
            from_at: section.from_at,
            to_at: section.to_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_said_is_spelt_as_all_else_is() {
        let at = DateTime::UNIX_EPOCH;
        let watched = Told::Watched {
            said_at: at,
            at: Some(at),
            by: Teller::Viewer,
        };
        let time = "1970-01-01T00:00:00Z";

        let parts = [watched, Told::Unwatched { said_at: at }].map(ToldPart::of);

        let expected = json!([
            { "watched": true, "watchedAt": time, "saidAt": time, "by": "viewer" },
            { "watched": false, "watchedAt": null, "saidAt": time, "by": null },
        ]);
        assert_eq!(json!(parts), expected);
    }
}
