//! A FLAC file in, samples out, through symphonia.

use std::io;
use std::io::{Read, Seek, SeekFrom};

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::default::formats::FlacReader;

use crate::audio::AudioError;
use crate::audio::Format;
use crate::audio::Sink;
use crate::audio::Source;
use crate::audio::output::Output;
use crate::audio::unreadable;

/// Decodes FLAC that begins at byte `start`. Frames that are broken are left out.
pub(crate) fn decode(source: &mut dyn Source, start: u64, sink: &mut Sink<'_>) -> Result<Format, AudioError> {
    let length = source.seek(SeekFrom::End(0)).map_err(unreadable)?.saturating_sub(start);
    source.seek(SeekFrom::Start(start)).map_err(unreadable)?;
    let stream = MediaSourceStream::new(Box::new(From { source, start, length }), Default::default());
    let mut reader = FlacReader::try_new(stream, FormatOptions::default()).map_err(damaged)?;
    let track = reader
        .default_track(TrackType::Audio)
        .ok_or_else(|| broken("no FLAC stream in it"))?;
    let params = track.codec_params.as_ref().and_then(|params| params.audio());
    let params = params.ok_or_else(|| broken("no FLAC stream in it"))?;
    let rate = params
        .sample_rate
        .ok_or_else(|| broken("no sample rate in its header"))?;
    let channels = params.channels.as_ref().map_or(0, |channels| channels.count());
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(params, &AudioDecoderOptions::default())
        .map_err(damaged)?;
    let mut output = Output::new(rate, channels, sink)?;
    let mut samples: Vec<f32> = Vec::new();
    while let Some(packet) = next(&mut reader)? {
        match decoder.decode(&packet) {
            Ok(frame) if frame.spec().rate() != rate || frame.spec().channels().count() != channels => {
                return Err(AudioError::Unsupported("FLAC whose format changes".to_owned()));
            }
            Ok(frame) => {
                frame.copy_to_vec_interleaved(&mut samples);
                output.push(&samples);
            }
            Err(Error::DecodeError(_) | Error::IoError(_)) => {}
            Err(error) => return Err(damaged(error)),
        }
    }
    output.finish()?;
    Ok(Format {
        codec: "flac".to_owned(),
        channels,
        rate,
    })
}

/// A file that ends inside a packet is cut short, which is no error.
fn next(reader: &mut FlacReader<'_>) -> Result<Option<symphonia::core::packet::Packet>, AudioError> {
    match reader.next_packet() {
        Err(Error::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        other => other.map_err(damaged),
    }
}

fn damaged(error: Error) -> AudioError {
    broken(&error.to_string())
}

fn broken(what: &str) -> AudioError {
    AudioError::Damaged(what.to_owned())
}

/// A source that begins at a later byte.
struct From<'a> {
    source: &'a mut dyn Source,
    start: u64,
    length: u64,
}

impl Read for From<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer)
    }
}

impl Seek for From<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => SeekFrom::Start(at.saturating_add(self.start)),
            other => other,
        };
        Ok(self.source.seek(to)?.saturating_sub(self.start))
    }
}

impl MediaSource for From<'_> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}
