//! What is read of pictures, what is not, and what is made of them.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{
    DynamicImage, Frame, GrayImage, ImageEncoder, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage,
};
use moxcms::ColorProfile;

use super::ImageReader;
use super::reader::{read, render};
use crate::domain::catalog::{
    Colour, MOST_BYTES, PictureFacts, PictureFormat, PictureHash, PictureKind, PictureProblem,
    PictureReader, Rendition, RenditionFormat, StoredPicture,
};

const RED: Rgb<u8> = Rgb([200, 20, 20]);

/// A red picture with a grey stripe at its left.
fn red(width: u32, height: u32) -> DynamicImage {
    let grey = Rgb([120, 120, 120]);
    let image = RgbImage::from_fn(width, height, |x, _| if x < width / 4 { grey } else { RED });
    DynamicImage::ImageRgb8(image)
}

/// A green disc on nothing.
fn disc(side: u32) -> DynamicImage {
    let image = RgbaImage::from_fn(side, side, |x, y| {
        let (x, y) = (x.abs_diff(side / 2), y.abs_diff(side / 2));
        let is_inside = 4 * (x * x + y * y) < side * side / 2;
        Rgba(if is_inside { [0, 160, 0, 255] } else { [0; 4] })
    });
    DynamicImage::ImageRgba8(image)
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// One piece of a PNG, with its sum (CRC-32).
fn chunk(name: &[u8], content: &[u8]) -> Vec<u8> {
    let named = [name, content].concat();
    let sum = named.iter().fold(u32::MAX, |sum, byte| {
        let of_byte = |sum: u32, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1));
        (0..8).fold(sum ^ u32::from(*byte), of_byte)
    });
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&length[..], &named, &(!sum).to_be_bytes()].concat()
}

/// A PNG of some bytes that says that it is so large, with so many bits for each channel of such a kind (PNG, 11.2.2).
fn bomb(width: u32, height: u32, kind: [u8; 2]) -> Vec<u8> {
    let (width, height) = (width.to_be_bytes(), height.to_be_bytes());
    let header = [&width[..], &height, &kind, &[0, 0, 0]].concat();
    let empty = [0x78, 0x9c, 0x03, 0, 0, 0, 0, 1];
    let chunks = [
        chunk(b"IHDR", &header),
        chunk(b"IDAT", &empty),
        chunk(b"IEND", &[]),
    ];
    [&b"\x89PNG\r\n\x1a\n"[..], &chunks.concat()].concat()
}

/// The JPEG with a note of where it was taken by whom, and that it lies on its side.
fn noted(jpeg: &[u8]) -> Vec<u8> {
    let mut note =
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    note.extend(b"taken by somebody");
    let length = u16::try_from(note.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &note, &jpeg[2..]].concat()
}

fn rendition(facts: &PictureFacts, width: u32, format: RenditionFormat) -> Rendition {
    let picture = StoredPicture {
        kind: PictureKind::Poster,
        hash: PictureHash::of(b"any"),
        format: facts.format,
        width: facts.width,
        height: facts.height,
        blurhash: facts.blurhash.clone(),
        colour: facts.colour,
        language: None,
    };
    Rendition::fitting(&picture, Some(width), None, format)
}

/// The format and the pixels of what was made.
fn made(bytes: &[u8], width: u32, format: RenditionFormat) -> (ImageFormat, DynamicImage, Bytes) {
    let facts = read(bytes).unwrap();
    let made = render(bytes, rendition(&facts, width, format)).unwrap();
    let format = image::guess_format(&made).unwrap();
    let image = image::load_from_memory(&made).unwrap();
    (format, image, made)
}

#[tokio::test]
async fn each_format_is_read_by_its_bytes() {
    let reader = ImageReader::new();
    for (file, format) in [
        (ImageFormat::Jpeg, PictureFormat::Jpeg),
        (ImageFormat::Png, PictureFormat::Png),
        (ImageFormat::WebP, PictureFormat::WebP),
        (ImageFormat::Gif, PictureFormat::Gif),
    ] {
        let bytes = written(&red(60, 90), file);

        let facts = reader.read(bytes.into()).await.unwrap();

        assert_eq!(
            (facts.format, facts.width, facts.height),
            (format, 60, 90),
            "{file:?}"
        );
        // By the parts of it: 3 by 4, of which the first is written with four letters.
        assert_eq!(facts.blurhash.len(), 28, "{file:?}");
        let Colour([red, green, blue]) = facts.colour;
        assert!(
            red > 180 && green < 60 && blue < 60,
            "{file:?} {:?}",
            facts.colour
        );
    }
}

#[test]
fn what_says_that_it_is_too_large_is_not_read() {
    for (width, height) in [(30_000, 30_000), (20_001, 1), (10_000, 5_001)] {
        assert_eq!(
            read(&bomb(width, height, [8, 2])),
            Err(PictureProblem::TooManyPixels { width, height })
        );
    }
    for (side, kind, is_too_deep) in [
        (5_774, [16, 2], true),
        (5_001, [16, 6], true),
        (4_999, [16, 6], false),
        (7_000, [8, 6], false),
    ] {
        let problem = read(&bomb(side, side, kind)).err();
        let too_deep = PictureProblem::TooDeep {
            width: side,
            height: side,
        };
        let is_refused = problem == Some(too_deep);
        assert_eq!(is_refused, is_too_deep, "{side} {problem:?}");
    }
    let many = vec![0; MOST_BYTES + 1];
    let too_many = PictureProblem::TooManyBytes(MOST_BYTES + 1);
    assert_eq!(read(&many), Err(too_many));
}

#[test]
fn what_is_no_picture_or_not_a_whole_one_is_a_problem() {
    for text in [
        &b""[..],
        b"a text that is called poster.jpg",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
        b"BM\x1e\0\0\0\0\0\0\0\x1a\0\0\0",
    ] {
        assert_eq!(read(text), Err(PictureProblem::UnknownFormat));
    }
    for format in [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ] {
        let whole = written(&disc(200).into_rgb8().into(), format);
        for length in [12, whole.len() / 3, whole.len() * 9 / 10] {
            let problem = read(&whole[..length]);
            assert!(
                matches!(problem, Err(PictureProblem::Broken(_))),
                "{format:?} {length} {problem:?}"
            );
        }
    }
}

#[test]
fn a_picture_is_scaled_and_written_as_it_is_wanted() {
    let bytes = written(&red(600, 900), ImageFormat::Png);
    for (wanted, expected) in [
        (RenditionFormat::Jpeg, ImageFormat::Jpeg),
        (RenditionFormat::Png, ImageFormat::Png),
        (RenditionFormat::WebP, ImageFormat::WebP),
    ] {
        let (format, image, _) = made(&bytes, 300, wanted);

        assert_eq!(format, expected);
        assert_eq!((image.width(), image.height()), (300, 450), "{wanted:?}");
        let Rgb(seen) = *image.to_rgb8().get_pixel(200, 200);
        let distances = seen.iter().zip(RED.0).map(|(seen, red)| seen.abs_diff(red));
        assert!(distances.max() < Some(16), "{wanted:?} {seen:?}");
    }
}

#[test]
fn what_can_be_seen_through_stays_so_and_is_white_where_it_cannot() {
    let bytes = written(&disc(400), ImageFormat::Png);

    let corners = RenditionFormat::ALL.map(|format| {
        let (_, image, _) = made(&bytes, 185, format);
        let image = image.to_rgba8();
        let Rgba([_, green, _, middle]) = *image.get_pixel(92, 92);
        assert!(middle == 255 && (140..180).contains(&green), "{format:?}");
        let Rgba([red, _, _, alpha]) = *image.get_pixel(0, 0);
        (alpha > 0).then_some(red)
    });

    let [jpeg, png, webp] = corners;
    assert!(jpeg > Some(250), "{jpeg:?}");
    assert_eq!((png, webp), (None, None));
    // What is not to be seen counts nothing.
    let Colour([red, green, blue]) = read(&bytes).unwrap().colour;
    assert!(
        (150..170).contains(&green) && red < 5 && blue < 5,
        "{green}"
    );
}

#[test]
fn a_picture_is_turned_as_it_says_and_its_notes_are_left_out() {
    let bytes = noted(&written(&red(90, 60), ImageFormat::Jpeg));
    let facts = read(&bytes).unwrap();

    let (_, image, made) = made(&bytes, 500, RenditionFormat::Jpeg);

    assert_eq!((facts.width, facts.height), (60, 90));
    assert_eq!((image.width(), image.height()), (60, 90));
    // The stripe, which was at the left, is above.
    let Rgb([above, green, _]) = *image.to_rgb8().get_pixel(30, 5);
    assert!(above.abs_diff(green) < 40, "{above} {green}");
    let has = |text: &[u8]| made.windows(text.len()).any(|part| part == text);
    assert!(!has(b"taken by somebody") && !has(b"Exif"));
}

#[test]
fn a_deep_picture_is_read_as_what_is_seen_of_it() {
    let flat = red(60, 90);
    let grey = DynamicImage::ImageLuma8(flat.to_luma8());
    for (deep, flat) in [
        (DynamicImage::ImageRgb16(flat.to_rgb16()), flat),
        (DynamicImage::ImageLuma16(grey.to_luma16()), grey),
    ] {
        let [deep, flat] = [&deep, &flat].map(|image| written(image, ImageFormat::Png));

        assert_eq!(read(&deep), read(&flat));
    }
}

/// A PNG of one colour with a profile.
fn profiled(image: &DynamicImage, profile: Vec<u8>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile).unwrap();
    image.write_with_encoder(encoder).unwrap();
    bytes
}

/// What one colour is in sRGB, as IEC 61966-2-1, SMPTE EG 432-1 and Adobe RGB (1998) define them.
#[test]
fn colours_are_those_that_a_profile_means() {
    let said = Rgb([200, 100, 50]);
    let flat = DynamicImage::ImageRgb8(RgbImage::from_pixel(8, 8, said));
    let seen = |bytes: &[u8]| {
        let (_, image, made) = made(bytes, 92, RenditionFormat::Png);
        assert!(!made.windows(4).any(|part| part == b"iCCP"));
        image.to_rgb8().get_pixel(4, 4).0
    };
    for (profile, meant) in [
        (ColorProfile::new_srgb(), [200, 100, 50]),
        (ColorProfile::new_display_p3(), [215, 93, 31]),
        (ColorProfile::new_adobe_rgb(), [227, 100, 42]),
    ] {
        let profile = profile.encode().unwrap();
        let alpha = DynamicImage::ImageRgba8(flat.to_rgba8());
        for image in [&flat, &alpha] {
            let bytes = profiled(image, profile.clone());

            let seen = seen(&bytes);

            let distances = seen
                .iter()
                .zip(meant)
                .map(|(one, other)| one.abs_diff(other));
            assert!(distances.max() <= Some(2), "{seen:?} {meant:?}");
            assert_eq!(read(&bytes).unwrap().warning, None);
        }
    }
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 100);
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    encoder.set_icc_profile(profile.clone()).unwrap();
    flat.write_with_encoder(encoder).unwrap();
    let [red, ..] = seen(&jpeg);
    assert!(red.abs_diff(215) <= 3, "{red}");

    // What is broken, or of other colours, is passed over, and that is said. Grey stays grey.
    let grey = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
    for unusable in [
        b"no profile at all".to_vec(),
        profile[..200].to_vec(),
        grey.clone(),
    ] {
        let bytes = profiled(&flat, unusable);
        assert_eq!(seen(&bytes), said.0);
        let warning = read(&bytes).unwrap().warning;
        assert!(
            warning.is_some_and(|it| it.contains("colour profile")),
            "{warning:?}"
        );
    }
    let dark = DynamicImage::ImageLuma8(GrayImage::from_pixel(8, 8, Luma([64])));
    // A quarter of the light is far lighter in sRGB than in a grey that goes by the light.
    let [light, ..] = seen(&profiled(&dark, grey));
    assert!(light.abs_diff(137) <= 2, "{light}");
    assert_eq!(seen(&profiled(&dark, profile)), [64; 3]);
}

#[test]
fn of_a_moving_picture_the_first_moment_is_shown() {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for color in [[255, 0, 0, 255], [0, 0, 255, 255]] {
        let frame = Frame::new(RgbaImage::from_pixel(40, 40, Rgba(color)));
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);

    let (_, image, _) = made(&bytes, 92, RenditionFormat::Png);

    assert_eq!((image.width(), image.height()), (40, 40));
    assert_eq!(*image.to_rgb8().get_pixel(20, 20), Rgb([255, 0, 0]));
}
