//! Words and filters in, the calls that were found out.

use std::io;
use std::io::IsTerminal;

use anyhow::Context as _;
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Outcome;
use super::call_error::WrongUse;
use super::output;
use crate::app::App;
use crate::call::CallId;
use crate::index::Index;
use crate::index::IndexError;
use crate::index::Query;
use crate::index::Results;
use crate::store::Store;
use crate::views::SearchLine;

/// Find calls by what was said
///
/// Words are separated by spaces and must all be there; "words in quotes" stand together; -word must not be there.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// What to look for, such as 楼上 噪音
    #[arg(default_value = "")]
    query: String,
    /// JSON Lines
    #[arg(long)]
    json: bool,
    /// At most so many hits
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Skip so many hits
    #[arg(long, default_value_t = 0)]
    offset: usize,
    /// Not before this day or time (2026-03-01, or RFC 3339)
    #[arg(long, value_name = "D")]
    from: Option<String>,
    /// Before the end of this day, or before this time
    #[arg(long, value_name = "D")]
    to: Option<String>,
    /// Unit code or the beginning of one
    #[arg(long, value_name = "CODE")]
    unit: Option<String>,
    /// Category code or the beginning of one
    #[arg(long, value_name = "CODE")]
    category: Option<String>,
    /// A label, such as 涉刀
    #[arg(long)]
    label: Option<String>,
    /// Calls that are worded like this one
    #[arg(long, value_name = "ID", conflicts_with = "query")]
    similar_to: Option<CallId>,
}

pub(super) async fn run(command: Search, app: App) -> anyhow::Result<Outcome> {
    let zone = app.zone()?;
    let store = app.store().await?;
    let gazetteer = app.gazetteer().await?;
    let index = app.index(&app.segmenter(&gazetteer))?;
    let results = match &command.similar_to {
        Some(id) => similar(&index, &store, id, command.limit).await?,
        None => {
            let query = Query {
                text: command.query,
                from: command.from.map(|day| moment(&day, &zone, false)).transpose()?,
                to: command.to.map(|day| moment(&day, &zone, true)).transpose()?,
                unit: command.unit,
                category: command.category,
                label: command.label,
                limit: command.limit,
                offset: command.offset,
            };
            index.search(&query).map_err(wrong_use)?
        }
    };
    for found in &results.found {
        let line = SearchLine::new(found, &store.clusters_of(&found.id).await?);
        if command.json {
            output::json_line(&line)?;
        } else {
            print(&line, &zone)?;
        }
    }
    if !command.json {
        let relaxed = if results.relaxed {
            "（没有同时含所有词的警情，以下至少含一半）"
        } else {
            ""
        };
        output::line(&format!(
            "共 {} 起，显示 {} 起{relaxed}",
            results.total,
            results.found.len()
        ))?;
    }
    Ok(Outcome::Done)
}

async fn similar(index: &Index, store: &Store, id: &CallId, limit: usize) -> anyhow::Result<Results> {
    let stored = store
        .call(id)
        .await?
        .with_context(|| format!("no call has the id {id}"))?;
    let heard = store
        .transcript(id)
        .await?
        .map(|made| made.value.text())
        .unwrap_or_default();
    let content = stored.call.content.unwrap_or_default();
    let found = index.similar(&format!("{heard}\n{content}"), Some(id), limit)?;
    Ok(Results {
        total: found.len(),
        found,
        ..Results::default()
    })
}

fn wrong_use(error: IndexError) -> anyhow::Error {
    match error {
        IndexError::Query(reason) => WrongUse(reason).into(),
        other => other.into(),
    }
}

/// Reads a day or a time; the end of a day is the beginning of the next.
fn moment(text: &str, zone: &TimeZone, end: bool) -> anyhow::Result<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let day: Date = text
        .parse()
        .map_err(|_| WrongUse(format!("`{text}` is no day such as 2026-03-01 and no RFC 3339 time")))?;
    let day = if end { day.tomorrow()? } else { day };
    Ok(day.to_zoned_datetime(zone.clone())?.timestamp())
}

fn print(line: &SearchLine, zone: &TimeZone) -> anyhow::Result<()> {
    let at = line
        .received_at
        .to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%d %H:%M");
    let category = line.category.as_deref().unwrap_or("------");
    let clusters: Vec<&str> = [&line.event, &line.matter]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    output::line(&format!(
        "{:>3}. {}  {at}  {category}  {}",
        line.rank,
        line.id,
        clusters.join(" ")
    ))?;
    output::line(&format!("     {}", plain(&line.snippet)))
}

/// Turns the escaped excerpt into text for a terminal, hits in bold, or in brackets elsewhere.
fn plain(snippet: &str) -> String {
    let (open, close) = if io::stdout().is_terminal() {
        ("\x1b[1;31m", "\x1b[0m")
    } else {
        ("【", "】")
    };
    let text = snippet
        .replace("<mark>", open)
        .replace("</mark>", close)
        .replace('\n', " ");
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    entities.iter().fold(text, |text, (from, to)| text.replace(from, to))
}
