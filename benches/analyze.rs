//! How many calls a second are cut into terms, searched for elements and tagged, and which stage takes how much of it?
//!
//! *Measures* the wall time of each stage on one core, without names of places and with 100,000 of them.
//! *Corpus*: the texts of `corpora/gold/texts.jsonl`, put together to calls of some 300 characters; the names are made of
//! syllables by a fixed rule, one in twenty is the demo's. *How to read*: `calls/s` is of all three stages together,
//! the best of five rounds. Baseline: the keyword count that `eval tags` compares with, which finds nothing but a category.
//!
//! ```text
//! cargo bench --bench analyze
//! ```

#![expect(clippy::print_stdout, reason = "figures are what a bench is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use huisheng::elements;
use huisheng::elements::{Context, Elements, Source, SourceText};
use huisheng::evaluate::tags::by_keywords;
use huisheng::sound::names::read_names;
use huisheng::sound::{Gazetteer, Name, NameKind};
use huisheng::tags::Tagger;
use huisheng::tags::taxonomy::leaves;
use huisheng::terms::Segmenter;
use jiff::Timestamp;
use serde::Deserialize;

/// Characters of a call.
const LENGTH: usize = 300;
/// Calls of a round.
const CALLS: usize = 200;
const ROUNDS: usize = 5;
/// Names of places in the large gazetteer.
const NAMES: usize = 100_000;

#[derive(Deserialize)]
struct Line {
    text: String,
}

/// Time of each stage for all calls.
#[derive(Clone, Copy)]
struct Times {
    terms: Duration,
    elements: Duration,
    tags: Duration,
}

impl Times {
    fn all(self) -> Duration {
        self.terms + self.elements + self.tags
    }
}

fn main() {
    let calls = calls();
    let length = calls.iter().map(|call| call.text.chars().count()).sum::<usize>() / calls.len();
    println!(
        "{} calls of {length} characters, one core, best of {ROUNDS} rounds",
        calls.len()
    );
    for (title, names) in [("no names", Vec::new()), ("100,000 names", names())] {
        let gazetteer = Gazetteer::new(names);
        let segmenter = Segmenter::new(gazetteer.names().iter().map(|name| name.name.as_str()));
        let tagger = Tagger::new();
        let rounds = (0..ROUNDS).map(|_| round(&calls, &gazetteer, &segmenter, &tagger));
        let best = rounds.min_by_key(|times| times.all()).expect("there is a round");
        let share = |time: Duration| 100.0 * time.as_secs_f64() / best.all().as_secs_f64();
        println!(
            "{title:<14} {:>6.0} calls/s   terms {:.0} %  elements {:.0} %  tags {:.0} %",
            calls.len() as f64 / best.all().as_secs_f64(),
            share(best.terms),
            share(best.elements),
            share(best.tags),
        );
    }
    let leaves = leaves();
    let start = Instant::now();
    for call in &calls {
        black_box(by_keywords(&leaves, &call.text));
    }
    println!(
        "{:<14} {:>6.0} calls/s   category only",
        "keywords",
        calls.len() as f64 / start.elapsed().as_secs_f64()
    );
}

/// Reads every call once and returns what each stage took.
fn round(calls: &[SourceText], gazetteer: &Gazetteer, segmenter: &Segmenter, tagger: &Tagger) -> Times {
    let context = Context {
        received_at: Timestamp::UNIX_EPOCH,
        unit: None,
        gazetteer,
    };
    let texts = calls.iter().map(std::slice::from_ref);
    let start = Instant::now();
    for text in texts.clone().flatten() {
        black_box(segmenter.cut(&text.text));
    }
    let terms = start.elapsed();
    let start = Instant::now();
    let found: Vec<Elements> = texts.clone().map(|text| elements::extract(text, &context)).collect();
    let elements = start.elapsed();
    let start = Instant::now();
    for (text, found) in texts.zip(&found) {
        black_box(tagger.tag(segmenter, text, found));
    }
    Times {
        terms,
        elements,
        tags: start.elapsed(),
    }
}

fn calls() -> Vec<SourceText> {
    let lines = include_str!("../corpora/gold/texts.jsonl").lines();
    let texts = lines.map(|line| serde_json::from_str::<Line>(line).expect("the gold is JSON Lines").text);
    let all: Vec<char> = texts.collect::<String>().chars().collect();
    let call = |text: &[char]| SourceText {
        source: Source::Content,
        text: text.iter().collect(),
    };
    all.chunks_exact(LENGTH).take(CALLS).map(call).collect()
}

/// Returns the demo's names, and names of estates made of three syllables each.
fn names() -> Vec<Name> {
    const SYLLABLES: [char; 50] = [
        '金', '桂', '苑', '翠', '湖', '龙', '泉', '云', '锦', '和', '平', '安', '泰', '福', '瑞', '景', '秀', '明',
        '珠', '丽', '江', '南', '北', '东', '西', '春', '秋', '梅', '兰', '竹', '菊', '松', '柏', '枫', '林', '海',
        '天', '星', '月', '光', '华', '庭', '雅', '居', '凤', '凰', '银', '河', '紫', '荆',
    ];
    let (mut names, _) = read_names(include_str!("../corpora/demo/gazetteer.csv"));
    let at = |place: usize| SYLLABLES[place % SYLLABLES.len()];
    let made = (0..NAMES.saturating_sub(names.len())).map(|number| Name {
        name: [at(number), at(number / 50), at(number / 2_500), '小', '区']
            .iter()
            .collect(),
        kind: NameKind::Estate,
        unit_code: None,
        aliases: Vec::new(),
        lat: None,
        lon: None,
    });
    names.extend(made);
    names
}
