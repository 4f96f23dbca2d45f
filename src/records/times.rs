//! A written time in, a moment out: RFC 3339 and the forms that Chinese systems write.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use regex::Regex;

static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    let date = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?";
    let clock = r"(\d{1,2})\s*[:\x{ff1a}时点]\s*(\d{1,2})\s*(?:[:\x{ff1a}分]\s*(\d{1,2})(?:\.\d+)?\s*秒?|分)?";
    Regex::new(&format!(r"^{date}[\sT]*{clock}$")).expect("the pattern is fixed")
});

static DIGITS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d{4})(\d\d)(\d\d)[-_ T]?(\d\d)(\d\d)(\d\d)$").expect("the pattern is fixed"));

/// Reads a time; one that names no zone is read in `zone`. A day without an hour is no time of a call.
pub(super) fn read(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let found = WRITTEN.captures(text).or_else(|| DIGITS.captures(text))?;
    let number = |group: usize| {
        found
            .get(group)
            .map_or(Some(0), |part| part.as_str().parse::<i8>().ok())
    };
    let year = found.get(1)?.as_str().parse::<i16>().ok()?;
    let civil = DateTime::new(year, number(2)?, number(3)?, number(4)?, number(5)?, number(6)?, 0).ok()?;
    zone.to_timestamp(civil).ok()
}
