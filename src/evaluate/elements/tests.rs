//! What counts as right, kind by kind.

use super::*;
use crate::sound::names::read_names;

fn counts(wanted: &str, given: &str) -> Vec<(&'static str, usize, usize, usize)> {
    let gazetteer = Gazetteer::new(read_names("name,kind,aliases\n金桂苑小区,estate,金桂苑").0);
    let values = |text: &str| serde_json::from_str::<Values>(text).unwrap();
    let counts = compare(&values(wanted), &values(given), &gazetteer);
    let named = KINDS.into_iter().zip(counts);
    named
        .map(|(kind, count)| (kind, count.right, count.given, count.wanted))
        .filter(|&(_, _, given, wanted)| given + wanted > 0)
        .collect()
}

#[test]
fn values_are_paired_once_each() {
    let phones = |one: &[&str]| format!("{{\"phones\":{one:?}}}");
    let two = phones(&["1", "1"]);
    assert_eq!(counts(&two, &phones(&["1", "2"])), [("phones", 1, 2, 2)]);
    assert_eq!(counts("{}", "{}"), []);
}

#[test]
fn amounts_may_differ_by_a_tenth_and_times_by_twenty_minutes() {
    let amount = |min: u32, max: u32| format!(r#"{{"amounts":[{{"min":{min},"max":{max}}}]}}"#);
    assert_eq!(counts(&amount(1000, 1000), &amount(950, 1090)), [("amounts", 1, 1, 1)]);
    assert_eq!(counts(&amount(1000, 1000), &amount(1000, 1999)), [("amounts", 0, 1, 1)]);
    let time = |from: &str, to: &str| {
        format!(r#"{{"times":[{{"from":"2026-03-04T{from}:00+08:00","to":"2026-03-04T{to}:00+08:00"}}]}}"#)
    };
    assert_eq!(
        counts(&time("10:00", "10:00"), &time("09:45", "10:15")),
        [("times", 1, 1, 1)]
    );
    assert_eq!(
        counts(&time("00:00", "05:00"), &time("00:00", "03:00")),
        [("times", 1, 1, 1)]
    );
    assert_eq!(
        counts(&time("00:00", "05:00"), &time("00:00", "02:00")),
        [("times", 0, 1, 1)]
    );
}

#[test]
fn a_level_of_a_place_is_right_where_the_levels_above_agree() {
    let place = |levels: &str| format!(r#"{{"places":[{{{levels}}}]}}"#);
    let wanted = place(r#""estate":"金桂苑","building":"3","unit":"2","room":"501""#);
    let right = |given: &str| -> Vec<&str> {
        let counts = counts(&wanted, &place(given));
        counts
            .into_iter()
            .filter(|count| count.1 > 0)
            .map(|count| count.0)
            .collect()
    };
    let all = ["estates, villages", "buildings", "units", "rooms", "whole places"];
    assert_eq!(
        right(r#""estate":"金桂苑小区","building":"3","unit":"2","room":"501""#),
        all
    );
    assert_eq!(right(r#""building":"3","unit":"1","room":"501""#), ["buildings"]);
    assert_eq!(
        right(r#""estate":"东苑","building":"3","room":"501""#),
        Vec::<&str>::new()
    );
    assert_eq!(right(r#""unit":"2","room":"501""#), ["units", "rooms"]);
}

#[test]
fn what_is_denied_is_raised_only_by_what_is_not_there() {
    let gold: Vec<Gold> = [
        r#"{"text":"没动刀,拿的棍子","received_at":"2026-03-04T10:00:00+08:00","part":"dev","elements":{"weapons":["棍子"]},"negated":["weapon"]}"#,
        r#"{"text":"没动刀","received_at":"2026-03-04T10:00:00+08:00","negated":["weapon","injury"]}"#,
    ]
    .map(|line| serde_json::from_str(line).unwrap())
    .into();
    let found = Values {
        weapons: vec!["棍子".to_owned()],
        ..Values::default()
    };
    let parts = report(&gold, &Gazetteer::default(), |_| found.clone());
    let names: Vec<&str> = parts.iter().map(|part| part.part.as_str()).collect();
    assert_eq!(names, ["dev", "test", "all"]);
    let denied = parts.last().unwrap().denied_weapons;
    assert_eq!((denied.cases, denied.not_raised), (2, 1));
    assert_eq!(parts[1].denied_injuries.not_raised, 1);
    let weapons = parts[2].rows.iter().find(|row| row.kind == "weapons").unwrap();
    assert_eq!(
        (weapons.ours.right, weapons.ours.given, weapons.baseline.given),
        (1, 2, 3)
    );
}
