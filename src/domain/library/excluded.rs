//! What `.ignore` and `.nomedia` files take out of a library.

use std::collections::BTreeMap;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::places::{beginning, folders, join};
use crate::domain::text;

/// The file that takes out all of its folder, or what its lines say as those of `.gitignore` do.
pub(super) const IGNORE: &str = ".ignore";
/// The file that takes out all of its folder, whatever is in it.
pub(super) const NO_MEDIA: &str = ".nomedia";
/// So much of a `.ignore` file is read, in bytes; a longer one takes out all of its folder.
pub(super) const MOST_BYTES: usize = 64 * 1024;
/// So many lines of it are followed.
const MOST_LINES: usize = 1_000;
/// So many lines of all of them are followed, for each takes memory; a folder with more takes out all of itself.
const MOST_LINES_IN_ALL: usize = 20_000;
/// So much of a line is told, in characters, with each file that it takes out.
const LONGEST_LINE: usize = 100;

/// What folders leave out, by their paths.
#[derive(Debug, Default)]
pub(super) struct Exclusions {
    by_folder: BTreeMap<String, Exclusion>,
    /// How many lines are followed.
    lines: usize,
}

#[derive(Debug)]
enum Exclusion {
    /// All of it, and why.
    All(&'static str),
    Lines(Box<Gitignore>),
}

impl Exclusions {
    /// Leaves out all of a folder.
    pub(super) fn leave_out(&mut self, folder: &str, reason: &'static str) {
        self.by_folder
            .insert(folder.to_owned(), Exclusion::All(reason));
    }

    /// Follows what a `.ignore` file in a folder says. What is wrong with its lines is given back; they are passed over.
    pub(super) fn follow(&mut self, folder: &str, text: &str) -> Vec<String> {
        let mut warnings = Vec::new();
        // Some editors begin a file so. Names are compared composed.
        let text = text::compose(text.trim_start_matches('\u{feff}'));
        if text.trim().is_empty() {
            self.leave_out(folder, "an empty .ignore takes out its whole folder");
            return warnings;
        }
        self.lines += text.lines().count().min(MOST_LINES);
        if self.lines > MOST_LINES_IN_ALL {
            self.leave_out(folder, "there are too many lines in all .ignore files");
            return warnings;
        }
        let mut builder = GitignoreBuilder::new(".");
        for (number, line) in (1..).zip(text.lines()) {
            if number > MOST_LINES {
                warnings.push(format!("lines from {number} on are passed over"));
                break;
            }
            if builder.add_line(None, line).is_err() {
                warnings.push(format!("line {number} is no pattern; it is passed over"));
            }
        }
        if let Ok(lines) = builder.build() {
            let lines = Exclusion::Lines(Box::new(lines));
            self.by_folder.entry(folder.to_owned()).or_insert(lines);
        } else {
            warnings.push("its patterns cannot be followed together".to_owned());
            self.leave_out(folder, "its .ignore cannot be followed");
        }
        warnings
    }

    /// Why a path is left out, if it is. The innermost folder that says something of it decides, unless one around it is
    /// left out as a whole.
    pub(super) fn reason(&self, path: &str, is_folder: bool) -> Option<String> {
        let around: Vec<&str> = folders(path).chain([""]).collect();
        let shown = |folder: &str| join(folder, IGNORE);
        for folder in &around {
            if let Some(Exclusion::All(reason)) = self.by_folder.get(*folder) {
                return Some((*reason).to_owned());
            }
        }
        for folder in around {
            let Some(Exclusion::Lines(lines)) = self.by_folder.get(folder) else {
                continue;
            };
            let inside = path.strip_prefix(folder).unwrap_or(path);
            let inside = text::compose(inside.trim_start_matches('/'));
            match lines.matched_path_or_any_parents(&inside, is_folder) {
                Match::Ignore(glob) => {
                    let (line, file) = (beginning(glob.original(), LONGEST_LINE), shown(folder));
                    return Some(format!("“{line}” in {file} takes it out"));
                }
                Match::Whitelist(_) => return None,
                Match::None => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_lines_take_out_what_they_say() {
        let mut exclusions = Exclusions::default();
        assert_eq!(exclusions.follow("Skip", " \n"), Vec::<String>::new());
        exclusions.leave_out("Junk", "a reason");
        let warnings = exclusions.follow("Film", "*.iso\n!Keep.iso\n/Old/\n[z-a]\n");

        assert_eq!(warnings, ["line 4 is no pattern; it is passed over"]);
        for (path, expected) in [
            ("Skip/Heat (1995).mkv", true),
            ("Skip/deep/in/Heat (1995).mkv", true),
            ("Skipped/Heat (1995).mkv", false),
            ("Junk/x.mkv", true),
            ("Film/Heat/Heat.iso", true),
            ("Film/Keep.iso", false),
            ("Film/Old/Heat.mkv", true),
            ("Film/New/Old/Heat.mkv", false),
            ("Heat.iso", false),
        ] {
            let found = exclusions.reason(path, false);
            assert_eq!(found.is_some(), expected, "{path}: {found:?}");
        }
        let reason = exclusions.reason("Film/a.iso", false);
        assert_eq!(
            reason.as_deref(),
            Some("“*.iso” in Film/.ignore takes it out")
        );
    }

    #[test]
    fn lines_are_followed_however_they_are_spelt() {
        let mut exclusions = Exclusions::default();
        exclusions.follow("Film", "\u{feff}Le\u{301}on.mkv\r\n");
        exclusions.follow("TV", &format!("{{*,{}}}", "x".repeat(1_000)));

        assert!(exclusions.reason("Film/Léon.mkv", false).is_some());
        assert!(exclusions.reason("Film/Le\u{301}on.mkv", false).is_some());
        let reason = exclusions.reason("TV/Heat.mkv", false).unwrap();
        assert!(reason.chars().count() < 150, "{reason}");
    }

    #[test]
    fn only_so_many_lines_are_followed_in_all() {
        let mut exclusions = Exclusions::default();
        let lines = "*.iso\n".repeat(MOST_LINES);
        for at in 0..=MOST_LINES_IN_ALL / MOST_LINES {
            exclusions.follow(&at.to_string(), &lines);
        }

        assert_eq!(exclusions.reason("0/Heat.mkv", false), None);
        let last = format!("{}/Heat.mkv", MOST_LINES_IN_ALL / MOST_LINES);
        assert!(exclusions.reason(&last, false).is_some());
    }
}
