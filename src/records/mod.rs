//! JSONL and CSV in, calls out, with line numbers for what cannot be read; calls in, JSONL out.

mod csv;
mod encoding;
mod export;
mod fields;
mod jsonl;
mod read;
#[cfg(test)]
mod tests;
mod times;

use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::call::Call;
use crate::call::CallId;

/// One record as it was read. It has an id, or names its audio, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Line of the file on which it starts, from 1.
    pub line: usize,
    /// 接警单编号; absent where the record gave only `audio`, for then the id follows from the sound itself.
    pub id: Option<CallId>,
    /// All but the id, behind an id that means nothing.
    draft: Call,
}

impl Record {
    /// Returns how the record names its audio.
    #[must_use]
    pub fn audio(&self) -> Option<&str> {
        self.draft.audio.as_deref()
    }

    /// Returns the call; `otherwise` is its id where the record gave none.
    #[must_use]
    pub fn into_call(self, otherwise: &CallId) -> Call {
        let mut call = self.draft;
        call.id = self.id.unwrap_or_else(|| otherwise.clone());
        call
    }
}

/// One line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Line of the file, from 1.
    pub line: usize,
    /// Which field and why, and the way out.
    pub reason: String,
    /// The line as it stands.
    pub text: String,
}

/// What a record file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// Records in order.
    pub records: Vec<Record>,
    /// Lines that could not be read, in order.
    pub bad: Vec<BadLine>,
}

/// Where and when a file was read, for what a record leaves out.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The file, for messages.
    pub path: PathBuf,
    /// Zone of times without one.
    pub zone: TimeZone,
    /// Stands in where a record has no time.
    pub now: Timestamp,
}

/// Reads one JSON object a line. Takes UTF-8 or UTF-16 with or without a byte order mark, and GBK; blank lines are
/// nothing. Fields may have their English names, their Chinese headers or the codes of the ministry's schema.
#[must_use]
pub fn parse_jsonl(bytes: &[u8], reading: &Reading) -> Parsed {
    jsonl::parse(&encoding::decode(bytes), reading)
}

/// Reads a table with a header line; comma, semicolon or tab between the cells. Encodings and names as in
/// [`parse_jsonl`]; an empty cell is an absent field.
#[must_use]
pub fn parse_csv(bytes: &[u8], reading: &Reading) -> Parsed {
    csv::parse(&encoding::decode(bytes), reading)
}

/// Returns the characters of a text file, read as [`parse_jsonl`] reads them; what no encoding explains becomes U+FFFD.
#[must_use]
pub fn decode_text(bytes: &[u8]) -> String {
    encoding::decode(bytes).text
}

/// Writes a call as one line without its end; [`parse_jsonl`] reads the same call back.
#[must_use]
pub fn to_jsonl(call: &Call) -> String {
    export::line(call)
}
