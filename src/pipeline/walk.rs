//! Paths in, the record files and recordings under them out.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;

/// Endings of record files.
const RECORDS: [&str; 3] = ["jsonl", "ndjson", "csv"];
/// Endings under which recordings are looked for in folders. Whether a file is one is for the decoder to say.
const AUDIO: [&str; 36] = [
    "wav", "wave", "flac", "mp3", "mp2", "ogg", "oga", "opus", "amr", "awb", "m4a", "mp4", "3gp", "aac", "aif", "aiff",
    "aifc", "caf", "au", "snd", "gsm", "gsm610", "g711", "g722", "g726", "g729", "wma", "webm", "vox", "alaw", "ulaw",
    "al", "ul", "pcm", "raw", "sln",
];

/// What was found, each in order of path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) records: Vec<PathBuf>,
    pub(super) audio: Vec<PathBuf>,
    /// Files in folders that are neither.
    pub(super) skipped: Vec<PathBuf>,
}

/// Looks through files and folders, folders in depth. A file that is named itself and is no record file is taken for a
/// recording; in folders, links and hidden files are left alone.
pub(super) fn find(paths: &[PathBuf]) -> anyhow::Result<Found> {
    let mut found = Found::default();
    for path in paths {
        let path = fs::canonicalize(path).with_context(|| format!("{} cannot be read", path.display()))?;
        if path.is_dir() {
            walk(&path, &mut found)?;
        } else if has_ending(&path, &RECORDS) {
            found.records.push(path);
        } else {
            found.audio.push(path);
        }
    }
    for list in [&mut found.records, &mut found.audio, &mut found.skipped] {
        list.sort();
        list.dedup();
    }
    Ok(found)
}

fn walk(folder: &Path, found: &mut Found) -> anyhow::Result<()> {
    let named = || format!("{} cannot be read", folder.display());
    for entry in fs::read_dir(folder).with_context(named)? {
        let entry = entry.with_context(named)?;
        let (path, kind) = (entry.path(), entry.file_type().with_context(named)?);
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        match kind {
            kind if kind.is_dir() => walk(&path, found)?,
            kind if !kind.is_file() => found.skipped.push(path),
            _ if has_ending(&path, &RECORDS) => found.records.push(path),
            _ if has_ending(&path, &AUDIO) => found.audio.push(path),
            _ => found.skipped.push(path),
        }
    }
    Ok(())
}

pub(super) fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    endings.contains(&ending.as_str())
}
