//! The HTTP API and the pages. The only place naming axum.

mod api;
mod assets;
mod call_page;
mod cluster_pages;
mod elements_table;
mod health;
mod href;
mod pages;
mod problem;
mod record_table;
mod routes;
mod search_form;
mod search_page;
mod sound;
#[cfg(test)]
mod tests;
mod words;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Deserialize;
use tokio::net::TcpListener;

use crate::index::Index;
use crate::index::IndexError;
use crate::index::Query;
use crate::index::Results;
use crate::speech::decoder::Decoder;
use crate::store::Store;
use crate::tags::Tagger;
use crate::web::problem::ApiError;
use crate::web::sound::Sounds;

/// How the pages are served.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Address and port to listen on; anyone who reaches it can read every call.
    pub listen: SocketAddr,
}

/// What the pages are made from.
#[derive(Debug)]
pub struct Parts {
    /// Calls and what was made of them.
    pub store: Store,
    /// The search index.
    pub index: Index,
    /// Knows the names of categories.
    pub tagger: Arc<Tagger>,
    /// Decodes recordings that a browser cannot play.
    pub decoder: Decoder,
    /// Times are shown in this zone.
    pub zone: TimeZone,
}

/// What every request sees. Cheap to clone.
#[derive(Clone, Debug)]
pub struct State(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    parts: Parts,
    sounds: Sounds,
}

impl State {
    /// Prepares to serve; makes a temporary folder for decoded recordings.
    pub fn new(parts: Parts) -> io::Result<State> {
        let sounds = Sounds::new(parts.decoder.clone())?;
        Ok(State(Arc::new(Shared { parts, sounds })))
    }

    fn parts(&self) -> &Parts {
        &self.0.parts
    }

    fn sounds(&self) -> &Sounds {
        &self.0.sounds
    }

    /// Searches away from the threads that wait.
    async fn search(&self, query: Query) -> Result<Results, SearchError> {
        let state = self.clone();
        let task = tokio::task::spawn_blocking(move || state.parts().index.search(&query));
        match task.await {
            Ok(found) => Ok(found?),
            Err(stopped) => Err(SearchError::Failed(ApiError::internal(&stopped))),
        }
    }
}

/// Why a search gave nothing.
#[derive(Debug)]
enum SearchError {
    /// The person can do something about it.
    Refused(String),
    /// Something failed here.
    Failed(ApiError),
}

impl From<IndexError> for SearchError {
    fn from(error: IndexError) -> SearchError {
        match error {
            IndexError::Query(reason) => SearchError::Refused(reason),
            other => SearchError::Failed(other.into()),
        }
    }
}

impl From<SearchError> for ApiError {
    fn from(error: SearchError) -> ApiError {
        match error {
            SearchError::Refused(reason) => ApiError::bad_request(reason),
            SearchError::Failed(error) => error,
        }
    }
}

/// Serves until `shutdown` is ready; requests that are being answered are finished.
pub async fn serve(
    listener: TcpListener,
    state: State,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, routes::router(state))
        .with_graceful_shutdown(shutdown)
        .await
}
