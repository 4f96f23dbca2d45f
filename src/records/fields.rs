//! The name of a column in, the field of a record it stands for out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

/// One record before it is understood: known fields by their English name, all others by the name they had.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fields {
    /// Fields of the record format.
    pub(super) known: BTreeMap<&'static str, Value>,
    /// Everything else.
    pub(super) extra: BTreeMap<String, Value>,
}

/// English field name and its other names, as `corpora/record_fields.csv` lists them.
static TABLE: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let rows = include_str!("../../corpora/record_fields.csv").lines().skip(1);
    let mut table = BTreeMap::new();
    for (field, names) in rows.filter_map(|row| row.split_once(',')) {
        for name in names.split('|').chain([field]).filter(|name| !name.is_empty()) {
            table.insert(folded(name), field);
        }
    }
    table
});

/// Levels of the desk's category, finest first.
const CATEGORIES: [&str; 5] = ["category", "category_4", "category_3", "category_2", "category_1"];

/// Returns the field that a column or key stands for.
pub(super) fn field(name: &str) -> Option<&'static str> {
    TABLE.get(&folded(name)).copied()
}

/// Names are compared without case, space and the brackets of a remark (`管辖单位 (代码)`).
fn folded(name: &str) -> String {
    let end = name.find(['(', '\u{ff08}']).filter(|at| *at > 0).unwrap_or(name.len());
    let bare = name.get(..end).unwrap_or(name);
    bare.chars()
        .filter(|c| !c.is_whitespace() && *c != '\u{feff}')
        .flat_map(char::to_lowercase)
        .collect()
}

impl Fields {
    /// Files a value under the field that `name` stands for; nothing and empty text are not filed, and a field that is
    /// there already keeps its value while the second one goes to the unknown ones.
    pub(super) fn put(&mut self, name: &str, value: Value) {
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return;
        }
        match field(name) {
            Some(field) if !self.known.contains_key(field) => {
                self.known.insert(field, value);
            }
            _ => {
                self.extra.insert(name.trim().to_owned(), value);
            }
        }
    }

    /// Joins the fields that a record spreads over several columns: the finest category counts and the coarser ones
    /// are kept among the unknown ones; further content is appended to the content.
    pub(super) fn join(&mut self) {
        let mut levels = CATEGORIES
            .into_iter()
            .filter_map(|name| Some((name, self.known.remove(name)?)));
        let finest = levels.next();
        let coarser: Vec<(&str, Value)> = levels.collect();
        if let Some((_, value)) = finest {
            self.known.insert("category", value);
        }
        for (name, value) in coarser {
            self.extra.insert(name.to_owned(), value);
        }
        if let Some(more) = self.known.remove("more_content") {
            let content = self.known.remove("content");
            self.known.insert("content", appended(content, more));
        }
    }
}

fn appended(content: Option<Value>, more: Value) -> Value {
    match (content, more) {
        (Some(Value::String(content)), Value::String(more)) => Value::String(format!("{content}\n{more}")),
        (content, more) => content.unwrap_or(more),
    }
}
