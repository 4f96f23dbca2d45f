//! The store in; index, links and everything derived made anew out.

use clap::Args;
use clap::ValueEnum;

use super::Outcome;
use super::work;
use crate::app::App;
use crate::pipeline::rebuild;
use crate::pipeline::rebuild::Part;

/// Make what is derived anew from the store; recordings heard the same way are not heard again
#[derive(Debug, Args)]
pub(super) struct Rebuild {
    /// What to make anew
    #[arg(value_enum, default_value = "all")]
    part: PartName,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PartName {
    /// The search index
    Index,
    /// Links, clusters and alerts; decisions stay
    Links,
    /// Everything
    All,
}

pub(super) async fn run(command: Rebuild, app: App) -> anyhow::Result<Outcome> {
    let part = match command.part {
        PartName::Index => Part::Index,
        PartName::Links => Part::Links,
        PartName::All => Part::All,
    };
    let store = app.store().await?;
    let stages = app.stages(&store).await?;
    if part != Part::Links {
        app.drop_damaged_index(&stages.segmenter)?;
    }
    let index = app.index(&stages.segmenter)?;
    rebuild::rebuild(&stages, &index, part).await?;
    drop(index);
    work::drain(&app, &store).await
}
