//! Do the files that people hand over become calls, once, and does what cannot be read stay in sight?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use huisheng::call::CallId;
use huisheng::pipeline::import;
use huisheng::pipeline::import::Summary;
use huisheng::records;
use huisheng::store::Store;
use huisheng::store::queue::Kind;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tempfile::TempDir;

const TABLE: &str = "接警单编号,报警时间,报警电话,报警内容,接警录音号\n\
    JJ1,2026-03-01 16:28:44,13800001234,楼上噪音,rec/1.wav\n\
    JJ2,2026/3/1 16:30,13800005678,工地拖欠工资,2\n";

struct Desk {
    folder: TempDir,
    data: TempDir,
    store: Store,
    headless: huisheng::audio::raw::Settings,
}

impl Desk {
    async fn with(files: &[(&str, &[u8])]) -> Desk {
        let (folder, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let store = Store::open(data.path()).await.unwrap();
        let headless = Default::default();
        let desk = Desk {
            folder,
            data,
            store,
            headless,
        };
        for (name, content) in files {
            desk.write(name, content);
        }
        desk
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    async fn import(&self, names: &[&str]) -> Summary {
        let paths: Vec<_> = names.iter().map(|name| self.folder.path().join(name)).collect();
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let now = "2026-11-25T00:00:00Z".parse::<Timestamp>().unwrap();
        import::import(&self.store, &paths, &zone, now, &self.headless, &mut |_, _| {})
            .await
            .unwrap()
    }

    /// Returns all calls as they are exported, each with the recording it has.
    async fn calls(&self) -> Vec<(String, Option<String>)> {
        let calls = self.store.calls_after(None, 1000).await.unwrap();
        calls
            .into_iter()
            .map(|stored| (records::to_jsonl(&stored.call), stored.audio))
            .collect()
    }

    /// Returns how many jobs of each kind are ready.
    async fn jobs(&self) -> BTreeMap<(Kind, String), i64> {
        self.store.totals().await.unwrap().jobs
    }
}

fn counts(summary: &Summary) -> [usize; 6] {
    let Summary {
        audio_added,
        audio_unchanged,
        added,
        revised,
        unchanged,
        waiting,
        ..
    } = summary;
    [*audio_added, *audio_unchanged, *added, *revised, *unchanged, *waiting]
}

#[tokio::test]
async fn importing_the_same_folder_twice_changes_nothing() {
    let twice = "{\"id\":\"JJ9\",\"content\":\"甲\"}\n{\"id\":\"JJ9\",\"content\":\"乙\"}\n{\"id\":\"JJ10\"}\n";
    let files: [(&str, &[u8]); 5] = [
        ("a/records.csv", TABLE.as_bytes()),
        ("a/rec/1.wav", b"one"),
        ("b/2.wav", b"two"),
        ("b/alone.wav", b"three"),
        ("more.jsonl", twice.as_bytes()),
    ];
    let desk = Desk::with(&files).await;
    let first = desk.import(&[""]).await;
    assert_eq!(counts(&first), [3, 0, 4, 1, 0, 0]);
    let (calls, jobs) = (desk.calls().await, desk.jobs().await);
    assert_eq!(calls.len(), 5);
    let second = desk.import(&[""]).await;
    assert_eq!(counts(&second), [0, 3, 0, 0, 5, 0]);
    assert_eq!((desk.calls().await, desk.jobs().await), (calls, jobs));
}

#[tokio::test]
async fn the_order_of_import_makes_no_difference() {
    let files: [(&str, &[u8]); 4] = [
        ("a/records.csv", TABLE.as_bytes()),
        ("a/rec/1.wav", b"one"),
        ("b/2.wav", b"two"),
        ("c/alone_20260301162844.wav", b"three"),
    ];
    let mut results = Vec::new();
    for order in [["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"]] {
        let desk = Desk::with(&files).await;
        for name in order {
            desk.import(&[name]).await;
        }
        results.push(desk.calls().await);
    }
    assert_eq!(results[0].len(), 3);
    assert!(results[0].iter().all(|(_, audio)| audio.is_some()));
    assert!(results.iter().all(|result| *result == results[0]));
}

#[tokio::test]
async fn gbk_byte_order_marks_and_codes_give_the_same_calls() {
    let (gbk, _, _) = encoding_rs::GBK.encode(TABLE);
    let marked = [b"\xef\xbb\xbf", TABLE.as_bytes()].concat();
    let codes = TABLE.replace(
        "接警单编号,报警时间,报警电话,报警内容,接警录音号",
        "JJDBH,BJSJ,BJDH,BJNR,JJLYH",
    );
    let mut results = Vec::new();
    for content in [TABLE.as_bytes(), &gbk, &marked, codes.as_bytes()] {
        let desk = Desk::with(&[("records.csv", content)]).await;
        assert_eq!(counts(&desk.import(&["records.csv"]).await)[2], 2);
        results.push(desk.calls().await);
    }
    assert!(results.iter().all(|result| *result == results[0]));
}

#[tokio::test]
async fn bad_lines_are_parked_with_number_and_copy_until_the_file_is_mended() {
    let broken = "{\"id\":\"JJ1\"}\nnot json\n{\"content\":\"谁\"}\n{\"id\":\"JJ2\"}\n";
    let desk = Desk::with(&[("records.jsonl", broken.as_bytes())]).await;
    for _ in 0..2 {
        let summary = desk.import(&["records.jsonl"]).await;
        let lines: Vec<usize> = summary.parked.iter().map(|parked| parked.line).collect();
        assert_eq!(lines, [2, 3]);
    }
    let parked = desk.store.parked().await.unwrap();
    assert_eq!(parked.len(), 2);
    assert!(parked[1].reason.contains("`id`"), "{}", parked[1].reason);
    let copy = fs::read_to_string(desk.data.path().join("parked").join(&parked[0].copy)).unwrap();
    assert_eq!(copy, "not json");
    assert_eq!(desk.calls().await.len(), 2);

    desk.write(
        "records.jsonl",
        broken
            .replace("not json", "{\"id\":\"JJ3\"}")
            .replace("{\"content\"", "{\"id\":\"JJ4\",\"content\"")
            .as_bytes(),
    );
    let mended = desk.import(&["records.jsonl"]).await;
    assert_eq!((counts(&mended)[2], mended.parked.len()), (2, 0));
    assert_eq!(desk.store.parked().await.unwrap(), []);
}

#[tokio::test]
async fn a_recording_beside_the_record_file_is_imported_with_it_but_none_from_elsewhere() {
    let records = "{\"id\":\"JJ1\",\"audio\":\"rec/1.wav\"}\n{\"id\":\"JJ2\",\"audio\":\"../secret.wav\"}\n";
    let files: [(&str, &[u8]); 3] = [
        ("desk/records.jsonl", records.as_bytes()),
        ("desk/rec/1.wav", b"one"),
        ("secret.wav", b"two"),
    ];
    let desk = Desk::with(&files).await;
    assert_eq!(counts(&desk.import(&["desk/records.jsonl"]).await)[0], 1);
    let audio: Vec<bool> = desk.calls().await.iter().map(|(_, audio)| audio.is_some()).collect();
    assert_eq!(audio, [true, false]);
}

#[tokio::test]
async fn a_record_without_an_id_is_the_call_of_its_recording() {
    let records = "{\"audio\":\"1.wav\",\"content\":\"楼上噪音\"}\n{\"audio\":\"later.wav\"}\n";
    let desk = Desk::with(&[("records.jsonl", records.as_bytes()), ("1.wav", b"one")]).await;
    assert_eq!(counts(&desk.import(&[""]).await), [1, 0, 0, 0, 0, 2]);
    let calls = desk.calls().await;
    assert_eq!(calls.len(), 1);
    assert!(calls[0].0.contains("楼上噪音") && calls[0].0.contains("\"id\":\"A"));
    desk.write("later.wav", b"two");
    desk.import(&[""]).await;
    assert_eq!(desk.calls().await.len(), 2);
    assert_eq!(desk.store.totals().await.unwrap().pending, 0);
}

#[tokio::test]
async fn an_empty_recording_is_parked_and_the_rest_goes_on() {
    let desk = Desk::with(&[("1.wav", b""), ("2.wav", b"two")]).await;
    let summary = desk.import(&[""]).await;
    assert_eq!((summary.audio_added, summary.parked.len()), (1, 1));
    desk.write("1.wav", b"one");
    assert_eq!(desk.import(&[""]).await.parked, []);
    assert_eq!(desk.store.parked().await.unwrap(), []);
}

#[tokio::test]
async fn what_a_record_says_is_read_before_its_recording_was_heard() {
    let desk = Desk::with(&[("records.csv", TABLE.as_bytes()), ("rec/1.wav", b"one")]).await;
    desk.import(&[""]).await;
    let progress = desk.store.progress(&CallId::parse("JJ1").unwrap()).await.unwrap();
    let kinds: Vec<Kind> = progress.iter().map(|progress| progress.kind).collect();
    assert_eq!(kinds, [Kind::Transcribe, Kind::Analyse]);
}

#[tokio::test]
async fn files_of_other_kinds_in_a_folder_are_named_and_left() {
    let desk = Desk::with(&[("notes.txt", b"x"), ("1.wav", b"one"), (".hidden.wav", b"two")]).await;
    let summary = desk.import(&[""]).await;
    let skipped: Vec<&Path> = summary
        .skipped
        .iter()
        .map(|path| Path::new(path.file_name().unwrap()))
        .collect();
    assert_eq!((summary.audio_added, skipped), (1, vec![Path::new("notes.txt")]));
}

#[tokio::test]
async fn a_recording_in_a_folder_is_known_by_its_content_and_one_without_a_header_by_the_setting() {
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/recordings");
    let content = |name: &str| fs::read(recordings.join(name)).unwrap();
    let (opus, gsm, headless) = (content("two.opus"), content("headless.gsm"), content("headless.alaw"));
    let mut desk = Desk::with(&[
        ("in/20260301", &opus),
        ("in/call.dat", &gsm),
        ("in/line7.v3", &headless),
        ("in/notes.txt", "楼上噪音".as_bytes()),
    ])
    .await;
    let names = |summary: &Summary| -> Vec<String> {
        let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
        summary.skipped.iter().map(name).collect()
    };
    let summary = desk.import(&["in"]).await;
    assert_eq!(summary.audio_added, 2, "{summary:?}");
    assert_eq!(names(&summary), ["line7.v3", "notes.txt"]);
    desk.headless.raw = huisheng::audio::raw::RawCoding::Alaw;
    desk.headless.raw_endings = vec!["v3".to_owned()];
    let summary = desk.import(&["in"]).await;
    assert_eq!((summary.audio_added, summary.audio_unchanged), (1, 2), "{summary:?}");
    assert_eq!(names(&summary), ["notes.txt"]);
}
