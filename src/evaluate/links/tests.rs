//! Figures on groups made by hand, and on the development set.

use super::*;
use crate::clusters;
use crate::links;
use crate::links::development::Line;
use crate::links::development::read;

const CALLS: &str = include_str!("../../../corpora/gold/links_dev.jsonl");

fn gold(groups: &[&[&str]], single: &[&str]) -> Vec<Gold> {
    let line = |id: &str, name: Option<String>| Gold {
        id: CallId::parse(id).unwrap(),
        event: name.clone(),
        matter: name,
        category: None,
        labels: Vec::new(),
    };
    let grouped = groups
        .iter()
        .enumerate()
        .flat_map(|(idx, ids)| ids.iter().map(move |id| line(id, Some(idx.to_string()))));
    grouped.chain(single.iter().map(|id| line(id, None))).collect()
}

fn found(groups: &[&[&str]]) -> Vec<Vec<CallId>> {
    groups
        .iter()
        .map(|ids| ids.iter().map(|id| CallId::parse(id).unwrap()).collect())
        .collect()
}

#[test]
fn perfect_groups_score_one() {
    let scores = score(Kind::Matter, &gold(&[&["a", "b"]], &["c"]), &found(&[&["b", "a"]]));
    for figures in [scores.b_cubed, scores.grouped, scores.pairs] {
        assert_eq!((figures.precision, figures.recall, figures.f1), (1.0, 1.0, 1.0));
    }
    assert_eq!(
        (scores.dangerous_merge_rate, scores.calls, scores.grouped_calls),
        (0.0, 3, 2)
    );
}

#[test]
fn a_missed_call_costs_recall_and_a_strange_one_precision() {
    let gold = gold(&[&["a", "b", "c"]], &["d", "e"]);
    let missed = score(Kind::Event, &gold, &found(&[&["a", "b"]]));
    assert_eq!(missed.grouped.precision, 1.0);
    assert!((missed.grouped.recall - (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0) / 3.0).abs() < 1e-9);
    assert_eq!((missed.pairs.precision, missed.pairs.recall), (1.0, 1.0 / 3.0));
    let strange = score(Kind::Event, &gold, &found(&[&["a", "b", "c", "d"]]));
    assert!((strange.grouped.precision - (3.0 * 0.75 + 0.25) / 4.0).abs() < 1e-9);
    assert_eq!(strange.grouped.recall, 1.0);
    assert_eq!((strange.pairs.precision, strange.dangerous_merge_rate), (0.5, 1.0));
    assert_eq!(strange.grouped_calls, 4);
}

#[test]
fn single_calls_flatter_only_the_ungrouped_figure() {
    let scores = score(Kind::Event, &gold(&[&["a", "b"]], &["c", "d", "e", "f", "g", "h"]), &[]);
    assert!(scores.b_cubed.f1 > 0.9);
    assert_eq!(scores.grouped.recall, 0.5);
}

/// The development set, on which the weights were adjusted; the figures of other sets are lower.
#[test]
fn the_development_set_is_grouped_far_better_than_by_number_or_address() {
    let lines: Vec<Line> = read(CALLS);
    let gold: Vec<Gold> = read(CALLS);
    let calls: Vec<Call> = lines.iter().map(Line::record).collect();
    let profiles: Vec<Profile> = lines.iter().map(Line::profile).collect();
    let clusters = clusters_of(&profiles);
    let mut shown = String::new();
    for kind in [Kind::Event, Kind::Matter] {
        let report = report(kind, &gold, &clusters, &calls, &profiles);
        shown += &wrong(kind, &gold, &clusters);
        shown += &format!(
            "{kind:?} ours {:#?}\nnumber {:?}\naddress {:?}\n",
            report.ours, report.same_number.grouped, report.same_address.grouped
        );
        assert!(report.ours.grouped.f1 >= 0.95, "{shown}");
        assert!(report.ours.dangerous_merge_rate <= 0.1, "{shown}");
        assert!(report.same_number.grouped.f1 <= 0.8, "{shown}");
        assert!(
            report.same_address.grouped.f1 + 0.08 <= report.ours.grouped.f1,
            "{shown}"
        );
    }
}

#[test]
fn doubtful_hearing_costs_recall_and_not_precision() {
    let gold: Vec<Gold> = read(CALLS);
    let mut profiles: Vec<Profile> = read::<Line>(CALLS).iter().map(Line::profile).collect();
    for profile in &mut profiles {
        profile.spots.iter_mut().for_each(|spot| spot.confidence *= 0.75);
        profile.categories.iter_mut().for_each(|guess| guess.confidence *= 0.6);
    }
    let clusters = clusters_of(&profiles);
    for kind in [Kind::Event, Kind::Matter] {
        let scores = score(kind, &gold, &groups(kind, &clusters));
        let shown = format!("{}{scores:#?}", wrong(kind, &gold, &clusters));
        assert!(scores.grouped.precision >= 0.95, "{shown}");
        assert!(scores.grouped.f1 >= 0.85, "{shown}");
    }
}

fn clusters_of(profiles: &[Profile]) -> Vec<Cluster> {
    let pairs = profiles
        .iter()
        .enumerate()
        .flat_map(|(idx, a)| profiles[idx..].iter().map(move |b| (a, b)));
    let links: Vec<links::Link> = pairs.flat_map(|(a, b)| links::link(a, b)).collect();
    clusters::cluster(profiles, &links, &[])
}

/// Lists what was put together wrongly or missed.
fn wrong(kind: Kind, gold: &[Gold], clusters: &[Cluster]) -> String {
    let name = |call: &CallId| {
        let line = gold.iter().find(|line| &line.id == call).unwrap();
        let name = if kind == Kind::Event { &line.event } else { &line.matter };
        name.clone().unwrap_or_else(|| format!("single {call}"))
    };
    let mut lines = String::new();
    let mut placed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (idx, group) in groups(kind, clusters).iter().enumerate() {
        let names: BTreeSet<String> = group.iter().map(name).collect();
        if names.len() > 1 {
            lines += &format!("mixed {kind:?} {names:?}: {group:?}\n");
        }
        for call in group {
            placed.entry(name(call)).or_default().insert(format!("group {idx}"));
        }
    }
    let grouped: BTreeSet<CallId> = groups(kind, clusters).into_iter().flatten().collect();
    for line in gold.iter().filter(|line| !grouped.contains(&line.id)) {
        placed
            .entry(name(&line.id))
            .or_default()
            .insert(format!("alone {}", line.id));
    }
    for (name, places) in placed.iter().filter(|(_, places)| places.len() > 1) {
        lines += &format!("split {kind:?} {name}: {places:?}\n");
    }
    lines
}
