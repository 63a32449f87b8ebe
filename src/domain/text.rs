//! Texts as people write them, made comparable.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The text without control and invisible characters, white space of any kind folded to single spaces.
///
/// What is visible stays code point for code point: joiners inside emoji and accents are kept.
pub fn tidy(text: &str) -> String {
    let is_space = |c: char| c.is_whitespace() || c.is_control();
    let visible: String = text
        .chars()
        .map(|c| if is_space(c) { ' ' } else { c })
        .collect();
    let tidied = visible
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if tidied.chars().all(is_invisible) {
        String::new()
    } else {
        tidied
    }
}

/// Case, accents and compatibility forms folded: `"Amélie"` and `"AMELIE"` give `"amelie"`.
pub fn fold(text: &str) -> String {
    text.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ø' => 'o',
            'ł' => 'l',
            'đ' => 'd',
            'ı' => 'i',
            c => c,
        })
        .collect()
}

/// The words of a text, folded: runs of letters and digits of any script; apostrophes and full stops join.
pub fn words(text: &str) -> Vec<String> {
    fold(text)
        .replace(['\'', '’', '`', '.'], "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A key for addresses: the folded words, joined by hyphens. Empty if the text has no letter or digit.
pub fn slug(text: &str) -> String {
    words(text).join("-")
}

/// What a title is sorted by: folded, without a leading article.
pub fn sort_name(name: &str) -> String {
    let folded = words(name).join(" ");
    for article in ["the ", "a ", "an "] {
        if let Some(rest) = folded.strip_prefix(article) {
            return rest.to_owned();
        }
    }
    if folded.is_empty() {
        name.to_owned()
    } else {
        folded
    }
}

/// White space, and what has no width of its own.
pub fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_case_and_accents_away() {
        assert_eq!(fold("AMÉLIE"), "amelie");
        assert_eq!(slug("Zoe Saldaña"), "zoe-saldana");
        assert_eq!(slug("J. K. Simmons"), slug("j.  k. simmons"));
        assert_eq!(words("Cat's in the Bag..."), ["cats", "in", "the", "bag"]);
        assert_eq!(slug("王菲"), "王菲");
    }

    #[test]
    fn tidying_keeps_what_is_visible() {
        assert_eq!(tidy(" Robert\u{a0} De\tNiro\r"), "Robert De Niro");
        assert_eq!(tidy(" \u{a0}\u{200b}\u{3000}"), "");
        assert_eq!(tidy("🧑\u{200d}🚀"), "🧑\u{200d}🚀");
    }

    #[test]
    fn articles_do_not_count_in_the_alphabet() {
        assert_eq!(sort_name("The Godfather"), "godfather");
        assert_eq!(sort_name("👍"), "👍");
        assert_eq!(sort_name("A"), "a");
    }
}
