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

/// A number in digits with what may follow (1.5万, 1万4千, 900多, 10000来, 90来万).
static DIGITS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?P<n>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:(?P<u>[十百千万亿wk])(?:(?P<q>\d)千?)?(?:(?P<b>\d)百)?)?",
        r"(?P<about>[多来余])?(?P<more>[万亿])?(?P<yuan>万?(?:块钱|块|元|圆|人民币))?",
    ))
});
/// A number only hinted at (大几千, 好几万, 十几万, 三四百, 一千七八, 百十来).
static HINTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?:(?P<tens>[二两三四五六七八九]?)十几(?P<ten>[百千万]?)|(?P<big>大|好)?几(?P<few>[十百千万]万?)",
        r"|(?P<head>[一二两三四五六七八九]十?)(?P<top>[百千万])(?P<lo2>[一二三四五六七八])(?P<hi2>[二三四五六七八九])",
        r"|(?P<lo>[一二两三四五六七八九])(?P<hi>[二两三四五六七八九])(?P<u>[十百千万]万?)",
        r"|十[来多](?P<some>[百千万]?)|(?P<word>上[百千万]|[近小][百千万]|百十来|百来|千来|万来|百八十|百十|千把|万把|千儿八百|万儿八千))(?P<yuan>来?(?:块钱|块|元|圆|人民币))?",
    ))
});

/// What makes a number money when it is said before it in the same clause.
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        "欠|借|骗|转|值|赔|垫|花|充|罚|退|收|付|给|卖|贷|投|存|返|刷|掏|赢|输|赚|扣|涨|索|讨要|汇|打了|打款|打给|押|补|发了|发我",
        "|开价|报价|出价|封顶|标价|售价|挣|搭进|中了|拿了|拿走|拿他|偷|抢|丢|少了|没了|还他|还我|还了|还有|要了?我?你?他?$|得要?$|交|买",
        "|钱|款|费|价|租|工资|一共|共计|总共|总计|合计|拢共|损失|现金|金额|数额|余额|红包|定金|押金|本金|利息|彩礼|存折|卡里",
    ))
});
/// One of something, before its price (一份二十五, 每月八百).
static EACH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:[一每两1]|\d)(?:家|个|个月|把|天|月|份|次|盒|斤|只|座|件|人|晚上?|宿|年|疗程|趟|回|位|小时|桌|单|瓶|条|车|箱|套|平|亩|间|股|节|课|顿|针|包|张|节课|学期)(?:要|收|是|卖|才|就|得|按)?$",
    )
});
/// What comes right behind money that stands without 元: the end of a clause, or a word that no counted thing begins
/// with.
static FOLLOWS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:$|[^\p{Han}a-z0-9\-—.:%/]|[了就没给转买卖才不还也都去到我他她你呢吧啊呀嘛一每算收返后是被在让叫搁由并押现补赔整的作为存扫封]|打水漂|定金|货款|工资|工钱|保证金|本金|贷款|利息)",
    )
});
/// What is counted or measured and no money; most things have a word of their own.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:[人个号栋幢楼层岁点分年月天日米次斤度平辆台秒室户张件名位条箱只头棵盒袋瓶车家口桌趟回遍种项页首场段股批支根块本床亩里吨克升级代倍周季班队组届版集届斤码把瓦平晚夜宿]",
        r"|[a-z0-9%:\-—./]|公里|小时|单元|礼拜|星期|多个|多人|公斤|平方|毫|厘|几|[多来余][个人名户位岁天年次里米])",
    ))
});
/// A verb of paying that stands right before the number leaves little else.
static PAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?:欠|借|骗|转|赔|垫|花|充|罚|退|收|付|贷|投|存|返|刷|掏|扣|涨|索要|汇|打款|补|交|彩礼|货款|学费|赚|输|赢|现金|损失|价值)[了过他我你她走去]{0,2}$",
    )
});
/// What tells behind a number that it was money.
static GONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:就?没了|就?不见了|打了?水漂|[一每][个只斤份次天位晚月盒套条件张人]|定金|货款|工资|工钱|保证金|本金|贷款|利息|罚款|预付款|押金|现金|差价)",
    )
});
/// What is measured in round numbers too.
static MEASURED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "开到|时速|车速|码|血压|高压|低压|血糖|心率|体重|度|公里|电话|房|室|楼|单元|分贝|考|分|瓦|粉丝|播放|步|人|号|跑了|走了|差点|第|排|队|村|站|离",
    )
});
/// A number by itself between two marks answers a question about money only where none of these was said.
const ASKED_ELSE: [&str; 12] = [
    "岁",
    "年纪",
    "多大",
    "几号",
    "几楼",
    "几点",
    "多少人",
    "几个人",
    "房间",
    "尾号",
    "栋",
    "单元",
];

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed")
}

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
    let is_whole = found.name("yuan").is_some();
    let beside = |c: char| c.is_ascii_alphanumeric();
    if before.ends_with(beside) || (after.starts_with(beside) && !is_whole) {
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
    if is_whole || before.ends_with('¥') {
        return Some((value, 0.95));
    }
    let said = reading.item(layer.span(whole.range()), (), 0.0).text;
    let confidence = without_unit(&said, layer, whole.range(), value)?;
    Some((value, confidence))
}

/// Judges a number without 元: what was said before and behind it decides.
fn without_unit(said: &str, layer: &Layer, range: std::ops::Range<usize>, value: Amount) -> Option<f32> {
    let (before, after) = (layer.before(range.start), layer.after(range.end));
    let clause = tail(before, 14).rsplit(MARKS).next().unwrap_or_default();
    let spoken = said.contains(['十', '百', '千', '万', '几']);
    let last = said.chars().last().unwrap_or(' ');
    let clipped = said.contains(['万', '千', '百']) && numeral::digit(last).is_some() && !last.is_ascii();
    let follows = FOLLOWS.is_match(head(after, 3));
    let told = (spoken && PAID.is_match(clause)) || (clipped && value.min >= 1_000.0);
    if spoken && value.max >= 20.0 && GONE.is_match(head(after, 4)) {
        return Some(0.7);
    }
    if value.max < 20.0 || !(follows || (told && !COUNTED.is_match(after))) {
        return None;
    }
    // Ages and counts are said this way too (五十多的).
    if value.max < 100.0 && (said.ends_with(['多', '来', '余']) || after.starts_with('的')) {
        return None;
    }
    if EACH.is_match(clause) {
        return Some(0.75);
    }
    // Digits without a unit may be a room or the end of a number: the word of money must stand right before them.
    let reach = if spoken { 14 } else { 3 };
    let is_number = said.chars().count() > 7 || ["号", "机", "话", "牌"].iter().any(|word| clause.ends_with(word));
    if CUE.is_match(tail(clause, reach)) && (spoken || !is_number) {
        return Some(0.75);
    }
    // 一万二 and 三千五 are hardly said of anything but money, nor are 大几千 and 好几万 by themselves.
    let measured = MEASURED.is_match(clause) || ASKED_ELSE.iter().any(|word| tail(before, 24).contains(word));
    if clipped && (value.min >= 1_000.0 || !measured) && !said.contains('零') {
        return Some(0.6);
    }
    // A round number that counts nothing is money, unless the clause measures something.
    let round = said.contains(['百', '千', '万']) && value.min >= 100.0 && !said.contains('零');
    let repeated = after.starts_with(said) || before.ends_with(said);
    (spoken && (round || repeated) && !measured).then_some(0.5)
}

/// Marks between clauses.
const MARKS: [char; 7] = ['。', '?', '!', ';', ',', ':', '、'];

fn digits(found: &Captures<'_>) -> Option<Amount> {
    let text = found.name("n")?.as_str().replace(',', "");
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
    let more = found.name("more").and_then(|more| scale(more.as_str())).unwrap_or(1.0);
    let exact = exact * more;
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
    let digit = |name: &str| numeral::digit(found.name(name)?.as_str().chars().next()?).map(f64::from);
    if let Some(unit) = unit("few") {
        let (least, most) = match found.name("big").map(|big| big.as_str()) {
            Some("大") => (5.0 * unit, 10.0 * unit - 1.0),
            Some(_) => (3.0 * unit, 9.0 * unit),
            None => (2.0 * unit, 9.0 * unit),
        };
        return Some(Amount { min: least, max: most });
    }
    if let Some(tens) = found.name("tens") {
        let unit = found.name("ten").map_or(Some(1.0), |unit| scale(unit.as_str()))?;
        let ten = if tens.is_empty() { 10.0 } else { digit("tens")? * 10.0 };
        return Some(Amount {
            min: (ten + 1.0) * unit,
            max: (ten + 9.0) * unit,
        });
    }
    if let Some(top) = unit("top") {
        let whole = numeral::value(found.name("head")?.as_str())? as f64 * top;
        let (low, high) = (digit("lo2")?, digit("hi2")?);
        return (high == low + 1.0).then_some(Amount {
            min: whole + low * top / 10.0,
            max: whole + high * top / 10.0,
        });
    }
    if let Some(unit) = unit("u") {
        let (low, high) = (digit("lo")?, digit("hi")?);
        return (high == low + 1.0 || high == low + 2.0).then_some(Amount {
            min: low * unit,
            max: high * unit,
        });
    }
    let range = |min, max| Some(Amount { min, max });
    if let Some(some) = found.name("some") {
        let unit = if some.is_empty() { 1.0 } else { scale(some.as_str())? };
        return range(10.0 * unit, 15.0 * unit);
    }
    match found.name("word")?.as_str() {
        word if word.starts_with('上') => {
            scale(word.get('上'.len_utf8()..)?).and_then(|unit| range(unit, 2.0 * unit - 1.0))
        }
        word if word.starts_with(['近', '小']) => {
            scale(word.get('近'.len_utf8()..)?).and_then(|unit| range(0.9 * unit, unit))
        }
        "百十来" | "百十" => range(90.0, 120.0),
        "百来" => range(90.0, 110.0),
        "千来" => range(900.0, 1_100.0),
        "万来" => range(9_000.0, 11_000.0),
        "万儿八千" => range(8_000.0, 10_000.0),
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
