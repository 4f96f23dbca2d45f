//! Two values of one kind in, whether they count as the same out; the rules stand at [`super::compare`].

use jiff::Timestamp;

use crate::elements::Address;
use crate::elements::Amount;
use crate::elements::Person;
use crate::elements::TimeSpan;
use crate::sound::Gazetteer;

pub(super) fn time(one: &TimeSpan, other: &TimeSpan) -> bool {
    const NEAR_S: i64 = 20 * 60;
    let second = Timestamp::as_second;
    let both = second(one.to).min(second(other.to)) - second(one.from).max(second(other.from));
    let either = second(one.to).max(second(other.to)) - second(one.from).min(second(other.from));
    let near = |one: Timestamp, other: Timestamp| (second(one) - second(other)).abs() <= NEAR_S;
    (both > 0 && 2 * both >= either) || (near(one.from, other.from) && near(one.to, other.to))
}

pub(super) fn amount(one: &Amount, other: &Amount) -> bool {
    let near = |one: f64, other: f64| (one - other).abs() <= 0.1 * one.abs().max(other.abs());
    near(one.min, other.min) && near(one.max, other.max)
}

pub(super) fn person(one: &Person, other: &Person) -> bool {
    let parts = [
        (&one.surname, &other.surname),
        (&one.name, &other.name),
        (&one.relation, &other.relation),
    ];
    let shared = |(one, other): &(&Option<String>, &Option<String>)| one.is_some() && one == other;
    parts.iter().all(|(one, other)| agree(one, other)) && parts.iter().any(shared)
}

pub(super) fn word(one: &str, other: &str) -> bool {
    one.contains(other) || other.contains(one)
}

/// Tells whether two parts are equal where both are there.
pub(super) fn agree(one: &Option<String>, other: &Option<String>) -> bool {
    one == other || one.is_none() || other.is_none()
}

/// Tells whether two names of places are written alike or are one place of the gazetteer.
pub(super) fn name(one: &Option<String>, other: &Option<String>, gazetteer: &Gazetteer) -> bool {
    let place = |name: &Option<String>| gazetteer.index_of(name.as_deref()?);
    one.is_some() && (one == other || (place(one).is_some() && place(one) == place(other)))
}

/// Returns the estates and villages of places; which of the two a name is, is often anyone's guess.
pub(super) fn sites(places: &[Address]) -> Vec<Option<String>> {
    let both = places
        .iter()
        .flat_map(|place| [place.estate.clone(), place.village.clone()]);
    both.filter(Option::is_some).collect()
}

/// Tells whether roads agree, and estates or villages, where both addresses have them.
pub(super) fn site_and_road(one: &Address, other: &Address, gazetteer: &Gazetteer) -> bool {
    let same = |one: &Option<String>, other: &Option<String>| name(one, other, gazetteer);
    let (ours, theirs) = (sites(std::slice::from_ref(one)), sites(std::slice::from_ref(other)));
    let sites = ours.is_empty() || theirs.is_empty() || ours.iter().any(|site| theirs.iter().any(|t| same(site, t)));
    sites && (agree(&one.road, &other.road) || same(&one.road, &other.road))
}

/// Tells whether two addresses have the same levels; what stands beside a place (门口) is not compared.
pub(super) fn whole(one: &Address, other: &Address, gazetteer: &Gazetteer) -> bool {
    let same = |one: &Option<String>, other: &Option<String>| one == other || name(one, other, gazetteer);
    let (ours, theirs) = (sites(std::slice::from_ref(one)), sites(std::slice::from_ref(other)));
    let numbers = |place: &Address| {
        let parts = [&place.road_no, &place.building, &place.unit, &place.floor, &place.room];
        (parts.map(Clone::clone), place.kilometre_post_m)
    };
    numbers(one) == numbers(other)
        && [
            (&one.area, &other.area),
            (&one.road, &other.road),
            (&one.crossing, &other.crossing),
        ]
        .iter()
        .all(|(one, other)| same(one, other))
        && ours.len() == theirs.len()
        && ours.iter().zip(&theirs).all(|(one, other)| same(one, other))
}
