//! Matching calls in; the best of them in total order, how many there are, and counts by unit, category and label out.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BinaryHeap;

use tantivy::DocAddress;
use tantivy::DocId;
use tantivy::Score;
use tantivy::SegmentOrdinal;
use tantivy::SegmentReader;
use tantivy::collector::Collector;
use tantivy::collector::SegmentCollector;
use tantivy::columnar::Column;
use tantivy::columnar::StrColumn;

use crate::index::schema::AT;
use crate::index::schema::CATEGORY;
use crate::index::schema::ID;
use crate::index::schema::LABELS;
use crate::index::schema::UNIT;

/// Scores are compared in thousandths: what lies below is the order of additions.
const STEPS: f32 = 1000.0;

/// Gathers the best calls and the counts in one pass.
pub(super) struct Gather {
    /// How many of the best to keep.
    pub(super) keep: usize,
}

/// One of the best.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Best {
    /// Thousandths of the score.
    steps: i64,
    at: i64,
    id: String,
    /// Where it lies.
    pub(super) address: DocAddress,
}

impl Best {
    /// Returns the score, rounded to thousandths.
    pub(super) fn score(&self) -> f32 {
        self.steps as f32 / STEPS
    }
}

/// What was gathered, of a segment or of all.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) total: usize,
    /// By score, then newest, then id.
    pub(super) best: Vec<Best>,
    pub(super) units: BTreeMap<String, usize>,
    pub(super) categories: BTreeMap<String, usize>,
    pub(super) labels: BTreeMap<String, usize>,
}

impl Collector for Gather {
    type Fruit = Gathered;
    type Child = GatherSegment;

    fn for_segment(&self, segment: SegmentOrdinal, reader: &SegmentReader) -> tantivy::Result<GatherSegment> {
        let columns = reader.fast_fields();
        Ok(GatherSegment {
            keep: self.keep,
            segment,
            at: columns.i64(AT)?,
            id: columns.str(ID)?,
            total: 0,
            best: BinaryHeap::new(),
            units: Tally::new(columns.str(UNIT)?),
            categories: Tally::new(columns.str(CATEGORY)?),
            labels: Tally::new(columns.str(LABELS)?),
        })
    }

    fn requires_scoring(&self) -> bool {
        true
    }

    fn merge_fruits(&self, parts: Vec<tantivy::Result<Gathered>>) -> tantivy::Result<Gathered> {
        let mut all = Gathered::default();
        for part in parts {
            let part = part?;
            all.total += part.total;
            all.best.extend(part.best);
            add(&mut all.units, part.units);
            add(&mut all.categories, part.categories);
            add(&mut all.labels, part.labels);
        }
        all.best
            .sort_by(|a, b| (b.steps, b.at, &a.id).cmp(&(a.steps, a.at, &b.id)));
        all.best.truncate(self.keep);
        Ok(all)
    }
}

fn add(all: &mut BTreeMap<String, usize>, part: BTreeMap<String, usize>) {
    for (value, calls) in part {
        *all.entry(value).or_default() += calls;
    }
}

/// Score in steps, time, id by rank (smaller is better), document: greater is better.
type Key = (i64, i64, Reverse<u64>, DocId);

/// Gathers within one segment.
pub(super) struct GatherSegment {
    keep: usize,
    segment: SegmentOrdinal,
    at: Column<i64>,
    id: Option<StrColumn>,
    total: usize,
    best: BinaryHeap<Reverse<Key>>,
    units: Tally,
    categories: Tally,
    labels: Tally,
}

impl SegmentCollector for GatherSegment {
    type Fruit = tantivy::Result<Gathered>;

    fn collect(&mut self, doc: DocId, score: Score) {
        self.total += 1;
        self.units.count(doc);
        self.categories.count(doc);
        self.labels.count(doc);
        let rank = self.id.as_ref().and_then(|ids| ids.term_ords(doc).next());
        let steps = (score * STEPS).round() as i64;
        let key = (
            steps,
            self.at.first(doc).unwrap_or(i64::MIN),
            Reverse(rank.unwrap_or(0)),
            doc,
        );
        self.best.push(Reverse(key));
        if self.best.len() > self.keep {
            self.best.pop();
        }
    }

    fn harvest(self) -> tantivy::Result<Gathered> {
        let mut best = Vec::with_capacity(self.best.len());
        for Reverse((steps, at, Reverse(rank), doc)) in self.best {
            let mut id = String::new();
            if let Some(ids) = &self.id {
                ids.ord_to_str(rank, &mut id)?;
            }
            let address = DocAddress::new(self.segment, doc);
            best.push(Best { steps, at, id, address });
        }
        Ok(Gathered {
            total: self.total,
            best,
            units: self.units.named()?,
            categories: self.categories.named()?,
            labels: self.labels.named()?,
        })
    }
}

/// Counts the values of one column by their rank.
struct Tally {
    column: Option<StrColumn>,
    counts: Vec<usize>,
}

impl Tally {
    fn new(column: Option<StrColumn>) -> Tally {
        let values = column.as_ref().map_or(0, |column| column.num_terms());
        Tally {
            column,
            counts: vec![0; values],
        }
    }

    fn count(&mut self, doc: DocId) {
        let Some(column) = &self.column else { return };
        for rank in column.term_ords(doc) {
            let rank = usize::try_from(rank).unwrap_or(usize::MAX);
            if let Some(count) = self.counts.get_mut(rank) {
                *count += 1;
            }
        }
    }

    fn named(self) -> tantivy::Result<BTreeMap<String, usize>> {
        let mut found = BTreeMap::new();
        let Some(column) = self.column else { return Ok(found) };
        for (rank, count) in (0..).zip(self.counts).filter(|(_, count)| *count > 0) {
            let mut value = String::new();
            column.ord_to_str(rank, &mut value)?;
            found.insert(value, count);
        }
        Ok(found)
    }
}
