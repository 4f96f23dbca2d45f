//! A table in, records out.

use csv::StringRecord;
use serde_json::Value;

use crate::records::BadLine;
use crate::records::Parsed;
use crate::records::Reading;
use crate::records::Record;
use crate::records::encoding::Text;
use crate::records::fields;
use crate::records::fields::Fields;
use crate::records::read;

/// Reads the header, then every row on its own.
pub(super) fn parse(file: &Text, reading: &Reading) -> Parsed {
    let mut rows = rows(&file.text, delimiter(&file.text)).into_iter();
    let mut parsed = Parsed::default();
    let Some(header) = rows.next() else {
        return parsed;
    };
    if let Some(bad) = unusable(&header) {
        parsed.bad.push(bad);
        return parsed;
    }
    for row in rows {
        match row.record(&header, file, reading) {
            Ok(record) => parsed.records.push(record),
            Err(reason) => parsed.bad.push(row.bad(reason)),
        }
    }
    parsed
}

/// One row with the lines it covers.
struct Row<'a> {
    first: usize,
    last: usize,
    text: &'a str,
    cells: StringRecord,
    /// Whether every quotation mark that opens a cell closes one.
    closed: bool,
}

impl Row<'_> {
    fn record(&self, header: &Row<'_>, file: &Text, reading: &Reading) -> Result<Record, String> {
        if !self.closed {
            return Err(
                "a cell begins with a quotation mark and none ends it; close it, or double it where it is meant"
                    .to_owned(),
            );
        }
        if file.damaged.range(self.first..=self.last).next().is_some() {
            return Err("not readable as UTF-8 or GBK; save the file as UTF-8 and import it again".to_owned());
        }
        let surplus = self
            .cells
            .iter()
            .skip(header.cells.len())
            .any(|cell| !cell.trim().is_empty());
        if surplus {
            return Err(format!(
                "{} cells under {} headers; put cells that hold the separator in quotes",
                self.cells.len(),
                header.cells.len()
            ));
        }
        let mut fields = Fields::default();
        for (name, cell) in header.cells.iter().zip(&self.cells) {
            fields.put(name, Value::String(plain(cell).to_owned()));
        }
        read::record(self.first, fields, reading)
    }

    fn bad(&self, reason: String) -> BadLine {
        BadLine {
            line: self.first,
            reason,
            text: self.text.to_owned(),
        }
    }
}

/// Splits a table into rows. A quotation mark that is not closed would take the following lines into its cell: such a row
/// is its first line alone, and the table goes on with the next.
fn rows(text: &str, delimiter: u8) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let (mut from, mut line) = (0, 1);
    while let Some(rest) = text.get(from..).filter(|rest| !rest.is_empty()) {
        let Some(broken) = rows_until_broken(rest, delimiter, &mut line, &mut rows) else {
            return rows;
        };
        from += broken;
    }
    rows
}

/// Reads rows up to one that is not closed; returns where the line after its first begins.
fn rows_until_broken<'a>(text: &'a str, delimiter: u8, line: &mut usize, rows: &mut Vec<Row<'a>>) -> Option<usize> {
    let mut table = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut cells = StringRecord::new();
    while table.read_record(&mut cells).unwrap_or(false) {
        let start = cells.position().map_or(0, |at| at.byte() as usize);
        let end = table.position().byte() as usize;
        let raw = text.get(start..end).unwrap_or_default();
        // The reader skips empty lines and counts them to the row that follows.
        let bare = raw.trim_start_matches(['\n', '\r']);
        let first = *line + raw.matches('\n').count() - bare.matches('\n').count();
        let row = bare.trim_end_matches(['\n', '\r']);
        let first_line = row.lines().next().unwrap_or_default();
        if first_line.len() < row.len() && !is_closed(row, char::from(delimiter)) {
            rows.push(Row {
                first,
                last: first,
                text: first_line,
                cells: StringRecord::new(),
                closed: false,
            });
            *line = first + 1;
            let after = start + (raw.len() - bare.len()) + first_line.len();
            let rest = text.get(after..).unwrap_or_default();
            return Some(after + rest.find('\n').map_or(rest.len(), |at| at + 1));
        }
        *line += raw.matches('\n').count();
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(Row {
                first,
                last: first + row.matches('\n').count(),
                text: row,
                cells: cells.clone(),
                closed: true,
            });
        }
    }
    None
}

/// Whether each quotation mark that opens a cell has one that closes it, with the end of the cell behind it.
fn is_closed(row: &str, delimiter: char) -> bool {
    let mut rest = row.chars().peekable();
    let (mut quoted, mut at_start) = (false, true);
    while let Some(letter) = rest.next() {
        match (letter, quoted) {
            ('"', true) if rest.next_if_eq(&'"').is_some() => {}
            ('"', true) => {
                quoted = false;
                if rest.peek().is_some_and(|next| ![delimiter, '\n', '\r'].contains(next)) {
                    return false;
                }
            }
            ('"', false) if at_start => quoted = true,
            _ => {}
        }
        at_start = !quoted && letter == delimiter;
    }
    !quoted
}

/// The separator that the header line has most of.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |separator: char| header.matches(separator).count();
    match [('\t', b'\t'), (';', b';')]
        .into_iter()
        .find(|(mark, _)| count(*mark) > count(','))
    {
        Some((_, byte)) => byte,
        None => b',',
    }
}

fn unusable(header: &Row<'_>) -> Option<BadLine> {
    if !header.closed {
        return Some(header.bad("a quotation mark in the header is not closed".to_owned()));
    }
    let known: Vec<&str> = header.cells.iter().filter_map(fields::field).collect();
    if known.contains(&"id") || known.contains(&"audio") {
        return None;
    }
    Some(header.bad(
        "the header names neither `id` (接警单编号, JJDBH) nor `audio` (接警录音号, JJLYH); name one of the columns so"
            .to_owned(),
    ))
}

/// A cell without the marks by which spreadsheets keep long numbers as text.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    let unquoted = cell
        .strip_prefix('\'')
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let formula = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    formula.or(unquoted).unwrap_or(cell)
}
