//! Texts as people write them, made comparable.
//!
//! There are two foldings. [`slug`] makes keys, under which people, collections and genres are one or several, so it folds
//! no more than spellings of one name differ. [`fold`] is for finding and for labels of fixed lists, and may fold more.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_script::{Script, UnicodeScript};

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

/// The text in its composed spelling (NFC), in which it looks the same.
pub fn compose(text: &str) -> String {
    text.nfc().collect()
}

/// The spellings under which a slug may be stored, the likeliest first: as given, composed, and decomposed, as keys were
/// once made.
pub fn spellings(slug: &str) -> Vec<String> {
    let mut spellings = vec![slug.to_owned()];
    for spelling in [compose(slug), slug.nfkd().collect()] {
        if !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
    spellings
}

/// Case and compatibility forms folded, and of marks those that spellings leave out: accents of Latin, Greek and Cyrillic
/// letters, points of Hebrew and Arabic ones. `"Amélie"` and `"AMELIE"` give `"amelie"`, `"Æon"` gives `"aeon"`.
pub fn fold(text: &str) -> String {
    let leaves_out = |letter: char, _| {
        matches!(
            letter.script(),
            Script::Latin
                | Script::Greek
                | Script::Cyrillic
                | Script::Hebrew
                | Script::Arabic
                | Script::Common
                | Script::Inherited
        )
    };
    without_marks(text.nfkd(), leaves_out)
}

/// The words of a text, folded: runs of letters and digits of any script; apostrophes and full stops join.
pub fn words(text: &str) -> Vec<String> {
    split(&fold(text))
}

/// A key for addresses: words, joined by hyphens. Empty if the text has no letter or digit.
///
/// Case is folded, width, and the marks of Latin, Greek and Cyrillic letters; other scripts keep theirs, for there they
/// tell one word from another, and so does the breve of й. The key is composed (NFC).
pub fn slug(text: &str) -> String {
    let narrow: String = text
        .chars()
        .flat_map(|c| {
            let is_form = matches!(c, '\u{fb00}'..='\u{fb06}' | '\u{ff00}'..='\u{ffef}');
            let (form, same) = if is_form {
                (Some(c), None)
            } else {
                (None, Some(c))
            };
            form.into_iter().nfkc().chain(same)
        })
        .collect();
    let comes_off = |letter: char, mark| match letter.script() {
        Script::Latin | Script::Greek => true,
        Script::Cyrillic => mark != BREVE,
        _ => false,
    };
    compose(&split(&without_marks(narrow.nfd(), comes_off)).join("-"))
}

/// The key that was made of a text before marks of other scripts than Latin, Greek and Cyrillic were kept. Stores have
/// such keys, and what is found under one stays there.
pub fn former_slug(text: &str) -> String {
    bare_words(text).join("-")
}

/// What a title is sorted by: folded, without a leading article. Stores keep it, so it folds as it always did.
pub fn sort_name(name: &str) -> String {
    let folded = bare_words(name).join(" ");
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

/// What a [`sort_name`] is filed under: its letter, A to Z, or `#` if it begins with anything else.
pub fn initial(sort_name: &str) -> char {
    let first = sort_name.chars().next().unwrap_or(OTHER_INITIAL);
    if first.is_ascii_alphabetic() {
        first.to_ascii_uppercase()
    } else {
        OTHER_INITIAL
    }
}

/// What names are filed under that begin with no letter from A to Z.
pub const OTHER_INITIAL: char = '#';

/// White space, and what has no width of its own.
pub fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Whether a character turns the direction of all that stands behind it, what others wrote included.
pub fn is_turning(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether nobody sees a character that stands alone: what is invisible, letters that fill a place, an empty pattern of
/// Braille, and what chooses a form of the character before it.
pub fn is_unseen(c: char) -> bool {
    is_invisible(c)
        || matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180d}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text as a message shows it, on one line: what has no width of its own by its number, for it could hide a part of the
/// message, or change its direction.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) && c != ' ' {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character is a mark on the one before it.
pub fn is_mark(c: char) -> bool {
    is_combining_mark(c)
}

/// Whether a character joins what stands around it to one word: apostrophes, full stops, and what nobody sees.
pub fn joins(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '.')
        || is_invisible(c) && !c.is_whitespace() && !c.is_control()
}

/// The mark that makes й of и.
const BREVE: char = '\u{306}';

/// Decomposed characters in lower case, letters that have another spelling in that, and without the marks of which
/// `comes_off` says so by the letter that they stand on.
fn without_marks(
    decomposed: impl Iterator<Item = char>,
    comes_off: impl Fn(char, char) -> bool,
) -> String {
    let mut folded = String::new();
    let mut letter = ' ';
    for c in decomposed.flat_map(char::to_lowercase) {
        if !is_combining_mark(c) {
            letter = c;
        } else if comes_off(letter, c) {
            continue;
        }
        match other_spelling(c) {
            Some(spelling) => folded.push_str(spelling),
            None => folded.push(c),
        }
    }
    folded
}

/// How a letter that no accent is taken off is written where it is missing.
fn other_spelling(letter: char) -> Option<&'static str> {
    Some(match letter {
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        'þ' => "th",
        'ĳ' => "ij",
        'ø' => "o",
        'ł' | 'ŀ' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}

/// Runs of letters, digits and the marks on them. Apostrophes and full stops join what stands around them, and so does what
/// nobody sees: joiners, soft hyphens, places where a line may break.
fn split(folded: &str) -> Vec<String> {
    let joined: String = folded.chars().filter(|c| !joins(*c)).collect();
    joined
        .split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .map(str::to_owned)
        .collect()
}

/// Words as they were folded once: without any mark of any script.
fn bare_words(text: &str) -> Vec<String> {
    let bare: String = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            'ø' => 'o',
            'ł' => 'l',
            'đ' => 'd',
            'ı' => 'i',
            c => c,
        })
        .collect();
    bare.replace(['\'', '’', '`', '.'], "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Bytes as hexadecimal digits, letters small.
pub fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let mut text = String::with_capacity(2 * bytes.len());
    text.extend(digits.filter_map(|digit| char::from_digit(digit.into(), 16)));
    text
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
    fn a_key_is_the_same_for_spellings_of_one_name() {
        for (a, b) in [
            ("Œuvre Sæther", "Oeuvre Saether"),
            ("Søren Strauß", "SOREN STRAUSS"),
            ("Łukasz Żal", "Lukasz Zal"),
            ("Guðrún Þórsdóttir", "Gudrun Thorsdottir"),
            ("Đặng Nhật Minh", "Dang Nhat Minh"),
            ("Nuri Bilge Ceylan ŞENER", "nuri bilge ceylan şener"),
            ("İlker Kaya", "ilker kaya"),
            ("Işıl", "isil"),
            ("Θόδωρος Αγγελόπουλος", "ΘΟΔΩΡΟΣ ΑΓΓΕΛΟΠΟΥΛΟΣ"),
            ("Фёдор Бондарчук", "ФЕДОР БОНДАРЧУК"),
            ("Andrei\u{306} Zoe\u{308}", "Andrei Zoe"),
            ("Андрей", "Андреи\u{306}"),
            (
                "봉준호",
                "\u{1107}\u{1169}\u{11bc}\u{110c}\u{116e}\u{11ab}\u{1112}\u{1169}",
            ),
            ("ば", "は\u{3099}"),
            ("Ｔｏｍ ﾀﾅﾍﾞ", "Tom タナベ"),
            ("Sinéad O’Connor", "Sinead O'Connor"),
            ("ﬁn", "fin"),
            ("Schwarz\u{ad}enegger", "Schwarzenegger"),
            ("Ro\u{200b}bert De\u{2060} Niro\u{feff}", "Robert De Niro"),
            ("\u{202b}محمد\u{202c}", "محمد"),
        ] {
            assert_eq!(slug(a), slug(b), "{a} {b}");
        }
        assert_eq!(slug("봉준호"), "봉준호");
    }

    #[test]
    fn marks_that_make_another_word_stay() {
        for (a, b) in [
            ("कमल", "कमला"),
            ("सुनील", "सुनीला"),
            ("शिव", "शव"),
            ("ばば", "はは"),
            ("はは", "ぱぱ"),
            ("タナベ", "タナヘ"),
            ("ปี", "ปู"),
            ("Андрей", "Андреи"),
            ("தி", "தீ"),
            ("মিনা", "মীনা"),
        ] {
            assert_ne!(slug(a), slug(b), "{a} {b}");
            assert_eq!(slug(a), compose(&a.to_lowercase()), "{a}");
        }
        assert_eq!(
            slug("हिन्दी सिनेमा"),
            "हिन्दी-सिनेमा",
            "a virama divides no word"
        );
        assert_eq!(slug("क्\u{200d}ष"), slug("क्ष"));
        assert_eq!(slug("\u{301}"), "");
    }

    #[test]
    fn names_are_filed_under_the_letter_that_they_are_sorted_by() {
        for (name, expected) in [
            ("The Matrix", 'M'),
            ("A Zoo", 'Z'),
            ("Ångström", 'A'),
            ("Æon Flux", '#'),
            ("the", 'T'),
            ("9", '#'),
            ("Ёлки", '#'),
            ("千と千尋の神隠し", '#'),
            ("!?", '#'),
            ("", '#'),
        ] {
            assert_eq!(initial(&sort_name(name)), expected, "{name}");
        }
    }

    #[test]
    fn search_folds_more_than_keys() {
        assert_eq!(fold("Андрей Ёлкин"), fold("андреи елкин"));
        assert_eq!(fold("שָׁלוֹם"), fold("שלום"));
        assert_eq!(fold("مُحَمَّد"), fold("محمد"));
        assert_eq!(words("8½"), words("81⁄2"));
        assert_eq!(fold("Straße"), fold("STRASSE"));
        assert_ne!(fold("कमल"), fold("कमला"));
        assert_ne!(fold("ばば"), fold("はは"));
    }

    #[test]
    fn keys_that_were_stored_are_known_by_how_they_were_made() {
        assert_eq!(former_slug("कमला"), "कमल");
        assert_eq!(former_slug("Œuvre Sæther"), "œuvre-sæther");
        assert_eq!(former_slug("Zoe Saldaña"), slug("Zoe Saldaña"));
        assert_eq!(spellings("봉준호")[1], former_slug("봉준호"));
        assert_eq!(sort_name("The Ængst"), "ængst");
    }

    #[test]
    fn messages_show_what_nobody_would_see() {
        assert_eq!(visible("a b «é» 👍"), "a b «é» 👍");
        assert_eq!(
            visible("\u{1b}[2J\u{202e}\n\u{a0}\u{ad}"),
            "\\u{1b}[2J\\u{202e}\\u{a}\\u{a0}\\u{ad}"
        );
    }

    #[test]
    fn tidying_keeps_what_is_visible() {
        assert_eq!(tidy(" Robert\u{a0} De\tNiro\r"), "Robert De Niro");
        assert_eq!(tidy(" \u{a0}\u{200b}\u{3000}"), "");
        assert_eq!(tidy("🧑\u{200d}🚀"), "🧑\u{200d}🚀");
    }

    #[test]
    fn what_nobody_sees_and_what_turns_the_rest_is_known() {
        for c in [
            '\u{200b}', '\u{2800}', '\u{3164}', '\u{fe0f}', ' ', '\u{202e}',
        ] {
            assert!(is_unseen(c), "{}", c.escape_unicode());
        }
        assert!(!['a', '王', '👍', '\u{301}'].into_iter().any(is_unseen));
        assert!(['\u{202e}', '\u{2067}'].into_iter().all(is_turning));
        assert!(!['א', '\u{200d}', '\u{200f}'].into_iter().any(is_turning));
    }

    #[test]
    fn articles_do_not_count_in_the_alphabet() {
        assert_eq!(sort_name("The Godfather"), "godfather");
        assert_eq!(sort_name("👍"), "👍");
        assert_eq!(sort_name("A"), "a");
    }
}
