//! From bytes, which are believed nothing, to pixels: what a picture says of itself is checked before anything is read.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits};

use super::colours::{UNUSABLE, profile_of, turn};
use super::jpeg::is_whole;
use super::png::without_unusable_profile;
use crate::domain::catalog::{
    LONGEST_SIDE, MOST_BYTES, MOST_DECODED, MOST_PIXELS, PictureFormat, PictureProblem,
};

/// The most that a decoder may take beside the pixels, in bytes.
const MOST_MEMORY: u64 = 512 * 1024 * 1024;

/// A picture that was read.
pub(super) struct Decoded {
    pub(super) format: PictureFormat,
    /// Its pixels, turned as it says of itself, in the colours of sRGB; of a moving one, those of the first moment.
    pub(super) image: DynamicImage,
    /// What was noticed, as the rest of a sentence.
    pub(super) warning: Option<&'static str>,
}

/// Reads a picture, whatever its bytes say of it.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, PictureProblem> {
    if bytes.len() > MOST_BYTES {
        return Err(PictureProblem::TooManyBytes(bytes.len()));
    }
    let (format, known) = format_of(bytes)?;
    let is_png = format == PictureFormat::Png;
    let without = is_png.then(|| without_unusable_profile(bytes)).flatten();
    let bytes = without.as_deref().unwrap_or(bytes);
    let mut reader = image::ImageReader::with_format(Cursor::new(bytes), known);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| problem(&error))?;
    let (width, height) = decoder.dimensions();
    let is_large = u64::from(width) * u64::from(height) > MOST_PIXELS;
    if is_large || width.max(height) > LONGEST_SIDE {
        return Err(PictureProblem::TooManyPixels { width, height });
    }
    if width.min(height) == 0 {
        return Err(PictureProblem::Broken("it has no pixels".to_owned()));
    }
    // Deep ones have twice as much for each pixel.
    if decoder.total_bytes() > MOST_DECODED {
        return Err(PictureProblem::TooDeep { width, height });
    }
    if format == PictureFormat::Jpeg && !is_whole(bytes) {
        return Err(PictureProblem::Broken("its end is missing".to_owned()));
    }
    let profile = profile_of(&mut decoder);
    let orientation = decoder.orientation().map_err(|error| problem(&error))?;
    let image = DynamicImage::from_decoder(decoder).map_err(|error| problem(&error))?;
    // Before it is turned, for which there are two of it.
    let mut image = in_bytes(image);
    let turned = profile.and_then(|profile| match profile {
        Some(profile) => turn(&mut image, &profile),
        None => Ok(()),
    });
    image.apply_orientation(orientation);
    Ok(Decoded {
        format,
        image,
        warning: (without.is_some() || turned.is_err()).then_some(UNUSABLE),
    })
}

/// With eight bits a channel, as all that is made of it: more is not seen.
fn in_bytes(image: DynamicImage) -> DynamicImage {
    match image {
        DynamicImage::ImageLuma16(_) => DynamicImage::ImageLuma8(image.into_luma8()),
        DynamicImage::ImageLumaA16(_) => DynamicImage::ImageLumaA8(image.into_luma_alpha8()),
        DynamicImage::ImageRgb16(_) | DynamicImage::ImageRgb32F(_) => {
            DynamicImage::ImageRgb8(image.into_rgb8())
        }
        DynamicImage::ImageRgba16(_) | DynamicImage::ImageRgba32F(_) => {
            DynamicImage::ImageRgba8(image.into_rgba8())
        }
        image => image,
    }
}

/// By the first bytes, whatever a file is called.
fn format_of(bytes: &[u8]) -> Result<(PictureFormat, ImageFormat), PictureProblem> {
    let known = image::guess_format(bytes).map_err(|_| PictureProblem::UnknownFormat)?;
    let format = match known {
        ImageFormat::Jpeg => PictureFormat::Jpeg,
        ImageFormat::Png => PictureFormat::Png,
        ImageFormat::WebP => PictureFormat::WebP,
        ImageFormat::Gif => PictureFormat::Gif,
        _ => return Err(PictureProblem::UnknownFormat),
    };
    Ok((format, known))
}

fn problem(error: &ImageError) -> PictureProblem {
    PictureProblem::Broken(error.to_string())
}
