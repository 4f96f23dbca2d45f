//! Two profiles in, what agrees and what differs between them out, each with its weight and a sentence for people.

use crate::links::Evidence;
use crate::links::Party;
use crate::links::PhoneRole;
use crate::links::Profile;
use crate::links::families;
use crate::links::families::Agreement;
use crate::links::families::Compared;
use crate::links::filing;
use crate::links::nearness;
use crate::links::nearness::Near;
use crate::links::nearness::Nearness;
use crate::links::parties;
use crate::links::settings::Weights;
use crate::links::wording;
use crate::sound::sounds_like;

/// Share of words that any two calls have in common.
const COMMON_SIMILARITY: f32 = 0.08;

/// The most that alike words can say, as a share of their weight.
const ENOUGH_SIMILARITY: f32 = 0.6;

/// From here on two surnames sound the same.
const SAME_SOUND: f32 = 0.95;

/// From here on two full names may be one name misheard.
const ALIKE_NAMES: f32 = 0.85;

/// What is left of the weight of a name where only its sound agrees.
const SOUND_SHARE: f32 = 0.7;

/// What was found, and whether anything of it says who or where: without that, two calls are never linked.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    evidence: Vec<Evidence>,
    pub(crate) identity: bool,
}

impl Findings {
    /// Adds what says something, but not who or where.
    pub(crate) fn add(&mut self, feature: &str, value: impl Into<String>, weight: f32, text: impl Into<String>) {
        if weight != 0.0 {
            self.evidence.push(Evidence {
                feature: feature.to_owned(),
                value: value.into(),
                weight,
                text: text.into(),
            });
        }
    }

    /// Adds what says who or where, if it speaks for the link.
    fn identify(&mut self, feature: &str, value: impl Into<String>, weight: f32, text: impl Into<String>) {
        self.identity |= weight > 0.0;
        self.add(feature, value, weight, text);
    }

    /// Returns the evidence where some of it says who or where.
    pub(crate) fn kept(self) -> Option<Vec<Evidence>> {
        self.identity.then_some(self.evidence)
    }

    /// The record of one names the other.
    pub(crate) fn declared(&mut self, earlier: &Profile, later: &Profile, weights: &Weights) {
        let main = if earlier.main_id.as_ref() == Some(&later.id) {
            later
        } else {
            earlier
        };
        self.identify("declared", main.id.as_str(), weights.declared, "警单已登记为同一主警单");
    }

    /// Numbers in common; `share` is how much of its weight a number has.
    pub(crate) fn phones(&mut self, earlier: &Profile, later: &Profile, weights: &Weights, share: f32) {
        let mut best: Option<(PhoneRole, &str)> = None;
        for phone in &earlier.phones {
            let Ok(idx) = later.phones.binary_search_by(|twin| twin.number.cmp(&phone.number)) else {
                continue;
            };
            let role = later
                .phones
                .get(idx)
                .map_or(phone.role, |twin| twin.role.max(phone.role));
            best = Some(best.map_or((role, phone.number.as_str()), |best| best.min((role, &phone.number))));
        }
        let Some((role, number)) = best else { return };
        let tail: String = number
            .chars()
            .rev()
            .take(4)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        match role {
            PhoneRole::Caller => {
                self.identify(
                    "phone",
                    number,
                    weights.phone * share,
                    format!("同一报警电话（尾号{tail}）"),
                );
            }
            PhoneRole::Mentioned => {
                let text = format!("提到的电话与另一次报警的电话相同（尾号{tail}）");
                self.identify("phone", number, weights.phone_mentioned * share, text);
            }
        }
    }

    /// `share` is how much of its weight an agreement has.
    pub(crate) fn places(
        &mut self,
        (earlier, later): (&Profile, &Profile),
        weights: &Weights,
        share: f32,
        estate: Estate,
    ) {
        let Some(mut near) = nearness::compare(&earlier.spots, &later.spots, one_station(earlier, later)) else {
            return;
        };
        if estate == Estate::IsParty && matches!(near.nearness, Nearness::Estate | Nearness::OtherBuilding) {
            near.nearness = Nearness::Premises;
        }
        let (weight, text) = place_text(&near, weights);
        let heard = if near.confidence < 0.9 {
            format!("（地点可信度{:.0}%）", near.confidence * 100.0)
        } else {
            String::new()
        };
        let value = match near.nearness {
            Nearness::OtherBuilding | Nearness::NextDoor | Nearness::OtherRoom | Nearness::Elsewhere => {
                format!("{} / {}", near.shown.0, near.shown.1)
            }
            _ => near.shown.0.clone(),
        };
        // Strangers meet in places, not in one flat or one stairwell.
        let share = if weight > 0.0 && near.nearness > Nearness::OtherRoom {
            share
        } else {
            1.0
        };
        let roams = near.nearness == Nearness::Elsewhere && self.identity;
        let weight = if roams { weights.roaming } else { weight };
        // That two doubtful hearings agree makes both likelier.
        let weight = weight * near.confidence.powf(0.75) * share;
        if estate != Estate::Hints || near.nearness != Nearness::Estate {
            self.identify("address", value, weight, text + &heard);
        } else {
            self.add("address", value, weight, text + &heard);
        }
    }

    /// Persons in common.
    pub(crate) fn persons(&mut self, earlier: &Profile, later: &Profile, compared: &Compared, weights: &Weights) {
        let pairs = earlier
            .parties
            .iter()
            .flat_map(|a| later.parties.iter().map(move |b| (a, b)));
        let agreed = pairs.filter_map(|(a, b)| same_person(a, b, weights));
        let best = agreed.max_by(|x, y| x.0.total_cmp(&y.0).then_with(|| y.1.cmp(&x.1)));
        let Some((weight, name, is_name)) = best else { return };
        let text = format!("提到的人相同：{name}");
        // Thousands are called 老马: a name alone says who only where the matter fits.
        if is_name && compared.one_family {
            self.identify("person", name, weight, text);
        } else {
            self.add("person", name, weight, text);
        }
    }

    /// A plate in common.
    pub(crate) fn plates(&mut self, earlier: &Profile, later: &Profile, weights: &Weights) {
        let mut pairs = earlier
            .plates
            .iter()
            .flat_map(|a| later.plates.iter().map(move |b| (a, b)));
        if let Some((plate, _)) = pairs.find(|(a, b)| parties::same_plate(a, b)) {
            self.identify("plate", plate, weights.plate, format!("同一车牌：{plate}"));
        }
    }

    /// How the categories agree; `fresh` falls from 1 to 0 over the window.
    pub(crate) fn category(&mut self, compared: &Compared, weights: &Weights, fresh: f32) {
        let (one, other) = (
            families::short_name(&compared.codes.0),
            families::short_name(&compared.codes.1),
        );
        let at_once = |yes: bool| if yes { weights.category_at_once * fresh } else { 0.0 };
        let (weight, text) = match compared.agreement {
            Agreement::Unknown => return,
            Agreement::Same { rarity, at_once: yes } => {
                (weights.category * rarity + at_once(yes), format!("警情类别相同：{one}"))
            }
            Agreement::Family { rarity, at_once: yes } => (
                weights.family * rarity + at_once(yes),
                format!("警情类别相近：{one}与{other}"),
            ),
            Agreement::Escalation if one == other => (weights.escalation, format!("警情类别相同：{one}")),
            Agreement::Escalation => (weights.escalation, format!("{one}与{other}可出自同一纠纷")),
            Agreement::Other => (weights.other_category, format!("警情类别不符：{one}与{other}")),
        };
        let value = format!("{} / {}", compared.codes.0, compared.codes.1);
        let sure = if weight > 0.0 {
            0.4 + 0.6 * compared.confidence
        } else {
            compared.confidence
        };
        self.add("category", value, weight * sure, text);
    }

    /// How alike the words are.
    pub(crate) fn words(&mut self, earlier: &Profile, later: &Profile, weights: &Weights) {
        let Some(similarity) = wording::similarity(&earlier.words, &later.words) else {
            return;
        };
        // Words that were misheard differ, whatever was said.
        let least = if earlier.heard || later.heard {
            0.0
        } else {
            -COMMON_SIMILARITY
        };
        let share = (similarity - COMMON_SIMILARITY).clamp(least, ENOUGH_SIMILARITY);
        let text = if share > 0.0 {
            format!("说法相近（相似度{similarity:.2}）")
        } else {
            format!("说法少有相同（相似度{similarity:.2}）")
        };
        self.add("text", format!("{similarity:.2}"), weights.text * share, text);
    }
}

/// What it says that two calls come from one estate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Estate {
    /// Little: thousands live there.
    Hints,
    /// Who it may be, because the same is complained about.
    Tells,
    /// Who it is: the dispute is with the company that runs the estate, whichever building the caller lives in.
    IsParty,
}

/// Returns whether one station took both calls.
pub(crate) fn one_station(earlier: &Profile, later: &Profile) -> bool {
    let station = filing::station(earlier);
    station.is_some() && station == filing::station(later)
}

fn place_text(near: &Near, weights: &Weights) -> (f32, String) {
    let (one, other) = &near.shown;
    match near.nearness {
        Nearness::Room => (weights.room, format!("同一房间：{one}")),
        Nearness::Building => (weights.building, format!("同一栋楼：{one}、{other}")),
        Nearness::NextDoor => (weights.next_door, format!("同一栋楼的上下或左右邻居：{one}、{other}")),
        Nearness::OtherRoom => (weights.other_room, format!("同一栋楼的不同住户：{one}、{other}")),
        Nearness::Premises => (weights.premises, format!("同一地点：{one}")),
        Nearness::Village => (weights.village, format!("同一村：{one}")),
        Nearness::Estate => (weights.estate, format!("同一小区：{one}（单凭小区不足为据）")),
        Nearness::Road => (weights.road, format!("同一道路：{one}、{other}")),
        Nearness::OtherBuilding => (weights.other_building, format!("同一小区但楼栋不同：{one}、{other}")),
        Nearness::Elsewhere => (weights.elsewhere, format!("地点不同：{one}、{other}")),
    }
}

fn same_person(a: &Party, b: &Party, weights: &Weights) -> Option<(f32, String, bool)> {
    if a.name.is_some() && a.name == b.name {
        return Some((weights.name, a.name.clone().unwrap_or_default(), true));
    }
    if let (Some(name), Some(other)) = (&a.name, &b.name) {
        // Two full names of one family are two people, unless one may be the other misheard.
        let alike = sounds_like(name, other);
        return (alike >= ALIKE_NAMES && name.chars().count() == other.chars().count()).then(|| {
            (
                weights.name * alike * SOUND_SHARE,
                format!("{name}/{other}（音近）"),
                true,
            )
        });
    }
    let (surname, other) = (a.surname.as_ref()?, b.surname.as_ref()?);
    // Which of the surnames of one sound was meant (何, 贺), the engine can only guess.
    let (share, shown) = match surname == other {
        true => (1.0, surname.clone()),
        false if sounds_like(surname, other) >= SAME_SOUND => (SOUND_SHARE, format!("{surname}/{other}")),
        false => return None,
    };
    match &a.relation {
        Some(relation) if a.relation == b.relation => {
            Some((weights.relation * share, format!("姓{shown}的{relation}"), false))
        }
        _ => Some((weights.surname * share, format!("姓{shown}"), false)),
    }
}
