//! A container of coded packets in, samples out, through symphonia: FLAC, MP3, AAC, Ogg, M4A, AIFF.

use std::io;
use std::io::{Read, Seek, SeekFrom};
use std::sync::LazyLock;

use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::units::Duration;
use symphonia::default::formats::{AdtsReader, AiffReader, FlacReader, IsoMp4Reader, MpaReader, OggReader};

use crate::audio::AudioError;
use crate::audio::Foreign;
use crate::audio::Format;
use crate::audio::Sink;
use crate::audio::Source;
use crate::audio::mp4;
use crate::audio::output::Output;
use crate::audio::unreadable;

/// Broken packets in a row after which the rest of a file is given up.
const PATIENCE: usize = 100;
/// One frame in so many may have another format than the first; more are no damage but a recording of two formats.
const STRANGERS: u64 = 10;

/// Frames that every AAC coder takes to get going, and that a stream without a container cannot tell.
const ADTS_RUN_IN: u64 = 1_024;

/// What packets lie in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Flac,
    Mpeg,
    Adts,
    Ogg,
    Mp4,
    Aiff,
}

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// Decodes what begins at byte `start`. Packets that are broken are left out.
pub(crate) fn decode(
    source: &mut dyn Source,
    container: Container,
    start: u64,
    sink: &mut Sink<'_>,
) -> Result<Format, AudioError> {
    let cut = match container {
        Container::Mp4 => mp4::edit(source).map(Cut::from),
        Container::Adts => Some(Cut::run_in(ADTS_RUN_IN)),
        _ => None,
    };
    let length = source.seek(SeekFrom::End(0)).map_err(unreadable)?.saturating_sub(start);
    source.seek(SeekFrom::Start(start)).map_err(unreadable)?;
    let stream = MediaSourceStream::new(Box::new(Later { source, start, length }), Default::default());
    let mut reader = container.open(stream).map_err(|error| container.refused(error))?;
    let mut track = Track::open(reader.as_ref(), cut).map_err(|error| container.refused(error))?;
    let mut taken = Taken::new(sink);
    let mut failures = 0;
    while failures < PATIENCE {
        let mut packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            // A file that ends inside a packet is cut short, which is no error.
            Ok(None) | Err(Error::IoError(_)) => break,
            Err(Error::ResetRequired) => {
                // One Ogg stream follows another.
                track = Track::open(reader.as_ref(), None).map_err(|error| container.refused(error))?;
                continue;
            }
            Err(error) => {
                taken.error = Some(error);
                failures += 1;
                continue;
            }
        };
        if packet.track_id != track.id {
            continue;
        }
        if container == Container::Mpeg && !track.says_its_length {
            // Its length is guessed from the bit rate of the first frame.
            packet.trim_end = Duration::ZERO;
        }
        match track.decoder.decode(&packet) {
            Ok(frame) => {
                let spec = frame.spec();
                let (rate, channels) = (spec.rate(), spec.channels().count());
                frame.copy_to_vec_interleaved(&mut taken.samples);
                taken.take(rate, channels, &mut track.cut)?;
                failures = 0;
            }
            Err(error) => taken.error = Some(error),
        }
    }
    taken.finish(container, track.decoder.codec_info().short_name)
}

impl Container {
    fn open(self, stream: MediaSourceStream<'_>) -> Result<Box<dyn FormatReader + '_>, Error> {
        let options = FormatOptions::default();
        Ok(match self {
            Container::Flac => Box::new(FlacReader::try_new(stream, options)?),
            Container::Mpeg => Box::new(MpaReader::try_new(stream, options)?),
            Container::Adts => Box::new(AdtsReader::try_new(stream, options)?),
            Container::Ogg => Box::new(OggReader::try_new(stream, options)?),
            Container::Mp4 => Box::new(IsoMp4Reader::try_new(stream, options)?),
            Container::Aiff => Box::new(AiffReader::try_new(stream, options)?),
        })
    }

    /// Says why nothing was decoded; what is only unknown here, ffmpeg may know.
    fn refused(self, error: Error) -> AudioError {
        let (name, container) = match self {
            Container::Flac => ("FLAC", "flac"),
            Container::Mpeg => ("MPEG audio", "mp3"),
            Container::Adts => ("AAC", "aac"),
            Container::Ogg => ("Ogg", "ogg"),
            Container::Mp4 => ("MP4", "mov"),
            Container::Aiff => ("AIFF", "aiff"),
        };
        match error {
            Error::Unsupported(what) => AudioError::Foreign(Foreign {
                name: format!("{name} of this kind ({what})"),
                container: container.to_owned(),
            }),
            Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                AudioError::Damaged(format!("it ends inside the {name} header"))
            }
            error => AudioError::Damaged(error.to_string()),
        }
    }
}

/// The track that is heard.
struct Track {
    id: u32,
    decoder: Box<dyn AudioDecoder>,
    cut: Cut,
    /// Whether the file tells what its coder added at the end.
    says_its_length: bool,
}

impl Track {
    /// Opens the track that the file names as its first with sound.
    fn open(reader: &dyn FormatReader, cut: Option<Cut>) -> Result<Track, Error> {
        let track = reader
            .default_track(TrackType::Audio)
            .ok_or(Error::Unsupported("no sound in it"))?;
        let params = track.codec_params.as_ref().and_then(|params| params.audio());
        let mut params = params.ok_or(Error::Unsupported("no sound in it"))?.clone();
        let mut cut = cut.unwrap_or_default();
        if params.codec == CODEC_ID_OPUS {
            // The decoder would cut the start off the first packet alone, which may be shorter than it.
            params.extra_data = None;
            if let Some(delay) = track.delay {
                cut.skip = Ticks {
                    count: u64::from(delay),
                    second: 48_000,
                };
            }
        }
        let decoder = CODECS.make_audio_decoder(&params, &AudioDecoderOptions::default())?;
        Ok(Track {
            id: track.id,
            decoder,
            cut,
            says_its_length: track.padding.is_some(),
        })
    }
}

/// A stretch of time.
#[derive(Clone, Copy, Debug)]
struct Ticks {
    count: u64,
    /// Ticks of a second.
    second: u32,
}

impl Ticks {
    fn frames(self, rate: u32) -> u64 {
        let frames = u128::from(self.count) * u128::from(rate) / u128::from(self.second.max(1));
        u64::try_from(frames).unwrap_or(u64::MAX)
    }
}

/// Which part of what is decoded is the recording.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// What the coder needed to get going.
    skip: Ticks,
    /// The same in frames.
    run_in: u64,
    /// How long the recording is, where the file says.
    keep: Option<Ticks>,
    /// Frames that were decoded.
    seen: u64,
}

impl Default for Cut {
    fn default() -> Cut {
        Cut {
            skip: Ticks { count: 0, second: 1 },
            run_in: 0,
            keep: None,
            seen: 0,
        }
    }
}

impl From<mp4::Edit> for Cut {
    fn from(edit: mp4::Edit) -> Cut {
        let ticks = |count, second| Ticks { count, second };
        Cut {
            skip: ticks(edit.start, edit.track_ticks),
            run_in: 0,
            keep: edit.length.map(|length| ticks(length, edit.movie_ticks)),
            seen: 0,
        }
    }
}

impl Cut {
    /// Leaves out that many frames at the start.
    fn run_in(frames: u64) -> Cut {
        Cut {
            run_in: frames,
            ..Cut::default()
        }
    }

    /// Returns which of the next `frames` belong to the recording.
    fn next(&mut self, frames: u64, rate: u32) -> std::ops::Range<u64> {
        let skip = self.skip.frames(rate).saturating_add(self.run_in);
        let end = self
            .keep
            .map_or(u64::MAX, |keep| skip.saturating_add(keep.frames(rate)));
        let within = |at: u64| at.saturating_sub(self.seen).min(frames);
        let range = within(skip)..within(end).max(within(skip));
        self.seen += frames;
        range
    }
}

/// What was decoded so far.
struct Taken<'a> {
    sink: Option<&'a mut Sink<'a>>,
    output: Option<Output<'a>>,
    samples: Vec<f32>,
    rate: u32,
    channels: usize,
    kept: u64,
    strangers: u64,
    /// What went wrong last.
    error: Option<Error>,
}

impl<'a> Taken<'a> {
    fn new(sink: &'a mut Sink<'a>) -> Taken<'a> {
        Taken {
            sink: Some(sink),
            output: None,
            samples: Vec::new(),
            rate: 0,
            channels: 0,
            kept: 0,
            strangers: 0,
            error: None,
        }
    }

    /// Hands `self.samples` on. The first packet says what the format is; those of another are taken for damage.
    fn take(&mut self, rate: u32, channels: usize, cut: &mut Cut) -> Result<(), AudioError> {
        if self.samples.is_empty() {
            return Ok(());
        }
        if let Some(sink) = self.sink.take() {
            (self.rate, self.channels) = (rate, channels);
            self.output = Some(Output::new(rate, channels, sink)?);
        }
        let frames = (self.samples.len() / channels.max(1)) as u64;
        if (rate, channels) != (self.rate, self.channels) {
            self.strangers += frames;
            return Ok(());
        }
        self.kept += frames;
        let range = cut.next(frames, rate);
        let at = |frame: u64| usize::try_from(frame).expect("a packet fits in memory") * channels;
        let kept = &self.samples[at(range.start)..at(range.end)];
        self.output.as_mut().expect("made with the first packet").push(kept);
        Ok(())
    }

    fn finish(self, container: Container, codec: &str) -> Result<Format, AudioError> {
        let Some(output) = self.output else {
            let error = self.error.unwrap_or(Error::DecodeError("it holds no samples"));
            return Err(container.refused(error));
        };
        if self.strangers > self.kept / STRANGERS {
            return Err(AudioError::Unsupported(format!("{codec} whose format changes")));
        }
        output.finish()?;
        Ok(Format {
            codec: codec.to_owned(),
            channels: self.channels,
            rate: self.rate,
        })
    }
}

/// A source that begins at a later byte.
struct Later<'a> {
    source: &'a mut dyn Source,
    start: u64,
    length: u64,
}

impl Read for Later<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer)
    }
}

impl Seek for Later<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => SeekFrom::Start(at.saturating_add(self.start)),
            other => other,
        };
        Ok(self.source.seek(to)?.saturating_sub(self.start))
    }
}

impl MediaSource for Later<'_> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}
