//! Clusters and profiles in, the events of each cluster out.

use std::collections::BTreeMap;

use crate::call::CallId;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::links::Profile;

/// Which call belongs to which event, and what is known of it.
#[derive(Debug)]
pub struct Roster<'a> {
    /// The first call of the event, by call; single calls are left out.
    founders: BTreeMap<&'a CallId, &'a CallId>,
    profiles: BTreeMap<&'a CallId, &'a Profile>,
}

impl<'a> Roster<'a> {
    /// Reads the events among `clusters`.
    #[must_use]
    pub fn new(clusters: &'a [Cluster], profiles: impl IntoIterator<Item = &'a Profile>) -> Roster<'a> {
        let events = clusters.iter().filter(|cluster| cluster.kind == ClusterKind::Event);
        let founders = events
            .filter_map(|event| Some((event, event.calls.first()?)))
            .flat_map(|(event, first)| event.calls.iter().map(move |call| (call, first)))
            .collect();
        let profiles = profiles.into_iter().map(|profile| (&profile.id, profile)).collect();
        Roster { founders, profiles }
    }

    /// Returns these calls event by event, in order of time; calls without a profile are left out.
    #[must_use]
    pub fn events_of(&self, calls: impl IntoIterator<Item = &'a CallId>) -> Vec<Vec<&'a Profile>> {
        let mut events: BTreeMap<&CallId, Vec<&Profile>> = BTreeMap::new();
        for profile in calls.into_iter().filter_map(|call| self.profiles.get(call).copied()) {
            let founder = self.founders.get(&profile.id).copied().unwrap_or(&profile.id);
            events.entry(founder).or_default().push(profile);
        }
        let mut events: Vec<Vec<&Profile>> = events.into_values().collect();
        for event in &mut events {
            event.sort_by_key(|profile| (profile.received_at, &profile.id));
        }
        events.sort_by_key(|event| event.first().map(|first| (first.received_at, &first.id)));
        events
    }
}
