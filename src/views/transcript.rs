//! Transcripts in, the segments that `show` and `transcribe` print out.

use serde::Serialize;

use crate::call::Speaker;
use crate::text;
use crate::transcript::Flag;
use crate::transcript::Segment;
use crate::transcript::Transcript;
use crate::views::rounded;

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
    /// Reasons for doubt.
    pub flags: Vec<Flag>,
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
