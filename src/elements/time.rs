//! A text and the time of the call in, the times it names out, as intervals.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::civil::Weekday;
use jiff::tz;
use regex::Captures;
use regex::Regex;

use crate::elements::Item;
use crate::elements::TimeSpan;
use crate::elements::ago::AGO;
use crate::elements::ago::ago;
use crate::elements::ago::before;
use crate::elements::clock::clock;
use crate::elements::clock::hours;
use crate::elements::clock::plain_part;
use crate::elements::clock::span_of;
use crate::elements::reading::Reading;
use crate::elements::reading::tail;
use crate::text::numeral;

/// A date, a part of the day and an hour, each of which may be missing.
static POINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:(?:(?:(?P<year>20\d\d)年)?(?P<month>\d{1,2})月(?:份的?)?(?P<day>\d{1,2})[日号])",
        r"|(?P<of>上个?月|这个?月|本月)(?:的)?(?P<date>\d{1,2})[日号]",
        r"|(?P<word>大前天|前天|前儿个?|前晚|昨天|昨儿个?|昨日|昨|今天|今儿个?|今日|今|明天|明儿个?|明日|明|大后天|后天)",
        r"|(?P<week>上上|上|这|本|下)?(?:个)?(?:礼拜|星期|周)(?P<weekday>[一二三四五六日天1-6]))?",
        r"(?:的时候)?(?P<part>晚上?(?:后半夜|半夜|凌晨)|凌晨|清晨|早上|早晨|一大早|大清早|清早|早起|一早|早|晨|上午|头晌|中午|晌午|下午|午后|后晌|傍晚|天?擦黑|晚上|晚|",
        r"后半夜|下半夜|夜里|夜间|夜|大半夜|半夜|午夜|深夜)?",
        r"的?(?:(?:(?P<low>[一二两三四五六七八九]|十一)(?P<high>[二三四五六七八九十])|(?P<hour>\d{1,2}))[点时]",
        r"(?:(?P<half>半)|(?P<quarter>[一三13])刻|(?P<minute>\d{1,2}分|\d\d))?",
        r"(?P<about>多钟?|来钟|左右|钟|许)?|(?P<h>\d{1,2}):(?P<m>\d{2}))?",
    ))
    .expect("the pattern is fixed")
});
static JUST: LazyLock<Regex> = LazyLock::new(|| Regex::new("刚才|刚刚|刚不久|方才").expect("the pattern is fixed"));
/// What makes a part of the day a length (一上午) or a habit (天天半夜) when it stands before it.
static LASTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?:[一整半个每成两几]|天天|到了?|每天|每晚|经常|总是)$").expect("the pattern is fixed")
});
/// What makes a part of the day a habit when it stands behind it.
static HABIT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^(?:老|总|经常|常|天天|还)").expect("the pattern is fixed"));
/// What asks for the time or counts points behind it.
static NO_TIME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("^(?:几点|几号|什么时候|啥时|意见|要求|建议|水|小)").expect("the pattern is fixed"));

/// Finds times, in order, resolved against the time of the call in Chinese time (the whole country has one).
pub(super) fn find(reading: &Reading, now: Timestamp) -> Vec<Item<TimeSpan>> {
    let mut items = Vec::new();
    let text = &reading.digits.text;
    let mut push = |range: std::ops::Range<usize>, span: TimeSpan, confidence: f32| {
        items.push(reading.item(reading.digits.span(range), span, confidence));
    };
    for found in JUST.find_iter(text) {
        // 后方才 is only then.
        if found.as_str() == "方才" && reading.digits.before(found.start()).ends_with('后') {
            continue;
        }
        if let Some(span) = before(now, 15 * 60, 0) {
            push(found.range(), span, 0.8);
        }
    }
    for found in AGO.captures_iter(text) {
        if let (Some(whole), Some(span)) = (found.get(0), ago(&found, now)) {
            push(whole.range(), span, 0.85);
        }
    }
    for found in POINT.captures_iter(text) {
        let Some(whole) = found.get(0).filter(|whole| !whole.is_empty()) else {
            continue;
        };
        if is_no_time(
            &found,
            reading.digits.before(whole.start()),
            reading.digits.after(whole.end()),
        ) {
            continue;
        }
        if let Some((span, confidence)) = point(&found, now) {
            push(whole.range(), span, confidence);
        }
    }
    items.sort_by_key(|item| (item.start, std::cmp::Reverse(item.end)));
    items.dedup_by(|next, kept| next.start < kept.end);
    items
}

/// Tells lengths (一下午), habits (每天早上), questions (今天几点) and numbers (一点二) from times.
fn is_no_time(found: &Captures<'_>, before: &str, after: &str) -> bool {
    let before = tail(before, 4);
    let bare = found.name("part").is_some() && found.name("word").is_none() && found.name("month").is_none();
    let bare = bare && found.name("weekday").is_none();
    let hours = ["hour", "low", "h"].iter().any(|name| found.name(name).is_some());
    let dated = ["word", "month", "weekday"]
        .iter()
        .any(|name| found.name(name).is_some());
    let habit = ["天天", "每天", "每晚", "经常", "总是", "每", "平时", "平常", "一般"]
        .iter()
        .any(|word| before.ends_with(word));
    let week = found.name("weekday").is_some() && found.name("week").is_none();
    habit
        || NO_TIME.is_match(after)
        || (bare && !hours && (LASTS.is_match(before) || HABIT.is_match(after)))
        || (week && before.ends_with(['一', '两', '几', '半', '三', '四', '每', '整', '.']))
        || (dated && before.ends_with(['以', '之', '目']))
        // 晚上 and 中午 by themselves tell habits more than when something was.
        || (!hours && !dated && matches!(found.name("part").map(|part| part.as_str()), Some("晨" | "早起" | "晚上" | "夜里" | "夜间" | "深夜" | "中午" | "晌午")))
        || (hours && !dated && !bare && before.ends_with(['比', '第', '.', '加']))
}

/// Reads a date, a part of the day and an hour, as far as they are there.
fn point(found: &Captures<'_>, now: Timestamp) -> Option<(TimeSpan, f32)> {
    let zone = tz::offset(8);
    let today = zone.to_datetime(now).date();
    let named = date(found, today);
    let part = found.name("part").map(|part| plain_part(part.as_str()));
    let clock = clock(found);
    let alone = named.is_none() && part.is_none();
    let bare = matches!(found.name("word").map(|word| word.as_str()), Some("今" | "昨" | "明"));
    if bare && part.is_none() {
        return None;
    }
    if alone && clock.is_none()
        || (named.is_none() && matches!(part, Some("早" | "晨" | "晚" | "夜")) && clock.is_none())
    {
        return None;
    }
    let day = named.unwrap_or(today);
    let (from, to, unsure) = match &clock {
        Some(clock) => hours(clock, part, found.name("word").map(|word| word.as_str())),
        None => (span_of(part).0 * 60, span_of(part).1 * 60, false),
    };
    let at = |minutes: i64| {
        let midnight = zone.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
        midnight.checked_add(minutes.minutes()).ok()
    };
    let mut span = TimeSpan {
        from: at(from)?,
        to: at(to)?,
        ambiguous: unsure,
    };
    let soon = now.checked_add(5.minutes()).ok()?;
    if named.is_none() && span.from > soon {
        let back = 24.hours();
        span.from = span.from.checked_sub(back).ok()?;
        span.to = span.to.checked_sub(back).ok()?;
    }
    if alone && clock.as_ref().is_some_and(|clock| (1..=12).contains(&clock.hour)) {
        span = latest_half(span, now)?;
    }
    Some((
        span,
        if alone {
            0.6
        } else if clock.is_some() {
            0.9
        } else {
            0.8
        },
    ))
}

/// An hour without a part of the day may be meant before or after noon: the later one that has passed is taken.
fn latest_half(span: TimeSpan, now: Timestamp) -> Option<TimeSpan> {
    let later = span.from.checked_add(12.hours()).ok()?;
    let passed = later <= now;
    let shift = if passed { 12.hours() } else { 0.hours() };
    Some(TimeSpan {
        from: span.from.checked_add(shift).ok()?,
        to: span.to.checked_add(shift).ok()?,
        ambiguous: true,
    })
}

fn date(found: &Captures<'_>, today: Date) -> Option<Date> {
    let number = |name: &str| found.name(name).and_then(|digits| digits.as_str().parse::<i16>().ok());
    if let (Some(month), Some(day)) = (number("month"), number("day")) {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        let year = number("year").unwrap_or_else(|| today.year());
        let date = Date::new(year, month, day).ok()?;
        let last_year = number("year").is_none() && date > today.checked_add(2.days()).ok()?;
        return if last_year {
            Date::new(year - 1, month, day).ok()
        } else {
            Some(date)
        };
    }
    if let (Some(of), Some(day)) = (found.name("of"), number("date")) {
        let month = if of.as_str().starts_with('上') {
            today.checked_sub(1.month()).ok()?
        } else {
            today
        };
        return Date::new(month.year(), month.month(), i8::try_from(day).ok()?).ok();
    }
    if let Some(weekday) = found.name("weekday") {
        let monday = today
            .checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days())
            .ok()?;
        let weeks = match found.name("week").map(|week| week.as_str()) {
            Some("上上") => 2,
            Some("上") => 1,
            Some("下") => -1,
            _ => 0,
        };
        let offset = match weekday.as_str() {
            "日" | "天" => Weekday::Sunday.to_monday_zero_offset(),
            day => i8::try_from(numeral::value(day)?).ok()? - 1,
        };
        let day = monday.checked_add((i64::from(offset) - weeks * 7).days()).ok()?;
        // 礼拜五 by itself is the last one that there was.
        let ahead = found.name("week").is_none() && day > today;
        return if ahead {
            day.checked_sub(7.days()).ok()
        } else {
            Some(day)
        };
    }
    let back: i64 = match found.name("word")?.as_str() {
        "大前天" => 3,
        "前天" | "前儿" | "前儿个" | "前晚" => 2,
        word if word.starts_with('昨') => 1,
        word if word.starts_with('明') => -1,
        "后天" => -2,
        "大后天" => -3,
        _ => 0,
    };
    today.checked_sub(back.days()).ok()
}
