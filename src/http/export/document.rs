//! The parts of the file; see [`super`].

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::accounts::{
    AccountExport, Actor, ApiKey, AuditEntry, EmailAddress, Identity, Profile, Scope, Session, User,
};
use crate::domain::catalog::{Episode, Genre, Person, Title, TitleKind};
use crate::domain::ids::{EpisodeId, GenreId, PersonId, TitleId, UserId};
use crate::domain::watching::{
    HiddenTitle, Mute, MutedSource, Play, Section, WatchState, WatchedItem, WatchedTitle,
};

/// Everything before the profiles.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head<'a> {
    format: &'static str,
    format_version: u32,
    exported_at: DateTime<Utc>,
    account: AccountPart<'a>,
    identities: Vec<IdentityPart<'a>>,
    sessions: Vec<SessionPart<'a>>,
    api_keys: Vec<ApiKeyPart<'a>>,
    audit: Vec<AuditPart<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountPart<'a> {
    id: String,
    email: Option<&'a str>,
    email_verified: bool,
    has_password: bool,
    role: &'static str,
    disabled_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IdentityPart<'a> {
    provider: &'a str,
    subject: &'a str,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionPart<'a> {
    id: String,
    profile: String,
    via: &'a str,
    device: Option<&'a str>,
    address: Option<IpAddr>,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ApiKeyPart<'a> {
    id: String,
    name: &'a str,
    scopes: &'a [Scope],
    last_used_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuditPart<'a> {
    at: DateTime<Utc>,
    action: &'static str,
    by: &'static str,
    address: Option<IpAddr>,
    detail: Option<&'a str>,
}

/// A profile, without what it watched.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProfilePart<'a> {
    id: String,
    name: &'a str,
    max_age: Option<u8>,
    language: Option<&'a str>,
    has_pin: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What all sittings at a title add up to.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TitlePart<'a> {
    title: Named<'a>,
    liked: Option<bool>,
    liked_at: Option<DateTime<Utc>>,
    plays: u32,
    completions: u32,
    seconds: f64,
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
    last_played_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A sitting.
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

/// A title that is not to be suggested.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HiddenPart<'a> {
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

#[derive(Serialize)]
struct Item<'a> {
    title: Named<'a>,
    episode: Option<EpisodePart<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    id: String,
    slug: Option<&'a str>,
    name: Option<&'a str>,
    kind: Option<&'static str>,
}

#[derive(Serialize)]
struct EpisodePart<'a> {
    id: String,
    season: Option<u32>,
    number: Option<u32>,
    name: Option<&'a str>,
}

/// What things are called.
#[derive(Default)]
pub(super) struct Names {
    pub(super) titles: HashMap<TitleId, Arc<Title>>,
    pub(super) episodes: HashMap<EpisodeId, Episode>,
    pub(super) genres: HashMap<GenreId, Genre>,
    pub(super) people: HashMap<PersonId, Person>,
}

impl<'a> Head<'a> {
    pub(super) fn of(export: &'a AccountExport, now: DateTime<Utc>) -> Self {
        let owner = export.user.id;
        Self {
            format: "reelgraph-account-export",
            format_version: 1,
            exported_at: now,
            account: AccountPart::of(&export.user),
            identities: export.identities.iter().map(IdentityPart::of).collect(),
            sessions: export.sessions.iter().map(SessionPart::of).collect(),
            api_keys: export.api_keys.iter().map(ApiKeyPart::of).collect(),
            audit: export
                .audit
                .iter()
                .map(|entry| AuditPart::of(entry, owner))
                .collect(),
        }
    }
}

impl<'a> AccountPart<'a> {
    fn of(user: &'a User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_ref().map(EmailAddress::as_str),
            email_verified: user.email_verified,
            has_password: user.password.is_some(),
            role: user.role.as_str(),
            disabled_at: user.disabled_at,
            created_at: user.stamp.created_at,
            updated_at: user.stamp.updated_at,
        }
    }
}

impl<'a> IdentityPart<'a> {
    fn of(identity: &'a Identity) -> Self {
        Self {
            provider: &identity.provider,
            subject: &identity.subject,
            created_at: identity.created_at,
            updated_at: identity.updated_at,
        }
    }
}

impl<'a> SessionPart<'a> {
    fn of(session: &'a Session) -> Self {
        Self {
            id: session.id.to_string(),
            profile: session.profile.to_string(),
            via: &session.via,
            device: session.device.as_deref(),
            address: session.address,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            ends_at: session.ends_at,
        }
    }
}

impl<'a> ApiKeyPart<'a> {
    fn of(key: &'a ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: &key.name,
            scopes: &key.scopes,
            last_used_at: key.last_used_at,
            created_at: key.created_at,
            updated_at: key.updated_at,
        }
    }
}

impl<'a> AuditPart<'a> {
    /// Who else did something is told by what they are, not by who they are.
    fn of(entry: &'a AuditEntry, owner: UserId) -> Self {
        Self {
            at: entry.at,
            action: entry.action.as_str(),
            by: match entry.actor {
                Actor::Nobody => "somebody",
                Actor::Operator => "operator",
                Actor::Provider => "provider",
                Actor::User(user) if user == owner => "owner",
                Actor::User(_) => "admin",
            },
            address: entry.address,
            detail: entry.detail.as_deref(),
        }
    }
}

impl<'a> ProfilePart<'a> {
    pub(super) fn of(profile: &'a Profile) -> Self {
        Self {
            id: profile.id.to_string(),
            name: &profile.name,
            max_age: profile.max_age,
            language: profile.language.as_deref(),
            has_pin: profile.pin.is_some(),
            created_at: profile.stamp.created_at,
            updated_at: profile.stamp.updated_at,
        }
    }
}

impl Names {
    pub(super) fn title(&self, sum: &WatchedTitle) -> TitlePart<'_> {
        TitlePart {
            title: self.named(sum.title),
            liked: sum.liked,
            liked_at: sum.liked_at,
            plays: sum.plays,
            completions: sum.completions,
            seconds: sum.seconds,
            first_at: sum.first_at,
            last_at: sum.last_at,
            weight: sum.weight,
            created_at: sum.stamp.created_at,
            updated_at: sum.stamp.updated_at,
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
            last_played_at: state.last_played_at,
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
            sections: play.sections.iter().map(SectionPart::of).collect(),
            created_at: play.stamp.created_at,
            updated_at: play.stamp.updated_at,
        }
    }

    pub(super) fn hidden(&self, hidden: &HiddenTitle) -> HiddenPart<'_> {
        HiddenPart {
            title: self.named(hidden.title),
            created_at: hidden.stamp.created_at,
            updated_at: hidden.stamp.updated_at,
        }
    }

    pub(super) fn mute(&self, mute: &Mute) -> MutePart<'_> {
        let (kind, id) = mute.source.key();
        let (slug, name) = match mute.source {
            MutedSource::Genre(id) => {
                let genre = self.genres.get(&id);
                genre.map(|genre| (genre.slug.as_str(), genre.name.as_str()))
            }
            MutedSource::Person(id) => {
                let person = self.people.get(&id);
                person.map(|person| (person.slug.as_str(), person.name.as_str()))
            }
        }
        .unzip();
        MutePart {
            source: Named {
                id: id.to_string(),
                slug,
                name,
                kind: Some(kind),
            },
            created_at: mute.stamp.created_at,
            updated_at: mute.stamp.updated_at,
        }
    }

    fn item(&self, item: WatchedItem, title: TitleId) -> Item<'_> {
        let episode = match item {
            WatchedItem::Episode(id) => Some(self.episode(id)),
            WatchedItem::Film(_) | WatchedItem::Series(_) => None,
        };
        Item {
            title: self.named(title),
            episode,
        }
    }

    fn named(&self, id: TitleId) -> Named<'_> {
        let title = self.titles.get(&id);
        Named {
            id: id.to_string(),
            slug: title.map(|title| title.slug.as_str()),
            name: title.map(|title| title.name.as_str()),
            kind: title.map(|title| match title.kind {
                TitleKind::Film => "film",
                TitleKind::Series => "series",
            }),
        }
    }

    fn episode(&self, id: EpisodeId) -> EpisodePart<'_> {
        let episode = self.episodes.get(&id);
        EpisodePart {
            id: id.to_string(),
            season: episode.map(|episode| episode.season),
            number: episode.map(|episode| episode.number),
            name: episode.and_then(|episode| episode.name.as_deref()),
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
