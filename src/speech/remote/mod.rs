//! Samples in, what a transcription server heard out: a client of `POST /v1/audio/transcriptions` as OpenAI defined it.
//!
//! vLLM, Speaches, LocalAI and others answer to it, so one machine with a GPU can hear for many workers. Where speech
//! is, is found here, by the same detector as always: silence and hold music never travel. A server is a stranger: it
//! is asked only if its host is listed, its answers have a size, and what it gets wrong is an error and never a text.

mod address;

mod answer;

mod client;

mod form;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use crate::speech::engine;
use crate::speech::engine::Engine;
use crate::speech::joined::Joined;
use crate::speech::remote::client::Client;
use crate::speech::settings::Settings;
use crate::transcript::Heard;
use crate::transcript::Span;
use crate::transcript::TranscribeError;
use crate::transcript::Transcriber;

/// Why a server cannot be asked at all: the settings are at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The address is none, or none of a transcription server.
    #[error("speech.remote.url is `{url}`: {reason}")]
    Address {
        /// As it is set.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The host is not listed.
    #[error("speech.remote.hosts does not list `{0}`, and recordings go to listed hosts only")]
    Host(String),
    /// The key cannot stand in a header.
    #[error("the key of the transcription server holds characters that no key has")]
    Key,
}

/// An engine that hears elsewhere and finds speech here.
#[derive(Debug)]
pub struct Remote {
    client: Arc<Client>,
    detector: Engine,
}

impl Remote {
    /// Returns an engine that asks the server of the settings; `exe` is the huisheng binary, `key` goes to the server
    /// with each request. Nothing is sent yet.
    pub fn new(exe: PathBuf, settings: &Settings, key: Option<String>) -> Result<Remote, SetupError> {
        Ok(Remote {
            client: Arc::new(Client::new(&settings.remote, key)?),
            detector: Engine::detector(exe, settings.clone()),
        })
    }

    /// Returns an engine that asks the same server and has a child of its own.
    #[must_use]
    pub fn another(&self) -> Remote {
        Remote {
            client: Arc::clone(&self.client),
            detector: self.detector.another(),
        }
    }

    /// Sends the server the clip that ships with the project, and returns how long it took to hear it rightly.
    pub fn check(&mut self) -> Result<Duration, TranscribeError> {
        let start = Instant::now();
        engine::self_check(self)?;
        Ok(start.elapsed())
    }
}

impl Transcriber for Remote {
    fn warm_up(&mut self) -> Result<(), TranscribeError> {
        self.detector.warm_up()
    }

    fn spans(&mut self, samples: &[i16]) -> Result<Vec<Span>, TranscribeError> {
        self.detector.spans(samples)
    }

    fn hear(&mut self, samples: &[i16], spans: &[Span], prompt: &str) -> Result<Vec<Heard>, TranscribeError> {
        let joined = Joined::new(samples, spans);
        if joined.samples.is_empty() {
            return Ok(Vec::new());
        }
        Ok(joined.place(&self.client.hear(&joined.samples, prompt)?))
    }

    fn names(&self) -> (String, String) {
        ("remote".to_owned(), self.client.model().to_owned())
    }
}
