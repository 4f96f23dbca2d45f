//! The words that parent and child exchange, as data.

use std::borrow::Cow;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::audio::AudioError;
use crate::audio::Format;
use crate::transcript::Span;

/// What the *decode* child says. Its standard input is the recording itself.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decoded {
    /// A block of samples, channel after channel, in as many equal parts.
    Block { channels: usize },
    /// All samples were sent.
    End { format: Format },
    /// The recording gives no samples.
    Failed(AudioError),
}

/// The first message to a *speech* child: who it is to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setup {
    /// Loads a model and hears with it.
    Whisper {
        model: PathBuf,
        threads: usize,
        beam: usize,
        fallbacks: usize,
    },
    /// Finds speech and hears nothing: for an engine that hears elsewhere.
    Detector { threads: usize },
    /// Says invented sentences.
    Scripted,
}

/// What the parent asks a *speech* child; the samples travel beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ask<'a> {
    /// Where is speech?
    Spans,
    /// What is said?
    #[serde(borrow)]
    Hear(Cow<'a, str>),
}

/// What a *speech* child answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The model is loaded and was tried.
    Ready,
    /// Stretches with speech.
    Spans(Vec<Span>),
    /// What was said.
    Heard(Vec<Phrase>),
    /// The request cannot be served, now or later.
    Refused(String),
}

/// What the engine takes for one sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Phrase {
    pub(crate) words: Vec<Word>,
    pub(crate) no_speech: f32,
}

/// The smallest timed piece of text: one or a few characters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// In milliseconds from the beginning of the samples sent.
    pub(crate) span: Span,
    /// Sum over its tokens.
    pub(crate) logprob: f32,
    pub(crate) tokens: u32,
}
