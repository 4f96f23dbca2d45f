//! Samples in, timed words out, through whisper.cpp.

use std::fs::File;
use std::path::Path;

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperSegment};

use crate::speech::child::detector::Detector;
use crate::speech::header::Header;
use crate::speech::protocol::{Phrase, Word};
use crate::transcript::Span;

/// Encoder positions for a window that they hold (20 ms each): all but the last 12 of 1,500, because whisper.cpp
/// multiplies matrices in blocks only where their sides are multiples of 16. A quarter less time, the same text.
const POSITIONS: usize = 1488;
/// Samples of one position.
const POSITION: usize = 320;

/// Step of the temperature between tries.
const TEMPERATURE_STEP: f32 = 0.4;

/// A loaded model.
pub(crate) struct Whisper {
    context: WhisperContext,
    detector: Detector,
    threads: i32,
    beam: i32,
    temperature_step: f32,
}

impl Whisper {
    /// Loads a model and the voice activity detector; the error says why the model is refused.
    pub(crate) fn load(model: &Path, threads: usize, beam: usize, fallbacks: usize) -> Result<Whisper, String> {
        let mut file = File::open(model).map_err(|error| format!("cannot open the model: {error}"))?;
        Header::read(&mut file)?;
        whisper_rs::install_logging_hooks();
        let context = WhisperContext::new_with_params(model, WhisperContextParameters::default())
            .map_err(|error| format!("cannot load the model: {error}"))?;
        let threads = i32::try_from(threads.clamp(1, 64)).expect("at most 64");
        let detector = Detector::load(threads)?;
        let beam = i32::try_from(beam.clamp(1, 8)).expect("at most 8");
        // whisper.cpp adds the step until the temperature passes 1.
        let temperature_step = match fallbacks {
            0 => 0.0,
            1 => 0.8,
            _ => TEMPERATURE_STEP,
        };
        Ok(Whisper {
            context,
            detector,
            threads,
            beam,
            temperature_step,
        })
    }

    /// Finds the stretches with speech.
    pub(crate) fn spans(&mut self, samples: &[i16]) -> Result<Vec<Span>, String> {
        self.detector.spans(samples)
    }

    /// Hears Mandarin in the samples. A fresh state each time, so that the answer depends on nothing before.
    pub(crate) fn hear(&mut self, samples: &[i16], prompt: &str) -> Result<Vec<Phrase>, String> {
        let mut state = self.context.create_state().map_err(|error| error.to_string())?;
        let mut params = self.params(prompt)?;
        if samples.len() <= POSITIONS * POSITION {
            params.set_audio_ctx(POSITIONS as i32);
        }
        state.full(params, &wide(samples)).map_err(|error| error.to_string())?;
        let end_of_text = self.context.token_eot();
        Ok(state.as_iter().map(|segment| phrase(&segment, end_of_text)).collect())
    }

    fn params(&self, prompt: &str) -> Result<FullParams<'static, 'static>, String> {
        let strategy = match self.beam {
            1 => SamplingStrategy::Greedy { best_of: 1 },
            beam => SamplingStrategy::BeamSearch {
                beam_size: beam,
                patience: -1.0,
            },
        };
        let mut params = FullParams::new(strategy);
        params.set_n_threads(self.threads);
        params.set_language(Some("zh"));
        params.set_no_context(true);
        params.set_suppress_nst(true);
        params.set_token_timestamps(true);
        params.set_temperature_inc(self.temperature_step);
        params.set_print_special(false);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        if prompt.contains('\0') {
            return Err("a prompt with a zero character".to_owned());
        }
        params.set_initial_prompt(prompt);
        Ok(params)
    }
}

pub(crate) fn wide(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect()
}

/// Gathers tokens until their bytes are whole characters: one character may take three tokens.
fn phrase(segment: &WhisperSegment<'_>, end_of_text: i32) -> Phrase {
    let mut words = Vec::new();
    let mut open: Option<(Vec<u8>, Word)> = None;
    let milliseconds = |centiseconds: i64| u64::try_from(centiseconds).unwrap_or(0) * 10;
    for at in 0..segment.n_tokens() {
        let Some(token) = segment.get_token(at) else { break };
        let data = token.token_data();
        // Everything from the end of text on is control: languages, tasks, times.
        if data.id >= end_of_text {
            continue;
        }
        let span = Span {
            start_ms: milliseconds(data.t0),
            end_ms: milliseconds(data.t1),
        };
        let (mut bytes, mut word) = open.take().unwrap_or_else(|| {
            (
                Vec::new(),
                Word {
                    text: String::new(),
                    span,
                    logprob: 0.0,
                    tokens: 0,
                },
            )
        });
        bytes.extend_from_slice(token.to_bytes().unwrap_or_default());
        word.span.end_ms = span.end_ms.max(word.span.start_ms);
        word.logprob += data.plog;
        word.tokens += 1;
        match String::from_utf8(bytes) {
            Ok(text) => words.push(Word { text, ..word }),
            Err(partial) => open = Some((partial.into_bytes(), word)),
        }
    }
    if let Some((bytes, word)) = open {
        words.push(Word {
            text: String::from_utf8_lossy(&bytes).into_owned(),
            ..word
        });
    }
    Phrase {
        words,
        no_speech: segment.no_speech_probability(),
    }
}
