//! Do `transcribe` and `eval asr` print what they promise? With invented sentences in place of a model.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs the program in a folder with the scripted engine.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_huisheng"))
        .args(arguments)
        .current_dir(folder)
        .env("HUISHENG_DATA", folder.join("data"))
        .env("HUISHENG_SPEECH__ENGINE", "scripted")
        .output();
    output.unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Writes a WAV in which each channel speaks for a second of its own.
fn wav(folder: &Path, name: &str, channels: usize) {
    let spec = hound::WavSpec {
        channels: channels as u16,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(folder.join(name), spec).unwrap();
    for second in 0..4_usize {
        for at in 0..16_000_i32 {
            for channel in 0..channels {
                let speaks = second % 2 == 1 && second / 2 == channel;
                writer
                    .write_sample(if speaks { (at % 97 * 40) as i16 } else { 0 })
                    .unwrap();
            }
        }
    }
    writer.finalize().unwrap();
}

#[test]
fn a_transcript_is_printed_as_text_subtitles_or_json() {
    let folder = tempfile::tempdir().unwrap();
    wav(folder.path(), "two.wav", 2);
    let print = |format: &str| told(&run(folder.path(), &["transcribe", "two.wav", "--format", format]));
    let json: Value = serde_json::from_str(&print("json")).unwrap();
    let segments = json["segments"].as_array().unwrap();
    assert_eq!(segments.len(), 2);
    assert_eq!(segments[0]["start_ms"], 1_000);
    let sentence = segments[0]["text"].as_str().unwrap();
    assert!(print("text").starts_with("two.wav\n") && print("text").contains(sentence));
    let srt = print("srt");
    assert!(srt.starts_with("1\n00:00:01,000 --> 00:00:0"), "{srt}");
    assert!(
        srt.contains("接警员：") && srt.contains("\n\n2\n00:00:03,000 --> "),
        "{srt}"
    );
    let vtt = print("vtt");
    assert!(vtt.starts_with("WEBVTT\n\n00:00:01.000 --> 00:00:0"), "{vtt}");
    let old = told(&run(folder.path(), &["transcribe", "two.wav", "--json"]));
    assert_eq!(serde_json::from_str::<Value>(&old).unwrap(), json);
    for wrong in [
        &["transcribe", "two.wav", "two.wav", "--format", "srt"][..],
        &["transcribe", "two.wav", "--json", "--format", "vtt"],
    ] {
        assert_eq!(run(folder.path(), wrong).status.code(), Some(2));
    }
}

#[test]
fn an_evaluation_has_each_recording_and_all_by_layout_and_codec() {
    let folder = tempfile::tempdir().unwrap();
    wav(folder.path(), "one.wav", 1);
    wav(folder.path(), "two.wav", 2);
    let gold = "one.wav\t我住金桂苑七号楼。\ntwo.wav\t车牌豫A五二七九三。\nnone.wav\t没有。\n";
    fs::write(folder.path().join("gold.tsv"), gold).unwrap();
    fs::write(folder.path().join("names.csv"), "name\n金桂苑\n").unwrap();
    let eval = ["eval", "asr", "gold.tsv", "--gazetteer", "names.csv"];
    let output = run(folder.path(), &[&eval[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("none.wav"));
    let lines: Vec<Value> = told(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (lines.len(), &lines[0]["codec"], &lines[1]["channels"]),
        (3, &"pcm_s16".into(), &2.into())
    );
    let report = &lines[2];
    assert_eq!(
        (&report["total"]["files"], &report["by_codec"][0]["files"]),
        (&2.into(), &2.into())
    );
    assert_eq!(report["by_layout"][0]["name"], "mono");
    assert_eq!(report["by_layout"][0]["corrected"]["cer"]["chars"], 8);
    assert_eq!(report["total"]["corrected"]["entities"]["places"]["said"], 1);
    assert_eq!(report["total"]["corrected"]["entities"]["plates"]["said"], 1);
    assert!(report["total"]["plain"]["cer"]["rate"].is_number());
    assert!(
        !folder.path().join("data").exists(),
        "an evaluation leaves the data alone"
    );

    let quiet = run(
        folder.path(),
        &[&eval[..], &["--no-baseline", "--once", "--limit", "1"]].concat(),
    );
    let said = told(&quiet);
    assert!(
        said.contains("recordings         1 ") && !said.contains("plain"),
        "{said}"
    );
    assert!(said.contains("places right") && !said.contains("one.wav"), "{said}");
    let each = told(&run(folder.path(), &[&eval[..], &["--files"]].concat()));
    assert!(
        each.contains("one.wav") && each.contains("CER plain Whisper") && each.contains("mono (1)"),
        "{each}"
    );
}
