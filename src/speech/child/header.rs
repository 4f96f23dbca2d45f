//! The first bytes of a model file in, whether whisper.cpp may be given the file out.
//!
//! whisper.cpp believes what a header says: a false length there ends in an abort or in all memory taken. So the
//! numbers are compared with those of the models that exist before the file is handed over.

use std::io::Read;

/// `ggml` as a little-endian number.
const MAGIC: u32 = 0x6767_6d6c;

/// What each of the eleven numbers after the magic may be, by name.
const NUMBERS: [(&str, std::ops::RangeInclusive<u32>); 11] = [
    ("vocabulary", 51_865..=51_866),
    ("audio context", 1500..=1500),
    ("audio state", 384..=1280),
    ("audio heads", 6..=20),
    ("audio layers", 4..=32),
    ("text context", 448..=448),
    ("text state", 384..=1280),
    ("text heads", 6..=20),
    ("text layers", 2..=32),
    ("mel bands", 80..=128),
    ("weight type", 0..=3_000),
];

/// Checks the header of a multilingual Whisper model.
pub(crate) fn check(model: &mut impl Read) -> Result<(), String> {
    let mut bytes = [0; 48];
    model
        .read_exact(&mut bytes)
        .map_err(|error| format!("the model ends inside its header: {error}"))?;
    let mut numbers = bytes
        .chunks_exact(4)
        .map(|raw| u32::from_le_bytes([raw[0], raw[1], raw[2], raw[3]]));
    if numbers.next() != Some(MAGIC) {
        return Err("not a ggml model".to_owned());
    }
    for ((name, range), value) in NUMBERS.into_iter().zip(numbers) {
        if !range.contains(&value) {
            return Err(format!("not a multilingual Whisper model: its {name} is {value}"));
        }
    }
    Ok(())
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
        assert_eq!(check(&mut base().as_slice()), Ok(()));
        for at in 0..12 {
            let mut header = base();
            header[4 * at..4 * at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
            assert!(check(&mut header.as_slice()).is_err(), "number {at}");
        }
    }

    #[test]
    fn a_short_file_is_refused() {
        for length in 0..48 {
            assert!(check(&mut &base()[..length]).is_err());
        }
    }
}
