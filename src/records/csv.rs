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
    let mut table = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&file.text))
        .from_reader(file.text.as_bytes());
    let rows: Vec<Row<'_>> = rows(&mut table, &file.text);
    let Some((header, rows)) = rows.split_first() else {
        return Parsed::default();
    };
    if let Some(bad) = unusable(header) {
        return Parsed {
            records: Vec::new(),
            bad: vec![bad],
        };
    }
    let mut parsed = Parsed::default();
    for row in rows {
        match row.record(header, file, reading) {
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
}

impl Row<'_> {
    fn record(&self, header: &Row<'_>, file: &Text, reading: &Reading) -> Result<Record, String> {
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

fn rows<'a>(table: &mut csv::Reader<&[u8]>, text: &'a str) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    let mut cells = StringRecord::new();
    let mut line = 1;
    loop {
        match table.read_record(&mut cells) {
            Ok(true) => {}
            Ok(false) | Err(_) => return rows,
        }
        let start = cells.position().map_or(0, |at| at.byte() as usize);
        let end = table.position().byte() as usize;
        let raw = text.get(start..end).unwrap_or_default();
        // The reader skips empty lines and counts them to the row that follows.
        let (bare, ends) = (raw.trim_start_matches(['\n', '\r']), raw.matches('\n').count());
        let first = line + ends - bare.matches('\n').count();
        line += ends;
        let raw = bare.trim_end_matches(['\n', '\r']);
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push(Row {
                first,
                last: first + raw.matches('\n').count(),
                text: raw,
                cells: cells.clone(),
            });
        }
    }
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
