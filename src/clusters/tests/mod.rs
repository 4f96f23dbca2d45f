//! Laws of clustering and what people's decisions do to it.

/// Colours of matters.
mod colours;

/// Weeks that stand out.
mod hotspots;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::links;
use crate::links::Guess;
use crate::links::Kind;
use crate::links::Phone;
use crate::links::PhoneRole;
use crate::links::development::Line;
use crate::links::development::read;
use crate::links::spots::Spot;

const CALLS: &str = include_str!("../../../corpora/gold/links_dev.jsonl");
const DAY_S: i64 = 86_400;

fn development() -> Vec<Profile> {
    read::<Line>(CALLS).iter().map(Line::profile).collect()
}

fn links_of(profiles: &[Profile]) -> Vec<Link> {
    let pairs = profiles
        .iter()
        .enumerate()
        .flat_map(|(idx, a)| profiles[idx..].iter().map(move |b| (a, b)));
    pairs.flat_map(|(a, b)| links::link(a, b)).collect()
}

fn id(text: &str) -> CallId {
    CallId::parse(text).unwrap()
}

fn ids(texts: &[&str]) -> Vec<CallId> {
    texts.iter().map(|text| id(text)).collect()
}

/// A noise call from one flat; `hours` since the first day.
fn noise(name: &str, hours: i64) -> Profile {
    let mut profile = Profile::new(id(name), Timestamp::from_second(hours * 3600).unwrap());
    profile.phones = vec![Phone {
        number: "13800000001".to_owned(),
        role: PhoneRole::Caller,
    }];
    profile.categories = vec![Guess {
        code: "080201".to_owned(),
        confidence: 1.0,
        heard: false,
    }];
    profile.spots = vec![Spot {
        anchors: vec!["月湾".to_owned()],
        shown: "月湾小区".to_owned(),
        building: Some("7".to_owned()),
        room: Some("502".to_owned()),
        confidence: 1.0,
        ..Spot::default()
    }];
    profile
}

/// Four noise calls, ten days apart.
fn dispute() -> Vec<Profile> {
    ["a", "b", "c", "d"]
        .iter()
        .zip(0..)
        .map(|(name, n)| noise(name, n * 240))
        .collect()
}

fn decision(number: u32, action: Action) -> Decision {
    Decision {
        id: DecisionId::parse(&format!("D{number:04}")).unwrap(),
        at: Timestamp::from_second(60 * DAY_S + i64::from(number)).unwrap(),
        by: "王工".to_owned(),
        why: "听过录音".to_owned(),
        action,
    }
}

fn matter(id: &str) -> ClusterId {
    ClusterId::parse(id).unwrap()
}

/// Clusters of one kind as `id: members status`.
fn told(profiles: &[Profile], decisions: &[Decision], kind: ClusterKind) -> Vec<String> {
    let clusters = cluster(profiles, &links_of(profiles), decisions);
    let of_kind = clusters.iter().filter(|cluster| cluster.kind == kind);
    let members = |cluster: &Cluster| cluster.calls.iter().map(CallId::as_str).collect::<String>();
    of_kind
        .map(|cluster| format!("{}: {} {:?}", cluster.id, members(cluster), cluster.status))
        .collect()
}

fn check(decisions: &[Action], expected: &[&str]) {
    let decisions: Vec<Decision> = (1..)
        .zip(decisions)
        .map(|(n, action)| decision(n, action.clone()))
        .collect();
    assert_eq!(told(&dispute(), &decisions, ClusterKind::Matter), expected);
    let backwards: Vec<Decision> = decisions.into_iter().rev().collect();
    assert_eq!(told(&dispute(), &backwards, ClusterKind::Matter), expected);
}

fn confirm(calls: &[&str]) -> Action {
    Action::Confirm {
        cluster: matter("M-a"),
        kind: ClusterKind::Matter,
        calls: ids(calls),
    }
}

fn split(calls: &[&str], rest: &[&str]) -> Action {
    Action::Split {
        cluster: matter("M-a"),
        kind: ClusterKind::Matter,
        calls: ids(calls),
        rest: ids(rest),
    }
}

fn exclude(call: &str, rest: &[&str]) -> Action {
    Action::Exclude {
        call: id(call),
        cluster: matter("M-a"),
        kind: ClusterKind::Matter,
        rest: ids(rest),
    }
}

fn undo(number: u32) -> Action {
    Action::Undo {
        decision: DecisionId::parse(&format!("D{number:04}")).unwrap(),
    }
}

fn close(calls: &[&str]) -> Action {
    Action::Close {
        cluster: matter("M-a"),
        calls: ids(calls),
    }
}

#[test]
fn decisions_hold_until_undone_and_later_ones_win() {
    let whole = "M-a: abcd Suggested";
    check(&[], &[whole]);
    check(&[confirm(&["a", "b", "c", "d"])], &["M-a: abcd Confirmed"]);
    check(&[confirm(&["a", "b", "c", "d"]), undo(1)], &[whole]);
    check(
        &[confirm(&["a", "b", "c", "d"]), undo(1), undo(2)],
        &["M-a: abcd Confirmed"],
    );
    check(
        &[split(&["c", "d"], &["a", "b"])],
        &["M-a: ab Suggested", "M-c: cd Confirmed"],
    );
    check(&[split(&["c", "d"], &["a", "b"]), undo(1)], &[whole]);
    check(&[exclude("c", &["a", "b", "d"])], &["M-a: abd Suggested"]);
    check(&[exclude("a", &["b", "c", "d"])], &["M-b: bcd Suggested"]);
    check(
        &[exclude("c", &["a", "b", "d"]), confirm(&["a", "b", "c", "d"])],
        &["M-a: abcd Confirmed"],
    );
    check(
        &[confirm(&["a", "b", "c", "d"]), exclude("c", &["a", "b", "d"])],
        &["M-a: abd Confirmed"],
    );
    check(&[Action::Unsure { cluster: matter("M-a") }], &["M-a: abcd Unsure"]);
    check(&[close(&["a", "b", "c", "d"])], &["M-a: abcd Closed"]);
    check(&[close(&[])], &["M-a: abcd Closed"]);
    check(&[close(&[]), Action::Reopen { cluster: matter("M-a") }], &[whole]);
    let moved = Action::Move {
        call: id("b"),
        cluster: matter("M-c"),
        kind: ClusterKind::Matter,
        calls: ids(&["c", "d"]),
        from: ids(&["a"]),
    };
    check(&[split(&["c", "d"], &["a", "b"]), moved], &["M-b: bcd Confirmed"]);
    let merge = Action::Merge {
        clusters: vec![matter("M-a"), matter("M-c")],
        kind: ClusterKind::Matter,
        calls: ids(&["a", "b", "c", "d"]),
    };
    check(&[split(&["c", "d"], &["a", "b"]), merge], &["M-a: abcd Confirmed"]);
}

#[test]
fn a_closed_matter_with_a_new_call_is_never_silent() {
    let closed = |calls: &[&str]| vec![decision(1, close(calls))];
    // Known when it was closed: three of four.
    let clusters = cluster(&dispute(), &links_of(&dispute()), &closed(&["a", "b", "c"]));
    assert_eq!(clusters[0].status, Status::Suggested);
    assert!(
        clusters[0]
            .reasons
            .iter()
            .any(|reason| reason.contains("关闭后又有1次"))
    );
    // Members not recorded: what counts is the time.
    let mut later = dispute();
    later.push(noise("e", 70 * 24));
    let clusters = cluster(&later, &links_of(&later), &closed(&[]));
    assert_eq!((clusters[0].status, clusters[0].calls.len()), (Status::Suggested, 5));
    assert!(
        clusters[0]
            .reasons
            .iter()
            .any(|reason| reason.contains("关闭后又有1次"))
    );
}

#[test]
fn a_confirmed_matter_says_what_came_since() {
    let decisions = [decision(1, confirm(&["a", "b", "c"]))];
    let clusters = cluster(&dispute(), &links_of(&dispute()), &decisions);
    assert_eq!(clusters[0].status, Status::Confirmed);
    assert!(
        clusters[0]
            .reasons
            .iter()
            .any(|reason| reason == "确认后新增1次报警，待核查")
    );
}

#[test]
fn who_takes_care_stays_when_an_earlier_call_turns_up() {
    let assign = Action::Assign {
        cluster: matter("M-b"),
        who: "李警官".to_owned(),
    };
    let decisions = [decision(1, assign)];
    let clusters = cluster(&dispute(), &links_of(&dispute()), &decisions);
    assert_eq!(clusters[0].id, matter("M-a"));
    assert_eq!(clusters[0].assigned.as_deref(), Some("李警官"));
}

#[test]
fn two_matters_that_people_confirmed_are_not_joined_by_the_program() {
    let other = Action::Confirm {
        cluster: matter("M-c"),
        kind: ClusterKind::Matter,
        calls: ids(&["c", "d"]),
    };
    check(
        &[split(&["c", "d"], &["a", "b"]), undo(1), confirm(&["a", "b"]), other],
        &["M-a: ab Confirmed", "M-c: cd Confirmed"],
    );
}

#[test]
fn the_calls_of_an_event_belong_to_its_matter() {
    let mut profiles = dispute();
    profiles.push(noise("e", 721));
    let links = links_of(&profiles);
    let clusters = cluster(&profiles, &links, &[]);
    let [event, matter] = clusters.as_slice() else {
        panic!("{clusters:#?}");
    };
    assert_eq!(
        (event.kind, event.calls.clone()),
        (ClusterKind::Event, ids(&["d", "e"]))
    );
    assert_eq!(
        (event.level, event.summary.as_str()),
        (Level::None, "邻里噪音 · 月湾小区7号楼 · 2次报警")
    );
    assert_eq!(matter.calls, ids(&["a", "b", "c", "d", "e"]));
    // Four events in thirty days, not five calls.
    assert_eq!(matter.summary, "邻里噪音 · 月湾小区7号楼 · 30天4起");
    assert_eq!(matter.level, Level::Orange);
    assert!(matter.reasons[0].contains("30天内4起"), "{:?}", matter.reasons);
    assert!(matter.reasons.iter().any(|reason| reason.contains("月湾小区7号楼")));
}

#[test]
fn a_single_event_is_no_matter() {
    let profiles = [noise("a", 0), noise("b", 1)];
    let told = told(&profiles, &[], ClusterKind::Matter);
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn a_call_taken_out_of_a_matter_leaves_its_event_too() {
    let mut profiles = dispute();
    profiles.push(noise("e", 721));
    let decisions = [decision(1, exclude("e", &["a", "b", "c", "d"]))];
    assert_eq!(
        told(&profiles, &decisions, ClusterKind::Matter),
        ["M-a: abcd Suggested"]
    );
    assert!(told(&profiles, &decisions, ClusterKind::Event).is_empty());
}

#[test]
fn chains_do_not_grow() {
    // Each resembles only the next; none strongly.
    let profiles: Vec<Profile> = ["a", "b", "c", "d", "e"]
        .iter()
        .zip(0..)
        .map(|(name, n)| noise(name, n * 240))
        .collect();
    let chain = |pair: &[Profile]| Link {
        a: pair[0].id.clone(),
        b: pair[1].id.clone(),
        kind: Kind::Matter,
        probability: 0.75,
        evidence: Vec::new(),
    };
    let links: Vec<Link> = profiles.windows(2).map(chain).collect();
    let clusters = cluster(&profiles, &links, &[]);
    let sizes: Vec<usize> = clusters.iter().map(|cluster| cluster.calls.len()).collect();
    assert_eq!(sizes, [2, 2]);
}

#[test]
fn long_call_ids_still_found_clusters() {
    let long = "x".repeat(64);
    let made = cluster_id(ClusterKind::Matter, &id(&long));
    assert!(made.as_str().starts_with("M-") && made.as_str().chars().count() <= 64);
    assert_eq!(cluster_id(ClusterKind::Event, &id("JJ1")).as_str(), "E-JJ1");
}

/// Decisions on the development set that cross each other.
fn decisions() -> Vec<Decision> {
    let confirm = Action::Confirm {
        cluster: matter("M-D001"),
        kind: ClusterKind::Matter,
        calls: ids(&["D001", "D002", "D004"]),
    };
    let exclude = Action::Exclude {
        call: id("D002"),
        cluster: matter("M-D001"),
        kind: ClusterKind::Matter,
        rest: ids(&["D001", "D003"]),
    };
    let merge = Action::Merge {
        clusters: vec![matter("M-D059"), matter("M-D062")],
        kind: ClusterKind::Matter,
        calls: ids(&["D059", "D060", "D062", "D063"]),
    };
    let actions = [confirm, exclude, merge, undo(2), close(&[])];
    (1..)
        .zip(actions)
        .map(|(number, action)| decision(number, action))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn order_never_matters(seed in any::<u64>()) {
        let profiles = development();
        let links = links_of(&profiles);
        let decisions = decisions();
        let expected = cluster(&profiles, &links, &decisions);
        let shuffled = |n: usize| Reverse((seed ^ (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_mul(seed | 1));
        let mut order: Vec<usize> = (0..profiles.len()).collect();
        order.sort_by_key(|&n| shuffled(n));
        let mut link_order: Vec<usize> = (0..links.len()).collect();
        link_order.sort_by_key(|&n| shuffled(n + 7));
        let profiles: Vec<Profile> = order.iter().map(|&n| profiles[n].clone()).collect();
        let links: Vec<Link> = link_order.iter().map(|&n| links[n].clone()).collect();
        let mut decisions = decisions;
        decisions.rotate_left((seed % 5) as usize);
        prop_assert_eq!(cluster(&profiles, &links, &decisions), expected);
        let hot = crate::clusters::hotspots(&profiles, &[], &[]);
        prop_assert_eq!(hot, crate::clusters::hotspots(&development(), &[], &[]));
    }

    #[test]
    fn a_component_alone_gives_the_same_clusters(start in 0_usize..133) {
        let profiles = development();
        let links = links_of(&profiles);
        let whole = cluster(&profiles, &links, &[]);
        let mut component: BTreeSet<CallId> = BTreeSet::from([profiles[start].id.clone()]);
        loop {
            let before = component.len();
            for link in &links {
                if component.contains(&link.a) || component.contains(&link.b) {
                    component.extend([link.a.clone(), link.b.clone()]);
                }
            }
            if component.len() == before {
                break;
            }
        }
        let part: Vec<Profile> = profiles.into_iter().filter(|profile| component.contains(&profile.id)).collect();
        let expected: Vec<Cluster> = whole.into_iter().filter(|cluster| component.contains(&cluster.calls[0])).collect();
        prop_assert_eq!(cluster(&part, &links, &[]), expected);
    }

    #[test]
    fn a_call_is_in_at_most_one_cluster_of_a_kind(probabilities in proptest::collection::vec(0.0_f32..1.0, 66)) {
        let profiles: Vec<Profile> = (0..12).map(|n| noise(&format!("c{n:02}"), n * 30)).collect();
        let pairs = (0..12).flat_map(|a| (a + 1..12).map(move |b| (a, b)));
        let links: Vec<Link> = pairs.zip(&probabilities).map(|((a, b), &probability)| Link {
            a: profiles[a].id.clone(),
            b: profiles[b].id.clone(),
            kind: if (a + b) % 3 == 0 { Kind::Event } else { Kind::Matter },
            probability,
            evidence: Vec::new(),
        }).collect();
        let clusters = cluster(&profiles, &links, &[]);
        for kind in [ClusterKind::Event, ClusterKind::Matter] {
            let of_kind = clusters.iter().filter(|cluster| cluster.kind == kind);
            let calls: Vec<&CallId> = of_kind.flat_map(|cluster| &cluster.calls).collect();
            let unique: BTreeSet<&CallId> = calls.iter().copied().collect();
            prop_assert_eq!(calls.len(), unique.len());
        }
        prop_assert!(clusters.iter().all(|cluster| cluster.calls.len() > 1));
        // An event is never torn between matters.
        for event in clusters.iter().filter(|cluster| cluster.kind == ClusterKind::Event) {
            for matter in clusters.iter().filter(|cluster| cluster.kind == ClusterKind::Matter) {
                let shared = event.calls.iter().filter(|call| matter.calls.contains(call)).count();
                prop_assert!(shared == 0 || shared == event.calls.len());
            }
        }
    }
}
