//! Records of a bureau in, what the program learned of them out; a spoilt model is named.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Output;

use serde_json::Value;

fn huisheng(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_huisheng"))
        .arg("--data")
        .arg(data)
        .args(arguments)
        .env("HUISHENG_SPEECH__ENGINE", "scripted")
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Records of two categories that this bureau tells by words of its own.
fn records() -> String {
    let mut table = "接警单编号,报警时间,警情类别,报警内容\n".to_owned();
    for number in 0..40 {
        let (code, word) = [("080201", "摇噜噜"), ("050304", "花脚杆")][number % 2];
        let place = ["河边", "桥头", "集上", "院里"][number % 4];
        let who = ["老李", "张姐", "小赵", "胖子", "王婶"][number % 5];
        writeln!(
            table,
            "T{number:03},2026-03-01T08:00:00+08:00,{code},{place}{who}那里又{word}了"
        )
        .unwrap();
        writeln!(
            table,
            "U{number:03},2026-03-01T08:00:00+08:00,{code},{who}在{place}说{word}"
        )
        .unwrap();
    }
    table
}

#[test]
fn a_bureau_teaches_its_own_words() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let table = folder.path().join("records.csv");
    fs::write(&table, records() + "X1,昨天,080201,时间不对的一行\n").unwrap();

    let taught = huisheng(&data, &["tags", "train", "--alone", "--json", table.to_str().unwrap()]);
    assert_eq!(taught.status.code(), Some(3), "{}", told(&taught));
    let said = String::from_utf8_lossy(&taught.stderr);
    assert!(
        said.contains(":82: ") && said.contains("昨天"),
        "the bad line is named: {said}"
    );
    let lines = String::from_utf8(taught.stdout).unwrap();
    let figures: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(figures[0]["texts"], 80);
    assert!(figures[0]["accuracy"].as_f64().unwrap() > 0.9, "{}", figures[0]);
    assert_eq!(figures[1]["code"], "050304");

    let analysed = huisheng(&data, &["analyze", "--json", "表弟家门口全是花脚杆"]);
    let analysed: Value = serde_json::from_slice(&analysed.stdout).unwrap();
    assert_eq!(analysed["tags"]["top"][0]["code"], "050304");

    fs::write(data.join("tags.model"), "huisheng tags model 1\n{}").unwrap();
    for arguments in [&["check"][..], &["analyze", "花脚杆"]] {
        let refused = huisheng(&data, arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(
            told(&refused).contains("tags.model: this tags model is damaged"),
            "{}",
            told(&refused)
        );
    }
}

#[test]
fn what_cannot_be_learned_from_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let texts = folder.path().join("texts.tsv");
    for (lines, reason) in [
        ("080201\t楼上太吵\n", "1 texts are too few"),
        ("没有制表符\n", "texts.tsv:1: no tab"),
    ] {
        fs::write(&texts, lines).unwrap();
        let refused = huisheng(folder.path(), &["tags", "train", "--alone", texts.to_str().unwrap()]);
        assert!(
            !refused.status.success() && told(&refused).contains(reason),
            "{}",
            told(&refused)
        );
    }
    assert!(!folder.path().join("tags.model").exists());
}
