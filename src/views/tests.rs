//! The lines as programs read them: exact JSON for small samples.

use serde_json::Value;
use serde_json::json;

use super::*;
use crate::call::Call;
use crate::call::ClusterId;
use crate::call::Speaker;
use crate::call::Turn;
use crate::elements::Address;
use crate::elements::Elements;
use crate::elements::Item;
use crate::elements::Place;
use crate::elements::Source;
use crate::links::Evidence;
use crate::tags::Category;
use crate::tags::Tags;
use crate::tags::Urgency;
use crate::terms::Term;
use crate::transcript::Flag;
use crate::transcript::Segment;
use crate::transcript::Span;
use crate::transcript::Transcript;
use crate::views::call::AnalyzeLine;
use crate::views::call::Known;
use crate::views::call::ShowView;
use crate::views::transcript::TranscribeLine;

#[track_caller]
fn check(view: &impl Serialize, expected: Value) {
    assert_eq!(serde_json::to_value(view).unwrap(), expected);
}

fn id(text: &str) -> CallId {
    CallId::parse(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn cluster(kind: ClusterKind, name: &str, calls: &[&str]) -> Cluster {
    Cluster {
        id: ClusterId::parse(name).unwrap(),
        kind,
        status: Status::Suggested,
        level: Level::Orange,
        first_at: at("2026-03-01T08:00:00Z"),
        last_at: at("2026-03-02T08:00:00Z"),
        calls: calls.iter().map(|call| id(call)).collect(),
        summary: "楼上噪音,2次".to_owned(),
        reasons: vec!["同一号码".to_owned()],
        assigned: None,
    }
}

fn segment() -> Segment {
    Segment {
        speaker: Speaker::Caller,
        channel: 1,
        span: Span {
            start_ms: 100,
            end_ms: 2300,
        },
        text: "疯丹白露二十一栋".to_owned(),
        alternative: Some("风担白露二十一动".to_owned()),
        corrected: Some("枫丹白露二十一栋".to_owned()),
        confidence: 0.81249,
        words: Vec::new(),
        flags: vec![Flag::LowConfidence],
    }
}

fn link() -> Link {
    Link {
        a: id("A1"),
        b: id("A2"),
        kind: Kind::Matter,
        probability: 0.9,
        evidence: vec![Evidence {
            feature: "phone".to_owned(),
            value: "13800001234".to_owned(),
            weight: 4.2,
            text: "同一报警电话".to_owned(),
        }],
    }
}

fn tags(category: bool) -> Tags {
    let noise = Category {
        code: "080201".to_owned(),
        name: "噪音扰民".to_owned(),
        confidence: 0.4,
        reasons: vec!["噪音".to_owned()],
    };
    Tags {
        category: category.then(|| noise.clone()),
        top: vec![noise],
        labels: vec![],
        urgency: Urgency {
            level: 3,
            reasons: vec![],
        },
        by_rules: None,
        by_source: vec![],
    }
}

fn elements() -> Elements {
    let place = Place {
        name: Some("枫丹白露".to_owned()),
        kind: None,
        address: Address {
            building: Some("21".to_owned()),
            ..Address::default()
        },
    };
    let places = vec![Item {
        text: "疯丹白露二十一栋".to_owned(),
        value: place,
        confidence: 0.7,
        start: 0,
        end: 8,
        source: Source::Feedback("FK1".to_owned()),
    }];
    Elements {
        places,
        ..Elements::default()
    }
}

#[test]
fn a_hit_names_the_event_and_the_matter_of_its_call() {
    let found = Found {
        rank: 1,
        id: id("A1"),
        score: 2.34567,
        received_at: at("2026-03-01T08:00:00Z"),
        unit_code: None,
        category: Some("080201".to_owned()),
        snippet: "<mark>噪音</mark>".to_owned(),
    };
    let clusters = [
        cluster(ClusterKind::Event, "E-A2", &["A2", "A3"]),
        cluster(ClusterKind::Matter, "M-A1", &["A1", "A2"]),
    ];
    let expected = json!({"rank": 1, "id": "A1", "score": 2.346_f32, "received_at": "2026-03-01T08:00:00Z",
        "unit_code": null, "category": "080201", "snippet": "<mark>噪音</mark>", "event": null, "matter": "M-A1"});
    check(&SearchLine::new(&found, &clusters), expected);
}

#[test]
fn a_cluster_line_has_the_words_of_the_format() {
    let expected = json!({"id": "M-A1", "kind": "matter", "status": "suggested", "level": "orange",
        "first_at": "2026-03-01T08:00:00Z", "last_at": "2026-03-02T08:00:00Z", "calls": ["A1", "A2"],
        "summary": "楼上噪音,2次", "reasons": ["同一号码"]});
    check(
        &ClusterLine::from(&cluster(ClusterKind::Matter, "M-A1", &["A1", "A2"])),
        expected,
    );
}

#[test]
fn a_link_is_seen_from_either_side() {
    assert_eq!(LinkLine::new(&link(), &id("A2")).other, "A1");
    let expected = json!({"other": "A2", "kind": "matter", "probability": 0.9_f32, "evidence":
        [{"feature": "phone", "value": "13800001234", "weight": 4.2_f32, "text": "同一报警电话"}]});
    check(&LinkLine::new(&link(), &id("A1")), expected);
}

#[test]
fn a_segment_shows_other_layers_only_where_they_differ() {
    let plain = Segment {
        text: "喂".to_owned(),
        alternative: None,
        corrected: None,
        flags: vec![],
        ..segment()
    };
    let transcript = Transcript {
        segments: vec![segment(), plain],
        speech: vec![],
        duration_ms: 2400,
        engine: "whisper".to_owned(),
        model: "base".to_owned(),
    };
    let expected = json!({"file": "a.wav", "duration_ms": 2400, "engine": "whisper", "model": "base", "segments": [
        {"speaker": "caller", "start_ms": 100, "end_ms": 2300, "text": "疯丹白露二十一栋", "normalised": "枫丹白露21栋",
         "corrected": "枫丹白露二十一栋", "alternatives": ["风担白露二十一动"], "confidence": 0.812_f32,
         "flags": ["low_confidence"]},
        {"speaker": "caller", "start_ms": 100, "end_ms": 2300, "text": "喂", "confidence": 0.812_f32, "flags": []}]});
    check(&TranscribeLine::new("a.wav", &transcript), expected);
}

#[test]
fn a_call_shows_its_record_and_what_was_made_of_it() {
    let mut call = Call::new(id("A1"), at("2026-03-01T08:00:00Z"));
    call.transcript = vec![Turn {
        speaker: Speaker::Caller,
        text: "喂".to_owned(),
        start_ms: None,
        end_ms: None,
    }];
    let known = Known {
        call: &call,
        transcript: None,
        elements: Some(&elements()),
        tags: Some(&tags(true)),
        links: &[link()],
        clusters: &[cluster(ClusterKind::Matter, "M-A1", &["A1", "A2"])],
        stage: "linked",
        jobs: &[],
        versions: &[("tags".to_owned(), "1".to_owned())].into(),
    };
    let shown = serde_json::to_value(ShowView::new(&known)).unwrap();
    assert_eq!(shown["id"], "A1");
    assert_eq!(shown["transcript"], json!([]));
    assert_eq!(shown["given"], json!([{"speaker": "caller", "text": "喂"}]));
    assert_eq!(shown["links"][0]["other"], "A2");
    assert_eq!(shown["clusters"][0]["id"], "M-A1");
    assert_eq!(
        (&shown["stage"], &shown["versions"]["tags"]),
        (&json!("linked"), &json!("1"))
    );
    let place = &shown["elements"]["places"][0];
    assert_eq!((&place["name"], &place["building"]), (&json!("枫丹白露"), &json!("21")));
    assert_eq!(place["value"], json!({"name": "枫丹白露", "building": "21"}));
    assert_eq!((&place["source"], &place["end"]), (&json!("feedback:FK1"), &json!(8)));
    assert_eq!(shown["elements"]["phones"], json!([]));
    assert_eq!(shown["elements"]["cause"], json!(null));
}

#[test]
fn a_tagger_that_abstains_still_shows_its_best_guess() {
    let term = Term {
        text: "噪音".to_owned(),
        start: 0,
        end: 2,
    };
    let line = serde_json::to_value(AnalyzeLine::new(&[term], &Elements::default(), &tags(false))).unwrap();
    assert_eq!(line["tags"]["category"], json!(null));
    assert_eq!(
        line["tags"]["top"],
        json!([{"code": "080201", "name": "噪音扰民", "confidence": 0.4_f32}])
    );
    assert_eq!(line["tags"]["urgency"], json!({"level": 3, "reasons": []}));
    assert_eq!(line["terms"], json!([{"text": "噪音", "start": 0, "end": 2}]));
}
