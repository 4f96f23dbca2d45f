//! Lines of JSON in, records out.

use serde_json::Map;
use serde_json::Value;

use crate::records::BadLine;
use crate::records::Parsed;
use crate::records::Reading;
use crate::records::Record;
use crate::records::encoding::Text;
use crate::records::fields::Fields;
use crate::records::read;

/// Longest line that is read, in bytes.
const LONGEST: usize = 4 << 20;

/// Reads every line on its own.
pub(super) fn parse(file: &Text, reading: &Reading) -> Parsed {
    let mut parsed = Parsed::default();
    for (index, text) in file.text.split('\n').enumerate() {
        let (line, text) = (index + 1, text.trim());
        if text.is_empty() {
            continue;
        }
        let record = if file.damaged.contains(&line) {
            Err("not readable as UTF-8 or GBK; save the file as UTF-8 and import it again".to_owned())
        } else {
            one(line, text, reading)
        };
        match record {
            Ok(record) => parsed.records.push(record),
            Err(reason) => parsed.bad.push(BadLine {
                line,
                reason,
                text: text.to_owned(),
            }),
        }
    }
    parsed
}

fn one(line: usize, text: &str, reading: &Reading) -> Result<Record, String> {
    if text.len() > LONGEST {
        return Err(format!(
            "longer than {} MiB; one record belongs on one line",
            LONGEST >> 20
        ));
    }
    let object: Map<String, Value> = serde_json::from_str(text)
        .map_err(|error| format!("not one JSON object ({error}); write one record a line"))?;
    let mut fields = Fields::default();
    for (name, value) in object {
        fields.put(&name, value);
    }
    read::record(line, fields, reading)
}
