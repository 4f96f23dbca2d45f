//! Bytes of PCM or telephone code in, samples out: one sample after the other, all of one width.

use std::io::Read;

use crate::audio::AudioError;
use crate::audio::Format;
use crate::audio::Sink;
use crate::audio::g711;
use crate::audio::output::Output;
use crate::audio::unreadable;

/// Frames that are handed on at a time.
const BLOCK: usize = 1 << 13;

/// How samples lie in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Linear {
    pub(crate) coding: Coding,
    pub(crate) channels: u16,
    pub(crate) rate: u32,
    /// Bytes of one sample.
    pub(crate) width: u16,
    pub(crate) order: Order,
}

/// Which byte of a number comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// What the bytes of a sample mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Unsigned,
    Signed,
    Float,
    Alaw,
    Mulaw,
}

/// Decodes to the end of `input`.
pub(crate) fn decode(linear: Linear, input: impl Read, sink: &mut Sink<'_>) -> Result<Format, AudioError> {
    let mut output = Output::new(linear.rate, usize::from(linear.channels), sink)?;
    let mut input = input;
    let mut bytes = Vec::new();
    let block = BLOCK * usize::from(linear.channels) * usize::from(linear.width);
    loop {
        bytes.clear();
        input
            .by_ref()
            .take(block as u64)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        let samples: Vec<f32> = bytes
            .chunks_exact(usize::from(linear.width))
            .map(|raw| linear.sample(raw))
            .collect();
        output.push(&samples);
        if bytes.len() < block {
            break;
        }
    }
    output.finish()?;
    Ok(linear.format())
}

impl Linear {
    fn sample(self, raw: &[u8]) -> f32 {
        let mut raw = raw.to_vec();
        if self.order == Order::Big {
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

impl Order {
    pub(crate) fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let number = [bytes[at], bytes[at + 1]];
        match self {
            Order::Little => u16::from_le_bytes(number),
            Order::Big => u16::from_be_bytes(number),
        }
    }

    pub(crate) fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let number = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        match self {
            Order::Little => u32::from_le_bytes(number),
            Order::Big => u32::from_be_bytes(number),
        }
    }
}
