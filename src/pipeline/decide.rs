//! A person's decision in; the fact kept, and the clusters as they are under it, out.

use jiff::Timestamp;

use crate::call::CallId;
use crate::call::ClusterId;
use crate::call::DecisionId;
use crate::clusters::Action;
use crate::clusters::Cluster;
use crate::clusters::ClusterKind;
use crate::clusters::Decision;
use crate::jobs::Undone;
use crate::pipeline::Stages;
use crate::pipeline::link;
use crate::store::StoreError;
use crate::store::Tx;

/// What a person wants, as they say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Review {
    /// The cluster is right.
    Confirm(ClusterId),
    /// Cannot tell.
    Unsure(ClusterId),
    /// Done with.
    Close(ClusterId),
    /// Not done with after all.
    Reopen(ClusterId),
    /// These calls leave and form a cluster of their own.
    Split(ClusterId, Vec<CallId>),
    /// The clusters are one.
    Merge(Vec<ClusterId>),
    /// The call belongs to that cluster instead.
    Move(CallId, ClusterId),
    /// The call does not belong to the cluster.
    Exclude(CallId, ClusterId),
    /// Someone takes care of it.
    Assign(ClusterId, String),
    /// An earlier decision no longer holds.
    Undo(DecisionId),
}

/// Who decided what, why and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What.
    pub review: Review,
    /// Who.
    pub by: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

/// Keeps a decision and makes the clusters concerned anew; both hold when this returns. A decision that names what is
/// not there is refused with the way out.
pub async fn decide(stages: &Stages, verdict: Verdict) -> anyhow::Result<Decision> {
    let mut tx = stages.store.begin().await?;
    let (action, calls) = understood(&mut tx, verdict.review).await?;
    let decision = Decision {
        id: tx.next_decision_id().await?,
        at: verdict.at,
        by: verdict.by,
        why: verdict.why,
        action,
    };
    tx.add_decision(&decision, &calls).await?;
    link::regroup(stages, &mut tx, &calls).await.map_err(failed)?;
    link::find_hotspots(stages, &mut tx).await??;
    tx.commit().await?;
    Ok(decision)
}

fn failed(undone: Undone) -> anyhow::Error {
    match undone {
        Undone::Fatal(error) => error.into(),
        Undone::Failed(failure) => anyhow::anyhow!("{failure:?}"),
        Undone::Stale | Undone::NotNow => unreachable!("a decision is no job"),
    }
}

/// Returns the decision with the calls it is about: those it names, and those of the clusters it names, founders
/// included.
async fn understood(tx: &mut Tx, review: Review) -> Result<(Action, Vec<CallId>), StoreError> {
    Ok(match review {
        Review::Confirm(id) => {
            let (kind, calls) = members(tx, &id).await?;
            (
                Action::Confirm {
                    cluster: id,
                    kind,
                    calls: calls.clone(),
                },
                about(kind, calls),
            )
        }
        Review::Unsure(cluster) => about_cluster(tx, cluster, |cluster| Action::Unsure { cluster }).await?,
        Review::Close(cluster) => {
            let (kind, calls) = members(tx, &cluster).await?;
            let action = Action::Close {
                cluster,
                calls: calls.clone(),
            };
            (action, about(kind, calls))
        }
        Review::Reopen(cluster) => about_cluster(tx, cluster, |cluster| Action::Reopen { cluster }).await?,
        Review::Assign(cluster, who) => about_cluster(tx, cluster, |cluster| Action::Assign { cluster, who }).await?,
        Review::Split(cluster, calls) => split(tx, cluster, calls).await?,
        Review::Merge(clusters) => merge(tx, clusters).await?,
        Review::Move(call, cluster) => move_to(tx, call, cluster).await?,
        Review::Exclude(call, cluster) => {
            let (kind, all) = members(tx, &cluster).await?;
            let rest = without(&cluster, &all, std::slice::from_ref(&call))?;
            (
                Action::Exclude {
                    call,
                    cluster,
                    kind,
                    rest,
                },
                about(kind, all),
            )
        }
        Review::Undo(decision) => {
            if tx.decision(&decision).await?.is_none() {
                return Err(StoreError::Refused(format!(
                    "no decision has the id {decision}; `review list` shows them"
                )));
            }
            let calls = tx.decision_calls(&decision).await?;
            (Action::Undo { decision }, calls)
        }
    })
}

async fn about_cluster(
    tx: &mut Tx,
    id: ClusterId,
    action: impl FnOnce(ClusterId) -> Action,
) -> Result<(Action, Vec<CallId>), StoreError> {
    let (kind, calls) = members(tx, &id).await?;
    Ok((action(id), about(kind, calls)))
}

async fn split(tx: &mut Tx, cluster: ClusterId, calls: Vec<CallId>) -> Result<(Action, Vec<CallId>), StoreError> {
    let (kind, all) = members(tx, &cluster).await?;
    let rest = without(&cluster, &all, &calls)?;
    if calls.is_empty() || rest.is_empty() {
        return Err(StoreError::Refused(
            "name some of the cluster's calls, and not all of them".to_owned(),
        ));
    }
    Ok((
        Action::Split {
            cluster,
            kind,
            calls,
            rest,
        },
        about(kind, all),
    ))
}

async fn merge(tx: &mut Tx, clusters: Vec<ClusterId>) -> Result<(Action, Vec<CallId>), StoreError> {
    let mut kinds = Vec::new();
    let mut calls = Vec::new();
    for id in &clusters {
        let (kind, members) = members(tx, id).await?;
        kinds.push(kind);
        calls.extend(members);
    }
    kinds.dedup();
    let [kind] = kinds[..] else {
        return Err(StoreError::Refused(
            "only clusters of one kind can be merged".to_owned(),
        ));
    };
    calls.sort();
    calls.dedup();
    Ok((
        Action::Merge {
            clusters,
            kind,
            calls: calls.clone(),
        },
        about(kind, calls),
    ))
}

async fn move_to(tx: &mut Tx, call: CallId, cluster: ClusterId) -> Result<(Action, Vec<CallId>), StoreError> {
    let (kind, calls) = members(tx, &cluster).await?;
    if calls.contains(&call) {
        return Err(StoreError::Refused(format!("{call} is in {cluster} already")));
    }
    if tx.call(&call).await?.is_none() {
        return Err(StoreError::Refused(format!("no call has the id {call}")));
    }
    let from = tx
        .cluster_of(&call, kind)
        .await?
        .map(|cluster| cluster.calls)
        .unwrap_or_default();
    let from: Vec<CallId> = from.into_iter().filter(|member| *member != call).collect();
    let mut all = [calls.as_slice(), &from].concat();
    all.push(call.clone());
    Ok((
        Action::Move {
            call,
            cluster,
            kind,
            calls,
            from,
        },
        about(kind, all),
    ))
}

async fn members(tx: &mut Tx, id: &ClusterId) -> Result<(ClusterKind, Vec<CallId>), StoreError> {
    let none = || StoreError::Refused(format!("no cluster has the id {id}; `clusters` lists them"));
    let Cluster { kind, calls, .. } = tx.cluster(id).await?.ok_or_else(none)?;
    Ok((kind, calls))
}

/// The members but these, which must be members.
fn without(cluster: &ClusterId, all: &[CallId], these: &[CallId]) -> Result<Vec<CallId>, StoreError> {
    if let Some(other) = these.iter().find(|call| !all.contains(call)) {
        return Err(StoreError::Refused(format!("{other} is not in {cluster}")));
    }
    Ok(all.iter().filter(|call| !these.contains(call)).cloned().collect())
}

/// Hotspots connect nothing: their calls have no more in common than a place and a category.
fn about(kind: ClusterKind, calls: Vec<CallId>) -> Vec<CallId> {
    if kind == ClusterKind::Hotspot {
        Vec::new()
    } else {
        calls
    }
}
