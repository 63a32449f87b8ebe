//! Pictures of titles, episodes, people and collections, as the schema shows them: those that were given, else drawn ones.

use async_graphql::{Context, Enum, ID, Object};

use super::genre::Genre;
use crate::domain::catalog::{
    self, Colour, KeptPicture, Picture, PictureAddress, PictureKind, PictureSubject, Rendition,
    RenditionFormat, StoredAddress, StoredPicture, in_order_of_languages,
};
use crate::domain::error::{Bounds, ErrorCode};
use crate::domain::language::LanguageTag;
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::language::wanted;
use crate::graphql::scalars::Url;

/// The largest side of a box, in pixels; no screen has more.
const LARGEST: u32 = 10_000;
/// What a picture that was given is shown in if nobody says: it is small, and keeps what can be seen through.
const USUAL: RenditionFormat = RenditionFormat::WebP;

/// What a picture is for, which says its proportions, or about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "PictureKind")]
pub(crate) enum ImageKind {
    /// Upright, 2 by 3, with the name of a film or series on it: for lists.
    Poster,
    /// Wide, 16 by 9, of a film or series: it has no words on it, and stands behind others.
    Backdrop,
    /// The name of a film or series as it is drawn, on nothing: to be laid over a backdrop. Never drawn by the site.
    Logo,
    /// Very wide, with the name of a film or series on it: for the head of a list. Never drawn by the site.
    Banner,
    /// Wide, 16 by 9, with the name of a film or series on it: for lists of wide pictures. Never drawn by the site.
    Thumb,
    /// Wide, 16 by 9, of an episode; one that is drawn has its name on it.
    Still,
    /// Upright, 2 by 3, of a person. Never drawn by the site.
    Portrait,
}

/// What a picture that was given is shown in. A drawing is SVG, whatever is asked.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "RenditionFormat")]
pub(crate) enum ImageFormat {
    /// For whoever reads nothing newer: what can be seen through becomes white.
    Jpeg,
    /// Without loss, and large.
    Png,
    /// Small, with what can be seen through; every browser of today reads it.
    #[graphql(name = "WEBP")]
    WebP,
}

/// A picture that is there to be shown.
pub(crate) enum Image {
    /// One that was given, with what it is of.
    Stored(PictureSubject, StoredPicture),
    /// One that is drawn where none was given.
    Drawn(Drawn),
}

/// What is known of a drawing before it is drawn.
pub(crate) struct Drawn {
    kind: PictureKind,
    address: PictureAddress,
    has_words: bool,
    color: Colour,
    blurhash: String,
}

/// A picture of a film, a series, an episode, a person or a collection.
#[Object]
impl Image {
    /// What it is for, which says its proportions, or about.
    async fn kind(&self) -> ImageKind {
        self.what_for()
    }

    /// By which `removePicture`, `setPictures` and `addPicture` name it: a hash of its bytes as they were given. Null of a
    /// drawing.
    async fn picture_id(&self) -> Option<ID> {
        match self {
            Self::Stored(_, picture) => Some(ID(picture.hash.to_string())),
            Self::Drawn(_) => None,
        }
    }

    /// Where it lies. The address is that of this very picture: whatever is there may be kept for good, and a picture that
    /// looks otherwise has another. Null only beside an error.
    #[expect(
        clippy::unused_async,
        reason = "resolvers are async, also those that may fail and wait for nothing"
    )]
    async fn url(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The width of the box that it is shown in, in pixels, 1 to 10000; it then is so wide, or a little wider: 92, 154, 185, 300, 342, 500, 780, 1280 or 1920. A picture that was given is never made larger than it is. As large as may be if neither side is given."
        )]
        width: Option<i32>,
        #[graphql(
            desc = "The height of the box, in pixels, 1 to 10000; beside `width`, whichever makes it smaller counts."
        )]
        height: Option<i32>,
        #[graphql(
            desc = "What a picture that was given is shown in; WEBP if left out. A drawing is SVG, whatever is asked."
        )]
        format: Option<ImageFormat>,
    ) -> Result<Option<Url>> {
        let (width, height) = (side("width", width)?, side("height", height)?);
        let accounts = &ctx.services().accounts;
        let url = match self {
            Self::Stored(subject, picture) => {
                let format = format.map_or(USUAL, RenditionFormat::from);
                let rendition = Rendition::fitting(picture, width, height, format);
                let address = StoredAddress::of(*subject, picture, rendition);
                let mut url = accounts.address(&address.path());
                url.set_query(Some(&StoredAddress::query()));
                url
            }
            Self::Drawn(drawn) => {
                let address = PictureAddress {
                    width: drawn.kind.width_for(width, height),
                    ..drawn.address.clone()
                };
                accounts.address(&address.path())
            }
        };
        Ok(Some(Url(url.into())))
    }

    /// Its own width in pixels. A drawing is sharp at any size.
    async fn width(&self) -> u32 {
        match self {
            Self::Stored(_, picture) => picture.width,
            Self::Drawn(drawn) => drawn.kind.size().0,
        }
    }

    /// Its own height in pixels.
    async fn height(&self) -> u32 {
        match self {
            Self::Stored(_, picture) => picture.height,
            Self::Drawn(drawn) => drawn.kind.size().1,
        }
    }

    /// The colour to show until it is there, as `#rrggbb`.
    async fn dominant_color(&self) -> String {
        let color = match self {
            Self::Stored(_, picture) => picture.colour,
            Self::Drawn(drawn) => drawn.color,
        };
        color.to_string()
    }

    /// A blurred picture of a few colours to show until it is there, as `BlurHash` writes it (blurha.sh), in some 8 to 40
    /// characters. That of a drawing is its ground alone.
    async fn blurhash(&self) -> &str {
        match self {
            Self::Stored(_, picture) => &picture.blurhash,
            Self::Drawn(drawn) => &drawn.blurhash,
        }
    }

    /// The language of what is written on it, as a BCP 47 tag; null if it has no words, or nobody said.
    async fn language(&self) -> Option<&str> {
        match self {
            Self::Stored(_, picture) => picture.language.as_ref().map(LanguageTag::as_str),
            Self::Drawn(drawn) => drawn.has_words.then(|| drawn.address.language.as_str()),
        }
    }

    /// The media type of what lies at `url` if that is asked for without a format: `image/svg+xml` for a drawing, else
    /// `image/webp`.
    async fn media_type(&self) -> &str {
        match self {
            Self::Stored(..) => USUAL.media_type(),
            Self::Drawn(_) => "image/svg+xml",
        }
    }

    /// Whether it was drawn from name, year and genres, because nobody has given a picture of this kind.
    async fn is_generated(&self) -> bool {
        matches!(self, Self::Drawn(_))
    }
}

impl Image {
    fn what_for(&self) -> ImageKind {
        match self {
            Self::Stored(_, picture) => picture.kind.into(),
            Self::Drawn(drawn) => drawn.kind.into(),
        }
    }
}

impl From<Picture<'_>> for Image {
    fn from(picture: Picture<'_>) -> Self {
        Self::Drawn(Drawn {
            kind: picture.kind(),
            has_words: picture.language().is_some(),
            color: picture.dominant_color(),
            blurhash: picture.blurhash(),
            address: picture.address(None),
        })
    }
}

/// The pictures of a title of these genres.
pub(super) fn of_title(
    ctx: &Context<'_>,
    title: &catalog::Title,
    genres: &[Genre],
    kinds: Option<&[ImageKind]>,
    language: Option<&str>,
) -> Result<Vec<Image>> {
    let wanted = wanted(ctx, language)?;
    let genres = names(genres);
    let subject = PictureSubject::Title(title.id);
    Ok(of_kinds(kinds, subject, &title.pictures, &wanted, |kind| {
        let wanted = wanted.iter().copied();
        match kind {
            PictureKind::Poster => Some(Picture::poster(title, &genres, wanted)),
            PictureKind::Backdrop => Some(Picture::backdrop(title, &genres)),
            PictureKind::Logo
            | PictureKind::Banner
            | PictureKind::Thumb
            | PictureKind::Still
            | PictureKind::Portrait => None,
        }
    }))
}

/// The pictures of a season of a series of these genres: its own, and where it has no poster those of the series.
pub(super) fn of_season(
    ctx: &Context<'_>,
    number: u32,
    (series, genres): (&catalog::Title, &[Genre]),
    kinds: Option<&[ImageKind]>,
    language: Option<&str>,
) -> Result<Vec<Image>> {
    let own = series.pictures_of_season(number).unwrap_or_default();
    let has_poster = own
        .iter()
        .any(|kept| kept.picture.kind == PictureKind::Poster);
    let mut images = Vec::new();
    if !has_poster && is_wanted(kinds, ImageKind::Poster) {
        images = of_title(ctx, series, genres, Some(&[ImageKind::Poster]), language)?;
    }
    let wanted = wanted(ctx, language)?;
    let subject = PictureSubject::Title(series.id);
    images.extend(of_kinds(kinds, subject, own, &wanted, |_| None));
    Ok(images)
}

/// The pictures of an episode of a series of these genres.
pub(super) fn of_episode(
    ctx: &Context<'_>,
    episode: &catalog::Episode,
    (series, genres): (&catalog::Title, &[Genre]),
    kinds: Option<&[ImageKind]>,
    language: Option<&str>,
) -> Result<Vec<Image>> {
    let wanted = wanted(ctx, language)?;
    let genres = names(genres);
    let subject = PictureSubject::Episode(episode.id);
    let pictures = &episode.pictures;
    Ok(of_kinds(kinds, subject, pictures, &wanted, |kind| {
        let is_still = kind == PictureKind::Still;
        is_still.then(|| Picture::still(series, &genres, episode, wanted.iter().copied()))
    }))
}

/// The pictures of somebody, of whom none is drawn.
pub(super) fn of_person(
    ctx: &Context<'_>,
    person: &catalog::Person,
    kinds: Option<&[ImageKind]>,
    language: Option<&str>,
) -> Result<Vec<Image>> {
    let wanted = wanted(ctx, language)?;
    let subject = PictureSubject::Person(person.id);
    let pictures = &person.pictures;
    Ok(of_kinds(kinds, subject, pictures, &wanted, |_| None))
}

/// The pictures of a collection; a poster is drawn where none was given.
pub(super) fn of_collection(
    ctx: &Context<'_>,
    collection: &catalog::Collection,
    kinds: Option<&[ImageKind]>,
    language: Option<&str>,
) -> Result<Vec<Image>> {
    let wanted = wanted(ctx, language)?;
    let subject = PictureSubject::Collection(collection.id);
    let pictures = &collection.pictures;
    Ok(of_kinds(kinds, subject, pictures, &wanted, |kind| {
        let is_poster = kind == PictureKind::Poster;
        is_poster.then(|| Picture::of_collection(collection))
    }))
}

/// The pictures of these kinds, or all: those that were given, and where there is none of a kind the one that is drawn.
fn of_kinds<'a>(
    kinds: Option<&[ImageKind]>,
    subject: PictureSubject,
    given: &[KeptPicture],
    wanted: &[LanguageTag],
    draw: impl Fn(PictureKind) -> Option<Picture<'a>>,
) -> Vec<Image> {
    let mut images = Vec::new();
    for kind in PictureKind::ALL {
        if !is_wanted(kinds, kind.into()) {
            continue;
        }
        let given = given.iter().map(|kept| &kept.picture);
        let given = given.filter(|picture| picture.kind == kind);
        let given = in_order_of_languages(given, wanted);
        if given.is_empty() {
            images.extend(draw(kind).map(Image::from));
        }
        let given = given.into_iter().cloned();
        images.extend(given.map(|picture| Image::Stored(subject, picture)));
    }
    images
}

/// Of pictures in the order of their kinds, the first of the first of these kinds that there is one of; of any if none is
/// named.
pub(super) fn first_of(images: Vec<Image>, kinds: &[ImageKind]) -> Option<Image> {
    let place = |image: &Image| kinds.iter().position(|kind| *kind == image.what_for());
    images.into_iter().min_by_key(place)
}

fn names(genres: &[Genre]) -> Vec<&str> {
    genres.iter().map(|genre| genre.0.name.as_str()).collect()
}

fn is_wanted(kinds: Option<&[ImageKind]>, kind: ImageKind) -> bool {
    let kinds = kinds.filter(|kinds| !kinds.is_empty());
    kinds.is_none_or(|kinds| kinds.contains(&kind))
}

fn side(argument: &'static str, given: Option<i32>) -> Result<Option<u32>> {
    let Some(given) = given else {
        return Ok(None);
    };
    let side = u32::try_from(given).ok();
    let side = side.filter(|side| (1..=LARGEST).contains(side));
    side.map(Some).ok_or_else(|| {
        let message = format!("`{argument}` must be 1 to {LARGEST}");
        ApiError::argument(ErrorCode::OutOfRange, argument, message)
            .within(Bounds::between(1, LARGEST as usize))
    })
}
