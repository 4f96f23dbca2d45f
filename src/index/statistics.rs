//! Counts for scoring that do not depend on how the index came about, so that the same calls give the same scores.

use tantivy::Searcher;
use tantivy::Term;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;

/// Tokens of a call that count as the usual length. A constant, lest one call's score change when others arrive.
const USUAL_LENGTH: u64 = 120;

/// Counts calls that are there, without replaced ones that still lie in older segments.
pub(super) struct Living<'a>(pub(super) &'a Searcher);

impl Bm25StatisticsProvider for Living<'_> {
    fn total_num_tokens(&self, _: Field) -> tantivy::Result<u64> {
        Ok(self.0.num_docs() * USUAL_LENGTH)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(self.0.num_docs())
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        let mut found = 0;
        for reader in self.0.segment_readers() {
            let index = reader.inverted_index(term.field())?;
            found += match reader.alive_bitset() {
                None => u64::from(index.doc_freq(term)?),
                Some(alive) => index
                    .read_postings(term, IndexRecordOption::Basic)?
                    .map_or(0, |postings| u64::from(postings.doc_freq_given_deletes(alive))),
            };
        }
        Ok(found)
    }
}
