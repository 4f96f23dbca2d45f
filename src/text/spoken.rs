//! Simplified text in, the same text with its spoken numbers in digits out.

use std::ops::Range;
use std::sync::LazyLock;

use crate::text::Normal;
use crate::text::numeral;

/// What must follow a number for a point to be a decimal point and not an hour.
const MEASURES: [&str; 19] = [
    "米",
    "公里",
    "千米",
    "厘米",
    "毫米",
    "万",
    "亿",
    "块",
    "元",
    "度",
    "斤",
    "公斤",
    "吨",
    "克",
    "升",
    "平",
    "倍",
    "人民币",
    "%",
];

/// What makes a single digit a number when it follows.
const COUNTED: [&str; 12] = [
    "栋", "幢", "单元", "号", "室", "月", "岁", "元", "分钟", "小时", "公里", "米",
];

/// What makes 一点 an hour (and not a little) when it stands before it.
const HOURS: [&str; 12] = [
    "凌晨", "早上", "上午", "中午", "下午", "晚上", "半夜", "夜里", "昨晚", "今晚", "午后", "深夜",
];

/// What makes 一点 an hour when it follows.
const AFTER_HOUR: [&str; 6] = ["钟", "半", "整", "多", "左右", "来钟"];

/// Words with numerals that are no numbers.
static WORDS: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    (include_str!("../../corpora/number_words.txt").lines())
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.chars().collect())
        .collect()
});

/// Writes the spoken numbers of a text with digits.
pub(super) fn write(text: &str) -> Normal {
    let mut characters: Vec<char> = text.chars().collect();
    restore_ones(&mut characters);
    let kept = kept(&characters);
    let mut written = Vec::with_capacity(characters.len());
    let mut place = 0;
    while let Some(&c) = characters.get(place) {
        let found = (!kept[place]).then(|| number_at(&characters, place)).flatten();
        let end = match found {
            Some(number) => {
                written.extend(number.digits);
                number.end
            }
            None if is_numeral(c) => {
                let end = run_end(&characters, place);
                written.extend((place..end).map(|place| (characters[place], place)));
                end
            }
            None => {
                written.push((c, place));
                place + 1
            }
        };
        place = end;
    }
    Normal::gather(written, characters.len())
}

/// Puts back 幺 where a word of its sound was heard beside a zero (五零腰): speech engines know the word better.
fn restore_ones(characters: &mut [char]) {
    let is_digit = |c: Option<&char>| c.is_some_and(|&c| numeral::digit(c).is_some());
    for place in 0..characters.len() {
        let (before, after) = characters.split_at(place);
        let (c, after) = (after[0], &after[1..]);
        let behind_zero = before.last() == Some(&'零') && is_digit(before.get(before.len().wrapping_sub(2)));
        let before_zero = after.first() == Some(&'零') && (is_digit(after.get(1)) || after.get(1) == Some(&c));
        let ends = after
            .first()
            .is_none_or(|&next| !next.is_alphanumeric() || "号室的在".contains(next));
        if (matches!(c, '腰' | '妖') && (behind_zero || before_zero)) || (c == '要' && behind_zero && ends) {
            characters[place] = '幺';
        }
    }
}

/// A number found: its digits with the place of each, and where it ends.
struct Number {
    digits: Vec<(char, usize)>,
    end: usize,
}

/// Marks the characters of words that hold numerals and are no numbers, unless a longer numeral surrounds them.
fn kept(characters: &[char]) -> Vec<bool> {
    let mut kept = vec![false; characters.len()];
    for start in (0..characters.len()).filter(|&place| is_numeral(characters[place])) {
        for word in WORDS.iter().filter(|word| characters[start..].starts_with(word)) {
            let end = start + word.len();
            let inside = |place: Option<&char>| place.is_some_and(|&c| is_numeral(c) || c.is_ascii_alphanumeric());
            let longer = inside(characters[..start].last()) || inside(characters.get(end));
            kept[start..end].iter_mut().for_each(|kept| *kept |= !longer);
        }
    }
    kept
}

/// Returns the number that starts at a character, if it is one.
fn number_at(characters: &[char], start: usize) -> Option<Number> {
    let before = &characters[..start];
    let starts_inside = before.last().is_some_and(|&c| is_numeral(c) || c.is_ascii_digit());
    if !starts_inside && let Some(number) = grouped(characters, start) {
        return Some(number);
    }
    if !is_numeral(characters[start]) {
        return None;
    }
    let end = run_end(characters, start);
    let (run, after) = (&characters[start..end], &characters[end..]);
    if let Some(number) = decimal(characters, start..end) {
        return Some(number);
    }
    let pure = run.iter().all(|&c| numeral::digit(c).is_some());
    match (run, pure) {
        ([only], _) if is_single(*only, before, after) => Some(whole(run, start)),
        ([_], _) => None,
        (_, true) if is_digit_string(run, before, after) => Some(one_by_one(run, start)),
        (_, true) => None,
        (_, false) if is_about(before, after) => None,
        (_, false) => cardinal(run, start),
    }
}

fn is_numeral(c: char) -> bool {
    !c.is_ascii() && (numeral::digit(c).is_some() || numeral::unit(c).is_some())
}

/// Returns the end of the numerals that start here, without a last 洞, 拐 or 勾 that belongs to the word after it.
fn run_end(characters: &[char], start: usize) -> usize {
    let length = characters[start..].iter().take_while(|&&c| is_numeral(c)).count();
    let end = start + length;
    let next = characters.get(end).copied().unwrap_or(' ');
    let borrowed = matches!(characters[end - 1], '洞' | '拐' | '勾') && "口穴角弯卖骗走跑杖进入里结引".contains(next);
    // 三万一天 is 30,000 a day, 三十八一只 38 apiece.
    let counts = characters[end - 1] == '一' && "天个次月年人份只家斤件条把笔夜晚套张".contains(next);
    let behind_unit = length > 1 && numeral::unit(characters[end - 2]).is_some_and(|unit| unit >= 100);
    let too_much = || {
        let shorter = numeral::cardinal(&characters[start..end - 1]).is_some();
        shorter && numeral::cardinal(&characters[start..end]).is_none()
    };
    if length > 1 && (borrowed || (counts && (behind_unit || too_much()))) {
        end - 1
    } else {
        end
    }
}

/// Reads digits with groups in them: 幺三八三个零… is 138000….
fn grouped(characters: &[char], start: usize) -> Option<Number> {
    let announced = ends_with_any(
        &characters[..start],
        &["尾号", "尾号是", "号码是", "后四位", "后四位是"],
    );
    let (mut digits, mut place, mut groups) = (Vec::new(), start, 0);
    while let Some(&c) = characters.get(place) {
        let Some(value) = numeral::digit(c) else { break };
        let repeated = characters.get(place + 2).and_then(|&c| numeral::digit(c));
        let is_group = (2..=6).contains(&value) && characters.get(place + 1) == Some(&'个');
        match repeated {
            Some(digit) if is_group && (announced || digits.len() >= 2) => {
                digits.extend((0..value).map(|_| (ascii(digit), place)));
                (place, groups) = (place + 3, groups + 1);
            }
            _ => {
                digits.push((ascii(value), place));
                place += 1;
            }
        }
    }
    let is_number = groups > 0 && digits.len() >= if announced { 3 } else { 5 };
    is_number.then_some(Number { digits, end: place })
}

/// Reads a number with a decimal point before a measure: 三点五公里 is 3.5公里.
fn decimal(characters: &[char], whole: Range<usize>) -> Option<Number> {
    let point = whole.end;
    if characters.get(point) != Some(&'点') {
        return None;
    }
    let is_plain = |c: &&char| numeral::digit(**c).is_some() && is_numeral(**c);
    let length = characters[point + 1..].iter().take_while(is_plain).count();
    let end = point + 1 + length;
    let after = &characters[end..];
    // Digits one by one are no minutes (三点一四), unless they begin with 零.
    let digits = length >= 2 && characters[point + 1] != '零' && !starts_with_any(after, &["分", "刻", "十"]);
    let hour = ends_with_any(&characters[..whole.start], &HOURS);
    if length == 0 || !(starts_with_any(after, &MEASURES) || (digits && !hour)) {
        return None;
    }
    let mut number = match &characters[whole.clone()] {
        [only] if numeral::digit(*only).is_some() => one_by_one(&[*only], whole.start),
        run => cardinal(run, whole.start)?,
    };
    number.digits.push(('.', point));
    number
        .digits
        .extend(one_by_one(&characters[point + 1..end], point + 1).digits);
    Some(Number { end, ..number })
}

/// Tells whether digits said one after the other are a number, and not a few of something (三四个).
fn is_digit_string(run: &[char], before: &[char], after: &[char]) -> bool {
    let beside = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
    if beside(before.last()) && (beside(after.first()) || run.len() > 1) {
        return true;
    }
    let plain = run.iter().filter(|c| !matches!(c, '两' | '洞' | '拐' | '勾')).count();
    if run.len() > 2 {
        return plain >= 2 && !starts_with_any(after, &["路", "街", "巷", "村"]);
    }
    let zero = run.iter().any(|c| matches!(c, '零' | '〇' | '幺'));
    let neighbours = matches!(run, &[first, second] if numeral::digit(second) == numeral::digit(first).map(|d| d + 1));
    let housed = starts_with_any(after, &["栋", "幢", "号", "单元", "室"]);
    let year = after.first() == Some(&'年') && after.get(1).is_some_and(|&c| is_numeral(c));
    plain == 2 && (zero || ((housed || year) && !neighbours))
}

/// Tells whether a single numeral is a number by what stands around it.
fn is_single(c: char, before: &[char], after: &[char]) -> bool {
    let beside = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
    if beside(before.last()) && beside(after.first()) {
        return numeral::digit(c).is_some();
    }
    if !matches!(
        c,
        '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '两' | '零'
    ) || ends_with_any(before, &["几", "数"])
    {
        return false;
    }
    let next = |word: &str| starts_with_any(after, &[word]);
    match c {
        '两' => ["点", "岁", "小时", "公里", "米", "块钱", "元", "毛钱"]
            .iter()
            .any(|word| next(word)),
        '零' => next("点"),
        _ if ends_with_any(before, &["百分之"]) => true,
        _ if next("点") => is_hour(c, before, after),
        _ if next("分") => next("分钟") || ends_with_any(before, &["点", "角", "毛"]),
        _ if next("块") => c != '一' || next("块钱"),
        _ if next("毛") || next("角") => ends_with_any(before, &["块", "元"]),
        _ if next("日") => ends_with_any(before, &["月"]),
        _ if next("门") => after.get(1).is_some_and(|&c| is_numeral(c)),
        _ => starts_with_any(after, &COUNTED),
    }
}

/// Tells whether 点 after a digit is an hour; 一点 often is "a little".
fn is_hour(c: char, before: &[char], after: &[char]) -> bool {
    let rest = &after[1..];
    c != '一'
        || ends_with_any(before, &HOURS)
        || starts_with_any(rest, &AFTER_HOUR)
        || rest.first().is_some_and(|&c| is_numeral(c))
}

/// Tells whether a cardinal is only about a number: 几十万, 二十几.
fn is_about(before: &[char], after: &[char]) -> bool {
    ends_with_any(before, &["几", "数"]) || starts_with_any(after, &["几"])
}

/// Reads a cardinal, or a room said as floor and rest (十一零三 is 1103).
fn cardinal(run: &[char], start: usize) -> Option<Number> {
    let opens = run.first().is_some_and(|&c| numeral::digit(c).is_some() || c == '十');
    if !opens {
        return None;
    }
    if numeral::cardinal(run).is_some() {
        return Some(whole(run, start));
    }
    let zero = run.iter().position(|c| matches!(c, '零' | '洞'))?;
    let (floor, rest) = run.split_at(zero);
    let is_room = floor.contains(&'十') && rest.len() == 2 && numeral::digit(rest[1]).is_some();
    numeral::cardinal(floor).filter(|&floor| is_room && floor < 100)?;
    let mut number = whole(floor, start);
    number.digits.extend(one_by_one(rest, start + zero).digits);
    Some(Number {
        end: start + run.len(),
        ..number
    })
}

/// Writes a numeral as one value; all its digits come from its first character.
fn whole(run: &[char], start: usize) -> Number {
    let text: String = run.iter().collect();
    let value = numeral::value(&text)
        .or_else(|| numeral::cardinal(run))
        .unwrap_or_default();
    Number {
        digits: value.to_string().chars().map(|digit| (digit, start)).collect(),
        end: start + run.len(),
    }
}

fn one_by_one(run: &[char], start: usize) -> Number {
    let digit = |(offset, &c): (usize, &char)| Some((ascii(numeral::digit(c)?), start + offset));
    Number {
        digits: run.iter().enumerate().filter_map(digit).collect(),
        end: start + run.len(),
    }
}

fn ascii(digit: u32) -> char {
    char::from_digit(digit, 10).unwrap_or('0')
}

fn starts_with_any(characters: &[char], words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| word.chars().enumerate().all(|(i, c)| characters.get(i) == Some(&c)))
}

fn ends_with_any(characters: &[char], words: &[&str]) -> bool {
    words.iter().any(|word| {
        let length = word.chars().count();
        length <= characters.len() && word.chars().eq(characters[characters.len() - length..].iter().copied())
    })
}
