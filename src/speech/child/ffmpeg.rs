//! A recording that only ffmpeg reads on standard input in, its samples out.
//!
//! ffmpeg is optional and found on the PATH. It gets what every decoder gets: no time or memory of its own, no file to
//! write, and an end when we end. It is told what the file is, so that none can pass for a play list and have it open
//! others.

use std::env;
use std::io;
use std::io::Read;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use crate::audio;
use crate::audio::AudioError;
use crate::audio::Foreign;
use crate::audio::Format;
use crate::audio::Sink;
use crate::speech::child::limits;

/// Bytes of address space that are left to the process that reads from ffmpeg (it takes some 60 MiB), and those of
/// ffmpeg: its libraries alone take 300 MiB.
const OWN_MEMORY: u64 = 256 << 20;
const MEMORY: u64 = 704 << 20;
/// Exit code where there is no ffmpeg.
const MISSING: u8 = 127;
/// Bytes of ffmpeg's complaints that are kept.
const COMPLAINTS: u64 = 4 << 10;

/// Decodes standard input through ffmpeg; the inner error is the file's, or says that there is no ffmpeg.
pub(crate) fn decode(foreign: Foreign, sink: &mut Sink<'_>) -> io::Result<Result<Format, AudioError>> {
    // Not ffmpeg itself, but ourselves, who set limits and then turn into it.
    let mut child = Command::new(env::current_exe()?)
        .args(["child", "ffmpeg", &foreign.container])
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // Only now: a child inherits limits and could not raise them again.
    limits::limit_memory(OWN_MEMORY)?;
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let mut stderr = child.stderr.take().expect("stderr is piped");
    let complaints = thread::spawn(move || {
        let mut kept = Vec::new();
        let read = stderr.by_ref().take(COMPLAINTS).read_to_end(&mut kept);
        // The rest is read too: a full pipe would stop ffmpeg.
        read.and_then(|_| io::copy(&mut stderr, &mut io::sink()))
            .map(|_| String::from_utf8_lossy(&kept).into_owned())
    });
    let decoded = audio::decode_wav(&mut stdout, sink);
    // Where it is not read to its end, ffmpeg ends at the closed pipe.
    drop(stdout);
    let status = child.wait()?;
    let complaints = complaints.join().map_err(|_| io::Error::other("a thread panicked"))??;
    if status.code() == Some(i32::from(MISSING)) {
        return Ok(Err(AudioError::Foreign(foreign)));
    }
    if status.success() && decoded.is_ok() {
        return Ok(decoded.map(|format| Format {
            codec: foreign.name,
            ..format
        }));
    }
    let reason = reason(&complaints, status);
    Ok(Err(AudioError::Damaged(format!(
        "{}: ffmpeg says: {reason}",
        foreign.name
    ))))
}

/// Returns the last thing that ffmpeg said, without the number of the part of it that spoke.
fn reason(complaints: &str, status: ExitStatus) -> String {
    let last = complaints.lines().rev().map(str::trim).find(|line| !line.is_empty());
    match (last, status.signal()) {
        (_, Some(signal)) => format!("nothing, it was ended by signal {signal}"),
        (Some(line), _) => line.replace("file:/dev/stdin: ", ""),
        (None, _) => "nothing, and there is no sound".to_owned(),
    }
}

/// Sets limits on this process and turns it into ffmpeg, which writes a WAV to standard output.
pub(crate) fn become_ffmpeg(container: &str) -> io::Result<u8> {
    limits::die_with_parent()?;
    limits::limit_memory(MEMORY)?;
    limits::write_no_files()?;
    let error = Command::new("ffmpeg")
        .args(["-hide_banner", "-nostdin", "-loglevel", "error", "-threads", "1"])
        .args([
            "-protocol_whitelist",
            "file,pipe",
            "-f",
            container,
            "-i",
            "file:/dev/stdin",
        ])
        // A library of ffmpeg's would start a thread for each core, with memory for each, and hang where there is none.
        .env("OPENBLAS_NUM_THREADS", "1")
        .args([
            "-map",
            "0:a:0",
            "-threads",
            "1",
            "-c:a",
            "pcm_s16le",
            "-bitexact",
            "-f",
            "wav",
            "pipe:1",
        ])
        .exec();
    match error.kind() {
        io::ErrorKind::NotFound => Ok(MISSING),
        _ => Err(error),
    }
}

/// Whether ffmpeg is on the PATH.
pub(crate) fn is_there() -> bool {
    let found = Command::new("ffmpeg")
        .arg("-version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
}
