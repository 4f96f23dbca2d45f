//! A TSV file or a folder in, recordings with what is said in them out.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::cli::call_error::WrongUse;

/// A recording and what is said in it.
pub(in crate::cli) struct Spoken {
    pub(in crate::cli) path: PathBuf,
    pub(in crate::cli) text: String,
}

/// Reads a TSV file of paths and texts, or a folder of recordings with texts of the same names.
pub(in crate::cli) fn read_gold(path: &Path) -> anyhow::Result<Vec<Spoken>> {
    if path.is_dir() {
        return read_folder(path);
    }
    let base = path.parent().unwrap_or(Path::new("."));
    let lines = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let lines = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(i, line)| {
            let (file, text) = line
                .split_once('\t')
                .ok_or_else(|| WrongUse(format!("{}:{}: no tab between path and text", path.display(), i + 1)))?;
            Ok(Spoken {
                path: base.join(file),
                text: text.to_owned(),
            })
        })
        .collect()
}

fn read_folder(folder: &Path) -> anyhow::Result<Vec<Spoken>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.sort();
    let mut spoken = Vec::new();
    for path in files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending != "txt"))
    {
        if let Ok(text) = fs::read_to_string(path.with_extension("txt")) {
            spoken.push(Spoken { path, text });
        }
    }
    if spoken.is_empty() {
        return Err(WrongUse(format!(
            "{} holds no recording with a .txt of the same name",
            folder.display()
        ))
        .into());
    }
    Ok(spoken)
}
