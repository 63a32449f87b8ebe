//! Scaling: by `image`, with what can be seen through counting only as much as it is seen.

use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView, Rgba, RgbaImage};

/// Above so many pixels a picture is scaled by the mean of what becomes one pixel: the finer way takes sixteen bytes a
/// pixel meanwhile.
const MANY: u64 = 12_000_000;

/// The picture in exactly this size.
pub(super) fn scaled(image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    if !image.color().has_alpha() {
        return resized(image, width, height);
    }
    // Else the colour of what is not to be seen, mostly black, would show around what is.
    let mut pixels = image.to_rgba8();
    weigh(&mut pixels);
    let mut pixels = resized(&pixels.into(), width, height).into_rgba8();
    unweigh(&mut pixels);
    pixels.into()
}

fn resized(image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    let (own_width, own_height) = image.dimensions();
    if u64::from(own_width) * u64::from(own_height) > MANY {
        image.thumbnail_exact(width, height)
    } else {
        image.resize_exact(width, height, FilterType::Lanczos3)
    }
}

/// Multiplies each colour by how much it is seen.
fn weigh(image: &mut RgbaImage) {
    for Rgba([red, green, blue, alpha]) in image.pixels_mut() {
        let alpha = u16::from(*alpha);
        for channel in [red, green, blue] {
            *channel = u8::try_from((u16::from(*channel) * alpha + 127) / 255).unwrap_or(u8::MAX);
        }
    }
}

/// Takes back what [`weigh`] has done.
fn unweigh(image: &mut RgbaImage) {
    for Rgba([red, green, blue, alpha]) in image.pixels_mut() {
        let alpha = u16::from(*alpha);
        for channel in [red, green, blue] {
            let colour = (u16::from(*channel) * 255 + alpha / 2).checked_div(alpha);
            *channel = u8::try_from(colour.unwrap_or(0)).unwrap_or(u8::MAX);
        }
    }
}
