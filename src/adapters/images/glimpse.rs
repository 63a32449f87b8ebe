//! What is shown until a picture is there: its colour, and a blur of it (`BlurHash`).

use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView, Rgba, RgbaImage};

use super::scale::scaled;
use crate::domain::catalog::{Colour, PictureProblem};

/// The side of the box that a picture is made small into, in pixels: enough for either.
const SMALL: u32 = 32;
/// What a grey pixel counts beside a colourful one, which counts up to 255 more: what is remembered of a picture is what
/// has a colour.
const GREY: u64 = 32;

/// The blur of a picture, and its colour.
pub(super) fn glimpse(image: &DynamicImage) -> Result<(String, Colour), PictureProblem> {
    let (width, height) = image.dimensions();
    let mut small = scaled(image, width.min(SMALL), height.min(SMALL)).into_rgba8();
    let colour = colour_of(&small);
    fill(&mut small, colour);
    let small = DynamicImage::ImageRgba8(small)
        .resize_exact(SMALL, SMALL, FilterType::Triangle)
        .into_rgba8();
    let (across, down) = if width >= height { (4, 3) } else { (3, 4) };
    let blurhash = blurhash::encode(across, down, SMALL, SMALL, small.as_raw());
    let blurhash = blurhash.map_err(|error| PictureProblem::Failed(error.to_string()))?;
    Ok((blurhash, colour))
}

/// The mean of all pixels, in which those count more that have more colour, and those nothing that are not to be seen.
fn colour_of(image: &RgbaImage) -> Colour {
    let (mut sums, mut total) = ([0_u64; 3], 0_u64);
    for Rgba([red, green, blue, alpha]) in image.pixels() {
        let channels = [*red, *green, *blue];
        let (least, most) = (red.min(green).min(blue), red.max(green).max(blue));
        let weight = u64::from(*alpha) * (GREY + u64::from(most - least));
        total += weight;
        for (sum, channel) in sums.iter_mut().zip(channels) {
            *sum += weight * u64::from(channel);
        }
    }
    let mean = |sum: u64| u8::try_from((sum + total / 2) / total.max(1)).unwrap_or(u8::MAX);
    Colour(sums.map(mean))
}

/// Puts a picture on a ground of one colour.
fn fill(image: &mut RgbaImage, Colour(ground): Colour) {
    for Rgba([red, green, blue, alpha]) in image.pixels_mut() {
        for (channel, ground) in [red, green, blue].into_iter().zip(ground) {
            *channel = laid_over(*channel, *alpha, ground);
        }
        *alpha = u8::MAX;
    }
}

/// A channel of a pixel that is seen through to this extent, on a ground.
pub(super) fn laid_over(channel: u8, alpha: u8, ground: u8) -> u8 {
    let (alpha, most) = (u32::from(alpha), u32::from(u8::MAX));
    let mixed = u32::from(channel) * alpha + u32::from(ground) * (most - alpha);
    u8::try_from((mixed + most / 2) / most).unwrap_or(u8::MAX)
}
