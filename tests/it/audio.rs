//! Recordings and engines in children: whatever a child does, the parent lives and says what happened.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use huisheng::audio;
use huisheng::audio::AudioError;
use huisheng::speech::decoder::{DecodeError, Decoder};
use huisheng::speech::engine::Engine;
use huisheng::speech::settings::{EngineName, Settings};
use huisheng::transcript::Span;
use huisheng::transcript::TranscribeError;
use huisheng::transcript::Transcriber;
use proptest::prelude::*;

use crate::fixtures::files;

fn exe() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_huisheng"))
}

fn scripted() -> Engine {
    Engine::scripted(
        exe(),
        Settings {
            engine: EngineName::Scripted,
            request_limit_s: 1,
            ..Settings::default()
        },
    )
}

/// Writes a 16-bit WAV of the given samples.
fn wav(folder: &Path, name: &str, rate: u32, channels: &[&[i16]]) -> PathBuf {
    let path = folder.join(name);
    let spec = hound::WavSpec {
        channels: channels.len() as u16,
        sample_rate: rate,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(&path, spec).unwrap();
    for at in 0..channels[0].len() {
        for channel in channels {
            writer.write_sample(channel[at]).unwrap();
        }
    }
    writer.finalize().unwrap();
    path
}

const ALL: [Span; 1] = [Span {
    start_ms: 0,
    end_ms: 1_000,
}];

#[test]
fn a_recording_comes_through_the_child_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let left: Vec<i16> = (0..200_000_i32).map(|at| (at * 31 % 30_000) as i16).collect();
    let right: Vec<i16> = left.iter().map(|sample| -sample).collect();
    let path = wav(folder.path(), "two.wav", 16_000, &[&left, &right]);
    let recording = Decoder::new(exe()).decode(&path).unwrap();
    assert_eq!(recording.duration_ms, 12_500);
    assert_eq!(recording.format.codec, "pcm_s16");
    assert_eq!(recording.channels, [left, right]);
}

#[test]
fn a_file_that_is_no_recording_has_its_own_reason_each() {
    let folder = tempfile::tempdir().unwrap();
    let decoder = Decoder::new(exe());
    type Check = fn(&DecodeError) -> bool;
    let cases: [(&str, &[u8], Check); 3] = [
        ("empty.wav", b"", |error| {
            matches!(error, DecodeError::Audio(AudioError::Unknown(_)))
        }),
        ("call.amr", b"#!AMR\n1234", |error| {
            matches!(
                error,
                DecodeError::Audio(AudioError::Damaged(_) | AudioError::Foreign(_))
            )
        }),
        ("cut.wav", b"RIFF\0\0\0\0WAVEfmt ", |error| {
            matches!(error, DecodeError::Audio(AudioError::Damaged(_)))
        }),
    ];
    for (name, bytes, expected) in cases {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let error = decoder.decode(&path).unwrap_err();
        assert!(expected(&error), "{name}: {error:?}");
    }
    assert!(matches!(
        decoder.decode(&folder.path().join("none.wav")),
        Err(DecodeError::Open { .. })
    ));
    assert!(matches!(decoder.decode(folder.path()), Err(DecodeError::Open { .. })));
}

#[test]
fn two_hours_of_stereo_fit_in_the_child() {
    let folder = tempfile::tempdir().unwrap();
    // 8 kHz mu-law by hand: 115 MB, of which the child may hold only a little.
    let path = folder.path().join("long.wav");
    let seconds: u32 = 7_200;
    let mut file = fs::File::create(&path).unwrap();
    let mut header = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x07\0\x02\0".to_vec();
    header.extend(8_000_u32.to_le_bytes());
    header.extend(16_000_u32.to_le_bytes());
    header.extend([2, 0, 8, 0]);
    header.extend(b"data");
    header.extend((seconds * 16_000).to_le_bytes());
    file.write_all(&header).unwrap();
    file.set_len(44 + u64::from(seconds) * 16_000).unwrap();
    let recording = Decoder::new(exe()).decode(&path).unwrap();
    assert_eq!(recording.duration_ms, u64::from(seconds) * 1000);
    assert_eq!(recording.channels.len(), 2);
}

#[test]
fn a_decoder_that_takes_too_long_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("slow.sh");
    fs::write(&pipe, "#!/bin/sh\nsleep 100\n").unwrap();
    make_executable(&pipe);
    let recording = wav(folder.path(), "short.wav", 16_000, &[&[1; 100]]);
    let decoder = Decoder {
        limit: Duration::from_millis(300),
        ..Decoder::new(pipe)
    };
    let started = Instant::now();
    assert!(matches!(decoder.decode(&recording), Err(DecodeError::Timeout(_))));
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_decoder_that_dies_or_lies_is_a_crash_and_not_a_bad_file() {
    let folder = tempfile::tempdir().unwrap();
    let recording = wav(folder.path(), "short.wav", 16_000, &[&[1; 100]]);
    for (name, script) in [
        ("dies", "kill -9 $$"),
        ("leaves", "exit 0"),
        ("babbles", "echo this is no message of ours, only babble"),
        ("boasts", r"printf '\377\377\377\377\377\377\377\377'"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        make_executable(&path);
        let outcome = Decoder::new(path).decode(&recording);
        assert!(matches!(outcome, Err(DecodeError::Crashed(_))), "{name}: {outcome:?}");
    }
    let none = Decoder::new(folder.path().join("not there")).decode(&recording);
    assert!(matches!(none, Err(DecodeError::Start(_))), "{none:?}");
}

#[test]
fn the_scripted_engine_says_the_same_for_the_same_samples() {
    let mut engine = scripted();
    let samples: Vec<i16> = (0..16_000_i32).map(|at| (at % 100 * 50) as i16).collect();
    let first = engine.hear(&samples, &ALL, "").unwrap();
    assert_eq!(
        first,
        scripted().hear(&samples, &ALL, "another \"prompt\"\n\\").unwrap()
    );
    assert!(!first[0].text.is_empty());
    assert_eq!(engine.spans(&samples).unwrap(), ALL);
    assert_eq!(engine.spans(&[0; 16_000]).unwrap(), []);
    assert_eq!(engine.spans(&[]).unwrap(), []);
    assert_eq!(engine.hear(&samples, &[], "").unwrap(), []);
}

#[test]
fn an_engine_that_crashes_fails_its_call_and_serves_the_next() {
    let mut engine = scripted();
    for _ in 0..3 {
        let outcome = engine.hear(&[1111; 16_000], &ALL, "");
        assert!(matches!(outcome, Err(TranscribeError::Engine(_))), "{outcome:?}");
        assert_eq!(engine.hear(&[500; 16_000], &ALL, "").unwrap().len(), 1);
    }
}

#[test]
fn an_engine_that_hangs_is_killed_and_serves_the_next() {
    let mut engine = scripted();
    let started = Instant::now();
    let outcome = engine.hear(
        &[2222; 1_600],
        &[Span {
            start_ms: 0,
            end_ms: 100,
        }],
        "",
    );
    assert!(matches!(outcome, Err(TranscribeError::Timeout(_))), "{outcome:?}");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(engine.hear(&[500; 16_000], &ALL, "").unwrap().len(), 1);
}

#[test]
fn a_child_goes_when_its_engine_goes() {
    let mut engine = scripted();
    engine.warm_up().unwrap();
    let child = engine.child_id().unwrap();
    assert!(runs(child));
    drop(engine);
    wait_for(|| !runs(child));
}

#[test]
fn a_child_killed_between_two_calls_is_replaced_unnoticed() {
    let mut engine = scripted();
    engine.warm_up().unwrap();
    let child = engine.child_id().unwrap();
    let pid = rustix::process::Pid::from_raw(child as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    wait_for(|| engine.child_id().is_none());
    assert_eq!(engine.hear(&[500; 16_000], &ALL, "").unwrap().len(), 1);
    assert_ne!(engine.child_id(), Some(child));
}

fn runs(child: u32) -> bool {
    Path::new(&format!("/proc/{child}/exe")).exists()
}

fn wait_for(done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(20), "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_model_that_is_none_is_refused_and_the_parent_lives() {
    let folder = tempfile::tempdir().unwrap();
    let mut header: Vec<u8> = [0x6767_6d6c_u32, 51_865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 1]
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    let mut cases: Vec<(String, Vec<u8>)> = (0..48)
        .step_by(4)
        .map(|at| (format!("cut at {at}"), header[..at].to_vec()))
        .collect();
    cases.push(("zeros".to_owned(), vec![0; 4_096]));
    cases.push(("header alone".to_owned(), header.clone()));
    header.extend([80_u32, 201].iter().flat_map(|number| number.to_le_bytes()));
    header.extend(vec![0xff; 80 * 201 * 4 + 4_000]);
    cases.push(("huge vocabulary".to_owned(), header));
    for (name, bytes) in cases {
        let path = folder.path().join("model.bin");
        fs::write(&path, bytes).unwrap();
        let mut engine = Engine::whisper(
            exe(),
            &path,
            Settings {
                start_limit_s: 30,
                ..Settings::default()
            },
        );
        let outcome = engine.hear(&[1; 16_000], &ALL, "");
        // Refused by the header check or by whisper.cpp, or the child died of it: never a text, never our death.
        assert!(
            matches!(outcome, Err(TranscribeError::Refused(_) | TranscribeError::Engine(_))),
            "{name}: {outcome:?}"
        );
    }
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Says why a test does nothing.
#[expect(
    clippy::print_stdout,
    reason = "whoever runs the tests should see what was not tested"
)]
fn skip(missing: &Path) {
    println!("skipped: {} is missing", missing.display());
}

/// Decodes in this process and joins the blocks.
fn decoded(bytes: &[u8]) -> Result<(audio::Format, Vec<Vec<i16>>), AudioError> {
    let mut channels: Vec<Vec<i16>> = Vec::new();
    let format = audio::decode(bytes, &mut |block| {
        channels.resize(block.len(), Vec::new());
        for (channel, part) in channels.iter_mut().zip(block) {
            channel.extend_from_slice(part);
        }
    })?;
    Ok((format, channels))
}

/// Files of the shared test data that a second decoder, ffmpeg, reads, and that are of a kind that is read here.
#[test]
fn what_ffmpeg_reads_of_wav_and_flac_is_read_and_the_rest_says_why() {
    for folder in ["audio_formats", "speech_telephone"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/data")
            .join(folder);
        let Ok(table) = fs::read_to_string(folder.join("ffmpeg_expectations.tsv")) else {
            skip(&folder);
            continue;
        };
        for line in table.lines().skip(1) {
            let fields: Vec<&str> = line.split('\t').collect();
            let Ok(bytes) = fs::read(folder.join(fields[0])) else {
                continue;
            };
            let ours = matches!(fields[2], "wav" | "flac")
                && (fields[3].starts_with("pcm_") || matches!(fields[3], "flac"))
                && fields[7] == "ok";
            match decoded(&bytes) {
                Ok((format, channels)) => {
                    let frames: f64 = fields[8].parse::<f64>().unwrap() / format.channels as f64;
                    let wanted = frames * f64::from(audio::RATE) / f64::from(format.rate);
                    let got = channels[0].len() as f64;
                    if ours {
                        assert!(
                            (got - wanted).abs() <= 1.0,
                            "{}: {got} samples, not {wanted}",
                            fields[0]
                        );
                    }
                }
                Err(error) => assert!(!ours, "{}: {error}", fields[0]),
            }
        }
        for path in files(&folder) {
            // No panic, and a reason that is more than its kind.
            if let Err(error) = decoded(&fs::read(&path).unwrap()) {
                assert!(error.to_string().chars().count() > 25, "{}: {error}", path.display());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_flac_gives_samples_or_a_reason_and_never_a_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/speech_en/jfk.flac");
        let Ok(mut file) = fs::read(&path) else {
            skip(&path);
            return Ok(());
        };
        file.truncate(20_000);
        for (at, byte) in edits {
            let at = at.index(file.len());
            file[at] = byte;
        }
        file.truncate(cut.index(file.len()) + file.len() / 2);
        // The outcome is not the question; that there is one is.
        drop(decoded(&file));
    }
}
