//! ffmpeg and ffprobe, as programs that run beside this one: without a shell, with limits, and killed with whoever asks.

mod arguments;
mod process;
mod workshop;

pub use workshop::{FolderWorkshop, probe};
