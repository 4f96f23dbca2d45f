//! A call in, its links with the evidence of each out.

use anyhow::Context as _;
use clap::Args;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::call::CallId;
use crate::links::Kind;
use crate::views::LinkLine;

/// Show the calls that a call is linked to, and why
#[derive(Debug, Args)]
pub(super) struct Links {
    /// The call
    id: CallId,
    /// JSON Lines
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Links, app: App) -> anyhow::Result<Outcome> {
    let store = app.store().await?;
    let stored = store
        .call(&command.id)
        .await?
        .with_context(|| format!("no call has the id {}", command.id))?;
    for link in store.links_of(&stored.call.id).await? {
        let line = LinkLine::new(&link, &stored.call.id);
        if command.json {
            output::json_line(&line)?;
            continue;
        }
        let kind = match line.kind {
            Kind::Event => "同一事件",
            Kind::Matter => "同一事项",
        };
        output::line(&format!(
            "{}  {kind}  {}",
            line.other,
            output::percent(line.probability.into())
        ))?;
        for evidence in &line.evidence {
            output::line(&format!("    {:+.1}  {}", evidence.weight, evidence.text))?;
        }
    }
    Ok(Outcome::Done)
}
