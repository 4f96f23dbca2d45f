//! Views in, pages out: what a person reads, and that nothing a caller says can become markup.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::call::Call;
use crate::call::CallId;
use crate::call::ClusterId;
use crate::call::Speaker;
use crate::call::Turn;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::clusters::Level;
use crate::clusters::Status;
use crate::index::Count;
use crate::index::Found;
use crate::index::Results;
use crate::links::Evidence;
use crate::links::Kind;
use crate::links::Link;
use crate::tags::Tagger;
use crate::transcript::Flag;
use crate::transcript::Segment;
use crate::transcript::Span;
use crate::transcript::Transcript;
use crate::views::ClusterLine;
use crate::views::SearchLine;
use crate::views::call::Known;
use crate::views::call::ShowView;
use crate::views::load::Placed;
use crate::web::call_page::CallPage;
use crate::web::cluster_pages::ClusterFilter;
use crate::web::cluster_pages::ClusterPage;
use crate::web::cluster_pages::ClustersPage;
use crate::web::cluster_pages::MemberCall;
use crate::web::problem;
use crate::web::search_form::SearchForm;
use crate::web::search_page::SearchPage;

/// What a hostile caller, record or file name could hold.
const EVIL: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}javascript:alert(1)";

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

fn at(hour: i8) -> Timestamp {
    format!("2026-03-01T{hour:02}:00:00Z").parse().unwrap()
}

fn id(text: &str) -> CallId {
    CallId::parse(text).unwrap()
}

fn cluster(text: &str) -> Cluster {
    Cluster {
        id: ClusterId::parse("M-A1").unwrap(),
        kind: ClusterKind::Matter,
        status: Status::Suggested,
        level: Level::Orange,
        first_at: at(1),
        last_at: at(9),
        calls: vec![id("A1"), id("A2")],
        summary: text.to_owned(),
        reasons: vec![text.to_owned()],
        assigned: Some(text.to_owned()),
    }
}

fn show(text: &str) -> ShowView {
    let mut call = Call::new(id("A1"), at(1));
    call.address = Some(text.to_owned());
    call.content = Some(text.to_owned());
    call.extra.insert(text.to_owned(), text.into());
    call.transcript = vec![Turn {
        speaker: Speaker::Caller,
        text: text.to_owned(),
        start_ms: None,
        end_ms: None,
    }];
    call.feedback = vec![crate::call::Feedback {
        id: text.to_owned(),
        at: None,
        unit_code: None,
        category: None,
        result: Some("调解达成".to_owned()),
        text: text.to_owned(),
    }];
    let segment = Segment {
        speaker: Speaker::Caller,
        channel: 0,
        span: Span {
            start_ms: 61_000,
            end_ms: 63_500,
        },
        text: text.to_owned(),
        alternative: Some(format!("另{text}")),
        corrected: Some(format!("改{text}")),
        confidence: 0.5,
        words: Vec::new(),
        flags: vec![Flag::LowConfidence],
    };
    let transcript = Transcript {
        segments: vec![segment],
        speech: vec![],
        duration_ms: 64_000,
        engine: "scripted".to_owned(),
        model: "none".to_owned(),
    };
    let link = Link {
        a: id("A1"),
        b: id("A2"),
        kind: Kind::Matter,
        probability: 0.93,
        evidence: vec![Evidence {
            feature: "text".to_owned(),
            value: String::new(),
            weight: -1.5,
            text: text.to_owned(),
        }],
    };
    ShowView::new(&Known {
        call: &call,
        transcript: Some(&transcript),
        elements: None,
        tags: None,
        links: &[link],
        clusters: &[cluster(text)],
        stage: "linked",
        jobs: &[],
        versions: &BTreeMap::from([("index".to_owned(), text.to_owned())]),
    })
}

fn call_page(text: &str) -> String {
    problem::page(&CallPage::new(&show(text), true, &Tagger::new(), &zone()))
        .unwrap()
        .0
}

fn search_page(text: &str) -> String {
    let found = Found {
        rank: 1,
        id: id("A1"),
        score: 1.0,
        received_at: at(1),
        unit_code: None,
        category: Some("080201".to_owned()),
        snippet: "楼上<mark>噪音</mark>&lt;b&gt;".to_owned(),
    };
    let placed = Placed {
        line: SearchLine::new(&found, &[]),
        clusters: vec![ClusterLine::from(&cluster(text))],
    };
    let results = Results {
        total: 21,
        relaxed: true,
        labels: vec![Count {
            value: text.to_owned(),
            calls: 3,
        }],
        ..Results::default()
    };
    let form = SearchForm {
        q: text.to_owned(),
        label: text.to_owned(),
        ..SearchForm::default()
    };
    problem::page(&SearchPage::new(form, &results, vec![placed], &Tagger::new(), &zone()))
        .unwrap()
        .0
}

fn cluster_page(text: &str) -> String {
    let member = |name: &str, hour| MemberCall {
        id: name.to_owned(),
        received_at: at(hour),
        category: Some(text.to_owned()),
        text: text.to_owned(),
    };
    let page = ClusterPage::new(
        &ClusterLine::from(&cluster(text)),
        vec![member("A2", 9), member("A1", 1)],
        &zone(),
    );
    problem::page(&page).unwrap().0
}

fn clusters_page(text: &str, filter: &ClusterFilter) -> String {
    let page = ClustersPage::new(&[ClusterLine::from(&cluster(text))], filter, &zone()).unwrap();
    problem::page(&page).unwrap().0
}

#[track_caller]
fn check(page: &str, expected: &[&str]) {
    for part in expected {
        assert!(page.contains(part), "{part} is not in {page}");
    }
}

#[test]
fn a_call_page_shows_every_layer_of_what_was_heard() {
    let page = call_page("疯丹白露");
    check(
        &page,
        &[
            "<audio id=\"player\" controls preload=\"metadata\" src=\"/api/v1/calls/A1/audio\">",
            "data-start=\"61000\" data-end=\"63500\"",
            "1:01",
            "<p>改疯丹白露</p>",
            "<span>原听</span>疯丹白露",
            "<span>另一听法</span>另疯丹白露",
            "听不清",
            "2026-03-01 09:00:00",
            "93%",
            "href=\"/calls/A2\"",
            "href=\"/clusters/M-A1\"",
            "随接警单来的文字记录",
            "调解达成",
        ],
    );
}

#[test]
fn a_search_page_marks_hits_and_offers_facets_and_the_next_page() {
    let page = search_page("噪音");
    check(
        &page,
        &[
            "楼上<mark>噪音</mark>&lt;b&gt;",
            "href=\"/?q=%E5%99%AA%E9%9F%B3&amp;label=%E5%99%AA%E9%9F%B3&amp;page=2\""
                .replace("&amp;", "&#38;")
                .as_str(),
            "没有同时包含全部词",
            "level-orange",
        ],
    );
}

#[test]
fn a_cluster_page_lists_its_calls_in_order_of_time_with_the_time_between() {
    let page = cluster_page("楼上噪音");
    check(&page, &["橙", "事项", "待核", "8小时后"]);
    assert!(page.find("/calls/A1").unwrap() < page.find("/calls/A2").unwrap());
}

#[test]
fn clusters_are_filtered_by_kind_and_status() {
    let filter = |kind: &str, status: &str| ClusterFilter {
        kind: kind.to_owned(),
        status: status.to_owned(),
    };
    assert!(clusters_page("楼上噪音", &filter("matter", "suggested")).contains("楼上噪音"));
    assert!(clusters_page("楼上噪音", &filter("event", "")).contains("没有符合条件"));
    assert!(ClustersPage::new(&[], &filter("matters", ""), &zone()).is_err());
}

#[test]
fn nothing_that_is_said_or_written_becomes_markup() {
    let evil = [
        call_page(EVIL),
        search_page(EVIL),
        cluster_page(EVIL),
        clusters_page(EVIL, &ClusterFilter::default()),
    ];
    let harmless = [
        call_page("x"),
        search_page("x"),
        cluster_page("x"),
        clusters_page("x", &ClusterFilter::default()),
    ];
    for (evil, harmless) in evil.iter().zip(&harmless) {
        let tags = |page: &str| page.matches('<').count();
        assert_eq!(tags(evil), tags(harmless), "{evil}");
        assert!(!evil.contains("<img src=x") && !evil.contains("href=\"javascript") && !evil.contains("49"));
    }
}

#[test]
fn no_page_carries_script_or_style_of_its_own() {
    for page in [call_page("x"), search_page("x"), cluster_page("x")] {
        assert!(!page.contains("style=") && !page.contains("onclick"), "{page}");
        assert_eq!(page.matches("<script").count(), 1, "only the one file");
    }
}
