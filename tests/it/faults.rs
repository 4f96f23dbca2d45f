//! Is anything lost or doubled when the process is killed at any moment?
//!
//! Imports and workers of the real binary, with the scripted engine in the real *speech* child, are killed with -9 at
//! moments spread over their whole run. What stands afterwards must equal, byte for byte, what a run without kills
//! leaves.

use std::collections::BTreeMap;
use std::f32::consts::TAU;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use huisheng::store::Store;
use huisheng::store::queue::Kind;
use serde_json::Value;
use serde_json::json;
use sqlx::Connection;
use tempfile::TempDir;

/// Kills at least, over all campaigns.
const KILLS: usize = 50;
/// Kills of the import of each campaign.
const IMPORT_KILLS: usize = 5;
/// Campaigns at most, should many kills come too late to hit anything.
const CAMPAIGNS: usize = 30;

#[test]
fn killing_at_any_moment_loses_nothing_and_doubles_nothing() {
    let desk = desk();
    let quiet = TempDir::new().unwrap();
    let import = timed(|| drop(huisheng(quiet.path(), &["import", &text(desk.path())])));
    let work = timed(|| drop(huisheng(quiet.path(), &["work", "--drain"])));
    let idle = timed(|| drop(huisheng(quiet.path(), &["work", "--drain"])));
    let expected = everything(quiet.path());
    assert!(expected["export"].lines().count() > 40, "there is something to lose");
    assert!(!expected["links"].is_empty() && !expected["clusters"].is_empty());

    let mut kills = Kills::default();
    for _ in 0..CAMPAIGNS {
        if kills.count >= KILLS && kills.hit.len() == 4 {
            break;
        }
        let data = TempDir::new().unwrap();
        for _ in 0..IMPORT_KILLS {
            kills.kill(
                data.path(),
                &["import", &text(desk.path())],
                Duration::from_millis(20),
                import,
            );
        }
        drop(huisheng(data.path(), &["import", &text(desk.path())]));
        // Not too late, so that several kills fall on one directory.
        let latest = idle + work.saturating_sub(idle) * 2 / 3;
        while kills.kill(data.path(), &["work", "--drain"], idle / 2, latest) {}
        drop(huisheng(data.path(), &["work", "--drain"]));
        let found = everything(data.path());
        for (name, expected) in &expected {
            same(name, &found[name], expected);
        }
        check(data.path());
    }
    assert!(kills.count >= KILLS, "{kills:?}");
    assert_eq!(kills.hit.len(), 4, "every kind of job was hit while it ran: {kills:?}");
}

/// Asserts that two texts are equal, and shows the first line that is not.
fn same(name: &str, found: &str, expected: &str) {
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(found.lines().count(), expected.lines().count(), "lines of {name}");
}

/// What was killed so far.
#[derive(Debug, Default)]
struct Kills {
    count: usize,
    /// Jobs that were running when their worker was killed, by kind.
    hit: BTreeMap<String, i64>,
}

impl Kills {
    /// Starts a command and kills it after a while between `from` and `to`; returns whether it still ran then.
    fn kill(&mut self, data: &Path, arguments: &[&str], from: Duration, to: Duration) -> bool {
        // Steps of the golden ratio spread evenly, however many there are.
        let share = (self.count as f64 * 0.618_033_988_75).fract();
        let moment = Instant::now() + from + to.saturating_sub(from).mul_f64(share);
        let mut child = command(data, arguments).spawn().unwrap();
        while Instant::now() < moment {
            if let Some(status) = child.try_wait().unwrap() {
                assert!(is_done(status), "{arguments:?}: {status}");
                return false;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        self.count += 1;
        for (kind, jobs) in running(data) {
            *self.hit.entry(kind).or_default() += jobs;
        }
        true
    }
}

/// Returns the jobs that nobody completed or gave back, by kind.
fn running(data: &Path) -> Vec<(String, i64)> {
    let database = data.join("huisheng.db");
    wait(async {
        let url = format!("sqlite://{}", database.display());
        let Ok(mut connection) = sqlx::SqliteConnection::connect(&url).await else {
            return Vec::new();
        };
        let rows = sqlx::query_as("SELECT kind, count(*) FROM jobs WHERE state = 'running' GROUP BY kind");
        // Killed before the tables were made.
        let rows = rows.fetch_all(&mut connection).await.unwrap_or_default();
        connection.close().await.unwrap();
        rows
    })
}

/// What must hold of a data directory at rest, whatever happened to it.
fn check(data: &Path) {
    wait(async {
        let store = Store::open(data).await.unwrap();
        assert_eq!(store.damage().await.unwrap(), Vec::<String>::new());
        let totals = store.totals().await.unwrap();
        assert_eq!(totals.jobs, BTreeMap::new(), "nothing waits, runs or is parked");
        assert_eq!((totals.transcripts, totals.analyses), (totals.audio, totals.calls));
        assert_eq!((totals.indexed, totals.parked), (totals.calls, 1));
        for sha256 in store.audio_hashes().await.unwrap() {
            let copied = store.copy_audio(&store.audio_file(&sha256)).unwrap();
            assert_eq!(copied.sha256, sha256, "a recording is what its name says");
        }
        assert_eq!(
            store.outlook(&Kind::ALL, i64::MAX / 2).await.unwrap(),
            Default::default()
        );
    });
    let drafts = fs::read_dir(data.join("tmp"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let drafts: Vec<PathBuf> = drafts
        .filter(|path| path.extension().is_some_and(|ending| ending == "draft"))
        .collect();
    assert_eq!(drafts, Vec::<PathBuf>::new());
}

/// Returns all that people and programs can see, by name.
fn everything(data: &Path) -> BTreeMap<&'static str, String> {
    let file = data.join("export.jsonl");
    huisheng(data, &["export", "calls", &text(&file)]);
    let export = fs::read_to_string(&file).unwrap();
    let ids = export.lines().map(|line| {
        serde_json::from_str::<Value>(line).unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    let ids: Vec<String> = ids.collect();
    let each = |name: &str| {
        ids.iter()
            .map(|id| huisheng(data, &[name, id, "--json"]))
            .collect::<String>()
    };
    let queries = ["", "噪音", "工资", "摩托车 打架", "\"楼上\"", "着火 -烧烤"];
    let found = queries
        .iter()
        .map(|query| huisheng(data, &["search", query, "--json", "--limit", "200"]));
    BTreeMap::from([
        ("clusters", huisheng(data, &["clusters", "--json"])),
        ("alerts", huisheng(data, &["alerts", "--json"])),
        ("search", found.collect()),
        ("links", each("links")),
        ("show", each("show")),
        ("export", export),
    ])
}

/// Returns what the command printed.
fn huisheng(data: &Path, arguments: &[&str]) -> String {
    let output = command(data, arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(is_done(output.status), "{arguments:?}: {}\n{errors}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// Done, or (3) done but for what is parked, as the broken line of the records is.
fn is_done(status: ExitStatus) -> bool {
    matches!(status.code(), Some(0 | 3))
}

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huisheng"));
    command.arg("--data").arg(data).args(arguments);
    command.env("HUISHENG_SPEECH__ENGINE", "scripted").stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A folder as a desk would hand it over: records, one of them broken, recordings with and without a record.
fn desk() -> TempDir {
    let folder = TempDir::new().unwrap();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/demo/records.jsonl");
    let records = fs::read_to_string(demo).unwrap();
    let mut lines: Vec<String> = records.lines().take(40).map(str::to_owned).collect();
    lines.push("{\"id\":\"broken\"".to_owned());
    fs::create_dir(folder.path().join("rec")).unwrap();
    for number in 0..12_u8 {
        let name = format!("rec/2026030{}12{:02}00.wav", number % 9 + 1, number);
        fs::write(folder.path().join(&name), wav(number)).unwrap();
        if number % 3 != 0 {
            let (id, caller) = (format!("JJ2026030190{number:04}"), format!("1380000{:04}", number % 2));
            let record = json!({"id": id, "received_at": format!("2026-03-01T10:{number:02}:00+08:00"),
                "caller_no": caller, "audio": name});
            lines.push(record.to_string());
        }
    }
    fs::write(folder.path().join("records.jsonl"), lines.join("\n")).unwrap();
    folder
}

/// A second of hum in 8 kHz PCM, other for each number.
fn wav(number: u8) -> Vec<u8> {
    let pitch = 200.0 + 20.0 * f32::from(number);
    let samples = (0..8000_u16).map(|at| (f32::from(at) / 8000.0 * pitch * TAU).sin() * 8000.0);
    let data: Vec<u8> = samples.flat_map(|sample| (sample as i16).to_le_bytes()).collect();
    let size = u32::try_from(data.len()).unwrap();
    let mut wav = Vec::new();
    wav.extend(b"RIFF");
    wav.extend((36 + size).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16_u32.to_le_bytes());
    wav.extend([1_u16, 1].into_iter().flat_map(u16::to_le_bytes));
    wav.extend([8000_u32, 16_000].into_iter().flat_map(u32::to_le_bytes));
    wav.extend([2_u16, 16].into_iter().flat_map(u16::to_le_bytes));
    wav.extend(b"data");
    wav.extend(size.to_le_bytes());
    wav.extend(data);
    wav
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(future)
}
