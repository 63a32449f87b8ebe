//! Advanced SubStation: of a script the texts and their times. Fonts, colours and places of it are left out.

use super::cue::{Captions, Cue};
use super::subrip::marked;
use super::timing::{BACKWARDS, UNREADABLE, millis};

/// The columns of events where nobody says them.
const COLUMNS: [&str; 10] = [
    "layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text",
];
const NO_TEXT: &str = "has no text";
const NO_COLUMNS: &str = "has not the columns Start, End and, as the last, Text";
const DRAWING: &str = "is a drawing, which is no text";

/// Where in the columns of events those stand that are of use.
struct Columns {
    count: usize,
    start: usize,
    end: usize,
}

impl Columns {
    fn of<'a>(names: impl Iterator<Item = &'a str>) -> Option<Self> {
        let names: Vec<String> = names.map(|it| it.trim().to_lowercase()).collect();
        let place = |name: &str| names.iter().position(|it| it == name);
        let columns = Self {
            count: names.len(),
            start: place("start")?,
            end: place("end")?,
        };
        // The text is the last one, for it may have commas.
        (names.last().map(String::as_str) == Some("text")).then_some(columns)
    }
}

/// Reads the lines of a script.
pub(super) fn read(lines: &[&str], captions: &mut Captions) {
    let mut columns = Columns::of(COLUMNS.into_iter());
    let mut is_events = false;
    for (place, line) in lines.iter().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            is_events = line.eq_ignore_ascii_case("[events]");
        } else if is_events && let Some(names) = line.strip_prefix("Format:") {
            columns = Columns::of(names.split(','));
            if columns.is_none() {
                captions.fault(place, NO_COLUMNS);
            }
        } else if is_events
            && let Some(event) = line.strip_prefix("Dialogue:")
            && let Some(columns) = &columns
        {
            match cue(event, columns) {
                Ok(cue) => captions.cues.push(cue),
                Err(what) => captions.fault(place, what),
            }
        }
    }
}

fn cue(event: &str, columns: &Columns) -> Result<Cue, &'static str> {
    let fields: Vec<&str> = event.splitn(columns.count, ',').collect();
    if fields.len() < columns.count {
        return Err(UNREADABLE);
    }
    let time = |place: usize| millis(fields[place].trim()).ok_or(UNREADABLE);
    let (start, end) = (time(columns.start)?, time(columns.end)?);
    if end <= start {
        return Err(BACKWARDS);
    }
    let text = fields.last().copied().unwrap_or_default();
    if is_drawing(text) {
        return Err(DRAWING);
    }
    let text = text.replace("\\N", "\n").replace("\\n", "\n");
    let text = text.replace("\\h", "\u{a0}");
    let lines: Vec<String> = text.lines().map(|line| marked(&plain(line))).collect();
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    if lines.is_empty() {
        return Err(NO_TEXT);
    }
    Ok(Cue {
        start,
        end,
        settings: String::new(),
        text: lines.join("\n"),
    })
}

/// A line without what stands in braces: how it looks, and comments.
fn plain(line: &str) -> String {
    let mut written = String::new();
    let mut rest = line;
    while let Some((before, inside)) = rest.split_once('{') {
        written.push_str(before);
        let Some((_, after)) = inside.split_once('}') else {
            written.push('{');
            rest = inside;
            continue;
        };
        rest = after;
    }
    written.push_str(rest);
    written
}

/// Whether it draws: `{\p1}` and more begin shapes.
fn is_drawing(text: &str) -> bool {
    text.match_indices("\\p").any(|(at, mark)| {
        let next = text[at + mark.len()..].chars().next();
        next.is_some_and(|next| ('1'..='9').contains(&next))
    })
}

#[cfg(test)]
mod tests {
    use crate::domain::video::captions::{CaptionFormat, read};

    #[test]
    fn texts_of_a_script_are_read_and_its_looks_are_not() {
        let ass = "[Script Info]\nTitle: x\n\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Arial\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\nComment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,nobody sees it\nDialogue: 0,0:00:03.00,0:00:04.50,Default,,0,0,0,,{\\i1}Well,{\\i0} yes\\Nand & no\nDialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}\nDialogue: 0,broken\n";

        let captions = read(ass.as_bytes(), CaptionFormat::SubStation, None);

        assert_eq!(
            captions.to_webvtt(),
            "WEBVTT\n\nNOTE line 12: is a drawing, which is no text\n\nNOTE line 13: has no times that can be read\n\n\
             00:00:03.000 --> 00:00:04.500\nWell, yes\nand &amp; no\n"
        );
    }
}
