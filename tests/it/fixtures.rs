//! Everything that ships about people is invented, and recognisably so (no number that a person may have).

use std::collections::HashMap;
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use huisheng::evaluate::elements::Gold;
use regex::Regex;

const TEXT: [&str; 10] = ["rs", "jsonl", "json", "csv", "tsv", "txt", "md", "py", "html", "toml"];

#[test]
fn mobile_numbers_have_four_zeros_where_real_ones_vary() {
    let invented = Regex::new(r"^1[3-9]\d0000\d{4}$").unwrap();
    check(r"\b1[3-9]\d{9}\b", |found| invented.is_match(found));
}

#[test]
fn identity_numbers_lie_in_a_division_that_does_not_exist() {
    check(r"\b[1-9]\d{16}[\dXx]\b", |found| found.starts_with("999999"));
}

#[test]
fn plates_have_three_equal_digits_that_are_not_handed_out_first() {
    check(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z]·?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]",
        |found| found.contains("000"),
    );
}

/// Characters in a row that two texts do not share by chance.
const SHARED: usize = 10;

#[test]
fn texts_to_test_with_share_no_wording_with_texts_to_learn_from_or_the_demo() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora");
    let read = |name: &str| fs::read_to_string(corpora.join(name)).unwrap();
    let runs = |text: &str| -> Vec<String> {
        let spoken: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
        spoken.windows(SHARED).map(|run| run.iter().collect()).collect()
    };
    let strings = |line: &str, keys: &[&str]| -> Vec<String> {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let turns = value["turns"].as_array().cloned().unwrap_or_default();
        let of = |value: &serde_json::Value| -> Vec<String> {
            let texts = keys.iter().filter_map(|key| value[*key].as_str());
            texts.map(str::to_owned).collect()
        };
        turns.iter().chain([&value]).flat_map(of).collect()
    };
    let mut known: HashSet<String> = HashSet::new();
    let learn = read("tags_train.tsv");
    let learn: Vec<&str> = learn
        .lines()
        .filter_map(|line| Some(line.split_once('\t')?.1))
        .collect();
    assert!(learn.len() >= 1_500, "only {} texts to learn from", learn.len());
    known.extend(learn.iter().flat_map(|text| runs(text)));
    for name in ["demo/script.jsonl", "demo/records.jsonl"] {
        let file = read(name);
        let texts = file.lines().flat_map(|line| strings(line, &["text", "content"]));
        known.extend(texts.flat_map(|text| runs(&text)));
    }
    let test = read("gold/texts.jsonl");
    let test: Vec<String> = test.lines().flat_map(|line| strings(line, &["text"])).collect();
    assert!(test.len() >= 600, "only {} texts to test with", test.len());
    for text in &test {
        let shared = runs(text).into_iter().find(|run| known.contains(run));
        assert_eq!(shared, None, "{text}");
    }
}

#[test]
fn every_second_text_of_a_category_is_for_looking_at_and_all_can_be_measured() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/gold/texts.jsonl");
    let mut seen: HashMap<String, usize> = HashMap::new();
    for line in fs::read_to_string(file).unwrap().lines() {
        let gold: Gold = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let place = seen.entry(object["category"].as_str().unwrap().to_owned()).or_default();
        *place += 1;
        let part = if place.is_multiple_of(2) { "dev" } else { "test" };
        assert_eq!(gold.part, part, "{}", gold.text);
    }
    assert!(seen.len() >= 100, "{} categories", seen.len());
}

/// Fails for every match of `pattern` in a text file of the project that `invented` does not accept.
fn check(pattern: &str, invented: impl Fn(&str) -> bool) {
    let pattern = Regex::new(pattern).unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut real = Vec::new();
    let mut seen = 0;
    for path in ["corpora", "src", "tests", "README.md"]
        .map(|name| root.join(name))
        .iter()
        .flat_map(|p| files(p))
        .filter(|path| has_ending(path, &TEXT))
    {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        seen += 1;
        for (i, line) in text.lines().enumerate() {
            let bad = pattern
                .find_iter(line)
                .map(|found| found.as_str())
                .filter(|found| !invented(found));
            real.extend(bad.map(|found| format!("{}:{}: {found}", path.display(), i + 1)));
        }
    }
    assert!(seen > 20, "only {seen} files were looked at");
    assert!(real.is_empty(), "these could belong to someone:\n{}", real.join("\n"));
}

/// Every file under a folder, or the file itself, in order of path.
pub(crate) fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let mut entries: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries.iter().flat_map(|entry| files(entry)).collect()
}

/// Whether the name of a file ends in one of these.
pub(crate) fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().unwrap_or_default();
    endings.iter().any(|known| ending == *known)
}
