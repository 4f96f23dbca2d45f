//! When warnings are raised, and that none comes twice.

use super::*;
use crate::clusters::Status;
use crate::links::Guess;

/// A dispute with calls on these days, as one matter.
fn matter(days: &[i64]) -> (Cluster, Vec<Profile>) {
    let profile = |(number, day): (usize, &i64)| {
        let at = Timestamp::from_second(day * 86_400).unwrap();
        let mut profile = Profile::new(CallId::parse(&format!("c{number}")).unwrap(), at);
        profile.categories = vec![Guess {
            code: "080201".to_owned(),
            confidence: 1.0,
            heard: false,
        }];
        profile
    };
    let profiles: Vec<Profile> = days.iter().enumerate().map(profile).collect();
    let cluster = Cluster {
        id: ClusterId::parse("M-c0").unwrap(),
        kind: ClusterKind::Matter,
        status: Status::Suggested,
        level: Level::Orange,
        first_at: profiles[0].received_at,
        last_at: profiles[days.len() - 1].received_at,
        calls: profiles.iter().map(|profile| profile.id.clone()).collect(),
        summary: "邻里噪音 · 月湾小区7号楼 · 30天4起".to_owned(),
        reasons: vec!["同一报警电话".to_owned()],
        assigned: None,
    };
    (cluster, profiles)
}

#[test]
fn each_colour_warns_once_with_the_call_that_reached_it() {
    let (cluster, profiles) = matter(&[0, 10, 20, 30]);
    let alerts = raise(std::slice::from_ref(&cluster), &profiles);
    let told: Vec<(Level, usize, i64)> = alerts
        .iter()
        .map(|alert| (alert.level, alert.calls.len(), alert.at.as_second() / 86_400))
        .collect();
    assert_eq!(
        told,
        [(Level::Blue, 2, 10), (Level::Yellow, 3, 20), (Level::Orange, 4, 30)]
    );
    assert!(
        alerts[0].text.starts_with("蓝色预警：邻里噪音 · 月湾小区7号楼"),
        "{}",
        alerts[0].text
    );
    assert!(alerts[2].text.contains("30天内4起"), "{}", alerts[2].text);
}

#[test]
fn a_warning_raised_early_has_the_same_id_later() {
    let (cluster, profiles) = matter(&[0, 10, 20, 30]);
    let late = raise(std::slice::from_ref(&cluster), &profiles);
    let (early, first) = matter(&[0, 10]);
    let early = raise(&[early], &first);
    assert_eq!(early, late[..1]);
    let mut ids: Vec<&str> = late.iter().map(|alert| alert.id.as_str()).collect();
    ids.dedup();
    assert_eq!(ids.len(), late.len());
    assert!(ids.iter().all(|id| id.len() == 16));
}

#[test]
fn several_calls_about_one_event_raise_nothing() {
    let (cluster, profiles) = matter(&[0, 0, 0]);
    let event = Cluster {
        id: ClusterId::parse("E-c0").unwrap(),
        kind: ClusterKind::Event,
        ..cluster.clone()
    };
    assert!(raise(&[cluster, event], &profiles).is_empty());
}

#[test]
fn nuisance_raises_nothing() {
    let (cluster, mut profiles) = matter(&[0, 1, 2, 3]);
    profiles.iter_mut().for_each(|profile| profile.link_type = Some(4));
    assert!(raise(&[cluster], &profiles).is_empty());
}

#[test]
fn a_hotspot_warns_with_its_counts() {
    let (cluster, profiles) = matter(&[0, 1, 2, 3]);
    let hotspot = Cluster {
        id: ClusterId::parse("H-c0").unwrap(),
        kind: ClusterKind::Hotspot,
        summary: "电动车被盗 · 月湾小区 · 7天8起".to_owned(),
        reasons: vec![
            "单元：月湾小区 × 电动车被盗".to_owned(),
            "7天8起，此前15周平均1.0起".to_owned(),
        ],
        ..cluster
    };
    let alerts = raise(&[hotspot], &profiles);
    assert_eq!(alerts.len(), 1);
    assert_eq!(
        alerts[0].text,
        "橙色预警：电动车被盗 · 月湾小区（7天8起，此前15周平均1.0起）"
    );
}
