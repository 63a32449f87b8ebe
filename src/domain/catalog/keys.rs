//! Keys made of names: where in a store that stands which has a name, and where what is new goes.

use crate::domain::text;

/// The keys under which something of a name may stand.
///
/// Keys once lost the marks of every script, so that कमला stood under कमल. What was stored under such a key stays there
/// and is found by it, as long as it has that name: a catalogue that was loaded before gets nobody twice. Who only shared
/// the key gets one of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameKeys {
    /// As keys were made once.
    former: String,
    key: String,
    /// The key if another name has the key since keys were made that way. No name gives one with a tilde.
    beside: String,
}

impl NameKeys {
    /// The keys of a name.
    pub fn of(name: &str) -> Self {
        let key = text::slug(name);
        Self {
            former: text::former_slug(name),
            beside: format!("{key}~2"),
            key,
        }
    }

    /// All keys that have to be looked up.
    pub fn all(&self) -> [&str; 3] {
        [&self.former, &self.key, &self.beside]
    }

    /// The key, where `name_at` says what is stored under a key by its name.
    pub fn choose<'a>(&self, name_at: impl Fn(&str) -> Option<&'a str>) -> &str {
        let is_stored_as_once =
            name_at(&self.former).is_some_and(|name| text::slug(name) == self.key);
        if is_stored_as_once {
            return &self.former;
        }
        let is_anothers = name_at(&self.key).is_some_and(|name| {
            text::slug(name) != self.key && text::former_slug(name) == self.key
        });
        if is_anothers { &self.beside } else { &self.key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(name: &str, stored: &[(&str, &'static str)]) -> String {
        let keys = NameKeys::of(name);
        let at = |key: &str| stored.iter().find(|(slug, _)| *slug == key).map(|it| it.1);
        keys.choose(at).to_owned()
    }

    #[test]
    fn what_stands_under_a_former_key_stays_there() {
        assert_eq!(choose("कमला", &[]), "कमला");
        assert_eq!(choose("कमला", &[("कमल", "कमला")]), "कमल");
        let jamo = text::former_slug("봉준호");
        assert_eq!(choose("봉준호", &[(&jamo, "봉준호")]), jamo);
        assert_eq!(
            choose("Œuvre Sæther", &[("œuvre-sæther", "Œuvre Sæther")]),
            "œuvre-sæther"
        );
    }

    #[test]
    fn a_key_that_an_invisible_character_divided_is_found_by_who_has_it() {
        let stored = [("ro-bert", "Ro\u{200b}bert")];
        assert_eq!(choose("Ro\u{200b}bert", &stored), "ro-bert");
        assert_eq!(choose("Ro\u{200b}bert", &[]), "robert");
        assert_eq!(choose("Ro\u{200b}bert", &[("robert", "Robert")]), "robert");
    }

    #[test]
    fn another_name_under_a_former_key_is_somebody_else() {
        assert_eq!(choose("कमला", &[("कमल", "कमल")]), "कमला");
        let taken = [("はは", "ばば")];
        assert_eq!(choose("ばば", &taken), "はは");
        assert_eq!(choose("はは", &taken), "はは~2");
        assert_eq!(choose("ぱぱ", &taken), "ぱぱ");
        assert_eq!(
            choose("はは", &[("はは", "ばば"), ("はは~2", "はは")]),
            "はは~2",
            "the second load finds what the first made"
        );
    }

    #[test]
    fn a_key_that_was_given_is_found_by_who_is_called_so() {
        let given = [("steve-mcqueen", "Steven McQueen")];
        assert_eq!(choose("Steve McQueen", &given), "steve-mcqueen");
    }
}
