//! The text of a gazetteer file in, its names and the lines that are none out.

use crate::call::UnitCode;
use crate::sound::Name;
use crate::sound::NameKind;

/// A line of a gazetteer that holds no usable name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct BadName {
    /// Line of the file, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Longest name in characters.
const MAX_LENGTH: usize = 60;

/// The columns, by their English and Chinese headers.
const COLUMNS: [(&str, &[&str]); 6] = [
    ("name", &["名称", "地名", "标准名称"]),
    ("kind", &["类型", "类别", "种类"]),
    ("unit_code", &["管辖单位", "管辖单位代码", "单位代码"]),
    ("aliases", &["别名", "俗称"]),
    ("lat", &["纬度"]),
    ("lon", &["经度"]),
];

/// Reads names from CSV with a header: `name,kind,unit_code,aliases,lat,lon`, in English or Chinese, in any order; all
/// but the name may be missing; aliases are separated by `;`. What cannot be read is returned with its line and reason.
#[must_use]
pub fn read_names(csv: &str) -> (Vec<Name>, Vec<BadName>) {
    let csv = csv.strip_prefix('\u{feff}').unwrap_or(csv);
    let mut reader = (csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All)).from_reader(csv.as_bytes());
    let bad = |line, reason: &str| BadName {
        line,
        reason: reason.to_owned(),
    };
    let places = match reader.headers() {
        Ok(header) => columns(header),
        Err(_) => [None; 6],
    };
    if places[0].is_none() {
        return (Vec::new(), vec![bad(1, "no column `name` (名称) in the header")]);
    }
    let (mut names, mut rejected) = (Vec::new(), Vec::new());
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record
                    .position()
                    .map_or(0, |position| usize::try_from(position.line()).unwrap_or(0));
                match name(&record, places) {
                    Ok(name) => names.push(name),
                    Err(reason) => rejected.push(BadName { line, reason }),
                }
            }
            Err(error) => {
                let line = error
                    .position()
                    .map_or(0, |position| usize::try_from(position.line()).unwrap_or(0));
                rejected.push(BadName {
                    line,
                    reason: "the line cannot be read as CSV".to_owned(),
                });
            }
        }
    }
    (names, rejected)
}

fn columns(header: &csv::StringRecord) -> [Option<usize>; 6] {
    COLUMNS.map(|(english, chinese)| {
        header.iter().position(|cell| {
            let cell = cell.trim();
            cell.eq_ignore_ascii_case(english) || chinese.contains(&cell)
        })
    })
}

fn name(record: &csv::StringRecord, places: [Option<usize>; 6]) -> Result<Name, String> {
    let cell = |column: usize| places[column].and_then(|place| record.get(place)).map_or("", str::trim);
    let name = cell(0);
    let length = name.chars().count();
    if !(2..=MAX_LENGTH).contains(&length) {
        return Err(format!("a name has 2 to {MAX_LENGTH} characters, this one {length}"));
    }
    let aliases = (cell(3).split([';', '；']).map(str::trim)).filter(|alias| alias.chars().count() >= 2);
    Ok(Name {
        name: name.to_owned(),
        kind: NameKind::parse(cell(1)).ok_or_else(|| format!("`{}` is no kind of place", cell(1)))?,
        unit_code: optional(cell(2), |text| UnitCode::parse(text).ok()).map_err(|text| format!("unit `{text}`"))?,
        aliases: aliases.map(str::to_owned).collect(),
        lat: degrees(cell(4), 90.0)?,
        lon: degrees(cell(5), 180.0)?,
    })
}

fn optional<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, &str> {
    match text {
        "" => Ok(None),
        text => read(text).map(Some).ok_or(text),
    }
}

fn degrees(text: &str, limit: f64) -> Result<Option<f64>, String> {
    let read = |text: &str| text.parse().ok().filter(|degrees: &f64| degrees.abs() <= limit);
    optional(text, read).map_err(|text| format!("`{text}` is no number of degrees"))
}

impl NameKind {
    /// Reads a kind in English or Chinese; nothing means [`NameKind::Other`].
    #[must_use]
    pub fn parse(text: &str) -> Option<NameKind> {
        match text.to_ascii_lowercase().as_str() {
            "estate" | "小区" => Some(NameKind::Estate),
            "road" | "道路" | "路" => Some(NameKind::Road),
            "village" | "村" | "村庄" => Some(NameKind::Village),
            "venue" | "场所" => Some(NameKind::Venue),
            "site" | "工地" => Some(NameKind::Site),
            "area" | "区划" => Some(NameKind::Area),
            "" | "other" | "其他" => Some(NameKind::Other),
            _ => None,
        }
    }
}
