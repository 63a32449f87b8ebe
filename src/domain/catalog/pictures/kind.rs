//! What pictures are for, and how large they are.

use serde::{Deserialize, Serialize};

/// The widths that a picture is shown with, in pixels: few, so that caches keep few.
pub(super) const WIDTHS: [u32; 9] = [92, 154, 185, 300, 342, 500, 780, 1280, 1920];

/// What a picture is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureKind {
    /// Upright, with the name of a title on it.
    Poster,
    /// Wide, without words, to stand behind others.
    Backdrop,
    /// The name of a title as it is drawn, on nothing.
    Logo,
    /// Very wide, with the name of a title on it.
    Banner,
    /// Wide, with the name of a title on it.
    Thumb,
    /// Wide, with the name of an episode on it if it is drawn.
    Still,
    /// Upright, of a person.
    Portrait,
}

impl PictureKind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Poster,
        Self::Backdrop,
        Self::Logo,
        Self::Banner,
        Self::Thumb,
        Self::Still,
        Self::Portrait,
    ];

    /// The width and height that it is drawn in, or would be.
    pub fn size(self) -> (u32, u32) {
        match self {
            Self::Poster | Self::Portrait => (600, 900),
            Self::Backdrop | Self::Thumb | Self::Still => (1280, 720),
            Self::Logo => (800, 310),
            Self::Banner => (1000, 185),
        }
    }

    /// Its name in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Poster => "poster",
            Self::Backdrop => "backdrop",
            Self::Logo => "logo",
            Self::Banner => "banner",
            Self::Thumb => "thumb",
            Self::Still => "still",
            Self::Portrait => "portrait",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.as_str() == name)
    }

    /// Which width of the ladder fills a box of this width or height, in pixels, or as much of it as a picture of these
    /// proportions can; `None`, its own width, if neither is said.
    pub fn width_for(self, width: Option<u32>, height: Option<u32>) -> Option<u32> {
        let (own_width, own_height) = self.size();
        let high = height.map(|height| height.saturating_mul(own_width).div_ceil(own_height));
        let wanted = width.into_iter().chain(high).min()?;
        let [.., widest] = WIDTHS;
        let enough = WIDTHS.into_iter().find(|width| *width >= wanted);
        Some(enough.unwrap_or(widest))
    }

    /// The height that goes with a width.
    pub(super) fn shown(self, width: Option<u32>) -> (u32, u32) {
        let (own_width, own_height) = self.size();
        let width = width.unwrap_or(own_width);
        let height = (width.saturating_mul(own_height) + own_width / 2) / own_width;
        (width, height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_filled_by_the_next_width_of_the_ladder() {
        for (width, height, expected) in [
            (None, None, None),
            (Some(1), None, Some(92)),
            (Some(342), None, Some(342)),
            (Some(343), None, Some(500)),
            (Some(1_921), None, Some(1_920)),
            (Some(u32::MAX), Some(u32::MAX), Some(1_920)),
            // It is half as wide again as it is high, so the height decides.
            (Some(1_000), Some(450), Some(300)),
            (Some(154), Some(900), Some(154)),
            (None, Some(513), Some(342)),
        ] {
            let found = PictureKind::Poster.width_for(width, height);
            assert_eq!(found, expected, "{width:?} {height:?}");
        }
        assert_eq!(PictureKind::Poster.shown(Some(342)), (342, 513));
        assert_eq!(PictureKind::Still.shown(Some(92)), (92, 52));
        assert_eq!(PictureKind::Backdrop.shown(None), (1_280, 720));
    }
}
