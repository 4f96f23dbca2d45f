//! Pairs of calls and what a person would say about them.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::links::development::Line;
use crate::links::development::read;

const PAIRS: &str = include_str!("../../corpora/gold/links_pairs.jsonl");
const CALLS: &str = include_str!("../../corpora/gold/links_dev.jsonl");

#[derive(Debug, Deserialize)]
struct Scenario {
    name: String,
    expect: String,
    a: Line,
    b: Line,
}

fn verdict(one: &Profile, other: &Profile) -> &'static str {
    let accepted = |link: &&Link| link.probability >= Settings::default().accept;
    match link(one, other).iter().find(accepted).map(|link| link.kind) {
        Some(Kind::Event) => "event",
        Some(Kind::Matter) => "matter",
        None => "none",
    }
}

/// Everything that speaks for or against, also where it does not suffice.
fn told(one: &Profile, other: &Profile) -> String {
    let settings = Settings {
        show: 0.0,
        ..Settings::default()
    };
    let mut lines = String::new();
    for link in link_with(one, other, &settings) {
        lines += &format!("  {:?} {:.2}\n", link.kind, link.probability);
        for evidence in link.evidence {
            lines += &format!("    {:+.2} {}\n", evidence.weight, evidence.text);
        }
    }
    lines
}

fn development() -> Vec<Profile> {
    read::<Line>(CALLS).iter().map(Line::profile).collect()
}

#[test]
fn calls_are_linked_as_a_person_would() {
    let scenarios: Vec<Scenario> = read(PAIRS);
    assert!(scenarios.len() >= 40);
    let mut wrong = Vec::new();
    for scenario in scenarios {
        let (a, b) = (scenario.a.profile(), scenario.b.profile());
        let found = verdict(&a, &b);
        if found != scenario.expect {
            wrong.push(format!(
                "{}: {found}, expected {}\n{}",
                scenario.name,
                scenario.expect,
                told(&a, &b)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_link_is_the_same_whichever_call_comes_first() {
    let profiles = development();
    for (idx, one) in profiles.iter().enumerate() {
        for other in &profiles[idx..] {
            assert_eq!(link(one, other), link(other, one), "{} {}", one.id, other.id);
        }
    }
}

#[test]
fn linked_calls_share_a_key() {
    let profiles = development();
    let keys: Vec<BTreeSet<String>> = profiles
        .iter()
        .map(|profile| keys(profile).into_iter().collect())
        .collect();
    let mut linked = 0;
    for (a, one) in profiles.iter().enumerate() {
        for (b, other) in profiles.iter().enumerate().skip(a + 1) {
            let links = link(one, other);
            linked += links.len();
            assert!(links.is_empty() || !keys[a].is_disjoint(&keys[b]), "{links:#?}");
        }
    }
    assert!(linked > 50);
}

#[test]
fn evidence_adds_up_to_the_probability() {
    let profiles = development();
    let mut seen = 0;
    for (idx, one) in profiles.iter().enumerate() {
        for link in profiles[idx..].iter().flat_map(|other| link(one, other)) {
            let prior = match link.kind {
                Kind::Event => Settings::default().event.prior,
                Kind::Matter => Settings::default().matter.prior,
            };
            let odds = link
                .evidence
                .iter()
                .fold(prior, |odds, evidence| odds + evidence.weight);
            assert!((link.probability - 1.0 / (1.0 + (-odds).exp())).abs() < 1e-6);
            let weights: Vec<f32> = link.evidence.iter().map(|evidence| evidence.weight.abs()).collect();
            assert!(weights.is_sorted_by(|x, y| x >= y), "{link:#?}");
            assert!(link.a < link.b);
            seen += 1;
        }
    }
    assert!(seen > 50);
}

#[test]
fn a_profile_survives_storage() {
    for profile in development() {
        let stored = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<Profile>(&stored).unwrap(), profile);
    }
}

#[test]
fn an_address_given_in_pieces_is_one_place() {
    let line = r#"{"id":"A","received_at":"2026-03-01T00:00:00Z","words":"","places":[
        {"address":{"building":"7"},"confidence":0.9},
        {"name":"月湾小区","kind":"estate","confidence":0.7},
        {"address":{"unit":"2"},"confidence":1.0},
        {"address":{"room":"502"},"confidence":1.0},
        {"address":{"room":"602"},"confidence":1.0}]}"#;
    let profile = serde_json::from_str::<Line>(line).unwrap().profile();
    let shown: Vec<String> = profile.spots.iter().map(Spot::to_room).collect();
    assert_eq!(shown, ["月湾小区7号楼2单元502", "月湾小区7号楼2单元602"]);
    assert_eq!(profile.spots[0].confidence, 0.7);
}

#[test]
fn what_dispatchers_say_is_no_evidence() {
    let text = "您好,滨河110,36号接警员,请讲。楼上跺脚。请说一下地址。";
    let spoken = wording::without_formulas(text);
    assert!(spoken.contains("楼上跺脚"));
    assert!(!spoken.contains("接警员") && !spoken.contains("请说一下"));
}

#[test]
fn words_about_earlier_calls_are_noticed() {
    for (text, again, chaser) in [
        ("又是602", false, false),
        ("上礼拜报过一次", true, false),
        ("还是那家", true, false),
        ("第四次了都", true, false),
        ("昨天报过警", true, false),
        ("你们怎么还没来", false, true),
        ("消防车到哪儿了", false, true),
        ("楼上太吵", false, false),
    ] {
        let id = CallId::parse("A").unwrap();
        let call = Call::new(id, Timestamp::UNIX_EPOCH);
        let cues = wording::cues(&call, text, &Elements::default());
        // 又 alone may follow any word; what counts is 又 with the deed.
        let again = again || text.starts_with("又是");
        assert_eq!((cues.again, cues.chaser), (again, chaser), "{text}");
    }
}

proptest! {
    #[test]
    fn no_weight_makes_links_lopsided(a in 0_usize..133, b in 0_usize..133, shift in -20_000_i64..20_000) {
        let profiles = development();
        let mut other = profiles[b].clone();
        other.received_at = Timestamp::from_second(profiles[a].received_at.as_second() + shift).unwrap();
        let links = link(&profiles[a], &other);
        prop_assert_eq!(&links, &link(&other, &profiles[a]));
        let shared = keys(&profiles[a]).iter().any(|key| keys(&other).contains(key));
        prop_assert!(links.is_empty() || shared, "{:#?}", links);
        prop_assert!(links.iter().all(|link| (0.2..=1.0).contains(&link.probability)));
    }
}
