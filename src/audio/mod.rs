//! Recording bytes in, samples per channel at 16 kHz out.
//!
//! What a recording is shows in its content, never in its name. Read are WAV (PCM of 1 to 8 bytes, float, A-law, mu-law,
//! IMA and Microsoft ADPCM; plain, extensible, RF64 and RIFX), AIFF, FLAC, MP3, AAC, M4A, and Ogg with Vorbis, Opus or FLAC.
//! What else is known (GSM 6.10 and AMR above all) is [`AudioError::Foreign`]: for ffmpeg, which is started elsewhere and
//! whose WAV comes back to [`decode_wav`]. A recording of more than two channels gives its first two: recorders put the
//! conversation there. All of it streams, so length costs no memory.

/// Recordings that are nothing but samples.
pub mod raw;

mod adpcm;

mod g711;

mod hounded;

mod linear;

mod mp4;

mod mpeg;

mod output;

mod packets;

mod riff;

mod sniff;

#[cfg(test)]
mod tests;

use std::io;
use std::io::{Cursor, Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use crate::audio::raw::Raw;
use crate::audio::sniff::Kind;

/// Sample rate of everything behind this module.
pub const RATE: u32 = 16_000;

/// Most channels that are kept of a recording.
pub const MAX_CHANNELS: usize = 2;

/// What a recording holds, before its samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Format {
    /// How it is coded: pcm_s16, pcm_f32, alaw, mulaw, adpcm_ima, flac, mp3, GSM 6.10 …
    pub codec: String,
    /// Channels in the file; only the first [`MAX_CHANNELS`] are decoded.
    pub channels: usize,
    /// Samples a second in the file.
    pub rate: u32,
}

/// A recording that ffmpeg reads and this module does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foreign {
    /// How it is coded, for people.
    pub name: String,
    /// What ffmpeg calls its container.
    pub container: String,
}

/// Why a recording gives no samples. The text is for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum AudioError {
    /// No audio format that is known here.
    #[error("not a known audio file: {0}")]
    Unknown(String),
    /// Known, and read by ffmpeg where there is one.
    #[error("{} needs ffmpeg, which is not on the PATH; install it or convert the recording", .0.name)]
    Foreign(Foreign),
    /// Known, but not read.
    #[error("{0} is not supported; convert it to WAV or FLAC")]
    Unsupported(String),
    /// Broken.
    #[error("damaged audio file: {0}")]
    Damaged(String),
    /// Longer than any call; a small file may claim to hold days.
    #[error("longer than {0} hours; split the recording")]
    TooLong(u64),
}

/// Where a recording is read from: a file, or bytes in memory.
pub trait Source: Read + Seek + Send + Sync {}

impl<T: Read + Seek + Send + Sync> Source for T {}

/// Takes blocks of 16 kHz samples, one vector per channel, all of one length.
pub type Sink<'a> = dyn FnMut(&[Vec<i16>]) + 'a;

/// Decodes a recording: `sink` gets blocks of 16 kHz samples, one vector per channel, all of one length.
///
/// The sum of the blocks is as long as the recording, to one frame. A recording that is cut short gives what is there;
/// one without a single sample is damaged. After an error, what `sink` was given is void.
pub fn decode(bytes: &[u8], sink: &mut Sink<'_>) -> Result<Format, AudioError> {
    decode_from(&mut Cursor::new(bytes), None, sink)
}

/// Decodes a recording as [`decode`] does, without holding its bytes in memory. Where its content gives nothing away it is
/// taken for what `raw` says.
pub fn decode_from(source: &mut dyn Source, raw: Option<Raw>, sink: &mut Sink<'_>) -> Result<Format, AudioError> {
    let found = sniff::sniff(source).map_err(unreadable)?;
    match found {
        Kind::Wav => match hounded::decode(source, sink)? {
            Some(format) => Ok(format),
            None => riff::decode(source, sink),
        },
        Kind::Packets { container, start } => packets::decode(source, container, start, sink),
        Kind::Foreign(foreign) => Err(AudioError::Foreign(foreign)),
        Kind::Named(name) => Err(AudioError::Unsupported(name.to_owned())),
        Kind::Unknown(reason) => match raw {
            Some(raw) => {
                source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
                raw.decode(source, sink)
            }
            None => Err(AudioError::Unknown(reason)),
        },
    }
}

/// Decodes a WAV that comes through a pipe.
pub fn decode_wav(input: &mut dyn Read, sink: &mut Sink<'_>) -> Result<Format, AudioError> {
    riff::decode_stream(input, sink)
}

/// Whether a file that begins with `head` is a recording of a known kind; a few kilobytes are enough.
#[must_use]
pub fn is_recording(head: &[u8]) -> bool {
    head.starts_with(b"ID3") || !matches!(sniff::kind(head), Kind::Unknown(_))
}

/// Whether two channels of one recording hold the same signal, as a mono recording saved as stereo does.
///
/// The difference must stay 40 dB below the signal; two silent channels are the same.
#[must_use]
pub fn same(left: &[i16], right: &[i16]) -> bool {
    let energy = |x: i64| u128::from((x * x).unsigned_abs());
    let pairs = || left.iter().zip(right).map(|(&l, &r)| (i64::from(l), i64::from(r)));
    let signal: u128 = pairs().map(|(l, r)| energy(l) + energy(r)).sum();
    let difference: u128 = pairs().map(|(l, r)| energy(l - r)).sum();
    left.len() == right.len() && difference * 10_000 <= signal
}

/// Mixes channels into one, for a listener that takes only one. No channel gives no sample.
#[must_use]
pub fn mono(channels: &[Vec<i16>]) -> Vec<i16> {
    let length = channels.iter().map(Vec::len).max().unwrap_or(0);
    let count = i32::try_from(channels.len().max(1)).expect("a recording has few channels");
    let sum = |at: usize| -> i32 {
        channels
            .iter()
            .filter_map(|channel| channel.get(at))
            .copied()
            .map(i32::from)
            .sum()
    };
    (0..length)
        .map(|at| i16::try_from(sum(at) / count).expect("a mean of 16-bit samples has 16 bits"))
        .collect()
}

fn unreadable(error: io::Error) -> AudioError {
    AudioError::Damaged(format!("cannot be read: {error}"))
}
