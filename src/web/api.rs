//! Requests of programs in, JSON out.

use axum::Json;
use axum::extract;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;

use crate::call::CallId;
use crate::call::ClusterId;
use crate::index::Count;
use crate::views::AlertLine;
use crate::views::ClusterLine;
use crate::views::LinkLine;
use crate::views::SearchLine;
use crate::views::call::ShowView;
use crate::views::load;
use crate::views::load::Shown;
use crate::web::State;
use crate::web::cluster_pages::ClusterFilter;
use crate::web::cluster_pages::selected;
use crate::web::problem::ApiError;
use crate::web::search_form::SearchForm;

/// Describes this interface.
pub(super) const OPENAPI: &str = include_str!("openapi.json");

/// The answer to a search.
#[derive(Serialize)]
pub(super) struct SearchAnswer {
    total: usize,
    relaxed: bool,
    hits: Vec<SearchLine>,
    units: Vec<CountLine>,
    categories: Vec<CountLine>,
    labels: Vec<CountLine>,
}

#[derive(Serialize)]
struct CountLine {
    value: String,
    calls: usize,
}

pub(super) async fn search(
    extract::State(state): extract::State<State>,
    form: Result<Query<SearchForm>, QueryRejection>,
) -> Result<Json<SearchAnswer>, ApiError> {
    let Query(form) = form?;
    let query = form.api_query(&state.parts().zone)?;
    let results = state.search(query).await?;
    let placed = load::placed(&state.parts().store, &results.found).await?;
    Ok(Json(SearchAnswer {
        total: results.total,
        relaxed: results.relaxed,
        hits: placed.into_iter().map(|hit| hit.line).collect(),
        units: counts(results.units),
        categories: counts(results.categories),
        labels: counts(results.labels),
    }))
}

fn counts(counts: Vec<Count>) -> Vec<CountLine> {
    let line = |Count { value, calls }| CountLine { value, calls };
    counts.into_iter().map(line).collect()
}

pub(super) async fn call(
    extract::State(state): extract::State<State>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ShowView>, ApiError> {
    let shown = shown(&state, &id?.0).await?;
    Ok(Json(shown.view))
}

pub(super) async fn links(
    extract::State(state): extract::State<State>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Vec<LinkLine>>, ApiError> {
    let shown = shown(&state, &id?.0).await?;
    Ok(Json(shown.view.links))
}

pub(super) async fn audio(
    extract::State(state): extract::State<State>,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(id) = id?;
    let stored = state.parts().store.call(&call_id(&id)?).await?;
    let stored = stored.ok_or_else(|| ApiError::not_found("没有这起警情"))?;
    let hash = stored.audio.ok_or_else(|| ApiError::not_found("这起警情没有录音"))?;
    let names = state.parts().store.audio_file_names(&hash).await?;
    let answer = move || {
        let path = state.parts().store.audio_file(&hash);
        state.sounds().open(&path, &hash, &names)?.answer(&headers)
    };
    let task = tokio::task::spawn_blocking(answer);
    task.await.map_err(|stopped| ApiError::internal(&stopped))?
}

pub(super) async fn clusters(
    extract::State(state): extract::State<State>,
    filter: Result<Query<ClusterFilter>, QueryRejection>,
) -> Result<Json<Vec<ClusterLine>>, ApiError> {
    let Query(filter) = filter?;
    let (kind, status) = filter.read().map_err(ApiError::bad_request)?;
    let clusters = state.parts().store.clusters(kind, status).await?;
    let lines = clusters.iter().map(ClusterLine::from).collect();
    Ok(Json(selected(lines, kind, status)))
}

pub(super) async fn cluster(
    extract::State(state): extract::State<State>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<ClusterLine>, ApiError> {
    let Path(id) = id?;
    Ok(Json(cluster_line(&state, &id).await?))
}

pub(super) async fn alerts(extract::State(state): extract::State<State>) -> Result<Json<Vec<AlertLine>>, ApiError> {
    let alerts = state.parts().store.alerts().await?;
    Ok(Json(alerts.iter().map(AlertLine::from).collect()))
}

pub(super) async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}

/// Returns everything known about the call that an address names.
pub(super) async fn shown(state: &State, id: &str) -> Result<Shown, ApiError> {
    let shown = load::show(&state.parts().store, &call_id(id)?).await?;
    shown.ok_or_else(|| ApiError::not_found("没有这起警情"))
}

/// Returns the cluster that an address names.
pub(super) async fn cluster_line(state: &State, id: &str) -> Result<ClusterLine, ApiError> {
    let missing = || ApiError::not_found("没有这组关联警情");
    let id = ClusterId::parse(id).map_err(|_| missing())?;
    let cluster = state.parts().store.cluster(&id).await?;
    cluster.as_ref().map(ClusterLine::from).ok_or_else(missing)
}

fn call_id(text: &str) -> Result<CallId, ApiError> {
    CallId::parse(text).map_err(|_| ApiError::not_found("没有这起警情"))
}

impl From<QueryRejection> for ApiError {
    fn from(_: QueryRejection) -> ApiError {
        ApiError::bad_request("请求参数无法读取")
    }
}

impl From<PathRejection> for ApiError {
    fn from(_: PathRejection) -> ApiError {
        ApiError::not_found("没有这个地址")
    }
}
