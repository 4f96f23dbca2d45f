//! What a record says and what was heard in, where they disagree out, for the inspector of records.

use serde::{Deserialize, Serialize};

use crate::elements::Address;
use crate::elements::Elements;
use crate::elements::Item;
use crate::elements::Place;
use crate::elements::Source;
use crate::sound;
use crate::tags::Tags;

/// Names that sound at least so alike are one name, misheard.
const ALIKE: f32 = 0.6;

/// What record and recording disagree about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The category.
    Category,
    /// The address.
    Address,
    /// A weapon.
    Weapon,
    /// An injury.
    Injury,
}

impl Subject {
    /// Returns what people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Subject::Category => "类别",
            Subject::Address => "地址",
            Subject::Weapon => "凶器",
            Subject::Injury => "伤情",
        }
    }
}

/// A disagreement between the record and what was heard. Which of them is right is for a person to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// What it is about.
    pub subject: Subject,
    /// What the record says: a code of the taxonomy, or words; `None` where it says nothing.
    pub recorded: Option<String>,
    /// What was heard, in the same form.
    pub heard: Option<String>,
}

/// Compares the record of a call with what was heard; nothing where there is only one of them.
///
/// `recorded` is the category of the record. It disagrees with a recording of whose category the tagger is sure. An
/// address disagrees where both give a level (estate, building, unit, room, road) and no value of one sounds like one
/// of the other. A weapon or an injury disagrees where only one side has one; a record without any narrative says
/// nothing about them.
#[must_use]
pub fn disagreements(recorded: Option<&str>, elements: &Elements, tags: &Tags) -> Vec<Disagreement> {
    let of = |source: &Source| tags.by_source.iter().find(|one| one.source == *source);
    let Some(heard) = of(&Source::Transcript) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if let (Some(recorded), Some(heard)) = (recorded, &heard.tags.category)
        && recorded != heard.code
    {
        found.push(Disagreement {
            subject: Subject::Category,
            recorded: Some(recorded.to_owned()),
            heard: Some(heard.code.clone()),
        });
    }
    found.extend(address(&elements.places));
    if tags.by_source.iter().any(|one| is_written(&one.source)) {
        found.extend(one_sided(Subject::Weapon, &elements.weapons));
        found.extend(one_sided(Subject::Injury, &elements.injuries));
    }
    found
}

fn is_written(source: &Source) -> bool {
    matches!(source, Source::Content | Source::Feedback(_))
}

/// Returns the first level on which record and recording give other values.
fn address(places: &[Item<Place>]) -> Option<Disagreement> {
    type Level = fn(&Address) -> Option<&String>;
    const LEVELS: [Level; 6] = [
        |address| address.estate.as_ref(),
        |address| address.road.as_ref(),
        |address| address.road_no.as_ref(),
        |address| address.building.as_ref(),
        |address| address.unit.as_ref(),
        |address| address.room.as_ref(),
    ];
    let (heard, recorded): (Vec<&Item<Place>>, Vec<&Item<Place>>) =
        places.iter().partition(|item| item.source == Source::Transcript);
    let differ = |level: &Level| {
        let given = |items: &[&Item<Place>]| -> Vec<String> {
            let values = items.iter().filter_map(|item| level(&item.value.address));
            values.cloned().collect()
        };
        let (heard, recorded) = (given(&heard), given(&recorded));
        let agree = heard
            .iter()
            .any(|one| recorded.iter().any(|other| are_alike(one, other)));
        !(agree || heard.is_empty() || recorded.is_empty())
    };
    let level = LEVELS.iter().find(|level| differ(level))?;
    let words = |items: &[&Item<Place>]| {
        let item = items.iter().find(|item| level(&item.value.address).is_some());
        item.map(|item| item.text.clone())
    };
    Some(Disagreement {
        subject: Subject::Address,
        recorded: words(&recorded),
        heard: words(&heard),
    })
}

/// Numbers agree or not; names agree where they sound alike.
fn are_alike(one: &str, other: &str) -> bool {
    let is_number = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    one == other || (!is_number(one) && !is_number(other) && sound::sounds_like(one, other) >= ALIKE)
}

/// Returns what only one side has.
fn one_sided(subject: Subject, items: &[Item<String>]) -> Option<Disagreement> {
    let first = |heard: bool| {
        let item = items.iter().find(|item| (item.source == Source::Transcript) == heard);
        item.map(|item| item.text.clone())
    };
    let (heard, recorded) = (first(true), first(false));
    (heard.is_some() != recorded.is_some()).then_some(Disagreement {
        subject,
        recorded,
        heard,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use jiff::Timestamp;

    use super::*;
    use crate::elements;
    use crate::elements::Context;
    use crate::elements::SourceText;
    use crate::sound::Gazetteer;
    use crate::tags::Tagger;
    use crate::terms::Segmenter;

    static SEGMENTER: LazyLock<Segmenter> = LazyLock::new(|| Segmenter::new([]));

    fn compare(category: Option<&str>, texts: &[(Source, &str)]) -> Vec<Disagreement> {
        let texts: Vec<SourceText> = (texts.iter())
            .map(|(source, text)| SourceText {
                source: source.clone(),
                text: (*text).to_owned(),
            })
            .collect();
        let context = Context {
            received_at: Timestamp::UNIX_EPOCH,
            unit: None,
            gazetteer: &Gazetteer::default(),
        };
        let elements = elements::extract(&texts, &context);
        let tags = Tagger::rules_only().tag(&SEGMENTER, &texts, &elements);
        disagreements(category, &elements, &tags)
    }

    fn said(subject: Subject, recorded: Option<&str>, heard: Option<&str>) -> Disagreement {
        Disagreement {
            subject,
            recorded: recorded.map(str::to_owned),
            heard: heard.map(str::to_owned),
        }
    }

    const NOISE: &str = "我家在金桂苑小区7号楼2单元502,楼上半夜跺脚,咚咚咚的,吵得睡不着,噪音太大了";

    #[test]
    fn what_agrees_is_not_listed() {
        let content = "报警人称金桂苑小区7栋502楼上噪音扰民";
        let texts = [(Source::Transcript, NOISE), (Source::Content, content)];
        assert_eq!(compare(Some("080201"), &texts), []);
        // Misheard, and still the same estate.
        let heard = NOISE.replace("金桂苑", "今贵院");
        assert_eq!(
            compare(
                Some("080201"),
                &[(Source::Transcript, &heard), (Source::Content, content)]
            ),
            []
        );
    }

    #[test]
    fn another_category_address_or_weapon_is_listed_with_both_sides() {
        let content = "报警人称金桂苑小区9栋502有人求助";
        let heard = "我家在金桂苑小区7号楼2单元502,楼上拿着菜刀砸门,半夜跺脚,噪音太大了,头被打破了";
        let found = compare(
            Some("110199"),
            &[(Source::Transcript, heard), (Source::Content, content)],
        );
        let subjects: Vec<Subject> = found.iter().map(|one| one.subject).collect();
        assert_eq!(
            subjects,
            [Subject::Category, Subject::Address, Subject::Weapon, Subject::Injury]
        );
        assert_eq!(found[0].recorded.as_deref(), Some("110199"));
        assert!(found[1].recorded.as_ref().unwrap().contains("9栋"), "{found:?}");
        assert!(found[1].heard.as_ref().unwrap().contains("7号楼"), "{found:?}");
        assert_eq!(found[2], said(Subject::Weapon, None, Some("菜刀")));
    }

    #[test]
    fn without_a_narrative_the_category_alone_can_disagree() {
        let category = said(Subject::Category, Some("110199"), Some("080201"));
        assert_eq!(compare(Some("110199"), &[(Source::Transcript, NOISE)]), [category]);
        assert_eq!(compare(None, &[(Source::Transcript, "楼上拿菜刀砸门")]), []);
        assert_eq!(compare(Some("110199"), &[(Source::Content, "楼上拿菜刀砸门")]), []);
    }
}
