//! How the words of a name compare to those of a query.

use super::ranking::{Kind, Match};
use super::senses::{Fits, Meanings};
use super::things::Name;
use super::typed::{JOINED, Typed};

/// So many steps are gone to lay a query along a name: words that repeat themselves could be laid in many ways.
const STEPS: u32 = 500;

/// What of a query a name has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The words of the query that it has.
    pub(super) words: u64,
    /// Those without a typing error.
    pub(super) exact: u64,
    /// How they stand in it, if it has any.
    pub(super) matched: Option<Match>,
}

/// Compares names to a query; keeps room that each comparison needs.
pub(super) struct Comparing<'a> {
    typed: &'a Typed,
    meanings: &'a Meanings<'a>,
    words: Vec<Fits>,
    joined: Vec<Fits>,
    whole: Fits,
    steps: u32,
}

/// How far a query is laid along a name.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    end: usize,
    errors: u32,
    is_spelled: bool,
    is_unfinished: bool,
    is_unspaced: bool,
}

impl<'a> Comparing<'a> {
    pub(super) fn new(typed: &'a Typed, meanings: &'a Meanings<'a>) -> Self {
        Self {
            typed,
            meanings,
            words: Vec::new(),
            joined: Vec::new(),
            whole: Fits::default(),
            steps: 0,
        }
    }

    /// How a name matches that has all words of the query.
    pub(super) fn all_words(&mut self, name: &Name) -> Option<Match> {
        let words = self.read(name);
        let has_all = words & self.typed.needed() == self.typed.needed();
        has_all.then(|| self.matches(name, words))
    }

    /// What a name has of the query, and how those words match it.
    pub(super) fn some_words(&mut self, name: &Name) -> Found {
        let words = self.read(name);
        let each = self.words.iter().chain(&self.joined).chain([&self.whole]);
        let exact = each.fold(0, |bits, fits| bits | fits.all & !fits.errors[0]);
        Found {
            words,
            exact: covered(exact),
            matched: (words != 0).then(|| self.matches(name, words)),
        }
    }

    /// Looks up how each word of the name fits. Says which words of the query it has.
    fn read(&mut self, name: &Name) -> u64 {
        let (names, joined) = (&self.meanings.names, &self.meanings.joined);
        self.words.clear();
        self.joined.clear();
        let words = name.words.iter().map(|word| names.fits(*word));
        self.words.extend(words);
        let both = name.joined.iter().map(|word| joined.fits(*word));
        self.joined.extend(both);
        self.whole = name.whole.map(|word| joined.fits(word)).unwrap_or_default();
        let each = self.words.iter().chain(&self.joined);
        let bits = each.fold(self.whole.all, |bits, fits| bits | fits.all);
        covered(bits) & self.typed.all()
    }

    /// The best way in which these words of the query stand in the name that was read. It has them.
    fn matches(&mut self, name: &Name, words: u64) -> Match {
        let first = words.trailing_zeros() as usize;
        let has_article = self.typed.words[first].is_article();
        let behind_article = (has_article && words.count_ones() > 1)
            .then(|| (words & !(1 << first)).trailing_zeros() as usize);
        let length = name.words.len();
        let bare = usize::from(name.has_article);
        let ways = [
            Some((first, 0)),
            (bare > 0).then_some((first, bare)),
            behind_article.map(|next| (next, 0)),
            behind_article.filter(|_| bare > 0).map(|next| (next, bare)),
        ];
        let mut best: Option<Match> = None;
        for (nth, (from, at)) in ways
            .into_iter()
            .enumerate()
            .filter_map(|(nth, it)| Some((nth, it?)))
        {
            self.steps = 0;
            let start = Way {
                end: at,
                ..Way::default()
            };
            let Some(way) = self.lay(from, words, start) else {
                continue;
            };
            let is_strict = nth == 0 && from == 0;
            let kind = match (way.end == length && !way.is_unfinished, way.is_unspaced) {
                (true, false) if is_strict => Kind::Whole,
                (true, _) => Kind::WholeLoosely,
                (false, false) if has_article && nth == 0 => Kind::BeginningWithArticle,
                (false, false) => Kind::Beginning,
                (false, true) => Kind::BeginningUnspaced,
            };
            let found = Match {
                kind,
                errors: way.errors,
                is_spelled: way.is_spelled,
                is_unfinished: way.is_unfinished,
            };
            if best.is_none_or(|best| found.grade() > best.grade()) {
                best = Some(found);
            }
        }
        best.unwrap_or_else(|| self.scattered(name, words))
    }

    /// Lays the words of the query from a place on along the name, behind what is laid already.
    fn lay(&mut self, from: usize, words: u64, way: Way) -> Option<Way> {
        let rest = words & (u64::MAX << from);
        if rest == 0 {
            return Some(way);
        }
        self.steps += 1;
        if self.steps > STEPS || way.end >= self.words.len() {
            return None;
        }
        let at = rest.trailing_zeros() as usize;
        let bit = 1_u64 << at;
        let pair = 1_u64 << (JOINED + at);
        let here = self.words[way.end];
        if here.all & bit != 0
            && let Some(found) = self.lay(at + 1, words, way.with(here, bit, 1))
        {
            return Some(found);
        }
        let has_next = words & (bit << 1) != 0;
        if has_next && here.all & pair != 0 {
            let way = way.with(here, pair, 1).unspaced();
            if let Some(found) = self.lay(at + 2, words, way) {
                return Some(found);
            }
        }
        if let Some(both) = self.joined.get(way.end).copied()
            && both.all & bit != 0
            && let Some(found) = self.lay(at + 1, words, way.with(both, bit, 2).unspaced())
        {
            return Some(found);
        }
        let is_whole = self.whole.all & bit != 0 && way.end <= 1;
        if is_whole {
            let rest = self.words.len() - way.end;
            let way = way.with(self.whole, bit, rest).unspaced();
            return self.lay(at + 1, words, way);
        }
        None
    }

    /// How words match that do not stand at the beginning of the name, or in another order.
    fn scattered(&self, name: &Name, words: u64) -> Match {
        let mut found = Match {
            kind: Kind::Words,
            errors: 0,
            is_spelled: false,
            is_unfinished: false,
        };
        let each = || self.words.iter().chain(&self.joined).chain([&self.whole]);
        let mut rest = words;
        while rest != 0 {
            let bit = rest & rest.wrapping_neg();
            rest &= !bit;
            let best = each()
                .filter(|fits| fits.all & bit != 0)
                .map(|fits| {
                    (
                        fits.errors_of(bit),
                        fits.begins & bit != 0,
                        fits.spelled & bit != 0,
                    )
                })
                .min();
            // Half of a pair: it is spelled as one word.
            let (errors, begins, spelled) = best.unwrap_or((0, false, true));
            found.errors += errors;
            found.is_unfinished |= begins;
            found.is_spelled |= spelled;
        }
        let is_used = |fits: &Fits| fits.all != 0;
        let bare = usize::from(name.has_article);
        if found.is_unfinished {
            found.kind = Kind::WordsUnfinished;
        } else if self.words[bare..].iter().all(is_used)
            && words.count_ones() as usize >= self.words.len() - bare
        {
            found.kind = Kind::Reordered;
        }
        found
    }
}

impl Way {
    fn with(self, fits: Fits, bit: u64, words: usize) -> Self {
        Self {
            end: self.end + words,
            errors: self.errors + fits.errors_of(bit),
            is_spelled: self.is_spelled || fits.spelled & bit != 0,
            is_unfinished: self.is_unfinished || fits.begins & bit != 0,
            is_unspaced: self.is_unspaced,
        }
    }

    fn unspaced(self) -> Self {
        Self {
            is_unspaced: true,
            ..self
        }
    }
}

/// The words of the query that bits stand for: a pair stands for both of its words.
pub(super) fn covered(bits: u64) -> u64 {
    let pairs = bits >> JOINED;
    (bits & (u64::MAX >> (64 - JOINED))) | pairs | (pairs << 1)
}
