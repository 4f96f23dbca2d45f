//! A query in, the calls that match out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tantivy::Searcher;
use tantivy::TantivyDocument;
use tantivy::Term;
use tantivy::query::Bm25StatisticsProvider;
use tantivy::query::Query as Lookup;
use tantivy::query::TermQuery;
use tantivy::schema::Field;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::Value;

use crate::call::CallId;
use crate::index::Count;
use crate::index::Found;
use crate::index::Index;
use crate::index::IndexError;
use crate::index::Query;
use crate::index::Results;
use crate::index::folder::damaged;
use crate::index::gather::Gather;
use crate::index::gather::Gathered;
use crate::index::lookup;
use crate::index::lookup::Share;
use crate::index::snippet;
use crate::index::statistics::Living;
use crate::index::synonyms::synonyms;
use crate::index::wording;
use crate::index::wording::Wanted;

/// Most hits that can be paged through.
const MAX_PAGE: usize = 10_000;
/// Longest filter value in characters.
const MAX_FILTER: usize = 64;
/// Terms of a text that similar calls are looked up by.
const SIMILAR_TERMS: usize = 40;

impl Index {
    /// Finds calls. Sees what was committed, by this or another process. Where no call has all the words, those with
    /// at least half of them are given, and [`Results::relaxed`] says so.
    pub fn search(&self, query: &Query) -> Result<Results, IndexError> {
        check_limits(query)?;
        let wanted = wording::read(&query.text, &self.segmenter)?;
        let searcher = self.searcher()?;
        let keep = query.offset + query.limit;
        let strict = lookup::lookup(&self.fields, &wanted, Share::All, query);
        let mut gathered = gather(&searcher, &*strict, keep)?;
        let mut relaxed = false;
        if gathered.total == 0 && wanted.all.len() > 1 {
            let loose = lookup::lookup(&self.fields, &wanted, Share::Half, query);
            gathered = gather(&searcher, &*loose, keep)?;
            relaxed = gathered.total > 0;
        }
        Ok(Results {
            total: gathered.total,
            relaxed,
            found: self.found(&searcher, &gathered, query.offset, &needles(&wanted))?,
            units: counts(gathered.units),
            categories: counts(gathered.categories),
            labels: counts(gathered.labels),
        })
    }

    /// Finds calls whose text is like the given one, best first, without `except`. Text without any word of the index
    /// finds nothing.
    pub fn similar(&self, text: &str, except: Option<&CallId>, limit: usize) -> Result<Vec<Found>, IndexError> {
        let searcher = self.searcher()?;
        let terms = self.telling_terms(&searcher, text)?;
        if terms.is_empty() || limit == 0 {
            return Ok(Vec::new());
        }
        let query = lookup::any_of(&self.fields, &terms, except.map(CallId::as_str));
        let gathered = gather(&searcher, &*query, limit.min(MAX_PAGE))?;
        let needles: Vec<&str> = terms.iter().map(|(word, _)| word.as_str()).collect();
        self.found(&searcher, &gathered, 0, &needles)
    }

    /// Returns the terms of a text that tell most: often here, seldom elsewhere; words of one letter tell nothing.
    fn telling_terms(&self, searcher: &Searcher, text: &str) -> Result<Vec<(String, f32)>, IndexError> {
        let mut times: BTreeMap<String, u32> = BTreeMap::new();
        for term in self.segmenter.cut(text) {
            if term.text.chars().nth(1).is_some() {
                *times.entry(term.text).or_default() += 1;
            }
        }
        let calls = searcher.num_docs() as f32;
        let mut weighed: Vec<(f32, String, f32)> = Vec::new();
        for (word, times) in times {
            let term = Term::from_field_text(self.fields.words, &word);
            let with = Living(searcher).doc_freq(&term).map_err(damaged)? as f32;
            // In nearly every call (您好， 报警): tells nothing.
            if with > 0.0 && (calls < 10.0 || with < calls * 0.8) {
                let often = (times as f32).sqrt();
                weighed.push((often * (1.0 + calls / with).ln(), word, often));
            }
        }
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        weighed.truncate(SIMILAR_TERMS);
        Ok(weighed.into_iter().map(|(_, word, often)| (word, often)).collect())
    }

    /// Returns the version of a call that was committed.
    pub(super) fn version_of(&self, id: &CallId) -> Result<Option<String>, IndexError> {
        let searcher = self.searcher()?;
        let term = Term::from_field_text(self.fields.id, id.as_str());
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        let gathered = gather(&searcher, &query, 1)?;
        let Some(best) = gathered.best.first() else {
            return Ok(None);
        };
        let document: TantivyDocument = searcher.doc(best.address).map_err(damaged)?;
        Ok(text_of(&document, self.fields.version).map(str::to_owned))
    }

    fn found(
        &self,
        searcher: &Searcher,
        gathered: &Gathered,
        offset: usize,
        needles: &[&str],
    ) -> Result<Vec<Found>, IndexError> {
        let mut found = Vec::new();
        for (index, best) in gathered.best.iter().enumerate().skip(offset) {
            let document: TantivyDocument = searcher.doc(best.address).map_err(damaged)?;
            let text = |field| text_of(&document, field);
            let (Some(id), Some(at)) = (text(self.fields.id), time_of(&document, self.fields.at)) else {
                return Err(IndexError::Damaged("a call without id or time".to_owned()));
            };
            let body = text(self.fields.text).unwrap_or_default();
            let places = text(self.fields.places).unwrap_or_default();
            let elsewhere = !snippet::shows(body, needles) && snippet::shows(places, needles);
            found.push(Found {
                rank: index + 1,
                id: CallId::parse(id).map_err(|error| IndexError::Damaged(error.to_string()))?,
                score: best.score(),
                received_at: at,
                unit_code: text(self.fields.unit).map(str::to_owned),
                category: text(self.fields.category).map(str::to_owned),
                snippet: snippet::snippet(if elsewhere { places } else { body }, needles),
            });
        }
        Ok(found)
    }
}

fn check_limits(query: &Query) -> Result<(), IndexError> {
    if query.offset.saturating_add(query.limit) > MAX_PAGE {
        return Err(IndexError::Query(format!("只能翻看前{MAX_PAGE}条，请缩小查询范围")));
    }
    for filter in [&query.unit, &query.category, &query.label].into_iter().flatten() {
        if filter.chars().count() > MAX_FILTER {
            return Err(IndexError::Query(format!("筛选条件太长：最多{MAX_FILTER}个字")));
        }
    }
    Ok(())
}

fn gather(searcher: &Searcher, query: &dyn Lookup, keep: usize) -> Result<Gathered, IndexError> {
    searcher
        .search_with_statistics_provider(query, &Gather { keep }, &Living(searcher))
        .map_err(damaged)
}

/// Returns what a hit may show: the words themselves and their synonyms.
fn needles(wanted: &Wanted) -> Vec<&str> {
    let mut found = wanted.needles();
    let others: Vec<&str> = found.iter().flat_map(|word| synonyms(word)).copied().collect();
    found.extend(others);
    found
}

/// Most calls first, then by value.
fn counts(values: BTreeMap<String, usize>) -> Vec<Count> {
    let mut counts: Vec<Count> = values
        .into_iter()
        .map(|(value, calls)| Count { value, calls })
        .collect();
    counts.sort_by(|a, b| b.calls.cmp(&a.calls).then_with(|| a.value.cmp(&b.value)));
    counts
}

fn text_of(document: &TantivyDocument, field: Field) -> Option<&str> {
    document.get_first(field)?.as_value().as_str()
}

fn time_of(document: &TantivyDocument, field: Field) -> Option<Timestamp> {
    let microseconds = document.get_first(field)?.as_value().as_i64()?;
    Timestamp::from_microsecond(microseconds).ok()
}
