//! Recordings of every kind, decoded by us and by ffmpeg: the same sound, of the same length, or a reason.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use huisheng::audio;
use huisheng::speech::decoder::{DecodeError, Decoder, Recording};

use crate::fixtures::{files, has_ending};

fn exe() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_huisheng"))
}

/// Files that ffmpeg 5 misreads, seen byte by byte: 24 bits in four bytes, numbers with the first byte first, and the
/// delay of an MP3 whose head does not follow its tag at once.
const MISREAD: [&str; 4] = [
    "exoplayer/bear-id3.mp3",
    "hound/pcmwaveformat-24bit-4byte-48kHz-stereo.wav",
    "hound/waveformatextensible-24bit-4byte-48kHz-stereo.wav",
    "scipy/test-8000Hz-be-3ch-5S-24bit.wav",
];

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

/// How far the difference of two signals lies below the first, in decibels; 99 where it is less than can be told. Of the
/// first, `skip` samples are left out.
fn agreement(reference: &[Vec<i16>], ours: &[Vec<i16>], skip: usize) -> f64 {
    let pairs = || {
        reference
            .iter()
            .zip(ours)
            .flat_map(|(a, b)| a.iter().skip(skip).zip(b))
            .map(|(a, b)| (f64::from(*a), f64::from(*b)))
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
            // ffmpeg keeps the first packet of AAC, which is nothing but overlap, where no edit list cuts it off.
            let overlap = if codec == "aac" {
                1_024 * 16_000 / rate as usize
            } else {
                0
            };
            let agree = |skip| agreement(reference, &ours.channels, skip);
            let decibels = agree(0).max(agree(overlap));
            let line = format!(
                "{name}\t{codec}\t{rate}\t{}\t{samples}\t{wanted}\t{decibels:.0} dB",
                ours.format.channels
            );
            let least = if is_lossless(codec) { 40.0 } else { 20.0 };
            let wrong = (decibels < least).then(|| format!("only {decibels:.1} dB"));
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
    for folder in [
        "tests/it/recordings",
        "../shared/data/audio_formats",
        "../shared/data/speech_telephone",
        "../shared/data/speech_en",
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        if !folder.exists() {
            println!("skipped: {} is missing", folder.display());
            continue;
        }
        let tables = ["tsv", "csv", "txt", "md", "sh"];
        for path in files(&folder).into_iter().filter(|path| !has_ending(path, &tables)) {
            let name = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            let (line, bad) = compare(&name, &decoder.decode(&path), reference(&path).as_deref());
            println!("{line}");
            if !MISREAD.contains(&name.as_str()) {
                wrong.extend(bad.map(|bad| format!("{name}: {bad}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Recordings of 1.3 s of one call, in every format that needs no ffmpeg.
const OWN: [&str; 14] = [
    "two.wav",
    "alaw.wav",
    "mulaw_two.wav",
    "ima.wav",
    "ms_two.wav",
    "two.flac",
    "mono.mp3",
    "two.mp3",
    "mono.ogg",
    "two.opus",
    "mono.aac",
    "mono.m4a",
    "two.m4a",
    "fragments.m4a",
];

/// The same, for ffmpeg.
const FOREIGN: [&str; 4] = ["gsm.wav", "headless.gsm", "g722.wav", "g726.wav"];

fn recording(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/recordings")
        .join(name)
}

/// How alike two signals are, from 0 to 1; the second may be later by what the filters of G.722 take, 1.5 ms. Being a few
/// milliseconds apart brings it down to nothing.
fn likeness(one: &[i16], other: &[i16]) -> f64 {
    let alike = (0..=24).map(|late| likeness_at(one, &other[late..]));
    alike.fold(0.0, f64::max)
}

fn likeness_at(one: &[i16], other: &[i16]) -> f64 {
    let dot = |a: &[i16], b: &[i16]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}

#[test]
fn one_call_in_every_format_is_the_same_call_at_the_same_time() {
    let decoder = Decoder::new(exe());
    let original = decoder.decode(&recording("pcm.wav")).unwrap();
    let foreign = if has_ffmpeg() { FOREIGN.as_slice() } else { &[] };
    for name in OWN.iter().chain(foreign) {
        let decoded = decoder.decode(&recording(name)).unwrap();
        let (samples, wanted) = (decoded.channels[0].len(), original.channels[0].len());
        let alike = likeness(&original.channels[0], &decoded.channels[0]);
        println!("{name}\t{}\t{samples} of {wanted}\t{alike:.3}", decoded.format.codec);
        let two = name.starts_with("two") || name.contains("_two");
        assert_eq!(decoded.channels.len(), if two { 2 } else { 1 }, "{name}");
        let apart = frame(&decoded.format.codec, decoded.format.rate);
        assert!(
            samples.abs_diff(wanted) <= apart,
            "{name}: {samples} samples, not {wanted}"
        );
        assert!(alike > 0.9, "{name}: alike only by {alike:.3}");
    }
}

#[test]
fn without_ffmpeg_its_formats_are_named_and_all_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    // The same program, which finds nothing on its PATH.
    let alone = folder.path().join("alone.sh");
    fs::write(
        &alone,
        format!("#!/bin/sh\nPATH=/nowhere exec {} \"$@\"\n", exe().display()),
    )
    .unwrap();
    fs::set_permissions(&alone, fs::Permissions::from_mode(0o755)).unwrap();
    let decoder = Decoder::new(alone);
    for name in OWN {
        assert!(decoder.decode(&recording(name)).is_ok(), "{name}");
    }
    for (name, codec) in FOREIGN.iter().zip(["GSM 6.10", "GSM 6.10", "G.722", "G.726"]) {
        let error = decoder.decode(&recording(name)).unwrap_err().to_string();
        let wanted = format!("{codec} needs ffmpeg, which is not on the PATH; install it or convert the recording");
        assert_eq!(error, wanted, "{name}");
    }
}

#[test]
fn a_recording_without_a_header_is_read_by_its_name_and_the_setting() {
    let mut decoder = Decoder::new(exe());
    let path = recording("headless.alaw");
    assert!(decoder.decode(&path).unwrap_err().to_string().contains("audio.raw"));
    decoder.settings.raw = huisheng::audio::raw::RawCoding::Alaw;
    let decoded = decoder.decode(&path).unwrap();
    assert_eq!(
        decoded.channels,
        decoder.decode(&recording("alaw.wav")).unwrap().channels
    );
    // In the store it has another name; what counts is the one that it came under.
    assert!(decoder.decode_named(&path, &["1.wav".to_owned()]).is_err());
}

fn has_ffmpeg() -> bool {
    Command::new("ffmpeg")
        .arg("-version")
        .stdout(Stdio::null())
        .status()
        .is_ok()
}
