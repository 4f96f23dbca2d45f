//! Samples in, what was heard out, by an engine in a child that is restarted when it dies.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::audio;
use crate::audio::RATE;
use crate::speech::joined::Joined;
use crate::speech::process::{Lost, Process};
use crate::speech::protocol::{Answer, Ask, Setup};
use crate::speech::settings::Settings;
use crate::text;
use crate::transcript::Heard;
use crate::transcript::PLAIN_PROMPT;
use crate::transcript::Span;
use crate::transcript::TranscribeError;
use crate::transcript::Transcriber;

/// Samples that go to the speech detector at a time: five minutes, so that length costs no memory.
const PORTION: usize = 300 * RATE as usize;

/// A recording that every model must understand, and what is said in it (AISHELL-1, Apache-2.0).
const CLIP: &[u8] = include_bytes!("../../corpora/selfcheck/clip.wav");
const CLIP_TEXT: &str = "哈根达斯";

/// Hears the clip that ships with the project: an engine that runs but does not understand it is refused.
pub fn self_check(engine: &mut dyn Transcriber) -> Result<(), TranscribeError> {
    let mut samples: Vec<i16> = Vec::new();
    audio::decode(CLIP, &mut |block| samples.extend_from_slice(&block[0])).expect("the clip is a recording");
    let all = Span {
        start_ms: 0,
        end_ms: samples.len() as u64 * 1000 / u64::from(RATE),
    };
    let heard = engine.hear(&samples, &[all], PLAIN_PROMPT)?;
    let text: String = heard.iter().map(|heard| text::simplify(&heard.text)).collect();
    let known = CLIP_TEXT.chars().filter(|character| text.contains(*character)).count();
    match known + 1 >= CLIP_TEXT.chars().count() {
        true => Ok(()),
        false => Err(TranscribeError::Refused(format!(
            "the model hears `{text}` where `{CLIP_TEXT}` is said"
        ))),
    }
}

/// A speech engine in a child. The child starts with the first request, lives as long as the engine, and is started
/// again after it died or was killed; the request that it died over fails.
#[derive(Debug)]
pub struct Engine {
    exe: PathBuf,
    setup: Setup,
    settings: Settings,
    model: String,
    process: Option<Process>,
}

impl Engine {
    /// Returns an engine that hears with the Whisper model at `model`, a file that was verified before; `exe` is the
    /// huisheng binary.
    #[must_use]
    pub fn whisper(exe: PathBuf, model: &Path, settings: Settings) -> Engine {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let setup = Setup::Whisper {
            model: model.to_owned(),
            // More threads than cores spin against each other.
            threads: if settings.threads == 0 {
                cores
            } else {
                settings.threads.min(cores)
            },
            beam: settings.beam,
            fallbacks: settings.fallbacks,
        };
        let name = model.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Engine {
            exe,
            setup,
            settings,
            model: name,
            process: None,
        }
    }

    /// Returns an engine of the same kind with a child of its own.
    #[must_use]
    pub fn another(&self) -> Engine {
        Engine {
            exe: self.exe.clone(),
            setup: self.setup.clone(),
            settings: self.settings.clone(),
            model: self.model.clone(),
            process: None,
        }
    }

    /// Returns an engine that only finds speech, for one that hears elsewhere; it needs no model.
    #[must_use]
    pub(crate) fn detector(exe: PathBuf, settings: Settings) -> Engine {
        Engine {
            exe,
            setup: Setup::Detector { threads: 1 },
            settings,
            model: "silero".to_owned(),
            process: None,
        }
    }

    /// Returns an engine that says invented sentences, each chosen by the samples alone.
    ///
    /// Its child aborts over samples that are all 1111 and hangs over samples that are all 2222.
    #[must_use]
    pub fn scripted(exe: PathBuf, settings: Settings) -> Engine {
        Engine {
            exe,
            setup: Setup::Scripted,
            settings,
            model: "scripted".to_owned(),
            process: None,
        }
    }

    /// Returns the number of the child's process; `None` while none runs.
    #[must_use]
    pub fn child_id(&self) -> Option<u32> {
        self.process.as_ref().and_then(Process::id)
    }

    fn start(&self) -> Result<Process, TranscribeError> {
        let process = Process::start(&self.exe, "speech").map_err(no_child)?;
        process.send(&self.setup, &[]).map_err(no_child)?;
        let limit = self.settings.start_limit_s;
        match process.receive::<Answer>(Duration::from_secs(limit)) {
            Ok((Answer::Ready, _)) => Ok(process),
            Ok((Answer::Refused(reason), _)) => Err(TranscribeError::Refused(reason)),
            Ok(_) => Err(TranscribeError::Engine("answered before it was asked".to_owned())),
            Err(Lost::Timeout) => Err(TranscribeError::Timeout(limit)),
            Err(Lost::Died(reason)) => Err(TranscribeError::Engine(format!("{reason} while loading"))),
        }
    }

    fn ask(&mut self, ask: &Ask<'_>, samples: &[i16]) -> Result<Answer, TranscribeError> {
        self.warm_up()?;
        let Some(process) = self.process.take() else {
            return Err(TranscribeError::Engine("not started".to_owned()));
        };
        let limit = self.settings.request_limit_s + 10 * samples.len() as u64 / u64::from(RATE);
        if let Err(error) = process.send(ask, samples) {
            return Err(match error.kind() {
                io::ErrorKind::InvalidInput => TranscribeError::Refused(error.to_string()),
                _ => no_child(error),
            });
        }
        // Unless it answers, the process is dropped here, which kills it.
        match process.receive(Duration::from_secs(limit)) {
            Ok((answer, _)) => {
                self.process = Some(process);
                Ok(answer)
            }
            Err(Lost::Timeout) => Err(TranscribeError::Timeout(limit)),
            Err(Lost::Died(reason)) => Err(TranscribeError::Engine(reason)),
        }
    }
}

impl Transcriber for Engine {
    fn warm_up(&mut self) -> Result<(), TranscribeError> {
        if self.process.as_ref().is_none_or(Process::has_ended) {
            self.process = Some(self.start()?);
        }
        Ok(())
    }

    fn spans(&mut self, samples: &[i16]) -> Result<Vec<Span>, TranscribeError> {
        let mut spans: Vec<Span> = Vec::new();
        for (portion, at_ms) in samples.chunks(PORTION).zip((0..).step_by(300_000)) {
            match self.ask(&Ask::Spans, portion)? {
                Answer::Spans(found) => spans.extend(found.into_iter().map(|span| Span {
                    start_ms: span.start_ms + at_ms,
                    end_ms: span.end_ms + at_ms,
                })),
                other => return Err(wrong(other)),
            }
        }
        Ok(spans)
    }

    fn hear(&mut self, samples: &[i16], spans: &[Span], prompt: &str) -> Result<Vec<Heard>, TranscribeError> {
        let joined = Joined::new(samples, spans);
        if joined.samples.is_empty() {
            return Ok(Vec::new());
        }
        match self.ask(&Ask::Hear(prompt.into()), &joined.samples)? {
            Answer::Heard(phrases) => Ok(joined.place(&phrases)),
            other => Err(wrong(other)),
        }
    }

    fn names(&self) -> (String, String) {
        let engine = match self.setup {
            Setup::Whisper { .. } | Setup::Detector { .. } => "whisper.cpp",
            Setup::Scripted => "scripted",
        };
        (engine.to_owned(), self.model.clone())
    }
}

fn no_child(error: io::Error) -> TranscribeError {
    TranscribeError::Engine(format!("cannot start or reach the child: {error}"))
}

fn wrong(answer: Answer) -> TranscribeError {
    match answer {
        Answer::Refused(reason) => TranscribeError::Refused(reason),
        _ => TranscribeError::Engine("answered something else than asked".to_owned()),
    }
}
