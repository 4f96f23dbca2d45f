//! A text in, names of places that it spells by their ending out: areas, roads, estates, villages.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use crate::elements::Address;
use crate::elements::reading::head;

/// A stretch of the plain form with what it says about a place.
pub(super) struct Locality {
    /// Bytes of the plain form.
    pub(super) range: Range<usize>,
    /// The level that it fills.
    pub(super) address: Address,
    /// From 0 to 1.
    pub(super) confidence: f32,
}

/// Which level a name fills.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Level {
    Area,
    Road,
    Village,
    Estate,
}

struct Endings {
    finder: AhoCorasick,
    levels: Vec<(Level, usize)>,
}

/// Endings of names with their level and length in characters.
static ENDINGS: LazyLock<Endings> = LazyLock::new(|| {
    let rows = [
        include_str!("../../corpora/place_suffixes.tsv"),
        include_str!("../../corpora/place_endings.tsv"),
    ];
    let rows = rows
        .iter()
        .flat_map(|rows| rows.lines())
        .filter(|row| !row.starts_with('#'));
    let (words, levels): (Vec<&str>, Vec<(Level, usize)>) = (rows.filter_map(|row| row.split_once('\t')))
        .map(|(word, kind)| {
            let level = match kind {
                // 青禾里 and 昌平里 are estates far more often than lanes.
                _ if word == "里" => Level::Estate,
                "area" => Level::Area,
                "road" => Level::Road,
                "village" => Level::Village,
                _ => Level::Estate,
            };
            (word, (level, word.chars().count()))
        })
        .unzip();
    Endings {
        finder: AhoCorasick::new(words).expect("some hundred short words"),
        levels,
    }
});

/// Words that no name goes on behind; a name starts behind them.
static BREAKS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = include_str!("../../corpora/place_breaks.txt").lines();
    let words = words.filter(|line| !line.is_empty() && !line.starts_with('#'));
    AhoCorasick::new(words).expect("some hundred short words")
});

/// What stands before the ending of a word that is no name (马路, 养老公寓), one a line.
static NO_STEMS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../corpora/place_no_names.txt").lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// What behind 路 or 街 makes it a part of another word.
const NOT_A_ROAD: &str = "灯沟桩障况基肩政程费牌堵子段过";
/// Behind 路: of it, and hardly of one with a name, where the name is short.
const OF_A_ROAD: &str = "上面边人中";
/// A name has so many characters at most.
const LONGEST: usize = 9;

/// A house by its number: what stands right before it is a name, whatever it ends in.
static HOUSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\d{1,3}(?:号楼|栋|幢|单元)|[a-z]座|[a-z]栋|\d{1,3}-\d{1,2}(?:-\d{3,4})?(?:[^\d-]|$))")
});
/// The same behind a name in words or digits.
static HOUSED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^[,的 ]?(?:[一二三四五六七八九十百幺零两\d]{1,5}|[a-z甲乙丙])(?:号楼|栋|幢|座|单元|期|号院|号|门|-\d)|^[,的 ]?\d{3,4}",
    )
});
/// What may stand behind a name that ends the clause.
static STANDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:$|[^\p{Han}]|村?口|村[民委干]|那|这|里头|最?[东南西北里后前上下外]|对面|旁|边|附近|门|桥头|沟|有[个人]|跟前|坡上|底)",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

/// Finds names by their endings, and names before the number of a house, in order and not overlapping. `digits` is the
/// same text with its numbers in digits, `to_plain` leads from its bytes to those of the plain form.
pub(super) fn find(plain: &str, digits: &str, to_plain: impl Fn(usize) -> usize) -> Vec<Locality> {
    let breaks = breaks(plain);
    let mut names: Vec<(Range<usize>, Level, f32)> = Vec::new();
    let mut endings: Vec<(Range<usize>, Level, usize)> = (ENDINGS.finder.find_overlapping_iter(plain))
        .map(|found| {
            let (level, length) = ENDINGS.levels[found.pattern().as_usize()];
            (found.range(), level, length)
        })
        .collect();
    // Of endings that end together the longest tells more.
    endings.sort_by_key(|(range, _, length)| (range.end, std::cmp::Reverse(*length)));
    endings.dedup_by_key(|(range, ..)| range.end);
    for (ending, level, length) in endings {
        let floor = names.last().map_or(0, |(name, ..)| name.end);
        let mut start = front(plain, ending.start, &breaks, floor);
        let kind = plain.get(start..ending.start).unwrap_or_default();
        if (kind.is_empty() || NO_STEMS.contains(&kind))
            && (length > 1 || (kind.is_empty() && HOUSED.is_match(plain.get(ending.end..).unwrap_or_default())))
            && let Some((last, ..)) = names.last()
            && last.end == start
        {
            // 东湖路小学: the name before is part of this one.
            start = last.start;
        }
        let ending = cut_village(plain, start, ending);
        if let Some(confidence) = judge(plain, start..ending.start, ending.end, level, length) {
            while names.last().is_some_and(|(name, ..)| name.end > start) {
                names.pop();
            }
            names.push((start..ending.end, level, confidence));
        }
    }
    for house in HOUSE.find_iter(digits) {
        names.extend(before_house(plain, to_plain(house.start()), &breaks, &names));
    }
    names.sort_by_key(|(range, ..)| range.start);
    joined_areas(&mut names);
    (names.into_iter())
        .map(|(range, level, confidence)| locality(plain, range, level, confidence))
        .collect()
}

/// Leaves 村 off a village that has its ending already (西苏家寨村口, 郭家洼村民).
fn cut_village(plain: &str, start: usize, ending: Range<usize>) -> Range<usize> {
    let (stem, after) = (
        plain.get(start..ending.start).unwrap_or_default(),
        plain.get(ending.end..).unwrap_or_default(),
    );
    let belongs = plain.get(ending.clone()) == Some("村") && after.starts_with(['口', '民', '委', '干', '头']);
    match stem.char_indices().next_back() {
        Some((last, c)) if belongs && "寨沟屯庄岭堡圩洼坪坳台集铺营湾窑".contains(c) => {
            start + last..ending.start
        }
        _ => ending,
    }
}

/// Marks the bytes at which a word that breaks a name ends.
fn breaks(plain: &str) -> Vec<bool> {
    let mut ends = vec![false; plain.len() + 1];
    for found in BREAKS.find_overlapping_iter(plain) {
        ends[found.end()] = true;
    }
    ends
}

/// Returns where the name before a byte starts: behind a break, another name, or what is no Chinese character.
fn front(plain: &str, end: usize, breaks: &[bool], floor: usize) -> usize {
    let before = plain.get(floor..end).unwrap_or_default();
    let mut start = end;
    for (byte, c) in before.char_indices().rev().take(LONGEST) {
        let joins = "和与跟".contains(c) && plain.get(..floor + byte).is_some_and(ends_as_place);
        if breaks[start] || joins || !is_han(c) {
            break;
        }
        start = floor + byte;
    }
    start
}

fn ends_as_place(text: &str) -> bool {
    text.ends_with(['路', '街', '道', '巷', '区', '口', '弄'])
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Decides whether a stem and its ending are a name, and how sure that is.
fn judge(plain: &str, stem: Range<usize>, end: usize, level: Level, length: usize) -> Option<f32> {
    let (words, after) = (plain.get(stem.clone())?, plain.get(end..)?);
    let count = words.chars().count();
    let name = plain.get(stem.start..end)?;
    let no_name = NO_STEMS.iter().any(|no| name == *no || words == *no);
    let numbered = HOUSED.is_match(after);
    if no_name || count == 0 || (count == 1 && !(level == Level::Road && numbered)) || count + length > LONGEST + 1 {
        return None;
    }
    let next = head(after, 1);
    if level == Level::Road {
        let part = !next.is_empty() && (NOT_A_ROAD.contains(next) || (OF_A_ROAD.contains(next) && count < 2));
        let word = count <= 3 && NO_STEMS.iter().any(|no| name.ends_with(no));
        let verb = length == 1
            && words.ends_with([
                '条', '出', '上', '下', '段', '让', '堵', '走', '修', '占', '抢', '通', '路', '街',
            ]);
        if part || (word && length == 1) || verb {
            return None;
        }
    }
    if length == 1 && level != Level::Road && NO_STEMS.iter().any(|no| name.ends_with(no)) {
        return None;
    }
    let ending = plain.get(stem.end..end)?;
    let loose = ending.starts_with(['一', '二', '三', '七']) || LOOSE.contains(&ending);
    if words.chars().all(|c| "多少几一二三四五六七八九十百".contains(c)) {
        return None;
    }
    let firm = (length > 1 && !loose) || matches!(level, Level::Road | Level::Area) || name.ends_with('村');
    let lone = name.ends_with(['弄', '里', '桥', '湾', '线']);
    if firm && !(lone && length == 1) {
        return Some(0.6);
    }
    // One character is the end of many words: only a whole clause, or a house behind it, makes a name of it.
    let opens = plain.get(..stem.start)?;
    let opens = opens.is_empty() || !opens.ends_with(is_han) || LEADS.iter().any(|lead| opens.ends_with(lead));
    let led = opens && level == Level::Estate && !plain.get(..stem.start)?.is_empty() && (2..=4).contains(&count);
    // 里 is also what things lie in.
    let opens = opens && !(ending == "里" && plain.get(..stem.start)?.ends_with(|c: char| c.is_alphanumeric()));
    (numbered || (opens && STANDS.is_match(after)) || (led && length == 1 && !lone)).then_some(0.5)
}

/// Endings that are words by themselves too.
const LOOSE: [&str; 6] = ["银行", "法院", "商店", "仓库", "百货", "学校"];

/// What may stand before a name that makes a clause.
const LEADS: [&str; 14] = [
    "在", "住", "到", "是", "至", "于", "地址", "地点", "位置", "称", "往", "从", "去", "为",
];

/// Takes what stands right before the number of a house for the name of an estate.
fn before_house(
    plain: &str,
    house: usize,
    breaks: &[bool],
    names: &[(Range<usize>, Level, f32)],
) -> Option<(Range<usize>, Level, f32)> {
    let floor = names
        .iter()
        .map(|(name, ..)| name.end)
        .filter(|end| *end <= house)
        .max();
    let start = front(plain, house, breaks, floor.unwrap_or(0));
    let stem = plain.get(start..house)?;
    let covered = names.iter().any(|(name, ..)| name.start < house && start < name.end);
    let level_above = stem.contains(['号', '栋', '幢']) || stem.ends_with(['楼', '座']);
    let fits = (2..=7).contains(&stem.chars().count()) && !level_above && !NO_STEMS.contains(&stem);
    (fits && !covered).then_some((start..house, Level::Estate, 0.5))
}

/// Joins areas that stand behind one another (柳河县北窑镇).
fn joined_areas(names: &mut Vec<(Range<usize>, Level, f32)>) {
    names.dedup_by(|next, kept| {
        let joins = kept.1 == Level::Area && next.1 == Level::Area && kept.0.end == next.0.start;
        if joins {
            kept.0.end = next.0.end;
        }
        joins
    });
}

fn locality(plain: &str, range: Range<usize>, level: Level, confidence: f32) -> Locality {
    let name = plain.get(range.clone()).map(str::to_uppercase);
    let mut address = Address::default();
    match level {
        Level::Area => address.area = name,
        Level::Road => address.road = name,
        Level::Village => address.village = name,
        Level::Estate => address.estate = name,
    }
    Locality {
        range,
        address,
        confidence,
    }
}
