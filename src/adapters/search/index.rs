//! The index: its fields, and how changes get into it.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::RAW_TOKENIZER_NAME;
use tantivy::{Index, IndexReader, IndexWriter, Result, Searcher, TantivyDocument, Term};

use super::names::{symbols, without_article, words};
use crate::domain::ids::{PersonId, TitleId};

/// Where the people of a title are.
pub(super) const CREDITED: &str = "credited";
/// The part of a segment that may be dead (every write of a title leaves its old entry behind) before the segment is
/// written anew.
const DEAD: f32 = 0.3;

/// What the index knows of a title.
#[derive(Debug)]
pub(super) struct TitleEntry {
    pub(super) id: TitleId,
    /// Its name and its original name.
    pub(super) names: Vec<String>,
    pub(super) people: Vec<PersonId>,
}

/// What the index knows of a person.
#[derive(Debug)]
pub(super) struct PersonEntry {
    pub(super) id: PersonId,
    pub(super) name: String,
}

/// The fields of things that have names.
#[derive(Debug, Clone)]
pub(super) struct NameFields {
    /// The id, and the name of this field.
    pub(super) id: (Field, &'static str),
    /// The words of a name with single spaces between, and the name of this field.
    pub(super) exact: (Field, &'static str),
    /// The same without the leading article, if it has one.
    pub(super) bare: Field,
    /// The words without a leading article and without spaces between, if that is not in `exact`.
    pub(super) joined: Field,
    /// Each of the words.
    pub(super) word: Field,
    /// Each character that belongs to no word.
    pub(super) symbol: Field,
    /// The name as it is, if it has such a character, and the name of this field.
    pub(super) literal: (Field, &'static str),
}

/// The fields of titles and of people, which live in one index.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub(super) titles: NameFields,
    pub(super) people: NameFields,
    /// The ids of those who are credited with a title.
    pub(super) credited: Field,
}

/// The side of the index that is read.
#[derive(Clone)]
pub(super) struct Reading {
    reader: IndexReader,
    pub(super) fields: Fields,
}

/// The side of the index that is written.
pub(super) struct Writing {
    writer: IndexWriter,
    reading: Reading,
    /// A hash of the name that each person has in the index: titles name their people again and again.
    names: HashMap<PersonId, u64>,
}

impl Reading {
    /// What was committed until now.
    pub(super) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }
}

/// An empty index in memory.
pub(super) fn open() -> Result<(Reading, Writing)> {
    let mut schema = Schema::builder();
    let fields = Fields {
        titles: NameFields {
            id: id(&mut schema, "title"),
            exact: readable(&mut schema, "title_exact"),
            bare: schema.add_text_field("title_bare", terms()),
            joined: schema.add_text_field("title_joined", terms()),
            word: schema.add_text_field("title_word", terms()),
            symbol: schema.add_text_field("title_symbol", terms()),
            literal: literal(&mut schema, "title_literal"),
        },
        people: NameFields {
            id: id(&mut schema, "person"),
            exact: readable(&mut schema, "person_exact"),
            bare: schema.add_text_field("person_bare", terms()),
            joined: schema.add_text_field("person_joined", terms()),
            word: schema.add_text_field("person_word", terms()),
            symbol: schema.add_text_field("person_symbol", terms()),
            literal: literal(&mut schema, "person_literal"),
        },
        credited: schema.add_u64_field(CREDITED, INDEXED | FAST),
    };
    let index = Index::create_in_ram(schema.build());
    // One thread with the least memory that is allowed, 15 MB: changes come in batches of a few thousand at most.
    let options = IndexWriterOptions::builder().num_merge_threads(1).build();
    let writer = index.writer_with_options(options)?;
    let mut merging = LogMergePolicy::default();
    merging.set_del_docs_ratio_before_merge(DEAD);
    writer.set_merge_policy(Box::new(merging));
    let reading = Reading {
        reader: index.reader()?,
        fields,
    };
    let writing = Writing {
        writer,
        reading: reading.clone(),
        names: HashMap::new(),
    };
    Ok((reading, writing))
}

impl Writing {
    /// Puts titles and people in the place of what was known of them; visible once this returns. Of several entries
    /// of one id the last counts.
    pub(super) fn put(&mut self, titles: &[TitleEntry], people: &[PersonEntry]) -> Result<()> {
        let fields = &self.reading.fields;
        for title in titles {
            let id = title.id.0;
            let mut document = TantivyDocument::new();
            for person in &title.people {
                document.add_u64(fields.credited, person.0);
            }
            add_names(&mut document, &fields.titles, id, &title.names);
            replace(&self.writer, &fields.titles, id, document)?;
        }
        let mut renamed = HashMap::new();
        for person in people {
            let hash = hash(&person.name);
            let known = renamed
                .get(&person.id)
                .or_else(|| self.names.get(&person.id));
            if known == Some(&hash) {
                continue;
            }
            renamed.insert(person.id, hash);
            let id = person.id.0;
            let mut document = TantivyDocument::new();
            let names = std::slice::from_ref(&person.name);
            add_names(&mut document, &fields.people, id, names);
            replace(&self.writer, &fields.people, id, document)?;
        }
        if titles.is_empty() && renamed.is_empty() {
            return Ok(());
        }
        self.writer.commit()?;
        self.reading.reader.reload()?;
        self.names.extend(renamed);
        Ok(())
    }
}

fn replace(
    writer: &IndexWriter,
    fields: &NameFields,
    id: u64,
    document: TantivyDocument,
) -> Result<()> {
    writer.delete_term(Term::from_field_u64(fields.id.0, id));
    writer.add_document(document)?;
    Ok(())
}

fn add_names(document: &mut TantivyDocument, fields: &NameFields, id: u64, names: &[String]) {
    document.add_u64(fields.id.0, id);
    for name in names {
        let words = words(name);
        if !words.is_empty() {
            let bare = without_article(&words);
            document.add_text(fields.exact.0, words.join(" "));
            if bare.len() < words.len() {
                document.add_text(fields.bare, bare.join(" "));
            }
            if words.len() > 1 {
                document.add_text(fields.joined, bare.concat());
            }
        }
        for word in &words {
            document.add_text(fields.word, word);
        }
        let symbols = symbols(name);
        if !symbols.is_empty() {
            document.add_text(fields.literal.0, name);
        }
        for symbol in symbols {
            document.add_text(fields.symbol, symbol.to_string());
        }
    }
}

fn hash(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

fn id(schema: &mut SchemaBuilder, name: &'static str) -> (Field, &'static str) {
    (schema.add_u64_field(name, INDEXED | FAST), name)
}

fn readable(schema: &mut SchemaBuilder, name: &'static str) -> (Field, &'static str) {
    let options = terms().set_fast(RAW_TOKENIZER_NAME);
    (schema.add_text_field(name, options), name)
}

fn literal(schema: &mut SchemaBuilder, name: &'static str) -> (Field, &'static str) {
    let options = TextOptions::default().set_fast(RAW_TOKENIZER_NAME);
    (schema.add_text_field(name, options), name)
}

/// Each value is one term: texts are taken apart here, not by tantivy.
fn terms() -> TextOptions {
    TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(RAW_TOKENIZER_NAME)
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic),
    )
}
