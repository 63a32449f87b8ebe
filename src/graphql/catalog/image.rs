//! Pictures of titles and episodes, as the schema shows them.

use async_graphql::{Context, Enum, Object};

use super::genre::Genre;
use crate::domain::catalog::{self, Picture, PictureAddress, PictureKind};
use crate::domain::error::{Bounds, ErrorCode};
use crate::graphql::context::ContextExt;
use crate::graphql::error::{ApiError, Result};
use crate::graphql::language::wanted;
use crate::graphql::scalars::Url;

/// The largest side of a box, in pixels; no screen has more.
const LARGEST: u32 = 10_000;

/// What a picture is for, which says its proportions.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "PictureKind")]
pub(crate) enum ImageKind {
    /// Upright, 2 by 3, with the name of a film or series on it: for lists.
    Poster,
    /// Wide, 16 by 9, of a film or series: it has no words on it, and stands behind others.
    Backdrop,
    /// Wide, 16 by 9, with the name of an episode on it.
    Still,
}

/// A picture that is there to be shown.
pub(crate) struct Image {
    kind: PictureKind,
    address: PictureAddress,
    has_words: bool,
    color: String,
    media_type: &'static str,
    is_generated: bool,
}

/// A picture of a film, a series or an episode.
#[Object]
impl Image {
    /// What it is for, which says its proportions.
    async fn kind(&self) -> ImageKind {
        self.kind.into()
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
            desc = "The width of the box that it is shown in, in pixels, 1 to 10000; it then says of itself that it is so wide, or a little wider: 92, 154, 185, 300, 342, 500, 780, 1280 or 1920. `width` if neither side is given."
        )]
        width: Option<i32>,
        #[graphql(
            desc = "The height of the box, in pixels, 1 to 10000; beside `width`, whichever makes it smaller counts."
        )]
        height: Option<i32>,
    ) -> Result<Option<Url>> {
        let (width, height) = (side("width", width)?, side("height", height)?);
        let address = PictureAddress {
            width: self.kind.width_for(width, height),
            ..self.address.clone()
        };
        let url = ctx.services().accounts.address(&address.path());
        Ok(Some(Url(url.into())))
    }

    /// Its own width in pixels. A drawing is sharp at any size.
    async fn width(&self) -> u32 {
        self.kind.size().0
    }

    /// Its own height in pixels.
    async fn height(&self) -> u32 {
        self.kind.size().1
    }

    /// The colour to show until it is there, as `#rrggbb`.
    async fn dominant_color(&self) -> &str {
        &self.color
    }

    /// The language of the name on it, as a BCP 47 tag; null if it has no words.
    async fn language(&self) -> Option<&str> {
        self.has_words.then(|| self.address.language.as_str())
    }

    /// The media type of what lies at `url`: `image/svg+xml` for a drawing.
    async fn media_type(&self) -> &str {
        self.media_type
    }

    /// Whether it was drawn from name, year and genres, because nobody has given a picture of this kind.
    async fn is_generated(&self) -> bool {
        self.is_generated
    }
}

impl From<Picture<'_>> for Image {
    fn from(picture: Picture<'_>) -> Self {
        Self {
            kind: picture.kind(),
            has_words: picture.language().is_some(),
            color: picture.dominant_color(),
            address: picture.address(None),
            media_type: "image/svg+xml",
            is_generated: true,
        }
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
    let mut images = Vec::new();
    if is_wanted(kinds, ImageKind::Poster) {
        images.push(Picture::poster(title, &genres, wanted).into());
    }
    if is_wanted(kinds, ImageKind::Backdrop) {
        images.push(Picture::backdrop(title, &genres).into());
    }
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
    if !is_wanted(kinds, ImageKind::Still) {
        return Ok(Vec::new());
    }
    let still = Picture::still(series, &names(genres), episode, wanted);
    Ok(vec![still.into()])
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
