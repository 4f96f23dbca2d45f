//! What was said and what was heard in, character errors of every layer out.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::evaluate::entities;
use crate::evaluate::entities::Entities;
use crate::sound::Gazetteer;
use crate::text;
use crate::transcript::Transcript;

/// Character errors, of one recording or many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "CerView")]
pub struct Cer {
    /// Characters inserted, left out or taken for another.
    pub errors: usize,
    /// Characters that were said.
    pub chars: usize,
}

#[derive(Serialize)]
struct CerView {
    errors: usize,
    chars: usize,
    rate: f64,
}

impl From<Cer> for CerView {
    fn from(cer: Cer) -> CerView {
        CerView {
            errors: cer.errors,
            chars: cer.chars,
            rate: cer.rate(),
        }
    }
}

impl Cer {
    /// Returns errors per character said; may exceed 1. Nothing said and nothing heard is 0, words out of silence 1.
    #[must_use]
    pub fn rate(self) -> f64 {
        match (self.errors, self.chars) {
            (0, 0) => 0.0,
            (_, 0) => 1.0,
            (errors, chars) => errors as f64 / chars as f64,
        }
    }

    /// Returns the errors of both together.
    #[must_use]
    pub fn plus(self, other: Cer) -> Cer {
        Cer {
            errors: self.errors + other.errors,
            chars: self.chars + other.chars,
        }
    }
}

/// One layer of a text against what was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Layer {
    /// Character errors.
    pub cer: Cer,
    /// Numbers, plates and places.
    pub entities: Entities,
}

impl Layer {
    fn new(said: &str, text: &str, gazetteer: &Gazetteer) -> Layer {
        Layer {
            cer: cer(&text::read_out(said), &text::read_out(text)),
            entities: entities::entities(said, text, gazetteer),
        }
    }

    fn plus(self, other: Layer) -> Layer {
        Layer {
            cer: self.cer.plus(other.cer),
            entities: self.entities.plus(other.entities),
        }
    }
}

/// Every layer of one text, or of many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Layers {
    /// The chosen hearing, as it was heard.
    pub heard: Layer,
    /// Misheard names put right.
    pub corrected: Layer,
    /// Numbers as digits, in what was said and in the corrected text.
    pub normalised: Cer,
    /// In how many recordings that changes the corrected text.
    pub normalised_differs: usize,
    /// What plain Whisper hears of the same audio; absent where it was not asked.
    pub plain: Option<Layer>,
}

impl Layers {
    fn plus(self, other: Layers) -> Layers {
        Layers {
            heard: self.heard.plus(other.heard),
            corrected: self.corrected.plus(other.corrected),
            normalised: self.normalised.plus(other.normalised),
            normalised_differs: self.normalised_differs + other.normalised_differs,
            plain: self.plain.zip(other.plain).map(|(one, two)| one.plus(two)),
        }
    }
}

/// One recording.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct File {
    /// Which recording.
    pub file: String,
    /// How it is coded.
    pub codec: String,
    /// Its channels that were heard, before duplicates were found.
    pub channels: usize,
    /// Length in seconds.
    pub audio_s: f64,
    /// How long we took.
    pub seconds: f64,
    /// How long plain Whisper took.
    pub seconds_plain: Option<f64>,
    /// Against what was said.
    #[serde(flatten)]
    pub layers: Layers,
}

/// Recordings together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Total {
    /// What they have in common.
    pub name: String,
    /// How many there are.
    pub files: usize,
    /// Length of all in seconds.
    pub audio_s: f64,
    /// How long we took.
    pub seconds: f64,
    /// How long plain Whisper took, where it was asked for all.
    pub seconds_plain: Option<f64>,
    /// Against what was said.
    #[serde(flatten)]
    pub layers: Layers,
}

/// All recordings, and the same by what they are.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// All together.
    pub total: Total,
    /// Mono and two-channel apart.
    pub by_layout: Vec<Total>,
    /// Each codec apart.
    pub by_codec: Vec<Total>,
}

/// Compares the layers of a transcript, and those of plain Whisper, with what was said.
#[must_use]
pub fn compare(said: &str, ours: &Transcript, plain: Option<&Transcript>, gazetteer: &Gazetteer) -> Layers {
    let (heard, corrected) = (
        joined(ours.segments.iter().map(|segment| segment.text.as_str())),
        ours.text(),
    );
    let digits = |text: &str| text::normalise(text).then(text::numbers).text;
    let normalised = digits(&corrected);
    Layers {
        heard: Layer::new(said, &heard, gazetteer),
        corrected: Layer::new(said, &corrected, gazetteer),
        normalised: cer(&text::read_out(&digits(said)), &text::read_out(&normalised)),
        normalised_differs: usize::from(normalised != text::normalise(&corrected).text),
        plain: plain.map(|plain| Layer::new(said, &plain.text(), gazetteer)),
    }
}

/// Adds up recordings.
#[must_use]
pub fn report(files: &[File]) -> Report {
    let layout = |file: &File| match file.channels {
        1 => "mono".to_owned(),
        _ => "two-channel".to_owned(),
    };
    Report {
        total: total("all", files),
        by_layout: by(files, layout),
        by_codec: by(files, |file| file.codec.clone()),
    }
}

fn by(files: &[File], key: impl Fn(&File) -> String) -> Vec<Total> {
    let mut groups: BTreeMap<String, Vec<&File>> = BTreeMap::new();
    for file in files {
        groups.entry(key(file)).or_default().push(file);
    }
    groups.into_iter().map(|(name, files)| total(&name, files)).collect()
}

fn total<'a>(name: &str, files: impl IntoIterator<Item = &'a File>) -> Total {
    let start = Total {
        name: name.to_owned(),
        files: 0,
        audio_s: 0.0,
        seconds: 0.0,
        seconds_plain: Some(0.0),
        layers: Layers {
            plain: Some(Layer::default()),
            ..Layers::default()
        },
    };
    let add = |total: Total, file: &File| Total {
        files: total.files + 1,
        audio_s: total.audio_s + file.audio_s,
        seconds: total.seconds + file.seconds,
        seconds_plain: total.seconds_plain.zip(file.seconds_plain).map(|(one, two)| one + two),
        layers: total.layers.plus(file.layers),
        name: total.name,
    };
    files.into_iter().fold(start, add)
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<Vec<_>>().join("\n")
}

/// Counts the character errors of `hypothesis` against `reference`. Both are already normalised by the caller (no
/// punctuation or space, simplified, numbers in one form): every character counts.
#[must_use]
pub fn cer(reference: &str, hypothesis: &str) -> Cer {
    let said: Vec<char> = reference.chars().collect();
    let heard: Vec<char> = hypothesis.chars().collect();
    Cer {
        errors: distance(&said, &heard),
        chars: said.len(),
    }
}

/// Returns the least number of insertions, deletions and substitutions.
fn distance(said: &[char], heard: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (line, expected) in said.iter().enumerate() {
        let mut corner = line;
        row[0] = line + 1;
        for (column, found) in heard.iter().enumerate() {
            let replaced = corner + usize::from(expected != found);
            corner = row[column + 1];
            row[column + 1] = replaced.min(corner + 1).min(row[column] + 1);
        }
    }
    row[heard.len()]
}

#[cfg(test)]
mod tests;
