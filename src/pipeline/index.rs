//! Calls in, the index brought up to date out: first the index, then the note of what it holds.

use crate::call::CallId;
use crate::index::Document;
use crate::index::Index;
use crate::index::IndexError;
use crate::index::Writer;
use crate::jobs::Outcomes;
use crate::jobs::Undone;
use crate::jobs::compute::Compute;
use crate::links::families;
use crate::pipeline::Stages;
use crate::pipeline::analyse;
use crate::store::StoreError;
use crate::store::calls::Stored;
use crate::store::derived::Analysis;
use crate::store::queue::Claim;
use crate::store::queue::Failure;
use crate::transcript::Transcript;

/// The writer of the index on a thread of its own. It takes the lock when there is something to write, and keeps it.
#[derive(Clone, Debug)]
pub struct Shelf {
    writer: Compute<Slot>,
}

/// The index, and its writer once it was to be had.
#[derive(Debug)]
struct Slot {
    index: Index,
    writer: Option<Writer>,
}

impl Shelf {
    /// Starts the thread.
    #[must_use]
    pub fn new(index: &Index) -> Shelf {
        let index = index.clone();
        let slot = move || Slot {
            index: index.clone(),
            writer: None,
        };
        Shelf {
            writer: Compute::start(slot, 4),
        }
    }
}

/// What is to be done to the index.
enum Change {
    Put(Box<Document>),
    Remove(CallId),
}

/// Brings all claimed calls up to date with one commit.
pub(super) async fn run(stages: &Stages, shelf: &Shelf, claims: &[Claim]) -> Outcomes {
    match all(stages, shelf, claims).await {
        Ok(outcomes) => outcomes,
        // The first claim carries the reason; the others are given back and tried without it, or with it again.
        Err(undone) => {
            let others = claims.iter().skip(1).map(|_| Err(Undone::NotNow));
            [Err(undone)].into_iter().chain(others).collect()
        }
    }
}

async fn all(stages: &Stages, shelf: &Shelf, claims: &[Claim]) -> Result<Outcomes, Undone> {
    let mut changes = Vec::with_capacity(claims.len());
    for claim in claims {
        changes.push(change(stages, claim).await?);
    }
    let versions: Vec<Option<String>> = changes.iter().map(Change::version).collect();
    shelf
        .writer
        .run(move |slot| slot.write(&changes))
        .await?
        .map_err(not_written)?;
    let mut tx = stages.store.begin().await?;
    let mut outcomes = Outcomes::with_capacity(claims.len());
    for (claim, version) in claims.iter().zip(&versions) {
        match tx.complete(claim).await {
            Ok(()) => tx.save_indexed(&claim.call, version.as_deref()).await?,
            Err(StoreError::Stale) => {
                outcomes.push(Err(Undone::Stale));
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        outcomes.push(Ok(()));
    }
    tx.commit().await?;
    Ok(outcomes)
}

async fn change(stages: &Stages, claim: &Claim) -> Result<Change, StoreError> {
    let store = &stages.store;
    let Some(stored) = stages.call(claim).await? else {
        return Ok(Change::Remove(claim.call.clone()));
    };
    let heard = store.transcript(&claim.call).await?.map(|made| made.value);
    let analysis = store.analysis(&claim.call).await?.map(|made| made.value);
    let document = document(&stored, heard.as_ref(), analysis.as_ref());
    Ok(Change::Put(Box::new(document)))
}

/// Says what is indexed of a call.
#[must_use]
pub fn document(stored: &Stored, heard: Option<&Transcript>, analysis: Option<&Analysis>) -> Document {
    let call = &stored.call;
    let texts = analyse::texts(call, heard);
    let tags = analysis.map(|analysis| &analysis.tags);
    let category = tags
        .and_then(|tags| tags.category.as_ref())
        .map(|category| category.code.clone());
    let mut labels: Vec<String> = tags
        .into_iter()
        .flat_map(|tags| &tags.labels)
        .map(|label| label.name.clone())
        .collect();
    labels.extend(call.labels.iter().cloned());
    labels.sort();
    labels.dedup();
    let category = category.or_else(|| call.category.clone());
    let about = category.iter().map(|code| families::short_name(code));
    let subject: Vec<String> = about.chain(labels.iter().cloned()).collect();
    let mut document = Document {
        id: call.id.clone(),
        received_at: call.received_at,
        unit_code: call.unit_code.as_ref().map(ToString::to_string),
        category,
        labels,
        subject: subject.join(" "),
        text: analyse::joined(&texts),
        places: places(stored, analysis),
        numbers: numbers(stored, analysis),
        version: String::new(),
    };
    document.version = document.fingerprint();
    document
}

fn places(stored: &Stored, analysis: Option<&Analysis>) -> String {
    let mut places: Vec<String> = stored.call.caller_address.iter().cloned().collect();
    for place in analysis.into_iter().flat_map(|analysis| &analysis.elements.places) {
        places.push(place.text.clone());
        places.extend(place.value.name.clone());
    }
    deduplicated(places).join("\n")
}

fn numbers(stored: &Stored, analysis: Option<&Analysis>) -> Vec<String> {
    let call = &stored.call;
    let mut numbers: Vec<String> = [&call.caller_no, &call.contact_no]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    if let Some(Analysis { elements, .. }) = analysis {
        numbers.extend(elements.phones.iter().map(|phone| phone.value.clone()));
        numbers.extend(elements.plates.iter().map(|plate| plate.value.clone()));
    }
    deduplicated(numbers)
}

/// Leaves out what came before, and keeps the order.
fn deduplicated(all: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    all.into_iter().filter(|item| seen.insert(item.clone())).collect()
}

impl Change {
    fn version(&self) -> Option<String> {
        match self {
            Change::Put(document) => Some(document.version.clone()),
            Change::Remove(_) => None,
        }
    }
}

impl Slot {
    fn write(&mut self, changes: &[Change]) -> Result<(), IndexError> {
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => self.index.writer()?,
        };
        // After an error it is not put back: the next one begins from what is on disk.
        let writer = written(writer, changes)?;
        self.writer = Some(writer);
        Ok(())
    }
}

fn written(mut writer: Writer, changes: &[Change]) -> Result<Writer, IndexError> {
    for change in changes {
        match change {
            Change::Put(document) => writer.put(document)?,
            Change::Remove(id) => writer.remove(id)?,
        }
    }
    writer.commit()?;
    Ok(writer)
}

fn not_written(error: IndexError) -> Undone {
    match error {
        // The process that holds the lock does these jobs.
        IndexError::Locked => Undone::NotNow,
        error => Undone::Failed(Failure::Retry(error.to_string())),
    }
}
