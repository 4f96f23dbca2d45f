//! The state of the service in, what watches it reads out.

use axum::Json;
use axum::extract;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;

use crate::index::Query;
use crate::store::totals::Totals;
use crate::web::State;
use crate::web::problem::ApiError;

/// The process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// What can be searched.
#[derive(Serialize)]
pub(super) struct Ready {
    ready: bool,
    calls: i64,
    indexed: usize,
}

/// Store and index can be read.
pub(super) async fn ready(extract::State(state): extract::State<State>) -> Result<Json<Ready>, ApiError> {
    let totals = state.parts().store.totals().await?;
    let results = state.search(Query::default()).await?;
    Ok(Json(Ready {
        ready: true,
        calls: totals.calls,
        indexed: results.total,
    }))
}

/// Counts in the text format of Prometheus.
pub(super) async fn metrics(extract::State(state): extract::State<State>) -> Result<Response, ApiError> {
    let totals = state.parts().store.totals().await?;
    let headers = [(CONTENT_TYPE, "text/plain; version=0.0.4")];
    Ok((headers, exposition(&totals)).into_response())
}

fn exposition(totals: &Totals) -> String {
    let mut text = String::new();
    let gauges = [
        ("huisheng_calls", "Calls, with a record or without.", totals.calls),
        ("huisheng_recordings", "Recordings.", totals.audio),
        (
            "huisheng_calls_transcribed",
            "Calls that were heard.",
            totals.transcripts,
        ),
        ("huisheng_calls_analysed", "Calls that were read.", totals.analyses),
        ("huisheng_calls_indexed", "Calls that can be searched.", totals.indexed),
        ("huisheng_links", "Links between calls.", totals.links),
        ("huisheng_clusters", "Clusters.", totals.clusters),
        ("huisheng_alerts", "Alerts whose cause holds.", totals.alerts),
        (
            "huisheng_parked",
            "Files and lines that could not be taken in.",
            totals.parked,
        ),
        (
            "huisheng_records_pending",
            "Records that wait for their audio.",
            totals.pending,
        ),
    ];
    for (name, help, value) in gauges {
        text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n"));
    }
    let name = "huisheng_jobs";
    text.push_str(&format!(
        "# HELP {name} Jobs that are not done, by kind and state.\n# TYPE {name} gauge\n"
    ));
    for ((kind, state), count) in &totals.jobs {
        let kind = kind.as_str();
        text.push_str(&format!("{name}{{kind=\"{kind}\",state=\"{state}\"}} {count}\n"));
    }
    text
}
