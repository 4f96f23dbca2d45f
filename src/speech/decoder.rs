//! A recording's path in, its samples out, decoded in a child.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::audio::AudioError;
use crate::audio::Format;
use crate::audio::RATE;
use crate::audio::raw;
use crate::speech::child::ffmpeg;
use crate::speech::process::{Lost, Process};
use crate::speech::protocol::Decoded;

/// A decoded recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// What the file holds.
    pub format: Format,
    /// Samples at 16 kHz of one or two channels, all of one length.
    pub channels: Vec<Vec<i16>>,
    /// Length in milliseconds.
    pub duration_ms: u64,
}

/// Why a recording gave no samples.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The file is at fault; trying again is useless.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The file cannot be opened.
    #[error("cannot open {}", path.display())]
    Open {
        /// The recording.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// No child could be started: the machine is at fault, not the file.
    #[error("cannot start the decoder")]
    Start(#[source] io::Error),
    /// The child died over this file, for lack of memory or for a defect.
    #[error("decoder stopped: {0}")]
    Crashed(String),
    /// The child was killed because it took too long.
    #[error("decoder took longer than {0} s")]
    Timeout(u64),
}

/// Decodes recordings, each in a child of its own. Blocking: for compute threads only.
#[derive(Clone, Debug)]
pub struct Decoder {
    /// The huisheng binary.
    pub exe: PathBuf,
    /// Time that a recording may take, on top of twice the length that has been decoded so far.
    pub limit: Duration,
    /// What is known of recordings without a header.
    pub settings: raw::Settings,
}

/// Longest recording. Eight hours of stereo take 1.8 GB here, and a file of a few kilobytes can hold more.
const LONGEST_HOURS: u64 = 8;

impl Decoder {
    /// Returns a decoder that runs `exe child decode` and allows each recording a minute beside twice its length.
    #[must_use]
    pub fn new(exe: PathBuf) -> Decoder {
        Decoder {
            exe,
            limit: Duration::from_secs(60),
            settings: raw::Settings::default(),
        }
    }

    /// Decodes the recording at `path`.
    pub fn decode(&self, path: &Path) -> Result<Recording, DecodeError> {
        self.decode_named(path, &[path.to_string_lossy().into_owned()])
    }

    /// Decodes the recording at `path`, which had one of these names once; only a recording without any header needs it.
    pub fn decode_named(&self, path: &Path, names: &[String]) -> Result<Recording, DecodeError> {
        let open = |source| DecodeError::Open {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(open)?;
        if !file.metadata().map_err(open)?.is_file() {
            return Err(open(io::Error::other("not a file")));
        }
        // The child gets the open file as its standard input and needs no path.
        let raw = names.iter().find_map(|name| self.settings.raw_named(name));
        let raw = raw.map(|raw| serde_json::to_string(&raw).expect("a plain struct becomes JSON"));
        let arguments: Vec<&str> = ["decode"].into_iter().chain(raw.as_deref()).collect();
        let child = Process::start_with(&self.exe, &arguments, Stdio::from(file)).map_err(DecodeError::Start)?;
        let started = Instant::now();
        let mut channels: Vec<Vec<i16>> = Vec::new();
        loop {
            let limit = self.limit + 2 * length(&channels);
            let left = limit.saturating_sub(started.elapsed());
            let (message, samples) = child.receive(left).map_err(|lost| match lost {
                Lost::Timeout => DecodeError::Timeout(limit.as_secs()),
                Lost::Died(reason) => DecodeError::Crashed(reason),
            })?;
            match message {
                Decoded::Block { channels: count } => {
                    append(&mut channels, count, &samples)?;
                    if length(&channels) > Duration::from_secs(LONGEST_HOURS * 3600) {
                        return Err(AudioError::TooLong(LONGEST_HOURS).into());
                    }
                }
                Decoded::Failed(error) => return Err(error.into()),
                Decoded::End { format } => {
                    let duration_ms = milliseconds(channels.first().map_or(0, Vec::len));
                    return Ok(Recording {
                        format,
                        channels,
                        duration_ms,
                    });
                }
            }
        }
    }
}

/// Whether ffmpeg is on the PATH, for the recordings that need it.
#[must_use]
pub fn has_ffmpeg() -> bool {
    ffmpeg::is_there()
}

/// Returns the length of that many samples in milliseconds.
fn milliseconds(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(RATE)
}

fn length(channels: &[Vec<i16>]) -> Duration {
    Duration::from_millis(milliseconds(channels.first().map_or(0, Vec::len)))
}

fn append(channels: &mut Vec<Vec<i16>>, count: usize, samples: &[i16]) -> Result<(), DecodeError> {
    if channels.is_empty() {
        *channels = vec![Vec::new(); count];
    }
    if count == 0 || count != channels.len() || !samples.len().is_multiple_of(count) {
        return Err(DecodeError::Crashed("unreadable message".to_owned()));
    }
    for (channel, part) in channels.iter_mut().zip(samples.chunks(samples.len().max(1) / count)) {
        channel.extend_from_slice(part);
    }
    Ok(())
}
