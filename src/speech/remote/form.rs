//! Fields and samples in, the body of a multipart form out.

use sha2::{Digest, Sha256};

use crate::audio::RATE;

/// A form with its media type.
pub(super) struct Form {
    pub(super) media_type: String,
    pub(super) body: Vec<u8>,
}

/// Writes fields and, last, the recording as the file `call.wav`.
pub(super) fn form(fields: &[(&str, &str)], samples: &[i16]) -> Form {
    let wav = wav(samples);
    let boundary = boundary(fields, &wav);
    let mut body = Vec::with_capacity(wav.len() + 2_048);
    for (name, value) in fields {
        let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"call.wav\"\r\nContent-Type: audio/wav";
    body.extend_from_slice(format!("--{boundary}\r\n{head}\r\n\r\n").as_bytes());
    body.extend_from_slice(&wav);
    body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    Form {
        media_type: format!("multipart/form-data; boundary={boundary}"),
        body,
    }
}

/// A line that depends on all that is in the form, so that no name in a prompt can hold it.
fn boundary(fields: &[(&str, &str)], wav: &[u8]) -> String {
    let mut hash = Sha256::new();
    for (name, value) in fields {
        hash.update(name);
        hash.update(value);
    }
    hash.update(wav);
    let digits: String = (hash.finalize().iter().take(16))
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("huisheng-{digits}")
}

fn wav(samples: &[i16]) -> Vec<u8> {
    let size = u32::try_from(2 * samples.len()).unwrap_or(u32::MAX - 36);
    let mut wav = Vec::with_capacity(44 + 2 * samples.len());
    wav.extend_from_slice(b"RIFF");
    wav.extend((36 + size).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    // PCM, one channel.
    wav.extend([1, 0, 1, 0]);
    wav.extend(RATE.to_le_bytes());
    wav.extend((2 * RATE).to_le_bytes());
    // Bytes and bits of a sample.
    wav.extend([2, 0, 16, 0]);
    wav.extend_from_slice(b"data");
    wav.extend(size.to_le_bytes());
    wav.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    wav
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio;

    #[test]
    fn the_recording_in_the_form_is_the_samples() {
        let samples: Vec<i16> = (-500..500).map(|at| at * 60).collect();
        let mut back = Vec::new();
        audio::decode(&wav(&samples), &mut |block| back.extend_from_slice(&block[0])).unwrap();
        assert_eq!(back, samples);
    }

    #[test]
    fn a_name_that_looks_like_a_border_stays_a_name() {
        let first = form(&[("prompt", "金桂苑")], &[1, 2, 3]);
        let border = first.media_type.split_once('=').unwrap().1.to_owned();
        let evil = format!("\r\n--{border}\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nother");
        let second = form(&[("prompt", &evil)], &[1, 2, 3]);
        let border = second.media_type.split_once('=').unwrap().1;
        let text = String::from_utf8_lossy(&second.body);
        // Two parts and the end.
        assert_eq!(text.matches(border).count(), 3);
    }
}
