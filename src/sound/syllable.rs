//! A character in, the syllables it may be spoken as out.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use pinyin::ToPinyin;
use pinyin::ToPinyinMulti;

use crate::text::numeral;

/// A toneless syllable, or a Latin letter that is spelt. A number below [`count`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Syllable(pub(super) u16);

/// The block of common characters (CJK Unified Ideographs).
const UNIFIED: RangeInclusive<char> = '一'..='\u{9fff}';

/// Readings beyond this many of a character are hardly ever meant.
const MAX_READINGS: usize = 4;

/// The syllables of Mandarin in order of their number.
struct Table {
    spelling: Vec<&'static str>,
    /// Occurrences in 100,000 syllables.
    frequency: Vec<f32>,
    number: HashMap<&'static str, Syllable>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    let rows = (include_str!("../../corpora/syllables.tsv").lines())
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'));
    let mut table = Table {
        spelling: Vec::new(),
        frequency: Vec::new(),
        number: HashMap::new(),
    };
    for (spelling, frequency) in rows {
        let number = u16::try_from(table.spelling.len()).expect("some hundred syllables");
        table.number.insert(spelling, Syllable(number));
        table.spelling.push(spelling);
        table
            .frequency
            .push(frequency.parse().expect("the embedded table holds numbers"));
    }
    // A letter is spelt with a dot, which no syllable holds.
    for place in 0..LETTERS.len() {
        table
            .spelling
            .push(LETTERS.get(place..=place).expect("letters are ASCII"));
        table.frequency.push(50.0);
    }
    table
});

/// Returns how many syllables there are, letters included.
pub(super) fn count() -> usize {
    TABLE.spelling.len()
}

/// Returns the number of the first letter; letters come after all syllables.
pub(super) fn first_letter() -> usize {
    count() - 26
}

/// Returns every syllable.
pub(super) fn all() -> impl Iterator<Item = Syllable> {
    (0..count()).filter_map(|number| u16::try_from(number).ok().map(Syllable))
}

impl Syllable {
    /// Returns how it is spelt, without tone (lü with its dots).
    pub(super) fn spelling(self) -> &'static str {
        TABLE.spelling.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// Returns how much hearing it tells, in bits: rare syllables tell more.
    pub(super) fn information(self) -> f32 {
        let frequency = TABLE.frequency.get(usize::from(self.0)).copied().unwrap_or(1.0);
        (100_000.0 / frequency.max(5.0)).log2()
    }

    /// Splits it into initial and final; `-` is the missing initial, `ih` the vowel of zi and zhi.
    pub(super) fn parts(self) -> (&'static str, &'static str) {
        split(self.spelling())
    }
}

/// Returns the syllables a character may be spoken as, the usual one first; none for punctuation and space. Expects
/// normalised text (digits are spoken as numerals, letters as themselves).
pub(super) fn readings(c: char) -> Vec<Syllable> {
    if let 'a'..='z' = c {
        let letter = first_letter() + (c as usize - 'a' as usize);
        return u16::try_from(letter).map(Syllable).into_iter().collect();
    }
    let c = match c {
        '0'..='9' => numeral::DIGITS[c as usize - '0' as usize],
        '〇' => '零',
        '幺' => '一',
        other => other,
    };
    let known = |spelling: &str| TABLE.number.get(spelling).copied();
    let mut found: Vec<Syllable> = c
        .to_pinyin()
        .and_then(|reading| known(reading.plain()))
        .into_iter()
        .collect();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        if let Some(syllable) = known(reading.plain())
            && !found.contains(&syllable)
            && found.len() < MAX_READINGS
        {
            found.push(syllable);
        }
    }
    found
}

/// Returns a number for the usual reading of a character that it shares with those hardly told apart on the telephone:
/// z and zh, c and ch, s and sh, n and l, f and hu, -n and -ng. `None` for what is not spoken.
pub(super) fn group(c: char) -> Option<u16> {
    static GROUPS: LazyLock<Vec<u16>> = LazyLock::new(|| {
        let mut numbers: HashMap<(&str, &str), u16> = HashMap::new();
        let mut group = |syllable: Syllable| {
            let next = u16::try_from(numbers.len()).expect("fewer groups than syllables");
            let parts = match syllable.parts() {
                _ if usize::from(syllable.0) >= first_letter() => (syllable.spelling(), ""),
                (initial, last) => loosened(initial, last),
            };
            *numbers.entry(parts).or_insert(next)
        };
        all().map(&mut group).collect()
    });
    static OF_CHARACTERS: LazyLock<Vec<Option<u16>>> = LazyLock::new(|| UNIFIED.map(of).collect());
    fn of(c: char) -> Option<u16> {
        let usual = readings(c).into_iter().next()?;
        GROUPS.get(usize::from(usual.0)).copied()
    }
    match (c as usize).checked_sub(*UNIFIED.start() as usize) {
        Some(place) if UNIFIED.contains(&c) => OF_CHARACTERS.get(place).copied().flatten(),
        _ => of(c),
    }
}

fn loosened(initial: &'static str, last: &'static str) -> (&'static str, &'static str) {
    let (initial, last) = match (initial, last) {
        ("h", "u") => ("f", "u"),
        ("h", "uan") => ("f", "an"),
        ("h", "uang") => ("f", "ang"),
        ("h", "un") => ("f", "en"),
        ("h", "ui") => ("f", "ei"),
        other => other,
    };
    let initial = match initial {
        "zh" => "z",
        "ch" => "c",
        "sh" => "s",
        "n" => "l",
        other => other,
    };
    (
        initial,
        last.strip_suffix('g')
            .filter(|rest| rest.ends_with('n'))
            .unwrap_or(last),
    )
}

fn split(spelling: &'static str) -> (&'static str, &'static str) {
    const INITIALS: [&str; 21] = [
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s",
    ];
    let Some((initial, rest)) = INITIALS.iter().find_map(|&i| Some((i, spelling.strip_prefix(i)?))) else {
        return ("-", without_initial(spelling));
    };
    let rest = match (initial, rest) {
        ("zh" | "ch" | "sh" | "r" | "z" | "c" | "s", "i") => "ih",
        ("j" | "q" | "x", "u") => "ü",
        ("j" | "q" | "x", "ue") => "üe",
        ("j" | "q" | "x", "uan") => "üan",
        ("j" | "q" | "x", "un") => "ün",
        _ => rest,
    };
    (initial, rest)
}

/// Returns the final of a syllable that is written with y, w or a vowel at its head.
fn without_initial(spelling: &'static str) -> &'static str {
    const HEADS: [(&str, &str); 26] = [
        ("yi", "i"),
        ("ya", "ia"),
        ("yao", "iao"),
        ("ye", "ie"),
        ("you", "iu"),
        ("yan", "ian"),
        ("yang", "iang"),
        ("yin", "in"),
        ("ying", "ing"),
        ("yong", "iong"),
        ("yu", "ü"),
        ("yue", "üe"),
        ("yuan", "üan"),
        ("yun", "ün"),
        ("yo", "o"),
        ("wu", "u"),
        ("wa", "ua"),
        ("wo", "uo"),
        ("wai", "uai"),
        ("wei", "ui"),
        ("wan", "uan"),
        ("wang", "uang"),
        ("wen", "un"),
        ("weng", "ueng"),
        ("m", "u"),
        ("hm", "u"),
    ];
    (HEADS.iter().find(|(head, _)| *head == spelling)).map_or(spelling, |&(_, rest)| rest)
}
