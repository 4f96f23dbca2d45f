//! A container of coded packets in, samples out, through symphonia: FLAC, MP3, AAC, Ogg, M4A, AIFF.

use std::io;
use std::io::{Read, Seek, SeekFrom};
use std::sync::LazyLock;

use symphonia::core::codecs::audio::well_known::{CODEC_ID_AAC, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioCodecId, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::{FormatOptions, FormatReader, Track as Described, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
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

/// Frames of a packet of AAC.
const AAC_PACKET: u64 = 1_024;

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
        _ => None,
    };
    let length = source.seek(SeekFrom::End(0)).map_err(unreadable)?.saturating_sub(start);
    source.seek(SeekFrom::Start(start)).map_err(unreadable)?;
    // Only MP4 may have its index at the end. Where symphonia can seek it guesses at the length of an MP3 from its first
    // frames, and cuts off what goes beyond.
    let seekable = container == Container::Mp4;
    let later = Later {
        source,
        start,
        length,
        seekable,
    };
    let stream = MediaSourceStream::new(Box::new(later), Default::default());
    let mut reader = container.open(stream).map_err(|error| container.refused(error))?;
    let mut track = Track::open(container, reader.as_ref(), cut).map_err(|error| container.refused(error))?;
    let mut taken = Taken::new(sink);
    let mut failures = 0;
    while failures < PATIENCE {
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            // A file that ends inside a packet is cut short, which is no error.
            Ok(None) | Err(Error::IoError(_)) => break,
            Err(Error::ResetRequired) => {
                // One Ogg stream follows another.
                track = Track::open(container, reader.as_ref(), None).map_err(|error| container.refused(error))?;
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
}

impl Track {
    /// Opens the track that the file names as its first with sound.
    fn open(container: Container, reader: &dyn FormatReader, cut: Option<Cut>) -> Result<Track, Error> {
        let track = reader
            .default_track(TrackType::Audio)
            .ok_or(Error::Unsupported("no sound in it"))?;
        let params = track.codec_params.as_ref().and_then(|params| params.audio());
        let mut params = params.ok_or(Error::Unsupported("no sound in it"))?.clone();
        let cut = cut.unwrap_or_else(|| Cut::of(container, track, params.sample_rate.unwrap_or(1)));
        if is(track, CODEC_ID_OPUS) {
            // The decoder would cut the start off the first packet alone, which may be shorter than it.
            params.extra_data = None;
        }
        // MP3 is cut by us: symphonia drops all that follows the length in its head, and whoever appends to a file
        // does not change that.
        let options = AudioDecoderOptions::default().gapless(container != Container::Mpeg);
        let decoder = CODECS.make_audio_decoder(&params, &options)?;
        Ok(Track {
            id: track.id,
            decoder,
            cut,
        })
    }
}

fn is(track: &Described, codec: AudioCodecId) -> bool {
    let params = track.codec_params.as_ref().and_then(|params| params.audio());
    params.is_some_and(|params| params.codec == codec)
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
    /// What it filled up with at the end, where the file says: from when, counted after `skip`, and for how long. Sound
    /// that follows it, as where one file was written behind another, is kept.
    filling: Option<(Ticks, Ticks)>,
    /// Frames that were decoded.
    seen: u64,
}

impl Default for Cut {
    fn default() -> Cut {
        Cut {
            skip: Ticks { count: 0, second: 1 },
            filling: None,
            seen: 0,
        }
    }
}

impl From<mp4::Edit> for Cut {
    fn from(edit: mp4::Edit) -> Cut {
        let ticks = |count, second| Ticks { count, second };
        let ever = ticks(u64::MAX, edit.movie_ticks);
        Cut {
            skip: ticks(edit.start, edit.track_ticks),
            filling: edit.length.map(|length| (ticks(length, edit.movie_ticks), ever)),
            seen: 0,
        }
    }
}

impl Cut {
    /// Reads what a track says; the packets themselves are told apart by nobody but us.
    fn of(container: Container, track: &Described, rate: u32) -> Cut {
        let ticks = |count, second| Ticks { count, second };
        let delay = u64::from(track.delay.unwrap_or(0));
        let mut cut = Cut::default();
        match container {
            // The first packet only fills the overlap of the second; an MP4 with an edit list knows more.
            Container::Adts | Container::Mp4 if is(track, CODEC_ID_AAC) => cut.skip = ticks(AAC_PACKET, rate),
            Container::Ogg if is(track, CODEC_ID_OPUS) => cut.skip = ticks(delay, 48_000),
            Container::Mpeg => {
                cut.skip = ticks(delay, rate);
                if let (Some(length), Some(padding)) = (track.num_frames, track.padding) {
                    cut.filling = Some((ticks(length, rate), ticks(u64::from(padding), rate)));
                }
            }
            _ => {}
        }
        cut
    }

    /// Returns which of the next `frames` belong to the recording.
    fn next(&mut self, frames: u64, rate: u32) -> std::ops::Range<u64> {
        let skip = self.skip.frames(rate);
        let (from, to) = match self.filling {
            Some((from, length)) => {
                let from = skip.saturating_add(from.frames(rate));
                (from, from.saturating_add(length.frames(rate)))
            }
            None => (u64::MAX, u64::MAX),
        };
        let within = |at: u64| at.saturating_sub(self.seen).min(frames);
        let end = if self.seen < to { within(from) } else { frames };
        let range = within(skip).min(end)..end;
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
    seekable: bool,
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
        self.seekable
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.length)
    }
}
