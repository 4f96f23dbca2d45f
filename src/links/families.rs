//! Category codes in, families (what one dispute may be called at different times) and the way they repeat out.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::call::Call;
use crate::links::Guess;
use crate::links::Profile;
use crate::tags::Tags;

/// 催办.
pub(crate) const CHASER: &str = "060203";

/// 重复报警副单.
pub(crate) const DUPLICATE: &str = "900105";

/// 谎报警情、骚扰110.
pub(crate) const HOAX: &str = "020304";

/// How much of its confidence a guess from a call without a written text has where it speaks against: what was only
/// heard is often tagged wrongly, however plain the words look.
const HEARD_SHARE: f32 = 0.25;

/// Below this the tagger's guess says nothing about a link.
const FAINT: f32 = 0.15;

/// From this on, the tagger's guess from a written text rules out that a matter can recur.
const SURE: f32 = 0.5;

/// A category as linking sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Short Chinese name for summaries.
    pub name: String,
    /// What kind of dispute it can be part of; empty where it is alone.
    families: Vec<String>,
    /// It may come out of any dispute (threat, blow, damage).
    pub escalates: bool,
    /// P: people fall out again and again.
    pub by_people: bool,
    /// L: gathers in places.
    pub by_place: bool,
    /// D: several people report it at once.
    pub at_once: bool,
    /// H: with whoever runs the place (an estate's company, a shop): the place is the party.
    pub by_host: bool,
    /// How little it says that two calls have it: 0.3 for common ones to 1.5.
    rarity: f32,
}

/// How the categories of two calls agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Agreement {
    /// The same leaf; with its rarity, and whether people report it at once.
    Same { rarity: f32, at_once: bool },
    /// Of one family.
    Family { rarity: f32, at_once: bool },
    /// One may have come out of the other.
    Escalation,
    /// One has none that says anything.
    Unknown,
    /// Nothing to do with each other.
    Other,
}

/// Two categories compared: how they agree, which they are, and how sure both are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Compared {
    pub(crate) agreement: Agreement,
    pub(crate) codes: (String, String),
    pub(crate) confidence: f32,
    /// They have a family in common.
    pub(crate) one_family: bool,
}

static TABLE: LazyLock<BTreeMap<String, Family>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("../../corpora/link_categories.csv").as_bytes());
    let rows = reader.records();
    rows.map(|row| family(&row.expect("the embedded table is well-formed")))
        .collect()
});

/// Families of disputes: what an escalation can be part of.
const DISPUTES: [&str; 14] = [
    "consumer",
    "debt",
    "demolition",
    "dog",
    "home",
    "kin",
    "land",
    "love",
    "medical",
    "neighbour",
    "parking",
    "property",
    "rent",
    "school",
];

fn family(row: &csv::StringRecord) -> (String, Family) {
    let field = |idx: usize| row.get(idx).unwrap_or_default();
    let mut families: Vec<String> = field(2)
        .split(';')
        .filter(|name| !name.is_empty() && *name != "*")
        .map(str::to_owned)
        .collect();
    let escalates = field(2).split(';').any(|name| name == "*");
    if escalates {
        families.extend(DISPUTES.map(str::to_owned));
        families.push("wage".to_owned());
    }
    let family = Family {
        name: field(1).to_owned(),
        families,
        escalates,
        by_people: field(3).contains('P'),
        by_place: field(3).contains('L'),
        at_once: field(3).contains('D'),
        by_host: field(3).contains('H'),
        rarity: field(4).parse().expect("the embedded table holds numbers"),
    };
    (field(0).to_owned(), family)
}

/// Returns the row of the longest prefix of `code`; none for void calls, chasers and unknown codes.
#[must_use]
pub fn find(code: &str) -> Option<&'static Family> {
    (2..=code.len())
        .rev()
        .filter_map(|len| code.get(..len))
        .find_map(|prefix| TABLE.get(prefix))
}

/// Returns the short Chinese name of a category; the code itself where it is unknown.
#[must_use]
pub fn short_name(code: &str) -> String {
    match code {
        CHASER => "催办".to_owned(),
        _ => find(code).map_or_else(|| code.to_owned(), |family| family.name.clone()),
    }
}

/// Returns the categories of a call: the record's own, then the tagger's where it is another. Where the tagger is
/// unsure, its rules tell more than its model, which always has a guess.
pub(crate) fn guesses(call: &Call, tags: &Tags) -> Vec<Guess> {
    let recorded = call.category.iter().map(|code| Guess {
        code: code.trim().to_owned(),
        confidence: 1.0,
        heard: false,
    });
    let heard = call.content.is_none();
    // An unsure guess that nothing happened (900103 儿童玩打) is no reason to overlook what may have.
    let unsure = tags
        .by_rules
        .as_ref()
        .or(tags.top.iter().find(|guess| !is_void(&guess.code)));
    let tagged = tags.category.as_ref().or(unsure).into_iter();
    let tagged = tagged.map(|guess| Guess {
        code: guess.code.clone(),
        confidence: guess.confidence,
        heard,
    });
    let mut guesses: Vec<Guess> = Vec::new();
    for guess in recorded.chain(tagged) {
        if !guess.code.is_empty() && guesses.iter().all(|known| known.code != guess.code) {
            guesses.push(guess);
        }
    }
    guesses
}

/// Returns the names of the families that a profile may belong to, sorted.
pub(crate) fn names(profile: &Profile) -> Vec<&'static str> {
    let known = telling(profile).filter_map(|guess| find(&guess.code));
    let mut names: Vec<&str> = known
        .flat_map(|family| family.families.iter().map(String::as_str))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Returns whether people may come back to it: some category repeats by people, or none is sure.
pub(crate) fn may_recur(profile: &Profile) -> bool {
    let by_people = |guess: &Guess| find(&guess.code).is_none_or(|family| family.by_people);
    let sure = telling(profile).any(|guess| guess.confidence >= SURE && !guess.heard);
    !sure || telling(profile).any(by_people)
}

/// Compares the categories of two calls; the best agreement of any two guesses counts.
pub(crate) fn compare(one: &Profile, other: &Profile) -> Compared {
    let pairs = telling(one).flat_map(|a| telling(other).map(move |b| (a, b)));
    let compared = pairs.map(|(a, b)| {
        let agreement = agreement(&a.code, &b.code);
        let confidence = match agreement {
            Agreement::Other => against(a).min(against(b)),
            _ => a.confidence.min(b.confidence),
        };
        Compared {
            agreement,
            codes: (a.code.clone(), b.code.clone()),
            confidence,
            one_family: one_family(&a.code, &b.code),
        }
    });
    let best = compared.max_by(|x, y| {
        rank(x.agreement)
            .cmp(&rank(y.agreement))
            .then(x.confidence.total_cmp(&y.confidence))
            .then_with(|| y.codes.cmp(&x.codes))
    });
    best.unwrap_or(Compared {
        agreement: Agreement::Unknown,
        codes: (String::new(), String::new()),
        confidence: 0.0,
        one_family: false,
    })
}

/// How much a guess says against what it does not agree with.
fn against(guess: &Guess) -> f32 {
    guess.confidence * if guess.heard { HEARD_SHARE } else { 1.0 }
}

/// Guesses that say what a call is about.
fn telling(profile: &Profile) -> impl Iterator<Item = &Guess> {
    let sure = |guess: &Guess| guess.confidence >= FAINT;
    profile
        .categories
        .iter()
        .filter(move |guess| !is_void(&guess.code) && sure(guess))
}

/// Says whether a category says nothing about a dispute: void calls, chasers, what fits nowhere.
fn is_void(code: &str) -> bool {
    code == CHASER || code.starts_with("90") || code.starts_with("99")
}

fn agreement(a: &str, b: &str) -> Agreement {
    let (Some(one), Some(other)) = (find(a), find(b)) else {
        return if a == b {
            Agreement::Escalation
        } else {
            Agreement::Other
        };
    };
    let shared = one_family(a, b);
    let rarity = one.rarity.min(other.rarity);
    let at_once = one.at_once && other.at_once;
    match (a == b, shared, one.escalates || other.escalates) {
        (_, true, true) => Agreement::Escalation,
        (true, ..) => Agreement::Same { rarity, at_once },
        (_, true, _) => Agreement::Family { rarity, at_once },
        _ => Agreement::Other,
    }
}

fn one_family(a: &str, b: &str) -> bool {
    let (Some(one), Some(other)) = (find(a), find(b)) else {
        return false;
    };
    one.families.iter().any(|name| other.families.contains(name))
}

fn rank(agreement: Agreement) -> u8 {
    match agreement {
        Agreement::Same { .. } => 4,
        Agreement::Family { .. } => 3,
        Agreement::Escalation => 2,
        Agreement::Other => 1,
        Agreement::Unknown => 0,
    }
}
