//! Links and constraints in, the calls of each event and the events of each matter out.

use std::collections::BTreeMap;

use crate::call::CallId;
use crate::clusters::constraints::Constraints;
use crate::clusters::grouping::Pairs;
use crate::links::Kind;
use crate::links::Link;
use crate::links::Profile;
use crate::links::settings::Settings;

/// Groups calls into events, each a list of places in the sorted profiles; single calls are events as well.
pub(crate) fn events(
    profiles: &[&Profile],
    places: &BTreeMap<&CallId, usize>,
    links: &[Link],
    constraints: &Constraints,
) -> Vec<Vec<usize>> {
    let mut pairs = Pairs::new(profiles.len());
    let place = |call: &CallId| places.get(call).copied();
    let thin = |&call: &usize| profiles[call].spots.is_empty();
    (0..profiles.len()).filter(thin).for_each(|call| pairs.mark_thin(call));
    for (x, y) in constraints.together(Kind::Event) {
        pairs.decide_together(x, y);
    }
    for (x, y) in constraints.apart(Kind::Event) {
        pairs.decide_apart(x, y);
    }
    for link in links.iter().filter(|link| link.kind == Kind::Event) {
        let (Some(x), Some(y)) = (place(&link.a), place(&link.b)) else {
            continue;
        };
        pairs.link(x, y, link.probability);
        if link.evidence.iter().any(|evidence| evidence.feature == "declared") {
            pairs.declare(x, y);
        }
    }
    pairs.groups(Settings::default().accept)
}

/// Groups events into matters, each a list of places in `events`.
pub(crate) fn matters(
    profiles: &[&Profile],
    places: &BTreeMap<&CallId, usize>,
    links: &[Link],
    constraints: &Constraints,
    events: &[Vec<usize>],
) -> Vec<Vec<usize>> {
    let owner: BTreeMap<usize, usize> = events
        .iter()
        .enumerate()
        .flat_map(|(event, calls)| calls.iter().map(move |&call| (call, event)))
        .collect();
    let mut pairs = Pairs::new(events.len());
    let event = |call: usize| owner[&call];
    let thin = |&event: &usize| events[event].iter().all(|&call| profiles[call].spots.is_empty());
    (0..events.len()).filter(thin).for_each(|event| pairs.mark_thin(event));
    for (x, y) in constraints.together(Kind::Matter) {
        pairs.decide_together(event(x), event(y));
    }
    for (x, y) in constraints.apart(Kind::Matter) {
        pairs.decide_apart(event(x), event(y));
    }
    for link in links.iter().filter(|link| link.kind == Kind::Matter) {
        if let (Some(&x), Some(&y)) = (places.get(&link.a), places.get(&link.b)) {
            pairs.link(event(x), event(y), link.probability);
        }
    }
    pairs.groups(Settings::default().accept)
}
