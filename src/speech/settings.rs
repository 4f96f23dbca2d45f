//! What a site may choose about speech recognition.

use serde::{Deserialize, Serialize};

/// Which engine hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineName {
    /// whisper.cpp with a model on disk.
    #[default]
    Whisper,
    /// Invented sentences that depend on the samples alone: for tests of everything around the engine.
    Scripted,
    /// A transcription server; not built yet, so it is refused at start.
    Remote,
}

/// Settings of speech recognition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Which engine hears.
    pub engine: EngineName,
    /// Name of the model that Whisper uses.
    pub model: String,
    /// Copies of the engine, each with a call of its own.
    pub engines: usize,
    /// Threads of one engine; 0 takes all cores. More engines than one must share the cores: whisper.cpp's threads spin,
    /// and more of them than cores make everything ten times slower.
    pub threads: usize,
    /// Beams of the search; 1 is greedy. 5 is a little more exact and takes half as long again.
    pub beam: usize,
    /// How often a window whose text looks wrong is tried again at a higher temperature. Each try costs up to as much
    /// as the first.
    pub fallbacks: usize,
    /// Seconds that an answer may take, on top of ten times the length of the samples; then the engine is killed.
    pub request_limit_s: u64,
    /// Seconds that loading and trying the model may take.
    pub start_limit_s: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            engine: EngineName::Whisper,
            model: "base".to_owned(),
            engines: 1,
            threads: 0,
            beam: 1,
            fallbacks: 2,
            request_limit_s: 60,
            start_limit_s: 180,
        }
    }
}

impl Settings {
    /// Returns the settings of each of several engines, which share the threads and are never more than these.
    #[must_use]
    pub fn shared(&self) -> Settings {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if self.threads == 0 {
            cores
        } else {
            self.threads.min(cores)
        };
        let engines = self.engines.clamp(1, threads);
        Settings {
            engines,
            threads: (threads / engines).max(1),
            ..self.clone()
        }
    }
}
