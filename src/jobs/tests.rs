//! What the pool must do with handlers that work, fail, panic and hang.

use std::sync::Mutex;
use std::time::Duration;

use tempfile::TempDir;
use tokio::sync::watch;

use super::*;
use crate::call::CallId;
use crate::store::Store;

/// What the handler does with a call, by its id.
async fn handle(store: Store, claim: Claim) -> Result<(), Undone> {
    match claim.call.as_str() {
        "panics" => panic!("a defect"),
        "hangs" => std::future::pending().await,
        "bad" => Err(Undone::Failed(Failure::Permanent("bad audio".into()))),
        "busy" => Err(Undone::Failed(Failure::Retry("busy".into()))),
        _ => {
            let mut tx = store.finish(&claim).await?;
            if claim.kind == Kind::Analyse {
                tx.enqueue(Kind::Link, &claim.call, 0).await?;
            }
            Ok(tx.commit().await?)
        }
    }
}

fn lane(store: &Store, kind: Kind) -> Lane {
    let store = store.clone();
    let handler: Handler = Arc::new(move |claims: Vec<Claim>| {
        let store = store.clone();
        Box::pin(async move {
            let mut outcomes = Vec::new();
            for claim in claims {
                outcomes.push(handle(store.clone(), claim).await);
            }
            outcomes
        })
    });
    Lane {
        kind,
        batch: 1,
        handler,
    }
}

async fn store_with(calls: &[&str]) -> (TempDir, Store) {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for call in calls {
        tx.enqueue(Kind::Analyse, &CallId::parse(call).unwrap(), 0)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    (folder, store)
}

async fn run(store: &Store, mode: Mode, shutdown: watch::Receiver<bool>, listener: pool::Listener) -> Report {
    let settings = Settings {
        poll_ms: 5,
        grace_s: 0,
        ..Settings::default()
    };
    let lanes = vec![lane(store, Kind::Analyse), lane(store, Kind::Link)];
    pool::run(&settings, store, lanes, mode, shutdown, listener)
        .await
        .unwrap()
}

#[tokio::test]
async fn draining_does_everything_and_what_it_leads_to() {
    let (_folder, store) = store_with(&["a", "b", "c"]).await;
    let events = Arc::new(Mutex::new(Vec::new()));
    let listener: pool::Listener = {
        let events = Arc::clone(&events);
        Arc::new(move |event: &Event| events.lock().unwrap().push(event.claim.kind))
    };
    let report = run(&store, Mode::Drain, watch::channel(false).1, listener).await;
    assert_eq!((report.done, report.failed), (6, 0));
    let mut kinds = events.lock().unwrap().clone();
    kinds.sort();
    assert_eq!(kinds, [[Kind::Analyse; 3], [Kind::Link; 3]].concat());
}

#[tokio::test]
async fn one_bad_call_does_not_stop_the_others() {
    let (_folder, store) = store_with(&["a", "bad", "c"]).await;
    let report = run(&store, Mode::Drain, watch::channel(false).1, Arc::new(|_| {})).await;
    assert_eq!((report.done, report.failed, report.parked), (4, 1, 1));
    assert_eq!(store.parked_jobs().await.unwrap()[0].reason, "bad audio");
}

/// Runs until the handler was seen to fail, then shuts down.
async fn run_until_it_fails(store: &Store) -> Report {
    let (down, shutdown) = watch::channel(false);
    run(
        store,
        Mode::Serve,
        shutdown,
        Arc::new(move |_| {
            down.send_replace(true);
        }),
    )
    .await
}

#[tokio::test]
async fn a_panic_is_a_failure_that_is_tried_again() {
    let (_folder, store) = store_with(&["panics"]).await;
    let report = run_until_it_fails(&store).await;
    assert_eq!((report.done, report.failed, report.parked), (0, 1, 0));
    let outlook = store.outlook(&Kind::ALL, 120_000).await.unwrap();
    assert_eq!((outlook.ready, outlook.running, outlook.soon), (0, 0, 1));
}

#[tokio::test]
async fn shutdown_gives_back_what_hangs_and_counts_it_as_no_failure() {
    let (_folder, store) = store_with(&["hangs"]).await;
    let (down, shutdown) = watch::channel(false);
    let (report, ()) = tokio::join!(run(&store, Mode::Serve, shutdown, Arc::new(|_| {})), async {
        while store.outlook(&Kind::ALL, 0).await.unwrap().running == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        down.send_replace(true);
    });
    assert_eq!((report.done, report.failed), (0, 0));
    let outlook = store.outlook(&Kind::ALL, 0).await.unwrap();
    assert_eq!((outlook.ready, outlook.running), (1, 0));
}

#[tokio::test]
async fn draining_waits_for_what_others_hold_and_takes_it_over_when_they_die() {
    let (_folder, store) = store_with(&["a"]).await;
    let other = store.owner().unwrap();
    store.claim(Kind::Analyse, 1, &other).await.unwrap();
    let drain = run(&store, Mode::Drain, watch::channel(false).1, Arc::new(|_| {}));
    let mut drain = Box::pin(drain);
    let early = tokio::time::timeout(Duration::from_millis(50), &mut drain).await;
    assert!(early.is_err(), "the other worker is alive");
    drop(other);
    assert_eq!(drain.await.done, 2);
}
