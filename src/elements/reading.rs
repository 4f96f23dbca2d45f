//! A text of a call in, its plain and its digit form out, both with the way back to what was said.

use std::ops::Range;

use crate::elements::Item;
use crate::elements::Source;
use crate::elements::SourceText;
use crate::text;
use crate::text::Normal;

/// One form of a text, in which patterns are searched by byte and found by character.
#[derive(Debug)]
pub(super) struct Layer {
    /// The text of this form.
    pub(super) text: String,
    normal: Normal,
    /// The byte at which each character starts, and the end.
    bytes: Vec<usize>,
}

/// A text that is ready to be looked into.
#[derive(Debug)]
pub(super) struct Reading {
    /// Which text it is.
    pub(super) source: Source,
    /// Simplified, half width, lower case.
    pub(super) plain: Layer,
    /// The same with spoken numbers in digits.
    pub(super) digits: Layer,
    /// The text as it was given.
    pub(super) original: String,
}

impl Layer {
    fn new(normal: Normal) -> Layer {
        let text = normal.text.clone();
        let mut bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).collect();
        bytes.push(text.len());
        Layer { text, normal, bytes }
    }

    /// Returns the characters of the original that a range of bytes of this form came from.
    pub(super) fn span(&self, bytes: Range<usize>) -> (usize, usize) {
        self.normal.original(self.place(bytes.start), self.place(bytes.end))
    }

    /// Returns which character starts at a byte.
    fn place(&self, byte: usize) -> usize {
        self.bytes.partition_point(|&start| start < byte)
    }

    /// Returns the text before a byte.
    pub(super) fn before(&self, byte: usize) -> &str {
        self.text.get(..byte).unwrap_or_default()
    }

    /// Returns the text from a byte on.
    pub(super) fn after(&self, byte: usize) -> &str {
        self.text.get(byte..).unwrap_or_default()
    }

    /// Returns the first byte of this form that came from a character of the original or from one behind it.
    pub(super) fn byte_of(&self, character: usize) -> usize {
        let place = self.normal.origin.partition_point(|&origin| origin < character);
        self.bytes.get(place).copied().unwrap_or(self.text.len())
    }
}

impl Reading {
    /// Prepares a text.
    pub(super) fn new(text: &SourceText) -> Reading {
        let plain = text::normalise(&text.text);
        Reading {
            source: text.source.clone(),
            digits: Layer::new(plain.then(text::numbers)),
            plain: Layer::new(plain),
            original: text.text.clone(),
        }
    }

    /// Makes an item of characters `start..end` of the original.
    pub(super) fn item<T>(&self, (start, end): (usize, usize), value: T, confidence: f32) -> Item<T> {
        Item {
            text: text::slice(&self.original, start, end),
            value,
            confidence,
            start,
            end,
            source: self.source.clone(),
        }
    }
}

/// Returns the last `count` characters of a text.
pub(super) fn tail(text: &str, count: usize) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take(count)
        .last()
        .map_or(text.len(), |(byte, _)| byte);
    text.get(start..).unwrap_or_default()
}

/// Returns the first `count` characters of a text.
pub(super) fn head(text: &str, count: usize) -> &str {
    let end = text.char_indices().nth(count).map_or(text.len(), |(byte, _)| byte);
    text.get(..end).unwrap_or_default()
}
