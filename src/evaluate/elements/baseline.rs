//! A text in, what plain patterns find in it out: digits as they are written, no negation, no names of places.

use std::sync::LazyLock;

use regex::Regex;

use crate::elements::Address;
use crate::elements::Amount;
use crate::evaluate::elements::Values;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

static PHONE: LazyLock<Regex> = LazyLock::new(|| pattern(r"1[3-9]\d{9}"));
static PLATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][A-Z0-9]{5,6}"));
static ID: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d{17}[\dX]"));
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d+(?:\.\d+)?)(万)?(?:元|块)"));
static ROAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\p{Han}{2}(?:路|街|巷|大道))(?:(\d+)号)?"));
static ESTATE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\p{Han}{2,4}(?:小区|花园|家园|公寓|村)"));
static HOUSE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d+)(?:号楼|栋|幢)(?:(\d+)单元)?(?:(\d{3,4})室?)?"));
static WEAPON: LazyLock<Regex> = LazyLock::new(|| pattern("菜刀|刀|棍|枪"));
static INJURY: LazyLock<Regex> = LazyLock::new(|| pattern("受伤|流血|骨折|死亡"));

/// Finds what is written the plainest way.
#[must_use]
pub fn read(text: &str) -> Values {
    let all = |pattern: &Regex| pattern.find_iter(text).map(|found| found.as_str().to_owned()).collect();
    let part =
        |found: &regex::Captures<'_>, group| found.get(group).map(|part: regex::Match<'_>| part.as_str().to_owned());
    let roads = ROAD.captures_iter(text).map(|found| Address {
        road: part(&found, 1),
        road_no: part(&found, 2),
        ..Address::default()
    });
    let estates = ESTATE.find_iter(text).map(|found| Address {
        estate: Some(found.as_str().to_owned()),
        ..Address::default()
    });
    let houses = HOUSE.captures_iter(text).map(|found| Address {
        building: part(&found, 1),
        unit: part(&found, 2),
        room: part(&found, 3),
        ..Address::default()
    });
    Values {
        phones: all(&PHONE),
        plates: all(&PLATE),
        ids: all(&ID),
        amounts: AMOUNT.captures_iter(text).filter_map(|found| amount(&found)).collect(),
        places: roads.chain(estates).chain(houses).collect(),
        weapons: all(&WEAPON),
        injuries: all(&INJURY),
        ..Values::default()
    }
}

fn amount(found: &regex::Captures<'_>) -> Option<Amount> {
    let number: f64 = found.get(1)?.as_str().parse().ok()?;
    let value = number * if found.get(2).is_some() { 10_000.0 } else { 1.0 };
    Some(Amount { min: value, max: value })
}
