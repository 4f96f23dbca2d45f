//! The fields of the index.

use std::sync::Arc;

use tantivy::schema::FAST;
use tantivy::schema::Field;
use tantivy::schema::INDEXED;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::STORED;
use tantivy::schema::STRING;
use tantivy::schema::Schema;
use tantivy::schema::TextFieldIndexing;
use tantivy::schema::TextOptions;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::tokenizer::TokenizerManager;

use crate::index::tokens::Pairs;
use crate::index::tokens::Words;
use crate::terms::Segmenter;

/// Rises whenever fields or tokens change, so that an older index is made anew.
pub(super) const VERSION: &str = "2";

/// Names of fields that are read by name from the columns.
pub(super) const ID: &str = "id";
pub(super) const AT: &str = "at";
pub(super) const UNIT: &str = "unit";
pub(super) const CATEGORY: &str = "category";
pub(super) const LABELS: &str = "labels";

/// Handles of all fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) id: Field,
    /// Microseconds since 1970.
    pub(super) at: Field,
    pub(super) unit: Field,
    pub(super) category: Field,
    pub(super) labels: Field,
    /// Every prefix of the unit and of the category, so that a prefix is one term.
    pub(super) unit_prefix: Field,
    pub(super) category_prefix: Field,
    pub(super) subject: Field,
    pub(super) words: Field,
    pub(super) pairs: Field,
    pub(super) numbers: Field,
    /// As they are, for snippets.
    pub(super) text: Field,
    pub(super) places: Field,
    pub(super) version: Field,
}

/// Builds the schema.
pub(super) fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let cut = |tokenizer: &str, option| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer);
        TextOptions::default().set_indexing_options(indexing.set_index_option(option))
    };
    let fields = Fields {
        id: builder.add_text_field(ID, STRING | STORED | FAST),
        at: builder.add_i64_field(AT, INDEXED | STORED | FAST),
        unit: builder.add_text_field(UNIT, STRING | STORED | FAST),
        category: builder.add_text_field(CATEGORY, STRING | STORED | FAST),
        labels: builder.add_text_field(LABELS, STRING | FAST),
        unit_prefix: builder.add_text_field("unit_prefix", STRING),
        category_prefix: builder.add_text_field("category_prefix", STRING),
        subject: builder.add_text_field("subject", cut("words", IndexRecordOption::Basic)),
        words: builder.add_text_field("words", cut("words", IndexRecordOption::WithFreqs)),
        pairs: builder.add_text_field("pairs", cut("pairs", IndexRecordOption::WithFreqsAndPositions)),
        numbers: builder.add_text_field("numbers", STRING),
        text: builder.add_text_field("text", STORED),
        places: builder.add_text_field("places", STORED),
        version: builder.add_text_field("version", STORED),
    };
    (builder.build(), fields)
}

/// Returns the ways of cutting text that the schema names.
pub(super) fn tokenizers(segmenter: Arc<Segmenter>) -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register("words", TextAnalyzer::from(Words(segmenter)));
    manager.register("pairs", TextAnalyzer::from(Pairs));
    manager
}
