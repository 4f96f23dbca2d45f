//! A segment in, reasons not to believe it out: repeats, invented phrases, the prompt itself, low confidence.

use std::sync::LazyLock;

use crate::transcript::Flag;
use crate::transcript::Segment;

/// Phrases that engines invent, without punctuation.
static INVENTED: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    list(include_str!("../../corpora/hallucinations.txt"))
        .map(spoken)
        .collect()
});

/// Confidence below which a segment is doubted.
const LOW_CONFIDENCE: f32 = 0.45;
/// Confidence below which a segment is taken for noise: words that were spoken, however badly, are surer than this.
const NOISE: f32 = 0.3;
/// Probability of no speech above which the sound is no evidence.
const NO_SPEECH: f32 = 0.6;
/// Nobody says more characters a second.
const FASTEST: u64 = 14;
/// Characters in a row that are in the prompt too, across the end of one of its sentences, that no caller says by chance.
const FROM_PROMPT: usize = 12;
/// Copies of a pattern that are kept.
const KEPT: usize = 2;

/// Returns the entries of a list in `corpora`: one a line, `#` opens a comment.
pub(crate) fn list(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Returns what is spoken of a text: letters and digits in lower case, no punctuation.
pub(crate) fn spoken(text: &str) -> Vec<char> {
    text.chars()
        .filter(|character| character.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns what stands between punctuation marks and spaces, as far as it has at least that many characters.
pub(crate) fn clauses(text: &str, least: usize) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(move |clause| clause.chars().count() >= least)
}

/// Flags a segment that the sound hardly supports, and takes it out of the text where it does not at all.
pub(crate) fn evidence(segment: &mut Segment, no_speech: f32) {
    if segment.confidence < LOW_CONFIDENCE {
        flag(segment, Flag::LowConfidence);
    }
    let text = spoken(&segment.text);
    let longest = INVENTED
        .iter()
        .filter(|phrase| text.windows(phrase.len()).any(|part| part == *phrase))
        .map(Vec::len);
    // A phrase inside a longer text may have been said.
    let invented = longest.max().is_some_and(|length| 2 * length >= text.len());
    let unsupported = no_speech > NO_SPEECH || segment.confidence < LOW_CONFIDENCE || is_too_fast(segment, text.len());
    if segment.confidence < NOISE || (invented && unsupported) {
        flag(segment, Flag::Hallucination);
        segment.corrected = Some(String::new());
    }
}

/// Cuts repeats and takes out what is the prompt and not the sound.
pub(crate) fn check(segment: &mut Segment, prompt: &str) {
    if let Some(short) = without_repeats(&segment.text) {
        let long = std::mem::replace(&mut segment.text, short);
        segment.alternative.get_or_insert(long);
        segment.words.clear();
        flag(segment, Flag::Repeats);
    }
    if is_prompt(&segment.text, prompt) {
        flag(segment, Flag::Prompt);
        segment.corrected = Some(String::new());
    }
}

/// Takes out the third and later of segments that say exactly the same one after the other, as a stuck engine does.
pub(crate) fn cut_echoes(segments: &mut [Segment]) {
    let same = |a: &Segment, b: &Segment| a.channel == b.channel && a.text == b.text && spoken(&a.text).len() > 3;
    for at in 2..segments.len() {
        let (before, rest) = segments.split_at_mut(at);
        if same(&before[at - 1], &rest[0]) && same(&before[at - 2], &rest[0]) {
            flag(&mut rest[0], Flag::Repeats);
            rest[0].corrected = Some(String::new());
        }
    }
}

/// Whether a text holds a pattern that no person repeats so often.
pub(crate) fn is_loop(text: &str) -> bool {
    without_repeats(text).is_some()
}

/// Whether a text is the prompt read back: a long run of it across the end of a sentence.
pub(crate) fn is_prompt(text: &str, prompt: &str) -> bool {
    let ends = |character: char| matches!(character, '。' | '?' | '!' | ';' | '\u{ff1f}' | '\u{ff01}' | '\u{ff1b}');
    let mut spoken_prompt = Vec::new();
    let mut borders = Vec::new();
    for sentence in prompt.split(ends) {
        spoken_prompt.extend(spoken(sentence));
        borders.push(spoken_prompt.len());
    }
    let text = spoken(text);
    let crosses = |at: usize| borders.iter().any(|border| (at + 1..at + FROM_PROMPT).contains(border));
    let mut runs = spoken_prompt
        .windows(FROM_PROMPT)
        .enumerate()
        .filter(|(at, _)| crosses(*at));
    runs.any(|(_, run)| text.windows(FROM_PROMPT).any(|part| part == run))
}

/// Returns the text with patterns that repeat beyond what people say cut to [`KEPT`] copies; `None` without any.
fn without_repeats(text: &str) -> Option<String> {
    let mut characters: Vec<char> = text.chars().collect();
    let mut cut = false;
    let mut at = 0;
    while at < characters.len() {
        match repeat(&characters[at..]) {
            Some((length, copies)) => {
                characters.drain(at + length * KEPT..at + length * copies);
                at += length * KEPT;
                cut = true;
            }
            None => at += 1,
        }
    }
    cut.then(|| characters.into_iter().collect())
}

/// Returns length and copies of the pattern that a text begins with, if it repeats too often.
fn repeat(text: &[char]) -> Option<(usize, usize)> {
    (1..=30.min(text.len() / 3)).find_map(|length| {
        let pattern = &text[..length];
        let copies = text.chunks_exact(length).take_while(|part| *part == pattern).count();
        let digits = pattern.iter().all(|character| character.is_ascii_digit());
        // 快快快快, 喂喂喂 and 0000 are said; eight times the same character or four times the same clause are not.
        let most = match length {
            _ if digits => 12,
            1 => 8,
            2 | 3 => 6,
            _ => 4,
        };
        (copies >= most).then_some((length, copies))
    })
}

fn is_too_fast(segment: &Segment, characters: usize) -> bool {
    let length_ms = segment.span.end_ms - segment.span.start_ms;
    characters as u64 * 1000 > FASTEST * length_ms.max(1)
}

fn flag(segment: &mut Segment, flag: Flag) {
    if !segment.flags.contains(&flag) {
        segment.flags.push(flag);
        segment.flags.sort();
    }
}
