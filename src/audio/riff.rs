//! A WAV that hound turns away in, samples out: G.711, ADPCM, RF64, 64-bit and odd widths, lengths never filled in.

use std::io;
use std::io::{BufReader, Read, SeekFrom};

use crate::audio::AudioError;
use crate::audio::Foreign;
use crate::audio::Format;
use crate::audio::Sink;
use crate::audio::Source;
use crate::audio::adpcm;
use crate::audio::adpcm::Adpcm;
use crate::audio::linear;
use crate::audio::linear::{Coding, Linear, Order};
use crate::audio::unreadable;

/// Codings that WAV names by number and that ffmpeg reads.
const OTHERS: [(u16, &str); 16] = [
    (0x10, "OKI ADPCM"),
    (0x14, "G.723 ADPCM"),
    (0x22, "TrueSpeech"),
    (0x31, "GSM 6.10"),
    (0x40, "G.721 ADPCM"),
    (0x42, "G.723.1"),
    (0x45, "G.726"),
    (0x50, "MPEG audio"),
    (0x55, "MP3"),
    (0x57, "AMR-NB"),
    (0x58, "AMR-WB"),
    (0x64, "G.726"),
    (0x65, "G.722"),
    (0x83, "G.729"),
    (0xff, "AAC"),
    (0x028f, "G.722"),
];

/// What the `fmt ` chunk says.
#[derive(Clone, Copy, Debug)]
enum Header {
    Linear(Linear),
    Adpcm(Adpcm),
    /// A coding by its number.
    Other(u16),
}

/// Decodes from the beginning of the file.
pub(crate) fn decode(source: &mut dyn Source, sink: &mut Sink<'_>) -> Result<Format, AudioError> {
    source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    decode_stream(source, sink)
}

/// Decodes what comes through a pipe.
pub(crate) fn decode_stream(input: &mut (impl Read + ?Sized), sink: &mut Sink<'_>) -> Result<Format, AudioError> {
    let mut input = BufReader::new(input);
    let (header, length) = open(&mut input)?;
    let data = input.take(length);
    match header {
        Header::Linear(linear) => linear::decode(linear, data, sink),
        Header::Adpcm(coding) => adpcm::decode(coding, data, sink),
        Header::Other(tag) => Err(AudioError::Foreign(Foreign {
            name: coding_name(tag),
            container: "wav".to_owned(),
        })),
    }
}

/// Walks the chunks up to the samples; returns what they are and how many bytes they may take.
fn open(input: &mut impl Read) -> Result<(Header, u64), AudioError> {
    let damaged = |what: &str| AudioError::Damaged(what.to_owned());
    let mut header = None;
    let mut long = None;
    let mark = read(input, 12)
        .map_err(unreadable)?
        .ok_or_else(|| damaged("it ends inside the WAV header"))?;
    let order = if mark.starts_with(b"RIFX") {
        Order::Big
    } else {
        Order::Little
    };
    loop {
        let missing = if header.is_none() {
            "no format in the WAV header"
        } else {
            "no samples after the WAV header"
        };
        let chunk = read(input, 8).map_err(unreadable)?.ok_or_else(|| damaged(missing))?;
        let size = u64::from(order.u32(&chunk, 4));
        match &chunk[..4] {
            b"data" => {
                let header = header.ok_or_else(|| damaged("no format before the samples"))?;
                // A recorder that died leaves 0 or all ones; then the samples run to the end of the file.
                let unknown = size == 0 || size == u64::from(u32::MAX);
                return Ok((header, if unknown { long.unwrap_or(u64::MAX) } else { size }));
            }
            b"fmt " => {
                let kept = usize::try_from(size.min(40)).expect("at most 40");
                let body = read(input, kept)
                    .map_err(unreadable)?
                    .ok_or_else(|| damaged("it ends inside the format"))?;
                header = Some(Header::read(&body, order)?);
                skip(input, size - kept as u64 + size % 2)?;
            }
            b"ds64" if size >= 16 => {
                let body = read(input, 16)
                    .map_err(unreadable)?
                    .ok_or_else(|| damaged("it ends inside the header"))?;
                long = Some(u64::from(order.u32(&body, 8)) | u64::from(order.u32(&body, 12)) << 32);
                skip(input, size - 16 + size % 2)?;
            }
            _ => skip(input, size + size % 2)?,
        }
    }
}

impl Header {
    fn read(body: &[u8], order: Order) -> Result<Header, AudioError> {
        if body.len() < 16 {
            return Err(AudioError::Damaged(
                "the format in the WAV header is too short".to_owned(),
            ));
        }
        let (channels, rate, block) = (order.u16(body, 2), order.u32(body, 4), order.u16(body, 12));
        // The extensible form names its coding, and the bits that count, further back.
        let (tag, bits) = match (order.u16(body, 0), order.u16(body, 14)) {
            (0xfffe, 0) if body.len() >= 26 => (order.u16(body, 24), order.u16(body, 18)),
            (0xfffe, bits) if body.len() >= 26 => (order.u16(body, 24), bits),
            plain => plain,
        };
        let width = match block.checked_rem(channels) {
            Some(0) if block >= channels => block / channels,
            _ => bits.div_ceil(8),
        };
        let coding = match (tag, width) {
            (0x02 | 0x11, _) => return Adpcm::new(tag, channels, rate, block).map(Header::Adpcm),
            (1, 1) => Coding::Unsigned,
            (1, 2..=8) => Coding::Signed,
            (3, 4 | 8) => Coding::Float,
            (6, 1) => Coding::Alaw,
            (7, 1) => Coding::Mulaw,
            (1 | 3 | 6 | 7, _) => {
                return Err(AudioError::Damaged(format!(
                    "its header names samples of {width} bytes"
                )));
            }
            _ => return Ok(Header::Other(tag)),
        };
        Ok(Header::Linear(Linear {
            coding,
            channels,
            rate,
            width,
            order,
        }))
    }
}

fn coding_name(tag: u16) -> String {
    match OTHERS.iter().find(|(number, _)| *number == tag) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("WAV with coding {tag:#06x}"),
    }
}

/// Reads exactly `count` bytes; `None` where the file ends before.
fn read(input: &mut impl Read, count: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    input.take(count as u64).read_to_end(&mut bytes)?;
    Ok((bytes.len() == count).then_some(bytes))
}

/// Reads past `count` bytes, which works on a pipe too.
fn skip(input: &mut impl Read, count: u64) -> Result<(), AudioError> {
    io::copy(&mut input.take(count), &mut io::sink()).map_err(unreadable)?;
    Ok(())
}
