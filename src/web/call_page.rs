//! What is known about a call in, its page out.

use askama::Template;
use jiff::tz::TimeZone;

use crate::call::Turn as Given;
use crate::tags::Tagger;
use crate::tags::disagreement::Disagreement;
use crate::tags::disagreement::Subject;
use crate::views::ClusterLine;
use crate::views::LinkLine;
use crate::views::call::JobView;
use crate::views::call::ShowView;
use crate::views::tags::TagsView;
use crate::views::transcript::SegmentView;
use crate::web::elements_table;
use crate::web::elements_table::Row;
use crate::web::href;
use crate::web::record_table;
use crate::web::words;

/// The page of one call.
#[derive(Template)]
#[template(path = "call.html")]
pub(super) struct CallPage {
    id: String,
    title: String,
    at: String,
    badges: Vec<Badge>,
    has_audio: bool,
    audio_href: String,
    turns: Vec<Turn>,
    given: Vec<Turn>,
    /// Said where there is no turn.
    silence: &'static str,
    feedback: Vec<Sheet>,
    category: Option<Category>,
    guesses: Vec<String>,
    urgency: Option<Urgency>,
    labels: Vec<Label>,
    /// What it is about, what the record says, what was heard.
    disagreements: Vec<(&'static str, String, String)>,
    elements: Vec<Row>,
    links: Vec<Link>,
    record: Vec<(String, String)>,
    stage: &'static str,
    jobs: Vec<String>,
    versions: Vec<(String, String)>,
}

/// A cluster by its colour.
pub(super) struct Badge {
    pub(super) href: String,
    pub(super) class: &'static str,
    pub(super) text: String,
}

struct Turn {
    speaker: &'static str,
    class: &'static str,
    start_ms: Option<u64>,
    end_ms: u64,
    clock: String,
    text: String,
    removed: bool,
    flags: Vec<&'static str>,
    /// What it is, and the words.
    others: Vec<(&'static str, String)>,
}

struct Sheet {
    id: String,
    facts: Vec<(String, String)>,
    text: String,
}

struct Category {
    name: String,
    code: String,
    confidence: String,
    reasons: Vec<String>,
}

struct Urgency {
    level: u8,
    text: &'static str,
    reasons: Vec<String>,
}

struct Label {
    name: String,
    reasons: Vec<String>,
}

struct Link {
    href: String,
    other: String,
    kind: &'static str,
    probability: String,
    evidence: Vec<Evidence>,
}

struct Evidence {
    text: String,
    weight: String,
    against: bool,
}

impl CallPage {
    /// Lays out a call; `has_audio` says whether there is a recording to play.
    pub(super) fn new(show: &ShowView, has_audio: bool, tagger: &Tagger, zone: &TimeZone) -> CallPage {
        let record = &show.record;
        let id = record.id.to_string();
        let heard: Vec<Turn> = show.transcript.iter().map(turn).collect();
        let given = given_turns(&show.given);
        let (turns, given) = if heard.is_empty() {
            (given, heard)
        } else {
            (heard, given)
        };
        let tags = show.tags.as_ref();
        CallPage {
            title: title(show, tagger),
            at: words::time(record.received_at, zone),
            badges: show.clusters.iter().map(badge).collect(),
            has_audio,
            audio_href: href::audio(&id),
            silence: if show.duration_ms.is_some() {
                "录音里没有听到说话。"
            } else {
                "没有文字记录。"
            },
            turns,
            given,
            feedback: sheets(show, zone),
            category: tags.and_then(category),
            guesses: guesses(tags),
            urgency: tags.map(urgency),
            labels: tags.map_or_else(Vec::new, labels),
            disagreements: show.disagreements.iter().map(|one| disagreement(one, tagger)).collect(),
            elements: show
                .elements
                .as_ref()
                .map_or_else(Vec::new, |found| elements_table::rows(found, zone)),
            links: show.links.iter().map(link).collect(),
            record: record_table::facts(record, tagger),
            stage: words::stage(&show.stage),
            jobs: show.jobs.iter().map(job).collect(),
            versions: show.versions.clone().into_iter().collect(),
            id,
        }
    }

    fn tab(&self) -> &'static str {
        "search"
    }
}

/// Names a call by what it is about and where, as far as that is known.
fn title(show: &ShowView, tagger: &Tagger) -> String {
    let told = show.record.category.as_deref();
    let tagged = show.tags.as_ref().and_then(|tags| tags.category.as_ref());
    let what = match (tagged, told) {
        (Some(category), _) => category.name.clone(),
        (None, Some(code)) => tagger.category_name(code).unwrap_or(code).to_owned(),
        (None, None) => "警情".to_owned(),
    };
    let place = show.elements.as_ref().and_then(|elements| elements.places.first());
    let heard = place.map(|place| place.place.name.as_ref().unwrap_or(&place.item.text));
    match show.record.address.as_ref().or(heard) {
        Some(place) => format!("{what} · {place}"),
        None => what,
    }
}

/// Says what is still to be done for a call, or why it was given up.
fn job(job: &JobView) -> String {
    let what = words::job_kind(job.kind);
    let state = words::job_state(&job.state);
    match &job.reason {
        Some(reason) => format!("{what}{state}:{reason}"),
        None => format!("{what}{state}"),
    }
}

/// Shows a cluster as a badge in its colour.
pub(super) fn badge(cluster: &ClusterLine) -> Badge {
    Badge {
        href: href::cluster(&cluster.id),
        class: words::level_class(cluster.level),
        text: format!("{} {}起", words::cluster_kind(cluster.kind), cluster.calls.len()),
    }
}

fn turn(segment: &SegmentView) -> Turn {
    let removed = segment.corrected.as_deref() == Some("");
    let corrected = segment.corrected.as_ref().filter(|text| !text.is_empty());
    let mut others = Vec::new();
    if corrected.is_some() {
        others.push(("原听", segment.text.clone()));
    }
    others.extend(segment.alternatives.iter().map(|text| ("另一听法", text.clone())));
    if let Some(digits) = segment.normalised.as_ref().filter(|_| !removed) {
        others.push(("数字", digits.clone()));
    }
    Turn {
        speaker: words::speaker(segment.speaker),
        class: words::speaker_class(segment.speaker),
        start_ms: Some(segment.start_ms),
        end_ms: segment.end_ms,
        clock: words::clock(segment.start_ms),
        text: corrected.unwrap_or(&segment.text).clone(),
        removed,
        flags: segment.flags.iter().map(|flag| words::flag(*flag)).collect(),
        others,
    }
}

fn given_turns(turns: &[Given]) -> Vec<Turn> {
    let shown = turns.iter().map(|given| Turn {
        speaker: words::speaker(given.speaker),
        class: words::speaker_class(given.speaker),
        start_ms: given.start_ms,
        end_ms: given.end_ms.or(given.start_ms).unwrap_or(0),
        clock: given.start_ms.map_or_else(String::new, words::clock),
        text: given.text.clone(),
        removed: false,
        flags: Vec::new(),
        others: Vec::new(),
    });
    shown.collect()
}

fn sheets(show: &ShowView, zone: &TimeZone) -> Vec<Sheet> {
    let sheet = |feedback: &crate::call::Feedback| {
        let facts = [
            ("时间", feedback.at.map(|at| words::time(at, zone))),
            ("单位", feedback.unit_code.as_ref().map(ToString::to_string)),
            ("类别", feedback.category.clone()),
            ("结果", feedback.result.clone()),
        ];
        let facts = facts
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Sheet {
            id: feedback.id.clone(),
            facts: facts.collect(),
            text: feedback.text.clone(),
        }
    };
    show.record.feedback.iter().map(sheet).collect()
}

fn category(tags: &TagsView) -> Option<Category> {
    let category = tags.category.as_ref()?;
    Some(Category {
        name: category.name.clone(),
        code: category.code.clone(),
        confidence: words::percent(category.confidence),
        reasons: category.reasons.clone(),
    })
}

fn disagreement(disagreement: &Disagreement, tagger: &Tagger) -> (&'static str, String, String) {
    let side = |words: &Option<String>| match (words, disagreement.subject) {
        (None, _) => "没有提到".to_owned(),
        (Some(code), Subject::Category) => tagger.category_name(code).unwrap_or(code).to_owned(),
        (Some(words), _) => words.clone(),
    };
    let (recorded, heard) = (side(&disagreement.recorded), side(&disagreement.heard));
    (disagreement.subject.name(), recorded, heard)
}

fn guesses(tags: Option<&TagsView>) -> Vec<String> {
    let top = tags.map_or(&[][..], |tags| &tags.top);
    top.iter()
        .map(|guess| format!("{} {}", guess.name, words::percent(guess.confidence)))
        .collect()
}

fn urgency(tags: &TagsView) -> Urgency {
    Urgency {
        level: tags.urgency.level,
        text: words::urgency(tags.urgency.level),
        reasons: tags.urgency.reasons.clone(),
    }
}

fn labels(tags: &TagsView) -> Vec<Label> {
    let label = |label: &crate::views::tags::LabelView| Label {
        name: label.name.clone(),
        reasons: label.reasons.clone(),
    };
    tags.labels.iter().map(label).collect()
}

fn link(link: &LinkLine) -> Link {
    let evidence = link.evidence.iter().map(|evidence| Evidence {
        text: evidence.text.clone(),
        weight: format!("{:+.1}", evidence.weight),
        against: evidence.weight < 0.0,
    });
    Link {
        href: href::call(&link.other),
        other: link.other.clone(),
        kind: words::link_kind(link.kind),
        probability: words::percent(link.probability),
        evidence: evidence.collect(),
    }
}
