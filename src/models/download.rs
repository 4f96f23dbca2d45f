//! An address in, a file on disk out; goes on where an earlier try broke off.

use std::fs::OpenOptions;
use std::io;
use std::io::Seek;
use std::io::SeekFrom;
use std::path::Path;
use std::time::Duration;

use super::ModelError;
use super::Progress;

/// Bytes asked for in one request: small enough for its time limit on a slow line.
const CHUNK: u64 = 4 << 20;

/// Tries of one chunk before the source is given up.
const TRIES: usize = 3;

/// Fetches `url`, which has `bytes` bytes, into `part`; what `part` already holds is kept.
///
/// An address that does not answer costs at most about ten seconds. The caller checks the contents.
pub fn fetch(url: &str, bytes: u64, part: &Path, progress: &mut dyn FnMut(Progress<'_>)) -> Result<(), ModelError> {
    let unusable = |reason: String| ModelError::unusable(Path::new(url), reason);
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(part)
        .map_err(ModelError::disk(part))?;
    let mut done = file.seek(SeekFrom::End(0)).map_err(ModelError::disk(part))?;
    if done > bytes {
        file.set_len(0).map_err(ModelError::disk(part))?;
        done = 0;
    }
    let agent = agent();
    let mut tries = 0;
    while done < bytes {
        progress(Progress {
            step: "downloading",
            done,
            total: Some(bytes),
        });
        let last = (done + CHUNK).min(bytes) - 1;
        match chunk(&agent, url, done, last, &mut file) {
            Ok(0) => return Err(unusable(format!("ended after {done} of {bytes} bytes"))),
            Ok(n) => (done, tries) = (done + n, 0),
            Err(Failure::Final(reason)) => return Err(unusable(reason)),
            Err(Failure::Passing(reason)) => {
                let reached = file.seek(SeekFrom::End(0)).map_err(ModelError::disk(part))?;
                tries = if reached > done { 0 } else { tries + 1 };
                // A host that never answered is not worth a second wait.
                if tries == TRIES || reached == 0 {
                    return Err(unusable(reason));
                }
                done = reached;
            }
        }
    }
    file.sync_all().map_err(ModelError::disk(part))
}

enum Failure {
    Final(String),
    Passing(String),
}

fn agent() -> ureq::Agent {
    let seconds = |n| Some(Duration::from_secs(n));
    ureq::Agent::config_builder()
        .timeout_resolve(seconds(5))
        .timeout_connect(seconds(5))
        .timeout_recv_response(seconds(15))
        .timeout_recv_body(seconds(120))
        .http_status_as_error(false)
        .build()
        .into()
}

/// Appends bytes `first..=last` to `file` and returns how many came.
fn chunk(agent: &ureq::Agent, url: &str, first: u64, last: u64, file: &mut std::fs::File) -> Result<u64, Failure> {
    let request = agent.get(url).header("Range", format!("bytes={first}-{last}"));
    let mut answer = request.call().map_err(|error| Failure::Passing(error.to_string()))?;
    match answer.status().as_u16() {
        206 => {}
        // The whole file, whatever was asked for: of use only from its beginning.
        200 => file.set_len(0).map_err(|error| Failure::Final(error.to_string()))?,
        status @ (429 | 500..) => return Err(Failure::Passing(format!("answered {status}"))),
        status => return Err(Failure::Final(format!("answered {status}"))),
    }
    let whole = answer.status().as_u16() == 200;
    let mut body = answer.body_mut().with_config().limit(u64::MAX).reader();
    let n = io::copy(&mut body, file).map_err(|error| Failure::Passing(error.to_string()))?;
    Ok(if whole { n.saturating_sub(first) } else { n })
}
