//! A text in, names of places that it spells by their ending out: areas, roads, estates, villages, kilometre posts.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::elements::Address;
use crate::elements::reading::tail;

/// A stretch of the plain form with what it says about a place.
pub(super) struct Locality {
    /// Bytes of the plain form.
    pub(super) range: Range<usize>,
    /// The level that it fills.
    pub(super) address: Address,
    /// From 0 to 1.
    pub(super) confidence: f32,
}

type Level = fn(&mut Address) -> &mut Option<String>;

/// The endings of each level with the words that only look like names.
static LEVELS: LazyLock<[(Regex, Level, &[&str]); 4]> = LazyLock::new(|| {
    let pattern = |endings: &str| {
        Regex::new(&format!(r"(?P<stem>\p{{Han}}{{1,8}}?)(?:{endings})")).expect("the pattern is fixed")
    };
    [
        (
            pattern("开发区|高新区|新区|街道|区|县|镇"),
            |address| &mut address.area,
            &[
                "小区",
                "社区",
                "校区",
                "园区",
                "郊区",
                "地区",
                "辖区",
                "片区",
                "厂区",
                "东区",
                "西区",
                "景区",
                "服务区",
                "冷静",
                "县",
            ],
        ),
        (
            pattern("高速公路|高速|大道|大街|胡同|路|街|巷|弄"),
            |address| &mut address.road,
            &[
                "马路", "公路", "走路", "铁路", "过路", "上街", "逛街", "小巷", "半路", "问路", "带路", "迷路", "网路",
                "线路", "一路", "道路", "电路", "后路", "出路", "短路", "套路", "思路", "堵路", "让路", "夜路", "山路",
                "小路", "大路", "修路", "拦路", "炸街", "路",
            ],
        ),
        (
            pattern(
                "小区|花园|家园|公寓|公馆|家属院|华庭|新村|名苑|佳苑|雅苑|大厦|广场|市场|医院|学校|小学|中学|幼儿园|酒店|宾馆|工地",
            ),
            |address| &mut address.estate,
            &["城中村"],
        ),
        (
            pattern("村|(?:屯|庄|寨)村?"),
            |address| &mut address.village,
            &["农村", "全村", "新村", "本村", "山村", "城中村", "村", "同村"],
        ),
    ]
});

/// What never belongs to a name; a name starts behind it.
const BREAKS: &str = "我你他她它在到从往和与跟是的了就那这个住有走沿过把被去来位于靠近叫说请问哪什么们家上下向对离附还先说不都也给让会要很没快一只条整某每各骑俺称映";

static POST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"k(?P<km>\d{1,4})(?:(?:\+|加)(?P<m>\d{1,3})米?)?|(?P<n>\d{1,4})公里(?:加(?P<nm>\d{1,3})米?)?处?")
        .expect("the pattern is fixed")
});

/// Finds names by their endings in the plain form, in order and not overlapping within one level.
pub(super) fn find(plain: &str) -> Vec<Locality> {
    let mut found = Vec::new();
    for (pattern, level, words) in LEVELS.iter() {
        let is_area = words.contains(&"小区");
        for name in pattern.captures_iter(plain) {
            let (Some(whole), Some(stem)) = (name.get(0), name.name("stem")) else {
                continue;
            };
            let start = stem.start() + front(stem.as_str(), is_area);
            let range = start..whole.end();
            let text = plain.get(range.clone()).unwrap_or_default();
            let length = text.chars().count();
            if !(2..=8).contains(&length) || start == stem.end() || words.contains(&text) || ends_in_other(text, words)
            {
                continue;
            }
            let mut address = Address::default();
            *level(&mut address) = Some(text.to_owned());
            found.push(Locality {
                range,
                address,
                confidence: 0.6,
            });
        }
    }
    found.sort_by_key(|locality| (locality.range.start, std::cmp::Reverse(locality.range.end)));
    found.dedup_by(|next, kept| next.range.start < kept.range.end);
    found
}

/// Tells whether an area is the tail of another word: 某某小区 is no 区.
fn ends_in_other(text: &str, words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| word.chars().count() > 1 && text.ends_with(word))
}

/// Returns how many bytes at the front of a stem do not belong to the name; names below an area start behind it.
fn front(stem: &str, is_area: bool) -> usize {
    let breaks = |c: char| BREAKS.contains(c) || (!is_area && "区县镇道".contains(c));
    let last = stem.char_indices().rfind(|&(_, c)| breaks(c));
    last.map_or(0, |(byte, c)| byte + c.len_utf8())
}

/// Finds kilometre posts in the digit form: its bytes and the metres from the start of the road.
pub(super) fn posts(digits: &str) -> Vec<(Range<usize>, u32)> {
    let read = |found: regex::Captures<'_>| {
        let whole = found.get(0)?;
        let number = |name: &str| {
            found
                .name(name)
                .map_or(Some(0), |text| text.as_str().parse::<u32>().ok())
        };
        let before = tail(digits.get(..whole.start()).unwrap_or_default(), 16);
        let is_road = ["高速", "国道", "省道", "方向", "绕城"]
            .iter()
            .any(|word| before.contains(word));
        let letter = found.name("km").is_some();
        let beside = letter && before.ends_with(|c: char| c.is_ascii_alphanumeric());
        if beside || (!letter && !is_road) {
            return None;
        }
        let metres = (number("km")? + number("n")?) * 1_000 + number("m")? + number("nm")?;
        Some((whole.range(), metres))
    };
    POST.captures_iter(digits).filter_map(read).collect()
}
