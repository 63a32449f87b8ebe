//! How a name is set: in lines that break where its script lets them, as large as there is room.
//!
//! Which font a client has is not known, so widths are those of a wide bold face; a narrower one leaves more room.

use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::text::{is_invisible, is_mark};

/// From one line to the next, in sizes of the letters.
pub(super) const LEADING: f64 = 1.04;
/// How much wider the widest of usual fonts is than what the widths are of.
const WIDE: f64 = 1.1;
/// The longest run without a break, in sizes of the letters: what is longer breaks anywhere.
const LONGEST_RUN: f64 = 14.0;
/// So many characters of a name are shown.
const MOST: usize = 120;
/// How much larger letters must get by another line to be worth it.
const WORTH_A_LINE: f64 = 1.08;

/// A name as it is set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lettering {
    pub(super) lines: Vec<String>,
    /// The size of the letters, in units of the picture.
    pub(super) size: f64,
    /// Whether it is read from right to left.
    pub(super) is_leftward: bool,
    /// Whether letters may move closer together; in many scripts that would tear them.
    pub(super) is_loose: bool,
}

/// The room for a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) width: f64,
    pub(super) height: f64,
    /// The largest size of the letters.
    pub(super) largest: f64,
    pub(super) lines: usize,
}

/// What stays together on a line.
struct Run {
    text: String,
    width: f64,
    /// Whether a space goes before it, unless it begins a line.
    is_spaced: bool,
}

struct Line {
    text: String,
    width: f64,
}

impl Lettering {
    /// A name in a room.
    pub(super) fn fit(name: &str, room: Room) -> Self {
        let runs = runs(name);
        let mut best = (0.0, Vec::new());
        for count in 1..=room.lines.max(1) {
            let lines = balanced(&runs, count);
            let widest = lines.iter().map(|line| line.width).fold(0.1, f64::max);
            let height = LEADING * lines.iter().fold(0.0, |height, _| height + 1.0);
            let size = room
                .largest
                .min(room.width / widest)
                .min(room.height / height.max(LEADING));
            if size > best.0 * WORTH_A_LINE {
                best = (size, lines);
            }
        }
        let (size, lines) = best;
        let mut scripts = name.chars().map(|c| c.script());
        let script = scripts.find(|script| !matches!(script, Script::Common | Script::Inherited));
        Self {
            lines: lines.into_iter().map(|line| line.text).collect(),
            size,
            is_leftward: script.is_some_and(is_leftward),
            is_loose: name.chars().all(|c| c < '\u{530}' || is_punctuation(c)),
        }
    }
}

/// Whether a character is one of the dashes and marks that all scripts share.
fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{2000}'..='\u{206f}')
}

/// Whether a script is written from right to left.
fn is_leftward(script: Script) -> bool {
    matches!(
        script,
        Script::Adlam
            | Script::Arabic
            | Script::Hebrew
            | Script::Mandaic
            | Script::Nko
            | Script::Samaritan
            | Script::Syriac
            | Script::Thaana
    )
}

/// The runs of a name: words, and of scripts without spaces single characters.
fn runs(name: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut left = MOST;
    for word in name.split_whitespace() {
        let mut is_first = true;
        let mut before = None;
        for character in word.graphemes(true) {
            let Some(fewer) = left.checked_sub(1) else {
                if let Some(run) = runs.last_mut() {
                    run.text.push('…');
                    run.width += width("…");
                }
                return runs;
            };
            left = fewer;
            let wide = width(character);
            match runs.last_mut() {
                Some(run) if !is_first && !breaks(before, character, run.width + wide) => {
                    run.text.push_str(character);
                    run.width += wide;
                }
                _ => runs.push(Run {
                    text: character.to_owned(),
                    width: wide,
                    is_spaced: is_first,
                }),
            }
            is_first = false;
            before = character.chars().next();
        }
    }
    runs
}

/// Whether a line may break between two characters of a word, which would make a run this wide.
fn breaks(before: Option<char>, character: &str, width: f64) -> bool {
    const OPENING: &str = "（「『【〈《〔［｛";
    const CLOSING: &str =
        "、。，．・：；！？…）」』】〉》〕］｝ーゝゞ々〜ぁぃぅぇぉっゃゅょァィゥェォッャュョ";
    let (Some(before), Some(next)) = (before, character.chars().next()) else {
        return false;
    };
    let is_free = is_ideographic(before) || is_ideographic(next);
    let is_bound = OPENING.contains(before) || CLOSING.contains(next);
    is_free && !is_bound || width > LONGEST_RUN
}

/// Whether a character is of a script that breaks anywhere: Chinese, Japanese.
fn is_ideographic(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{31ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}')
}

/// The runs in at most so many lines, of which the widest is as narrow as can be.
fn balanced(runs: &[Run], count: usize) -> Vec<Line> {
    let mut narrow = runs.iter().map(|run| run.width).fold(0.0, f64::max);
    let mut wide = runs.iter().map(|run| run.width + width(" ")).sum::<f64>() + 0.1;
    for _ in 0..24 {
        let middle = f64::midpoint(narrow, wide);
        if broken(runs, middle).len() <= count {
            wide = middle;
        } else {
            narrow = middle;
        }
    }
    broken(runs, wide)
}

/// The runs in lines of at most this width, or of one run.
fn broken(runs: &[Run], limit: f64) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for run in runs {
        let gap = if run.is_spaced { " " } else { "" };
        let more = width(gap) + run.width;
        match lines.last_mut() {
            Some(line) if line.width + more <= limit => {
                line.text.extend([gap, &run.text]);
                line.width += more;
            }
            _ => lines.push(Line {
                text: run.text.clone(),
                width: run.width,
            }),
        }
    }
    lines
}

/// How wide a text is, in sizes of its letters.
fn width(text: &str) -> f64 {
    WIDE * text.chars().map(advance).sum::<f64>()
}

fn advance(c: char) -> f64 {
    match c {
        c if is_mark(c) || is_invisible(c) && c != ' ' => 0.0,
        'i' | 'l' | 'j' | 'I' | '.' | ',' | ':' | ';' | '\'' | '!' | '|' | '’' | '·' => 0.31,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '-' | '"' | '/' | ' ' => 0.38,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '—' | '…' => 0.93,
        '0'..='9' => 0.58,
        c if c < '\u{250}' && (c.is_uppercase() || c == '&') => 0.73,
        c if c < '\u{250}' => 0.6,
        c if c < '\u{590}' && c.is_uppercase() => 0.76,
        c if c < '\u{590}' => 0.64,
        c if c >= '\u{2e80}' || matches!(c, '\u{1100}'..='\u{115f}') => 1.04,
        _ => 0.72,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROOM: Room = Room {
        width: 504.0,
        height: 250.0,
        largest: 104.0,
        lines: 4,
    };

    fn lines(name: &str) -> Vec<String> {
        Lettering::fit(name, ROOM).lines
    }

    #[test]
    fn a_short_name_is_one_line_of_the_largest_letters() {
        let heat = Lettering::fit("Heat", ROOM);

        assert_eq!(heat.lines, ["Heat"]);
        assert!((heat.size - ROOM.largest).abs() < f64::EPSILON);
        assert!(heat.is_loose && !heat.is_leftward);
    }

    #[test]
    fn a_long_name_breaks_between_its_words() {
        assert_eq!(
            lines("The Good, the Bad and the Ugly"),
            ["The Good,", "the Bad and", "the Ugly"]
        );
    }

    #[test]
    fn names_break_as_their_script_lets_them() {
        assert_eq!(
            lines("となりのトトロ、またあした。いつまでも").concat(),
            "となりのトトロ、またあした。いつまでも"
        );
        for line in lines("となりのトトロ、またあした。いつまでも") {
            assert!(!line.starts_with(['、', '。', 'ー', 'っ']), "{line}");
        }
        assert_eq!(lines("기생충"), ["기생충"]);
        assert!(Lettering::fit("باب الحديد", ROOM).is_leftward);
        assert!(Lettering::fit("1948: ואלס", ROOM).is_leftward);
        assert!(!Lettering::fit("देवदास", ROOM).is_loose);
    }

    #[test]
    fn what_is_too_long_is_broken_and_cut() {
        let word = "a".repeat(300);

        let lettering = Lettering::fit(&word, ROOM);

        let text = lettering.lines.concat();
        assert_eq!(text.chars().count(), MOST + 1);
        assert!(text.ends_with('…'));
        assert!((2..=ROOM.lines).contains(&lettering.lines.len()));
    }

    proptest! {
        #[test]
        fn whatever_a_name_is_it_stays_in_its_room(name in "\\PC{0,200}") {
            let lettering = Lettering::fit(&name, ROOM);
            prop_assert!(lettering.size.is_finite() && lettering.size > 0.0);
            prop_assert!(lettering.lines.len() <= ROOM.lines);
            for line in &lettering.lines {
                prop_assert!(width(line) * lettering.size <= ROOM.width + 1.0, "{line:?}");
            }
        }
    }
}
