//! Lines of the small development sets in, calls and profiles out: for tests only.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::elements::Address;
use crate::elements::Elements;
use crate::elements::Item;
use crate::elements::Person;
use crate::elements::Place;
use crate::elements::Source;
use crate::links;
use crate::links::Guess;
use crate::links::Profile;
use crate::sound::NameKind;
use crate::tags::Category;
use crate::tags::Label;
use crate::tags::Tags;
use crate::tags::Urgency;

/// A call as the development sets give it: what elements and tags would have found, and the text cut into terms.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Line {
    #[serde(flatten)]
    pub(crate) call: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    tagged: Option<Guess>,
    words: String,
    #[serde(default)]
    places: Vec<Named>,
    #[serde(default)]
    persons: Vec<Person>,
    #[serde(default)]
    phones: Vec<String>,
    #[serde(default)]
    plates: Vec<String>,
    #[serde(default)]
    weapons: Vec<String>,
    #[serde(default)]
    injuries: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Named {
    name: Option<String>,
    kind: Option<NameKind>,
    #[serde(default)]
    address: Address,
    confidence: f32,
}

/// Reads a set, one JSON value a line.
pub(crate) fn read<T: DeserializeOwned>(set: &str) -> Vec<T> {
    set.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Line {
    /// The record of the call.
    pub(crate) fn record(&self) -> Call {
        let known = [
            "id",
            "received_at",
            "caller_no",
            "unit_code",
            "category",
            "labels",
            "main_id",
            "link_type",
        ];
        let fields = self.call.iter().filter(|(name, _)| known.contains(&name.as_str()));
        let fields = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
        let call: Call = serde_json::from_value(serde_json::Value::Object(fields)).unwrap();
        // The words stand for a written text, without mishearings.
        Call {
            content: Some(self.words.replace(' ', "")),
            ..call
        }
    }

    /// The profile of the call.
    pub(crate) fn profile(&self) -> Profile {
        let terms: Vec<&str> = self.words.split(' ').filter(|word| !word.is_empty()).collect();
        links::assemble(
            &self.record(),
            &self.words.replace(' ', ""),
            &terms,
            &self.elements(),
            &self.tags(),
        )
    }

    fn elements(&self) -> Elements {
        Elements {
            places: self.places.iter().map(Named::item).collect(),
            persons: self.persons.iter().cloned().map(sure).collect(),
            phones: self.phones.iter().cloned().map(sure).collect(),
            plates: self.plates.iter().cloned().map(sure).collect(),
            weapons: self.weapons.iter().cloned().map(sure).collect(),
            injuries: self.injuries.iter().cloned().map(sure).collect(),
            ..Elements::default()
        }
    }

    fn tags(&self) -> Tags {
        let best = self.tagged.iter().map(|guess| Category {
            code: guess.code.clone(),
            name: String::new(),
            confidence: guess.confidence,
            reasons: Vec::new(),
        });
        Tags {
            category: None,
            top: best.collect(),
            labels: Vec::<Label>::new(),
            urgency: Urgency {
                level: 3,
                reasons: Vec::new(),
            },
            by_rules: None,
            by_source: Vec::new(),
        }
    }
}

impl Named {
    fn item(&self) -> Item<Place> {
        let place = Place {
            name: self.name.clone(),
            kind: self.kind,
            address: self.address.clone(),
        };
        Item {
            confidence: self.confidence,
            ..sure(place)
        }
    }
}

fn sure<T>(value: T) -> Item<T> {
    Item {
        text: String::new(),
        value,
        confidence: 1.0,
        start: 0,
        end: 0,
        source: Source::Transcript,
    }
}
