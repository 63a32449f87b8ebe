//! From bytes, which are believed nothing, to pixels: what a picture says of itself is checked before anything is read.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits};

use super::jpeg::is_whole;
use crate::domain::catalog::{
    LONGEST_SIDE, MOST_BYTES, MOST_PIXELS, PictureFormat, PictureProblem,
};

/// The most that a decoder may take beside the pixels, in bytes.
const MOST_MEMORY: u64 = 512 * 1024 * 1024;

/// The format of a picture and its pixels, turned as it says of itself; of a moving one, those of the first moment.
pub(super) fn decode(bytes: &[u8]) -> Result<(PictureFormat, DynamicImage), PictureProblem> {
    if bytes.len() > MOST_BYTES {
        return Err(PictureProblem::TooManyBytes(bytes.len()));
    }
    let (format, known) = format_of(bytes)?;
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
    if format == PictureFormat::Jpeg && !is_whole(bytes) {
        return Err(PictureProblem::Broken("its end is missing".to_owned()));
    }
    let orientation = decoder.orientation().map_err(|error| problem(&error))?;
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| problem(&error))?;
    image.apply_orientation(orientation);
    Ok((format, image))
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
