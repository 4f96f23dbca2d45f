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
static BUILDING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<n>\d{1,3}|[a-z]\d{0,2}|[甲乙丙丁])(?:号(?:楼|院|厂房|车间|库房|公寓楼?|宿舍楼?|教学楼|别墅)|栋楼|栋|幢|座)",
    )
});
/// 6-2 right behind an estate: building and unit.
static PAIR: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?P<b>\d{1,2})[-—–](?P<u>\d{1,2})(?:[^\d\-—–:.]|$)"));
/// 栋 heard as 动, 楼 as 龙, or 号 alone: only a unit or room behind it makes a building.
static BUILDING_HEARD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?P<n>\d{1,3})(?:动|洞|冻|庄|撞|号[龙漏露喽娄路]?)[,、 ]?(?P<next>\d{1,4})(?:单|但|丹|担|门|室)")
});
static UNIT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<n>\d{1,2}|[a-d]|[一二三四五六七八九幺甲乙丙丁])(?:单元|门洞|门|梯)"));
/// 单元 said as 单颜, 单眼, 但愿: two characters that sound like it.
static UNIT_HEARD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<n>\d{1,2}|[一二三四五六七八九])(?P<word>\p{Han}{2})"));
static FLOOR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?P<below>负)?(?P<n>\d{1,2}|[一二三四五六七八九十顶]{1,3})(?:层|楼)"));
static ROOM: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?P<n>\d{3,4})(?:号房|室|户|房|号|铺)?"));
/// What may stand between two levels; a house may have a word for a name (学生楼).
static JOINT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[,、 的]{0,2}(?:\p{Han}{2}楼[,、 ]?)?"));
/// What may stand between the name of an estate and a room.
static TO_ROOM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[,、 的]{0,2}(?:\p{Han}{2}楼[,、 ]?)?(?:我住的?是?|我家是?|我|门上写着|门牌是?)?"));
/// A room right behind the name of an estate: nothing goes on behind it.
static ROOM_OF_ESTATE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[1-9]\d?[0-4]\d(?:号?房|室|户)?(?:$|[^\p{Han}a-z0-9\-.%:]|[的在那家住我他])"));

/// Reads the levels that stand at the head of `text` into `address`; returns how many bytes they take.
pub(super) fn read(text: &str, address: &mut Address) -> usize {
    if let Some(found) = DASHED.captures(text) {
        address.building = Some(found["b"].to_owned());
        address.unit = found.name("u").map(|unit| unit.as_str().to_owned());
        address.room = Some(found["r"].to_owned());
        return found.get(0).map_or(0, |whole| whole.end());
    }
    if let Some(found) = PAIR.captures(text).filter(|_| address.estate.is_some()) {
        address.building = Some(found["b"].to_owned());
        address.unit = Some(found["u"].to_owned());
        return found.name("u").map_or(0, |unit| unit.end());
    }
    let mut taken = 0;
    for (level, joint) in [
        (building as Level, &JOINT),
        (unit, &JOINT),
        (floor, &JOINT),
        (room, &TO_ROOM),
    ] {
        let rest = text.get(taken..).unwrap_or_default();
        let gap = joint.find(rest).map_or(0, |gap| gap.end());
        let length = level(rest.get(gap..).unwrap_or_default(), address);
        taken += if length > 0 { gap + length } else { 0 };
    }
    taken
}

/// Reads one level; returns how many bytes it takes.
type Level = fn(&str, &mut Address) -> usize;

fn building(text: &str, address: &mut Address) -> usize {
    // 一栋楼 is some building.
    if let Some(found) = BUILDING.captures(text).filter(|found| &found[0] != "1栋楼") {
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
        Some(value) if found.name("below").is_some() => Some(format!("-{value}")),
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
    let known = address.building.is_some()
        || address.unit.is_some()
        || address.floor.is_some()
        || (address.estate.is_some() && ROOM_OF_ESTATE.is_match(text));
    if other || !known || rest.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    address.room = Some(found["n"].to_owned());
    end
}
