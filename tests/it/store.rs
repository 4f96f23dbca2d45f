//! Does the store keep what it was given, once, whatever comes first and whoever dies?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use huisheng::call::Call;
use huisheng::call::CallId;
use huisheng::call::Feedback;
use huisheng::call::UnitCode;
use huisheng::jobs::Lane;
use huisheng::jobs::Mode;
use huisheng::jobs::pool;
use huisheng::store::Store;
use huisheng::store::StoreError;
use huisheng::store::audio::Recording;
use huisheng::store::calls::Change;
use huisheng::store::calls::Effect;
use huisheng::store::calls::Origin;
use huisheng::store::derived::Made;
use huisheng::store::queue::Claim;
use huisheng::store::queue::Failure;
use huisheng::store::queue::Fate;
use huisheng::store::queue::Kind;
use huisheng::transcript::Transcript;
use jiff::Timestamp;
use proptest::prelude::*;
use sqlx::Connection;
use tempfile::TempDir;
use tokio::sync::watch;

fn id(text: &str) -> CallId {
    CallId::parse(text).unwrap()
}

fn call(name: &str) -> Call {
    let mut call = Call::new(id(name), "2026-03-01T08:28:44Z".parse().unwrap());
    call.content = Some(format!("报警内容 {name}"));
    call
}

fn naming(name: &str, audio: &str) -> Call {
    let mut call = call(name);
    call.audio = Some(audio.to_owned());
    call
}

fn origin(file: &str, line: usize) -> Origin {
    Origin {
        file: format!("/desk/{file}").into(),
        digest: file.to_owned(),
        line,
    }
}

fn recording(path: &str, content: &str) -> Recording {
    Recording {
        sha256: format!("{content:0<64}"),
        bytes: 1000,
        path: path.into(),
        recorded_at: "2026-03-01T08:00:00Z".parse().unwrap(),
    }
}

async fn put(store: &Store, call: &Call, origin: &Origin) -> Effect {
    let mut tx = store.begin().await.unwrap();
    let effect = tx.put_call(call, origin).await.unwrap();
    tx.commit().await.unwrap();
    effect
}

async fn put_audio(store: &Store, recording: &Recording) -> Effect {
    let mut tx = store.begin().await.unwrap();
    let effect = tx.put_audio(recording).await.unwrap();
    tx.commit().await.unwrap();
    effect
}

async fn put_unnamed(store: &Store, audio: &str, origin: &Origin) -> Result<Effect, StoreError> {
    let mut tx = store.begin().await.unwrap();
    let effect = tx.put_unnamed(naming("unnamed", audio), origin).await;
    tx.commit().await.unwrap();
    effect
}

async fn enqueue(store: &Store, kind: Kind, name: &str) {
    let mut tx = store.begin().await.unwrap();
    tx.enqueue(kind, &id(name), 0).await.unwrap();
    tx.commit().await.unwrap();
}

/// Runs SQL on the file behind the store's back, as the passing of time or another version would.
async fn behind(folder: &Path, sql: &'static str) {
    let url = format!("sqlite://{}", folder.join("huisheng.db").display());
    let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
    sqlx::query(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Returns each call with the recording it has.
async fn joined(store: &Store) -> BTreeMap<String, Option<String>> {
    let calls = store.calls_after(None, 1000).await.unwrap();
    let letter = |sha256: &String| sha256.trim_end_matches('0').to_owned();
    let pair =
        |stored: &huisheng::store::calls::Stored| (stored.call.id.to_string(), stored.audio.as_ref().map(letter));
    calls.iter().map(pair).collect()
}

fn pairs(expected: &[(&str, &str)]) -> BTreeMap<String, Option<String>> {
    let audio = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    expected
        .iter()
        .map(|(call, text)| ((*call).to_owned(), audio(text)))
        .collect()
}

#[tokio::test]
async fn what_was_committed_is_there_after_opening_again() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    put(&store, &call("JJ1"), &origin("a", 1)).await;
    store.close().await;
    let store = Store::open(folder.path()).await.unwrap();
    assert_eq!(store.call(&id("JJ1")).await.unwrap().unwrap().call, call("JJ1"));
    assert_eq!(store.damage().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_was_not_committed_is_not_there() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    tx.put_call(&call("JJ1"), &origin("a", 1)).await.unwrap();
    drop(tx);
    assert_eq!(store.call(&id("JJ1")).await.unwrap(), None);
    assert_eq!(put(&store, &call("JJ1"), &origin("a", 1)).await.change, Change::Added);
}

#[tokio::test]
async fn data_of_a_newer_version_is_refused() {
    let folder = TempDir::new().unwrap();
    Store::open(folder.path()).await.unwrap().close().await;
    behind(
        folder.path(),
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (99, 'future', 1, x'00', 0)",
    )
    .await;
    assert!(matches!(Store::open(folder.path()).await, Err(StoreError::Newer)));
}

#[tokio::test]
async fn two_processes_may_open_and_write_at_once() {
    let folder = TempDir::new().unwrap();
    let (one, other) = tokio::join!(Store::open(folder.path()), Store::open(folder.path()));
    let (one, other) = (one.unwrap(), other.unwrap());
    let write = async |store: &Store, letter: &str| {
        for number in 0..20 {
            let name = format!("{letter}{number}");
            put(store, &call(&name), &origin(&name, 1)).await;
        }
    };
    tokio::join!(write(&one, "a"), write(&other, "b"));
    assert_eq!(one.totals().await.unwrap().calls, 40);
}

#[tokio::test]
async fn a_recording_is_kept_once_under_its_hash() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let source = folder.path().join("one.wav");
    fs::write(&source, b"sound").unwrap();
    let copied = store.copy_audio(&source).unwrap();
    assert_eq!(store.copy_audio(&source).unwrap(), copied);
    assert_eq!(copied.bytes, 5);
    let kept = store.audio_file(&copied.sha256);
    assert_eq!(fs::read(&kept).unwrap(), b"sound");
    let (first, rest) = copied.sha256.split_at(2);
    let folders = folder.path().join("audio").join(first).join(rest.split_at(2).0);
    assert_eq!(kept, folders.join(&copied.sha256));
    let left: Vec<_> = fs::read_dir(folder.path().join("tmp"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(
        left.iter().all(|path| path.extension().unwrap_or_default() != "draft"),
        "{left:?}"
    );
}

#[tokio::test]
async fn a_half_written_recording_is_removed_at_the_next_start() {
    let folder = TempDir::new().unwrap();
    Store::open(folder.path()).await.unwrap().close().await;
    let draft = folder.path().join("tmp/1-1.draft");
    fs::write(&draft, b"half").unwrap();
    Store::open(folder.path()).await.unwrap();
    assert!(!draft.exists());
}

#[tokio::test]
async fn the_same_content_is_no_change_and_other_content_a_revision() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let (first, mut second) = (call("JJ1"), call("JJ1"));
    second.content = Some("更正".to_owned());
    for (call, file, expected) in [
        (&first, "monday", Change::Added),
        (&first, "monday", Change::Unchanged),
        (&first, "copy", Change::Unchanged),
        (&second, "tuesday", Change::Revised),
        (&first, "monday", Change::Unchanged),
        (&first, "copy", Change::Unchanged),
        (&first, "wednesday", Change::Revised),
    ] {
        assert_eq!(put(&store, call, &origin(file, 1)).await.change, expected, "{file}");
    }
    let stored = store.call(&id("JJ1")).await.unwrap().unwrap();
    assert_eq!((stored.call, stored.revision), (first.clone(), 3));
    assert_eq!(
        store.revisions(&id("JJ1")).await.unwrap(),
        [first.clone(), second, first]
    );
}

#[tokio::test]
async fn an_assumed_time_makes_no_revision() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let mut one = call("JJ1");
    one.received_assumed = true;
    let mut later = one.clone();
    later.received_at = Timestamp::UNIX_EPOCH;
    put(&store, &one, &origin("a", 1)).await;
    assert_eq!(put(&store, &later, &origin("b", 1)).await.change, Change::Unchanged);
    assert_eq!(store.call(&id("JJ1")).await.unwrap().unwrap().call, one);
}

fn feedback(name: &str, text: &str) -> Feedback {
    Feedback {
        id: name.to_owned(),
        at: None,
        unit_code: None,
        category: None,
        result: None,
        text: text.to_owned(),
    }
}

#[tokio::test]
async fn feedback_is_merged_by_its_own_id_whenever_it_comes() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let with = |mut call: Call, sheets: &[Feedback]| {
        call.feedback = sheets.to_vec();
        call
    };
    let mut bare = Call::new(id("JJ1"), Timestamp::UNIX_EPOCH);
    bare.received_assumed = true;
    let (one, two, corrected) = (feedback("FK1", "一"), feedback("FK2", "二"), feedback("FK1", "改"));
    put(&store, &with(call("JJ1"), std::slice::from_ref(&one)), &origin("a", 1)).await;
    let effect = put(&store, &with(bare.clone(), std::slice::from_ref(&two)), &origin("b", 1)).await;
    assert_eq!((effect.change, effect.read), (Change::Revised, vec![id("JJ1")]));
    put(
        &store,
        &with(bare.clone(), std::slice::from_ref(&corrected)),
        &origin("c", 1),
    )
    .await;
    let again = put(&store, &with(bare, std::slice::from_ref(&two)), &origin("d", 1)).await;
    assert_eq!(again.change, Change::Unchanged);
    let stored = store.call(&id("JJ1")).await.unwrap().unwrap();
    assert_eq!(stored.call, with(call("JJ1"), &[corrected, two]));
    assert_eq!(stored.revision, 1);
}

#[tokio::test]
async fn audio_and_record_meet_whichever_comes_first() {
    // Path or number in the record; path of the recording; whether they belong together.
    for (said, path, joins) in [
        ("rec/12.wav", "/desk/rec/12.wav", true),
        ("./rec/../rec/12.wav", "/desk/rec/12.wav", true),
        ("rec\\12.wav", "/desk/rec/12.wav", true),
        ("12.wav", "/elsewhere/12.wav", true),
        ("12", "/elsewhere/12.wav", true),
        ("13.wav", "/elsewhere/12.wav", false),
    ] {
        let expected = if joins {
            pairs(&[("JJ1", "c1")])
        } else {
            pairs(&[("JJ1", ""), ("Ac100000000000000", "c1")])
        };
        for record_first in [true, false] {
            let folder = TempDir::new().unwrap();
            let store = Store::open(folder.path()).await.unwrap();
            if record_first {
                put(&store, &naming("JJ1", said), &origin("a", 1)).await;
                put_audio(&store, &recording(path, "c1")).await;
            } else {
                put_audio(&store, &recording(path, "c1")).await;
                put(&store, &naming("JJ1", said), &origin("a", 1)).await;
            }
            assert_eq!(joined(&store).await, expected, "{said} {record_first}");
        }
    }
}

#[tokio::test]
async fn a_file_name_that_two_recordings_share_joins_nothing() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    put_audio(&store, &recording("/x/1.wav", "c1")).await;
    put_audio(&store, &recording("/y/1.wav", "c2")).await;
    put(&store, &naming("JJ1", "1.wav"), &origin("a", 1)).await;
    let expected = pairs(&[("JJ1", ""), ("Ac100000000000000", "c1"), ("Ac200000000000000", "c2")]);
    assert_eq!(joined(&store).await, expected);
}

#[tokio::test]
async fn two_calls_may_have_the_same_recording() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    put(&store, &naming("JJ1", "1.wav"), &origin("a", 1)).await;
    put(&store, &naming("JJ2", "2.wav"), &origin("a", 2)).await;
    put_audio(&store, &recording("/desk/1.wav", "c1")).await;
    put_audio(&store, &recording("/desk/2.wav", "c1")).await;
    assert_eq!(joined(&store).await, pairs(&[("JJ1", "c1"), ("JJ2", "c1")]));
}

fn heard() -> Made<Transcript> {
    let value = Transcript {
        segments: Vec::new(),
        speech: Vec::new(),
        duration_ms: 7,
        engine: "scripted".into(),
        model: "none".into(),
    };
    Made {
        value,
        version: "v1".into(),
    }
}

#[tokio::test]
async fn audio_that_stood_alone_moves_to_its_record_with_what_was_heard() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let alone = put_audio(&store, &recording("/x/1.wav", "c1")).await.id;
    assert_eq!(alone, id("Ac100000000000000"));
    let mut tx = store.begin().await.unwrap();
    tx.save_transcript(&alone, &heard()).await.unwrap();
    tx.enqueue(Kind::Transcribe, &alone, 0).await.unwrap();
    tx.commit().await.unwrap();
    let owner = store.owner().unwrap();
    let claim = store.claim(Kind::Transcribe, 1, &owner).await.unwrap().remove(0);

    let mut record = naming("JJ1", "1.wav");
    record.received_assumed = true;
    let effect = put(&store, &record, &origin("a", 1)).await;
    assert_eq!((effect.hear, effect.gone), (vec![id("JJ1")], vec![alone.clone()]));
    assert_eq!(store.transcript(&id("JJ1")).await.unwrap(), Some(heard()));
    let found = store.call(&alone).await.unwrap().unwrap();
    assert_eq!(found.call.id, id("JJ1"), "the old id leads to the record");
    assert_eq!(
        found.call.received_at,
        recording("", "").recorded_at,
        "the recording dates the call"
    );
    assert!(
        matches!(store.finish(&claim).await, Err(StoreError::Stale)),
        "a worker still at it is refused"
    );
}

#[tokio::test]
async fn a_record_without_an_id_takes_that_of_its_recording_whichever_comes_first() {
    for record_first in [true, false] {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        if record_first {
            let waiting = put_unnamed(&store, "rec/1.wav", &origin("a", 1)).await.unwrap();
            assert_eq!(waiting.change, Change::Waiting);
            assert_eq!(store.totals().await.unwrap().pending, 1);
            put_audio(&store, &recording("/desk/rec/1.wav", "c1")).await;
        } else {
            put_audio(&store, &recording("/desk/rec/1.wav", "c1")).await;
            put_unnamed(&store, "rec/1.wav", &origin("a", 1)).await.unwrap();
        }
        assert_eq!(joined(&store).await, pairs(&[("Ac100000000000000", "c1")]));
        let stored = store.call(&id("Ac100000000000000")).await.unwrap().unwrap();
        assert_eq!((stored.revision, stored.call.content), (1, call("unnamed").content));
        assert_eq!(store.totals().await.unwrap().pending, 0);
        let again = put_unnamed(&store, "rec/1.wav", &origin("a", 1)).await.unwrap();
        assert_eq!(again.change, Change::Unchanged);
    }
}

#[tokio::test]
async fn a_record_without_an_id_does_not_take_the_recording_of_another() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    put(&store, &naming("JJ1", "1.wav"), &origin("a", 1)).await;
    put_audio(&store, &recording("/desk/1.wav", "c1")).await;
    for _ in 0..2 {
        let refused = put_unnamed(&store, "1.wav", &origin("b", 1)).await;
        assert!(matches!(refused, Err(StoreError::Refused(why)) if why.contains("JJ1")));
    }
}

#[tokio::test]
async fn a_call_that_changes_its_unit_is_heard_again() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    put_audio(&store, &recording("/desk/1.wav", "c1")).await;
    put(&store, &naming("JJ1", "1.wav"), &origin("a", 1)).await;
    let mut moved = naming("JJ1", "1.wav");
    moved.unit_code = Some(UnitCode::parse("450101030000").unwrap());
    assert_eq!(put(&store, &moved, &origin("b", 1)).await.hear, [id("JJ1")]);
    moved.content = Some("更正".to_owned());
    assert_eq!(put(&store, &moved, &origin("c", 1)).await.hear, []);
}

#[tokio::test]
async fn names_are_replaced_by_name() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let name =
        |text: &str, kind: &str| serde_json::from_value(serde_json::json!({"name": text, "kind": kind})).unwrap();
    assert_eq!(
        store
            .put_names(&[name("枫丹白露", "other"), name("石榴巷", "road")])
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        store
            .put_names(&[name("枫丹白露", "estate"), name("石榴巷", "road")])
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        store.names().await.unwrap(),
        [name("枫丹白露", "estate"), name("石榴巷", "road")]
    );
}

// The queue.

async fn claim(store: &Store, kind: Kind) -> Option<Claim> {
    let owner = store.owner().unwrap();
    let claim = store.claim(kind, 1, &owner).await.unwrap().pop();
    // The owner file goes with the owner; only the lease counts in these tests.
    drop(owner);
    claim
}

async fn state(store: &Store, name: &str) -> Vec<String> {
    store
        .progress(&id(name))
        .await
        .unwrap()
        .into_iter()
        .map(|progress| progress.state)
        .collect()
}

#[tokio::test]
async fn a_job_is_claimed_by_one_worker_only() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    enqueue(&store, Kind::Link, "JJ1").await;
    assert!(claim(&store, Kind::Link).await.is_some());
    assert_eq!(claim(&store, Kind::Link).await, None);
    assert_eq!(claim(&store, Kind::Index).await, None);
}

#[tokio::test]
async fn higher_rank_goes_first_and_the_elder_of_equals() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    for (name, rank) in [("old", 1), ("urgent", 9), ("new", 5), ("new2", 5)] {
        tx.enqueue(Kind::Link, &id(name), rank).await.unwrap();
    }
    tx.commit().await.unwrap();
    let owner = store.owner().unwrap();
    let claims = store.claim(Kind::Link, 10, &owner).await.unwrap();
    let names: Vec<&str> = claims.iter().map(|claim| claim.call.as_str()).collect();
    assert_eq!(names, ["urgent", "new", "new2", "old"]);
}

#[tokio::test]
async fn a_stale_worker_cannot_complete_while_the_new_holder_runs() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    put_audio(&store, &recording("/x/1.wav", "c1")).await;
    let name = "Ac100000000000000";
    enqueue(&store, Kind::Transcribe, name).await;
    let stale = claim(&store, Kind::Transcribe).await.unwrap();
    behind(folder.path(), "UPDATE jobs SET lease_until = 0").await;
    let holder = claim(&store, Kind::Transcribe).await.unwrap();
    assert_eq!(holder.job, stale.job);
    assert!(holder.fence > stale.fence);

    assert!(matches!(store.finish(&stale).await, Err(StoreError::Stale)));
    let crash = Failure::Crash("late news".into());
    assert!(matches!(store.fail(&stale, &crash).await, Err(StoreError::Stale)));
    store.give_back(std::slice::from_ref(&stale)).await.unwrap();
    assert_eq!(
        state(&store, name).await,
        ["running"],
        "the new holder is not disturbed"
    );

    let mut tx = store.finish(&holder).await.unwrap();
    tx.save_transcript(&holder.call, &heard()).await.unwrap();
    tx.enqueue(Kind::Analyse, &holder.call, 0).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(state(&store, name).await, ["done", "ready"]);
    assert!(
        matches!(store.finish(&holder).await, Err(StoreError::Stale)),
        "once is once"
    );
}

#[tokio::test]
async fn a_completion_that_is_not_committed_leaves_the_job_with_its_holder() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    enqueue(&store, Kind::Transcribe, "JJ1").await;
    let held = claim(&store, Kind::Transcribe).await.unwrap();
    let mut tx = store.finish(&held).await.unwrap();
    tx.save_transcript(&held.call, &heard()).await.unwrap();
    drop(tx);
    assert_eq!(store.transcript(&held.call).await.unwrap(), None);
    assert_eq!(state(&store, "JJ1").await, ["running"]);
}

#[tokio::test]
async fn the_fence_rises_over_completions_too() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let mut last = 0;
    for _ in 0..4 {
        enqueue(&store, Kind::Link, "JJ1").await;
        let held = claim(&store, Kind::Link).await.unwrap();
        assert!(held.fence > last);
        last = held.fence;
        store.finish(&held).await.unwrap().commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_heartbeat_keeps_the_lease_and_a_stale_one_does_nothing() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    enqueue(&store, Kind::Link, "JJ1").await;
    let held = claim(&store, Kind::Link).await.unwrap();
    behind(folder.path(), "UPDATE jobs SET lease_until = 0").await;
    store.heartbeat(std::slice::from_ref(&held)).await.unwrap();
    assert_eq!(claim(&store, Kind::Link).await, None);
    behind(folder.path(), "UPDATE jobs SET lease_until = 0, fence = fence + 1").await;
    store.heartbeat(&[held]).await.unwrap();
    assert!(claim(&store, Kind::Link).await.is_some());
}

#[tokio::test]
async fn jobs_of_a_process_that_died_are_free_at_once() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    enqueue(&store, Kind::Link, "JJ1").await;
    let (own, other) = (store.owner().unwrap(), store.owner().unwrap());
    store.claim(Kind::Link, 1, &other).await.unwrap();
    assert_eq!(store.free_dead(&own).await.unwrap(), 0, "it lives");
    drop(other);
    assert_eq!(store.free_dead(&own).await.unwrap(), 1);
    assert_eq!(store.claim(Kind::Link, 1, &own).await.unwrap().len(), 1);
}

#[tokio::test]
async fn work_asked_for_while_it_is_done_is_done_again() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    enqueue(&store, Kind::Link, "JJ1").await;
    enqueue(&store, Kind::Link, "JJ1").await;
    let held = claim(&store, Kind::Link).await.unwrap();
    enqueue(&store, Kind::Link, "JJ1").await;
    assert_eq!(claim(&store, Kind::Link).await, None, "not beside it");
    store.finish(&held).await.unwrap().commit().await.unwrap();
    let again = claim(&store, Kind::Link).await.unwrap();
    store.finish(&again).await.unwrap().commit().await.unwrap();
    assert_eq!(claim(&store, Kind::Link).await, None);
}

#[tokio::test]
async fn a_failed_job_waits_and_is_parked_after_the_sixth_time() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    enqueue(&store, Kind::Index, "JJ1").await;
    let mut waits = Vec::new();
    for _ in 0..6 {
        let held = claim(&store, Kind::Index).await.unwrap();
        match store.fail(&held, &Failure::Retry("disk".into())).await.unwrap() {
            Fate::Later(wait) => waits.push(wait),
            Fate::Parked => break,
        }
        assert_eq!(claim(&store, Kind::Index).await, None, "not before its time");
        behind(folder.path(), "UPDATE jobs SET due_at = 0").await;
    }
    assert_eq!(waits.len(), 5);
    assert!(waits.is_sorted());
    let parked = store.parked_jobs().await.unwrap();
    assert_eq!(parked[0].reason, "failed 6 times: disk");
    let outlook = store.outlook(&Kind::ALL, 120_000).await.unwrap();
    assert_eq!(
        (outlook.ready, outlook.running, outlook.soon, outlook.later),
        (0, 0, 0, 0)
    );
}

#[tokio::test]
async fn a_job_that_kills_its_child_three_times_is_parked_and_the_rest_of_the_call_is_read() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    enqueue(&store, Kind::Transcribe, "JJ1").await;
    for _ in 0..3 {
        behind(folder.path(), "UPDATE jobs SET due_at = 0").await;
        let held = claim(&store, Kind::Transcribe).await.unwrap();
        store.fail(&held, &Failure::Crash("signal 11".into())).await.unwrap();
    }
    assert_eq!(state(&store, "JJ1").await, ["parked", "ready"]);
    let reason = &store.parked_jobs().await.unwrap()[0].reason;
    assert!(reason.contains("3 times") && reason.contains("signal 11"), "{reason}");
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.retry_parked().await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(state(&store, "JJ1").await[0], "ready");
}

#[tokio::test]
async fn a_job_on_which_worker_after_worker_dies_is_parked() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    enqueue(&store, Kind::Analyse, "JJ1").await;
    let mut claims = 0;
    while claim(&store, Kind::Analyse).await.is_some() {
        claims += 1;
        behind(folder.path(), "UPDATE jobs SET lease_until = 0").await;
    }
    assert_eq!(claims, 20);
    assert_eq!(state(&store, "JJ1").await, ["parked"]);
}

#[tokio::test]
async fn the_outlook_tells_what_is_due_now_soon_and_later() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    for name in ["a", "b", "c", "d"] {
        enqueue(&store, Kind::Link, name).await;
    }
    claim(&store, Kind::Link).await.unwrap();
    behind(
        folder.path(),
        "UPDATE jobs SET due_at = due_at + 60000 WHERE call_id = 'c'",
    )
    .await;
    behind(
        folder.path(),
        "UPDATE jobs SET due_at = due_at + 600000 WHERE call_id = 'd'",
    )
    .await;
    let outlook = store.outlook(&Kind::ALL, 120_000).await.unwrap();
    assert_eq!(
        (outlook.ready, outlook.running, outlook.soon, outlook.later),
        (1, 1, 1, 1)
    );
    assert_eq!(
        store.outlook(&[Kind::Index], 120_000).await.unwrap(),
        Default::default()
    );
}

#[tokio::test]
async fn draining_leaves_what_is_due_much_later_and_counts_it() {
    let folder = TempDir::new().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    enqueue(&store, Kind::Link, "JJ1").await;
    behind(folder.path(), "UPDATE jobs SET due_at = due_at + 600000").await;
    let lane = Lane {
        kind: Kind::Link,
        batch: 1,
        handler: Arc::new(|claims| panic!("{claims:?} is not due")),
    };
    let shutdown = watch::channel(false).1;
    let report = pool::run(
        &Default::default(),
        &store,
        vec![lane],
        Mode::Drain,
        shutdown,
        Arc::new(|_| {}),
    )
    .await;
    assert_eq!((report.as_ref().unwrap().done, report.unwrap().later), (0, 1));
}

/// What a worker, or the passing of time, may do to the job of one call.
#[derive(Clone, Copy, Debug)]
enum Step {
    Enqueue,
    Claim,
    Expire,
    /// Complete with the claim taken so many claims ago.
    Complete(usize),
    Fail(usize),
    GiveBack(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Enqueue),
        Just(Step::Claim),
        Just(Step::Expire),
        (0_usize..3).prop_map(Step::Complete),
        (0_usize..3).prop_map(Step::Fail),
        (0_usize..3).prop_map(Step::GiveBack),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Only the latest claim may end a job, and only once; fences rise; what was asked for is never forgotten.
    #[test]
    fn whatever_workers_do_only_the_latest_claim_counts(steps in proptest::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = TempDir::new().unwrap();
            let store = Store::open(folder.path()).await.unwrap();
            let mut claims: Vec<Claim> = Vec::new();
            let (mut live, mut wanted) = (false, false);
            for step in steps {
                let back = |age: usize| claims.len().checked_sub(age + 1).map(|at| (claims[at].clone(), age == 0 && live));
                match step {
                    Step::Enqueue => { enqueue(&store, Kind::Link, "JJ1").await; wanted = true; }
                    Step::Expire => behind(folder.path(), "UPDATE jobs SET lease_until = 0, due_at = 0").await,
                    Step::Claim => if let Some(held) = claim(&store, Kind::Link).await {
                        assert!(claims.last().is_none_or(|last| last.fence < held.fence));
                        claims.push(held);
                        (live, wanted) = (true, false);
                    },
                    Step::Complete(age) => if let Some((held, counts)) = back(age) {
                        match store.finish(&held).await {
                            Ok(tx) => { assert!(counts); tx.commit().await.unwrap(); live = false; }
                            Err(error) => assert!(!counts && matches!(error, StoreError::Stale)),
                        }
                    },
                    Step::Fail(age) => if let Some((held, counts)) = back(age) {
                        let failed = store.fail(&held, &Failure::Retry("x".into())).await;
                        assert_eq!(failed.is_ok(), counts);
                        if counts { live = false; wanted = true; }
                    },
                    Step::GiveBack(age) => if let Some((held, counts)) = back(age) {
                        store.give_back(&[held]).await.unwrap();
                        if counts { live = false; wanted = true; }
                    },
                }
                let states = state(&store, "JJ1").await;
                match states.first().map(String::as_str) {
                    Some("running") => assert!(live),
                    Some("ready") => assert!(!live && wanted),
                    Some("parked") => { assert!(!live); wanted = false; }
                    _ => assert!(!live && !wanted),
                }
            }
        });
    }
}

#[test]
fn a_data_directory_of_one_name_lies_in_the_working_directory() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("records.jsonl"), "{broken\n").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_huisheng"))
        .current_dir(folder.path())
        .args(["--data", "desk", "import", "records.jsonl"])
        .output()
        .unwrap();
    assert_eq!(
        output.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        std::fs::read_dir(folder.path().join("desk/parked"))
            .unwrap()
            .next()
            .is_some()
    );
}
