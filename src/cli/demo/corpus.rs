//! The embedded demo corpus in; its files, ids, names and gold out.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use rust_embed::RustEmbed;
use serde::Deserialize;
use tempfile::TempDir;

use crate::call::CallId;
use crate::cli::eval::links;
use crate::cli::eval::spoken;
use crate::cli::eval::spoken::Spoken;
use crate::evaluate::links::Gold;
use crate::sound::Name;
use crate::sound::names::read_names;

/// Everything under `corpora/demo`.
#[derive(RustEmbed)]
#[folder = "corpora/demo"]
struct Files;

/// Files that are imported, by the beginning of their path.
const IMPORTED: [&str; 3] = ["audio/", "calls.jsonl", "records.jsonl"];

/// Writes what is imported into a new folder under `beside`; it goes when the value is dropped.
pub(super) fn unpack(beside: &Path) -> anyhow::Result<TempDir> {
    fs::create_dir_all(beside)?;
    let folder = tempfile::Builder::new().prefix("demo-").tempdir_in(beside)?;
    let mut names: Vec<String> = Files::iter().map(String::from).collect();
    names.sort();
    for name in names
        .iter()
        .filter(|name| IMPORTED.iter().any(|imported| name.starts_with(imported)))
    {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(&path, bytes(name)?).with_context(|| path.display().to_string())?;
    }
    Ok(folder)
}

/// Returns the ids of all demo calls.
pub(super) fn ids() -> anyhow::Result<BTreeSet<CallId>> {
    Ok(gold_links()?.into_iter().map(|gold| gold.id).collect())
}

/// Returns the demo's gazetteer.
pub(super) fn names() -> Vec<Name> {
    read_names(&text("gazetteer.csv").unwrap_or_default()).0
}

/// Returns the words that the demo's desk expects: its own greeting among them, as every desk should set.
pub(super) fn greeting() -> anyhow::Result<String> {
    text("desk_prompt.txt")
}

/// Returns the true events and matters of all demo calls.
pub(super) fn gold_links() -> anyhow::Result<Vec<Gold>> {
    let mut gold = links::read_gold(&text("gold/links_audio.jsonl")?, "gold/links_audio.jsonl")?;
    gold.extend(links::read_gold(
        &text("gold/links_records.jsonl")?,
        "gold/links_records.jsonl",
    )?);
    Ok(gold)
}

/// Returns the recordings under `files` with what is said in them, and the calls they belong to.
pub(super) fn spoken(files: &Path) -> anyhow::Result<Vec<(CallId, Spoken)>> {
    #[derive(Deserialize)]
    struct Line {
        id: CallId,
        audio: String,
    }
    let calls = text("calls.jsonl")?;
    let calls = calls
        .lines()
        .filter(|line| !line.is_empty())
        .map(serde_json::from_str::<Line>);
    let calls: BTreeMap<String, CallId> = calls
        .map(|line| line.map(|line| (line.audio, line.id)))
        .collect::<Result<_, _>>()?;
    // Paths in the gold file are relative to its own folder.
    let gold = files.join("gold").join("asr.tsv");
    fs::create_dir_all(files.join("gold"))?;
    fs::write(&gold, text("gold/asr.tsv")?)?;
    let mut spoken = Vec::new();
    for item in spoken::read_gold(&gold)? {
        let name = item.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let id = calls
            .get(&format!("audio/{name}"))
            .with_context(|| format!("no demo call has the audio {name}"))?;
        spoken.push((id.clone(), item));
    }
    Ok(spoken)
}

fn text(name: &str) -> anyhow::Result<String> {
    Ok(String::from_utf8(bytes(name)?)?)
}

fn bytes(name: &str) -> anyhow::Result<Vec<u8>> {
    Ok(Files::get(name)
        .with_context(|| format!("the demo lacks {name}"))?
        .data
        .into_owned())
}
