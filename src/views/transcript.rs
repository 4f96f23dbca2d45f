//! Transcripts in, the segments that `show` and `transcribe` print out.

use serde::Serialize;

use crate::call::Speaker;
use crate::text;
use crate::transcript::Flag;
use crate::transcript::Segment;
use crate::transcript::Transcript;
use crate::transcript::Word;
use crate::views::rounded;

/// Returns what people call a speaker.
#[must_use]
pub fn speaker(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::Caller => "报警人",
        Speaker::Dispatcher => "接警员",
        Speaker::Unknown => "说话人",
    }
}

/// One timed piece of text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SegmentView {
    /// caller, dispatcher or unknown.
    pub speaker: Speaker,
    /// Start in milliseconds.
    pub start_ms: u64,
    /// End in milliseconds.
    pub end_ms: u64,
    /// The chosen hearing, as it was spoken.
    pub text: String,
    /// The best text with numbers as digits; absent where that changes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalised: Option<String>,
    /// Text with misheard names put right; absent where it is the same, `""` where the segment was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected: Option<String>,
    /// Other hearings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<String>,
    /// From 0 to 1.
    pub confidence: f32,
    /// The words of `text` with their times and confidence; empty where the engine does not tell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<WordView>,
    /// Reasons for doubt.
    pub flags: Vec<Flag>,
}

/// One or a few characters of a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WordView {
    /// The characters.
    pub text: String,
    /// Start in milliseconds; an estimate.
    pub start_ms: u64,
    /// End in milliseconds; an estimate.
    pub end_ms: u64,
    /// From 0 to 1.
    pub confidence: f32,
}

impl From<&Word> for WordView {
    fn from(word: &Word) -> WordView {
        WordView {
            text: word.text.clone(),
            start_ms: word.span.start_ms,
            end_ms: word.span.end_ms,
            confidence: rounded(word.confidence),
        }
    }
}

impl From<&Segment> for SegmentView {
    fn from(segment: &Segment) -> SegmentView {
        let normalised = text::numbers(segment.best()).text;
        SegmentView {
            speaker: segment.speaker,
            start_ms: segment.span.start_ms,
            end_ms: segment.span.end_ms,
            text: segment.text.clone(),
            normalised: (normalised != segment.best()).then_some(normalised),
            corrected: segment.corrected.clone(),
            alternatives: segment.alternative.iter().cloned().collect(),
            confidence: rounded(segment.confidence),
            words: segment.words.iter().map(WordView::from).collect(),
            flags: segment.flags.clone(),
        }
    }
}

/// A line of `transcribe --json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TranscribeLine {
    /// The recording as it was named.
    pub file: String,
    /// Length of the recording.
    pub duration_ms: u64,
    /// In order of time.
    pub segments: Vec<SegmentView>,
    /// Name of the engine.
    pub engine: String,
    /// Name of the model.
    pub model: String,
}

impl TranscribeLine {
    /// Shows the transcript of a file.
    #[must_use]
    pub fn new(file: &str, transcript: &Transcript) -> TranscribeLine {
        TranscribeLine {
            file: file.to_owned(),
            duration_ms: transcript.duration_ms,
            segments: transcript.segments.iter().map(SegmentView::from).collect(),
            engine: transcript.engine.clone(),
            model: transcript.model.clone(),
        }
    }
}
