//! Whether spoken numbers are written as another project's rules say, where those rules are at hand.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use regex::Regex;
use serde_json::Value;

use huisheng::elements::Context;
use huisheng::elements::Source;
use huisheng::elements::SourceText;
use huisheng::elements::extract;
use huisheng::sound::Gazetteer;
use huisheng::text::normalise;
use huisheng::text::numbers;
use huisheng::text::numeral;

/// Files whose results are plain digits: what we write must be the same, character by character.
const PLAIN: [&str; 4] = ["cardinal.txt", "number.txt", "license_plate.txt", "measure.txt"];

/// Files whose results have a notation of their own (2008/08, ¥1.25, 8:05p.m.): the digits must be the same. Fractions,
/// sums and single characters have no place in a call and are left out.
const NOTATION: [&str; 3] = ["date.txt", "time.txt", "money.txt"];

#[test]
fn the_rules_of_another_project_that_are_in_scope_are_met() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/text/itn");
    let (mut met, mut missed, mut outside) = (0, Vec::new(), 0);
    for file in PLAIN.iter().chain(&NOTATION) {
        let Ok(rules) = fs::read_to_string(folder.join(file)) else {
            println!("skipped: {} is not at hand", folder.display());
            return;
        };
        for (input, expected) in rules.lines().filter_map(|line| line.split_once(" => ")) {
            let written = numbers(input).text;
            let same = match PLAIN.contains(file) {
                true => written.eq_ignore_ascii_case(&in_full(expected)),
                false => digits(&written.replace("点半", "点30")) == digits(expected),
            };
            if !in_scope(input, expected, PLAIN.contains(file)) {
                outside += 1;
            } else if same {
                met += 1;
            } else {
                missed.push(format!("{input} => {written}, not {expected}"));
            }
        }
    }
    println!(
        "{met} rules in scope met, {} missed, {outside} out of scope",
        missed.len()
    );
    assert!(met >= 19 * missed.len(), "{met} met, missed {missed:#?}");
}

/// Out of scope, as we mean to leave it: what is only about a number (三五万, 四十五六), a digit by itself before what it
/// counts (一人, 二两), 兆, addresses of machines, and units abbreviated (千克 to kg).
fn in_scope(input: &str, expected: &str, plain: bool) -> bool {
    let range = expected.contains('~') || digit_dash_digit(expected);
    let letters = |c: char| !c.is_ascii_alphabetic() || input.to_ascii_uppercase().contains(c.to_ascii_uppercase());
    let own = |c: char| c.is_ascii_digit() || c == '.' || (c.is_alphanumeric() && input.contains(c) && letters(c));
    let mut numbers = expected.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    let single = numbers.any(|number| number.len() == 1 && number.chars().all(|c| c.is_ascii_digit()));
    let machine = expected.matches('.').count() > 1 || input.contains('兆');
    !range && (!plain || (expected.chars().all(own) && !single && !machine))
}

/// Writes 2000万 as 20000000, as we do.
fn in_full(text: &str) -> String {
    let number = Regex::new(r"(?:(\d+)亿)?(?:(\d+)万)?(\d*)").unwrap();
    let value = |found: &regex::Captures<'_>| {
        if found.get(1).or(found.get(2)).is_none() {
            return found[0].to_owned();
        }
        let part = |group: usize| found.get(group).and_then(|part| part.as_str().parse::<u64>().ok());
        let part = |group: usize| part(group).unwrap_or(0);
        (part(1) * 100_000_000 + part(2) * 10_000 + part(3)).to_string()
    };
    number.replace_all(text, value).into_owned()
}

fn digit_dash_digit(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    (characters.windows(3)).any(|three| three[0].is_ascii_digit() && three[1] == '-' && three[2].is_ascii_digit())
}

/// The digits of a text, each number without zeros at its front (08:05 is 8 and 5).
fn digits(text: &str) -> String {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    numbers.map(|number| number.trim_start_matches('0')).collect()
}

/// Reads a file of cases of another recogniser: text in, what it finds out; `None` where it is not at hand.
fn cases(file: &str) -> Option<Vec<(String, Vec<Value>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/text/recognizers");
    let text = fs::read_to_string(folder.join(file)).ok()?;
    let cases: Vec<Value> = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let case = |case: Value| {
        let results = case["Results"].as_array().cloned().unwrap_or_default();
        (case["Input"].as_str().unwrap_or_default().to_owned(), results)
    };
    Some(cases.into_iter().map(case).collect())
}

/// Asserts that 95 % of the cases are met.
fn nearly_all(what: &str, met: usize, missed: &[String]) {
    println!("{what}: {met} cases in scope met, {} missed", missed.len());
    assert!(
        met > 0 && met >= 19 * missed.len(),
        "{what}: {met} met, missed {missed:#?}"
    );
}

/// In scope: whole numbers in words that fill the text, below 1,000,000,000,000. Fractions, powers, dozens, signs, 点, 万万
/// and numbers with gaps are no part of a call's addresses, telephones and money.
#[test]
fn numbers_in_words_have_the_value_that_another_recogniser_gives() {
    let Some(cases) = cases("Number/NumberModel.json") else {
        return;
    };
    let words = Regex::new("^[零〇一二三四五六七八九十百千万亿两壹贰叁肆伍陆柒捌玖佰仟]{2,}$").unwrap();
    let (mut met, mut missed) = (0, Vec::new());
    for (input, results) in cases {
        let plain = normalise(&input).text;
        let [result] = results.as_slice() else { continue };
        let value = result["Resolution"]["value"].as_str().unwrap_or_default();
        let large = value.parse::<u64>().map_or(true, |value| value >= 1_000_000_000_000);
        if !words.is_match(&plain) || plain.contains("万万") || large {
            continue;
        }
        match numeral::value(&plain).map(|number| number.to_string()) {
            Some(number) if number == value => met += 1,
            number => missed.push(format!("{input}: {number:?}, not {value}")),
        }
    }
    nearly_all("numbers", met, &missed);
}

/// In scope: yuan. Other currencies are not what callers are paid in, nor 兆, and shares of a yuan are rounded off.
#[test]
fn money_in_yuan_has_the_value_that_another_recogniser_gives() {
    let Some(cases) = cases("NumberWithUnit/CurrencyModel.json") else {
        return;
    };
    let nowhere = Gazetteer::default();
    let (mut met, mut missed) = (0, Vec::new());
    for (input, results) in cases {
        let text = SourceText {
            source: Source::Content,
            text: input.clone(),
        };
        let context = Context {
            received_at: Timestamp::UNIX_EPOCH,
            unit: None,
            gazetteer: &nowhere,
        };
        let found = extract(&[text], &context).amounts;
        for result in results {
            let resolution = &result["Resolution"];
            let value: Option<f64> = resolution["value"].as_str().and_then(|value| value.parse().ok());
            let Some(value) = value.filter(|value| resolution["isoCurrency"] == "CNY" && (1.0..1e12).contains(value))
            else {
                continue;
            };
            match found.iter().any(|item| (item.value.min - value).abs() < 1.0) {
                true => met += 1,
                false => missed.push(format!("{input}: no {value}")),
            }
        }
    }
    nearly_all("money", met, &missed);
}
