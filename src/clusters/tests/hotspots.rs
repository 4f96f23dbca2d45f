//! Weeks of thefts, quiet and busy.

use crate::call::ClusterId;
use crate::call::UnitCode;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::clusters::Level;
use crate::clusters::Status;
use crate::clusters::hotspots;
use crate::clusters::tests::noise;
use crate::links::Profile;

/// A theft of an e-bike at one estate, `hour` hours after the first of sixteen weeks.
fn theft(number: i64, hour: i64) -> Profile {
    let mut profile = noise(&format!("t{number:03}"), hour);
    profile.unit_code = UnitCode::parse("990101010000").ok();
    profile.phones[0].number = format!("1380000{number:04}");
    profile.categories[0].code = "020202".to_owned();
    profile.spots[0].building = Some(number.to_string());
    profile
}

#[test]
fn a_week_that_stands_out_is_a_hotspot() {
    let quiet: Vec<Profile> = (0..16).map(|week| theft(week, week * 168)).collect();
    assert!(hotspots(&quiet, &[], &[]).is_empty());
    let week = |count: i64| -> Vec<Profile> {
        let busy = (0..count).map(|n| theft(100 + n, 16 * 168 + 20 * n / 2));
        quiet.iter().cloned().chain(busy).collect()
    };
    for (count, expected) in [
        (3, None),
        (5, Some(Level::Yellow)),
        (8, Some(Level::Orange)),
        (12, Some(Level::Red)),
    ] {
        let found = hotspots(&week(count), &[], &[]);
        assert_eq!(
            found.first().map(|hotspot| hotspot.level),
            expected,
            "{count}: {found:#?}"
        );
        for hotspot in found {
            assert_eq!(hotspot.kind, ClusterKind::Hotspot);
            assert!(hotspot.id.as_str().starts_with("H-t"));
            assert!(
                hotspot.reasons[0].contains("月湾小区 × 电动车被盗"),
                "{:?}",
                hotspot.reasons
            );
            assert!(hotspot.reasons[1].contains("此前15周平均"), "{:?}", hotspot.reasons);
        }
    }
}

#[test]
fn without_weeks_to_compare_nothing_is_a_hotspot() {
    let busy: Vec<Profile> = (0..12).map(|n| theft(n, 10 * n)).collect();
    assert!(hotspots(&busy, &[], &[]).is_empty());
}

#[test]
fn several_calls_about_one_theft_count_once() {
    let quiet: Vec<Profile> = (0..16).map(|week| theft(week, week * 168)).collect();
    let mut calls = quiet.clone();
    calls.extend((0..6).map(|n| theft(100 + n, 16 * 168)));
    let event = Cluster {
        id: ClusterId::parse("E-t100").unwrap(),
        kind: ClusterKind::Event,
        status: Status::Suggested,
        level: Level::None,
        first_at: calls[16].received_at,
        last_at: calls[21].received_at,
        calls: calls[16..].iter().map(|call| call.id.clone()).collect(),
        summary: String::new(),
        reasons: Vec::new(),
        assigned: None,
    };
    assert_eq!(hotspots(&calls, &[], &[]).len(), 1);
    assert!(hotspots(&calls, &[event], &[]).is_empty());
}
