//! Recordings of every kind, decoded by us and by ffmpeg: the same sound, of the same length, or a reason.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use huisheng::audio;
use huisheng::speech::decoder::{DecodeError, Decoder, Recording};

fn exe() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_huisheng"))
}

/// What ffmpeg makes of a file, put through our own reading of WAV and our own resampling.
fn reference(path: &Path) -> Option<Vec<Vec<i16>>> {
    let out = Command::new("ffmpeg")
        .args(["-nostdin", "-v", "quiet", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-c:a", "pcm_s16le", "-f", "wav", "-"])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let mut channels: Vec<Vec<i16>> = Vec::new();
    let decoded = audio::decode(&out.stdout, &mut |block| {
        channels.resize(block.len(), Vec::new());
        for (channel, part) in channels.iter_mut().zip(block) {
            channel.extend_from_slice(part);
        }
    });
    decoded.is_ok().then_some(channels)
}

/// Zeros stand between its tag and its first frame: ffmpeg then overlooks what that frame says about the coder's run-in,
/// and plays it.
const FFMPEG_IS_WRONG: [&str; 1] = ["exoplayer/bear-id3.mp3"];

/// Samples below which a difference tells nothing: 20 ms.
const TELLING: usize = 320;

/// How far the difference of two signals lies below the first, in decibels; 99 where it is less than can be told. One
/// may begin up to `apart` samples later: decoders differ in what they leave out of a coder's run-in.
fn agreement(reference: &[Vec<i16>], ours: &[Vec<i16>], apart: usize) -> f64 {
    let shifts = (0..=apart).flat_map(|shift| [(shift, 0), (0, shift)]);
    // Most agree without a shift, and looking for one takes long.
    let decibels = shifts.map(|shift| agreement_at(reference, ours, shift));
    let mut best = f64::NEG_INFINITY;
    for found in decibels {
        best = best.max(found);
        if best > 40.0 {
            break;
        }
    }
    best
}

fn agreement_at(reference: &[Vec<i16>], ours: &[Vec<i16>], (skip, skip_ours): (usize, usize)) -> f64 {
    let pairs = || {
        let shifted = |(a, b): (&'_ Vec<i16>, &'_ Vec<i16>)| -> Vec<(f64, f64)> {
            let pairs = a.iter().skip(skip).zip(b.iter().skip(skip_ours));
            pairs.map(|(a, b)| (f64::from(*a), f64::from(*b))).collect()
        };
        reference.iter().zip(ours).flat_map(shifted)
    };
    let signal: f64 = pairs().map(|(a, _)| a * a).sum();
    let difference: f64 = pairs().map(|(a, b)| (a - b) * (a - b)).sum();
    match difference == 0.0 {
        true => 99.0,
        false => (10.0 * (signal / difference).log10()).min(99.0),
    }
}

/// Whether a coding gives back exactly what went in.
fn is_lossless(codec: &str) -> bool {
    codec.starts_with("pcm_") || ["alaw", "mulaw", "flac"].contains(&codec)
}

/// Samples at 16 kHz that the longest frame of a coding takes.
fn frame(codec: &str, rate: u32) -> usize {
    match is_lossless(codec) {
        true => 1,
        false => (1_152 * 16_000_u64).div_ceil(u64::from(rate)) as usize,
    }
}

/// Compares one file; returns a line for people, and what is wrong, if anything.
fn compare(
    name: &str,
    decoded: &Result<Recording, DecodeError>,
    reference: Option<&[Vec<i16>]>,
) -> (String, Option<String>) {
    match (decoded, reference) {
        (Ok(ours), Some(reference)) => {
            let (codec, rate) = (&ours.format.codec, ours.format.rate);
            let (samples, wanted) = (ours.channels[0].len(), reference[0].len());
            let shift = if is_lossless(codec) { 0 } else { frame(codec, rate) };
            let decibels = agreement(reference, &ours.channels, shift);
            let line = format!(
                "{name}\t{codec}\t{rate}\t{}\t{samples}\t{wanted}\t{decibels:.0} dB",
                ours.format.channels
            );
            let least = if is_lossless(codec) { 40.0 } else { 20.0 };
            let telling = wanted >= TELLING && !FFMPEG_IS_WRONG.contains(&name);
            let wrong = (decibels < least && telling).then(|| format!("only {decibels:.1} dB"));
            let apart = samples.abs_diff(wanted) > frame(codec, rate) || ours.channels.len() != reference.len();
            let wrong = wrong.or(apart.then(|| format!("{samples} samples, not {wanted}")));
            (line, wrong)
        }
        (Ok(ours), None) => (format!("{name}\t{}\t\t\t\t\tonly we read it", ours.format.codec), None),
        (Err(error), Some(_)) => (format!("{name}\t\t\t\t\t\t{error}"), Some(error.to_string())),
        (Err(error), None) => {
            let reason = matches!(error, DecodeError::Audio(_)) && error.to_string().chars().count() > 25;
            let wrong = (!reason).then(|| format!("no reason: {error}"));
            (format!("{name}\t\t\t\t\t\tneither: {error}"), wrong)
        }
    }
}

#[test]
fn what_ffmpeg_hears_in_a_file_is_heard_here_and_the_rest_says_why() {
    if !has_ffmpeg() {
        println!("skipped: there is no ffmpeg");
        return;
    }
    let decoder = Decoder::new(exe());
    let mut wrong = Vec::new();
    for folder in ["audio_formats", "speech_telephone", "speech_en"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/data")
            .join(folder);
        if !folder.exists() {
            println!("skipped: {} is missing", folder.display());
            continue;
        }
        for path in files(&folder) {
            let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            let (line, bad) = compare(&name, &decoder.decode(&path), reference(&path).as_deref());
            println!("{line}");
            wrong.extend(bad.map(|bad| format!("{name}: {bad}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn has_ffmpeg() -> bool {
    Command::new("ffmpeg")
        .arg("-version")
        .stdout(Stdio::null())
        .status()
        .is_ok()
}

/// Every file of a folder but the tables that describe them.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false
                if path
                    .extension()
                    .is_some_and(|ending| ["tsv", "csv", "txt", "md"].iter().any(|known| ending == *known)) => {}
            false => found.push(path),
        }
    }
    found.sort();
    found
}
