//! The digit form of a text behind the name of a place in, building, unit, floor and room out.

use std::sync::LazyLock;

use regex::Regex;

use crate::elements::Address;
use crate::sound::sounds_like;
use crate::text::numeral;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

/// 21-3-1504 and 3-501.
static DASHED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<b>\d{1,3})[-—–](?:(?P<u>\d{1,2})[-—–])?(?P<r>\d{3,4})(?:室|户|号)?"));
static BUILDING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<n>\d{1,3}|[a-z]\d{0,2}|[甲乙丙丁])(?:号楼|栋楼|号院|栋|幢|座)"));
/// 栋 heard as 动, 楼 as 龙, or 号 alone: only a unit or room behind it makes a building.
static BUILDING_HEARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<n>\d{1,3})(?:动|洞|冻|庄|撞|号[龙漏露喽娄路]?)[,、 ]?(?P<next>\d{1,4})(?:单|但|丹|担|门|室)")
});
static UNIT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<n>\d{1,2}|[a-d]|[一二三四五六七八九])(?:单元|门洞|门|梯)"));
/// 单元 said as 单颜, 单眼, 但愿: two characters that sound like it.
static UNIT_HEARD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<n>\d{1,2}|[一二三四五六七八九])(?P<word>\p{Han}{2})"));
static FLOOR: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?P<n>\d{1,2}|[一二三四五六七八九十顶]{1,3})(?:层|楼)"));
static ROOM: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?P<n>\d{3,4})(?:号房|室|户|房|号|铺)?"));
static JOINT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[,、 的]{0,2}"));

/// Reads the levels that stand at the head of `text` into `address`; returns how many bytes they take.
pub(super) fn read(text: &str, address: &mut Address) -> usize {
    if let Some(found) = DASHED.captures(text) {
        address.building = Some(found["b"].to_owned());
        address.unit = found.name("u").map(|unit| unit.as_str().to_owned());
        address.room = Some(found["r"].to_owned());
        return found.get(0).map_or(0, |whole| whole.end());
    }
    let mut taken = 0;
    for level in [building, unit, floor, room] {
        let rest = text.get(taken..).unwrap_or_default();
        let gap = JOINT.find(rest).map_or(0, |gap| gap.end());
        let length = level(rest.get(gap..).unwrap_or_default(), address);
        taken += if length > 0 { gap + length } else { 0 };
    }
    taken
}

fn building(text: &str, address: &mut Address) -> usize {
    if let Some(found) = BUILDING.captures(text) {
        address.building = Some(found["n"].to_uppercase());
        return found.get(0).map_or(0, |whole| whole.end());
    }
    let Some(found) = BUILDING_HEARD.captures(text) else {
        return 0;
    };
    address.building = Some(found["n"].to_owned());
    found.name("next").map_or(0, |next| next.start())
}

fn unit(text: &str, address: &mut Address) -> usize {
    if let Some(found) = UNIT.captures(text) {
        address.unit = Some(in_digits(&found["n"]));
        return found.get(0).map_or(0, |whole| whole.end());
    }
    let heard = UNIT_HEARD
        .captures(text)
        .filter(|found| sounds_like(&found["word"], "单元") >= 0.72);
    let Some(found) = heard else { return 0 };
    address.unit = Some(in_digits(&found["n"]));
    found.get(0).map_or(0, |whole| whole.end())
}

/// Writes a number with digits, a letter as a capital.
fn in_digits(number: &str) -> String {
    numeral::value(number).map_or_else(|| number.to_uppercase(), |value| value.to_string())
}

fn floor(text: &str, address: &mut Address) -> usize {
    let Some(found) = FLOOR.captures(text) else { return 0 };
    let number = &found["n"];
    address.floor = match numeral::value(number) {
        Some(value) => Some(value.to_string()),
        None => (number == "顶").then(|| number.to_owned()),
    };
    if address.floor.is_none() {
        0
    } else {
        found.get(0).map_or(0, |whole| whole.end())
    }
}

fn room(text: &str, address: &mut Address) -> usize {
    let Some(found) = ROOM.captures(text) else { return 0 };
    let end = found.get(0).map_or(0, |whole| whole.end());
    let rest = text.get(end..).unwrap_or_default();
    let other = ["块", "元", "米", "个", "年", "多", "人", "万", "点"]
        .iter()
        .any(|word| rest.starts_with(word));
    let known = address.building.is_some() || address.unit.is_some();
    if other || !known || rest.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    address.room = Some(found["n"].to_owned());
    end
}
