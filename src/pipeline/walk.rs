//! Paths in, the record files and recordings under them out.

use std::fs;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::audio;
use crate::audio::raw;

/// Endings of record files.
const RECORDS: [&str; 3] = ["jsonl", "ndjson", "csv"];
/// Endings under which recordings are looked for in folders, beside all files whose content is known for one. Whether a
/// file is one is for the decoder to say.
const AUDIO: [&str; 31] = [
    "wav", "wave", "flac", "mp3", "mp2", "ogg", "oga", "opus", "amr", "awb", "m4a", "mp4", "3gp", "aac", "aif", "aiff",
    "aifc", "caf", "au", "snd", "gsm", "gsm610", "g711", "g722", "g726", "g729", "wma", "webm", "vox", "alaw", "ulaw",
];
/// Bytes by which the content of a file is known.
const HEAD: u64 = 16 << 10;

/// What was found, each in order of path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) records: Vec<PathBuf>,
    pub(super) audio: Vec<PathBuf>,
    /// Files in folders that are neither.
    pub(super) skipped: Vec<PathBuf>,
}

/// Looks through files and folders, folders in depth. A file that is named itself and is no record file is taken for a
/// recording; in folders, links and hidden files are left alone. `headless` says how recordings without a header end.
pub(super) fn find(paths: &[PathBuf], headless: &raw::Settings) -> anyhow::Result<Found> {
    let mut found = Found::default();
    for path in paths {
        let path = fs::canonicalize(path).with_context(|| format!("{} cannot be read", path.display()))?;
        if path.is_dir() {
            walk(&path, headless, &mut found)?;
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

fn walk(folder: &Path, headless: &raw::Settings, found: &mut Found) -> anyhow::Result<()> {
    let named = || format!("{} cannot be read", folder.display());
    for entry in fs::read_dir(folder).with_context(named)? {
        let entry = entry.with_context(named)?;
        let (path, kind) = (entry.path(), entry.file_type().with_context(named)?);
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        match kind {
            kind if kind.is_dir() => walk(&path, headless, found)?,
            kind if !kind.is_file() => found.skipped.push(path),
            _ if has_ending(&path, &RECORDS) => found.records.push(path),
            _ if has_ending(&path, &AUDIO) || headless.raw_named(&path.to_string_lossy()).is_some() => {
                found.audio.push(path);
            }
            _ if is_recording(&path) => found.audio.push(path),
            _ => found.skipped.push(path),
        }
    }
    Ok(())
}

/// Whether the content says so; a file that cannot be read is none.
fn is_recording(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.is_ok() && audio::is_recording(&head)
}

pub(super) fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    endings.contains(&ending.as_str())
}
