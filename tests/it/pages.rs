//! What a person sees: the pages in a real browser (Chromium, driven through chromedriver).
//!
//! Without a browser the tests say so and pass, unless `HUISHENG_REQUIRE_BROWSER=1`. With `HUISHENG_SCREENSHOTS` set to
//! a folder, a picture of each page is left there.

use std::io::BufRead;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::desk::Desk;

/// A browser with one window.
struct Browser {
    driver: Child,
    session: String,
    agent: ureq::Agent,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser, or says why there is none.
    fn open() -> Option<Browser> {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let required = std::env::var_os("HUISHENG_REQUIRE_BROWSER").is_some_and(|value| value == "1");
        let Ok(mut driver) = started else {
            assert!(!required, "chromedriver is missing");
            println!("skipped: chromedriver is missing");
            return None;
        };
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let port = line.split_once("successfully on port ")?.1;
            Some(port.trim_end_matches('.').to_owned())
        });
        let profile = tempfile::tempdir().unwrap();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        let mut browser = Browser {
            driver,
            session: format!(
                "http://127.0.0.1:{}/session",
                port.expect("chromedriver names its port")
            ),
            agent: ureq::Agent::new_with_config(agent),
            _profile: profile,
        };
        let id = browser.post("", &browser.wishes())["sessionId"]
            .as_str()
            .map(str::to_owned);
        browser.session = format!("{}/{}", browser.session, id.expect("a browser starts"));
        browser.post("/timeouts", &json!({"script": 30_000, "pageLoad": 30_000}));
        Some(browser)
    }

    fn wishes(&self) -> Value {
        let profile = format!("--user-data-dir={}", self._profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--autoplay-policy=no-user-gesture-required",
            "--window-size=1500,1000",
            &profile,
        ];
        json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}})
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        let request = self
            .agent
            .post(format!("{}{path}", self.session))
            .header("Content-Type", "application/json");
        let mut answer = request.send(body.to_string()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert!(answer.status().is_success(), "{path}: {text}");
        value["value"].clone()
    }

    fn visit(&self, url: &str) {
        self.post("/url", &json!({ "url": url }));
    }

    /// Runs a script in the page and returns what it returns.
    #[track_caller]
    fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// Runs a script that calls `done` with its result.
    #[track_caller]
    fn wait_for(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0]; {script}");
        self.post("/execute/async", &json!({"script": script, "args": []}))
    }

    fn click(&self, selector: &str) {
        let found = self.post("/element", &json!({"using": "css selector", "value": selector}));
        let element = found
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned();
        self.post(&format!("/element/{element}/click"), &json!({}));
    }

    /// Returns what the browser complained about since the last time.
    fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", &json!({"type": "browser"}));
        log.as_array().unwrap().iter().map(ToString::to_string).collect()
    }

    /// Leaves a picture of the page where the environment asks for it.
    fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("HUISHENG_SCREENSHOTS") else {
            return;
        };
        let url = format!("{}/screenshot", self.session);
        let mut answer = self.agent.get(url).call().unwrap();
        let body: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        let path = std::path::Path::new(&folder).join(format!("{name}.base64"));
        std::fs::write(path, body["value"].as_str().unwrap()).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closing the session ends the browser; the driver has nothing to lose.
        drop(self.agent.delete(&self.session).call());
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

#[test]
fn a_call_is_played_from_a_turn_and_its_transcript_read() {
    let Some(browser) = Browser::open() else { return };
    let desk = Desk::open();
    browser.visit(&desk.url("/calls/JJ1"));
    let text = browser.run("return document.getElementById('turns').innerText");
    let text = text.as_str().unwrap();
    for expected in [
        "楼上半夜一直有噪音",
        "枫丹白露二十一栋三单元",
        "疯丹白露",
        "疯单白路",
        "听不清",
        "报警人",
    ] {
        assert!(text.contains(expected), "{expected} is not in {text}");
    }
    browser.click(".turn:nth-child(2) .play");
    let played = browser.wait_for(
        "const player = document.getElementById('player');
         player.addEventListener('timeupdate', () => {
             const played = Number(player.dataset.playedMs);
             const turn = document.querySelector('.turn.playing .said');
             if (played > 1300 && turn) done([played, player.dataset.state, turn.innerText, player.duration]);
         });
         player.addEventListener('error', () => done([0, 'error', '', 0]));",
    );
    assert!(
        played[0].as_u64().is_some_and(|played| (1301..2300).contains(&played)),
        "{played}"
    );
    assert_eq!(played[1], "playing");
    assert!(
        played[2].as_str().unwrap().contains("噪音"),
        "the turn that is heard is shown: {played}"
    );
    assert_eq!(played[3].as_f64().unwrap().round(), 4.0);
    browser.picture("call");
    assert_eq!(browser.complaints(), [] as [String; 0]);
}

#[test]
fn words_typed_into_the_box_find_calls_with_marks() {
    let Some(browser) = Browser::open() else { return };
    let desk = Desk::open();
    browser.visit(&desk.url("/"));
    browser.run("document.querySelector('input[name=q]').value = '楼上 噪音'");
    browser.click(".query button");
    let marks = browser.wait_for(
        "const look = () => {
            const marks = [...document.querySelectorAll('.hit mark')].map(mark => mark.innerText);
            marks.length > 0 ? done(marks) : setTimeout(look, 50);
        };
        look();",
    );
    assert!(marks.as_array().unwrap().contains(&json!("噪音")), "{marks}");
    browser.picture("search");
    browser.click(".hit .badge");
    let title = browser.run("return document.querySelector('h1').innerText");
    assert_eq!(title, "枫丹白露21栋 楼上噪音,3天2次");
    browser.picture("cluster");
    browser.visit(&desk.url("/clusters?kind=matter"));
    browser.picture("clusters");
    assert_eq!(browser.complaints(), [] as [String; 0]);
}

#[test]
fn what_a_hostile_caller_says_is_shown_and_not_run() {
    let Some(browser) = Browser::open() else { return };
    let desk = Desk::open();
    for path in [
        "/calls/JJ3",
        "/?q=%E9%AA%9A%E6%89%B0",
        "/?q=%3Cscript%3Ewindow.hurt%3D1%3C%2Fscript%3E",
    ] {
        browser.visit(&desk.url(path));
        assert_eq!(browser.run("return window.hurt === undefined"), true, "{path}");
        assert_eq!(
            browser.run("return document.querySelectorAll('script, img[src=x]').length"),
            1,
            "{path}"
        );
        assert_eq!(browser.complaints(), [] as [String; 0], "{path}");
    }
    browser.visit(&desk.url("/calls/JJ3"));
    let shown = browser.run("return document.body.innerText");
    assert!(shown.as_str().unwrap().contains("<script>window.hurt=1</script>"));
}
