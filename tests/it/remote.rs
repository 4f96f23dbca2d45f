//! A transcription server that behaves, and one that does not: whatever it answers, a call is heard or says why not.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use huisheng::audio;
use huisheng::speech::remote::{Remote, SetupError};
use huisheng::speech::settings::{EngineName, Server, Settings};
use huisheng::transcript::{Heard, Span, TranscribeError, Transcriber};

/// What the server does with a request.
#[derive(Clone)]
enum Reply {
    /// Answers with a status, further headers and a body.
    Answer(u16, String, Vec<u8>),
    /// Answers nothing until the client gives up.
    Hang,
    /// Promises a body, sends half of it and then nothing until the client gives up.
    Stall,
    /// Closes the connection, after half of an answer where it says so.
    Close(&'static str),
    /// Sends without end.
    Flood,
}

/// A request as it came.
struct Request {
    head: String,
    body: Vec<u8>,
}

/// A server on a port of its own. It replies as told, to the last reply again and again, until the tests end.
struct Stub {
    address: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Stub {
    fn start(replies: Vec<Reply>) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            let mut replies = VecDeque::from(replies);
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let Some(request) = read(&stream) else { continue };
                seen.lock().unwrap().push(request);
                let reply = match replies.len() {
                    1 => replies[0].clone(),
                    _ => replies.pop_front().unwrap(),
                };
                perform(stream, &reply);
            }
        });
        Stub { address, requests }
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    fn engine(&self) -> Remote {
        let url = format!("http://{}/v1", self.address);
        engine(&url).unwrap()
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { head, body })
}

fn perform(mut stream: TcpStream, reply: &Reply) {
    let wait = |mut stream: TcpStream| drop(stream.read(&mut [0]));
    match reply {
        Reply::Answer(status, headers, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(body).unwrap();
        }
        Reply::Hang => wait(stream),
        Reply::Stall => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"text\":\"")
                .unwrap();
            wait(stream);
        }
        Reply::Close(half) => stream.write_all(half.as_bytes()).unwrap(),
        Reply::Flood => {
            let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n");
            while sent.is_ok() {
                sent = stream.write_all(&[b' '; 65_536]);
            }
        }
    }
}

fn answer(body: &str) -> Reply {
    Reply::Answer(200, String::new(), body.as_bytes().to_vec())
}

fn status(status: u16, headers: &str) -> Reply {
    Reply::Answer(status, headers.to_owned(), br#"{"error":{"message":"no"}}"#.to_vec())
}

fn exe() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_huisheng"))
}

fn engine(url: &str) -> Result<Remote, SetupError> {
    let settings = Settings {
        engine: EngineName::Remote,
        remote: Server {
            url: url.to_owned(),
            timeout_s: 1,
            retries: 2,
            backoff_ms: 1,
            ..Server::default()
        },
        ..Settings::default()
    };
    Remote::new(exe(), &settings, Some("key-7".to_owned()))
}

fn span(start_ms: u64, end_ms: u64) -> Span {
    Span { start_ms, end_ms }
}

fn hear(engine: &mut Remote) -> Result<Vec<Heard>, TranscribeError> {
    engine.hear(&[700; 16_000], &[span(0, 1_000)], "金桂苑。您好,请讲。")
}

/// What is heard when the server replies so, and how often it was asked.
fn heard(replies: Vec<Reply>) -> (Result<String, TranscribeError>, usize) {
    let stub = Stub::start(replies);
    let heard = hear(&mut stub.engine()).map(|heard| heard.into_iter().map(|heard| heard.text).collect());
    (heard, stub.count())
}

#[test]
fn a_call_is_asked_for_as_openai_defined_it_and_its_text_stands_at_its_time() {
    let stub = Stub::start(vec![answer(
        r#"{"text":"您好。请讲。","segments":[
            {"start":0.0,"end":0.9,"text":"您好。","avg_logprob":-0.1,"no_speech_prob":0.2},
            {"start":1.3,"end":2.3,"text":"请讲。","avg_logprob":-0.5,"no_speech_prob":0.0}]}"#,
    )]);
    let samples: Vec<i16> = (0..160_000_i32).map(|at| (at % 1_000) as i16).collect();
    let spans = [span(2_000, 3_000), span(8_000, 9_000)];
    let mut engine = stub.engine();
    let heard = engine.hear(&samples, &spans, "金桂苑。您好,请讲。").unwrap();
    let got: Vec<(&str, Span)> = heard.iter().map(|heard| (heard.text.as_str(), heard.span)).collect();
    assert_eq!(got, [("您好。", span(2_000, 2_900)), ("请讲。", span(8_000, 9_000))]);
    assert!((heard[0].avg_logprob + 0.1).abs() < 1e-6 && heard[0].no_speech == 0.2);
    assert_eq!(engine.names(), ("remote".to_owned(), "whisper-1".to_owned()));

    let requests = stub.requests.lock().unwrap();
    let request = &requests[0];
    assert!(request.head.starts_with("POST /v1/audio/transcriptions HTTP/1.1\r\n"));
    assert!(request.head.to_lowercase().contains("authorization: bearer key-7\r\n"));
    let body = String::from_utf8_lossy(&request.body);
    for (name, value) in [
        ("model", "whisper-1"),
        ("language", "zh"),
        ("prompt", "金桂苑。您好,请讲。"),
        ("temperature", "0"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
    ] {
        assert!(body.contains(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")), "{name}");
    }
    let wav = request.body.windows(4).position(|four| four == b"RIFF").unwrap();
    let mut sent = Vec::new();
    audio::decode(&request.body[wav..], &mut |block| sent.extend_from_slice(&block[0])).unwrap();
    // Both spans and the silence between them.
    assert_eq!(sent[..16_000], samples[32_000..48_000]);
    assert_eq!(sent[20_800..36_800], samples[128_000..144_000]);
}

#[test]
fn a_server_that_is_slow_is_given_up() {
    for reply in [Reply::Hang, Reply::Stall] {
        let started = Instant::now();
        let (outcome, requests) = heard(vec![reply]);
        assert!(matches!(outcome, Err(TranscribeError::Timeout(2))), "{outcome:?}");
        assert_eq!(requests, 1);
        assert!(started.elapsed() < Duration::from_secs(20));
    }
}

#[test]
fn a_server_that_is_busy_broken_or_gone_is_asked_again() {
    let good = answer(r#"{"text":"快来"}"#);
    for bad in [
        status(500, ""),
        status(503, ""),
        status(429, ""),
        status(429, "retry-after: 0\r\n"),
        Reply::Close(""),
        Reply::Close("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"text\":"),
    ] {
        let (outcome, requests) = heard(vec![bad.clone(), good.clone()]);
        assert_eq!((outcome.unwrap().as_str(), requests), ("快来", 2));
        let (outcome, requests) = heard(vec![bad]);
        assert!(matches!(outcome, Err(TranscribeError::Unavailable(_))), "{outcome:?}");
        assert_eq!(requests, 3);
    }
    // A port where nobody listens.
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = hear(&mut engine(&format!("http://{free}/v1")).unwrap());
    assert!(matches!(outcome, Err(TranscribeError::Unavailable(_))), "{outcome:?}");
}

#[test]
fn a_server_that_says_when_to_come_back_is_obeyed() {
    let started = Instant::now();
    let (outcome, requests) = heard(vec![status(429, "Retry-After: 1\r\n"), answer(r#"{"text":"快来"}"#)]);
    assert_eq!((outcome.unwrap().as_str(), requests), ("快来", 2));
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[test]
fn what_will_never_be_served_is_refused_at_once() {
    for code in [401, 403, 404, 413] {
        let (outcome, requests) = heard(vec![status(code, "")]);
        let Err(TranscribeError::Refused(reason)) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(
            reason.contains(&code.to_string()) && reason.contains(r#""message":"no""#),
            "{reason}"
        );
        assert_eq!(requests, 1);
    }
}

#[test]
fn what_a_server_does_not_offer_is_not_asked_of_it_again() {
    let stub = Stub::start(vec![status(400, ""), answer(r#"{"text":"快来"}"#)]);
    let mut engine = stub.engine();
    for requests in [2, 3] {
        assert_eq!(hear(&mut engine.another()).unwrap()[0].text, "快来");
        assert_eq!(stub.count(), requests);
    }
    assert_eq!(hear(&mut engine).unwrap()[0].text, "快来");
    let requests = stub.requests.lock().unwrap();
    let with_words: Vec<bool> = requests
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body).contains("granularities"))
        .collect();
    assert_eq!(with_words, [true, false, false, false]);
    drop(requests);
    let (outcome, requests) = heard(vec![status(422, "")]);
    assert!(matches!(outcome, Err(TranscribeError::Refused(_))), "{outcome:?}");
    assert_eq!(requests, 3);
}

#[test]
fn an_answer_that_is_no_transcript_is_an_error_that_says_so() {
    for (reply, words) in [
        (answer("<html>Bad gateway</html>"), "no transcript in JSON"),
        (answer(""), "no transcript in JSON"),
        (answer(r#"{"text":"#), "no transcript in JSON"),
        (answer(r#"{"done":true}"#), "without `text`"),
        (Reply::Flood, "more than 4194304 bytes"),
        (Reply::Close("no HTTP at all\r\n\r\n"), "127.0.0.1"),
    ] {
        let (outcome, requests) = heard(vec![reply]);
        let Err(TranscribeError::Engine(reason)) = outcome else {
            panic!("{words}: {outcome:?}");
        };
        assert!(reason.contains(words), "{words}: {reason}");
        assert_eq!(requests, 1);
    }
}

#[test]
fn a_recording_is_not_sent_on_to_another_host() {
    let other = Stub::start(vec![answer(r#"{"text":"别处"}"#)]);
    for code in [307, 308] {
        let location = format!("location: http://{}/v1/audio/transcriptions\r\n", other.address);
        let (outcome, requests) = heard(vec![status(code, &location)]);
        let Err(TranscribeError::Refused(reason)) = outcome else {
            panic!("{outcome:?}");
        };
        assert!(reason.contains("another host"), "{reason}");
        assert_eq!((requests, other.count()), (1, 0));
    }
    let here = status(307, "location: /asr\r\n");
    let (outcome, requests) = heard(vec![here.clone(), answer(r#"{"text":"快来"}"#)]);
    assert_eq!((outcome.unwrap().as_str(), requests), ("快来", 2));
    let (outcome, requests) = heard(vec![here]);
    assert!(matches!(outcome, Err(TranscribeError::Refused(_))), "{outcome:?}");
    assert_eq!(requests, 4);
    let listed = engine("http://transcribe.example/v1").map(|_| ());
    assert_eq!(listed, Err(SetupError::Host("transcribe.example".to_owned())));
}

#[test]
fn nothing_heard_is_no_error_and_text_without_times_lies_in_the_span() {
    let (outcome, _) = heard(vec![answer(r#"{"text":"","segments":[]}"#)]);
    assert_eq!(outcome.unwrap(), "");
    let stub = Stub::start(vec![answer(r#"{"text":"你们快来"}"#)]);
    let mut engine = stub.engine();
    let heard = engine.hear(&[700; 64_000], &[span(1_000, 3_000)], "").unwrap();
    assert_eq!((heard.len(), heard[0].span), (1, span(1_000, 3_000)));
    assert_eq!(engine.hear(&[700; 64_000], &[], "").unwrap(), []);
    assert_eq!(stub.count(), 1);
}

#[test]
fn speech_is_found_here_without_any_model() {
    let stub = Stub::start(vec![Reply::Close("")]);
    let mut engine = stub.engine();
    let mut clip = Vec::new();
    audio::decode(&fs::read(clip_path()).unwrap(), &mut |block| {
        clip.extend_from_slice(&block[0])
    })
    .unwrap();
    assert_eq!(engine.spans(&[0; 48_000]).unwrap(), []);
    assert_eq!(engine.spans(&[]).unwrap(), []);
    let silence = vec![0; 80_000];
    let spans = engine
        .spans(&[silence.clone(), clip.clone(), silence].concat())
        .unwrap();
    let length_ms = clip.len() as u64 / 16;
    assert!(!spans.is_empty(), "no speech in the clip");
    for span in spans {
        assert!(span.start_ms >= 4_500 && span.end_ms <= 5_500 + length_ms, "{span:?}");
    }
    assert_eq!(stub.count(), 0);
}

fn clip_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpora/selfcheck/clip.wav")
}

/// Runs the program with a server and a proxy that is none.
fn run(address: &str, arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(exe())
        .args(arguments)
        .current_dir(folder.path())
        .env("HUISHENG_DATA", folder.path().join("data"))
        .env("HUISHENG_SPEECH__ENGINE", "remote")
        .env("HUISHENG_SPEECH__REMOTE__URL", format!("http://{address}/v1"))
        .env("HUISHENG_SPEECH__REMOTE__RETRIES", "0")
        .env("HUISHENG_SPEECH__REMOTE__KEY_VARIABLE", "DESK_KEY")
        .env("DESK_KEY", "key-9")
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .output();
    output.unwrap()
}

#[test]
fn the_program_hears_through_a_server_and_says_whether_it_answers() {
    let stub = Stub::start(vec![answer(r#"{"text":"哈根达斯"}"#)]);
    let clip = clip_path();
    let output = run(&stub.address, &["transcribe", clip.to_str().unwrap(), "--json"]);
    let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&line["engine"], &line["segments"][0]["text"]),
        (&"remote".into(), &"哈根达斯".into())
    );
    assert!(stub.requests.lock().unwrap()[0].head.contains("key-9"));

    let output = run(&stub.address, &["check"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("heard a clip"), "{said}");

    let deaf = Stub::start(vec![answer(r#"{"text":"谢谢观看"}"#)]);
    let output = run(&deaf.address, &["check"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("WRONG") && said.contains("谢谢观看"), "{said}");

    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let output = run(&free, &["check"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !output.status.success() && said.contains("WRONG") && said.contains(&free),
        "{said}"
    );
}
