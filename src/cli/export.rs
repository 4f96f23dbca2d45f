//! The store in, a file of calls or clusters out.

use std::fs::File;
use std::io::BufWriter;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use clap::ValueEnum;

use super::Outcome;
use super::call_error::WrongUse;
use crate::app::App;
use crate::store::Store;
use crate::views::ClusterLine;
use crate::views::load;

/// Write calls or clusters to a JSONL file
#[derive(Debug, Args)]
pub(super) struct Export {
    /// What to write
    #[arg(value_enum)]
    what: Exported,
    /// The file, ending in .jsonl
    path: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Exported {
    /// A line a call, as `show --json` prints it
    Calls,
    /// A line a cluster, as `clusters --json` prints it
    Clusters,
}

pub(super) async fn run(command: Export, app: App) -> anyhow::Result<Outcome> {
    let path = &command.path;
    if path.extension().is_none_or(|ending| ending != "jsonl") {
        return Err(WrongUse(format!("{}: only .jsonl can be written", path.display())).into());
    }
    let store = app.store().await?;
    let part = path.with_extension("jsonl.part");
    let file = File::create(&part).with_context(|| part.display().to_string())?;
    let mut out = BufWriter::new(file);
    match command.what {
        Exported::Calls => calls(&store, &mut out).await?,
        Exported::Clusters => clusters(&store, &mut out).await?,
    }
    out.into_inner().context("the file could not be written")?.sync_all()?;
    std::fs::rename(&part, path).with_context(|| path.display().to_string())?;
    Ok(Outcome::Done)
}

async fn calls(store: &Store, out: &mut impl Write) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let page = store.calls_after(after.as_ref(), 500).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.call.id.clone());
        for stored in &page {
            if let Some(shown) = load::show(store, &stored.call.id).await? {
                serde_json::to_writer(&mut *out, &shown.view)?;
                out.write_all(b"\n")?;
            }
        }
    }
}

async fn clusters(store: &Store, out: &mut impl Write) -> anyhow::Result<()> {
    for cluster in store.clusters(None, None).await? {
        serde_json::to_writer(&mut *out, &ClusterLine::from(&cluster))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
