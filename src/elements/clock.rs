//! The words of an hour and of a part of the day in, minutes of the day out.

use regex::Captures;

use crate::text::numeral;

/// An hour as it was said.
pub(super) struct Clock {
    pub(super) hour: i8,
    pub(super) minute: i8,
    /// Minutes before and after that are meant as well.
    pub(super) slack: (i64, i64),
}

/// Reads the hour of a point in time, where it has one.
pub(super) fn clock(found: &Captures<'_>) -> Option<Clock> {
    let number = |name: &str| found.name(name).and_then(|digits| digits.as_str().parse::<i8>().ok());
    if let (Some(hour), Some(minute)) = (number("h"), number("m")) {
        return (hour <= 24 && minute < 60).then_some(Clock {
            hour,
            minute,
            slack: (0, 0),
        });
    }
    if let (Some(low), Some(high)) = (found.name("low"), found.name("high")) {
        let hour = |text: &str| numeral::value(text).and_then(|hour| i8::try_from(hour).ok());
        let low = hour(low.as_str())?;
        // 十一二点 is between eleven and twelve.
        let follows = hour(high.as_str())? == if low == 11 { 2 } else { low + 1 };
        return follows.then_some(Clock {
            hour: low,
            minute: 0,
            slack: (0, 60),
        });
    }
    let hour = number("hour").filter(|hour| *hour <= 24)?;
    let quarter = found
        .name("quarter")
        .map(|q| if matches!(q.as_str(), "三" | "3") { 45 } else { 15 });
    let minute = found
        .name("half")
        .map(|_| 30)
        .or(quarter)
        .or_else(|| found.name("minute")?.as_str().trim_end_matches('分').parse().ok())
        .unwrap_or(0);
    let slack = match found.name("about").map(|about| about.as_str()) {
        // 四点多 is hardly said of ten to five, and may be said of a few minutes to four.
        Some("多" | "多钟") => (15, 45),
        Some("来钟") => (30, 30),
        Some("左右" | "许") => (15, 15),
        _ => (0, 0),
    };
    (minute < 60).then_some(Clock { hour, minute, slack })
}

/// Returns the one name that a part of the day has here: 昨晚半夜 is 半夜, 一大早 早上.
pub(super) fn plain_part(part: &str) -> &str {
    match part.trim_start_matches("晚上") {
        "晚后半夜" | "后半夜" | "下半夜" => "后半夜",
        "晚半夜" | "半夜" | "晚凌晨" | "大半夜" | "午夜" => "半夜",
        "凌晨" if part.starts_with('晚') => "半夜",
        "一大早" | "大清早" | "清早" | "早起" | "一早" | "晨" => "早上",
        "头晌" => "上午",
        "晌午" => "中午",
        "后晌" => "下午",
        "擦黑" | "天擦黑" => "傍晚",
        "夜间" => "夜里",
        "" => "晚上",
        other => other,
    }
}

/// Returns the first and last hour of a part of the day; night runs into the next day.
pub(super) fn span_of(part: Option<&str>) -> (i64, i64) {
    match part {
        Some("凌晨") => (0, 5),
        Some("清晨" | "早上" | "早晨" | "早") => (5, 9),
        Some("上午") => (9, 12),
        Some("中午") => (11, 13),
        Some("下午" | "午后") => (13, 18),
        Some("傍晚") => (17, 19),
        Some("晚上" | "晚" | "夜里" | "夜") => (18, 24),
        Some("半夜" | "深夜") => (23, 28),
        Some("后半夜") => (24, 29),
        _ => (0, 24),
    }
}

/// Returns the minutes of the day that an hour means, and whether another reading is possible: 昨天半夜2点 may belong to
/// either side of midnight, and then the later one is taken.
pub(super) fn hours(clock: &Clock, part: Option<&str>, word: Option<&str>) -> (i64, i64, bool) {
    let hour = i64::from(clock.hour);
    let evening =
        matches!(part, Some("晚上" | "晚" | "夜里" | "夜" | "半夜" | "后半夜" | "深夜")) || word == Some("前晚");
    let hour = match part {
        Some("下午" | "午后" | "傍晚") if hour < 12 => hour + 12,
        Some("中午") if hour < 3 => hour + 12,
        _ if evening && (5..12).contains(&hour) => hour + 12,
        _ if evening && hour == 12 => 24,
        _ => hour,
    };
    let minutes = hour * 60 + i64::from(clock.minute);
    let (from, to) = (minutes - clock.slack.0, minutes + clock.slack.1);
    let past_midnight = evening && hour < 5;
    let dated = word.is_some_and(|word| word.starts_with('昨') || word.starts_with('前'));
    match (past_midnight && dated, part) {
        (true, Some("半夜" | "后半夜" | "深夜" | "夜里")) => (from + 24 * 60, to + 24 * 60, true),
        (true, _) => (from + 24 * 60, to + 24 * 60, false),
        _ => (from, to, false),
    }
}
