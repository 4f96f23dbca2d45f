//! The store in, the alerts whose cause holds out.

use clap::Args;

use super::Outcome;
use super::output;
use crate::app::App;
use crate::views::AlertLine;

/// List the warnings, newest first
#[derive(Debug, Args)]
pub(super) struct Alerts {
    /// JSON Lines
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(command: Alerts, app: App) -> anyhow::Result<Outcome> {
    let zone = app.zone()?;
    for alert in app.store().await?.alerts().await? {
        if command.json {
            output::json_line(&AlertLine::from(&alert))?;
        } else {
            let at = alert.at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M");
            output::line(&format!("{at}  {}  {}", alert.cluster, alert.text))?;
        }
    }
    Ok(Outcome::Done)
}
