//! The real model on real speech: skipped, with a line saying so, where the model is not installed.

use std::fs;
use std::path::{Path, PathBuf};

use huisheng::sound::Gazetteer;
use huisheng::speech::decoder::Decoder;
use huisheng::speech::engine;
use huisheng::speech::engine::Engine;
use huisheng::speech::settings::Settings;
use huisheng::text;
use huisheng::transcript;
use huisheng::transcript::{Desk, Span, TranscribeError, Transcriber};

/// Says why a test does nothing.
#[expect(
    clippy::print_stdout,
    reason = "whoever runs the tests should see what was not tested"
)]
fn skip(missing: &Path) {
    println!("skipped: {} is missing", missing.display());
}

/// Returns the model, or `None` after saying that the test is skipped.
fn model() -> Option<PathBuf> {
    let folder = std::env::var_os("HUISHENG_MODELS").map(PathBuf::from).or_else(|| {
        let home = std::env::var_os("HOME")?;
        Some(Path::new(&home).join(".cache/huisheng"))
    })?;
    let path = folder.join("ggml-base.bin");
    if path.is_file() {
        return Some(path);
    }
    let required = std::env::var_os("HUISHENG_REQUIRE_MODEL").is_some_and(|value| value == "1");
    assert!(!required, "{} is missing", path.display());
    skip(&path);
    None
}

/// Returns a folder of shared test data, or `None` after saying that the test is skipped.
fn data(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data")
        .join(folder);
    if path.is_dir() {
        return Some(path);
    }
    skip(&path);
    None
}

fn exe() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_huisheng"))
}

/// One thread: other tests want the other cores, and the threads of whisper.cpp spin.
fn engine(model: &Path) -> Engine {
    let settings = Settings {
        threads: 1,
        request_limit_s: 300,
        ..Settings::default()
    };
    Engine::whisper(exe(), model, settings)
}

#[test]
fn the_model_hears_the_clip_that_ships_and_nothing_in_silence() {
    let Some(model) = model() else {
        return;
    };
    let mut engine = engine(&model);
    engine::self_check(&mut engine).unwrap();
    let gazetteer = Gazetteer::new(Vec::new());
    let silence = vec![vec![0; 48_000]];
    let transcript = transcript::transcribe(&mut engine, &silence, &Desk::new(&gazetteer)).unwrap();
    assert_eq!(transcript.segments, []);
    assert_eq!(transcript.duration_ms, 3_000);
    let refused = engine.hear(
        &[100; 16_000],
        &[Span {
            start_ms: 0,
            end_ms: 1_000,
        }],
        "zero\0inside",
    );
    assert!(matches!(refused, Err(TranscribeError::Refused(_))), "{refused:?}");
}

#[test]
fn read_mandarin_is_heard_with_few_errors() {
    let (Some(model), Some(data)) = (model(), data("speech_zh")) else {
        return;
    };
    let mut engine = engine(&model);
    let gazetteer = Gazetteer::new(Vec::new());
    let (mut errors, mut length) = (0, 0);
    for number in (16..=66).step_by(10) {
        let name = format!("BAC009S0150W{number:04}");
        let recording = Decoder::new(exe()).decode(&data.join(format!("{name}.wav"))).unwrap();
        let desk = Desk {
            prompt: "以下是普通话的句子。".to_owned(),
            ..Desk::new(&gazetteer)
        };
        let heard = spoken(
            &transcript::transcribe(&mut engine, &recording.channels, &desk)
                .unwrap()
                .text(),
        );
        let said = spoken(&fs::read_to_string(data.join(format!("{name}.txt"))).unwrap());
        errors += distance(&heard, &said);
        length += said.len();
    }
    assert!(errors * 100 <= length * 35, "{errors} errors in {length} characters");
}

/// Returns letters and digits, numbers as digits.
fn spoken(said: &str) -> Vec<char> {
    text::numbers(&text::simplify(said))
        .text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns the number of characters to insert, delete or replace.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}
