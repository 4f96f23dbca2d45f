//! A recording and the range that a player asked for in, sound that a browser can play out.
//!
//! WAV with PCM and FLAC are given as they are. Anything else (telephone codes above all) is decoded in a child and
//! given as 16-bit WAV, made once and kept for as long as there is room.

use std::collections::VecDeque;
use std::fs;
use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use tempfile::TempDir;

use crate::audio::RATE;
use crate::speech::decoder::DecodeError;
use crate::speech::decoder::Decoder;
use crate::speech::decoder::Recording;
use crate::web::problem::ApiError;

/// Decoded recordings that are kept.
const KEPT: usize = 16;
/// Most bytes in one answer to a range: a player asks for the rest itself.
const PIECE: u64 = 4 << 20;

/// Recordings in a form that a browser plays.
#[derive(Debug)]
pub(super) struct Sounds {
    decoder: Decoder,
    folder: TempDir,
    /// Names of the files in the folder, the oldest first. Held while decoding, so that children run one at a time.
    kept: Mutex<VecDeque<String>>,
}

/// A file that a browser plays.
#[derive(Debug)]
pub(super) struct Playable {
    file: File,
    bytes: u64,
    kind: &'static str,
}

impl Sounds {
    /// Decodes with `decoder`; what was decoded is removed with this value.
    pub(super) fn new(decoder: Decoder) -> io::Result<Sounds> {
        Ok(Sounds {
            decoder,
            folder: tempfile::Builder::new().prefix("huisheng-play-").tempdir()?,
            kept: Mutex::new(VecDeque::new()),
        })
    }

    /// Opens the recording at `path`, whose hash is `sha256` and which had these names, in a form that a browser plays.
    /// Blocking.
    pub(super) fn open(&self, path: &Path, sha256: &str, names: &[String]) -> Result<Playable, ApiError> {
        let kind = original_kind(path).map_err(|error| ApiError::internal(&error))?;
        let (path, kind) = match kind {
            Some(kind) => (path.to_owned(), kind),
            None => (self.decoded(path, sha256, names)?, "audio/wav"),
        };
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (bytes, file) = opened.map_err(|error| ApiError::internal(&error))?;
        Ok(Playable { file, bytes, kind })
    }

    fn decoded(&self, path: &Path, sha256: &str, names: &[String]) -> Result<PathBuf, ApiError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let target = self.folder.path().join(sha256);
        if kept.iter().any(|name| name == sha256) {
            return Ok(target);
        }
        let recording = self.decoder.decode_named(path, names).map_err(cannot_decode)?;
        write_wav(&target, &recording).map_err(|error| ApiError::internal(&error))?;
        kept.push_back(sha256.to_owned());
        if kept.len() > KEPT {
            let oldest = kept.pop_front().unwrap_or_default();
            // A player that has it open keeps it.
            if let Err(error) = fs::remove_file(self.folder.path().join(oldest)) {
                tracing::warn!(%error, "a decoded recording could not be removed");
            }
        }
        Ok(target)
    }
}

fn cannot_decode(error: DecodeError) -> ApiError {
    match error {
        DecodeError::Audio(reason) => ApiError::no_sound(format!("这段录音无法解码：{reason}")),
        other => ApiError::internal(&other),
    }
}

/// Returns the media type of a file that browsers play as it is.
fn original_kind(path: &Path) -> io::Result<Option<&'static str>> {
    let mut start = Vec::new();
    File::open(path)?.take(64).read_to_end(&mut start)?;
    let at = |from: usize, bytes: &[u8]| start.get(from..).is_some_and(|rest| rest.starts_with(bytes));
    // RIFF, then WAVE, then the format chunk with code 1 (PCM) and 8, 16 or 24 bits at the usual place.
    let plain_pcm = at(0, b"RIFF") && at(8, b"WAVEfmt ") && at(20, &[1, 0]);
    let usual_bits = [8_u8, 16, 24].iter().any(|bits| at(34, &[*bits, 0]));
    if plain_pcm && usual_bits {
        return Ok(Some("audio/wav"));
    }
    Ok(at(0, b"fLaC").then_some("audio/flac"))
}

/// Writes a recording as 16-bit WAV.
fn write_wav(path: &Path, recording: &Recording) -> io::Result<()> {
    let spec = hound::WavSpec {
        channels: u16::try_from(recording.channels.len()).map_err(io::Error::other)?,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let file = BufWriter::new(File::create(path)?);
    let mut writer = hound::WavWriter::new(file, spec).map_err(io::Error::other)?;
    let length = recording.channels.first().map_or(0, Vec::len);
    for index in 0..length {
        for channel in &recording.channels {
            let sample = channel.get(index).copied().unwrap_or(0);
            writer.write_sample(sample).map_err(io::Error::other)?;
        }
    }
    writer.finalize().map_err(io::Error::other)
}

impl Playable {
    /// Answers a request, with the part that its `Range` header asks for. Blocking.
    pub(super) fn answer(mut self, request: &HeaderMap) -> Result<Response, ApiError> {
        let asked = request.get(header::RANGE).and_then(|value| value.to_str().ok());
        let Some((start, end)) = asked.and_then(|text| range(text, self.bytes)) else {
            let body = self.read(0, self.bytes)?;
            return Ok((StatusCode::OK, self.headers(), body).into_response());
        };
        if start >= end {
            let whole = [(header::CONTENT_RANGE, format!("bytes */{}", self.bytes))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, whole).into_response());
        }
        let end = end.min(start + PIECE);
        let body = self.read(start, end)?;
        let part = [(
            header::CONTENT_RANGE,
            format!("bytes {start}-{}/{}", end - 1, self.bytes),
        )];
        Ok((StatusCode::PARTIAL_CONTENT, self.headers(), part, body).into_response())
    }

    fn headers(&self) -> [(header::HeaderName, &'static str); 3] {
        [
            (header::CONTENT_TYPE, self.kind),
            (header::ACCEPT_RANGES, "bytes"),
            (header::CACHE_CONTROL, "private, max-age=3600"),
        ]
    }

    fn read(&mut self, start: u64, end: u64) -> Result<Body, ApiError> {
        let mut bytes = Vec::new();
        let mut take = || {
            self.file.seek(SeekFrom::Start(start))?;
            (&self.file).take(end - start).read_to_end(&mut bytes)
        };
        take().map_err(|error| ApiError::internal(&error))?;
        Ok(Body::from(bytes))
    }
}

/// Reads `bytes=a-b`, `bytes=a-` or `bytes=-n` for a file of `length`: first byte, and one past the last. Nothing where
/// it is not one range; an empty range where it lies outside.
fn range(text: &str, length: u64) -> Option<(u64, u64)> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let (first, last) = (first.trim(), last.trim());
    if first.is_empty() {
        let count: u64 = last.parse().ok()?;
        return Some((length.saturating_sub(count), length));
    }
    let first: u64 = first.parse().ok()?;
    if last.is_empty() {
        return Some((first, length));
    }
    let last: u64 = last.parse().ok()?;
    (last >= first).then(|| (first, last.saturating_add(1).min(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_players_write_it() {
        for (text, expected) in [
            ("bytes=0-", Some((0, 100))),
            ("bytes=10-19", Some((10, 20))),
            ("bytes=90-200", Some((90, 100))),
            ("bytes=-10", Some((90, 100))),
            ("bytes=-1000", Some((0, 100))),
            ("bytes=100-", Some((100, 100))),
            ("bytes=5-4", None),
            ("bytes=0-1,5-6", None),
            ("bytes=18446744073709551615-18446744073709551615", Some((u64::MAX, 100))),
            ("lines=1-2", None),
            ("", None),
        ] {
            assert_eq!(range(text, 100), expected, "{text}");
        }
    }

    #[test]
    fn telephone_codes_are_decoded_and_plain_sound_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let wav = |code: u8, bits: u8| {
            let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
            bytes.extend([code, 0, 1, 0, 64, 31, 0, 0, 0, 0, 0, 0, 1, 0, bits, 0]);
            bytes
        };
        for (bytes, expected) in [
            (wav(1, 16), Some("audio/wav")),
            (wav(6, 8), None),
            (wav(7, 8), None),
            (wav(1, 32), None),
            (b"fLaC\0".to_vec(), Some("audio/flac")),
            (b"RI".to_vec(), None),
            (Vec::new(), None),
        ] {
            fs::write(&path, &bytes).unwrap();
            assert_eq!(original_kind(&path).unwrap(), expected, "{bytes:?}");
        }
    }
}
