//! From pixels to bytes, without anything that the file of a picture said beside them: no place, no camera, no name.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageError, RgbImage};

use super::glimpse::laid_over;
use crate::domain::catalog::{PictureProblem, RenditionFormat};

/// Of 100: below it one begins to see squares on a poster.
const JPEG_QUALITY: u8 = 82;
/// The same for `WebP`, which counts otherwise.
const WEBP_QUALITY: f32 = 80.0;
/// Of what can be seen through, which is mostly letters and lines.
const SHARP_QUALITY: f32 = 92.0;

/// The picture in this format.
pub(super) fn write(
    image: DynamicImage,
    format: RenditionFormat,
) -> Result<Vec<u8>, PictureProblem> {
    match format {
        RenditionFormat::Jpeg => {
            let mut bytes = Vec::new();
            let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
            let written = on_white(image).write_with_encoder(encoder);
            written.map(|()| bytes).map_err(|error| failed(&error))
        }
        RenditionFormat::Png => {
            let mut bytes = Vec::new();
            let (compression, filter) = (CompressionType::Default, FilterType::Adaptive);
            let encoder = PngEncoder::new_with_quality(&mut bytes, compression, filter);
            let written = in_bytes(image).write_with_encoder(encoder);
            written.map(|()| bytes).map_err(|error| failed(&error))
        }
        RenditionFormat::WebP => write_webp(image),
    }
}

fn write_webp(image: DynamicImage) -> Result<Vec<u8>, PictureProblem> {
    let (width, height) = (image.width(), image.height());
    let written = if image.color().has_alpha() {
        let pixels = image.into_rgba8();
        webp::Encoder::from_rgba(&pixels, width, height).encode_simple(false, SHARP_QUALITY)
    } else {
        let pixels = image.into_rgb8();
        webp::Encoder::from_rgb(&pixels, width, height).encode_simple(false, WEBP_QUALITY)
    };
    let written = written.map_err(|error| PictureProblem::Failed(format!("{error:?}")))?;
    Ok(written.to_vec())
}

/// With eight bits a channel: more is not seen, and twice as much.
fn in_bytes(image: DynamicImage) -> DynamicImage {
    if image.color().has_alpha() {
        DynamicImage::ImageRgba8(image.into_rgba8())
    } else {
        DynamicImage::ImageRgb8(image.into_rgb8())
    }
}

/// Without anything that can be seen through.
fn on_white(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return DynamicImage::ImageRgb8(image.into_rgb8());
    }
    let pixels = image.into_rgba8();
    let flat = RgbImage::from_fn(pixels.width(), pixels.height(), |x, y| {
        let [red, green, blue, alpha] = pixels.get_pixel(x, y).0;
        image::Rgb([red, green, blue].map(|channel| laid_over(channel, alpha, u8::MAX)))
    });
    DynamicImage::ImageRgb8(flat)
}

fn failed(error: &ImageError) -> PictureProblem {
    PictureProblem::Failed(error.to_string())
}
