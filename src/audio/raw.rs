//! A recording without any header and what the site says about it in, samples out.

use std::io::{BufReader, Read};

use serde::{Deserialize, Serialize};

use crate::audio::AudioError;
use crate::audio::Format;
use crate::audio::Sink;
use crate::audio::linear;
use crate::audio::linear::{Coding, Linear, Order};

/// What a site may choose about recordings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How recordings without a header are coded.
    pub raw: RawCoding,
    /// Samples a second in them.
    pub raw_rate: u32,
    /// Channels in them, sample beside sample.
    pub raw_channels: u16,
    /// How their names end. Only a file that ends so, and whose content is of no known kind, is taken for one.
    pub raw_endings: Vec<String>,
}

/// How a recording without a header is coded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RawCoding {
    /// There are none.
    #[default]
    None,
    /// G.711, A-law.
    Alaw,
    /// G.711, mu-law.
    Mulaw,
    /// 16 bits, the lower byte first.
    S16le,
}

/// What a recording without a header is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raw {
    /// How it is coded.
    pub coding: RawCoding,
    /// Samples a second.
    pub rate: u32,
    /// Channels, sample beside sample.
    pub channels: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            raw: RawCoding::None,
            raw_rate: 8_000,
            raw_channels: 1,
            raw_endings: ["alaw", "ulaw", "al", "ul", "g711", "pcm", "raw", "sln"]
                .map(str::to_owned)
                .to_vec(),
        }
    }
}

impl Settings {
    /// Returns what a file of this name is where its content does not say.
    #[must_use]
    pub fn raw_named(&self, name: &str) -> Option<Raw> {
        let (_, ending) = name.rsplit_once('.')?;
        let listed = |known: &String| known.trim_start_matches('.').eq_ignore_ascii_case(ending);
        let raw = Raw {
            coding: self.raw,
            rate: self.raw_rate,
            channels: self.raw_channels,
        };
        (self.raw != RawCoding::None && self.raw_endings.iter().any(listed)).then_some(raw)
    }
}

impl Raw {
    pub(crate) fn decode(self, input: &mut (impl Read + ?Sized), sink: &mut Sink<'_>) -> Result<Format, AudioError> {
        let (coding, width) = match self.coding {
            RawCoding::None => return Err(AudioError::Unknown("raw recordings are not set".to_owned())),
            RawCoding::Alaw => (Coding::Alaw, 1),
            RawCoding::Mulaw => (Coding::Mulaw, 1),
            RawCoding::S16le => (Coding::Signed, 2),
        };
        let linear = Linear {
            coding,
            channels: self.channels,
            rate: self.rate,
            width,
            order: Order::Little,
        };
        linear::decode(linear, BufReader::new(input), sink)
    }
}
