//! Texts with their right categories in, TSV or JSON Lines, examples out.

use std::path::Path;

use serde::Deserialize;

use super::call_error::WrongUse;
use crate::tags::Example;

/// A text of its own beside what is right about it; its elements are for others.
#[derive(Deserialize)]
struct Object {
    category: String,
    text: String,
}

/// Reads `code<TAB>text` lines, where `#` begins a comment, or lines of JSON with `category` and `text`; `None` where
/// the lines are JSON of another kind.
pub(super) fn texts(lines: &str, path: &Path) -> anyhow::Result<Option<Vec<Example>>> {
    let lines = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    if lines
        .clone()
        .next()
        .is_some_and(|(_, line)| line.trim_start().starts_with('{'))
    {
        let objects = lines.map(|(_, line)| serde_json::from_str(line).ok());
        let example = |object: Object| Example {
            code: object.category,
            text: object.text,
        };
        return Ok(objects.map(|object| object.map(example)).collect());
    }
    let texts = lines.filter(|(_, line)| !line.starts_with('#')).map(|(i, line)| {
        let (code, text) = line
            .split_once('\t')
            .ok_or_else(|| WrongUse(format!("{}:{}: no tab between code and text", path.display(), i + 1)))?;
        Ok(Example {
            code: code.to_owned(),
            text: text.to_owned(),
        })
    });
    texts.collect::<anyhow::Result<_>>().map(Some)
}
