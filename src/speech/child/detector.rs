//! Samples in, the stretches with speech out, through whisper.cpp's own small detector; no Whisper model is needed.

use std::io;
use std::io::Write;

use whisper_rs::{WhisperVadContext, WhisperVadContextParams, WhisperVadParams};

use crate::speech::child::whisper::wide;
use crate::transcript::Span;

/// Silero's voice activity detector (MIT), which whisper.cpp reads from a file only.
const WEIGHTS: &[u8] = include_bytes!("../../../models/silero-v6.2.0-ggml.bin");

/// Probability above which 32 ms are speech.
const THRESHOLD: f32 = 0.4;
/// Shorter speech is a click.
const MIN_SPEECH_MS: i32 = 200;
/// Shorter silence does not end a span.
const MIN_SILENCE_MS: i32 = 400;
/// Milliseconds kept around speech.
const PAD_MS: i32 = 200;

/// A loaded voice activity detector.
pub(crate) struct Detector {
    context: WhisperVadContext,
}

impl Detector {
    /// Loads the detector; the error says why that is impossible.
    pub(crate) fn load(threads: i32) -> Result<Detector, String> {
        whisper_rs::install_logging_hooks();
        let context = context(threads).map_err(|error| format!("cannot load the speech detector: {error}"))?;
        Ok(Detector { context })
    }

    /// Finds the stretches with speech.
    pub(crate) fn spans(&mut self, samples: &[i16]) -> Result<Vec<Span>, String> {
        if samples.is_empty() {
            return Ok(Vec::new());
        }
        let mut params = WhisperVadParams::new();
        params.set_threshold(THRESHOLD);
        params.set_min_speech_duration(MIN_SPEECH_MS);
        params.set_min_silence_duration(MIN_SILENCE_MS);
        params.set_speech_pad(PAD_MS);
        let found = self
            .context
            .segments_from_samples(params, &wide(samples))
            .map_err(|error| error.to_string())?;
        let milliseconds = |centiseconds: f32| (centiseconds.max(0.0) * 10.0) as u64;
        let span = |found: whisper_rs::WhisperVadSegment| Span {
            start_ms: milliseconds(found.start),
            end_ms: milliseconds(found.end),
        };
        Ok(found.map(span).filter(|span| span.start_ms < span.end_ms).collect())
    }
}

fn context(threads: i32) -> io::Result<WhisperVadContext> {
    let mut weights = tempfile::NamedTempFile::new()?;
    weights.write_all(WEIGHTS)?;
    weights.flush()?;
    let path = weights
        .path()
        .to_str()
        .ok_or_else(|| io::Error::other("the folder for temporary files has an odd name"))?;
    let mut params = WhisperVadContextParams::default();
    params.set_n_threads(threads);
    params.set_use_gpu(false);
    WhisperVadContext::new(path, params).map_err(io::Error::other)
}
