//! Spans of a channel in, one stretch of samples out, and the times in it brought back to the channel.

use crate::audio::RATE;
use crate::speech::protocol::{Phrase, Word};
use crate::transcript;
use crate::transcript::Heard;
use crate::transcript::Span;

/// Silence between two spans: long enough that the engine takes them for two utterances.
const GAP_MS: u64 = 300;

/// Marks at the end of a sentence, as Whisper writes them.
const ENDS: [char; 6] = ['。', '?', '!', '\u{ff1f}', '\u{ff01}', '\u{ff1b}'];
/// Marks inside a sentence.
const PAUSES: [char; 4] = [',', '、', '\u{ff0c}', '\u{ff1a}'];

/// A character takes no less time, on average over a sentence.
const FASTEST_MS: u64 = 60;
/// A character takes no more, beside some seconds of silence in the sentence.
const SLOWEST_MS: u64 = 400;
/// Silence that a sentence may hold.
const PAUSE_MS: u64 = 2_000;

/// Characters without a mark behind them that are not left alone at the end of a span.
const EARLY: u64 = 2;
/// How long before the end of the span they begin.
const EARLY_MS: u64 = 500;

/// Spans of one channel laid one after the other.
#[derive(Debug)]
pub(crate) struct Joined {
    pub(crate) samples: Vec<i16>,
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Where the span begins in the joined samples.
    at_ms: u64,
    /// Where it is in the channel.
    span: Span,
}

impl Piece {
    fn end_ms(&self) -> u64 {
        self.at_ms + self.span.end_ms - self.span.start_ms
    }

    /// How far a time in the joined samples is from this piece; 0 inside.
    fn distance(&self, at_ms: u64) -> u64 {
        self.at_ms.saturating_sub(at_ms) + at_ms.saturating_sub(self.end_ms())
    }

    fn place(&self, at_ms: u64) -> u64 {
        at_ms.clamp(self.at_ms, self.end_ms()) - self.at_ms + self.span.start_ms
    }
}

impl Joined {
    /// Joins spans, which must be in order; what lies beyond the channel is left out.
    pub(crate) fn new(channel: &[i16], spans: &[Span]) -> Joined {
        let mut joined = Joined {
            samples: Vec::new(),
            pieces: Vec::new(),
        };
        for &span in spans {
            let end = index(span.end_ms).min(channel.len());
            let Some(part) = channel.get(index(span.start_ms)..end).filter(|part| !part.is_empty()) else {
                continue;
            };
            if !joined.pieces.is_empty() {
                joined.samples.resize(joined.samples.len() + index(GAP_MS), 0);
            }
            let at_ms = joined.samples.len() as u64 * 1000 / u64::from(RATE);
            joined.samples.extend_from_slice(part);
            joined.pieces.push(Piece { at_ms, span });
        }
        joined
    }

    /// Brings what was heard back to the channel, sentence by sentence; one that runs over several spans is divided.
    pub(crate) fn place(&self, phrases: &[Phrase]) -> Vec<Heard> {
        let mut heard = Vec::new();
        let mut current = 0;
        for phrase in phrases {
            let words = with_plausible_times(&phrase.words);
            let mut words = words.as_slice();
            while let Some(first) = words.first() {
                // Times of words are estimates; they may not lead back to an earlier span.
                current = self.nearest(first).max(current);
                let count = words.iter().take_while(|word| self.nearest(word) <= current).count();
                let at = at_punctuation(words, count);
                if self.is_early(words, at, current) {
                    current += 1;
                    continue;
                }
                let (run, rest) = words.split_at(at);
                if let Some(piece) = self.pieces.get(current) {
                    let sentences = run.split_inclusive(|word| word.text.ends_with(ENDS));
                    heard.extend(sentences.filter_map(|words| segment(piece, words, phrase.no_speech)));
                }
                words = rest;
            }
        }
        heard
    }

    /// Whether a run of words is only the first sound of what is said in the next span, timed a little early.
    fn is_early(&self, words: &[Word], at: usize, current: usize) -> bool {
        let (run, rest) = words.split_at(at);
        let closed = run
            .last()
            .is_none_or(|word| word.text.ends_with(PAUSES) || word.text.ends_with(ENDS));
        let begins_late = match (run.first(), self.pieces.get(current)) {
            (Some(word), Some(piece)) => word.span.start_ms + EARLY_MS > piece.end_ms(),
            _ => false,
        };
        begins_late && characters(run) <= EARLY && !closed && !rest.is_empty() && current + 1 < self.pieces.len()
    }

    fn nearest(&self, word: &Word) -> usize {
        let middle = u64::midpoint(word.span.start_ms, word.span.end_ms);
        let distances = self.pieces.iter().map(|piece| piece.distance(middle));
        distances
            .enumerate()
            .min_by_key(|(_, distance)| *distance)
            .map_or(0, |(at, _)| at)
    }
}

/// Spreads the words of a phrase evenly over its time where the engine's own times put a sentence where nobody could say
/// it: they are guesses from the sound's energy, and go wrong where noise fills the pauses.
fn with_plausible_times(words: &[Word]) -> Vec<Word> {
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Vec::new();
    };
    let plausible = words.split_inclusive(|word| word.text.ends_with(ENDS)).all(|sentence| {
        let start_ms = sentence.first().map_or(0, |word| word.span.start_ms);
        let end_ms = sentence.last().map_or(0, |word| word.span.end_ms);
        let count = characters(sentence).max(1);
        (FASTEST_MS * count..=SLOWEST_MS * count + PAUSE_MS).contains(&end_ms.saturating_sub(start_ms))
    });
    if plausible {
        return words.to_vec();
    }
    let (start_ms, total) = (first.span.start_ms, characters(words).max(1));
    let length_ms = last.span.end_ms.saturating_sub(start_ms);
    let mut done = 0;
    let spread = words.iter().map(|word| {
        let from = start_ms + length_ms * done / total;
        done += word.text.chars().count() as u64;
        Word {
            span: Span {
                start_ms: from,
                end_ms: start_ms + length_ms * done / total,
            },
            ..word.clone()
        }
    });
    spread.collect()
}

fn characters(words: &[Word]) -> u64 {
    words.iter().map(|word| word.text.chars().count() as u64).sum()
}

/// Moves a border between words to a punctuation mark beside it: the engine hears pauses better than it times words.
fn at_punctuation(words: &[Word], count: usize) -> usize {
    let ends = |count: &usize| {
        let before = count.checked_sub(1).and_then(|at| words.get(at));
        before.is_some_and(|word| word.text.ends_with(PAUSES) || word.text.ends_with(ENDS))
    };
    let near = [
        count,
        count + 1,
        count.saturating_sub(1),
        count + 2,
        count.saturating_sub(2),
    ];
    match count == words.len() {
        true => count,
        false => near.into_iter().find(ends).unwrap_or(count),
    }
}

/// Brings a word back to the channel. Its tokens are as sure together as they are on average.
fn timed(piece: &Piece, word: &Word) -> transcript::Word {
    let start_ms = piece.place(word.span.start_ms);
    transcript::Word {
        text: word.text.clone(),
        span: Span {
            start_ms,
            end_ms: piece.place(word.span.end_ms).max(start_ms),
        },
        confidence: (word.logprob / word.tokens.max(1) as f32).exp().clamp(0.0, 1.0),
    }
}

fn segment(piece: &Piece, words: &[Word], no_speech: f32) -> Option<Heard> {
    let (first, last) = (words.first()?, words.last()?);
    let text: String = words.iter().map(|word| word.text.as_str()).collect();
    let tokens: u32 = words.iter().map(|word| word.tokens).sum();
    let logprob: f32 = words.iter().map(|word| word.logprob).sum();
    let start_ms = piece.place(first.span.start_ms);
    Some(Heard {
        span: Span {
            start_ms,
            end_ms: piece.place(last.span.end_ms).max(start_ms),
        },
        text,
        avg_logprob: logprob / tokens.max(1) as f32,
        no_speech,
        words: words.iter().map(|word| timed(piece, word)).collect(),
    })
}

fn index(at_ms: u64) -> usize {
    usize::try_from(at_ms * u64::from(RATE) / 1000).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(start_ms: u64, end_ms: u64) -> Span {
        Span { start_ms, end_ms }
    }

    fn word(text: &str, start_ms: u64, end_ms: u64) -> Word {
        Word {
            text: text.to_owned(),
            span: span(start_ms, end_ms),
            logprob: -0.5,
            tokens: 1,
        }
    }

    #[test]
    fn a_phrase_over_two_spans_becomes_two_segments_at_their_own_times() {
        let channel = vec![1; index(20_000)];
        let joined = Joined::new(&channel, &[span(1_000, 2_000), span(10_000, 11_500)]);
        assert_eq!(joined.samples.len(), index(1_000 + GAP_MS + 1_500));
        let words = vec![
            word("您", 100, 300),
            word("好", 300, 900),
            word("请", 1_400, 1_700),
            word("讲", 1_700, 3_500),
        ];
        let heard = joined.place(&[Phrase { words, no_speech: 0.1 }]);
        let got: Vec<(&str, Span)> = heard.iter().map(|heard| (heard.text.as_str(), heard.span)).collect();
        assert_eq!(got, [("您好", span(1_100, 1_900)), ("请讲", span(10_100, 11_500))]);
        assert_eq!(heard[0].avg_logprob, -0.5);
    }

    #[test]
    fn a_first_character_that_is_timed_early_stays_with_its_sentence() {
        let joined = Joined::new(&vec![1; index(20_000)], &[span(0, 1_000), span(5_000, 7_000)]);
        let words = vec![
            word("在", 800, 950),
            word("什", 1_400, 1_700),
            word("么", 1_700, 1_900),
            word("地", 1_900, 2_300),
            word("方?", 2_300, 2_900),
        ];
        let heard = joined.place(&[Phrase { words, no_speech: 0.0 }]);
        let got: Vec<(&str, u64)> = heard
            .iter()
            .map(|heard| (heard.text.as_str(), heard.span.start_ms))
            .collect();
        assert_eq!(got, [("在什么地方?", 5_000)]);
    }

    #[test]
    fn sentences_are_segments_and_a_border_between_spans_moves_to_the_mark_beside_it() {
        let joined = Joined::new(&vec![1; index(20_000)], &[span(0, 1_000), span(5_000, 7_000)]);
        let words = vec![
            word("您好。", 0, 300),
            word("请", 300, 600),
            word("讲", 600, 900),
            word("我", 900, 1_100),
            word(",", 1_200, 1_350),
            word("要报警", 1_400, 2_800),
        ];
        let heard = joined.place(&[Phrase { words, no_speech: 0.0 }]);
        let got: Vec<(&str, u64)> = heard
            .iter()
            .map(|heard| (heard.text.as_str(), heard.span.start_ms))
            .collect();
        assert_eq!(got, [("您好。", 0), ("请讲我,", 300), ("要报警", 5_100)]);
    }

    #[test]
    fn sentences_that_nobody_could_say_in_their_time_are_spread_evenly() {
        let joined = Joined::new(&vec![1; index(9_000)], &[span(0, 8_000)]);
        let words = vec![word("靠近哪个路口?", 0, 8_000), word("人没受伤吧?", 8_000, 8_000)];
        let heard = joined.place(&[Phrase { words, no_speech: 0.0 }]);
        assert_eq!(heard[0].span, span(0, 4_307));
        assert_eq!(heard[1].span, span(4_307, 8_000));
    }

    #[test]
    fn no_span_and_spans_beyond_the_end_give_nothing() {
        for spans in [&[][..], &[span(5_000, 6_000)], &[span(100, 100)]] {
            let joined = Joined::new(&[0; 16_000], spans);
            assert!(joined.samples.is_empty());
            assert_eq!(
                joined.place(&[Phrase {
                    words: vec![word("嗯", 0, 10)],
                    no_speech: 0.0
                }]),
                []
            );
        }
    }

    #[test]
    fn a_word_whose_time_runs_back_stays_with_the_words_before_it() {
        let joined = Joined::new(&vec![1; index(9_000)], &[span(0, 1_000), span(5_000, 6_000)]);
        let words = vec![word("一", 0, 500), word("二", 1_500, 1_800), word("三", 200, 300)];
        let heard = joined.place(&[Phrase { words, no_speech: 0.0 }]);
        let got: Vec<&str> = heard.iter().map(|heard| heard.text.as_str()).collect();
        assert_eq!(got, ["一", "二三"]);
    }
}
