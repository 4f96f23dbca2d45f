//! Calls in, search hits and similar calls out. The only place that names tantivy.

mod folder;
mod gather;
mod letters;
mod lookup;
mod schema;
mod search;
mod snippet;
mod statistics;
mod synonyms;
#[cfg(test)]
mod tests;
mod tokens;
mod wording;
mod writer;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;

use jiff::Timestamp;
use sha2::Digest;
use sha2::Sha256;

use crate::call::CallId;
use crate::index::schema::Fields;
use crate::terms::Segmenter;

/// What is indexed of one call.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The call.
    pub id: CallId,
    /// When it came.
    pub received_at: Timestamp,
    /// The unit.
    pub unit_code: Option<String>,
    /// Category: the tagger's, else the record's.
    pub category: Option<String>,
    /// Labels.
    pub labels: Vec<String>,
    /// Names of category and labels in words: what a call is about ranks it higher, said or not.
    pub subject: String,
    /// All texts, best layer, joined by line ends.
    pub text: String,
    /// Addresses and names of places.
    pub places: String,
    /// Telephone numbers and plates as they are written, for exact look-up.
    pub numbers: Vec<String>,
    /// Hash of everything above: equal means nothing to do.
    pub version: String,
}

impl Document {
    /// Returns a hash of everything but `version`, to be used as `version`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let parts = (
            self.id.as_str(),
            self.received_at.as_nanosecond(),
            &self.unit_code,
            &self.category,
            &self.labels,
            &self.subject,
            &self.text,
            &self.places,
            &self.numbers,
        );
        let digest = Sha256::digest(format!("{parts:?}"));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What to look for. Empty filters let everything pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Words, "phrases" in quotes, -excluded words. Empty matches all.
    pub text: String,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Unit prefix.
    pub unit: Option<String>,
    /// Category prefix (2, 4 or 6 digits).
    pub category: Option<String>,
    /// A label that must be there.
    pub label: Option<String>,
    /// At most so many hits.
    pub limit: usize,
    /// Skip so many.
    pub offset: usize,
}

/// One call that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// From 1.
    pub rank: usize,
    /// The call.
    pub id: CallId,
    /// Score; higher is better.
    pub score: f32,
    /// When it came.
    pub received_at: Timestamp,
    /// The unit.
    pub unit_code: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// HTML-escaped excerpt with hits in `<mark>`.
    pub snippet: String,
}

/// How many of the found calls have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Unit, category or label.
    pub value: String,
    /// Calls.
    pub calls: usize,
}

/// The answer to a query.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// Calls that match, whatever the limit.
    pub total: usize,
    /// True where no call had all the words, so that those with at least half of them are given.
    pub relaxed: bool,
    /// By score, then newest, then id.
    pub found: Vec<Found>,
    /// Counts by unit, most first.
    pub units: Vec<Count>,
    /// Counts by category.
    pub categories: Vec<Count>,
    /// Counts by label.
    pub labels: Vec<Count>,
}

/// Why a search or a write was not done.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The query is outside the limits or not well formed; the text says what to change.
    #[error("{0}")]
    Query(String),
    /// Another process holds the index for writing.
    #[error("the index is held by another process")]
    Locked,
    /// The index on disk is damaged or of another version; `huisheng rebuild index` makes it anew.
    #[error("the index is not usable ({0}); `huisheng rebuild index` makes it anew")]
    Damaged(String),
    /// The disk failed.
    #[error("the index could not be written")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The search index in one folder. Copies share what they opened.
#[derive(Clone)]
pub struct Index {
    inner: tantivy::Index,
    reader: tantivy::IndexReader,
    fields: Fields,
    segmenter: Arc<Segmenter>,
    /// Commit that the reader shows.
    seen: Arc<Mutex<u64>>,
}

impl std::fmt::Debug for Index {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Index").finish_non_exhaustive()
    }
}

/// The one writer of an index; holds its lock until it is dropped.
pub struct Writer {
    index: Index,
    writer: tantivy::IndexWriter,
    /// Versions that were put and not committed.
    pending: BTreeMap<String, String>,
    /// Everything that was committed before is to go.
    cleared: bool,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("pending", &self.pending.len())
            .finish_non_exhaustive()
    }
}
