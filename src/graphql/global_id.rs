//! Global ids: opaque to clients, and telling us what kind of thing they name.

use async_graphql::ID;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::domain::catalog::{SeasonId, Title, TitleKind};
use crate::domain::ids::{
    ApiKeyId, CollectionId, CommentId, EpisodeId, GenreId, ImportId, JobId, MediaFileId, PersonId,
    PlayId, ProfileId, RevisionId, SessionId, SiteJobId, TitleId, UploadId, UserId,
};
use crate::domain::recommend::{ReasonSource, RowKind};
use crate::domain::watching::WatchedItem;

/// What a global id names. As text: base64url, without padding, of the type's name, a colon and the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum GlobalId {
    Film(TitleId),
    Series(TitleId),
    Season(SeasonId),
    Episode(EpisodeId),
    Person(PersonId),
    Genre(GenreId),
    Collection(CollectionId),
    Profile(ProfileId),
    User(UserId),
    Session(SessionId),
    ApiKey(ApiKeyId),
    Play(PlayId),
    /// Whoever is logged in with this profile.
    Viewer(ProfileId),
    /// How a profile, or nobody, stands with a film or an episode.
    WatchState(Option<ProfileId>, WatchedItem),
    RecommendationRow(RowId),
    Import(ImportId),
    /// A row of an import, by its number.
    ImportRow(ImportId, u32),
    Job(JobId),
    /// A change of the catalogue.
    Revision(RevisionId),
    MediaFile(MediaFileId),
    /// A load or a scan.
    SiteJob(SiteJobId),
    /// A file that is uploaded.
    Upload(UploadId),
    Comment(CommentId),
}

/// What tells a row from the others of the page that is made for a profile, or for everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RowId {
    pub(crate) profile: Option<ProfileId>,
    pub(crate) kind: RowKind,
    pub(crate) seed: Option<ReasonSource>,
}

/// Nobody, in the place of a profile; nothing, in that of what a row is about.
const NONE: &str = "-";

/// The sorts of rows as ids have them, which stay the same.
const ROW_KINDS: [(RowKind, &str); 10] = [
    (RowKind::BecauseYouWatched, "because-you-watched"),
    (RowKind::BecauseYouLiked, "because-you-liked"),
    (RowKind::SameDirector, "same-director"),
    (RowKind::SameActor, "same-actor"),
    (RowKind::GenreYouWatch, "genre-you-watch"),
    (
        RowKind::WatchedBySimilarViewers,
        "watched-by-similar-viewers",
    ),
    (RowKind::Trending, "trending"),
    (RowKind::New, "new"),
    (RowKind::Rewatch, "rewatch"),
    (RowKind::Popular, "popular"),
];

impl GlobalId {
    /// The id of a film or series.
    pub(crate) fn of_title(title: &Title) -> Self {
        Self::of_kind(title.kind, title.id)
    }

    /// The id of a title of this kind.
    pub(crate) fn of_kind(kind: TitleKind, id: TitleId) -> Self {
        match kind {
            TitleKind::Film => Self::Film(id),
            TitleKind::Series => Self::Series(id),
        }
    }

    /// The id as clients hold it.
    pub(crate) fn encode(self) -> ID {
        let text = match self {
            Self::Film(id) => format!("Film:{id}"),
            Self::Series(id) => format!("Series:{id}"),
            Self::Season(id) => format!("Season:{}:{}", id.series, id.number),
            Self::Episode(id) => format!("Episode:{id}"),
            Self::Person(id) => format!("Person:{id}"),
            Self::Genre(id) => format!("Genre:{id}"),
            Self::Collection(id) => format!("Collection:{id}"),
            Self::Profile(id) => format!("Profile:{id}"),
            Self::User(id) => format!("User:{id}"),
            Self::Session(id) => format!("Session:{id}"),
            Self::ApiKey(id) => format!("ApiKey:{id}"),
            Self::Play(id) => format!("Play:{id}"),
            Self::Viewer(id) => format!("Viewer:{id}"),
            Self::WatchState(profile, item) => {
                let (profile, (kind, id)) = (of(profile), item.key());
                format!("WatchState:{profile}:{kind}:{id}")
            }
            Self::RecommendationRow(id) => format!("RecommendationRow:{}", id.text()),
            Self::Import(id) => format!("Import:{id}"),
            Self::ImportRow(import, number) => format!("ImportRow:{import}:{number}"),
            Self::Job(id) => format!("Job:{id}"),
            Self::Revision(id) => format!("Revision:{id}"),
            Self::MediaFile(id) => format!("MediaFile:{id}"),
            Self::SiteJob(id) => format!("SiteJob:{id}"),
            Self::Upload(id) => format!("Upload:{id}"),
            Self::Comment(id) => format!("Comment:{id}"),
        };
        ID(URL_SAFE_NO_PAD.encode(text))
    }

    /// What a client's id names; `None` for a text that we never gave out, such as another spelling of the same id.
    pub(crate) fn decode(id: &ID) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(id.as_bytes()).ok()?;
        let (kind, rest) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
        let decoded = match kind {
            "Film" => Self::Film(TitleId(number(rest)?)),
            "Series" => Self::Series(TitleId(number(rest)?)),
            "Season" => {
                let (series, season) = rest.split_once(':')?;
                Self::Season(SeasonId {
                    series: TitleId(number(series)?),
                    number: season.parse().ok()?,
                })
            }
            "Episode" => Self::Episode(EpisodeId(number(rest)?)),
            "Person" => Self::Person(PersonId(number(rest)?)),
            "Genre" => Self::Genre(GenreId(number(rest)?)),
            "Collection" => Self::Collection(CollectionId(number(rest)?)),
            "Profile" => Self::Profile(ProfileId(number(rest)?)),
            "User" => Self::User(UserId(number(rest)?)),
            "Session" => Self::Session(SessionId(number(rest)?)),
            "ApiKey" => Self::ApiKey(ApiKeyId(number(rest)?)),
            "Play" => Self::Play(PlayId(Uuid::try_parse(rest).ok()?)),
            "Viewer" => Self::Viewer(ProfileId(number(rest)?)),
            "WatchState" => {
                let (profile, item) = rest.split_once(':')?;
                let profile = whose(profile)?;
                let (kind, id) = item.split_once(':')?;
                let id = i64::try_from(number(id)?).ok()?;
                Self::WatchState(profile, WatchedItem::from_key(kind, id)?)
            }
            "RecommendationRow" => Self::RecommendationRow(RowId::parse(rest)?),
            "Import" => Self::Import(ImportId(Uuid::try_parse(rest).ok()?)),
            "ImportRow" => {
                let (import, number) = rest.split_once(':')?;
                let import = ImportId(Uuid::try_parse(import).ok()?);
                Self::ImportRow(import, number.parse().ok()?)
            }
            "Job" => Self::Job(JobId(Uuid::try_parse(rest).ok()?)),
            "Revision" => Self::Revision(RevisionId(number(rest)?)),
            "MediaFile" => Self::MediaFile(MediaFileId(Uuid::try_parse(rest).ok()?)),
            "SiteJob" => Self::SiteJob(SiteJobId::parse(rest)?),
            "Upload" => Self::Upload(UploadId::parse(rest)?),
            "Comment" => Self::Comment(CommentId(number(rest)?)),
            _ => return None,
        };
        (decoded.encode() == *id).then_some(decoded)
    }
}

impl RowId {
    fn text(self) -> String {
        let kind = ROW_KINDS.iter().find(|(kind, _)| *kind == self.kind);
        let kind = kind.map_or(NONE, |(_, name)| *name);
        let seed = match self.seed {
            None => NONE.to_owned(),
            Some(ReasonSource::Title(id)) => format!("title:{id}"),
            Some(ReasonSource::Person(id)) => format!("person:{id}"),
            Some(ReasonSource::Genre(id)) => format!("genre:{id}"),
            Some(ReasonSource::Collection(id)) => format!("collection:{id}"),
        };
        format!("{}:{kind}:{seed}", of(self.profile))
    }

    fn parse(text: &str) -> Option<Self> {
        let (profile, rest) = text.split_once(':')?;
        let (kind, seed) = rest.split_once(':')?;
        let seed = match seed {
            NONE => None,
            seed => {
                let (of, id) = seed.split_once(':')?;
                let id = number(id)?;
                Some(match of {
                    "title" => ReasonSource::Title(TitleId(id)),
                    "person" => ReasonSource::Person(PersonId(id)),
                    "genre" => ReasonSource::Genre(GenreId(id)),
                    "collection" => ReasonSource::Collection(CollectionId(id)),
                    _ => return None,
                })
            }
        };
        let kind = ROW_KINDS.iter().find(|(_, name)| *name == kind)?.0;
        Some(Self {
            profile: whose(profile)?,
            kind,
            seed,
        })
    }
}

/// A profile, or nobody.
fn of(profile: Option<ProfileId>) -> String {
    profile.map_or_else(|| NONE.to_owned(), |profile| profile.to_string())
}

/// The same as it is read.
#[expect(
    clippy::option_option,
    reason = "nobody is not the same as a text that says nothing"
)]
fn whose(text: &str) -> Option<Option<ProfileId>> {
    match text {
        NONE => Some(None),
        profile => Some(Some(ProfileId(number(profile)?))),
    }
}

/// Ids have 63 bits.
fn number(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|id| id >> 63 == 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_says_what_it_names() {
        assert_eq!(
            GlobalId::Film(TitleId(123)).encode(),
            ID("RmlsbToxMjM".into())
        );
        assert_eq!(
            GlobalId::decode(&"RmlsbToxMjM".into()),
            Some(GlobalId::Film(TitleId(123)))
        );
    }

    #[test]
    fn what_we_never_gave_out_names_nothing() {
        for text in [
            "Film:+123",
            "Film:0123",
            "Film:9223372036854775808",
            "Film:",
            "film:123",
            "Season:1",
            "Season:1:-1",
            "Play:1",
            "Remark:1",
            "Viewer:-",
            "WatchState:film:1",
            "WatchState:1:person:1",
            "WatchState:--:film:1",
            "RecommendationRow:1:unheard-of:-",
            "RecommendationRow:1:popular:genre",
            "RecommendationRow:1:popular",
            "",
        ] {
            assert_eq!(
                GlobalId::decode(&URL_SAFE_NO_PAD.encode(text).into()),
                None,
                "{text}"
            );
        }
        for text in ["", "RmlsbToxMjM=", "Film:123", "💥"] {
            assert_eq!(GlobalId::decode(&text.into()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn decoding_is_the_inverse_of_encoding(id in 0..1_u64 << 63, season: u32, play: u128) {
            for id in [
                GlobalId::Series(TitleId(id)),
                GlobalId::Season(SeasonId { series: TitleId(id), number: season }),
                GlobalId::Collection(CollectionId(id)),
                GlobalId::Session(SessionId(id)),
                GlobalId::Play(PlayId(Uuid::from_u128(play))),
                GlobalId::Viewer(ProfileId(id)),
                GlobalId::Import(ImportId(Uuid::from_u128(play))),
                GlobalId::ImportRow(ImportId(Uuid::from_u128(play)), season),
                GlobalId::Job(JobId(Uuid::from_u128(play))),
                GlobalId::Revision(RevisionId(id)),
                GlobalId::MediaFile(MediaFileId(Uuid::from_u128(play))),
                GlobalId::SiteJob(SiteJobId(Uuid::from_u128(play))),
                GlobalId::Upload(UploadId(Uuid::from_u128(play))),
                GlobalId::Comment(CommentId(id)),
                GlobalId::WatchState(None, WatchedItem::Film(TitleId(id))),
                GlobalId::WatchState(Some(ProfileId(id)), WatchedItem::Episode(EpisodeId(id))),
            ] {
                prop_assert_eq!(GlobalId::decode(&id.encode()), Some(id));
            }
            for (kind, _) in ROW_KINDS {
                for seed in [
                    None,
                    Some(ReasonSource::Title(TitleId(id))),
                    Some(ReasonSource::Person(PersonId(id))),
                    Some(ReasonSource::Genre(GenreId(id))),
                    Some(ReasonSource::Collection(CollectionId(id))),
                ] {
                    for profile in [None, Some(ProfileId(id))] {
                        let row = GlobalId::RecommendationRow(RowId { profile, kind, seed });
                        prop_assert_eq!(GlobalId::decode(&row.encode()), Some(row));
                    }
                }
            }
        }
    }
}
