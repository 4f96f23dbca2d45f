//! Thousands of damaged recordings, each decoded in a child: sound or a reason, always, and nobody hangs.
//!
//! `HUISHENG_DAMAGED=20000` makes it as many; the ordinary run takes a few hundred.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use huisheng::audio::AudioError;
use huisheng::speech::decoder::{DecodeError, Decoder};

/// Files of the ordinary run.
const ORDINARY: usize = 400;

/// A small generator whose numbers are the same everywhere (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Does to a file what wires, disks and malice do.
fn damage(file: &mut Vec<u8>, others: &[(String, Vec<u8>)], dice: &mut Dice) {
    let length = file.len();
    // Heads are where a false number does most.
    let at = match dice.below(2) {
        0 => dice.below(length.min(120)),
        _ => dice.below(length),
    };
    match dice.below(7) {
        0 => file[at] ^= 1 << dice.below(8),
        1 => file[at] = [0, 1, 0x7f, 0x80, 0xff][dice.below(5)],
        2 => file.truncate(at + 1),
        3 => {
            // A length that promises everything.
            let huge = [
                [0xff; 4],
                [0x7f, 0xff, 0xff, 0xff],
                [0xff, 0xff, 0xff, 0x7f],
                [0, 0, 0, 0x80],
                [0; 4],
            ];
            let end = (at + 4).min(length);
            file[at..end].copy_from_slice(&huge[dice.below(5)][..end - at]);
        }
        4 => {
            // A piece of it again, or of another kind of file.
            let from = match dice.below(2) {
                0 => file.clone(),
                _ => others[dice.below(others.len())].1.clone(),
            };
            let start = dice.below(from.len());
            let piece = from[start..(start + 1 + dice.below(400)).min(from.len())].to_vec();
            file.splice(at..at, piece);
        }
        5 => drop(file.drain(at..(at + 1 + dice.below(400)).min(length))),
        _ => {
            let end = (at + 1 + dice.below(64)).min(length);
            for byte in &mut file[at..end] {
                *byte = dice.below(256) as u8;
            }
        }
    }
    if file.is_empty() {
        file.push(0);
    }
}

/// The recordings of every kind that are damaged.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/recordings");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending != "sh"));
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

/// How a damaged file ended.
fn outcome(result: Result<Duration, DecodeError>) -> Result<&'static str, String> {
    match result {
        Ok(_) => Ok("sound"),
        Err(DecodeError::Audio(AudioError::Damaged(_))) => Ok("damaged"),
        Err(DecodeError::Audio(AudioError::Unknown(_))) => Ok("unknown"),
        Err(DecodeError::Audio(AudioError::Unsupported(_))) => Ok("unsupported"),
        Err(DecodeError::Audio(AudioError::Foreign(_))) => Ok("for ffmpeg"),
        Err(DecodeError::Audio(AudioError::TooLong(_))) => Ok("too long"),
        Err(DecodeError::Crashed(reason)) => Err(format!("crashed: {reason}")),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn damaged_recordings_of_every_kind_give_sound_or_a_reason_and_nobody_hangs() {
    let count = env::var("HUISHENG_DAMAGED").map_or(ORDINARY, |number| number.parse().unwrap());
    let (seeds, next) = (seeds(), AtomicUsize::new(0));
    let ends: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let slowest: Mutex<(Duration, String)> = Mutex::default();
    let started = Instant::now();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("damaged");
                let decoder = Decoder {
                    limit: Duration::from_secs(20),
                    ..Decoder::new(PathBuf::from(env!("CARGO_BIN_EXE_huisheng")))
                };
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    let mut dice = Dice((number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
                    dice.below(2);
                    let (name, mut file) = seeds[number % seeds.len()].clone();
                    for _ in 0..=dice.below(3) {
                        damage(&mut file, &seeds, &mut dice);
                    }
                    fs::write(&path, &file).unwrap();
                    let began = Instant::now();
                    let result = decoder.decode(&path).map(|_| began.elapsed());
                    let took = began.elapsed();
                    let end = match outcome(result) {
                        Ok(end) => end.to_owned(),
                        Err(bad) => format!("BAD {name} {number}: {bad}"),
                    };
                    *ends.lock().unwrap().entry(end).or_default() += 1;
                    let mut slowest = slowest.lock().unwrap();
                    if took > slowest.0 {
                        *slowest = (took, format!("{name} {number}"));
                    }
                }
            });
        }
    });
    let (ends, slowest) = (ends.into_inner().unwrap(), slowest.into_inner().unwrap());
    println!(
        "{count} damaged files in {:?}, the slowest {slowest:?}: {ends:#?}",
        started.elapsed()
    );
    let bad: Vec<&String> = ends.keys().filter(|end| end.starts_with("BAD")).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(ends.values().sum::<usize>(), count);
}
