//! A length of time before the call in (半个小时前), the time that it means out.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::ToSpan;
use regex::Captures;
use regex::Regex;

use crate::elements::TimeSpan;
use crate::text::numeral;

/// A length of time before the call.
pub(super) static AGO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?P<n>\d+|个把|[一二两俩三四五六七八九十半几]+)(?P<half>个半)?来?个?(?P<unit>分钟|小时|钟头|天|礼拜|星期|周|月|年)(?:多)?(?:之前|以前|前)",
    )
    .expect("the pattern is fixed")
});

/// Returns the time from `earliest` to `latest` seconds before the call.
pub(super) fn before(now: Timestamp, earliest: i64, latest: i64) -> Option<TimeSpan> {
    Some(TimeSpan {
        from: now.checked_sub(earliest.seconds()).ok()?,
        to: now.checked_sub(latest.seconds()).ok()?,
        ambiguous: false,
    })
}

/// Reads 半个小时前: the span of a quarter around it.
pub(super) fn ago(found: &Captures<'_>, now: Timestamp) -> Option<TimeSpan> {
    let unit: i64 = match found.name("unit")?.as_str() {
        "分钟" => 60,
        "小时" | "钟头" => 3_600,
        "天" => 86_400,
        "礼拜" | "星期" | "周" => 7 * 86_400,
        "月" => 30 * 86_400,
        _ => 365 * 86_400,
    };
    let (least, most) = match found.name("n")?.as_str() {
        "半" => (unit * 3 / 8, unit * 5 / 8),
        "俩" => (unit * 2 - unit / 4, unit * 2 + unit / 4),
        "个把" => (unit * 3 / 4, unit * 3 / 2),
        number if two_digits(number).is_some() => {
            let (low, high) = two_digits(number)?;
            (unit * low, unit * high)
        }
        number if number.contains('几') => (unit * 2, unit * 9),
        number => {
            let count = i64::try_from(numeral::value(number)?)
                .ok()
                .filter(|&count| count < 1_000)?;
            let half = found.name("half").map_or(0, |_| unit / 2);
            // Two hours are said for a quarter of an hour more or less, ten minutes for two minutes and a half.
            let slack = (unit / 4).max((count * unit / 4).min(300));
            (count * unit + half - slack, count * unit + half + slack)
        }
    };
    before(now, most, least)
}

/// Reads 五六 as between five and six.
fn two_digits(number: &str) -> Option<(i64, i64)> {
    let mut digits = number.chars().filter(|c| !c.is_ascii()).map(numeral::digit);
    let (low, high) = (i64::from(digits.next()??), i64::from(digits.next()??));
    (digits.next().is_none() && high == low + 1).then_some((low, high))
}
