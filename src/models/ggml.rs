//! A ggml file in, whether whisper.cpp may be given it out: header, vocabulary, tensor table and exact length.
//!
//! whisper.cpp trusts its input: short files load as empty models, and wild lengths abort the process. So every file
//! is walked here first. Damage inside the weights can only be seen by its sha256.

use std::fs::File;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;

use super::ModelError;
use crate::speech::header::HEADER_BYTES;
use crate::speech::header::Header;

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
        let header = Header::read(&mut self.file)?;
        self.take(HEADER_BYTES, "its header")?;
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
