//! Files and folders in, calls in the store and jobs in the queue out.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::pipeline::import;
use crate::pipeline::import::Summary;
use crate::store::Store;

/// Take in recordings and records (JSONL, CSV), and folders of them
///
/// Recordings are known by their content: WAV (PCM, float, A-law, mu-law, IMA and Microsoft ADPCM), AIFF, FLAC, MP3, AAC,
/// M4A, Ogg with Vorbis, Opus or FLAC. GSM 6.10, AMR, G.722, G.726 and the like need ffmpeg on the PATH; those without any
/// header need the setting audio.raw.
///
/// Recordings are joined to records by the `audio` field, else by file name. Columns of CSV and fields of JSONL, in
/// English or Chinese: id 接警单编号, received_at 报警时间, channel 来源方式, caller_no 报警电话, caller_name 报警人,
/// contact_no 联系电话, unit_code 管辖单位, operator 接警员编号, address 警情地址, caller_address 报警地址, lat 纬度,
/// lon 经度, category 警情类别, labels 警情标签, level 警情等级, content 报警内容, main_id 关联主接警单编号, link_type
/// 警单关联类型, audio 接警录音号; in JSONL also transcript and feedback. Only id or audio must be there.
///
/// What cannot be read is parked with its line and reason, and the rest goes on; the exit code is then 3.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files and folders
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

pub(super) async fn run(command: Import, app: App) -> anyhow::Result<Outcome> {
    let store = app.store().await?;
    take_in(&app, &store, &command.paths).await
}

/// Imports files and folders and says on standard error what was done.
pub(super) async fn take_in(app: &App, store: &Store, paths: &[PathBuf]) -> anyhow::Result<Outcome> {
    let bar = output::bar(1);
    let mut progress = |done: usize, all: usize| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    };
    let (zone, headless) = (app.zone()?, &app.settings().audio);
    let summary = import::import(store, paths, &zone, Timestamp::now(), headless, &mut progress).await?;
    bar.finish_and_clear();
    report(&summary);
    Ok(if summary.parked.is_empty() {
        Outcome::Done
    } else {
        Outcome::Parked
    })
}

fn report(summary: &Summary) {
    eprintln!(
        "recordings: {} new, {} known; calls: {} new, {} revised, {} unchanged",
        summary.audio_added, summary.audio_unchanged, summary.added, summary.revised, summary.unchanged
    );
    if summary.waiting > 0 {
        eprintln!("{} records wait for the recording they name", summary.waiting);
    }
    for path in &summary.skipped {
        eprintln!("skipped, neither recording nor records: {}", path.display());
    }
    for parked in &summary.parked {
        match parked.line {
            0 => eprintln!("parked {}: {}", parked.source, parked.reason),
            line => eprintln!("parked {}:{line}: {}", parked.source, parked.reason),
        }
    }
    if !summary.parked.is_empty() {
        eprintln!(
            "{} parked; mend them and import again, `huisheng check` lists them",
            summary.parked.len()
        );
    }
}
