//! Everything known about a call in, what `show --json` and `analyze --json` print out.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::call::Call;
use crate::call::Turn;
use crate::clusters::Cluster;
use crate::elements::Elements;
use crate::links::Link;
use crate::tags::Tags;
use crate::tags::disagreement::Disagreement;
use crate::tags::disagreement::disagreements;
use crate::terms::Term;
use crate::transcript::Transcript;
use crate::views::ClusterLine;
use crate::views::LinkLine;
use crate::views::elements::ElementsView;
use crate::views::tags::TagsView;
use crate::views::transcript::SegmentView;

/// What is known about a call; later stages may be missing.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The record.
    pub call: &'a Call,
    /// The transcript of its audio, or the one that came with the record.
    pub transcript: Option<&'a Transcript>,
    /// Its elements.
    pub elements: Option<&'a Elements>,
    /// Its tags.
    pub tags: Option<&'a Tags>,
    /// Its links.
    pub links: &'a [Link],
    /// The clusters it is in.
    pub clusters: &'a [Cluster],
    /// The last stage that is done.
    pub stage: &'a str,
    /// What is not done yet.
    pub jobs: &'a [JobView],
    /// By stage, the version of model, dictionary or rules that made the result.
    pub versions: &'a BTreeMap<String, String>,
}

/// What `show --json` prints: the record, and what was made of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShowView {
    /// The record, without its transcript.
    #[serde(flatten)]
    pub record: Call,
    /// Segments in order of time.
    pub transcript: Vec<SegmentView>,
    /// A transcript that came with the record.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Turn>,
    /// Length of the recording; absent without audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// The six elements; null before they were looked for.
    pub elements: Option<ElementsView>,
    /// Category, labels and urgency; null before they were looked for.
    pub tags: Option<TagsView>,
    /// Where the record and what was heard say different things.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disagreements: Vec<Disagreement>,
    /// Links, most probable first.
    pub links: Vec<LinkLine>,
    /// The clusters the call is in.
    pub clusters: Vec<ClusterLine>,
    /// The last stage that is done.
    pub stage: String,
    /// What is not done yet, in the order of the stages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<JobView>,
    /// What made the results.
    pub versions: BTreeMap<String, String>,
}

impl ShowView {
    /// Shows what is known about a call.
    #[must_use]
    pub fn new(known: &Known<'_>) -> ShowView {
        let mut record = known.call.clone();
        let given = std::mem::take(&mut record.transcript);
        let mut links: Vec<LinkLine> = known.links.iter().map(|link| LinkLine::new(link, &record.id)).collect();
        links.sort_by(|a, b| {
            let probable = b.probability.total_cmp(&a.probability);
            probable.then_with(|| (&a.other, a.kind).cmp(&(&b.other, b.kind)))
        });
        let disagree = |(elements, tags)| disagreements(record.category.as_deref(), elements, tags);
        let disagreements = known.elements.zip(known.tags).map_or_else(Vec::new, disagree);
        let segments = known.transcript.map(|transcript| transcript.segments.as_slice());
        ShowView {
            record,
            transcript: segments.unwrap_or_default().iter().map(SegmentView::from).collect(),
            given,
            duration_ms: known.transcript.map(|transcript| transcript.duration_ms),
            elements: known.elements.map(ElementsView::from),
            tags: known.tags.map(TagsView::from),
            disagreements,
            links,
            clusters: known.clusters.iter().map(ClusterLine::from).collect(),
            stage: known.stage.to_owned(),
            jobs: known.jobs.to_vec(),
            versions: known.versions.clone(),
        }
    }
}

/// A piece of work that is still to be done for a call, or that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobView {
    /// transcribe, analyse, index or link.
    pub kind: &'static str,
    /// ready, running or parked.
    pub state: String,
    /// Why it waits or is parked.
    pub reason: Option<String>,
}

/// A term with its place in the text, in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TermView {
    /// The term.
    pub text: String,
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

/// A line of `analyze --json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnalyzeLine {
    /// Terms in order.
    pub terms: Vec<TermView>,
    /// The six elements.
    pub elements: ElementsView,
    /// Category, labels and urgency.
    pub tags: TagsView,
}

impl AnalyzeLine {
    /// Shows what was found in a text.
    #[must_use]
    pub fn new(terms: &[Term], elements: &Elements, tags: &Tags) -> AnalyzeLine {
        let terms = terms.iter().map(|term| TermView {
            text: term.text.clone(),
            start: term.start,
            end: term.end,
        });
        AnalyzeLine {
            terms: terms.collect(),
            elements: ElementsView::from(elements),
            tags: TagsView::from(tags),
        }
    }
}
