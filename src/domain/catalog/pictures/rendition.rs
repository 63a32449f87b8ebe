//! What is made of a picture that is kept: it is scaled to one of a few widths and written in one of a few formats.

use super::kind::WIDTHS;
use super::stored::{PictureHash, StoredPicture};
use crate::domain::blobs::BlobKey;

/// No side of what is made is longer, in pixels: that of a screen of four thousand.
const LONGEST: u32 = 3_840;
/// Where what was made is kept.
pub(in crate::domain::catalog) const FOLDER_OF_RENDITIONS: &str = "renditions";
/// Whoever changes how pictures are scaled or written makes it one more, so that what was made before is not shown, by no
/// browser either: addresses say it.
pub(super) const MAKER: u32 = 2;

/// A picture as it is shown: how large, and in which format. It is never larger than the picture itself, and has its
/// proportions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rendition {
    width: u32,
    height: u32,
    format: RenditionFormat,
}

/// What pictures are shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RenditionFormat {
    /// Small, for photographs; what can be seen through becomes white.
    Jpeg,
    /// Without loss, and large.
    Png,
    /// Smaller than both, with what can be seen through.
    WebP,
}

impl Rendition {
    /// The rendition that fills a box of this width or height, in pixels, or as much of it as the picture can; as large
    /// as may be if neither is said. Its width is one of the ladder, or the picture's own.
    pub fn fitting(
        picture: &StoredPicture,
        width: Option<u32>,
        height: Option<u32>,
        format: RenditionFormat,
    ) -> Self {
        let (own_width, own_height) = (picture.width.max(1), picture.height.max(1));
        let high = height.map(|height| scaled_up(height, own_width, own_height));
        let widest = widest(picture);
        let wanted = width.into_iter().chain(high).min().unwrap_or(widest);
        let steps = WIDTHS.into_iter().filter(|step| *step < widest);
        let enough = steps.chain([widest]).find(|step| *step >= wanted);
        Self::of_width(picture, enough.unwrap_or(widest), format)
    }

    /// The rendition of exactly this width; `None` for one that [`Self::fitting`] gives nobody.
    pub fn exactly(picture: &StoredPicture, width: u32, format: RenditionFormat) -> Option<Self> {
        let widest = widest(picture);
        let is_step = width < widest && WIDTHS.contains(&width);
        (is_step || width == widest).then(|| Self::of_width(picture, width, format))
    }

    fn of_width(picture: &StoredPicture, width: u32, format: RenditionFormat) -> Self {
        let (own_width, own_height) = (picture.width.max(1), picture.height.max(1));
        let height = scaled(width, own_height, own_width).clamp(1, LONGEST);
        Self {
            width,
            height: height.min(own_height),
            format,
        }
    }

    /// Its width in pixels; at least 1.
    pub fn width(self) -> u32 {
        self.width
    }

    /// Its height in pixels; at least 1.
    pub fn height(self) -> u32 {
        self.height
    }

    /// What it is written in.
    pub fn format(self) -> RenditionFormat {
        self.format
    }

    /// What tells its bytes from those of all others, as a rendition of the picture with this hash, without reading them:
    /// letters, digits, dots and hyphens.
    pub fn tag(self, hash: &PictureHash) -> String {
        format!("{hash}-{}", self.name())
    }

    /// What it is kept under, as a rendition of the picture with this hash.
    pub(super) fn key(self, hash: &PictureHash) -> BlobKey {
        BlobKey::made(FOLDER_OF_RENDITIONS, hash, &self.name())
    }

    /// What tells it from all others of the same picture.
    fn name(self) -> String {
        let (width, extension) = (self.width, self.format.extension());
        format!("{MAKER}-{width}.{extension}")
    }
}

/// Whether what is kept under a key was made as it is not made any more, and so is shown by no server of this version.
pub(in crate::domain::catalog) fn is_outdated(key: &BlobKey) -> bool {
    let name = key.as_str().rsplit_once('/').map(|(_, name)| name);
    let maker = name.and_then(|name| name.split_once('-')).map(|it| it.0);
    let maker = maker.and_then(|maker| maker.parse::<u32>().ok());
    maker.is_some_and(|maker| maker < MAKER)
}

impl RenditionFormat {
    /// All formats that there are.
    pub const ALL: [Self; 3] = [Self::Jpeg, Self::Png, Self::WebP];

    /// How names of its files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// Its media type, as HTTP says it.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

/// The width of the largest rendition: the picture's own, unless a side is longer than what is made.
fn widest(picture: &StoredPicture) -> u32 {
    let (width, height) = (picture.width.max(1), picture.height.max(1));
    let most = scaled(LONGEST, width, height);
    width.min(LONGEST).min(most).max(1)
}

/// A length times a share, rounded.
fn scaled(length: u32, of: u32, whole: u32) -> u32 {
    let scaled = (u64::from(length) * u64::from(of) + u64::from(whole) / 2) / u64::from(whole);
    u32::try_from(scaled).unwrap_or(u32::MAX)
}

/// The same, rounded up.
fn scaled_up(length: u32, of: u32, whole: u32) -> u32 {
    let scaled = (u64::from(length) * u64::from(of)).div_ceil(u64::from(whole));
    u32::try_from(scaled).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::kind::PictureKind;
    use super::super::stored::{Colour, PictureFormat};
    use super::*;

    fn picture(width: u32, height: u32) -> StoredPicture {
        StoredPicture {
            kind: PictureKind::Poster,
            hash: PictureHash::of(b"any"),
            format: PictureFormat::Jpeg,
            width,
            height,
            blurhash: String::new(),
            colour: Colour([0; 3]),
            language: None,
        }
    }

    fn sizes(own: (u32, u32), width: Option<u32>, height: Option<u32>) -> (u32, u32) {
        let picture = picture(own.0, own.1);
        let rendition = Rendition::fitting(&picture, width, height, RenditionFormat::WebP);
        let exactly = Rendition::exactly(&picture, rendition.width(), RenditionFormat::WebP);
        assert_eq!(exactly, Some(rendition), "{own:?} {width:?} {height:?}");
        (rendition.width(), rendition.height())
    }

    #[test]
    fn a_box_is_filled_by_the_next_width_of_the_ladder_and_nothing_is_enlarged() {
        let own = (1_000, 1_500);
        for (width, height, expected) in [
            (None, None, (1_000, 1_500)),
            (Some(1), None, (92, 138)),
            (Some(342), None, (342, 513)),
            (Some(343), None, (500, 750)),
            (Some(781), None, (1_000, 1_500)),
            (Some(u32::MAX), Some(u32::MAX), (1_000, 1_500)),
            // The height decides where it makes it smaller.
            (Some(1_000), Some(450), (300, 450)),
            (None, Some(451), (342, 513)),
        ] {
            assert_eq!(sizes(own, width, height), expected, "{width:?} {height:?}");
        }
        assert_eq!(sizes((40, 40), Some(300), None), (40, 40));
    }

    #[test]
    fn no_side_is_longer_than_a_screen_nor_shorter_than_a_pixel() {
        assert_eq!(sizes((20_000, 2_000), None, None), (3_840, 384));
        assert_eq!(sizes((2_000, 20_000), None, None), (384, 3_840));
        assert_eq!(sizes((20_000, 1), Some(92), None), (92, 1));
        assert_eq!(sizes((1, 20_000), None, None), (1, 3_840));
        assert_eq!(sizes((0, 0), Some(5), Some(5)), (1, 1));
    }

    #[test]
    fn a_width_that_is_given_to_nobody_is_none() {
        let picture = picture(1_000, 1_500);
        for width in [0, 1, 343, 999, 1_001, 1_280, u32::MAX] {
            let rendition = Rendition::exactly(&picture, width, RenditionFormat::Png);
            assert_eq!(rendition, None, "{width}");
        }
    }

    #[test]
    fn each_rendition_has_a_key_of_its_own() {
        let picture = picture(1_000, 1_500);
        let key = |width, format| {
            let rendition = Rendition::fitting(&picture, Some(width), None, format);
            rendition.key(&picture.hash)
        };

        let keys = [
            key(342, RenditionFormat::WebP),
            key(342, RenditionFormat::Jpeg),
            key(500, RenditionFormat::Jpeg),
        ];

        let hash = picture.hash.to_string();
        let (folder, all) = (&hash[..2], &hash);
        let jpeg = Rendition::fitting(&picture, Some(342), None, RenditionFormat::Jpeg);
        assert_eq!(jpeg.tag(&picture.hash), format!("{hash}-2-342.jpg"));
        assert_eq!(
            keys.map(|key| key.as_str().to_owned()),
            ["2-342.webp", "2-342.jpg", "2-500.jpg"]
                .map(|name| format!("renditions/{folder}/{all}/{name}"))
        );
    }

    #[test]
    fn what_was_made_otherwise_is_outdated() {
        let hash = picture(1, 1).hash;
        let is_old = |name: &str| {
            let key = BlobKey::made(FOLDER_OF_RENDITIONS, &hash, name);
            is_outdated(&key)
        };

        let outdated = ["1-342.webp", "2-342.webp", "3-342.webp"].map(is_old);

        assert_eq!(outdated, [true, false, false]);
    }
}
