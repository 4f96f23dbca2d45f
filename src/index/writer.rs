//! Calls in, an index on disk out.

use std::collections::BTreeMap;

use tantivy::TantivyDocument;
use tantivy::TantivyError;
use tantivy::Term;

use crate::call::CallId;
use crate::index::Document;
use crate::index::Index;
use crate::index::IndexError;
use crate::index::Writer;
use crate::index::letters::plain_number;
use crate::index::schema::Fields;

/// Memory for calls that are not committed yet; tantivy asks for 15 MB at least.
const MEMORY: usize = 32 << 20;

impl Index {
    /// Takes the lock for writing.
    pub fn writer(&self) -> Result<Writer, IndexError> {
        Writer::open(self)
    }
}

impl Writer {
    fn open(index: &Index) -> Result<Writer, IndexError> {
        let writer = index
            .inner
            .writer_with_num_threads(1, MEMORY)
            .map_err(|error| match error {
                TantivyError::LockFailure(..) => IndexError::Locked,
                other => write_error(other),
            })?;
        Ok(Writer {
            index: index.clone(),
            writer,
            pending: BTreeMap::new(),
            cleared: false,
        })
    }

    /// Adds or replaces a call; seen after [`Writer::commit`]. A document of the same version changes nothing.
    pub fn put(&mut self, document: &Document) -> Result<(), IndexError> {
        let id = document.id.as_str();
        let known = match self.pending.get(id) {
            Some(version) => Some(version.clone()),
            None if self.cleared => None,
            None => self.index.version_of(&document.id)?,
        };
        if known.as_deref() == Some(&document.version) {
            return Ok(());
        }
        let fields = &self.index.fields;
        self.writer.delete_term(Term::from_field_text(fields.id, id));
        self.writer.add_document(fill(fields, document)).map_err(write_error)?;
        self.pending.insert(id.to_owned(), document.version.clone());
        Ok(())
    }

    /// Removes a call; seen after [`Writer::commit`]. One that is not there changes nothing.
    pub fn remove(&mut self, id: &CallId) -> Result<(), IndexError> {
        self.writer
            .delete_term(Term::from_field_text(self.index.fields.id, id.as_str()));
        self.pending.insert(id.to_string(), String::new());
        Ok(())
    }

    /// Removes everything; seen after [`Writer::commit`].
    pub fn clear(&mut self) -> Result<(), IndexError> {
        self.writer.delete_all_documents().map_err(write_error)?;
        self.pending.clear();
        self.cleared = true;
        Ok(())
    }

    /// Makes what was put durable and visible. Without anything put it costs nothing.
    pub fn commit(&mut self) -> Result<(), IndexError> {
        if self.pending.is_empty() && !self.cleared {
            return Ok(());
        }
        self.writer.commit().map_err(write_error)?;
        self.pending.clear();
        self.cleared = false;
        Ok(())
    }
}

fn fill(fields: &Fields, document: &Document) -> TantivyDocument {
    let mut filled = TantivyDocument::new();
    filled.add_text(fields.id, document.id.as_str());
    filled.add_i64(fields.at, document.received_at.as_microsecond());
    filled.add_text(fields.version, &document.version);
    if let Some(unit) = &document.unit_code {
        filled.add_text(fields.unit, unit);
        prefixes(unit).for_each(|prefix| filled.add_text(fields.unit_prefix, prefix));
    }
    if let Some(category) = &document.category {
        filled.add_text(fields.category, category);
        prefixes(category).for_each(|prefix| filled.add_text(fields.category_prefix, prefix));
    }
    for label in &document.labels {
        filled.add_text(fields.labels, label);
    }
    for number in &document.numbers {
        filled.add_text(fields.numbers, plain_number(number));
    }
    filled.add_text(fields.subject, &document.subject);
    filled.add_text(fields.text, &document.text);
    filled.add_text(fields.places, &document.places);
    let both = format!("{}\n{}", document.text, document.places);
    filled.add_text(fields.words, &both);
    filled.add_text(fields.pairs, &both);
    filled
}

/// Returns every prefix of a code, the shortest first, the code itself last.
fn prefixes(code: &str) -> impl Iterator<Item = &str> {
    let ends = code.char_indices().skip(1).map(|(byte, _)| byte).chain([code.len()]);
    ends.filter_map(|end| code.get(..end))
}

fn write_error(error: TantivyError) -> IndexError {
    IndexError::Write(Box::new(error))
}
