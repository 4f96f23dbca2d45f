//! Text in, its letters in normalised form with the way back to the original out.

use crate::text::normalise;

/// One letter, character or digit; punctuation and space are not letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letter {
    /// Simplified, half width, lower case.
    pub(super) value: char,
    /// The character of the original it came from.
    pub(super) origin: usize,
    /// Line of the text, from 0: nothing is found across the end of a line.
    pub(super) line: usize,
}

/// Returns the letters of a text in order. Punctuation is dropped, for what stands between two spoken words is a guess.
pub(super) fn letters(text: &str) -> Vec<Letter> {
    let normal = normalise(text);
    let mut line = 0;
    let mut found = Vec::new();
    for (value, &origin) in normal.text.chars().zip(&normal.origin) {
        if value == '\n' {
            line += 1;
        } else if value.is_alphanumeric() {
            found.push(Letter { value, origin, line });
        }
    }
    found
}

/// Returns a number as it is looked up: letters and digits only, upper case (桂a·1000 2 → 桂A10002).
pub(super) fn plain_number(text: &str) -> String {
    letters(text)
        .iter()
        .flat_map(|letter| letter.value.to_uppercase())
        .collect()
}
