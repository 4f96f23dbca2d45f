//! A ggml file in, whether whisper.cpp may be given it out: header, vocabulary, tensor table and exact length.
//!
//! whisper.cpp trusts its input: short files load as empty models, and wild lengths abort the process. So every file
//! is walked here first. Damage inside the weights can only be seen by its sha256.

use std::fs::File;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;

use super::ModelError;

/// First four bytes of a ggml file, as a little-endian number.
pub const MAGIC: u32 = 0x6767_6d6c;

/// Eleven numbers of the header, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Size of the vocabulary.
    pub vocabulary: u32,
    /// Positions of the encoder.
    pub audio_context: u32,
    /// Width of the encoder.
    pub audio_state: u32,
    /// Attention heads of the encoder.
    pub audio_heads: u32,
    /// Layers of the encoder.
    pub audio_layers: u32,
    /// Positions of the decoder.
    pub text_context: u32,
    /// Width of the decoder.
    pub text_state: u32,
    /// Attention heads of the decoder.
    pub text_heads: u32,
    /// Layers of the decoder.
    pub text_layers: u32,
    /// Mel bands.
    pub mels: u32,
    /// Kind of number that the large tensors hold.
    pub kind: u32,
}

impl Header {
    /// Returns how many tensors a model of this shape has.
    #[must_use]
    pub fn tensors(&self) -> u64 {
        11 + 15 * u64::from(self.audio_layers) + 24 * u64::from(self.text_layers)
    }

    fn sound(&self) -> bool {
        let within = |value: u32, low: u32, high: u32| (low..=high).contains(&value);
        within(self.vocabulary, 1_000, 60_000)
            && within(self.audio_context, 1, 4_096)
            && within(self.text_context, 1, 4_096)
            && within(self.audio_state, 64, 4_096)
            && within(self.text_state, 64, 4_096)
            && within(self.audio_heads, 1, 64)
            && within(self.text_heads, 1, 64)
            && within(self.audio_layers, 1, 64)
            && within(self.text_layers, 1, 64)
            && within(self.mels, 80, 128)
    }
}

/// Refuses a file that is not a complete ggml model of Whisper. Reads the structure, not the weights.
pub fn check(path: &Path) -> Result<(), ModelError> {
    let file = File::open(path).map_err(ModelError::disk(path))?;
    let length = file.metadata().map_err(ModelError::disk(path))?.len();
    let mut walk = Walk {
        file: BufReader::new(file),
        left: length,
    };
    walk.model()
        .map_err(|reason| ModelError::unusable(path, format!("not a usable ggml model: {reason}")))
}

/// Reads forward and never past the end.
struct Walk {
    file: BufReader<File>,
    left: u64,
}

impl Walk {
    fn model(&mut self) -> Result<(), String> {
        if self.number("the first bytes")? != MAGIC {
            return Err("it does not begin with the ggml magic".to_owned());
        }
        let header = self.header()?;
        if !header.sound() {
            return Err(format!("its header is out of range: {header:?}"));
        }
        let (bands, width) = (self.number("mel bands")?, self.number("mel width")?);
        if bands != header.mels || width != 201 {
            return Err(format!("its mel filters are {bands}×{width}"));
        }
        self.skip(u64::from(bands) * u64::from(width) * 4, "mel filters")?;
        let words = self.number("size of the vocabulary")?;
        if words > header.vocabulary {
            return Err(format!(
                "it lists {words} words of a vocabulary of {}",
                header.vocabulary
            ));
        }
        for _ in 0..words {
            let bytes = self.number("length of a word")?;
            if bytes > 1_024 {
                return Err(format!("a word of {bytes} bytes"));
            }
            self.skip(u64::from(bytes), "a word")?;
        }
        for i in 0..header.tensors() {
            self.tensor()
                .map_err(|reason| format!("tensor {} of {}: {reason}", i + 1, header.tensors()))?;
        }
        if self.left > 0 {
            return Err(format!("{} bytes too many at its end", self.left));
        }
        Ok(())
    }

    fn header(&mut self) -> Result<Header, String> {
        let mut next = || self.number("the header");
        Ok(Header {
            vocabulary: next()?,
            audio_context: next()?,
            audio_state: next()?,
            audio_heads: next()?,
            audio_layers: next()?,
            text_context: next()?,
            text_state: next()?,
            text_heads: next()?,
            text_layers: next()?,
            mels: next()?,
            kind: next()?,
        })
    }

    fn tensor(&mut self) -> Result<(), String> {
        let dimensions = self.number("its head")?;
        let name_bytes = self.number("its head")?;
        let kind = self.number("its head")?;
        if !(1..=4).contains(&dimensions) || !(1..=128).contains(&name_bytes) {
            return Err(format!("{dimensions} dimensions, a name of {name_bytes} bytes"));
        }
        let mut values = 1_u64;
        for _ in 0..dimensions {
            values = values.saturating_mul(u64::from(self.number("its shape")?));
        }
        self.skip(u64::from(name_bytes), "its name")?;
        // Numbers in a block and bytes of a block, by ggml's own numbering of kinds.
        let (block, bytes) = match kind {
            0 => (1, 4),
            1 => (1, 2),
            2 => (32, 18),
            3 => (32, 20),
            6 => (32, 22),
            7 => (32, 24),
            8 => (32, 34),
            _ => return Err(format!("unknown kind of number {kind}")),
        };
        self.skip((values / block).saturating_mul(bytes), "its values")
    }

    fn number(&mut self, what: &str) -> Result<u32, String> {
        let mut bytes = [0; 4];
        self.take(4, what)?;
        self.file.read_exact(&mut bytes).map_err(|error| error.to_string())?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn skip(&mut self, bytes: u64, what: &str) -> Result<(), String> {
        self.take(bytes, what)?;
        let offset = i64::try_from(bytes).map_err(|_| format!("{what} is too long"))?;
        self.file.seek_relative(offset).map_err(|error| error.to_string())
    }

    fn take(&mut self, bytes: u64, what: &str) -> Result<(), String> {
        self.left = self
            .left
            .checked_sub(bytes)
            .ok_or_else(|| format!("the file ends inside {what}"))?;
        Ok(())
    }
}
