//! Samples in, invented sentences that depend on nothing else out; told so by the samples, it crashes or hangs.

use sha2::{Digest, Sha256};

use crate::audio::RATE;
use crate::speech::protocol::{Phrase, Word};
use crate::transcript::Span;

/// A recording of which this is every sample makes the child abort.
const CRASH: i16 = 1111;
/// A recording of which this is every sample makes the child hang.
const HANG: i16 = 2222;

/// Frames of this many milliseconds are speech or silence as a whole.
const FRAME_MS: usize = 20;
/// Mean amplitude above which a frame is speech.
const LOUD: u64 = 200;
/// Milliseconds of silence that end a span.
const SILENCE_MS: u64 = 300;

/// What is said, one sentence a line.
const SENTENCES: &str = include_str!("../../../corpora/scripted.txt");

/// Returns the loud stretches.
pub(crate) fn spans(samples: &[i16]) -> Vec<Span> {
    let frame = RATE as usize / 1000 * FRAME_MS;
    let mut spans: Vec<Span> = Vec::new();
    for (at, part) in samples.chunks(frame).enumerate() {
        let sum: u64 = part.iter().map(|sample| u64::from(sample.unsigned_abs())).sum();
        if sum < LOUD * part.len() as u64 {
            continue;
        }
        let start_ms = (at * FRAME_MS) as u64;
        let end_ms = start_ms + part.len() as u64 * 1000 / u64::from(RATE);
        match spans.last_mut() {
            Some(last) if start_ms - last.end_ms < SILENCE_MS => last.end_ms = end_ms,
            _ => spans.push(Span { start_ms, end_ms }),
        }
    }
    spans
}

/// Returns one sentence, chosen by the hash of the samples.
pub(crate) fn hear(samples: &[i16]) -> Vec<Phrase> {
    if is_all(samples, CRASH) {
        std::process::abort();
    }
    while is_all(samples, HANG) {
        std::thread::park();
    }
    let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let hash = Sha256::digest(&bytes);
    let sentences: Vec<&str> = SENTENCES.lines().filter(|line| !line.is_empty()).collect();
    let chosen = usize::from(u16::from_le_bytes([hash[0], hash[1]])) % sentences.len();
    vec![Phrase {
        words: words(sentences[chosen], samples.len() as u64 * 1000 / u64::from(RATE)),
        no_speech: 0.0,
    }]
}

fn is_all(samples: &[i16], marker: i16) -> bool {
    !samples.is_empty()
        && samples
            .iter()
            .filter(|sample| **sample != 0)
            .all(|sample| *sample == marker)
        && samples.contains(&marker)
}

/// Spreads the characters evenly over the time.
fn words(sentence: &str, duration_ms: u64) -> Vec<Word> {
    let count = sentence.chars().count() as u64;
    let edge = |at: u64| duration_ms * at / count;
    let words = sentence.chars().zip(0..).map(|(character, at)| Word {
        text: character.to_string(),
        span: Span {
            start_ms: edge(at),
            end_ms: edge(at + 1),
        },
        logprob: -0.1,
        tokens: 1,
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_samples_always_say_the_same_and_others_something_else() {
        let texts: std::collections::BTreeSet<String> = (0..50_i16)
            .map(|seed| {
                let samples: Vec<i16> = (0..16_000).map(|at| (at % 97) * seed).collect();
                let heard = hear(&samples);
                assert_eq!(heard, hear(&samples));
                heard[0].words.iter().map(|word| word.text.as_str()).collect()
            })
            .collect();
        assert!(texts.len() > 20, "only {} sentences", texts.len());
    }

    #[test]
    fn only_loud_stretches_are_speech() {
        let mut samples = vec![0; 16_000];
        samples.extend(std::iter::repeat_n(1000, 8_000));
        samples.extend(vec![0; 16_000]);
        assert_eq!(
            spans(&samples),
            [Span {
                start_ms: 1000,
                end_ms: 1500
            }]
        );
        assert_eq!(spans(&[0; 5_000]), []);
        assert_eq!(spans(&[]), []);
    }
}
