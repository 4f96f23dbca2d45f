//! Requests of people in, pages out.

use axum::extract;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::rejection::PathRejection;
use axum::extract::rejection::QueryRejection;
use axum::response::Html;

use crate::call::CallId;
use crate::views::ClusterLine;
use crate::views::load;
use crate::web::SearchError;
use crate::web::State;
use crate::web::api;
use crate::web::call_page::CallPage;
use crate::web::cluster_pages::ClusterFilter;
use crate::web::cluster_pages::ClusterPage;
use crate::web::cluster_pages::ClustersPage;
use crate::web::cluster_pages::MemberCall;
use crate::web::problem;
use crate::web::problem::ApiError;
use crate::web::problem::PageError;
use crate::web::search_form::SearchForm;
use crate::web::search_page;
use crate::web::search_page::SearchPage;

type Page = Result<Html<String>, PageError>;

pub(super) async fn search(
    extract::State(state): extract::State<State>,
    form: Result<Query<SearchForm>, QueryRejection>,
) -> Page {
    let Query(form) = form?;
    let parts = state.parts();
    let query = match form.page_query(&parts.zone) {
        Ok(query) => query,
        Err(error) => return problem::page(&SearchPage::refused(form, error.detail().to_owned())),
    };
    let results = match state.search(query).await {
        Ok(results) => results,
        Err(SearchError::Refused(reason)) => return problem::page(&SearchPage::refused(form, reason)),
        Err(SearchError::Failed(error)) => return Err(error.into()),
    };
    let hits = load::placed(&parts.store, &results.found).await?;
    problem::page(&SearchPage::new(form, &results, hits, &parts.tagger, &parts.zone))
}

pub(super) async fn call(
    extract::State(state): extract::State<State>,
    id: Result<Path<String>, PathRejection>,
) -> Page {
    let Path(id) = id?;
    let shown = api::shown(&state, &id).await?;
    let parts = state.parts();
    let page = CallPage::new(&shown.view, shown.audio.is_some(), &parts.tagger, &parts.zone);
    problem::page(&page)
}

pub(super) async fn clusters(
    extract::State(state): extract::State<State>,
    filter: Result<Query<ClusterFilter>, QueryRejection>,
) -> Page {
    let Query(filter) = filter?;
    let clusters = state.parts().store.clusters(None, None).await?;
    let lines: Vec<ClusterLine> = clusters.iter().map(ClusterLine::from).collect();
    let page = ClustersPage::new(&lines, &filter, &state.parts().zone).map_err(ApiError::bad_request)?;
    problem::page(&page)
}

pub(super) async fn cluster(
    extract::State(state): extract::State<State>,
    id: Result<Path<String>, PathRejection>,
) -> Page {
    let Path(id) = id?;
    let cluster = api::cluster_line(&state, &id).await?;
    let mut members = Vec::with_capacity(cluster.calls.len());
    for id in &cluster.calls {
        members.extend(member(&state, id).await?);
    }
    problem::page(&ClusterPage::new(&cluster, members, &state.parts().zone))
}

/// Returns a call of a cluster as its page shows it.
async fn member(state: &State, id: &str) -> Result<Option<MemberCall>, ApiError> {
    let parts = state.parts();
    let Ok(id) = CallId::parse(id) else { return Ok(None) };
    let Some(stored) = parts.store.call(&id).await? else {
        return Ok(None);
    };
    let transcript = parts.store.transcript(&id).await?;
    let analysis = parts.store.analysis(&id).await?;
    let tagged = analysis
        .and_then(|made| made.value.tags.category)
        .map(|category| category.name);
    let told = || {
        stored
            .call
            .category
            .as_ref()
            .map(|code| search_page::name(&parts.tagger, code))
    };
    Ok(Some(MemberCall {
        id: stored.call.id.to_string(),
        received_at: stored.call.received_at,
        category: tagged.or_else(told),
        text: load::gist(&stored.call, transcript.as_ref().map(|made| &made.value)),
    }))
}
