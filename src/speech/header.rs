//! The first bytes of a model file in, the shape of the model out.
//!
//! whisper.cpp believes what a header says: a false length there ends in an abort or in all memory taken. So the
//! numbers are compared with those of the models that exist before the file is handed over.

use std::io::Read;
use std::ops::RangeInclusive;

/// `ggml` as a little-endian number, the first of a file.
pub const MAGIC: u32 = 0x6767_6d6c;

/// Bytes of the header with its magic.
pub const HEADER_BYTES: u64 = 48;

/// What each of the eleven numbers after the magic may be, by name.
const NUMBERS: [(&str, RangeInclusive<u32>); 11] = [
    ("vocabulary", 51_865..=51_866),
    ("audio context", 1500..=1500),
    ("audio state", 64..=1280),
    ("audio heads", 1..=20),
    ("audio layers", 1..=32),
    ("text context", 448..=448),
    ("text state", 64..=1280),
    ("text heads", 1..=20),
    ("text layers", 1..=32),
    ("mel bands", 80..=128),
    ("weight type", 0..=3_000),
];

/// The shape of a multilingual Whisper model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Size of the vocabulary.
    pub vocabulary: u32,
    /// Layers of the encoder.
    pub audio_layers: u32,
    /// Layers of the decoder.
    pub text_layers: u32,
    /// Mel bands.
    pub mels: u32,
}

impl Header {
    /// Reads a header of 48 bytes; the error says in what it is not that of a multilingual Whisper model.
    pub fn read(model: &mut impl Read) -> Result<Header, String> {
        let mut bytes = [0; HEADER_BYTES as usize];
        model
            .read_exact(&mut bytes)
            .map_err(|error| format!("the model ends inside its header: {error}"))?;
        let mut numbers = [0; 12];
        for (number, raw) in numbers.iter_mut().zip(bytes.chunks_exact(4)) {
            *number = u32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]);
        }
        let [magic, numbers @ ..] = numbers;
        if magic != MAGIC {
            return Err("not a ggml model".to_owned());
        }
        for ((name, range), value) in NUMBERS.iter().zip(numbers) {
            if !range.contains(&value) {
                return Err(format!("not a multilingual Whisper model: its {name} is {value}"));
            }
        }
        let [vocabulary, _, _, _, audio_layers, _, _, _, text_layers, mels, _] = numbers;
        Ok(Header {
            vocabulary,
            audio_layers,
            text_layers,
            mels,
        })
    }

    /// Returns how many tensors a model of this shape has.
    #[must_use]
    pub fn tensors(&self) -> u64 {
        11 + 15 * u64::from(self.audio_layers) + 24 * u64::from(self.text_layers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Vec<u8> {
        let numbers = [MAGIC, 51_865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1];
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
    }

    #[test]
    fn a_real_header_passes_and_every_impossible_number_is_refused() {
        let header = Header::read(&mut base().as_slice()).unwrap();
        assert_eq!((header.mels, header.tensors()), (80, 245));
        for at in 0..12 {
            let mut header = base();
            header[4 * at..4 * at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
            assert!(Header::read(&mut header.as_slice()).is_err(), "number {at}");
        }
    }

    #[test]
    fn a_short_file_is_refused() {
        for length in 0..48 {
            assert!(Header::read(&mut &base()[..length]).is_err());
        }
    }
}
