//! A word in, other words for the same thing out, from `corpora/synonyms.tsv`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// One group a line, words separated by tabs; a word may stand in several groups.
const TABLE: &str = include_str!("../../corpora/synonyms.tsv");

/// Returns the words that mean about the same, in the order of the table, without the word itself.
pub(super) fn synonyms(word: &str) -> &'static [&'static str] {
    static GROUPS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| groups(TABLE));
    GROUPS.get(word).map_or(&[], Vec::as_slice)
}

fn groups(table: &'static str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let group: Vec<&str> = line
            .split('\t')
            .map(str::trim)
            .filter(|word| !word.is_empty())
            .collect();
        for word in &group {
            let others = found.entry(word).or_default();
            for other in group.iter().filter(|other| *other != word) {
                if !others.contains(other) {
                    others.push(other);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_group_leads_to_the_others_and_not_to_itself() {
        assert!(synonyms("噪音").contains(&"噪声"));
        assert!(synonyms("噪声").contains(&"噪音"));
        assert!(!synonyms("噪音").contains(&"噪音"));
        assert_eq!(synonyms("没有这个词"), &[] as &[&str]);
    }
}
