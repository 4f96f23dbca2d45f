//! What the engine heard in, timed text per speaker out: trust checks, repeats, layers; owns the trait [`Transcriber`].
//!
//! A call is heard twice. After the first hearing of a window, the gazetteer's names that sound nearest to it go into the
//! prompt and the window is heard again; the better supported hearing is chosen and the other kept. Then what looks
//! invented is flagged, and names found by sound are put right in a layer of their own: the hearing is never rewritten.

mod correct;

mod doubt;

mod hearing;

mod speakers;

mod windows;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::call::Speaker;
use crate::call::Turn;
use crate::call::UnitCode;
use crate::sound::Gazetteer;

/// A stretch of a channel, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// First millisecond.
    pub start_ms: u64,
    /// One past the last millisecond.
    pub end_ms: u64,
}

/// One segment as an engine heard it, with times from the beginning of the recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Where it is.
    pub span: Span,
    /// What was heard, as the engine writes it.
    pub text: String,
    /// Mean log-probability of its tokens.
    pub avg_logprob: f32,
    /// Probability that there is no speech.
    pub no_speech: f32,
    /// What `text` is made of, in order; empty where the engine does not tell.
    pub words: Vec<Word>,
}

/// The smallest piece of text that an engine times: one or a few characters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Its characters.
    pub text: String,
    /// Where it is; an estimate.
    pub span: Span,
    /// From 0 to 1.
    pub confidence: f32,
}

/// Why an engine gave no text.
#[derive(Debug, thiserror::Error)]
pub enum TranscribeError {
    /// The engine died or is not there; the same request may succeed later.
    #[error("speech engine stopped: {0}")]
    Engine(String),
    /// The engine took longer than the limit and was stopped.
    #[error("speech engine took longer than {0} s")]
    Timeout(u64),
    /// The request itself cannot be served, now or later.
    #[error("speech engine refused: {0}")]
    Refused(String),
    /// The engine is elsewhere and is not to be had now; whatever is asked will be served later.
    #[error("speech engine is not to be had: {0}")]
    Unavailable(String),
}

/// Hears speech. Blocking: called on compute threads only.
///
/// Contract: the same samples, spans and prompt give the same answer; segments come in order of time, each within one
/// of the spans; no speech gives no segment and is never an error.
pub trait Transcriber: Send {
    /// Gets ready for the first request, which would otherwise wait for it.
    fn warm_up(&mut self) -> Result<(), TranscribeError> {
        Ok(())
    }

    /// Finds the stretches with speech in one channel of 16 kHz samples.
    fn spans(&mut self, samples: &[i16]) -> Result<Vec<Span>, TranscribeError>;

    /// Hears the given spans of one channel of 16 kHz samples, as one stretch; `prompt` says what words to expect.
    fn hear(&mut self, samples: &[i16], spans: &[Span], prompt: &str) -> Result<Vec<Heard>, TranscribeError>;

    /// Returns the name of the engine and of its model.
    fn names(&self) -> (String, String);
}

/// Why a segment is doubted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The engine was unsure.
    LowConfidence,
    /// The same words again and again; the repeats were cut.
    Repeats,
    /// A phrase that engines invent on noise.
    Hallucination,
    /// The text is the prompt and not the sound.
    Prompt,
}

/// One timed piece of text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Who speaks.
    pub speaker: Speaker,
    /// Channel of the recording, from 0.
    pub channel: usize,
    /// Where it is.
    pub span: Span,
    /// The chosen hearing.
    pub text: String,
    /// The other hearing, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<String>,
    /// Text with misheard names put right; absent where it is the same as `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<String>,
    /// From 0 to 1.
    pub confidence: f32,
    /// What `text` is made of, in order; empty where the engine does not tell, or where repeats were cut.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    /// Reasons for doubt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
}

impl Segment {
    /// Returns the best text: the corrected layer where there is one.
    #[must_use]
    pub fn best(&self) -> &str {
        self.corrected.as_deref().unwrap_or(&self.text)
    }
}

/// The text of one call, in order of time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Segments by start time, then channel.
    pub segments: Vec<Segment>,
    /// Speech spans of each channel.
    pub speech: Vec<Vec<Span>>,
    /// Length of the recording.
    pub duration_ms: u64,
    /// Name of the engine.
    pub engine: String,
    /// Name of the model.
    pub model: String,
}

impl Transcript {
    /// Returns the text of all segments that are not doubted to be invented, joined by line ends.
    #[must_use]
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self
            .segments
            .iter()
            .map(Segment::best)
            .filter(|text| !text.is_empty())
            .collect();
        lines.join("\n")
    }
}

/// The prompt of a desk that has none of its own: the dispatcher's formulas and common words for places.
///
/// Short on purpose: Whisper keeps 223 tokens of a prompt, and the names of a second hearing need most of them. Its
/// commas and question marks are narrow: the wide ones are three tokens each, byte by byte, and Whisper, led to spell
/// that way, misspells them.
pub const DESK_PROMPT: &str = include_str!("../../corpora/desk_prompt.txt");

/// A prompt that says only that the language is Mandarin in simplified characters.
pub(crate) const PLAIN_PROMPT: &str = "以下是普通话的句子。";

/// Which channel of a two-channel recording is whose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// The first channel is the dispatcher's.
    #[default]
    LeftDispatcher,
    /// The second channel is the dispatcher's.
    RightDispatcher,
    /// Both speak in every channel; channels are mixed.
    Mono,
}

/// What a desk may choose about how its calls are heard.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Words to expect; empty takes [`DESK_PROMPT`].
    pub prompt: String,
    /// Whose channel is which.
    pub layout: Layout,
    /// Whether a window is heard again with the names that sound nearest to it.
    pub second_hearing: bool,
    /// Most names in the prompt of a second hearing.
    pub names_in_prompt: usize,
}

impl Settings {
    /// Returns the words to expect.
    #[must_use]
    pub fn words(&self) -> &str {
        let own = self.prompt.trim();
        if own.is_empty() { DESK_PROMPT.trim() } else { own }
    }
}

/// What is known at the desk before a call is heard.
#[derive(Clone, Debug)]
pub struct Desk<'a> {
    /// Words to expect, as a text in simplified characters; see [`DESK_PROMPT`].
    pub prompt: String,
    /// Whose channel is which. Where the words say clearly that it is the other way round, the words win.
    pub layout: Layout,
    /// Places by name.
    pub gazetteer: &'a Gazetteer,
    /// The unit that took the call: its own places are likelier.
    pub unit: Option<&'a UnitCode>,
    /// Whether a window is heard again with the names that sound nearest to it.
    pub second_hearing: bool,
    /// Most names in the prompt of a second hearing.
    pub names_in_prompt: usize,
}

impl<'a> Desk<'a> {
    /// Returns a desk with the prompt of the project, two hearings and twelve names.
    #[must_use]
    pub fn new(gazetteer: &'a Gazetteer) -> Desk<'a> {
        Desk {
            prompt: DESK_PROMPT.trim().to_owned(),
            layout: Layout::default(),
            gazetteer,
            unit: None,
            second_hearing: true,
            names_in_prompt: 12,
        }
    }
}

/// Turns the channels of a recording, at 16 kHz, into timed text.
///
/// Two channels with the same signal are one. Only stretches with speech reach the engine; none at all gives a
/// transcript without segments.
pub fn transcribe(
    engine: &mut dyn Transcriber,
    channels: &[Vec<i16>],
    desk: &Desk<'_>,
) -> Result<Transcript, TranscribeError> {
    hearing::transcribe(engine, channels, desk)
}

/// Hears a recording as Whisper alone would: channels mixed, everything in one go, no prompt but the language's, no
/// second hearing, no check. The baseline that [`transcribe`] is measured against.
pub fn plain(engine: &mut dyn Transcriber, channels: &[Vec<i16>]) -> Result<Transcript, TranscribeError> {
    hearing::plain(engine, channels)
}

/// Returns the transcript that came with a record, in its own order; a turn without times follows the one before it.
#[must_use]
pub fn given(turns: &[Turn]) -> Transcript {
    let mut segments: Vec<Segment> = Vec::new();
    for turn in turns {
        let before = segments.last().map_or(0, |segment| segment.span.end_ms);
        let start_ms = turn.start_ms.unwrap_or(before);
        let end_ms = turn.end_ms.unwrap_or(start_ms).max(start_ms);
        segments.push(Segment {
            speaker: turn.speaker,
            channel: 0,
            span: Span { start_ms, end_ms },
            text: turn.text.clone(),
            alternative: None,
            corrected: None,
            confidence: 1.0,
            words: Vec::new(),
            flags: Vec::new(),
        });
    }
    let duration_ms = segments.iter().map(|segment| segment.span.end_ms).max().unwrap_or(0);
    Transcript {
        segments,
        speech: Vec::new(),
        duration_ms,
        engine: "record".to_owned(),
        model: String::new(),
    }
}
