//! A call and its candidates in, scored and explained links out.
//!
//! A [`Profile`] keeps what linking needs of a call. [`keys`] files it, so that only calls sharing a key are compared;
//! [`link`] compares two of them by adding log-odds, one [`Evidence`] each, for and against. A value that is missing
//! is no evidence.

/// Category codes in, families and the way they repeat out.
pub mod families;

/// A profile in, the keys under which it is filed out.
mod filing;

/// Two profiles in, the evidence for one event or one matter out.
mod evidence;

/// Two profiles in, what agrees and what differs between them out.
mod findings;

/// Elements and record in, telephone numbers, persons and plates out.
mod parties;

/// Weights of the two models.
pub mod settings;

/// Spots of two calls in, how near the nearest of them are out.
mod nearness;

/// Places of a call in, spots that can be compared out.
pub mod spots;

/// What was said in, weighted terms and references to other calls out.
mod wording;

/// Lines of the development sets in, profiles out.
#[cfg(test)]
pub(crate) mod development;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Deserialize;
use serde::Serialize;

use crate::call::Call;
use crate::call::CallId;
use crate::call::UnitCode;
use crate::elements::Elements;
use crate::links::settings::Settings;
use crate::links::spots::Spot;
use crate::tags::Tags;
use crate::terms::Segmenter;

/// Labels less likely than this raise no colour.
const LIKELY_LABEL: f32 = 0.4;

/// How a telephone number belongs to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PhoneRole {
    /// 报警电话 or 联系电话.
    Caller,
    /// Named in a text.
    Mentioned,
}

/// A telephone number of a call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Phone {
    /// Digits only, without the country code; at least seven.
    pub number: String,
    /// Whose it is.
    pub role: PhoneRole,
}

/// A person that a call names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Party {
    /// Full name or nickname, never a masked one (陈某).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 姓.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// 房东, 楼上, 女婿 …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<String>,
}

/// A category that a call may have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Guess {
    /// Code of the taxonomy.
    pub code: String,
    /// From 0 to 1; 1 for the record's own.
    pub confidence: f32,
    /// It rests on nothing but what was heard.
    #[serde(default)]
    pub heard: bool,
}

/// A word of the caller and its weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// The word in normalised form.
    pub text: String,
    /// More for longer, rarer words; does not depend on other calls.
    pub weight: f32,
}

/// What a call says about other calls, and what makes its repetition serious.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Cues {
    /// 又, 还是那家, 上次, 第三次: there was an earlier call.
    pub again: bool,
    /// 怎么还没来: urges on an earlier call.
    pub chaser: bool,
    /// A weapon is there.
    pub armed: bool,
    /// Someone is hurt.
    pub injured: bool,
    /// 汽油, 泼油: someone may set fire.
    pub arson: bool,
    /// A feedback says that mediation failed.
    pub unsettled: bool,
}

/// What of a call takes part in linking. Derived from call, elements and tags; stored so that links need no text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The call.
    pub id: CallId,
    /// When it came.
    pub received_at: Timestamp,
    /// The unit that took it.
    #[serde(default)]
    pub unit_code: Option<UnitCode>,
    /// 警单关联类型: 1 duplicate, 2 chaser, 3 officer's own report, 4 nuisance.
    #[serde(default)]
    pub link_type: Option<u8>,
    /// 关联主接警单编号.
    #[serde(default)]
    pub main_id: Option<CallId>,
    /// Sorted by number; placeholders and police phones are left out.
    #[serde(default)]
    pub phones: Vec<Phone>,
    /// In order of appearance.
    #[serde(default)]
    pub spots: Vec<Spot>,
    /// Sorted.
    #[serde(default)]
    pub parties: Vec<Party>,
    /// Sorted, upper case, `?` for what was not heard.
    #[serde(default)]
    pub plates: Vec<String>,
    /// The record's category first, then the tagger's best guess where it differs.
    #[serde(default)]
    pub categories: Vec<Guess>,
    /// Names of labels, sorted.
    #[serde(default)]
    pub labels: Vec<String>,
    /// Sorted by word.
    #[serde(default)]
    pub words: Vec<Word>,
    /// References and escalators.
    #[serde(default)]
    pub cues: Cues,
    /// Nothing of it was written down: all words are as they were heard.
    #[serde(default)]
    pub heard: bool,
}

impl Profile {
    /// Returns a profile that has nothing but an id and a time.
    #[must_use]
    pub fn new(id: CallId, received_at: Timestamp) -> Profile {
        Profile {
            id,
            received_at,
            unit_code: None,
            link_type: None,
            main_id: None,
            phones: Vec::new(),
            spots: Vec::new(),
            parties: Vec::new(),
            plates: Vec::new(),
            categories: Vec::new(),
            labels: Vec::new(),
            words: Vec::new(),
            cues: Cues::default(),
            heard: false,
        }
    }

    /// Returns whether the call is nuisance, void or a test: it never makes a matter and never raises a colour.
    #[must_use]
    pub fn is_nuisance(&self) -> bool {
        let code = self.categories.first().map_or("", |guess| guess.code.as_str());
        self.link_type == Some(4) || (code.starts_with("90") && code != families::DUPLICATE) || code == families::HOAX
    }

    /// Returns whether the call only urges on another (催办).
    #[must_use]
    pub fn is_chaser(&self) -> bool {
        self.link_type == Some(2)
            || self.cues.chaser
            || self.categories.iter().any(|guess| guess.code == families::CHASER)
    }

    /// Returns whether the call reports something by itself: no chaser, no officer's own report, no nuisance.
    #[must_use]
    pub fn is_incident(&self) -> bool {
        !self.is_nuisance() && self.link_type != Some(3) && self.link_type != Some(2) && !self.only_chases()
    }

    fn only_chases(&self) -> bool {
        self.categories
            .first()
            .is_some_and(|guess| guess.code == families::CHASER)
    }
}

/// What a link claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Two calls about one event (重复报警).
    Event,
    /// Two events of one matter (重复警情).
    Matter,
}

/// One reason for or against a link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// phone, address, person, plate, category, text, time, reference …
    pub feature: String,
    /// What agrees or differs.
    pub value: String,
    /// Log-odds that it adds.
    pub weight: f32,
    /// A Chinese sentence for people.
    pub text: String,
}

/// A scored link. `a` < `b` by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// The smaller id.
    pub a: CallId,
    /// The larger id.
    pub b: CallId,
    /// What is claimed.
    pub kind: Kind,
    /// From 0 to 1.
    pub probability: f32,
    /// Strongest first.
    pub evidence: Vec<Evidence>,
}

/// Builds the profile of a call.
///
/// `text` is what the caller said and 报警内容, without the dispatcher's turns where speakers are known; the
/// dispatcher's formulas are dropped in any case.
#[must_use]
pub fn profile(call: &Call, text: &str, elements: &Elements, tags: &Tags, segmenter: &Segmenter) -> Profile {
    let spoken = wording::without_formulas(text);
    let terms = segmenter.cut(&spoken);
    let terms: Vec<&str> = terms.iter().map(|term| term.text.as_str()).collect();
    assemble(call, text, &terms, elements, tags)
}

/// Builds the profile of a call from the terms of its text.
pub(crate) fn assemble(call: &Call, text: &str, terms: &[&str], elements: &Elements, tags: &Tags) -> Profile {
    let likely = tags.labels.iter().filter(|label| label.confidence >= LIKELY_LABEL);
    let mut labels: Vec<String> = likely.map(|label| label.name.clone()).collect();
    labels.extend(call.labels.iter().cloned());
    labels.sort();
    labels.dedup();
    let spots = spots::gather(&elements.places);
    Profile {
        id: call.id.clone(),
        received_at: call.received_at,
        unit_code: call.unit_code.clone(),
        link_type: call.link_type,
        main_id: call.main_id.clone(),
        phones: parties::phones(call, elements),
        parties: parties::persons(elements),
        plates: parties::plates(elements),
        categories: families::guesses(call, tags),
        labels,
        words: wording::words(terms, &spots),
        cues: wording::cues(call, text, elements),
        heard: call.content.is_none(),
        spots,
    }
}

/// Returns the keys under which a profile is filed, sorted: two calls can only be linked when they share one.
///
/// A key joins tens of calls, not thousands: an estate counts only together with a building, a family of categories,
/// a surname or a stretch of six hours.
#[must_use]
pub fn keys(profile: &Profile) -> Vec<String> {
    filing::keys(profile)
}

/// Scores two calls; at most one link of each kind, only those at or above the lower threshold. Symmetric.
///
/// Calls that are held to be one event are not a matter as well: matters join events.
#[must_use]
pub fn link(one: &Profile, other: &Profile) -> Vec<Link> {
    link_with(one, other, &Settings::default())
}

/// Scores two calls as [`link`] does, with weights of one's own.
#[must_use]
pub fn link_with(one: &Profile, other: &Profile, settings: &Settings) -> Vec<Link> {
    if one.id == other.id {
        return Vec::new();
    }
    // The sides are ordered by time, so that evidence reads the same whichever call is given first.
    let forward = (one.received_at, &one.id) <= (other.received_at, &other.id);
    let (earlier, later) = if forward { (one, other) } else { (other, one) };
    let event = evidence::event(earlier, later, &settings.event)
        .map(|found| weigh(earlier, later, Kind::Event, settings.event.prior, found));
    let is_event = event.as_ref().is_some_and(|event| event.probability >= settings.accept);
    let matter = (!is_event)
        .then(|| evidence::matter(earlier, later, &settings.matter))
        .flatten()
        .map(|found| weigh(earlier, later, Kind::Matter, settings.matter.prior, found));
    let links = [event, matter].into_iter().flatten();
    links.filter(|link| link.probability >= settings.show).collect()
}

/// Adds up the evidence.
fn weigh(earlier: &Profile, later: &Profile, kind: Kind, prior: f32, mut evidence: Vec<Evidence>) -> Link {
    evidence.sort_by(|x, y| {
        y.weight
            .abs()
            .total_cmp(&x.weight.abs())
            .then_with(|| x.feature.cmp(&y.feature))
    });
    let odds = evidence.iter().fold(prior, |odds, evidence| odds + evidence.weight);
    Link {
        a: earlier.id.clone().min(later.id.clone()),
        b: earlier.id.clone().max(later.id.clone()),
        kind,
        probability: 1.0 / (1.0 + (-odds).exp()),
        evidence,
    }
}
