//! Segments and the layout of the channels in, who speaks in each out.

use std::sync::LazyLock;

use crate::call::Speaker;
use crate::sound;
use crate::transcript::Layout;
use crate::transcript::Segment;
use crate::transcript::doubt;

/// Phrases of the desk without punctuation, longest first.
static PHRASES: LazyLock<Vec<Vec<char>>> = LazyLock::new(|| {
    let mut phrases: Vec<Vec<char>> = doubt::list(include_str!("../../corpora/operator_phrases.txt"))
        .map(doubt::spoken)
        .collect();
    phrases.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    phrases
});

/// Share of a text that phrases must make up for it to be the dispatcher's.
const SURE: f32 = 0.5;
/// A misheard phrase tells something only if it is so long.
const TELLING: usize = 4;
/// How near a clause must sound to a phrase to be taken for it.
const ALIKE: f32 = 0.7;
/// Characters of phrases by which one channel must lead to overrule the layout.
const LEAD: usize = 8;

/// Fills in the speakers. With two channels the layout decides, unless the other channel clearly speaks the desk's
/// phrases; with one channel only such phrases do, and the rest stays unknown.
pub(crate) fn assign(segments: &mut [Segment], channels: usize, layout: Layout) {
    if channels == 2 {
        let dispatcher = dispatcher(segments, if layout == Layout::RightDispatcher { 1 } else { 0 });
        for segment in segments {
            segment.speaker = if segment.channel == dispatcher {
                Speaker::Dispatcher
            } else {
                Speaker::Caller
            };
        }
        return;
    }
    for segment in segments {
        let text = doubt::spoken(&segment.text);
        if !text.is_empty() && formula_chars(&text) as f32 >= SURE * text.len() as f32 {
            segment.speaker = Speaker::Dispatcher;
        }
    }
}

fn dispatcher(segments: &[Segment], configured: usize) -> usize {
    let count = |channel: usize| -> usize {
        let own = segments.iter().filter(|segment| segment.channel == channel);
        own.map(|segment| formula_chars(&doubt::spoken(&segment.text))).sum()
    };
    let other = 1 - configured;
    if count(other) >= count(configured) + LEAD {
        other
    } else {
        configured
    }
}

/// Whether something of what the desk says by rote, or of `prompt`, is in a text: word for word, or misheard.
pub(crate) fn desk_speaks(text: &str, prompt: &str) -> bool {
    if formula_chars(&doubt::spoken(text)) > 0 {
        return true;
    }
    let by_rote = PHRASES.iter().filter(|phrase| phrase.len() >= TELLING);
    let formulas: Vec<String> = doubt::clauses(prompt, TELLING)
        .map(str::to_owned)
        .chain(by_rote.map(|phrase| phrase.iter().collect()))
        .collect();
    let misheard = |clause: &str| (formulas.iter()).any(|formula| sound::sounds_like(clause, formula) >= ALIKE);
    doubt::clauses(text, TELLING).any(misheard)
}

/// Returns how many characters of a text belong to phrases of the desk.
fn formula_chars(text: &[char]) -> usize {
    let mut covered = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = PHRASES
            .iter()
            .find(|phrase| rest.starts_with(phrase))
            .map_or(0, Vec::len);
        covered += length;
        at += length.max(1);
    }
    covered
}
