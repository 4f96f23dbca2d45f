//! An embedded table in, its rows out.

use serde::de::DeserializeOwned;

/// Reads the rows of an embedded table; lines that begin with `#` explain it.
pub(crate) fn rows<T: DeserializeOwned>(table: &str) -> Vec<T> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(table.as_bytes());
    let rows: Result<Vec<T>, csv::Error> = reader.deserialize().collect();
    rows.expect("the embedded tables are tested")
}

/// Splits a cell of words at `|` and line ends.
pub(crate) fn alternatives(cell: &str) -> Vec<String> {
    let words = cell.split(['|', '\n']).map(str::trim);
    words.filter(|word| !word.is_empty()).map(String::from).collect()
}
