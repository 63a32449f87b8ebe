//! Reading the index: which entries match a query, and what is known of them.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Bound;

use tantivy::query::{BooleanQuery, EnableScoring, FuzzyTermQuery, Query, RangeQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, Result, Searcher, SegmentReader, Term};

use super::index::NameFields;
use super::names::{symbols, without_article};
use super::ranking::Kind;
use super::typed::{Typed, TypedWord};

/// How many words of a query are looked up with typing errors: the longest, which tell the most.
const FORGIVING_WORDS: usize = 5;

/// The fewest bytes of a query whose spaces do not matter; a shorter one would begin too many names.
const MIN_JOINED: usize = 5;

/// What finds the names that match without typing errors, the best kind first. Each finds the whole of its kind, and
/// may find what an earlier one found.
pub(super) fn exact(typed: &Typed, fields: &NameFields) -> Vec<(Kind, Box<dyn Query>)> {
    let Some((last, finished)) = typed.words.split_last() else {
        return Vec::new();
    };
    let bare = without_article(&typed.words);
    let (all, bare, joined) = (join(&typed.words, " "), join(bare, " "), join(bare, ""));
    let mut words: Vec<Box<dyn Query>> = Vec::new();
    for word in finished {
        words.push(term(fields.word, &word.text));
    }
    words.push(prefix(fields.word, &last.text));
    // A name that has no article and but one word is in `exact` only.
    let whole_loosely = vec![term(fields.joined, &joined), term(fields.exact.0, &joined)];
    let beginning_loosely = vec![prefix(fields.bare, &bare), prefix(fields.exact.0, &bare)];
    let mut queries: Vec<(Kind, Box<dyn Query>)> = vec![
        (Kind::Whole, term(fields.exact.0, &all)),
        (Kind::WholeLoosely, union(whole_loosely)),
        (Kind::Beginning, prefix(fields.exact.0, &all)),
        (Kind::BeginningLoosely, union(beginning_loosely)),
        (Kind::Words, intersection(words)),
    ];
    if joined.len() >= MIN_JOINED {
        let unspaced = vec![
            prefix(fields.joined, &joined),
            prefix(fields.exact.0, &joined),
        ];
        queries.push((Kind::BeginningUnspaced, union(unspaced)));
    }
    queries
}

/// What finds the names that may match with typing errors, if the query has a word in which they are forgiven.
/// [`Typed::compare`] has the last word.
pub(super) fn forgiving(typed: &Typed, fields: &NameFields) -> Option<Box<dyn Query>> {
    if typed.words.iter().all(|word| word.tolerance() == 0) {
        return None;
    }
    let words = without_article(&typed.words);
    let last = words.len() - 1;
    let mut longest: Vec<(usize, &TypedWord)> = words.iter().enumerate().collect();
    longest.sort_by_key(|(_, word)| (Reverse(word.text.len()), &word.text));
    longest.dedup_by(|(_, a), (_, b)| a.text == b.text);
    longest.truncate(FORGIVING_WORDS);
    let each = longest
        .into_iter()
        .map(|(index, word)| similar(word, index == last, fields.word))
        .collect();
    Some(intersection(each))
}

/// What finds the names that may contain the query literally.
pub(super) fn symbolic(typed: &Typed, fields: &NameFields) -> Box<dyn Query> {
    let each = symbols(&typed.text)
        .into_iter()
        .map(|symbol| term(fields.symbol, &symbol.to_string()))
        .collect();
    intersection(each)
}

/// The ids of all that a query finds.
pub(super) fn ids(searcher: &Searcher, query: &dyn Query, fields: &NameFields) -> Result<Vec<u64>> {
    let mut found = Vec::new();
    each_segment(searcher, query, |segment, documents| {
        let ids = segment.fast_fields().u64(fields.id.1)?;
        found.extend(documents.iter().filter_map(|&document| ids.first(document)));
        Ok(())
    })?;
    Ok(found)
}

/// The ids of all that a query finds, each with the texts that it has in a field.
pub(super) fn ids_with_texts(
    searcher: &Searcher,
    query: &dyn Query,
    fields: &NameFields,
    field: &'static str,
) -> Result<Vec<(u64, Vec<String>)>> {
    let mut found = Vec::new();
    each_segment(searcher, query, |segment, documents| {
        let Some(column) = segment.fast_fields().str(field)? else {
            return Ok(());
        };
        let ids = segment.fast_fields().u64(fields.id.1)?;
        let numbers: Vec<Vec<u64>> = documents
            .iter()
            .map(|&document| column.ords().values_for_doc(document).collect())
            .collect();
        let mut sorted: Vec<u64> = numbers.iter().flatten().copied().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut texts = Vec::with_capacity(sorted.len());
        column
            .dictionary()
            .sorted_ords_to_term_cb(&sorted, |text| {
                texts.push(String::from_utf8_lossy(text).into_owned());
            })?;
        let texts: HashMap<u64, String> = sorted.into_iter().zip(texts).collect();
        for (&document, numbers) in documents.iter().zip(&numbers) {
            let texts = numbers.iter().filter_map(|number| texts.get(number));
            let id = ids.first(document);
            found.extend(id.map(|id| (id, texts.cloned().collect())));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Goes through the living documents that a query finds, segment by segment.
pub(super) fn each_segment(
    searcher: &Searcher,
    query: &dyn Query,
    mut visit: impl FnMut(&SegmentReader, &[DocId]) -> Result<()>,
) -> Result<()> {
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    for segment in searcher.segment_readers() {
        let mut documents = Vec::new();
        weight.for_each_no_score(segment, &mut |found| documents.extend_from_slice(found))?;
        if let Some(alive) = segment.alive_bitset() {
            documents.retain(|&document| alive.is_alive(document));
        }
        if !documents.is_empty() {
            visit(segment, &documents)?;
        }
    }
    Ok(())
}

fn similar(word: &TypedWord, may_be_unfinished: bool, field: Field) -> Box<dyn Query> {
    let wanted = Term::from_field_text(field, &word.text);
    let tolerance = word.tolerance();
    let mut ways: Vec<Box<dyn Query>> = Vec::new();
    if may_be_unfinished {
        ways.push(prefix(field, &word.text));
    }
    if tolerance == 0 {
        ways.push(term(field, &word.text));
    } else if may_be_unfinished && word.may_be_unfinished_with_errors() {
        ways.push(Box::new(FuzzyTermQuery::new_prefix(
            wanted, tolerance, true,
        )));
    } else {
        ways.push(Box::new(FuzzyTermQuery::new(wanted, tolerance, true)));
    }
    union(ways)
}

fn term(field: Field, text: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(field, text);
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn union(queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::union(queries))
}

fn intersection(queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::intersection(queries))
}

/// What begins with a text.
fn prefix(field: Field, text: &str) -> Box<dyn Query> {
    // No name has this last of all characters.
    let end = format!("{text}\u{10ffff}");
    Box::new(RangeQuery::new(
        Bound::Included(Term::from_field_text(field, text)),
        Bound::Excluded(Term::from_field_text(field, &end)),
    ))
}

fn join(words: &[TypedWord], between: &str) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    words.join(between)
}
