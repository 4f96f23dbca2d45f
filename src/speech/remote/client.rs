//! Samples and a prompt in, the phrases of a server's answer out, after as many tries as the settings allow.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ureq::http::Uri;
use ureq::http::response::Parts;

use crate::audio::RATE;
use crate::speech::protocol::Phrase;
use crate::speech::remote::SetupError;
use crate::speech::remote::address;
use crate::speech::remote::answer;
use crate::speech::remote::form;
use crate::speech::remote::form::Form;
use crate::speech::settings::Server;
use crate::transcript::TranscribeError;

/// Most bytes of an answer: an hour of talk with a time for each word has fewer.
const ANSWER_BYTES: u64 = 4 << 20;
/// Seconds that connecting may take.
const CONNECT_S: u64 = 10;
/// Longest wait between two tries, whatever the server asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Times that a server may send us on.
const REDIRECTS: usize = 3;

/// What is asked for beside the text, from the most to the least. Not every server has everything, and what one
/// refuses is not asked of it again.
const WISHES: [&[(&str, &str)]; 3] = [
    &[
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "segment"),
        ("timestamp_granularities[]", "word"),
    ],
    &[("response_format", "verbose_json")],
    &[("response_format", "json")],
];

/// Asks one server. Several threads may use it at the same time.
#[derive(Debug)]
pub(super) struct Client {
    agent: ureq::Agent,
    endpoint: Uri,
    key: Option<Key>,
    server: Server,
    /// Index into [`WISHES`] of what this server grants.
    wishes: AtomicUsize,
}

/// A secret that no log shows.
struct Key(String);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// Why one request gave no answer.
enum Failed {
    /// Trying again may help, after so long where the server says so.
    Passing(String, Option<Duration>),
    /// The server did not like what was asked for.
    Disliked(String),
    /// Trying again is useless.
    Final(TranscribeError),
}

impl Client {
    pub(super) fn new(server: &Server, key: Option<String>) -> Result<Client, SetupError> {
        if key
            .as_ref()
            .is_some_and(|key| !key.chars().all(|c| c.is_ascii_graphic()))
        {
            return Err(SetupError::Key);
        }
        // The call goes to the listed host and nowhere else: no proxy, no redirect that we did not look at.
        let config = ureq::Agent::config_builder()
            .proxy(None)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(CONNECT_S.min(server.timeout_s.max(1)))));
        Ok(Client {
            agent: config.build().into(),
            endpoint: address::endpoint(&server.url, &server.hosts)?,
            key: key.map(Key),
            server: server.clone(),
            wishes: AtomicUsize::new(0),
        })
    }

    pub(super) fn model(&self) -> &str {
        &self.server.model
    }

    /// Has the server hear Mandarin in the samples.
    pub(super) fn hear(&self, samples: &[i16], prompt: &str) -> Result<Vec<Phrase>, TranscribeError> {
        let duration_ms = samples.len() as u64 * 1000 / u64::from(RATE);
        let limit = Duration::from_secs(self.server.timeout_s) + Duration::from_millis(duration_ms);
        let mut wish = self.wishes.load(Ordering::Relaxed);
        let answer = loop {
            match self.patiently(&self.form(wish, samples, prompt), limit) {
                Ok(answer) => break answer,
                Err(Failed::Disliked(_)) if wish + 1 < WISHES.len() => wish += 1,
                Err(Failed::Disliked(reason)) => return Err(TranscribeError::Refused(reason)),
                Err(Failed::Passing(reason, _)) => return Err(TranscribeError::Unavailable(reason)),
                Err(Failed::Final(error)) => return Err(error),
            }
        };
        self.wishes.fetch_max(wish, Ordering::Relaxed);
        let wrong = |reason| TranscribeError::Engine(format!("{} answered {reason}", self.endpoint));
        answer::read(&answer, duration_ms).map_err(wrong)
    }

    fn form(&self, wish: usize, samples: &[i16], prompt: &str) -> Form {
        let mut fields = vec![
            ("model", self.server.model.as_str()),
            ("language", "zh"),
            ("prompt", prompt),
            ("temperature", "0"),
        ];
        fields.extend(WISHES[wish]);
        form::form(&fields, samples)
    }

    /// Asks until there is an answer, an error that stays, or no try left.
    fn patiently(&self, form: &Form, limit: Duration) -> Result<Vec<u8>, Failed> {
        let mut wait = Duration::from_millis(self.server.backoff_ms);
        for _ in 0..self.server.retries {
            match self.once(form, limit) {
                Err(Failed::Passing(reason, asked)) => {
                    let pause = pause(asked, wait);
                    tracing::debug!(%reason, "the transcription server is asked again in {pause:?}");
                    thread::sleep(pause);
                    wait *= 2;
                }
                other => return other,
            }
        }
        self.once(form, limit)
    }

    /// Sends one request, and follows where the server sends us on within itself.
    fn once(&self, form: &Form, limit: Duration) -> Result<Vec<u8>, Failed> {
        let mut to = self.endpoint.clone();
        for _ in 0..=REDIRECTS {
            let (head, body) = self.send(&to, form, limit)?;
            let said = || format!("{to} answered {}{}", head.status.as_u16(), beginning(&body));
            let refused = |reason| Err(Failed::Final(TranscribeError::Refused(reason)));
            match head.status.as_u16() {
                200..=299 => return Ok(body),
                307 | 308 => {
                    let location = header(&head, "location").unwrap_or_default();
                    let Some(next) = address::redirected(&to, location) else {
                        return refused(format!("{to} sends on to `{location}`, which is another host"));
                    };
                    to = next;
                }
                429 | 500..=599 => return Err(Failed::Passing(said(), retry_after(&head))),
                400 | 422 => return Err(Failed::Disliked(said())),
                _ => return refused(said()),
            }
        }
        let reason = format!("{} sends on again and again", self.endpoint);
        Err(Failed::Final(TranscribeError::Refused(reason)))
    }

    fn send(&self, to: &Uri, form: &Form, limit: Duration) -> Result<(Parts, Vec<u8>), Failed> {
        let request = self.agent.post(to).header("content-type", &form.media_type);
        let request = match &self.key {
            Some(Key(key)) => request.header("authorization", format!("Bearer {key}")),
            None => request,
        };
        let failed = |error| self.failed(error, limit);
        let request = request.config().timeout_global(Some(limit)).build();
        let (head, mut body) = request.send(&form.body[..]).map_err(failed)?.into_parts();
        let body = body.with_config().limit(ANSWER_BYTES).read_to_vec().map_err(failed)?;
        Ok((head, body))
    }

    fn failed(&self, error: ureq::Error, limit: Duration) -> Failed {
        let reason = format!("{}: {error}", self.endpoint);
        match error {
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve)
            | ureq::Error::Io(_)
            | ureq::Error::HostNotFound
            | ureq::Error::ConnectionFailed => Failed::Passing(reason, None),
            ureq::Error::Timeout(_) => Failed::Final(TranscribeError::Timeout(limit.as_secs())),
            ureq::Error::BodyExceedsLimit(bytes) => {
                let reason = format!("{} answered more than {bytes} bytes", self.endpoint);
                Failed::Final(TranscribeError::Engine(reason))
            }
            _ => Failed::Final(TranscribeError::Engine(reason)),
        }
    }
}

fn header<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name)?.to_str().ok()
}

/// Returns how long to wait: as long as the server asks, within reason.
fn pause(asked: Option<Duration>, own: Duration) -> Duration {
    asked.unwrap_or(own).min(LONGEST_WAIT)
}

/// Returns how long a server asks us to wait, in seconds or until a date.
fn retry_after(head: &Parts) -> Option<Duration> {
    let value = header(head, "retry-after")?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::parse(value).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO))
}

/// Returns the beginning of a body for a message, where it is text.
fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body.get(..600).unwrap_or(body)).into_owned();
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.is_empty() {
        true => line,
        false => format!(": {}", line.chars().take(200).collect::<String>()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Option<Duration> {
        let answer = ureq::http::Response::builder().header("retry-after", value).body(());
        retry_after(&answer.unwrap().into_parts().0)
    }

    #[test]
    fn a_server_may_say_when_to_come_back_but_not_after_hours() {
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked("Thu, 01 Jan 2026 00:00:00 GMT"), Some(Duration::ZERO));
        assert!(asked("Fri, 01 Jan 2100 00:00:00 GMT").unwrap() > Duration::from_secs(3_600));
        assert_eq!(asked("soon"), None);
        let own = Duration::from_millis(500);
        assert_eq!(pause(asked("86400"), own), LONGEST_WAIT);
        assert_eq!(pause(asked("1"), own), Duration::from_secs(1));
        assert_eq!(pause(None, own), own);
    }

    #[test]
    fn a_key_is_in_no_log_and_holds_no_line_end() {
        let key = "secret-key-1".to_owned();
        let client = Client::new(&Server::default(), Some(key.clone())).unwrap();
        assert!(!format!("{client:?}").contains(&key));
        let broken = Client::new(&Server::default(), Some("a\r\nX-Other: b".to_owned()));
        assert_eq!(broken.unwrap_err(), SetupError::Key);
    }
}
