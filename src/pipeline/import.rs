//! Files and folders in; calls and recordings in the store, and jobs for them, out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::audio::raw;
use crate::call::Call;
use crate::call::CallId;
use crate::pipeline::rank;
use crate::pipeline::walk;
use crate::records;
use crate::records::BadLine;
use crate::records::Parsed;
use crate::records::Reading;
use crate::records::Record;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::audio::Recording;
use crate::store::calls::Change;
use crate::store::calls::Effect;
use crate::store::calls::Origin;
use crate::store::parked::Parked;
use crate::store::queue::Kind;

/// Records that one transaction takes in.
const BATCH: usize = 200;
/// Largest record file, in bytes.
const LARGEST: u64 = 1 << 30;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Recordings that were new.
    pub audio_added: usize,
    /// Recordings that were there.
    pub audio_unchanged: usize,
    /// Records of new calls, or of recordings that had none.
    pub added: usize,
    /// Records with other content than before.
    pub revised: usize,
    /// Records that said nothing new.
    pub unchanged: usize,
    /// Records that wait for the recording they name.
    pub waiting: usize,
    /// Files and lines that could not be taken in.
    pub parked: Vec<Parked>,
    /// Files in folders that are neither records nor recordings.
    pub skipped: Vec<PathBuf>,
}

/// What is taken in, for a progress bar: so many of so many files are done.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize);

/// Imports files and folders. What cannot be taken in is parked and the rest goes on; what was taken in is durable.
/// Times without a zone are read in `zone`; `now` stands in for times that nothing tells; `headless` says how recordings
/// without a header end.
pub async fn import(
    store: &Store,
    paths: &[PathBuf],
    zone: &TimeZone,
    now: Timestamp,
    headless: &raw::Settings,
    progress: Progress<'_>,
) -> anyhow::Result<Summary> {
    let found = walk::find(paths, headless)?;
    let mut summary = Summary {
        skipped: found.skipped,
        ..Summary::default()
    };
    let mut audio: BTreeSet<PathBuf> = found.audio.into_iter().collect();
    let files = found.records.len();
    // Records first, so that recordings find them and need not stand alone for a moment.
    for (done, file) in found.records.iter().enumerate() {
        progress(done, files + audio.len());
        let reading = Reading {
            path: file.clone(),
            zone: zone.clone(),
            now,
        };
        audio.extend(import_records(store, &reading, &mut summary).await?);
    }
    let all = files + audio.len();
    for (done, file) in audio.iter().enumerate() {
        progress(files + done, all);
        import_audio(store, file, zone, &mut summary).await?;
    }
    progress(all, all);
    Ok(summary)
}

/// Takes in a record file and returns the recordings that lie beside it and are named in it.
async fn import_records(store: &Store, reading: &Reading, summary: &mut Summary) -> anyhow::Result<Vec<PathBuf>> {
    let file = &reading.path;
    let source = file.to_string_lossy().into_owned();
    let bytes = match read_records(file) {
        Ok(bytes) => bytes,
        Err(reason) => {
            let whole = Parked {
                source,
                line: 0,
                reason,
                copy: String::new(),
            };
            park(store, file, vec![whole], summary).await?;
            return Ok(Vec::new());
        }
    };
    let parsed = parse(&bytes, reading);
    let digest = Origin::digest(file, &bytes);
    let mut parked = bad_lines(store, &source, parsed.bad).await?;
    let audio = named_audio(file, &parsed.records);
    for batch in parsed.records.chunks(BATCH) {
        let mut tx = store.begin().await?;
        for record in batch {
            let origin = Origin {
                file: file.clone(),
                digest: digest.clone(),
                line: record.line,
            };
            match put_record(&mut tx, record.clone(), &origin).await {
                Ok(change) => summary.count(change),
                Err(StoreError::Refused(reason)) => {
                    let copy = store.copy_parked(format!("{record:?}").as_bytes(), "txt")?;
                    parked.push(Parked {
                        source: source.clone(),
                        line: record.line,
                        reason,
                        copy,
                    });
                }
                Err(error) => return Err(error.into()),
            }
        }
        tx.commit().await?;
    }
    park(store, file, parked, summary).await?;
    Ok(audio)
}

fn read_records(file: &Path) -> Result<Vec<u8>, String> {
    let length = fs::metadata(file).map_err(|error| error.to_string())?.len();
    if length > LARGEST {
        return Err(format!("larger than {} MiB; split the file", LARGEST >> 20));
    }
    fs::read(file).map_err(|error| error.to_string())
}

fn parse(bytes: &[u8], reading: &Reading) -> Parsed {
    if walk::has_ending(&reading.path, &["csv"]) {
        records::parse_csv(bytes, reading)
    } else {
        records::parse_jsonl(bytes, reading)
    }
}

async fn bad_lines(store: &Store, source: &str, bad: Vec<BadLine>) -> anyhow::Result<Vec<Parked>> {
    let mut parked = Vec::new();
    for BadLine { line, reason, text } in bad {
        let copy = store.copy_parked(text.as_bytes(), "txt")?;
        parked.push(Parked {
            source: source.to_owned(),
            line,
            reason,
            copy,
        });
    }
    Ok(parked)
}

async fn park(store: &Store, file: &Path, parked: Vec<Parked>, summary: &mut Summary) -> anyhow::Result<()> {
    let mut tx = store.begin().await?;
    tx.replace_parked(&file.to_string_lossy(), &parked).await?;
    tx.commit().await?;
    summary.parked.extend(parked);
    Ok(())
}

/// Recordings that exist where the records say, within the folder of the record file.
fn named_audio(file: &Path, records: &[Record]) -> Vec<PathBuf> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let named = records.iter().filter_map(Record::audio);
    let existing = named.filter_map(|audio| fs::canonicalize(folder.join(audio.replace('\\', "/"))).ok());
    existing
        .filter(|path| path.starts_with(folder) && path.is_file())
        .collect()
}

async fn put_record(tx: &mut Tx, record: Record, origin: &Origin) -> Result<Change, StoreError> {
    let unnamed = CallId::parse("unnamed").expect("letters make an id");
    let named = record.id.is_some();
    let call = record.into_call(&unnamed);
    let effect = if named {
        tx.put_call(&call, origin).await?
    } else {
        tx.put_unnamed(call, origin).await?
    };
    enqueue(tx, &effect).await?;
    Ok(effect.change)
}

/// Asks for the jobs that follow from something that was taken in.
async fn enqueue(tx: &mut Tx, effect: &Effect) -> Result<(), StoreError> {
    for id in &effect.hear {
        if let Some(stored) = tx.call(id).await? {
            tx.enqueue(Kind::Transcribe, id, rank(&stored.call, None)).await?;
        }
    }
    for id in &effect.read {
        // What a record says can be found before its recording was heard.
        let stored = tx
            .call(id)
            .await?
            .filter(|stored| stored.audio.is_none() || says_something(&stored.call));
        if let Some(stored) = stored {
            tx.enqueue(Kind::Analyse, id, rank(&stored.call, None)).await?;
        }
    }
    for id in &effect.gone {
        tx.enqueue(Kind::Index, id, 0).await?;
        tx.enqueue(Kind::Link, id, 0).await?;
    }
    Ok(())
}

fn says_something(call: &Call) -> bool {
    call.content.is_some() || call.address.is_some() || !call.transcript.is_empty() || !call.feedback.is_empty()
}

async fn import_audio(store: &Store, file: &Path, zone: &TimeZone, summary: &mut Summary) -> anyhow::Result<()> {
    let source = file.to_string_lossy().into_owned();
    let copied = {
        let (store, file) = (store.clone(), file.to_owned());
        tokio::task::spawn_blocking(move || store.copy_audio(&file))
            .await
            .context("copying panicked")?
    };
    let copied = match copied {
        Ok(copied) if copied.bytes > 0 => copied,
        Ok(_) => {
            let reason = "the file is empty".to_owned();
            let whole = Parked {
                source,
                line: 0,
                reason,
                copy: String::new(),
            };
            return park(store, file, vec![whole], summary).await;
        }
        Err(StoreError::File { path, source: error }) if path == file => {
            let whole = Parked {
                source,
                line: 0,
                reason: error.to_string(),
                copy: String::new(),
            };
            return park(store, file, vec![whole], summary).await;
        }
        Err(error) => return Err(error.into()),
    };
    let recording = Recording {
        sha256: copied.sha256,
        bytes: copied.bytes,
        path: file.to_owned(),
        recorded_at: recorded_at(file, zone)?,
    };
    let mut tx = store.begin().await?;
    let effect = tx.put_audio(&recording).await?;
    enqueue(&mut tx, &effect).await?;
    tx.replace_parked(&source, &[]).await?;
    tx.commit().await?;
    match effect.change {
        Change::Added => summary.audio_added += 1,
        _ => summary.audio_unchanged += 1,
    }
    Ok(())
}

/// When a recording was made: the time in its name (`20260301162844`, `20260301_162844`), else that of the file.
fn recorded_at(file: &Path, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    if let Some(time) = time_in(&stem).and_then(|time| zone.to_timestamp(time).ok()) {
        return Ok(time);
    }
    let modified = fs::metadata(file).and_then(|data| data.modified());
    let modified = modified.with_context(|| format!("{} has no time", file.display()))?;
    Ok(Timestamp::try_from(modified)?)
}

fn time_in(stem: &str) -> Option<DateTime> {
    let digits: String = stem.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    let mut runs = digits
        .split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() == 14 && run.starts_with("20"));
    DateTime::strptime("%Y%m%d%H%M%S", runs.next()?).ok()
}

impl Summary {
    fn count(&mut self, change: Change) {
        match change {
            Change::Added => self.added += 1,
            Change::Revised => self.revised += 1,
            Change::Unchanged => self.unchanged += 1,
            Change::Waiting => self.waiting += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_in_the_name_of_a_recording_is_read() {
        let utc = TimeZone::UTC;
        for (name, expected) in [
            ("20260301162844.wav", Some("2026-03-01T16:28:44")),
            ("call_20260301_162844_036.wav", None),
            ("20260301-162844.wav", Some("2026-03-01T16:28:44")),
            ("tel20260301162844x036.wav", Some("2026-03-01T16:28:44")),
            ("20261301162844.wav", None),
            ("12.wav", None),
        ] {
            let stem = Path::new(name).file_stem().unwrap().to_string_lossy();
            let time = time_in(&stem).map(|time| time.to_string());
            assert_eq!(time.as_deref(), expected, "{name}");
        }
        assert!(recorded_at(Path::new("20260301162844.wav"), &utc).is_ok());
    }
}
