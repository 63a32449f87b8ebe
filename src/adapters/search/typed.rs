//! What was typed, taken apart.

use super::names::{MOST_WORDS, is_article, is_ideographic, words};
use super::spellings::number;

/// The fewest characters of an unfinished word with a typing error; fewer would match nearly everything.
const MIN_UNFINISHED: usize = 5;
/// What people type around what they look for.
const AROUND: &[&str] = &[
    "actor",
    "actress",
    "by",
    "called",
    "cast",
    "directed",
    "director",
    "episodes",
    "film",
    "films",
    "free",
    "from",
    "full",
    "hd",
    "movie",
    "movies",
    "named",
    "online",
    "season",
    "series",
    "show",
    "star",
    "starring",
    "stars",
    "stream",
    "streaming",
    "titled",
    "trailer",
    "tv",
    "watch",
    "with",
];
/// Words that stand before the number of a part, and need not.
const BEFORE_NUMBERS: &[&str] = &[
    "chapter", "episode", "ep", "no", "number", "part", "pt", "vol", "volume",
];
/// Words that tell nearly nothing.
const LITTLE: &[&str] = &["a", "an", "and", "at", "in", "of", "on", "the", "to"];

/// A query. Its words have a bit each, by which sets of them are named.
#[derive(Debug)]
pub(super) struct Typed {
    /// In the order in which they were typed; at most [`MOST_WORDS`].
    pub(super) words: Vec<TypedWord>,
    /// Neighbours as one word, by the place of the first.
    pub(super) joined: Vec<TypedWord>,
    /// As it was typed.
    pub(super) text: String,
}

/// A word of a query.
#[derive(Debug, Clone)]
pub(super) struct TypedWord {
    /// Folded: lower case, without accents.
    pub(super) text: String,
    pub(super) letters: Vec<char>,
    /// The number that it is, in any spelling.
    pub(super) number: Option<u32>,
}

/// The bit of two neighbours that are one word is so many places from that of the first.
pub(super) const JOINED: usize = MOST_WORDS;

impl Typed {
    /// Takes a query apart.
    pub(super) fn new(query: &str) -> Self {
        Self::of(
            words(query).into_iter().map(TypedWord::new).collect(),
            query,
        )
    }

    fn of(words: Vec<TypedWord>, text: &str) -> Self {
        let joined = words.windows(2);
        let joined = joined.map(|pair| TypedWord::new(format!("{}{}", pair[0].text, pair[1].text)));
        Self {
            joined: joined.collect(),
            words,
            text: text.to_owned(),
        }
    }

    /// The bits of all words.
    pub(super) fn all(&self) -> u64 {
        (1 << self.words.len()) - 1
    }

    /// Those without which nothing has the query: a leading article need not be there.
    pub(super) fn needed(&self) -> u64 {
        match &self.words[..] {
            [first, _, ..] if first.is_article() => self.all() & !1,
            _ => self.all(),
        }
    }

    /// The same without what people type around the name that they mean, if that is not all of it.
    pub(super) fn without_what_stands_around(&self) -> Option<Self> {
        let is_kept = |word: &&TypedWord| !AROUND.contains(&word.text.as_str());
        let mut words: Vec<TypedWord> = self.words.iter().filter(is_kept).cloned().collect();
        // An article that was before "movie" is before nothing.
        if words.len() > 1 && words.last().is_some_and(TypedWord::is_article) {
            words.pop();
        }
        let is_left =
            words.len() < self.words.len() && words.iter().any(|word| !word.tells_little());
        is_left.then(|| Self::of(words, &self.text))
    }

    /// The same without a number at its end: that of a part may not be in its name.
    pub(super) fn without_number(&self) -> Option<Self> {
        let (last, mut rest) = self.words.split_last()?;
        last.number?;
        if let [before @ .., part] = rest
            && BEFORE_NUMBERS.contains(&part.text.as_str())
        {
            rest = before;
        }
        (!rest.is_empty()).then(|| Self::of(rest.to_vec(), &self.text))
    }

    /// The same without the words before numbers of parts, if there are any.
    pub(super) fn without_parts(&self) -> Option<Self> {
        let is_before = |at: usize| {
            let next = self.words.get(at + 1);
            BEFORE_NUMBERS.contains(&self.words[at].text.as_str())
                && at > 0
                && next.is_some_and(|next| next.number.is_some())
        };
        let kept = (0..self.words.len()).filter(|at| !is_before(*at));
        let kept: Vec<TypedWord> = kept.map(|at| self.words[at].clone()).collect();
        (kept.len() < self.words.len()).then(|| Self::of(kept, &self.text))
    }
}

impl TypedWord {
    fn new(text: String) -> Self {
        Self {
            letters: text.chars().collect(),
            number: number(&text),
            text,
        }
    }

    /// How many typing errors are forgiven: none in short words, numbers and ideographs.
    pub(super) fn tolerance(&self) -> u32 {
        let is_word = |c: &char| c.is_alphabetic() && !is_ideographic(*c);
        match self.letters.len() {
            3..=7 if self.letters.iter().all(is_word) => 1,
            8.. if self.letters.iter().all(is_word) => 2,
            _ => 0,
        }
    }

    /// Whether errors are forgiven when the word is unfinished.
    pub(super) fn may_be_unfinished_with_errors(&self) -> bool {
        self.letters.len() >= MIN_UNFINISHED && self.tolerance() > 0
    }

    /// Whether a name with this word and one without it are hardly told apart.
    pub(super) fn tells_little(&self) -> bool {
        let text = self.text.as_str();
        LITTLE.contains(&text) || AROUND.contains(&text) || BEFORE_NUMBERS.contains(&text)
    }

    pub(super) fn is_article(&self) -> bool {
        is_article(&self.text)
    }

    /// Whether the number is this one.
    pub(super) fn is_number(&self, number: Option<u32>) -> bool {
        number.is_some() && self.number == number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(typed: Option<Typed>) -> Option<Vec<String>> {
        typed.map(|typed| typed.words.into_iter().map(|word| word.text).collect())
    }

    #[test]
    fn a_query_is_its_words_and_its_pairs() {
        let typed = Typed::new("Spider Man II");
        let joined: Vec<&str> = typed.joined.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(joined, ["spiderman", "manii"]);
        assert_eq!(typed.all(), 0b111);
        assert_eq!(typed.words[2].number, Some(2));
        assert_eq!(Typed::new(&"x ".repeat(100)).words.len(), MOST_WORDS);
        assert_eq!(Typed::new("?!").all(), 0);
    }

    #[test]
    fn what_stands_around_a_name_is_left_out() {
        let without = |query: &str| {
            texts(Typed::new(query).without_what_stands_around()).map(|words| words.join(" "))
        };
        assert_eq!(
            without("watch the jerk online").as_deref(),
            Some("the jerk")
        );
        assert_eq!(without("body heat the movie").as_deref(), Some("body heat"));
        assert_eq!(
            without("movies with sean connery").as_deref(),
            Some("sean connery")
        );
        assert_eq!(without("the movie"), None);
        assert_eq!(without("heat"), None);
    }

    #[test]
    fn the_number_of_a_part_is_told_from_its_name() {
        let without = |query: &str| texts(Typed::new(query).without_number());
        assert_eq!(without("alien part 4"), Some(vec!["alien".to_owned()]));
        assert_eq!(without("alien four"), Some(vec!["alien".to_owned()]));
        assert_eq!(without("7"), None);
        assert_eq!(without("alien"), None);
        let parts = texts(Typed::new("alien part 4 vol").without_parts());
        assert_eq!(
            parts,
            Some(vec!["alien".to_owned(), "4".into(), "vol".into()])
        );
    }

    #[test]
    fn short_words_and_numbers_forgive_nothing() {
        let tolerance = |word: &str| Typed::new(word).words[0].tolerance();
        assert_eq!(["up", "2001", "霸", "se7en"].map(tolerance), [0; 4]);
        assert_eq!(["heat", "matrix"].map(tolerance), [1; 2]);
        assert_eq!(tolerance("godfather"), 2);
    }
}
