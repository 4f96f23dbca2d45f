//! What a server answers in, phrases with timed words out.

use serde::Deserialize;

use crate::speech::protocol::{Phrase, Word};
use crate::transcript::Span;

/// Taken for the mean log-probability where a server gives none: neither doubtful nor sure.
const UNKNOWN_LOGPROB: f32 = -0.3;
/// No speaker says more characters a second; a server that answers more is out of its mind.
const FASTEST: u64 = 40;
/// Characters that an answer may have beside.
const SLACK: u64 = 200;

#[derive(Deserialize)]
struct Answer {
    text: Option<String>,
    segments: Option<Vec<Segment>>,
    words: Option<Vec<Timed>>,
}

#[derive(Deserialize)]
struct Segment {
    text: String,
    start: Option<f64>,
    end: Option<f64>,
    avg_logprob: Option<f32>,
    no_speech_prob: Option<f32>,
    compression_ratio: Option<f32>,
    words: Option<Vec<Timed>>,
}

/// A word as a server times it, mostly without its punctuation.
#[derive(Clone, Deserialize)]
struct Timed {
    #[serde(alias = "text")]
    word: String,
    start: f64,
    end: f64,
    probability: Option<f32>,
}

/// Reads an answer to samples of that length; the error says what is wrong with it.
pub(super) fn read(json: &[u8], duration_ms: u64) -> Result<Vec<Phrase>, String> {
    let answer: Answer = serde_json::from_slice(json).map_err(|error| format!("no transcript in JSON: {error}"))?;
    let (text, words) = (answer.text, answer.words.unwrap_or_default());
    let segments = match (answer.segments, text) {
        (Some(segments), _) if !segments.is_empty() => segments,
        (_, Some(text)) => vec![Segment::whole(text)],
        _ => return Err("JSON without `text` and `segments`".to_owned()),
    };
    let chars: usize = segments.iter().map(|segment| segment.text.chars().count()).sum();
    if chars as u64 > SLACK + FASTEST * duration_ms / 1000 {
        return Err(format!("{chars} characters for {duration_ms} ms"));
    }
    Ok(phrases(segments, &words, duration_ms))
}

fn phrases(mut segments: Vec<Segment>, words: &[Timed], duration_ms: u64) -> Vec<Phrase> {
    segments.retain(|segment| !segment.text.trim().is_empty());
    let mut rest = words;
    let phrase = |segment: Segment| {
        let (own, after) = rest.split_at(count(&segment.text, rest));
        rest = after;
        let words = segment.words.as_deref().unwrap_or(own);
        Phrase {
            words: timed(&segment, words, duration_ms).unwrap_or_else(|| spread(&segment, duration_ms)),
            no_speech: segment.no_speech_prob.unwrap_or(0.0).clamp(0.0, 1.0),
        }
    };
    let mut phrases: Vec<Phrase> = segments.into_iter().map(phrase).collect();
    phrases.sort_by_key(|phrase| phrase.words.first().map(|word| word.span.start_ms));
    phrases
}

impl Segment {
    /// Returns the segment of a server that gives no times.
    fn whole(text: String) -> Segment {
        Segment {
            text,
            start: None,
            end: None,
            avg_logprob: None,
            no_speech_prob: None,
            compression_ratio: None,
            words: None,
        }
    }

    /// Returns the mean log-probability. Some servers fill in 0, or -1 everywhere, for what they do not know.
    fn logprob(&self) -> f32 {
        let filler = self.avg_logprob == Some(-1.0)
            && [self.compression_ratio, self.no_speech_prob]
                .iter()
                .any(|number| number.is_some_and(|number| number < 0.0));
        self.avg_logprob
            .filter(|logprob| *logprob < 0.0 && !filler)
            .unwrap_or(UNKNOWN_LOGPROB)
    }

    fn span(&self, duration_ms: u64) -> Span {
        let start_ms = self.start.map_or(0, milliseconds).min(duration_ms);
        let end_ms = self.end.map_or(duration_ms, milliseconds).min(duration_ms);
        Span {
            start_ms,
            end_ms: end_ms.max(start_ms),
        }
    }
}

/// Returns how many of the words make up a text.
fn count(text: &str, words: &[Timed]) -> usize {
    let wanted = text.chars().filter(|c| c.is_alphanumeric()).count();
    let mut found = 0;
    let before = words.iter().take_while(|timed| {
        let is_part = found < wanted;
        found += timed.word.chars().filter(|c| c.is_alphanumeric()).count();
        is_part
    });
    before.count()
}

/// Gives the words of a segment the times of the server's words, and the segment's punctuation to the word before it;
/// `None` where the two texts are not the same.
fn timed(segment: &Segment, words: &[Timed], duration_ms: u64) -> Option<Vec<Word>> {
    let mut rest = segment.text.trim().chars().peekable();
    let mut found: Vec<Word> = Vec::new();
    let mut last_ms = 0;
    for timed in words {
        let mut text = String::new();
        for wanted in timed.word.chars().filter(|c| c.is_alphanumeric()) {
            while let Some(mark) = rest.next_if(|c| !c.is_alphanumeric()) {
                match found.last_mut() {
                    Some(word) if text.is_empty() => word.text.push(mark),
                    _ => text.push(mark),
                }
            }
            text.push(rest.next_if_eq(&wanted)?);
        }
        if text.is_empty() {
            continue;
        }
        let start_ms = milliseconds(timed.start).clamp(last_ms, duration_ms.max(last_ms));
        last_ms = milliseconds(timed.end).min(duration_ms).max(start_ms);
        found.push(Word {
            text,
            span: Span {
                start_ms,
                end_ms: last_ms,
            },
            logprob: match timed.probability {
                Some(probability) if probability > 0.0 && probability <= 1.0 => probability.ln(),
                _ => segment.logprob(),
            },
            tokens: 1,
        });
    }
    let tail: String = rest.collect();
    found.last_mut()?.text.push_str(&tail);
    (!tail.chars().any(char::is_alphanumeric)).then_some(found)
}

/// Spreads the characters of a segment evenly over its time.
fn spread(segment: &Segment, duration_ms: u64) -> Vec<Word> {
    let span = segment.span(duration_ms);
    let characters: Vec<char> = segment.text.trim().chars().collect();
    let edge = |at: usize| span.start_ms + (span.end_ms - span.start_ms) * at as u64 / characters.len() as u64;
    let words = characters.iter().enumerate().map(|(at, character)| Word {
        text: character.to_string(),
        span: Span {
            start_ms: edge(at),
            end_ms: edge(at + 1),
        },
        logprob: segment.logprob(),
        tokens: 1,
    });
    words.collect()
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1000.0).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &[(&str, u64, u64)]) -> Vec<Phrase> {
        let phrases = read(json.as_bytes(), 10_000).unwrap();
        let words = phrases.iter().flat_map(|phrase| &phrase.words);
        let got: Vec<(&str, u64, u64)> = words
            .map(|word| (word.text.as_str(), word.span.start_ms, word.span.end_ms))
            .collect();
        assert_eq!(got, expected);
        phrases
    }

    #[test]
    fn words_take_their_times_from_the_server_and_keep_the_punctuation_of_the_segment() {
        let phrases = check(
            r#"{"text":"您好，请讲。我要报警","words":[
                {"word":"您好","start":0.1,"end":0.6},{"word":"请讲","start":0.8,"end":1.2},
                {"word":"我","start":3.0,"end":3.2,"probability":0.5},{"word":"要报警","start":3.2,"end":4.0}],
              "segments":[{"start":0.0,"end":1.5,"text":" 您好，请讲。","avg_logprob":-0.2,"no_speech_prob":0.1},
                {"start":2.8,"end":4.1,"text":"我要报警","avg_logprob":-0.4}]}"#,
            &[
                ("您好，", 100, 600),
                ("请讲。", 800, 1_200),
                ("我", 3_000, 3_200),
                ("要报警", 3_200, 4_000),
            ],
        );
        assert_eq!((phrases[0].no_speech, phrases[0].words[0].logprob), (0.1, -0.2));
        assert_eq!(phrases[1].words[0].logprob, 0.5_f32.ln());
    }

    #[test]
    fn a_segment_whose_words_are_others_is_spread_over_its_time() {
        check(
            r#"{"segments":[{"start":1,"end":3,"text":"报警","words":[{"word":"包警","start":1,"end":2}]}]}"#,
            &[("报", 1_000, 2_000), ("警", 2_000, 3_000)],
        );
    }

    #[test]
    fn text_without_times_is_spread_over_all_of_it_and_is_neither_sure_nor_doubtful() {
        let phrases = check(
            r#"{"text":" 喂您好 ","usage":{"type":"duration","seconds":10}}"#,
            &[("喂", 0, 3_333), ("您", 3_333, 6_666), ("好", 6_666, 10_000)],
        );
        assert_eq!(phrases[0].words[0].logprob, UNKNOWN_LOGPROB);
    }

    #[test]
    fn numbers_that_a_server_fills_in_for_what_it_does_not_know_are_not_believed() {
        for filler in [
            r#""avg_logprob":-1.0,"no_speech_prob":-1.0"#,
            r#""avg_logprob":-1.0,"compression_ratio":-1.0"#,
            r#""avg_logprob":0"#,
            r#""avg_logprob":null"#,
        ] {
            let json = format!(r#"{{"segments":[{{"start":0,"end":1,"text":"好",{filler}}}]}}"#);
            let phrases = read(json.as_bytes(), 1_000).unwrap();
            assert_eq!(phrases[0].words[0].logprob, UNKNOWN_LOGPROB, "{filler}");
            assert_eq!(phrases[0].no_speech, 0.0, "{filler}");
        }
        let json = r#"{"segments":[{"start":0,"end":1,"text":"好","avg_logprob":-1.0,"no_speech_prob":0.7}]}"#;
        assert_eq!(read(json.as_bytes(), 1_000).unwrap()[0].words[0].logprob, -1.0);
    }

    #[test]
    fn times_beyond_the_recording_or_running_back_are_brought_into_it() {
        check(
            r#"{"segments":[{"start":-4,"end":1e300,"text":"嗯"},{"start":9,"end":2,"text":"好"}]}"#,
            &[("嗯", 0, 10_000), ("好", 9_000, 9_000)],
        );
    }

    #[test]
    fn nothing_heard_is_no_error() {
        for json in [
            r#"{"text":""}"#,
            r#"{"text":"","segments":[]}"#,
            r#"{"text":" ","segments":[{"start":0,"end":9,"text":"  "}],"words":[]}"#,
        ] {
            assert_eq!(read(json.as_bytes(), 10_000).unwrap(), [], "{json}");
        }
    }

    #[test]
    fn what_is_no_transcript_says_so() {
        let long = format!(r#"{{"text":"{}"}}"#, "谢谢".repeat(400));
        for (json, words) in [
            ("<html>502</html>", "JSON"),
            ("", "JSON"),
            ("[]", "JSON"),
            (r#"{"error":{"message":"out of memory"}}"#, "without `text`"),
            (r#"{"text":17}"#, "JSON"),
            (r#"{"text":"x","segments":[{"start":"soon","text":"x"}]}"#, "JSON"),
            (&long, "800 characters"),
        ] {
            let error = read(json.as_bytes(), 10_000).unwrap_err();
            assert!(error.contains(words), "{json}: {error}");
        }
    }
}
