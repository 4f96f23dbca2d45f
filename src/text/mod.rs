//! Text in, normalised text with offsets back to the original out.

pub mod numeral;

mod spoken;

use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicode_normalization::UnicodeNormalization;

/// Text that was normalised, with the way back: `origin[i]` is the character of the original that character `i` came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Normal {
    /// Simplified, half-width, lower-case text.
    pub text: String,
    /// For each character of `text`, the index (in characters) of the original character; one more entry for the end.
    /// Never falls from one entry to the next.
    pub origin: Vec<usize>,
}

impl Normal {
    /// Returns a text as it stands.
    #[must_use]
    pub fn unchanged(text: &str) -> Normal {
        Normal {
            text: text.to_owned(),
            origin: (0..=text.chars().count()).collect(),
        }
    }

    /// Returns the stretch of the original that characters `start..end` came from; it is never empty when they are not.
    /// Offsets past the end count as the end.
    #[must_use]
    pub fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let last = self.origin.len() - 1;
        let (start, end) = (start.min(last), end.min(last));
        if start >= end {
            return (self.origin[start], self.origin[start]);
        }
        let inner = self.origin[end - 1];
        let after = self.origin[end..].iter().find(|&&place| place > inner);
        (self.origin[start], *after.unwrap_or(&self.origin[last]))
    }

    /// Applies a further step to the normalised text; the result leads back to the first original.
    #[must_use]
    pub fn then(&self, step: impl FnOnce(&str) -> Normal) -> Normal {
        let next = step(&self.text);
        Normal {
            origin: next.origin.iter().map(|&place| self.origin[place]).collect(),
            text: next.text,
        }
    }

    /// Gathers characters with the place each came from; `end` is the length of the original in characters.
    fn gather(characters: impl IntoIterator<Item = (char, usize)>, end: usize) -> Normal {
        let (text, mut origin): (String, Vec<usize>) = characters.into_iter().unzip();
        origin.push(end);
        Normal { text, origin }
    }
}

/// Normalises text for matching: simplified characters, half width, lower case; never changes what was said.
///
/// Punctuation follows (`，` becomes `,`; `。` stays). Empty text gives empty text.
#[must_use]
pub fn normalise(text: &str) -> Normal {
    let end = text.chars().count();
    let folded: Vec<(char, usize)> = (text.chars().enumerate())
        .flat_map(|(place, c)| std::iter::once(c).nfkc().map(move |c| (c, place)))
        .collect();
    let joined: String = folded.iter().map(|(c, _)| c).collect();
    let simple = simplify_one_to_one(&joined);
    let lower = (simple.chars().zip(&folded)).flat_map(|(c, &(_, place))| c.to_lowercase().map(move |c| (c, place)));
    Normal::gather(lower, end)
}

/// Writes traditional characters in simplified form.
#[must_use]
pub fn simplify(text: &str) -> String {
    static T2S: LazyLock<OpenCC> =
        LazyLock::new(|| OpenCC::from_config(BuiltinConfig::T2s).expect("the dictionary is embedded"));
    if text.is_ascii() {
        return text.to_owned();
    }
    T2S.convert(text)
}

/// Simplifies without changing the number of characters, whatever the dictionary holds.
fn simplify_one_to_one(text: &str) -> String {
    let whole = simplify(text);
    if whole.chars().count() == text.chars().count() {
        return whole;
    }
    let single = |c: char| {
        let simple = simplify(c.encode_utf8(&mut [0; 4]));
        let mut characters = simple.chars();
        match (characters.next(), characters.next()) {
            (Some(only), None) => only,
            _ => c,
        }
    };
    text.chars().map(single).collect()
}

/// Writes spoken numbers with digits (二十一栋三单元幺五零四 → 21栋3单元1504), with offsets back to the original.
///
/// What is no number stays (一下, 十分, 万一, 三楼, 一直, 千万), and so does what is only about a number (三四十个).
/// Expects simplified characters; see [`normalise`] and [`Normal::then`].
#[must_use]
pub fn numbers(text: &str) -> Normal {
    spoken::write(text)
}

/// Reads text out for comparing what was said: simplified, lower case, no punctuation or space, digits one by one as
/// characters (110 → 一一零, 幺 → 一, 〇 → 零).
#[must_use]
pub fn read_out(text: &str) -> String {
    let spoken = |c: char| match c {
        '幺' => '一',
        '〇' => '零',
        '0'..='9' => numeral::DIGITS[usize::from(c as u8 - b'0')],
        other => other,
    };
    (normalise(text).text.chars())
        .filter(|c| c.is_alphanumeric())
        .map(spoken)
        .collect()
}

/// Returns characters `start..end` of a text, fewer where it is shorter.
#[must_use]
pub fn slice(text: &str, start: usize, end: usize) -> String {
    text.chars().skip(start).take(end.saturating_sub(start)).collect()
}

#[cfg(test)]
mod tests;
