//! The vocabulary of genres: how each is spelled, and which other words mean it.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::text;

/// What the vocabulary makes of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GenreName {
    /// A genre of the vocabulary, in its spelling.
    Known(&'static str),
    /// A word that the vocabulary does not have, tidied; it becomes a genre of its own.
    Unknown(String),
}

/// Spelling and synonyms. The names are TMDB's where TMDB has the genre.
const VOCABULARY: &[(&str, &[&str])] = &[
    ("Action", &[]),
    ("Adventure", &[]),
    ("Animation", &["Animated", "Anime"]),
    ("Biography", &["Biographical", "Biopic"]),
    ("Comedy", &[]),
    ("Crime", &[]),
    ("Documentary", &[]),
    ("Drama", &[]),
    ("Family", &["Children", "Kids"]),
    ("Fantasy", &[]),
    ("Film Noir", &["Noir", "Film-Noir"]),
    ("History", &["Historical"]),
    ("Horror", &[]),
    ("Martial Arts", &[]),
    ("Music", &[]),
    ("Musical", &[]),
    ("Mystery", &[]),
    ("News", &[]),
    ("Reality", &["Reality TV", "Reality-TV"]),
    ("Romance", &["Romantic"]),
    ("Science Fiction", &["Sci-Fi", "SciFi", "SF"]),
    ("Short", &[]),
    ("Silent", &[]),
    ("Sport", &["Sports"]),
    ("Spy", &["Espionage"]),
    ("Superhero", &[]),
    ("Talk Show", &["Talk-Show", "Talk"]),
    ("Teen", &[]),
    ("Thriller", &["Suspense"]),
    ("War", &[]),
    ("Western", &[]),
];

/// The genre that a word names, whatever its case and spacing; `None` for an empty word.
pub fn genre_name(word: &str) -> Option<GenreName> {
    let tidied = text::tidy(word);
    if tidied.is_empty() {
        return None;
    }
    let known = KNOWN.get(&text::slug(&tidied));
    Some(known.map_or(GenreName::Unknown(tidied), |name| GenreName::Known(name)))
}

/// The names by the key of every spelling.
static KNOWN: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let genres = VOCABULARY.iter();
    let spellings = genres.flat_map(|(name, synonyms)| {
        let all = std::iter::once(name).chain(*synonyms);
        all.map(|spelling| (text::slug(spelling), *name))
    });
    spellings.collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_and_synonyms_give_one_genre() {
        for word in [
            "science fiction",
            "SCIENCE FICTION",
            " Science  Fiction ",
            "Sci-Fi",
            "sci fi",
            "SF",
        ] {
            assert_eq!(
                genre_name(word),
                Some(GenreName::Known("Science Fiction")),
                "{word}"
            );
        }
    }

    #[test]
    fn an_unknown_word_is_kept_and_an_empty_one_dropped() {
        assert_eq!(
            genre_name(" Telenovela"),
            Some(GenreName::Unknown("Telenovela".into()))
        );
        assert_eq!(genre_name(" "), None);
    }
}
