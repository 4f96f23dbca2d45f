//! The rule table, case by case.

use crate::clusters::Level;
use crate::clusters::levels;
use crate::clusters::tests::noise;
use crate::links::Cues;
use crate::links::Profile;

#[test]
fn colours_follow_the_rule_table() {
    let days = |days: &[i64]| -> Vec<Profile> {
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        names
            .iter()
            .zip(days)
            .map(|(name, day)| noise(name, day * 24))
            .collect()
    };
    let with = |mut profiles: Vec<Profile>, change: &dyn Fn(&mut Profile)| {
        profiles.last_mut().into_iter().for_each(change);
        profiles
    };
    let label = |label: &'static str| move |profile: &mut Profile| profile.labels = vec![label.to_owned()];
    let cues = |cues: Cues| move |profile: &mut Profile| profile.cues = cues;
    let domestic = |profile: &mut Profile| {
        profile.labels = vec!["家暴".to_owned()];
        profile.cues.injured = true;
    };
    for (name, profiles, expected) in [
        ("one event", days(&[0]), Level::None),
        ("two, far apart", days(&[0, 40]), Level::None),
        ("two in 30 days", days(&[0, 20]), Level::Blue),
        ("two in 7 days", days(&[0, 5]), Level::Yellow),
        ("three in 30 days", days(&[0, 12, 24]), Level::Yellow),
        ("four in 30 days", days(&[0, 10, 20, 30]), Level::Orange),
        ("three in 7 days", days(&[0, 3, 6]), Level::Orange),
        ("six in 30 days", days(&[0, 5, 10, 15, 20, 25]), Level::Red),
        ("blue and drink", with(days(&[0, 20]), &label("涉酒")), Level::Blue),
        ("yellow and drink", with(days(&[0, 5]), &label("涉酒")), Level::Orange),
        (
            "a knife at the second",
            with(days(&[0, 20]), &label("涉刀")),
            Level::Red,
        ),
        ("a knife at the only one", with(days(&[0]), &label("涉刀")), Level::None),
        (
            "a weapon seen",
            with(
                days(&[0, 40]),
                &cues(Cues {
                    armed: true,
                    ..Cues::default()
                }),
            ),
            Level::Red,
        ),
        ("beaten at home", with(days(&[0, 20]), &domestic), Level::Red),
        (
            "mediation failed",
            with(
                days(&[0, 5]),
                &cues(Cues {
                    unsettled: true,
                    ..Cues::default()
                }),
            ),
            Level::Orange,
        ),
        ("orange, and again after three weeks", days(&[0, 3, 6, 27]), Level::Red),
        (
            "a colour never falls by itself",
            days(&[0, 10, 20, 30, 140]),
            Level::Red,
        ),
        ("yellow stays", days(&[0, 5, 100]), Level::Yellow),
    ] {
        let events: Vec<Vec<&Profile>> = profiles.iter().map(|profile| vec![profile]).collect();
        let steps = levels::history(&events);
        let reached = steps.last().map_or(Level::None, |step| step.level);
        assert_eq!(reached, expected, "{name}: {steps:#?}");
        assert!(steps.is_sorted_by(|x, y| x.level < y.level && x.at <= y.at), "{name}");
    }
}

#[test]
fn chasers_and_nuisance_do_not_raise_a_colour() {
    let mut profiles = [noise("a", 0), noise("b", 24), noise("c", 48), noise("d", 72)];
    profiles[1].link_type = Some(2);
    profiles[2].link_type = Some(4);
    profiles[3].categories[0].code = "060203".to_owned();
    let events: Vec<Vec<&Profile>> = profiles.iter().map(|profile| vec![profile]).collect();
    assert_eq!(levels::history(&events), []);
}
