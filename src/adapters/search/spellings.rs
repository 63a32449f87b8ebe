//! Words that are written in several ways: numbers, and what is often abbreviated.

use std::sync::LazyLock;

use hashbrown::HashMap;

/// Each line is one word. `v` is a number and stands for "versus".
const SAME: &[&[&str]] = &[
    &["1", "i", "one"],
    &["2", "ii", "two"],
    &["3", "iii", "three"],
    &["4", "iv", "four"],
    &["5", "v", "five"],
    &["6", "vi", "six"],
    &["7", "vii", "seven"],
    &["8", "viii", "eight"],
    &["9", "ix", "nine"],
    &["10", "x", "ten"],
    &["11", "xi", "eleven"],
    &["12", "xii", "twelve"],
    &["13", "xiii", "thirteen"],
    &["14", "xiv", "fourteen"],
    &["15", "xv", "fifteen"],
    &["16", "xvi", "sixteen"],
    &["17", "xvii", "seventeen"],
    &["18", "xviii", "eighteen"],
    &["19", "xix", "nineteen"],
    &["20", "xx", "twenty"],
    &["30", "thirty"],
    &["40", "forty"],
    &["50", "fifty"],
    &["60", "sixty"],
    &["70", "seventy"],
    &["80", "eighty"],
    &["90", "ninety"],
    &["100", "hundred"],
    &["1000", "thousand"],
    &["1st", "first"],
    &["2nd", "second"],
    &["3rd", "third"],
    &["4th", "fourth"],
    &["5th", "fifth"],
    &["6th", "sixth"],
    &["7th", "seventh"],
    &["8th", "eighth"],
    &["9th", "ninth"],
    &["10th", "tenth"],
    &["11th", "eleventh"],
    &["12th", "twelfth"],
    &["13th", "thirteenth"],
    &["dr", "doctor"],
    &["mr", "mister"],
    &["mrs", "missus"],
    &["st", "saint"],
    &["vol", "volume"],
    &["pt", "part"],
    &["ep", "episode"],
    &["ch", "chapter"],
    &["jr", "junior"],
    &["sr", "senior"],
    &["vs", "v", "versus"],
    &["lt", "lieutenant"],
    &["sgt", "sergeant"],
    &["capt", "captain"],
    &["col", "colonel"],
    &["prof", "professor"],
    &["no", "number"],
    &["ok", "okay"],
    &["and", "n"],
];

static OTHERS: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let mut others: HashMap<&str, Vec<&str>> = HashMap::new();
    for same in SAME {
        for word in *same {
            let rest = same.iter().copied().filter(|other| other != word);
            others.entry(*word).or_default().extend(rest);
        }
    }
    others
});

/// The other ways to write a folded word.
pub(super) fn others(word: &str) -> &'static [&'static str] {
    OTHERS.get(word).map_or(&[], Vec::as_slice)
}

/// The number that a folded word is, in any spelling.
pub(super) fn number(word: &str) -> Option<u32> {
    let digits = word.parse().ok();
    digits.or_else(|| others(word).iter().find_map(|other| other.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_in_any_spelling() {
        assert_eq!(others("ii"), ["2", "two"]);
        assert_eq!(others("v"), ["5", "five", "vs", "versus"]);
        assert_eq!(others("doctor"), ["dr"]);
        assert_eq!(others("heat"), [""; 0]);
        assert_eq!(
            ["7", "vii", "seven", "1995"].map(number),
            [7, 7, 7, 1995].map(Some)
        );
        assert_eq!(number("heat"), None);
        assert_eq!(number("99999999999"), None);
    }
}
