//! A WAV that hound turns away in, samples out: G.711, RF64, 64-bit and odd widths, lengths never filled in.

use std::io;
use std::io::{BufReader, Read, Seek, SeekFrom};

use crate::audio::AudioError;
use crate::audio::Format;
use crate::audio::Sink;
use crate::audio::Source;
use crate::audio::g711;
use crate::audio::output::Output;
use crate::audio::unreadable;

/// Frames that are handed on at a time.
const BLOCK: usize = 1 << 13;

/// Codings that WAV names by number and that are not read here.
const OTHERS: [(u16, &str); 14] = [
    (0x02, "Microsoft ADPCM"),
    (0x10, "OKI ADPCM"),
    (0x11, "IMA ADPCM"),
    (0x14, "G.723 ADPCM"),
    (0x22, "TrueSpeech"),
    (0x31, "GSM 6.10"),
    (0x40, "G.721 ADPCM"),
    (0x42, "G.723.1"),
    (0x45, "G.726"),
    (0x50, "MPEG audio"),
    (0x55, "MP3"),
    (0x64, "G.726 ADPCM"),
    (0x65, "G.722"),
    (0x83, "G.729"),
];

/// What the `fmt ` chunk says.
#[derive(Clone, Copy, Debug)]
struct Header {
    coding: Coding,
    channels: u16,
    rate: u32,
    /// Bytes of one sample.
    width: u16,
    order: Order,
}

/// Which byte of a number comes first: the last in RIFF, the first in RIFX.
#[derive(Clone, Copy, Debug)]
enum Order {
    Little,
    Big,
}

#[derive(Clone, Copy, Debug)]
enum Coding {
    Unsigned,
    Signed,
    Float,
    Alaw,
    Mulaw,
}

/// Decodes from the beginning of the file.
pub(crate) fn decode(source: &mut dyn Source, sink: &mut Sink<'_>) -> Result<Format, AudioError> {
    source.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut input = BufReader::new(source);
    let (header, length) = open(&mut input)?;
    let mut output = Output::new(header.rate, usize::from(header.channels), sink)?;
    let mut data = input.take(length);
    let mut bytes = Vec::new();
    let block = BLOCK * usize::from(header.channels) * usize::from(header.width);
    loop {
        bytes.clear();
        data.by_ref()
            .take(block as u64)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        let samples: Vec<f32> = bytes
            .chunks_exact(usize::from(header.width))
            .map(|raw| header.sample(raw))
            .collect();
        output.push(&samples);
        if bytes.len() < block {
            break;
        }
    }
    output.finish()?;
    Ok(header.format())
}

/// Walks the chunks up to the samples; returns what they are and how many bytes they may take.
fn open(input: &mut (impl Read + Seek)) -> Result<(Header, u64), AudioError> {
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
        let (channels, block) = (order.u16(body, 2), order.u16(body, 12));
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
            _ => return Err(AudioError::Unsupported(format!("WAV with {}", coding_name(tag)))),
        };
        Ok(Header {
            coding,
            channels,
            rate: order.u32(body, 4),
            width,
            order,
        })
    }

    fn sample(self, raw: &[u8]) -> f32 {
        let mut raw = raw.to_vec();
        if matches!(self.order, Order::Big) {
            raw.reverse();
        }
        match self.coding {
            Coding::Unsigned => (f32::from(raw[0]) - 128.0) / 128.0,
            Coding::Alaw => f32::from(g711::alaw(raw[0])) / 32_768.0,
            Coding::Mulaw => f32::from(g711::mulaw(raw[0])) / 32_768.0,
            Coding::Signed => {
                // Left-justified: whatever the width, the sign is the highest bit.
                let wide = raw.iter().rev().fold((0_i64, 64), |(sum, at), byte| {
                    (sum | i64::from(*byte) << (at - 8), at - 8)
                });
                (wide.0 as f64 / 2_f64.powi(63)) as f32
            }
            Coding::Float => match *raw.as_slice() {
                [a, b, c, d] => f32::from_le_bytes([a, b, c, d]),
                [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]) as f32,
                _ => unreachable!("float samples have 4 or 8 bytes"),
            },
        }
    }

    fn format(self) -> Format {
        let bits = self.width * 8;
        let codec = match self.coding {
            Coding::Unsigned => "pcm_u8".to_owned(),
            Coding::Signed => format!("pcm_s{bits}"),
            Coding::Float => format!("pcm_f{bits}"),
            Coding::Alaw => "alaw".to_owned(),
            Coding::Mulaw => "mulaw".to_owned(),
        };
        Format {
            codec,
            channels: usize::from(self.channels),
            rate: self.rate,
        }
    }
}

fn coding_name(tag: u16) -> String {
    match OTHERS.iter().find(|(number, _)| *number == tag) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("coding {tag:#06x}"),
    }
}

/// Reads exactly `count` bytes; `None` where the file ends before.
fn read(input: &mut impl Read, count: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    input.take(count as u64).read_to_end(&mut bytes)?;
    Ok((bytes.len() == count).then_some(bytes))
}

fn skip(input: &mut impl Seek, count: u64) -> Result<(), AudioError> {
    let count = i64::try_from(count).map_err(|_| AudioError::Damaged("a chunk of impossible length".to_owned()))?;
    input.seek_relative(count).map_err(unreadable)
}

impl Order {
    fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let number = [bytes[at], bytes[at + 1]];
        match self {
            Order::Little => u16::from_le_bytes(number),
            Order::Big => u16::from_be_bytes(number),
        }
    }

    fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let number = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        match self {
            Order::Little => u32::from_le_bytes(number),
            Order::Big => u32::from_be_bytes(number),
        }
    }
}
