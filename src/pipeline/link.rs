//! A call in; its links, the clusters they make, and alerts out, all in one transaction.
//!
//! Linking holds the write lock from the first look to the commit. So it does not matter in which order, or in how many
//! processes, calls are linked: the last of two calls to be linked sees the other as it is, and clusters are always
//! made of all links that there are.

use std::time::Duration;

use crate::alerts;
use crate::alerts::Alert;
use crate::call::CallId;
use crate::clusters;
use crate::clusters::Cluster;
use crate::jobs::Undone;
use crate::jobs::compute::Stopped;
use crate::links;
use crate::links::Link;
use crate::pipeline::Stages;
use crate::store::StoreError;
use crate::store::Tx;
use crate::store::queue::Claim;
use crate::store::queue::Kind;

/// Note of the links for which hotspots were looked for last.
const HOTSPOTS: &str = "hotspots";

/// Links a call anew; one that is no more loses its links.
pub(super) async fn run(stages: &Stages, claim: &Claim) -> Result<(), Undone> {
    let mut tx = stages.store.finish(claim).await?;
    let links = links_of(stages, &mut tx, &claim.call).await?;
    let mut touched = tx.replace_links(&claim.call, &links).await?;
    touched.push(claim.call.clone());
    regroup(stages, &mut tx, &touched).await?;
    Ok(tx.commit().await?)
}

async fn links_of(stages: &Stages, tx: &mut Tx, id: &CallId) -> Result<Vec<Link>, Undone> {
    let Some(profile) = tx.profile(id).await? else {
        return Ok(Vec::new());
    };
    let candidates = tx.candidates(id).await?;
    let link = move |(): &mut ()| {
        candidates
            .iter()
            .flat_map(|other| links::link(&profile, other))
            .collect()
    };
    Ok(stages.mind.run(link).await?)
}

/// Makes the clusters and alerts of all calls connected with these anew.
pub(super) async fn regroup(stages: &Stages, tx: &mut Tx, touched: &[CallId]) -> Result<(), Undone> {
    let calls = tx.connected(touched).await?;
    let profiles = tx.profiles(&calls).await?;
    let links = tx.links_among(&calls).await?;
    let decisions = tx.decisions_about(&calls).await?;
    let group = move |(): &mut ()| {
        let clusters = clusters::cluster(&profiles, &links, &decisions);
        let alerts = alerts::raise(&clusters, &profiles);
        (clusters, alerts)
    };
    let (clusters, alerts): (Vec<Cluster>, Vec<Alert>) = stages.mind.run(group).await?;
    Ok(tx.replace_linked(&calls, &clusters, &alerts).await?)
}

/// Looks for hotspots among all calls, unless no call was linked since the last time.
pub(super) async fn refresh_hotspots(stages: &Stages) -> Result<(), StoreError> {
    let now = stages.store.claims_so_far(Kind::Link).await?.to_string();
    if stages.store.note(HOTSPOTS).await?.as_deref() == Some(&now) {
        return Ok(());
    }
    let mut tx = stages.store.begin().await?;
    let Ok(()) = find_hotspots(stages, &mut tx).await? else {
        // A defect in the search for hotspots must not stop the rest; it was reported where it happened.
        return Ok(());
    };
    tx.set_note(HOTSPOTS, Some(&now)).await?;
    tx.commit().await
}

/// Makes all hotspots and their alerts anew.
pub(super) async fn find_hotspots(stages: &Stages, tx: &mut Tx) -> Result<Result<(), Stopped>, StoreError> {
    let (profiles, events, decisions) = tx.hotspot_parts().await?;
    let find = move |(): &mut ()| {
        let hotspots = clusters::hotspots(&profiles, &events, &decisions);
        let all: Vec<Cluster> = hotspots.iter().chain(&events).cloned().collect();
        (hotspots, alerts::raise(&all, &profiles))
    };
    match stages.mind.run(find).await {
        Ok((hotspots, alerts)) => Ok(Ok(tx.replace_hotspots(&hotspots, &alerts).await?)),
        Err(stopped) => Ok(Err(stopped)),
    }
}

/// Looks for hotspots every minute; returns only when the store fails.
pub(super) async fn watch_hotspots(stages: &Stages) -> StoreError {
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        match refresh_hotspots(stages).await {
            Ok(()) | Err(StoreError::Busy) => {}
            Err(error) => return error,
        }
    }
}
