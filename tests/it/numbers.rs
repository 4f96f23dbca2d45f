//! Whether spoken numbers are written as another project's rules say, where those rules are at hand.

use std::fs;
use std::path::Path;

use huisheng::text::numbers;

/// Files whose results are plain digits; the others write dates, currencies and ranges in their own notation.
const FILES: [&str; 4] = ["cardinal.txt", "number.txt", "license_plate.txt", "measure.txt"];

#[test]
fn most_rules_of_another_project_that_are_in_scope_are_met() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/text/itn");
    let (mut met, mut missed, mut outside) = (0, Vec::new(), 0);
    for file in FILES {
        let Ok(rules) = fs::read_to_string(folder.join(file)) else {
            return;
        };
        for (input, expected) in rules.lines().filter_map(|line| line.split_once(" => ")) {
            let as_spoken = |c: char| c.is_ascii_alphanumeric() || (c.is_alphabetic() && input.contains(c));
            let written = numbers(input).text;
            if !expected.chars().all(as_spoken) {
                outside += 1;
            } else if written.eq_ignore_ascii_case(expected) {
                met += 1;
            } else {
                missed.push(format!("{input} => {written}, not {expected}"));
            }
        }
    }
    println!(
        "{met} rules in scope met, {} missed, {outside} out of scope: {missed:#?}",
        missed.len()
    );
    assert!(met > missed.len(), "{met} met, missed {missed:#?}");
}
