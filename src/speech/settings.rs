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
    /// A transcription server; see [`Server`].
    Remote,
}

/// Most requests that a server gets at the same time.
const MOST_REQUESTS: usize = 64;

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
    /// The server that hears where the engine is [`EngineName::Remote`].
    pub remote: Server,
}

/// A server that transcribes, and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Its address, without `/audio/transcriptions`.
    pub url: String,
    /// Hosts that recordings may be sent to; others are refused.
    pub hosts: Vec<String>,
    /// Name of the model that it is to use.
    pub model: String,
    /// Name of the environment variable that holds its key; empty where it wants none.
    pub key_variable: String,
    /// Seconds that an answer may take, on top of the length of the samples.
    pub timeout_s: u64,
    /// How often a request is tried again that found the server busy, broken or gone.
    pub retries: usize,
    /// Milliseconds before the first of these tries; each waits twice as long as the one before.
    pub backoff_ms: u64,
}

impl Default for Server {
    fn default() -> Server {
        Server {
            url: "http://127.0.0.1:8000/v1".to_owned(),
            hosts: ["127.0.0.1", "::1", "localhost"].map(str::to_owned).to_vec(),
            model: "whisper-1".to_owned(),
            key_variable: String::new(),
            timeout_s: 60,
            retries: 4,
            backoff_ms: 500,
        }
    }
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
            remote: Server::default(),
        }
    }
}

impl Settings {
    /// Returns the settings of each of several engines, which share the threads and are never more than these; those
    /// that have a server hear for them may be more.
    #[must_use]
    pub fn shared(&self) -> Settings {
        if self.engine == EngineName::Remote {
            return Settings {
                engines: self.engines.clamp(1, MOST_REQUESTS),
                ..self.clone()
            };
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(engine: EngineName, engines: usize) -> usize {
        let settings = Settings {
            engine,
            engines,
            threads: 1,
            ..Settings::default()
        };
        settings.shared().engines
    }

    #[test]
    fn engines_share_the_cores_unless_a_server_hears_for_them() {
        assert_eq!(shared(EngineName::Whisper, 8), 1);
        assert_eq!(shared(EngineName::Remote, 8), 8);
        assert_eq!(shared(EngineName::Remote, 0), 1);
        assert_eq!(shared(EngineName::Remote, 10_000), MOST_REQUESTS);
    }
}
