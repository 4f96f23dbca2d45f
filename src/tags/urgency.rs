//! Category and escalators in, urgency with reasons out.

use crate::elements::Elements;
use crate::tags::Category;
use crate::tags::Urgency;
use crate::tags::category;
use crate::tags::lexicon::Effect;
use crate::tags::taxonomy::Leaf;

/// Urgency of a call that nobody understood: not yet known to be harmless.
const UNKNOWN: u8 = 3;

/// Something that raises the urgency, with its words.
#[derive(Debug)]
pub(crate) struct Raise {
    /// What it is called (持械, 伤情 …).
    pub(crate) name: String,
    /// What it does.
    pub(crate) effect: Effect,
    /// The words of the text.
    pub(crate) words: Vec<String>,
}

/// Rates how urgent a call is: the best guess's own level, made more urgent by each raise, never less.
///
/// A guess that is too unsure to be a category still counts where it is urgent, but an unsure call is at least
/// level 3, and so is one that fits nowhere.
pub(crate) fn rate(leaves: &[Leaf], top: &[Category], is_sure: bool, raises: &[Raise], elements: &Elements) -> Urgency {
    let guess = top.first();
    let leaf = guess.and_then(|guess| leaves.iter().find(|leaf| leaf.code == guess.code));
    let own = leaf.map_or(UNKNOWN, |leaf| leaf.urgency);
    let fits = leaf.is_some_and(|leaf| leaf.code != category::OTHER);
    let mut level = if is_sure && fits { own } else { own.min(UNKNOWN) };
    let mut reasons: Vec<String> = leaf.map(|leaf| leaf.name.clone()).into_iter().collect();
    let mut raised = |to: u8, why: String, level: &mut u8| {
        if to < *level {
            *level = to;
            reasons.push(why);
        }
    };
    // First to what level it must be at least, then the steps up from there.
    for raise in raises {
        let why = format!("{}:{}", raise.name, raise.words.join("、"));
        match raise.effect {
            Effect::First => raised(1, why, &mut level),
            Effect::Second => raised(2, why, &mut level),
            Effect::Third => raised(3, why, &mut level),
            Effect::Up | Effect::UpIfSerious => {}
        }
    }
    for weapon in elements.weapons.iter().take(1) {
        raised(1, format!("持械:{}", weapon.text), &mut level);
    }
    for injury in elements.injuries.iter().take(1) {
        raised(2, format!("伤情:{}", injury.text), &mut level);
    }
    for raise in raises {
        let why = format!("{}:{}", raise.name, raise.words.join("、"));
        match raise.effect {
            Effect::Up => raised(level.saturating_sub(1).max(1), why, &mut level),
            Effect::UpIfSerious if level < 4 => raised(level.saturating_sub(1).max(1), why, &mut level),
            _ => {}
        }
    }
    Urgency { level, reasons }
}
