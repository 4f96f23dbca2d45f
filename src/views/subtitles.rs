//! A transcript in, subtitles out: one cue a segment, long ones in parts, with who speaks.

use std::fmt::Write as _;

use crate::transcript::Segment;
use crate::transcript::Span;
use crate::transcript::Transcript;
use crate::views::transcript::speaker;

/// Most characters of a cue; what is longer is divided.
const LONGEST: usize = 32;
/// Shortest time that a cue is shown.
const SHORTEST_MS: u64 = 200;
/// Behind the text of a segment that is doubted.
const DOUBT: &str = "（存疑）";

/// What is shown for a while.
#[derive(Debug, PartialEq, Eq)]
struct Cue {
    span: Span,
    speaker: &'static str,
    text: String,
}

/// Writes SubRip. No text gives no cue.
#[must_use]
pub fn srt(transcript: &Transcript) -> String {
    let mut file = String::new();
    for (number, cue) in cues(transcript).iter().enumerate() {
        let (start, end) = (clock(cue.span.start_ms, ','), clock(cue.span.end_ms, ','));
        // The format knows no escapes: players take < for a tag and { for a command.
        let text = cue.text.replace('<', "＜").replace('>', "＞");
        let text = text.replace('{', "｛").replace('}', "｝");
        writeln!(file, "{}\n{start} --> {end}\n{}：{text}\n", number + 1, cue.speaker).expect("a string takes all");
    }
    file
}

/// Writes WebVTT. No text gives no cue.
#[must_use]
pub fn vtt(transcript: &Transcript) -> String {
    let mut file = "WEBVTT\n\n".to_owned();
    for cue in cues(transcript) {
        let (start, end) = (clock(cue.span.start_ms, '.'), clock(cue.span.end_ms, '.'));
        let text = cue.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        writeln!(file, "{start} --> {end}\n<v {}>{text}</v>\n", cue.speaker).expect("a string takes all");
    }
    file
}

/// Returns the cues in order of time. What was taken out of the text is in none.
fn cues(transcript: &Transcript) -> Vec<Cue> {
    let mut cues: Vec<Cue> = transcript.segments.iter().flat_map(of_segment).collect();
    cues.sort_by_key(|cue| cue.span.start_ms);
    cues
}

fn of_segment(segment: &Segment) -> Vec<Cue> {
    // A line end would end the cue.
    let words: Vec<&str> = segment.best().split_whitespace().collect();
    let characters: Vec<char> = words.join(" ").chars().collect();
    let Span { start_ms, end_ms } = segment.span;
    let timed = starts(segment);
    let edge = |done: usize| match timed.get(done) {
        Some(&at) if timed.len() == characters.len() && done > 0 => at.clamp(start_ms, end_ms),
        _ => start_ms + (end_ms - start_ms) * done as u64 / characters.len().max(1) as u64,
    };
    let mut done = 0;
    let cue = |part: &[char]| {
        let start_ms = edge(done);
        done += part.len();
        let mut text = part.iter().collect::<String>().trim().to_owned();
        if !segment.flags.is_empty() {
            text.push_str(DOUBT);
        }
        Cue {
            span: Span {
                start_ms,
                end_ms: edge(done).max(start_ms + SHORTEST_MS),
            },
            speaker: speaker(segment.speaker),
            text,
        }
    };
    parts(&characters).into_iter().map(cue).collect()
}

/// Returns when each character was said, as far as the engine tells.
fn starts(segment: &Segment) -> Vec<u64> {
    let words = segment.words.iter();
    words
        .flat_map(|word| std::iter::repeat_n(word.span.start_ms, word.text.chars().count()))
        .collect()
}

/// Divides a text that is too long near its middle, and its halves likewise.
fn parts(text: &[char]) -> Vec<&[char]> {
    if text.is_empty() {
        return Vec::new();
    }
    if text.len() <= LONGEST {
        return vec![text];
    }
    let (left, right) = text.split_at(division(text));
    [parts(left), parts(right)].concat()
}

/// Returns where to divide: behind the mark nearest to the middle, the end of a sentence before a comma; without any,
/// where no number or foreign word is cut.
fn division(text: &[char]) -> usize {
    let middle = text.len() / 2;
    let inner = text.len() / 4..=3 * text.len() / 4;
    let nearest = |is_good: &dyn Fn(usize) -> bool| {
        let good = inner.clone().filter(|&at| is_good(at));
        good.min_by_key(|at| at.abs_diff(middle))
    };
    let behind = |marks: &'static str| move |at: usize| marks.contains(text[at - 1]) && !marks.contains(text[at]);
    let joins = |at: usize| text[at - 1].is_ascii_alphanumeric() && text[at].is_ascii_alphanumeric();
    nearest(&behind("。？！；?!;"))
        .or_else(|| nearest(&behind("，、：,: ")))
        .or_else(|| nearest(&|at| !joins(at) && text[at].is_alphanumeric()))
        .unwrap_or(middle)
}

/// Returns milliseconds as hours, minutes, seconds and thousandths.
fn clock(ms: u64, point: char) -> String {
    let (seconds, ms) = (ms / 1_000, ms % 1_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    format!("{:02}:{:02}:{seconds:02}{point}{ms:03}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::call::Speaker;
    use crate::call::Turn;
    use crate::transcript;
    use crate::transcript::Flag;
    use crate::transcript::Word;

    fn said(speaker: Speaker, text: &str, start_ms: u64, end_ms: u64) -> Turn {
        Turn {
            speaker,
            text: text.to_owned(),
            start_ms: Some(start_ms),
            end_ms: Some(end_ms),
        }
    }

    #[test]
    fn each_segment_is_a_cue_at_its_time_with_its_speaker() {
        let transcript = transcript::given(&[
            said(Speaker::Dispatcher, "您好，请讲。", 0, 1_400),
            said(Speaker::Caller, "我报警", 3_661_007, 3_662_000),
        ]);
        assert_eq!(
            srt(&transcript),
            "1\n00:00:00,000 --> 00:00:01,400\n接警员：您好，请讲。\n\n\
             2\n01:01:01,007 --> 01:01:02,000\n报警人：我报警\n\n"
        );
        assert_eq!(
            vtt(&transcript),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.400\n<v 接警员>您好，请讲。</v>\n\n\
             01:01:01.007 --> 01:01:02.000\n<v 报警人>我报警</v>\n\n"
        );
    }

    #[test]
    fn nothing_in_a_text_is_taken_for_the_format() {
        let text = "a-->b <i>&amp;\n\n2\n{\\an8}";
        let transcript = transcript::given(&[said(Speaker::Unknown, text, 0, 900)]);
        assert_eq!(
            srt(&transcript),
            "1\n00:00:00,000 --> 00:00:00,900\n说话人：a--＞b ＜i＞&amp; 2 ｛\\an8｝\n\n"
        );
        assert!(vtt(&transcript).contains("<v 说话人>a--&gt;b &lt;i&gt;&amp;amp; 2 {\\an8}</v>\n\n"));
    }

    #[test]
    fn what_was_taken_out_is_not_shown_and_what_is_doubted_says_so() {
        let mut transcript = transcript::given(&[
            said(Speaker::Caller, "请点赞订阅", 0, 900),
            said(Speaker::Caller, "快来", 1_000, 1_900),
        ]);
        transcript.segments[0].corrected = Some(String::new());
        transcript.segments[1].flags.push(Flag::LowConfidence);
        assert_eq!(
            srt(&transcript),
            "1\n00:00:01,000 --> 00:00:01,900\n报警人：快来（存疑）\n\n"
        );
        transcript.segments.clear();
        assert_eq!(
            (srt(&transcript).as_str(), vtt(&transcript).as_str()),
            ("", "WEBVTT\n\n")
        );
    }

    #[test]
    fn a_long_segment_is_divided_at_its_marks_and_its_time_with_it() {
        let text = "我家楼上天天半夜蹦跶，地板咚咚响，根本睡不着。请你们派人过来看一下，电话是13800001234。";
        let cues = cues(&transcript::given(&[said(Speaker::Caller, text, 1_000, 5_600)]));
        let got: Vec<(&str, u64, u64)> = (cues.iter())
            .map(|cue| (cue.text.as_str(), cue.span.start_ms, cue.span.end_ms))
            .collect();
        assert_eq!(
            got,
            [
                ("我家楼上天天半夜蹦跶，地板咚咚响，根本睡不着。", 1_000, 3_159),
                ("请你们派人过来看一下，电话是13800001234。", 3_159, 5_600)
            ]
        );
        // Where the engine times its words, the parts begin with theirs.
        let mut transcript = transcript::given(&[said(Speaker::Caller, text, 1_000, 5_600)]);
        let word = |(at, character): (usize, char)| Word {
            text: character.to_string(),
            span: Span {
                start_ms: 1_000 + 10 * at as u64,
                end_ms: 1_010 + 10 * at as u64,
            },
            confidence: 0.9,
        };
        transcript.segments[0].words = text.chars().enumerate().map(word).collect();
        let timed = super::cues(&transcript);
        assert_eq!((timed[0].span.end_ms, timed[1].span.start_ms), (1_230, 1_230));
        assert_eq!(timed[1].span.end_ms, 5_600);
        let number = format!("号码{}对", "1".repeat(40));
        assert!(parts(&number.chars().collect::<Vec<_>>()).len() > 1);
    }

    proptest! {
        #[test]
        fn every_character_is_shown_once_in_parts_that_fit(text in "[一二三a1，。 ]{0,200}", start in 0_u64..99_999_999, length in 0_u64..60_000) {
            let cues = cues(&transcript::given(&[said(Speaker::Caller, &text, start, start + length)]));
            let spoken = |text: &str| text.split_whitespace().collect::<String>();
            let shown: String = cues.iter().map(|cue| spoken(&cue.text)).collect();
            prop_assert_eq!(shown, spoken(&text));
            for cue in &cues {
                prop_assert!(cue.text.chars().count() <= LONGEST);
                prop_assert!(cue.span.start_ms < cue.span.end_ms);
                prop_assert!(cue.span.end_ms <= start + length.max(1) + SHORTEST_MS);
            }
            prop_assert!(cues.windows(2).all(|pair| pair[0].span.start_ms <= pair[1].span.start_ms));
        }
    }
}
