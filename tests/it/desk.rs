//! A small desk, served on a port of its own: what the tests of the API and of the pages look at.

use std::io::Read;
use std::net::SocketAddr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use huisheng::alerts::Alert;
use huisheng::call::Call;
use huisheng::call::CallId;
use huisheng::call::ClusterId;
use huisheng::call::Speaker;
use huisheng::clusters::Cluster;
use huisheng::clusters::ClusterKind;
use huisheng::clusters::Level;
use huisheng::clusters::Status;
use huisheng::elements::Address;
use huisheng::elements::Elements;
use huisheng::elements::Item;
use huisheng::elements::Place;
use huisheng::elements::Source;
use huisheng::index::Document;
use huisheng::index::Index;
use huisheng::links::Evidence;
use huisheng::links::Kind;
use huisheng::links::Link;
use huisheng::speech::decoder::Decoder;
use huisheng::store::Store;
use huisheng::store::audio::Recording;
use huisheng::store::calls::Origin;
use huisheng::store::derived::Analysis;
use huisheng::store::derived::Made;
use huisheng::tags::Category;
use huisheng::tags::Label;
use huisheng::tags::Tagger;
use huisheng::tags::Tags;
use huisheng::tags::Urgency;
use huisheng::terms::Segmenter;
use huisheng::transcript::Flag;
use huisheng::transcript::Segment;
use huisheng::transcript::Span;
use huisheng::transcript::Transcript;
use huisheng::web;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// What a hostile caller or record could hold.
pub(crate) const EVIL: &str = "<script>window.hurt=1</script><img src=x onerror=window.hurt=1>\"'";

/// A server with calls, stopped when dropped.
pub(crate) struct Desk {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    server: Option<JoinHandle<()>>,
    _folder: TempDir,
}

/// An answer of the server.
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

impl Desk {
    /// Fills a data directory with three calls and serves it.
    pub(crate) fn open() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_owned();
        let (started, starting) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let server = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(async {
                let state = web::State::new(fill(&path).await).unwrap();
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                started.send(listener.local_addr().unwrap()).unwrap();
                let shutdown = async {
                    // Dropping the sender means the same.
                    stopped.await.unwrap_or(());
                };
                web::serve(listener, state, shutdown).await.unwrap();
            });
        });
        Desk {
            address: starting.recv().expect("the server starts"),
            stop: Some(stop),
            server: Some(server),
            _folder: folder,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.get_range(path, "")
    }

    /// Asks for a part of something; the whole where `range` is empty.
    pub(crate) fn get_range(&self, path: &str, range: &str) -> Answer {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let mut request = ureq::Agent::new_with_config(config).get(self.url(path));
        if !range.is_empty() {
            request = request.header("Range", range);
        }
        let answer = request.call().unwrap();
        let (parts, body) = answer.into_parts();
        let mut bytes = Vec::new();
        body.into_reader().read_to_end(&mut bytes).unwrap();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: bytes,
        }
    }

    /// Stops the server and waits until it has.
    pub(crate) fn close(&mut self) {
        drop(self.stop.take());
        if let Some(server) = self.server.take() {
            server.join().expect("the server ends in peace");
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.close();
        }
    }
}

fn id(text: &str) -> CallId {
    CallId::parse(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn fill(folder: &Path) -> web::Parts {
    let store = Store::open(folder).await.unwrap();
    let calls = [noise(), again(), evil()];
    let recording = telephone_recording(folder, &store);
    let mut tx = store.begin().await.unwrap();
    tx.put_audio(&recording).await.unwrap();
    for (line, call) in (1..).zip(&calls) {
        let file = folder.join("calls.jsonl");
        let origin = Origin {
            digest: Origin::digest(&file, b"calls"),
            file,
            line,
        };
        tx.put_call(call, &origin).await.unwrap();
    }
    let made = |value| Made {
        value,
        version: "t1".to_owned(),
    };
    tx.save_transcript(&calls[0].id, &made(heard())).await.unwrap();
    let analysis = Made {
        value: Analysis {
            elements: elements(),
            tags: tags(),
        },
        version: "a1".to_owned(),
    };
    tx.save_analysis(&calls[0].id, &analysis).await.unwrap();
    tx.enqueue(huisheng::store::queue::Kind::Link, &calls[1].id, 0)
        .await
        .unwrap();
    tx.replace_links(&calls[0].id, &[link()]).await.unwrap();
    let members = [calls[0].id.clone(), calls[1].id.clone()];
    tx.replace_linked(&members, &[matter()], &[alert()]).await.unwrap();
    tx.commit().await.unwrap();
    let index = Index::open(&folder.join("index"), Arc::new(Segmenter::new([]))).unwrap();
    let mut writer = index.writer().unwrap();
    for call in &calls {
        writer.put(&document(call)).unwrap();
    }
    writer.commit().unwrap();
    web::Parts {
        store,
        index,
        tagger: Arc::new(Tagger::new()),
        decoder: Decoder::new(PathBuf::from(env!("CARGO_BIN_EXE_huisheng"))),
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
    }
}

fn noise() -> Call {
    let mut call = Call::new(id("JJ1"), at("2026-03-01T15:28:44Z"));
    call.caller_no = Some("13800001234".to_owned());
    call.category = Some("080201".to_owned());
    call.unit_code = Some(huisheng::call::UnitCode::parse("450101030000").unwrap());
    call.audio = Some("1.wav".to_owned());
    call
}

fn again() -> Call {
    let mut call = Call::new(id("JJ2"), at("2026-03-03T14:02:10Z"));
    call.content = Some("报警人称楼上噪音又响起来了,上次调解没有用".to_owned());
    call.category = Some("080201".to_owned());
    call
}

fn evil() -> Call {
    let mut call = Call::new(id("JJ3"), at("2026-03-04T01:00:00Z"));
    call.content = Some(format!("骚扰 {EVIL}"));
    call.address = Some(EVIL.to_owned());
    call
}

fn heard() -> Transcript {
    let segment = |start_ms, end_ms, speaker, text: &str| Segment {
        speaker,
        channel: usize::from(speaker == Speaker::Caller),
        span: Span { start_ms, end_ms },
        text: text.to_owned(),
        alternative: None,
        corrected: None,
        confidence: 0.8,
        words: Vec::new(),
        flags: vec![],
    };
    let misheard = Segment {
        alternative: Some("疯单白路二十一动三单元".to_owned()),
        corrected: Some("枫丹白露二十一栋三单元".to_owned()),
        flags: vec![Flag::LowConfidence],
        ..segment(2_400, 3_400, Speaker::Caller, "疯丹白露二十一栋三单元")
    };
    Transcript {
        segments: vec![
            segment(0, 900, Speaker::Dispatcher, "您好,110,请讲。"),
            segment(1_000, 2_300, Speaker::Caller, "楼上半夜一直有噪音,吵得孩子睡不着。"),
            misheard,
        ],
        speech: vec![],
        duration_ms: 4_000,
        engine: "scripted".to_owned(),
        model: "none".to_owned(),
    }
}

fn elements() -> Elements {
    let place = Place {
        name: Some("枫丹白露".to_owned()),
        kind: None,
        address: Address {
            estate: Some("枫丹白露".to_owned()),
            building: Some("21".to_owned()),
            unit: Some("3".to_owned()),
            ..Address::default()
        },
    };
    let found = Item {
        text: "疯丹白露二十一栋三单元".to_owned(),
        value: place,
        confidence: 0.9,
        start: 28,
        end: 39,
        source: Source::Transcript,
    };
    Elements {
        places: vec![found],
        ..Elements::default()
    }
}

fn tags() -> Tags {
    let noise = Category {
        code: "080201".to_owned(),
        name: "邻里-噪音".to_owned(),
        confidence: 0.87,
        reasons: vec!["噪音".to_owned(), "吵".to_owned()],
    };
    Tags {
        category: Some(noise.clone()),
        top: vec![noise],
        labels: vec![Label {
            name: "未成年人".to_owned(),
            confidence: 0.7,
            reasons: vec!["孩子".to_owned()],
        }],
        urgency: Urgency {
            level: 3,
            reasons: vec![],
        },
        by_rules: None,
        by_source: Vec::new(),
    }
}

fn link() -> Link {
    let evidence = |feature: &str, weight, text: &str| Evidence {
        feature: feature.to_owned(),
        value: String::new(),
        weight,
        text: text.to_owned(),
    };
    Link {
        a: id("JJ1"),
        b: id("JJ2"),
        kind: Kind::Matter,
        probability: 0.94,
        evidence: vec![
            evidence("address", 3.1, "都说到枫丹白露21栋3单元"),
            evidence("time", -0.4, "相隔两天"),
        ],
    }
}

fn matter() -> Cluster {
    Cluster {
        id: ClusterId::parse("M-JJ1").unwrap(),
        kind: ClusterKind::Matter,
        status: Status::Suggested,
        level: Level::Yellow,
        first_at: at("2026-03-01T15:28:44Z"),
        last_at: at("2026-03-03T14:02:10Z"),
        calls: vec![id("JJ1"), id("JJ2")],
        summary: "枫丹白露21栋 楼上噪音,3天2次".to_owned(),
        reasons: vec!["7天内2次".to_owned()],
        assigned: None,
    }
}

fn alert() -> Alert {
    Alert {
        id: "w1".to_owned(),
        at: at("2026-03-03T14:02:10Z"),
        kind: ClusterKind::Matter,
        level: Level::Yellow,
        cluster: ClusterId::parse("M-JJ1").unwrap(),
        text: "枫丹白露21栋噪音纠纷7天内2次".to_owned(),
        calls: vec![id("JJ1"), id("JJ2")],
    }
}

fn document(call: &Call) -> Document {
    let heard = if call.id == id("JJ1") {
        heard().text()
    } else {
        String::new()
    };
    let mut document = Document {
        id: call.id.clone(),
        received_at: call.received_at,
        unit_code: call.unit_code.as_ref().map(ToString::to_string),
        category: call.category.clone(),
        labels: vec![],
        subject: String::new(),
        text: format!("{}\n{heard}", call.content.as_deref().unwrap_or_default())
            .trim()
            .to_owned(),
        places: call.address.clone().unwrap_or_default(),
        numbers: call.caller_no.iter().cloned().collect(),
        version: String::new(),
    };
    document.version = document.fingerprint();
    document
}

/// Four seconds of a tone on two channels in mu-law, as telephone exchanges record; browsers need not know the code.
fn telephone_recording(folder: &Path, store: &Store) -> Recording {
    const BYTES: u32 = 4 * 8_000 * 2;
    let path = folder.join("1.wav");
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + BYTES).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x07\0\x02\0");
    bytes.extend(8_000_u32.to_le_bytes());
    bytes.extend(16_000_u32.to_le_bytes());
    bytes.extend(b"\x02\0\x08\0data");
    bytes.extend(BYTES.to_le_bytes());
    bytes.extend((0..BYTES).map(|at| if at / 20 % 2 == 0 { 0x9f } else { 0x1f }));
    std::fs::write(&path, &bytes).unwrap();
    let copied = store.copy_audio(&path).unwrap();
    Recording {
        sha256: copied.sha256,
        bytes: copied.bytes,
        path,
        recorded_at: at("2026-03-01T15:28:44Z"),
    }
}
