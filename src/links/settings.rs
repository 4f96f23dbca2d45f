//! Weights of the two models, each a log-odds that one kind of evidence adds.

use serde::Deserialize;
use serde::Serialize;

/// How links are scored. The defaults start from what analysts say and were adjusted on `corpora/gold/links_dev.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Links less likely than this are not kept.
    pub show: f32,
    /// Links at least this likely form clusters.
    pub accept: f32,
    /// Two calls about one event.
    pub event: Weights,
    /// Two events of one matter.
    pub matter: Weights,
}

/// Log-odds of one model. Positive speaks for the link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// Log-odds of two calls that share a key, before anything is compared.
    pub prior: f32,
    /// Same caller number.
    pub phone: f32,
    /// The number that one names is the other's, or both name it.
    pub phone_mentioned: f32,
    /// Same building and room.
    pub room: f32,
    /// Same building, room unknown to one of them.
    pub building: f32,
    /// Same building, the flat above, below or beside.
    pub next_door: f32,
    /// Same building, other rooms.
    pub other_room: f32,
    /// Same venue, site, house on a road, crossing or kilometre post.
    pub premises: f32,
    /// Same village.
    pub village: f32,
    /// Same estate, building unknown to one of them.
    pub estate: f32,
    /// Same road, nothing finer.
    pub road: f32,
    /// Same estate, other building.
    pub other_building: f32,
    /// Places that do not agree.
    pub elsewhere: f32,
    /// Places that do not agree, but one caller: people are pestered at home and at work.
    pub roaming: f32,
    /// Same full name or nickname.
    pub name: f32,
    /// Same surname and relation.
    pub relation: f32,
    /// Same surname.
    pub surname: f32,
    /// Same plate.
    pub plate: f32,
    /// Same category, times its rarity.
    pub category: f32,
    /// Same category of those that several people report at once (fire, crash), fading with time.
    pub category_at_once: f32,
    /// Categories of one family.
    pub family: f32,
    /// One of them may come out of any dispute (threat, blow).
    pub escalation: f32,
    /// Categories that have nothing to do with each other.
    pub other_category: f32,
    /// Same words, times similarity.
    pub text: f32,
    /// The later call speaks of an earlier one.
    pub again: f32,
    /// The later call urges on.
    pub chaser: f32,
    /// At once; fades over the window, for events with the square of what is left of it.
    pub time: f32,
    /// One station took both.
    pub station: f32,
    /// The record names the other call as its main one.
    pub declared: f32,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            show: 0.2,
            accept: 0.5,
            event: Weights::event(),
            matter: Weights::matter(),
        }
    }
}

impl Default for Weights {
    fn default() -> Weights {
        Weights::matter()
    }
}

impl Weights {
    /// Weights for two calls about one event.
    #[must_use]
    pub fn event() -> Weights {
        Weights {
            prior: -4.0,
            phone: 3.0,
            phone_mentioned: 2.0,
            room: 4.5,
            building: 3.0,
            next_door: 2.5,
            other_room: 1.5,
            premises: 3.2,
            village: 2.0,
            estate: 2.0,
            road: 1.0,
            other_building: -3.0,
            elsewhere: -3.0,
            roaming: -1.5,
            name: 1.5,
            relation: 1.0,
            surname: 0.4,
            plate: 3.0,
            category: 1.0,
            category_at_once: 2.5,
            family: 0.6,
            escalation: 1.0,
            other_category: -3.0,
            text: 2.5,
            again: 0.0,
            chaser: 1.5,
            time: 2.0,
            station: 0.5,
            declared: 8.0,
        }
    }

    /// Weights for two events of one matter.
    #[must_use]
    pub fn matter() -> Weights {
        Weights {
            prior: -4.5,
            phone: 4.6,
            phone_mentioned: 3.8,
            room: 4.5,
            building: 3.6,
            next_door: 3.0,
            other_room: 1.3,
            premises: 3.3,
            village: 2.3,
            estate: 1.2,
            road: 0.0,
            other_building: -3.0,
            elsewhere: -2.5,
            roaming: -0.4,
            name: 2.8,
            relation: 1.5,
            surname: 0.5,
            plate: 2.5,
            category: 1.5,
            category_at_once: 0.0,
            family: 1.5,
            escalation: 0.8,
            other_category: -3.5,
            text: 2.5,
            again: 1.2,
            chaser: 0.3,
            time: 1.0,
            station: 0.0,
            declared: 4.0,
        }
    }
}
