//! The events of a matter in, the colours it has reached out: the rule table for repeated incidents.

use jiff::Timestamp;

use crate::call::CallId;
use crate::clusters::Level;
use crate::links::Profile;

/// Labels that make any repetition red.
const GRAVE_LABELS: [&str; 4] = ["涉刀", "涉枪爆", "扬言极端", "轻生"];

/// Categories that make any repetition red: extreme threats, suicide, weapons, arson.
const GRAVE_CATEGORIES: [&str; 4] = ["130101", "050201", "020403", "010901"];

/// Labels that turn yellow into orange.
const SERIOUS_LABELS: [&str; 3] = ["涉酒", "未成年人", "威胁"];

/// 威胁恐吓.
const THREAT: &str = "020103";

/// 家庭暴力.
const DOMESTIC: &str = "020102";

const DAY_S: i64 = 86_400;

/// Orange that goes on this long without being settled turns red.
const UNSETTLED_S: i64 = 14 * DAY_S;

/// The moment at which a matter reached a colour.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The colour, higher than that of the step before.
    pub level: Level,
    /// When the last call of the event came that raised it.
    pub at: Timestamp,
    /// All calls until then.
    pub calls: Vec<CallId>,
    /// Why, in Chinese, with counts.
    pub text: String,
}

/// Returns the Chinese name of a colour.
#[must_use]
pub fn colour(level: Level) -> &'static str {
    match level {
        Level::None => "无",
        Level::Blue => "蓝色",
        Level::Yellow => "黄色",
        Level::Orange => "橙色",
        Level::Red => "红色",
    }
}

/// Returns the steps by which a matter rose, in order; a matter never falls by itself. Events are in order of time,
/// each with its calls in order of time. Chasers, officers' reports and nuisance alone are no event that counts.
#[must_use]
pub fn history(events: &[Vec<&Profile>]) -> Vec<Step> {
    let counted: Vec<&Vec<&Profile>> = events.iter().filter(|event| counts(event)).collect();
    let mut steps: Vec<Step> = Vec::new();
    for known in 1..=counted.len() {
        let until = counted.get(..known).unwrap_or_default();
        let Some(found) = Findings::of(until) else { continue };
        let reached = steps.last().map_or(Level::None, |step| step.level);
        let since = steps.last().map_or(found.at, |step| step.at);
        let dragging = reached == Level::Orange && found.at.as_second() - since.as_second() >= UNSETTLED_S;
        let (level, mut text) = found.level();
        let level = if dragging { level.max(Level::Red) } else { level };
        if dragging {
            text += "，橙色持续14天未化解";
        }
        if level > reached {
            steps.push(Step {
                level,
                at: found.at,
                calls: calls(events, found.at),
                text: format!("{text}，达到{}", colour(level)),
            });
        }
    }
    steps
}

/// Returns how many events that count began in the thirty days before the last of them, and how many in all.
#[must_use]
pub fn counts_30d(events: &[Vec<&Profile>]) -> (usize, usize) {
    let counted: Vec<&Vec<&Profile>> = events.iter().filter(|event| counts(event)).collect();
    (within(&counted, 30), counted.len())
}

fn counts(event: &[&Profile]) -> bool {
    event.iter().any(|call| call.is_incident())
}

fn start(event: &[&Profile]) -> i64 {
    event.first().map_or(0, |first| first.received_at.as_second())
}

fn within(events: &[&Vec<&Profile>], days: i64) -> usize {
    let end = events.last().map_or(0, |event| start(event));
    events.iter().filter(|event| end - start(event) <= days * DAY_S).count()
}

fn calls(events: &[Vec<&Profile>], until: Timestamp) -> Vec<CallId> {
    let mut calls: Vec<&Profile> = events.iter().flatten().copied().collect();
    calls.retain(|call| call.received_at <= until);
    calls.sort_by_key(|call| (call.received_at, &call.id));
    calls.iter().map(|call| call.id.clone()).collect()
}

/// What the table asks, of the events until one of them.
struct Findings {
    at: Timestamp,
    all: usize,
    in_30_days: usize,
    in_7_days: usize,
    grave: Vec<&'static str>,
    serious: Vec<&'static str>,
}

impl Findings {
    fn of(events: &[&Vec<&Profile>]) -> Option<Findings> {
        let last = events.last()?.last()?;
        let calls = || events.iter().flat_map(|event| event.iter().copied());
        Some(Findings {
            at: last.received_at,
            all: events.len(),
            in_30_days: within(events, 30),
            in_7_days: within(events, 7),
            grave: unique(calls().flat_map(grave)),
            serious: unique(calls().flat_map(serious)),
        })
    }

    fn level(&self) -> (Level, String) {
        let (month, week) = (self.in_30_days, self.in_7_days);
        let counts = format!("共{}起，30天内{month}起、7天内{week}起", self.all);
        let yellow = month >= 3 || week >= 2;
        if self.all >= 2 && !self.grave.is_empty() {
            return (Level::Red, format!("{counts}，涉及{}", self.grave.join("、")));
        }
        if month >= 6 {
            return (Level::Red, counts);
        }
        if yellow && !self.serious.is_empty() {
            return (Level::Orange, format!("{counts}，涉及{}", self.serious.join("、")));
        }
        let level = match (month, week) {
            (4.., _) | (_, 3..) => Level::Orange,
            _ if yellow => Level::Yellow,
            (2.., _) => Level::Blue,
            _ => Level::None,
        };
        (level, counts)
    }
}

fn unique(words: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn has_category(call: &Profile, code: &str) -> bool {
    call.categories.iter().any(|guess| guess.code == code)
}

fn has_label(call: &Profile, label: &str) -> bool {
    call.labels.iter().any(|own| own == label)
}

fn grave(call: &Profile) -> Vec<&'static str> {
    let labels = GRAVE_LABELS.into_iter().filter(|label| has_label(call, label));
    let category = GRAVE_CATEGORIES
        .iter()
        .any(|code| has_category(call, code))
        .then_some("极端风险");
    let domestic = has_label(call, "家暴") || has_category(call, DOMESTIC);
    let hurt = (domestic && call.cues.injured).then_some("家暴有伤");
    let armed = call.cues.armed.then_some("凶器");
    let arson = call.cues.arson.then_some("纵火风险");
    labels.chain(category).chain(hurt).chain(armed).chain(arson).collect()
}

fn serious(call: &Profile) -> Vec<&'static str> {
    let labels = SERIOUS_LABELS.into_iter().filter(|label| has_label(call, label));
    let threat = has_category(call, THREAT).then_some("威胁");
    let hurt = call.cues.injured.then_some("伤情");
    let unsettled = call.cues.unsettled.then_some("上次调解未达成");
    labels.chain(threat).chain(hurt).chain(unsettled).collect()
}
