//! Finding titles that have only some of the words, where none has all: those that have what tells the most.

use super::candidates::{Places, count_all, each_with};
use super::hits::Hits;
use super::index::Index;
use super::ranking::{Kind, partial};
use super::senses::{ALL, Meanings};
use super::spread::Reading;
use super::typed::Typed;

/// By so many words candidates are looked up.
const LOOKED_UP: usize = 3;
/// A word that stands in more places than this tells too little to look up candidates by it.
const MOST_PLACES: usize = 1500;
/// A title must have words that tell so much of all.
const LEAST: f64 = 0.4;
/// So much tells a word of those that tell little, beside what it would tell by how rare it is.
const LITTLE: f64 = 0.1;

/// Adds the titles that have some of the words.
pub(super) fn titles(index: &Index, hits: &mut Hits<'_>, typed: &Typed) {
    let meanings = Meanings::of(typed, index, ALL);
    let (titles, _) = index.sizes();
    let counts: Vec<usize> = (0..typed.words.len())
        .map(|at| count_all(&meanings, at, titles))
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "there are fewer titles")]
    let rare = |count: usize| (1.0 + titles as f64 / count as f64).ln();
    // A word that nothing has tells as much as the rarest that something has.
    let known = counts.iter().copied().filter(|count| *count > 0);
    let rarest = known.min().unwrap_or(1);
    let tells: Vec<f64> = counts
        .iter()
        .zip(&typed.words)
        .map(|(count, word)| {
            let rare = rare(if *count == 0 { rarest } else { *count });
            if word.tells_little() {
                LITTLE * rare
            } else {
                rare
            }
        })
        .collect();
    let all: f64 = tells.iter().sum();
    let mut best: Vec<usize> = (0..typed.words.len())
        .filter(|at| (1..MOST_PLACES).contains(&counts[*at]))
        .collect();
    best.sort_by(|a, b| tells[*b].total_cmp(&tells[*a]));
    best.dedup_by(|a, b| typed.words[*a].text == typed.words[*b].text);
    best.truncate(LOOKED_UP);
    let mut reading = Reading::new(index, typed, &meanings);
    for at in best {
        each_with(index, &meanings, at, Places::All, |slot| {
            if hits.has(slot) {
                return;
            }
            let title = index.title(slot);
            let read = reading.read(title);
            let had = read.all();
            let told = (0..typed.words.len()).filter(|at| had & (1 << at) != 0);
            let told: f64 = told.map(|at| tells[at]).sum();
            if told < LEAST * all {
                return;
            }
            let mistyped = (had & !read.exact).count_ones();
            let named = match read.kind {
                Some(Kind::Whole | Kind::WholeLoosely) => 20,
                Some(Kind::BeginningWithArticle | Kind::Beginning | Kind::BeginningUnspaced) => 10,
                _ => 0,
            };
            let grade = partial(told / all) + named - mistyped.min(9);
            hits.offer(slot, title, grade, title.watchers);
        });
    }
}
