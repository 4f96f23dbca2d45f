//! The demo calls that ship with the program in, the main job's results and figures out, then the pages.

mod corpus;

use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;

use anyhow::Context as _;
use clap::Args;

use super::Language;
use super::Outcome;
use super::call_error::WrongUse;
use super::eval::figures;
use super::eval::links;
use super::import;
use super::output;
use super::serve;
use super::work;
use crate::app::App;
use crate::call::CallId;
use crate::clusters::ClusterKind;
use crate::evaluate::asr;
use crate::evaluate::asr::File;
use crate::store::Store;
use crate::transcript;

/// Run the main job on the demo calls that ship with huisheng, then serve the pages
///
/// Everything in them is invented. The data directory must be new, or hold nothing but the demo.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Print what was found and exit
    #[arg(long)]
    no_serve: bool,
    /// Skip plain Whisper, which the error rate is printed beside and which takes a third of the time
    #[arg(long)]
    no_baseline: bool,
}

pub(super) async fn run(command: Demo, app: App, language: Language) -> anyhow::Result<Outcome> {
    let say = |zh: &str, en: &str| eprintln!("{}", if language == Language::Zh { zh } else { en });
    let store = app.store().await?;
    refuse_other_calls(&store).await?;
    app.expect_words(&store, &corpus::greeting()?).await?;
    let start = Instant::now();
    let files = corpus::unpack(&store.folder().join("tmp"))?;
    say(
        "1/4 导入地名、录音和警单",
        "1/4 importing names of places, recordings and records",
    );
    store.put_names(&corpus::names()).await?;
    import::take_in(&app, &store, &[files.path().to_owned()]).await?;
    say(
        "2/4 听写、分析、建索引、串并",
        "2/4 transcribing, reading, indexing, linking",
    );
    let hearing = Instant::now();
    work::drain(&app, &store).await?;
    let hearing = hearing.elapsed();
    let guard = work::exit_on_signal();
    say("3/4 结果", "3/4 results");
    print_clusters(&app, &store).await?;
    say("4/4 与基线比较", "4/4 figures beside the baselines");
    for report in links::reports(&store, &corpus::gold_links()?).await? {
        links::print(&report)?;
    }
    if !command.no_baseline {
        compare_hearing(&app, &store, files.path(), hearing).await?;
    }
    output::line(&format!("total {} s", start.elapsed().as_secs()))?;
    files.close()?;
    guard.abort();
    if command.no_serve {
        return Ok(Outcome::Done);
    }
    serve::serve(&app, store, true).await
}

/// The demo must not be mixed with real calls.
async fn refuse_other_calls(store: &Store) -> anyhow::Result<()> {
    let own: BTreeSet<CallId> = corpus::ids()?;
    let other = store.call_ids().await?.into_iter().find(|id| !own.contains(id));
    match other {
        Some(id) => Err(WrongUse(format!(
            "{} holds other calls ({id}); give the demo a directory of its own with --data",
            store.folder().display()
        ))
        .into()),
        None => Ok(()),
    }
}

async fn print_clusters(app: &App, store: &Store) -> anyhow::Result<()> {
    let zone = app.zone()?;
    for (kind, title) in [
        (ClusterKind::Event, "重复报警（同一事件多人报）"),
        (ClusterKind::Matter, "重复警情（同一矛盾反复报）"),
        (ClusterKind::Hotspot, "高发警情"),
    ] {
        let clusters = store.clusters(Some(kind), None).await?;
        output::line(&format!("\n{title}：{} 组", clusters.len()))?;
        for cluster in &clusters {
            super::clusters::print(cluster, &zone)?;
        }
    }
    output::line("")
}

/// Prints the error rate of the stored transcripts beside plain Whisper on the same audio.
async fn compare_hearing(app: &App, store: &Store, files: &std::path::Path, hearing: Duration) -> anyhow::Result<()> {
    let (decoder, mut engine) = (app.decoder()?, app.engine()?);
    let spoken = corpus::spoken(files)?;
    let bar = output::bar(spoken.len() as u64);
    let gazetteer = app.gazetteer().await?;
    let mut outcomes = Vec::new();
    engine.warm_up()?;
    for (id, item) in &spoken {
        bar.inc(1);
        let ours = store
            .transcript(id)
            .await?
            .with_context(|| format!("{id} was not transcribed"))?;
        let recording = decoder.decode(&item.path)?;
        let start = Instant::now();
        let plain = transcript::plain(engine.as_mut(), &recording.channels)?;
        outcomes.push(File {
            file: id.to_string(),
            codec: recording.format.codec,
            channels: recording.channels.len(),
            audio_s: recording.duration_ms as f64 / 1_000.0,
            // All were heard at the same time; see below.
            seconds: 0.0,
            seconds_plain: Some(start.elapsed().as_secs_f64()),
            layers: asr::compare(&item.text, &ours.value, Some(&plain), &gazetteer),
        });
    }
    bar.finish_and_clear();
    let mut total = asr::report(&outcomes).total;
    total.seconds = hearing.as_secs_f64();
    figures::print_total(&total)
}
