//! A numeral in, its value out.

/// The digits as characters, from zero.
pub const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

/// Returns the value of a character that is spoken for a digit: 幺 is 1, 两 is 2, 洞 is 0, 拐 is 7, 勾 is 9;
/// and of one that is written in full: 壹, 贰.
#[must_use]
pub fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '〇' | '洞' => Some(0),
        '幺' | '壹' => Some(1),
        '两' | '贰' => Some(2),
        '叁' => Some(3),
        '肆' => Some(4),
        '伍' => Some(5),
        '陆' => Some(6),
        '拐' | '柒' => Some(7),
        '捌' => Some(8),
        '勾' | '玖' => Some(9),
        _ => DIGITS
            .iter()
            .position(|&digit| digit == c)
            .and_then(|d| u32::try_from(d).ok()),
    }
}

/// Returns the value of 十, 百, 千, 万 or 亿, 佰 and 仟 too.
#[must_use]
pub fn unit(c: char) -> Option<u64> {
    match c {
        '十' => Some(10),
        '百' | '佰' => Some(100),
        '千' | '仟' => Some(1_000),
        '万' => Some(10_000),
        '亿' => Some(100_000_000),
        _ => None,
    }
}

/// Reads a whole numeral: digits (幺五零四, 1504) or a cardinal (一千五百零四, 三千五, 十二万八). Empty text, more than 15
/// digits, and what is only about a number (三四十, 百八十) have no value.
#[must_use]
pub fn value(text: &str) -> Option<u64> {
    let characters: Vec<char> = text.chars().collect();
    if characters.iter().all(|&c| digit(c).is_some()) {
        let short = (1..=15).contains(&characters.len());
        return short.then(|| {
            characters
                .iter()
                .fold(0, |sum, &c| sum * 10 + u64::from(digit(c).unwrap_or(0)))
        });
    }
    cardinal(&characters)
}

/// Reads a cardinal, in which units fall within each group of 万 and 亿.
pub(super) fn cardinal(characters: &[char]) -> Option<u64> {
    let mut reading = Reading::default();
    for &c in characters {
        match (digit(c), unit(c)) {
            (Some(digit), _) => reading.digit(u64::from(digit))?,
            (_, Some(unit)) if unit < 10_000 => reading.small(unit)?,
            (_, Some(unit)) => reading.large(unit)?,
            _ => return None,
        }
    }
    reading.finish()
}

/// A cardinal, half read.
#[derive(Default)]
struct Reading {
    /// Groups that are closed by 万 or 亿.
    total: u64,
    /// The open group.
    group: u64,
    /// A digit that waits for its unit.
    waiting: Option<u64>,
    /// Whether it opens with 百 or 千 (千三), which counts only with a digit behind it.
    bare: bool,
    /// Whether 零 stands before what comes next.
    zero: bool,
    /// The unit read last.
    last: Option<u64>,
    /// The large unit read last.
    last_large: Option<u64>,
}

impl Reading {
    fn digit(&mut self, digit: u64) -> Option<()> {
        if self.waiting.is_some() {
            return None;
        }
        if digit == 0 {
            let fits = self.last.is_some_and(|last| last > 10) && !self.zero;
            self.zero = true;
            return fits.then_some(());
        }
        self.waiting = Some(digit);
        Some(())
    }

    fn small(&mut self, unit: u64) -> Option<()> {
        let first = self.last.is_none() && self.total == 0 && !self.zero;
        self.bare |= first && self.waiting.is_none() && unit > 10;
        let opens =
            self.waiting.is_none() && ((unit == 10 && (self.last.is_none() || self.zero)) || self.bare && first);
        let digit = if opens { 1 } else { self.waiting.take()? };
        let falls = self.last.is_none_or(|last| last > unit);
        self.group += digit * unit;
        (self.last, self.zero) = (Some(unit), false);
        falls.then_some(())
    }

    fn large(&mut self, unit: u64) -> Option<()> {
        let group = self.group + self.waiting.take().unwrap_or(0);
        let falls = self.last_large.is_none_or(|last| last > unit);
        self.total = self.total.checked_add(group.checked_mul(unit)?)?;
        (self.group, self.zero) = (0, false);
        (self.last, self.last_large) = (Some(unit), Some(unit));
        (falls && group > 0).then_some(())
    }

    /// Closes the reading: a last digit without unit takes the next smaller one (三千五 is 3500), after 零 and 十 it is one.
    fn finish(self) -> Option<u64> {
        let unit = match self.last {
            Some(last) if !self.zero => last / 10,
            _ => 1,
        };
        let hollow = self.bare && self.waiting.is_none();
        if self.last.is_none() || hollow || (self.zero && self.waiting.is_none()) {
            return None;
        }
        let rest = self.waiting.unwrap_or(0) * unit;
        self.total.checked_add(self.group)?.checked_add(rest)
    }
}
