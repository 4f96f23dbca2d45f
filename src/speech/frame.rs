//! A message in, bytes on a pipe out, and back: a JSON head and samples, both with length limits.

use std::io;
use std::io::{Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest JSON head in bytes.
const HEAD_LIMIT: usize = 8 << 20;
/// Most samples in one frame: 17 minutes at 16 kHz.
pub(crate) const SAMPLE_LIMIT: usize = 16 << 20;

/// One message, still as bytes and samples.
#[derive(Debug, PartialEq)]
pub(crate) struct Frame {
    pub(crate) head: Vec<u8>,
    pub(crate) samples: Vec<i16>,
}

impl Frame {
    /// Reads the head as `T`.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> io::Result<T> {
        serde_json::from_slice(&self.head).map_err(io::Error::from)
    }
}

/// Returns the bytes of one message.
pub(crate) fn encode(head: &impl Serialize, samples: &[i16]) -> io::Result<Vec<u8>> {
    let head = serde_json::to_vec(head)?;
    if head.len() > HEAD_LIMIT || samples.len() > SAMPLE_LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "message too long"));
    }
    let length = |n: usize| u32::try_from(n).expect("limits are below 4 GiB").to_le_bytes();
    let mut bytes = Vec::with_capacity(8 + head.len() + 2 * samples.len());
    bytes.extend_from_slice(&length(head.len()));
    bytes.extend_from_slice(&length(samples.len()));
    bytes.extend_from_slice(&head);
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    Ok(bytes)
}

/// Writes one message and flushes.
pub(crate) fn write(out: &mut impl Write, head: &impl Serialize, samples: &[i16]) -> io::Result<()> {
    out.write_all(&encode(head, samples)?)?;
    out.flush()
}

/// Reads one message; `None` where the other side closed the pipe between two messages.
pub(crate) fn read(input: &mut impl Read) -> io::Result<Option<Frame>> {
    let Some(head_len) = read_length(input, HEAD_LIMIT)? else {
        return Ok(None);
    };
    let sample_count = read_length(input, SAMPLE_LIMIT)?.ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = read_bytes(input, head_len)?;
    let bytes = read_bytes(input, 2 * sample_count)?;
    let samples = bytes.chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
    Ok(Some(Frame {
        head,
        samples: samples.collect(),
    }))
}

fn read_length(input: &mut impl Read, limit: usize) -> io::Result<Option<usize>> {
    let mut bytes = [0; 4];
    let first = loop {
        match input.read(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other?,
        }
    };
    if first == 0 {
        return Ok(None);
    }
    input.read_exact(&mut bytes[first..])?;
    let length = u32::from_le_bytes(bytes) as usize;
    if length > limit {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "message longer than its limit",
        ));
    }
    Ok(Some(length))
}

/// Memory grows with what arrives, never with what a length promises.
fn read_bytes(input: &mut impl Read, count: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.take(count as u64).read_to_end(&mut bytes)?;
    if bytes.len() < count {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_message_survives_the_pipe(head in ".{0,40}", samples in prop::collection::vec(any::<i16>(), 0..200)) {
            let bytes = encode(&head, &samples).unwrap();
            let mut pipe = bytes.as_slice();
            let frame = read(&mut pipe).unwrap().unwrap();
            prop_assert_eq!(frame.parse::<String>().unwrap(), head);
            prop_assert_eq!(frame.samples, samples);
            prop_assert_eq!(read(&mut pipe).unwrap(), None);
        }

        #[test]
        fn garbage_on_the_pipe_is_an_error_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 1..60)) {
            let mut pipe = bytes.as_slice();
            while let Ok(Some(_)) = read(&mut pipe) {}
        }
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_memory_is_taken() {
        let bytes = [0xff; 16];
        assert_eq!(
            read(&mut bytes.as_slice()).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }

    #[test]
    fn a_pipe_cut_inside_a_message_is_an_error() {
        let bytes = encode(&"你好", &[1, 2, 3]).unwrap();
        for cut in 1..bytes.len() {
            assert_eq!(
                read(&mut &bytes[..cut]).unwrap_err().kind(),
                io::ErrorKind::UnexpectedEof
            );
        }
    }
}
