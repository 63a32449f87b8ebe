//! What captions are once they are read, and how they are written.

use std::fmt::Write as _;

/// Captions that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captions {
    /// In the order of their start.
    pub cues: Vec<Cue>,
    /// What could not be read, by line.
    pub(super) faults: Vec<Fault>,
}

/// A text and when it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    /// In milliseconds from the start of what is played.
    pub start: u64,
    /// In milliseconds; always after `start`.
    pub end: u64,
    /// Where it is shown, as WebVTT says it; empty: where players show texts.
    pub settings: String,
    /// As WebVTT has it, without empty lines.
    pub text: String,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The number of the line, from 1.
    pub(super) line: usize,
    pub(super) what: &'static str,
}

impl Captions {
    /// Notes what is wrong with the line at this place, from 0.
    pub(super) fn fault(&mut self, place: usize, what: &'static str) {
        self.faults.push(Fault {
            line: place + 1,
            what,
        });
    }

    /// One file of WebVTT, in which notes say what could not be read.
    pub fn to_webvtt(&self) -> String {
        let mut written = "WEBVTT\n".to_owned();
        for Fault { line, what } in &self.faults {
            // To write into a text never fails.
            let _ = write!(written, "\nNOTE line {line}: {what}\n");
        }
        for cue in &self.cues {
            let (start, end) = (time(cue.start), time(cue.end));
            let gap = if cue.settings.is_empty() { "" } else { " " };
            let (settings, text) = (&cue.settings, &cue.text);
            let _ = write!(written, "\n{start} --> {end}{gap}{settings}\n{text}\n");
        }
        written
    }
}

fn time(millis: u64) -> String {
    let (seconds, millis) = (millis / 1_000, millis % 1_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{millis:03}")
}
