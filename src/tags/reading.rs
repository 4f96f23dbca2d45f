//! A normalised text in, the text as the rules read it out: no spaces, one clause mark, places in characters.

use std::ops::Range;

use crate::text::Normal;

/// A text as the rules read it: normalised, without spaces, line ends as commas.
#[derive(Debug)]
pub(crate) struct Reading {
    text: String,
    /// Byte of each character of `text`, and its length at the end.
    bytes: Vec<usize>,
    /// Character of the original that each character of `text` came from, and one more for the end.
    origin: Vec<usize>,
}

impl Reading {
    /// Reads a normalised text.
    pub(crate) fn new(normal: &Normal) -> Reading {
        let mut reading = Reading {
            text: String::with_capacity(normal.text.len()),
            bytes: Vec::new(),
            origin: Vec::new(),
        };
        for (c, origin) in normal.text.chars().zip(&normal.origin) {
            let c = match c {
                '\n' => ',',
                c if c.is_whitespace() => continue,
                c => c,
            };
            reading.bytes.push(reading.text.len());
            reading.origin.push(*origin);
            reading.text.push(c);
        }
        reading.bytes.push(reading.text.len());
        reading.origin.push(normal.origin.last().copied().unwrap_or_default());
        reading
    }

    /// Returns the text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns how many characters are neither punctuation nor space.
    pub(crate) fn char_count(&self) -> usize {
        self.text.chars().filter(|c| c.is_alphanumeric()).count()
    }

    /// Returns the characters of the original that characters of this text came from.
    pub(crate) fn original(&self, chars: &Range<usize>) -> Range<usize> {
        let at = |index: usize| self.origin.get(index).copied().unwrap_or_default();
        let last = chars.end.saturating_sub(1);
        at(chars.start)..(at(last) + 1).max(at(chars.start))
    }

    /// Returns the character that begins at a byte.
    fn char_at(&self, byte: usize) -> usize {
        self.bytes.partition_point(|start| *start < byte)
    }

    /// Returns the characters that stand at bytes.
    pub(crate) fn chars(&self, bytes: &Range<usize>) -> Range<usize> {
        self.char_at(bytes.start)..self.char_at(bytes.end)
    }

    /// Says whether a full stop stands between two characters.
    pub(crate) fn is_broken(&self, from: usize, to: usize) -> bool {
        self.slice(from, to).contains(['。', '!', '?', '!', '?', ';', ';'])
    }

    /// Returns the text between two characters; empty where they lie outside.
    pub(crate) fn slice(&self, from: usize, to: usize) -> &str {
        let byte = |index: usize| self.bytes.get(index).copied().unwrap_or(self.text.len());
        self.text.get(byte(from)..byte(to)).unwrap_or_default()
    }
}
