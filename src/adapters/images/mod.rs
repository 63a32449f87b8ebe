//! Pictures read, scaled and written by `image`, and `WebP` written by libwebp.
//!
//! A large picture takes a core for a second and some hundred MB, so only a few are worked on at a time. AVIF is not
//! written: it would take two seconds a picture, and some minutes of each build.

mod colours;
mod decode;
mod glimpse;
mod jpeg;
mod png;
mod reader;
mod scale;
mod write;

#[cfg(test)]
mod tests;

pub use reader::ImageReader;
