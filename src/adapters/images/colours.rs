//! Colours: a picture may say by a profile (ICC) which ones its numbers mean. They are turned into those of sRGB, which is
//! what is meant where nobody says anything, for nothing that is made of a picture has a profile.

use image::{DynamicImage, ImageDecoder};
use moxcms::{CmsError, ColorProfile, DataColorSpace, Layout, TransformOptions};

/// A profile of more bytes is not looked at: those of presses, which have the most, have half as many.
pub(super) const MOST_OF_PROFILE: usize = 4 * 1024 * 1024;

/// What is said of a picture with a profile that is of no use, as the rest of a sentence.
pub(super) const UNUSABLE: &str =
    "has a colour profile that cannot be used; its colours are taken for those of sRGB";

/// A profile that is broken, or of other colours than the pixels have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unusable;

impl From<CmsError> for Unusable {
    fn from(_: CmsError) -> Self {
        Self
    }
}

/// The profile of a picture; none: it has none.
pub(super) fn profile_of(
    decoder: &mut impl ImageDecoder,
) -> Result<Option<ColorProfile>, Unusable> {
    let Some(bytes) = decoder.icc_profile().map_err(|_| Unusable)? else {
        return Ok(None);
    };
    if bytes.len() > MOST_OF_PROFILE {
        return Err(Unusable);
    }
    Ok(Some(ColorProfile::new_from_slice(&bytes)?))
}

/// Turns the colours of a picture, with eight bits a channel, from those of its profile into those of sRGB.
pub(super) fn turn(image: &mut DynamicImage, profile: &ColorProfile) -> Result<(), Unusable> {
    let is_grey = !image.color().has_color();
    let is_of_pixels = match profile.color_space {
        DataColorSpace::Rgb => true,
        DataColorSpace::Gray => is_grey,
        // Of a JPEG in the colours of a press the decoder makes red, green and blue by itself.
        _ => false,
    };
    if !is_of_pixels {
        return Err(Unusable);
    }
    if is_grey && profile.color_space == DataColorSpace::Rgb {
        return Ok(());
    }
    let width = image.width() as usize;
    let (layout, channels, samples): (Layout, usize, &mut [u8]) = match image {
        DynamicImage::ImageRgb8(pixels) => (Layout::Rgb, 3, &mut **pixels),
        DynamicImage::ImageRgba8(pixels) => (Layout::Rgba, 4, &mut **pixels),
        DynamicImage::ImageLuma8(pixels) => (Layout::Gray, 1, &mut **pixels),
        DynamicImage::ImageLumaA8(pixels) => (Layout::GrayAlpha, 2, &mut **pixels),
        _ => return Err(Unusable),
    };
    let (srgb, options) = (ColorProfile::new_srgb(), TransformOptions::default());
    let transform = profile.create_transform_8bit(layout, &srgb, layout, options)?;
    // A row at a time: a large picture is not there twice.
    let mut turned = vec![0; width * channels];
    for row in samples.chunks_exact_mut(turned.len()) {
        transform.transform(row, &mut turned)?;
        row.copy_from_slice(&turned);
    }
    Ok(())
}
