//! The store in, views of what it holds out. Only reads; what one call shows is read by its own id.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::call::CallId;
use crate::call::Speaker;
use crate::index::Found;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::queue::Kind;
use crate::store::totals::Progress;
use crate::transcript::Segment;
use crate::transcript::Transcript;
use crate::views::ClusterLine;
use crate::views::SearchLine;
use crate::views::call::JobView;
use crate::views::call::Known;
use crate::views::call::ShowView;

/// A call as it is shown, and its recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// What is shown.
    pub view: ShowView,
    /// Hash of the recording.
    pub audio: Option<String>,
}

/// Returns everything that is known about a call. An id that audio had before its record came leads to the record.
pub async fn show(store: &Store, id: &CallId) -> Result<Option<Shown>, StoreError> {
    let Some(stored) = store.call(id).await? else {
        return Ok(None);
    };
    let id = &stored.call.id;
    let transcript = store.transcript(id).await?;
    let analysis = store.analysis(id).await?;
    let progress = store.progress(id).await?;
    let mut versions = BTreeMap::from([("record".to_owned(), stored.revision.to_string())]);
    if let Some(made) = &transcript {
        versions.insert("transcript".to_owned(), made.version.clone());
        versions.insert("engine".to_owned(), made.value.engine.clone());
        versions.insert("model".to_owned(), made.value.model.clone());
    }
    if let Some(made) = &analysis {
        versions.insert("analysis".to_owned(), made.version.clone());
    }
    if let Some(version) = store.indexed(id).await? {
        versions.insert("index".to_owned(), version);
    }
    let view = ShowView::new(&Known {
        call: &stored.call,
        transcript: transcript.as_ref().map(|made| &made.value),
        elements: analysis.as_ref().map(|made| &made.value.elements),
        tags: analysis.as_ref().map(|made| &made.value.tags),
        links: &store.links_of(id).await?,
        clusters: &store.clusters_of(id).await?,
        stage: stage(&progress),
        jobs: &jobs(&progress),
        versions: &versions,
    });
    Ok(Some(Shown {
        view,
        audio: stored.audio,
    }))
}

/// A hit with the clusters that its call is in.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The hit.
    pub line: SearchLine,
    /// The clusters.
    pub clusters: Vec<ClusterLine>,
}

/// Returns the hits with the clusters of their calls, in the same order.
pub async fn placed(store: &Store, found: &[Found]) -> Result<Vec<Placed>, StoreError> {
    let mut placed = Vec::with_capacity(found.len());
    for hit in found {
        let clusters = store.clusters_of(&hit.id).await?;
        placed.push(Placed {
            line: SearchLine::new(hit, &clusters),
            clusters: clusters.iter().map(ClusterLine::from).collect(),
        });
    }
    Ok(placed)
}

/// Longest gist in characters.
const GIST: usize = 120;

/// Returns the words by which a call is recognised in a list: what was written about it, else what its caller said.
#[must_use]
pub fn gist(call: &Call, transcript: Option<&Transcript>) -> String {
    let written = call.content.clone().filter(|content| !content.trim().is_empty());
    let text = written.or_else(|| transcript.map(told)).unwrap_or_else(|| {
        let turns: Vec<&str> = call.transcript.iter().map(|turn| turn.text.as_str()).collect();
        turns.join(" ")
    });
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    let mut short: String = line.chars().take(GIST).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

/// Returns what the caller said; everything where speakers are not told apart.
fn told(transcript: &Transcript) -> String {
    let caller = transcript
        .segments
        .iter()
        .filter(|segment| segment.speaker == Speaker::Caller);
    let caller: Vec<&str> = caller.map(Segment::best).collect();
    if caller.iter().all(|text| text.is_empty()) {
        return transcript.text();
    }
    caller.join(" ")
}

/// Names the last stage that is done.
fn stage(progress: &[Progress]) -> &'static str {
    let done = progress
        .iter()
        .filter(|step| step.state == "done")
        .map(|step| step.kind)
        .max();
    match done {
        None => "received",
        Some(Kind::Transcribe) => "transcribed",
        Some(Kind::Analyse) => "analysed",
        Some(Kind::Index) => "indexed",
        Some(Kind::Link) => "linked",
    }
}

/// Lists what is not done yet.
fn jobs(progress: &[Progress]) -> Vec<JobView> {
    let open = progress.iter().filter(|step| step.state != "done");
    let job = |step: &Progress| JobView {
        kind: step.kind.as_str(),
        state: step.state.clone(),
        reason: step.reason.clone(),
    };
    open.map(job).collect()
}
