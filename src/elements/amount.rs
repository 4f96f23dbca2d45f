//! A text in, amounts of money in yuan out, exact or as a range.

use std::sync::LazyLock;

use regex::Captures;
use regex::Regex;

use crate::elements::Amount;
use crate::elements::Item;
use crate::elements::reading::Layer;
use crate::elements::reading::Reading;
use crate::elements::reading::head;
use crate::elements::reading::tail;
use crate::text::numeral;

/// A number in digits with what may follow (1.5万, 1万4千, 900多, 10000来).
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?P<n>\d+(?:\.\d+)?)(?:(?P<u>[十百千万亿wk])(?:(?P<q>\d)千?)?(?:(?P<b>\d)百)?)?(?P<about>[多来余])?(?P<yuan>万?(?:块钱|块|元|圆|人民币))?",
    )
    .expect("the pattern is fixed")
});
/// A number only hinted at (大几千, 好几万, 三四百, 百十来).
static HINTS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:(?P<big>大|好)?几(?P<few>[十百千万]万?)|(?P<lo>[一二两三四五六七八九])(?P<hi>[二两三四五六七八九])(?P<u>[十百千万]万?)|(?P<word>百十来|百八十|千把|万把|千儿八百))(?P<yuan>来?(?:块钱|块|元|圆|人民币))?",
    )
    .expect("the pattern is fixed")
});

/// Words before a number that make it money.
const CUES: [&str; 30] = [
    "欠", "借", "骗", "转", "转账", "值", "赔", "垫", "工资", "工钱", "一共", "共计", "总共", "损失", "价值", "现金",
    "花", "押金", "充", "罚", "退", "收", "付", "给", "不给", "钱", "少了", "交", "卖", "没给",
];
/// Words behind a number that make it something else.
const OTHER: [&str; 34] = [
    "人", "个", "号", "栋", "幢", "楼", "层", "岁", "点", "分", "年", "月", "天", "日", "米", "公里", "次", "斤", "度",
    "平", "辆", "台", "%", "小时", "秒", "室", "单元", "户", "张", "件", "名", "位", "多个", "多人",
];

/// Finds amounts, in order. A number without 块 or 元 counts only behind a word of money (欠, 骗, 值 …).
pub(super) fn find(reading: &Reading) -> Vec<Item<Amount>> {
    let mut items: Vec<Item<Amount>> = Vec::new();
    for (layer, pattern, read) in [
        (&reading.digits, &*DIGITS, digits as fn(&Captures<'_>) -> Option<Amount>),
        (&reading.plain, &*HINTS, hint),
    ] {
        for found in pattern.captures_iter(&layer.text) {
            let Some((value, confidence)) = read(&found).and_then(|value| judge(reading, layer, &found, value)) else {
                continue;
            };
            let range = found.get(0).map_or(0..0, |whole| whole.range());
            items.push(reading.item(layer.span(range), value, confidence));
        }
    }
    items.sort_by_key(|item| (item.start, std::cmp::Reverse(item.end)));
    items.dedup_by(|next, kept| next.start < kept.end);
    items
}

/// Decides whether a number is money, and how sure that is.
fn judge(reading: &Reading, layer: &Layer, found: &Captures<'_>, value: Amount) -> Option<(Amount, f32)> {
    let whole = found.get(0)?;
    let (before, after) = (tail(layer.before(whole.start()), 6), head(layer.after(whole.end()), 2));
    if before.ends_with(|c: char| c.is_ascii_alphanumeric()) || after.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let around = ["大概", "差不多", "大约", "将近", "约"]
        .iter()
        .any(|word| before.ends_with(word))
        || ["左右", "上下"].iter().any(|word| after.starts_with(word));
    let value = if around && value.min == value.max {
        near(value.min)
    } else {
        value
    };
    if found.name("yuan").is_some() {
        return Some((value, 0.95));
    }
    let clause = before.rsplit(['。', '?', '!', ';']).next().unwrap_or_default();
    let cued = CUES.iter().any(|cue| clause.contains(cue));
    let other = OTHER.iter().any(|word| after.starts_with(word));
    if other || value.max < 20.0 {
        return None;
    }
    // 一万二 and 三千五 are hardly said of anything but money.
    let said = reading.item(layer.span(whole.range()), (), 0.0).text;
    let clipped = said.contains(['万', '千']) && said.ends_with(|c| numeral::digit(c).is_some() && !c.is_ascii());
    match (cued, clipped && value.min >= 1_000.0) {
        (true, _) => Some((value, 0.75)),
        (_, true) => Some((value, 0.6)),
        _ => None,
    }
}

fn digits(found: &Captures<'_>) -> Option<Amount> {
    let text = found.name("n")?.as_str();
    let number: f64 = (text.len() <= 12).then(|| text.parse().ok())??;
    let unit = match found.name("u").map(|unit| unit.as_str()) {
        Some("w") => 10_000.0,
        Some("k") => 1_000.0,
        Some(unit) => scale(unit)?,
        None if found.name("yuan").is_some_and(|yuan| yuan.as_str().starts_with('万')) => 10_000.0,
        None => 1.0,
    };
    let part = |name: &str| found.name(name).and_then(|digit| digit.as_str().parse::<f64>().ok());
    // 3万5 is 35,000: a digit behind a unit counts the next smaller one.
    let rest = part("q").map_or(0.0, |digit| digit * unit / 10.0) + part("b").map_or(0.0, |digit| digit * 100.0);
    let exact = number * unit + rest;
    Some(match found.name("about").map(|about| about.as_str()) {
        Some("来") => near(exact),
        Some(_) => Amount {
            min: exact,
            max: exact + step(exact) - 1.0,
        },
        None => Amount { min: exact, max: exact },
    })
}

fn hint(found: &Captures<'_>) -> Option<Amount> {
    let unit = |name: &str| found.name(name).and_then(|unit| scale(unit.as_str()));
    if let Some(unit) = unit("few") {
        let least = if found.name("big").is_some_and(|big| big.as_str() == "大") {
            5.0
        } else {
            2.0
        };
        return Some(Amount {
            min: least * unit,
            max: 10.0 * unit - 1.0,
        });
    }
    if let Some(unit) = unit("u") {
        let digit = |name: &str| numeral::digit(found.name(name)?.as_str().chars().next()?).map(f64::from);
        let (low, high) = (digit("lo")?, digit("hi")?);
        return (high == low + 1.0 || high == low + 2.0).then_some(Amount {
            min: low * unit,
            max: high * unit,
        });
    }
    let range = |min, max| Some(Amount { min, max });
    match found.name("word")?.as_str() {
        "百十来" => range(90.0, 120.0),
        "百八十" => range(80.0, 180.0),
        "千把" => range(900.0, 1_900.0),
        "万把" => range(9_000.0, 19_000.0),
        _ => range(800.0, 1_000.0),
    }
}

/// Returns the value of a unit, or of two in a row (十万).
fn scale(units: &str) -> Option<f64> {
    units
        .chars()
        .try_fold(1.0, |product, c| Some(product * numeral::unit(c)? as f64))
}

/// Returns a tenth more and less.
fn near(value: f64) -> Amount {
    Amount {
        min: value * 0.9,
        max: value * 1.1,
    }
}

/// Returns the place value of the last digit that is not zero: 10,000 for 30,000, 10 for 120.
fn step(value: f64) -> f64 {
    let mut step = 1.0;
    while value > 0.0 && value % (step * 10.0) == 0.0 && step < 1e9 {
        step *= 10.0;
    }
    step
}
