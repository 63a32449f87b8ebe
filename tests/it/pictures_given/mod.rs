//! Pictures that records name: how they are loaded, from files and from the web, what the schema says of them, and what
//! lies at their addresses, on both ways of running.

mod by_hand;
mod collections;
mod folder;
mod swept;
mod web;

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat, RgbImage, Rgba, RgbaImage};
use serde_json::Value;

use crate::support::program::{On, Program};

async fn program(on: On) -> Program {
    match on {
        On::Embedded => Program::new(on).await,
        On::Servers => Program::without_graph(),
    }
}

/// A picture that fades from one colour to another.
fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let image = RgbImage::from_fn(width, height, |x, y| {
        let shade = |at: u32, of: u32| u8::try_from(at * 200 / of).unwrap();
        image::Rgb([220, shade(x, width), shade(y, height)])
    });
    written(&DynamicImage::ImageRgb8(image), format)
}

/// A square on nothing.
fn logo(side: u32) -> Vec<u8> {
    let image = RgbaImage::from_fn(side, side, |x, _| {
        Rgba(if x < side / 2 {
            [0; 4]
        } else {
            [10, 20, 30, 255]
        })
    });
    written(&DynamicImage::ImageRgba8(image), ImageFormat::Png)
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// Writes a file of records, one a line; its path.
fn write_records(folder: &Path, records: &[Value]) -> PathBuf {
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let file = folder.join("records.ndjson");
    std::fs::write(&file, lines.join("\n")).unwrap();
    file
}

/// What a load prints, its messages, and whether it found nothing wrong.
async fn load(program: &Program, file: &Path, more: &[&str]) -> (String, String, bool) {
    let arguments = [&["load", file.to_str().unwrap()], more].concat();
    let output = program.run(&arguments).await;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let is_clean = output.status.success();
    (text(output.stdout), text(output.stderr), is_clean)
}
