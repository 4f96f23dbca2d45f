//! Names and a text in, hits with probability out: exact ones by characters, the others by sound.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use aho_corasick::MatchKind;

use crate::call::UnitCode;
use crate::sound::Hit;
use crate::sound::Name;
use crate::sound::align;
use crate::sound::align::Fit;
use crate::sound::align::Hearing;
use crate::sound::align::Spoken;
use crate::sound::ending;
use crate::sound::judge;
use crate::sound::judge::Evidence;
use crate::sound::judge::Nearness;
use crate::sound::judge::Said;
use crate::sound::recall::Candidate;
use crate::sound::recall::Recall;
use crate::text;

/// Hits less likely than this are not returned by a search that must be right.
const THRESHOLD: f32 = 0.6;

/// A way of writing a name: the name itself or an alias.
#[derive(Debug)]
struct Entry {
    name: usize,
    written: String,
    sounds: Vec<Spoken>,
    core: usize,
}

/// Everything that finding names needs.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    entries: Vec<Entry>,
    /// Names with the same normalised writing, in order of their index.
    by_writing: HashMap<String, Vec<usize>>,
    exact: Option<AhoCorasick>,
    recall: Recall,
}

/// A name fitted into the text.
#[derive(Clone, Copy, Debug)]
struct Sounding {
    entry: usize,
    fit: Fit,
    strength: f32,
}

impl Lookup {
    pub(super) fn new(names: &[Name]) -> Lookup {
        let writings = |(idx, name): (usize, &Name)| {
            let all = std::iter::once(&name.name).chain(&name.aliases);
            all.map(move |text| Entry::new(idx, text)).collect::<Vec<_>>()
        };
        let mut entries: Vec<Entry> = names.iter().enumerate().flat_map(writings).collect();
        entries.retain(|entry| entry.written.chars().count() >= 2);
        let mut by_writing: HashMap<String, Vec<usize>> = HashMap::new();
        for entry in &entries {
            by_writing.entry(entry.written.clone()).or_default().push(entry.name);
        }
        let recall = Recall::new(entries.iter().map(|entry| (entry.sounds.as_slice(), entry.core)));
        let exact = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(entries.iter().map(|entry| entry.written.as_str()))
            .ok();
        Lookup {
            entries,
            by_writing,
            exact,
            recall,
        }
    }

    pub(super) fn index_of(&self, name: &str) -> Option<usize> {
        let written = text::normalise(name.trim()).text;
        self.by_writing.get(&written)?.first().copied()
    }

    pub(super) fn find(&self, names: &[Name], text: &str, unit: Option<&UnitCode>) -> Vec<Hit> {
        let mut hits = self.exact(names, text, unit);
        let heard = align::speak(text);
        let soundings = self.soundings(names, &heard, unit);
        let judged = |sounding: &Sounding| {
            let rival = self.rival(sounding, &soundings, names);
            self.hit(sounding, &heard, judge::probability(sounding.strength, rival))
        };
        let mut likely: Vec<Hit> = soundings
            .iter()
            .map(judged)
            .filter(|hit| hit.probability >= THRESHOLD)
            .collect();
        likely.sort_by(|a, b| {
            b.probability
                .total_cmp(&a.probability)
                .then((a.start, a.name_idx).cmp(&(b.start, b.name_idx)))
        });
        for hit in likely {
            if hits
                .iter()
                .all(|other| hit.end <= other.start || other.end <= hit.start)
            {
                hits.push(hit);
            }
        }
        hits.sort_by_key(|hit| hit.start);
        hits
    }

    pub(super) fn nearest(&self, names: &[Name], text: &str, unit: Option<&UnitCode>, limit: usize) -> Vec<Hit> {
        let mut hits = self.exact(names, text, unit);
        let heard = align::speak(text);
        for sounding in self.soundings(names, &heard, unit) {
            hits.push(self.hit(&sounding, &heard, judge::probability(sounding.strength, None)));
        }
        let mut seen = Vec::new();
        hits.retain(|hit| {
            let name = names[hit.name_idx].name.as_str();
            let is_new = seen.len() < limit && !seen.contains(&name);
            if is_new {
                seen.push(name);
            }
            is_new
        });
        hits
    }

    /// Returns the names that stand in the text as they are written, in order.
    fn exact(&self, names: &[Name], text: &str, unit: Option<&UnitCode>) -> Vec<Hit> {
        let Some(exact) = &self.exact else { return Vec::new() };
        let normal = text::normalise(text);
        let bytes: Vec<usize> = normal.text.char_indices().map(|(byte, _)| byte).collect();
        let place = |byte: usize| bytes.partition_point(|&start| start < byte);
        (exact.find_iter(&normal.text))
            .map(|found| {
                let (start, end) = normal.original(place(found.start()), place(found.end()));
                let written = &self.entries[found.pattern().as_usize()].written;
                Hit {
                    name_idx: self.nearest_of(names, written, unit),
                    start,
                    end,
                    probability: 1.0,
                    exact: true,
                }
            })
            .collect()
    }

    /// Returns the name written so whose unit is nearest; the first where that does not decide.
    fn nearest_of(&self, names: &[Name], written: &str, unit: Option<&UnitCode>) -> usize {
        let candidates = self.by_writing.get(written).map(Vec::as_slice).unwrap_or_default();
        let rank = |&&name: &&usize| match nearness(names[name].unit_code.as_ref(), unit) {
            Nearness::Station => 0,
            Nearness::Branch => 1,
            Nearness::Unknown => 2,
            Nearness::Far => 3,
        };
        candidates.iter().min_by_key(rank).copied().unwrap_or(0)
    }

    /// Returns all names that may have been heard, the strongest first.
    fn soundings(&self, names: &[Name], heard: &[Spoken], unit: Option<&UnitCode>) -> Vec<Sounding> {
        let hearing = Hearing::new(heard);
        let mut found: Vec<Sounding> = (self.recall.candidates(heard).into_iter())
            .filter_map(|candidate| self.sounding(candidate, names, (heard, &hearing), unit))
            .collect();
        let again: Vec<f32> = found.iter().map(|sounding| self.again(sounding, &found)).collect();
        for (sounding, again) in found.iter_mut().zip(again) {
            sounding.strength += judge::AGAIN * again;
        }
        found.sort_by(|a, b| {
            let place = |s: &Sounding| (s.fit.start, self.entries[s.entry].name, s.entry);
            b.strength.total_cmp(&a.strength).then(place(a).cmp(&place(b)))
        });
        found
    }

    fn sounding(
        &self,
        candidate: Candidate,
        names: &[Name],
        (heard, hearing): (&[Spoken], &Hearing),
        unit: Option<&UnitCode>,
    ) -> Option<Sounding> {
        let entry = &self.entries[candidate.entry];
        let name = &names[entry.name];
        let from = usize::try_from(candidate.start - 2).unwrap_or(0);
        let to = usize::try_from(candidate.start + 3).unwrap_or(0) + entry.sounds.len();
        let fit = hearing.fit(&entry.sounds, entry.core, from, to)?;
        let said = Said {
            sounds: &entry.sounds,
            core: entry.core,
            kind: name.kind,
        };
        let evidence = Evidence::new(&said, &fit, heard, nearness(name.unit_code.as_ref(), unit));
        Some(Sounding {
            entry: candidate.entry,
            fit,
            strength: evidence.strength(),
        })
    }

    /// Returns how well the same name was heard in another place as well, from 0 to 1: the desk repeats what it hears.
    fn again(&self, sounding: &Sounding, all: &[Sounding]) -> f32 {
        let name = |s: &Sounding| self.entries[s.entry].name;
        let apart = |other: &&Sounding| other.fit.end <= sounding.fit.start || sounding.fit.end <= other.fit.start;
        let elsewhere = all.iter().filter(|other| name(other) == name(sounding)).filter(apart);
        elsewhere
            .map(|other| ((other.strength + 5.0) / 5.0).clamp(0.0, 1.0))
            .fold(0.0, f32::max)
    }

    /// Returns the strength of the best name of another writing in about the same place.
    fn rival(&self, sounding: &Sounding, all: &[Sounding], names: &[Name]) -> Option<f32> {
        let name = |s: &Sounding| names[self.entries[s.entry].name].name.as_str();
        let overlaps = |other: &&Sounding| other.fit.start < sounding.fit.end && sounding.fit.start < other.fit.end;
        let rival = all
            .iter()
            .find(|other| name(other) != name(sounding) && overlaps(other))?;
        Some(rival.strength)
    }

    fn hit(&self, sounding: &Sounding, heard: &[Spoken], probability: f32) -> Hit {
        Hit {
            name_idx: self.entries[sounding.entry].name,
            start: heard.get(sounding.fit.start).map_or(0, |spoken| spoken.start),
            end: heard.get(sounding.fit.end - 1).map_or(0, |spoken| spoken.end),
            probability,
            exact: false,
        }
    }
}

impl Entry {
    fn new(name: usize, text: &str) -> Entry {
        let sounds = align::speak(text);
        let characters: Vec<char> = sounds.iter().map(|spoken| spoken.character).collect();
        Entry {
            name,
            written: text::normalise(text.trim()).text,
            core: sounds.len() - ending::length(&characters),
            sounds,
        }
    }
}

fn nearness(own: Option<&UnitCode>, unit: Option<&UnitCode>) -> Nearness {
    let (Some(own), Some(unit)) = (own, unit) else {
        return Nearness::Unknown;
    };
    let shared = own
        .as_str()
        .chars()
        .zip(unit.as_str().chars())
        .take_while(|(a, b)| a == b)
        .count();
    match shared {
        8.. => Nearness::Station,
        6.. => Nearness::Branch,
        _ => Nearness::Far,
    }
}
