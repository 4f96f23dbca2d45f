//! Channels of a recording in, its transcript out: each window heard once or twice, the better hearing chosen.

use std::ops::Range;

use crate::audio;
use crate::audio::RATE;
use crate::call::Speaker;
use crate::sound::Hit;
use crate::text;
use crate::transcript::Desk;
use crate::transcript::Heard;
use crate::transcript::Layout;
use crate::transcript::PLAIN_PROMPT;
use crate::transcript::Segment;
use crate::transcript::Span;
use crate::transcript::TranscribeError;
use crate::transcript::Transcriber;
use crate::transcript::Transcript;
use crate::transcript::Word;
use crate::transcript::correct;
use crate::transcript::doubt;
use crate::transcript::speakers;
use crate::transcript::windows;

/// Longest stretch that [`plain`] gives in one go.
const PLAIN_SAMPLES: usize = 15 * 60 * RATE as usize;

/// How much less probable a token of the second hearing may be on average: its prompt holds names that the call does
/// not, which costs a little probability everywhere.
const SECOND_MARGIN: f32 = 0.05;
/// How near to a name the first hearing must sound for the name to be believed in the second.
const SUPPORT: f32 = 0.05;
/// How near at least one name must sound for a window to be heard again.
const WORTH: f32 = 0.02;
/// How near a name must sound to be in the prompt: a list of strangers only leads the engine astray.
const IN_PROMPT: f32 = 0.01;
/// A span that is this many times quieter than the other channel, which speaks too, is only its echo.
const ECHO: u64 = 100;

pub(crate) fn transcribe(
    engine: &mut dyn Transcriber,
    channels: &[Vec<i16>],
    desk: &Desk<'_>,
) -> Result<Transcript, TranscribeError> {
    let channels = distinct(channels, desk.layout);
    let mut speech = Vec::new();
    for channel in &channels {
        speech.push(windows::tidy(engine.spans(channel)?, channel));
    }
    let spans = without_echo(&channels, &speech);
    let mut windows = Vec::new();
    for (number, (channel, spans)) in channels.iter().zip(&spans).enumerate() {
        for spans in windows::group(spans) {
            windows.push(Window::hear(engine, number, channel, spans, &desk.prompt)?);
        }
    }
    if !windows
        .iter()
        .any(|window| speakers::desk_speaks(&whole(&window.first), &desk.prompt))
    {
        for window in &mut windows {
            window.hear_plainly(engine)?;
        }
    }
    let mut segments = Vec::new();
    for window in windows {
        segments.extend(window.segments(engine, desk)?);
    }
    segments.sort_by_key(|segment| (segment.span.start_ms, segment.channel, segment.span.end_ms));
    speakers::assign(&mut segments, channels.len(), desk.layout);
    doubt::cut_echoes(&mut segments);
    Ok(finish(engine, &channels, segments, speech))
}

pub(crate) fn plain(engine: &mut dyn Transcriber, channels: &[Vec<i16>]) -> Result<Transcript, TranscribeError> {
    let mix = audio::mono(channels);
    let mut segments = Vec::new();
    for (portion, at) in mix.chunks(PLAIN_SAMPLES).zip((0..).step_by(PLAIN_SAMPLES)) {
        let all = Span {
            start_ms: milliseconds(at),
            end_ms: milliseconds(at + portion.len()),
        };
        segments.extend(hear(engine, &mix, &[all], PLAIN_PROMPT)?.iter().map(segment));
    }
    Ok(finish(engine, channels, segments, Vec::new()))
}

fn finish(
    engine: &dyn Transcriber,
    channels: &[Vec<i16>],
    segments: Vec<Segment>,
    speech: Vec<Vec<Span>>,
) -> Transcript {
    let (engine, model) = engine.names();
    let duration_ms = milliseconds(channels.iter().map(Vec::len).max().unwrap_or(0));
    Transcript {
        segments,
        speech,
        duration_ms,
        engine,
        model,
    }
}

/// Returns the channels that say different things.
fn distinct(channels: &[Vec<i16>], layout: Layout) -> Vec<Vec<i16>> {
    match channels {
        [left, right] if audio::same(left, right) => vec![left.clone()],
        [_, _] if layout == Layout::Mono => vec![audio::mono(channels)],
        _ => channels.to_vec(),
    }
}

/// Leaves out spans in which a channel only repeats the other one faintly.
fn without_echo(channels: &[Vec<i16>], speech: &[Vec<Span>]) -> Vec<Vec<Span>> {
    let [left, right] = channels else {
        return speech.to_vec();
    };
    let keep = |own: &[i16], other: &[i16], spans: &[Span]| -> Vec<Span> {
        let louder =
            |span: &Span| windows::loudness(own, *span).saturating_mul(ECHO) >= windows::loudness(other, *span);
        spans.iter().filter(|span| louder(span)).copied().collect()
    };
    vec![keep(left, right, &speech[0]), keep(right, left, &speech[1])]
}

/// Spans that are heard in one go, and what was heard first.
struct Window<'a> {
    /// Of the channel.
    number: usize,
    channel: &'a [i16],
    spans: &'a [Span],
    /// With which `first` was heard.
    prompt: &'a str,
    first: Vec<Heard>,
}

impl<'a> Window<'a> {
    /// Hears spans with the words of the desk; without them where they come back instead of the sound.
    fn hear(
        engine: &mut dyn Transcriber,
        number: usize,
        channel: &'a [i16],
        spans: &'a [Span],
        prompt: &'a str,
    ) -> Result<Window<'a>, TranscribeError> {
        let mut window = Window {
            number,
            channel,
            spans,
            prompt,
            first: hear(engine, channel, spans, prompt)?,
        };
        if window.first.iter().any(|heard| doubt::is_prompt(&heard.text, prompt)) {
            window.first = hear(engine, channel, spans, PLAIN_PROMPT)?;
            window.prompt = PLAIN_PROMPT;
        }
        Ok(window)
    }

    /// Hears without the desk's words, for a recording in which no desk speaks: there its prompt only misleads. Where
    /// the two are about as likely the prompt that fits is believed.
    fn hear_plainly(&mut self, engine: &mut dyn Transcriber) -> Result<(), TranscribeError> {
        if self.prompt == PLAIN_PROMPT {
            return Ok(());
        }
        let plain = hear(engine, self.channel, self.spans, PLAIN_PROMPT)?;
        if !plain.is_empty() && mean(&plain) >= mean(&self.first) - SECOND_MARGIN {
            self.first = plain;
            self.prompt = PLAIN_PROMPT;
        }
        Ok(())
    }

    /// Hears again with names where some sound near, and returns what is believed.
    fn segments(self, engine: &mut dyn Transcriber, desk: &Desk<'_>) -> Result<Vec<Segment>, TranscribeError> {
        let names = match desk.second_hearing {
            true => nearest_names(&whole(&self.first), desk),
            false => Vec::new(),
        };
        let mut segments = Vec::new();
        if names.is_empty() {
            segments.extend(self.first.iter().map(segment));
        } else {
            let prompt = prompt_with(self.prompt, &names);
            let second = hear(engine, self.channel, self.spans, &prompt)?;
            let (ones, twos) = (by_span(self.spans, &self.first), by_span(self.spans, &second));
            for (one, two) in ones.into_iter().zip(twos) {
                segments.extend(choose(&self.first[one], &second[two], &names, &prompt));
            }
        }
        for segment in &mut segments {
            segment.channel = self.number;
            doubt::check(segment, &desk.prompt);
            correct::names(segment, desk.gazetteer, desk.unit);
        }
        segments.retain(|segment| !segment.text.is_empty());
        Ok(segments)
    }
}

fn hear(
    engine: &mut dyn Transcriber,
    channel: &[i16],
    window: &[Span],
    prompt: &str,
) -> Result<Vec<Heard>, TranscribeError> {
    let heard = engine.hear(channel, window, prompt)?;
    Ok(heard
        .into_iter()
        .map(|heard| {
            let text = text::simplify(heard.text.trim());
            let words = simplified(heard.words, &text);
            Heard { text, words, ..heard }
        })
        .collect())
}

/// Gives words the characters of the simplified text that they make up. Simplifying changes no lengths; where it did,
/// the words would lie and are left out.
fn simplified(mut words: Vec<Word>, text: &str) -> Vec<Word> {
    let mut rest = text.chars();
    for word in &mut words {
        let length = word.text.trim().chars().count();
        word.text = rest.by_ref().take(length).collect();
    }
    let whole = rest.next().is_none() && words.iter().map(|word| word.text.len()).sum::<usize>() == text.len();
    words.retain(|word| whole && !word.text.is_empty());
    words
}

/// A name for the prompt, and how near the first hearing came to it.
struct Candidate<'a> {
    name: &'a str,
    probability: f32,
}

fn nearest_names<'a>(heard: &str, desk: &Desk<'a>) -> Vec<Candidate<'a>> {
    let heard = without_formulas(heard, &desk.prompt);
    let hits = desk.gazetteer.nearest(&heard, desk.unit, desk.names_in_prompt);
    let names = desk.gazetteer.names();
    let mut candidates: Vec<Candidate<'a>> = Vec::new();
    // A name that stands there already needs no second hearing.
    let known = |hit: &Hit| {
        hits.iter()
            .any(|exact| exact.exact && exact.start < hit.end && hit.start < exact.end)
    };
    if hits.iter().all(|hit| hit.probability < WORTH || known(hit)) {
        return candidates;
    }
    for hit in hits.iter().filter(|hit| hit.probability >= IN_PROMPT) {
        let Some(name) = names.get(hit.name_idx) else {
            continue;
        };
        if candidates.iter().all(|known| known.name != name.name) {
            candidates.push(Candidate {
                name: &name.name,
                probability: hit.probability,
            });
        }
    }
    candidates
}

/// Blanks what the desk itself says, word for word as its prompt has it: names that only sound like the desk's own
/// greeting would otherwise take its place in the second hearing.
fn without_formulas(heard: &str, prompt: &str) -> String {
    doubt::clauses(prompt, 3).fold(heard.to_owned(), |text, formula| text.replace(formula, "。"))
}

/// The names stand before the prompt: its end sets the style of what follows, and a list would bring lists. The
/// likeliest name comes last of them, since of a prompt that is too long the beginning is lost.
fn prompt_with(prompt: &str, names: &[Candidate<'_>]) -> String {
    let names: Vec<&str> = names.iter().rev().map(|candidate| candidate.name).collect();
    format!("{}。{prompt}", names.join("、"))
}

/// Returns for each span which of the pieces heard lie in it.
fn by_span(window: &[Span], heard: &[Heard]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    for (at, _) in window.iter().enumerate() {
        let next = window.get(at + 1).map_or(u64::MAX, |next| next.start_ms);
        let count = heard[start..]
            .iter()
            .take_while(|heard| heard.span.start_ms < next)
            .count();
        ranges.push(start..start + count);
        start += count;
    }
    ranges
}

/// Chooses between two hearings of one span and keeps the other beside it.
fn choose(first: &[Heard], second: &[Heard], names: &[Candidate<'_>], prompt: &str) -> Vec<Segment> {
    let (one, two) = (whole(first), whole(second));
    let invented = names.iter().any(|candidate| {
        candidate.probability < SUPPORT && two.contains(candidate.name) && !one.contains(candidate.name)
    });
    let better = !two.is_empty()
        && !invented
        && !doubt::is_prompt(&two, prompt)
        && !doubt::is_loop(&two)
        && (one.is_empty() || doubt::is_loop(&one) || mean(second) >= mean(first) - SECOND_MARGIN);
    let (chosen, other) = if better { (second, first) } else { (first, second) };
    let mut segments: Vec<Segment> = chosen.iter().map(segment).collect();
    for heard in other {
        let overlap = |segment: &Segment| {
            let end = segment.span.end_ms.min(heard.span.end_ms);
            end.saturating_sub(segment.span.start_ms.max(heard.span.start_ms))
        };
        // Of segments that overlap alike the first counts: `max_by_key` would take the last.
        if let Some(segment) = segments.iter_mut().rev().max_by_key(|segment| overlap(segment)) {
            segment.alternative.get_or_insert_default().push_str(&heard.text);
        }
    }
    for segment in &mut segments {
        segment.alternative.take_if(|text| *text == segment.text);
    }
    segments
}

fn whole(heard: &[Heard]) -> String {
    heard.iter().map(|heard| heard.text.as_str()).collect()
}

/// Mean log-probability, each piece weighed by its length.
fn mean(heard: &[Heard]) -> f32 {
    let weight = |heard: &Heard| heard.text.chars().count().max(1) as f32;
    let sum: f32 = heard.iter().map(|heard| heard.avg_logprob * weight(heard)).sum();
    sum / heard.iter().map(weight).sum::<f32>().max(1.0)
}

fn segment(heard: &Heard) -> Segment {
    let mut segment = Segment {
        speaker: Speaker::Unknown,
        channel: 0,
        span: heard.span,
        text: heard.text.clone(),
        alternative: None,
        corrected: None,
        confidence: heard.avg_logprob.exp().clamp(0.0, 1.0),
        words: heard.words.clone(),
        flags: Vec::new(),
    };
    doubt::evidence(&mut segment, heard.no_speech);
    segment
}

fn milliseconds(samples: usize) -> u64 {
    samples as u64 * 1000 / u64::from(RATE)
}
