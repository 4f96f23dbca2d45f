//! The texts of a call in; elements, tags and what takes part in linking out.

use std::sync::Arc;

use crate::call::Call;
use crate::elements;
use crate::elements::Context;
use crate::elements::Source;
use crate::elements::SourceText;
use crate::jobs::Undone;
use crate::links;
use crate::links::Profile;
use crate::pipeline::Stages;
use crate::pipeline::rank;
use crate::store::derived::Analysis;
use crate::store::derived::Made;
use crate::store::queue::Claim;
use crate::store::queue::Kind;
use crate::transcript::Transcript;

/// Reads all texts of a call.
pub(super) async fn run(stages: &Stages, claim: &Claim) -> Result<(), Undone> {
    let store = &stages.store;
    let Some(stored) = stages.call(claim).await? else {
        return Ok(store.finish(claim).await?.commit().await?);
    };
    let heard = store.transcript(&claim.call).await?.map(|made| made.value);
    let texts = texts(&stored.call, heard.as_ref());
    let (parts, call) = (stages.clone(), stored.call.clone());
    let read = stages.mind.run(move |()| Read::new(&parts, &call, &texts)).await?;
    let urgency = read.analysis.value.tags.urgency.level;
    let rank = rank(&stored.call, Some(urgency));
    let mut tx = store.finish(claim).await?;
    tx.save_analysis(&claim.call, &read.analysis).await?;
    tx.save_profile(&read.profile, &read.keys).await?;
    tx.enqueue(Kind::Index, &claim.call, rank).await?;
    tx.enqueue(Kind::Link, &claim.call, rank).await?;
    Ok(tx.commit().await?)
}

/// Returns the texts of a call, in order of source: what was heard (else the transcript that came with the record),
/// content, address, each feedback. Empty ones are left out.
#[must_use]
pub fn texts(call: &Call, heard: Option<&Transcript>) -> Vec<SourceText> {
    let given = || {
        call.transcript
            .iter()
            .map(|turn| turn.text.as_str())
            .collect::<Vec<&str>>()
            .join("\n")
    };
    let spoken = heard
        .map(Transcript::text)
        .filter(|text| !text.is_empty())
        .unwrap_or_else(given);
    let mut texts = vec![(Source::Transcript, spoken)];
    texts.extend(call.content.clone().map(|text| (Source::Content, text)));
    texts.extend(call.address.clone().map(|text| (Source::Address, text)));
    let feedback = call.feedback.iter();
    texts.extend(feedback.map(|feedback| (Source::Feedback(feedback.id.clone()), feedback.text.clone())));
    texts.retain(|(_, text)| !text.trim().is_empty());
    texts
        .into_iter()
        .map(|(source, text)| SourceText { source, text })
        .collect()
}

/// Joins texts by line ends.
#[must_use]
pub fn joined(texts: &[SourceText]) -> String {
    let texts: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
    texts.join("\n")
}

/// What was concluded from a call.
struct Read {
    analysis: Made<Analysis>,
    profile: Profile,
    keys: Vec<String>,
}

impl Read {
    fn new(stages: &Stages, call: &Call, texts: &[SourceText]) -> Read {
        let context = Context {
            received_at: call.received_at,
            unit: call.unit_code.as_ref(),
            gazetteer: &stages.gazetteer,
        };
        let segmenter = Arc::clone(&stages.segmenter);
        let elements = elements::extract(texts, &context);
        let tags = stages.tagger.tag(&segmenter, texts, &elements);
        let profile = links::profile(call, &joined(texts), &elements, &tags, &segmenter);
        let keys = links::keys(&profile);
        let version = format!(
            "huisheng {}, names {}, tags {}",
            env!("CARGO_PKG_VERSION"),
            stages.names,
            stages.tagger.version()
        );
        Read {
            analysis: Made {
                value: Analysis { elements, tags },
                version,
            },
            profile,
            keys,
        }
    }
}
