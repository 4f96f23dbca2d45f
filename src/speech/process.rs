//! A child's arguments in, messages to and from it out, until it ends or is killed.

use std::io;
use std::io::Write;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::speech::frame;
use crate::speech::frame::Frame;

/// Messages that may wait to be read; a child that decodes faster than we take waits here.
const BACKLOG: usize = 8;

/// Why no answer came.
#[derive(Debug)]
pub(crate) enum Lost {
    /// The time was over; the child is killed when its [`Process`] is dropped.
    Timeout,
    /// The child is gone, with the reason for people.
    Died(String),
}

/// A running child. Dropping it kills the child and everything that it started.
#[derive(Debug)]
pub(crate) struct Process {
    outgoing: Option<Sender<Vec<u8>>>,
    incoming: Receiver<Result<Frame, String>>,
    group: Arc<Group>,
}

impl Process {
    /// Starts `exe child KIND` whose requests come through [`Process::send`].
    pub(crate) fn start(exe: &Path, kind: &str) -> io::Result<Process> {
        Process::start_with(exe, &[kind], Stdio::piped())
    }

    /// Starts `exe child` with arguments, of which the first is the kind, and with the given standard input.
    ///
    /// The thread that reads from the child also starts it: the kernel ties a child's death signal to the *thread* that
    /// started it, and this one lives as long as the child.
    pub(crate) fn start_with(exe: &Path, arguments: &[&str], input: Stdio) -> io::Result<Process> {
        let mut command = Command::new(exe);
        command
            .arg("child")
            .args(arguments)
            .stdin(input)
            .stdout(Stdio::piped())
            .process_group(0);
        let (started, starting) = sync_channel(1);
        let (frames, incoming) = sync_channel(BACKLOG);
        thread::Builder::new()
            .name("child".to_owned())
            .spawn(move || keep(command, &started, &frames))?;
        let (group, stdin) = starting.recv().map_err(io::Error::other)??;
        let outgoing = stdin.map(|mut stdin| {
            let (outgoing, messages) = channel::<Vec<u8>>();
            thread::spawn(move || messages.into_iter().try_for_each(|bytes| stdin.write_all(&bytes)));
            outgoing
        });
        Ok(Process {
            outgoing,
            incoming,
            group,
        })
    }

    /// Sends a message. Never waits: whether the child takes it shows in [`Process::receive`].
    pub(crate) fn send(&self, head: &impl Serialize, samples: &[i16]) -> io::Result<()> {
        let bytes = frame::encode(head, samples)?;
        let gone = || io::Error::from(io::ErrorKind::BrokenPipe);
        self.outgoing.as_ref().ok_or_else(gone)?.send(bytes).map_err(|_| gone())
    }

    /// Waits for the next message, at most for `limit`.
    pub(crate) fn receive<T: DeserializeOwned>(&self, limit: Duration) -> Result<(T, Vec<i16>), Lost> {
        let frame = match self.incoming.recv_timeout(limit) {
            Ok(Ok(frame)) => frame,
            Ok(Err(reason)) => return Err(Lost::Died(reason)),
            Err(RecvTimeoutError::Timeout) => return Err(Lost::Timeout),
            Err(RecvTimeoutError::Disconnected) => return Err(Lost::Died("already gone".to_owned())),
        };
        let head = frame
            .parse()
            .map_err(|error| Lost::Died(format!("unreadable message: {error}")))?;
        Ok((head, frame.samples))
    }

    /// Returns the number of the process; `None` once it has ended.
    pub(crate) fn id(&self) -> Option<u32> {
        let pid = *self.group.0.lock().unwrap_or_else(PoisonError::into_inner);
        pid.and_then(|pid| u32::try_from(pid.as_raw_nonzero().get()).ok())
    }

    /// Whether the child has ended. Messages that it left are lost.
    pub(crate) fn has_ended(&self) -> bool {
        self.group.has_ended()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.group.kill();
    }
}

/// The process group of a child, until it is known to be gone; its number is never used afterwards.
#[derive(Debug)]
struct Group(Mutex<Option<Pid>>);

impl Group {
    fn kill(&self) {
        let mut pid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pid) = pid.take()
            && let Err(error) = kill_process_group(pid, Signal::KILL)
        {
            tracing::debug!(%error, "child was gone before it was killed");
        }
    }

    fn has_ended(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }
}

type Started = io::Result<(Arc<Group>, Option<std::process::ChildStdin>)>;

/// Starts the child, passes on what it says, and buries it.
fn keep(mut command: Command, started: &SyncSender<Started>, frames: &SyncSender<Result<Frame, String>>) {
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return drop(started.send(Err(error))),
    };
    let group = Arc::new(Group(Mutex::new(Some(Pid::from_child(&child)))));
    let stdout = child.stdout.take().expect("stdout is piped");
    let end = match started.send(Ok((Arc::clone(&group), child.stdin.take()))) {
        Ok(()) => pass_on(stdout, frames),
        Err(_) => String::new(),
    };
    group.kill();
    let reason = bury(&mut child, &end);
    // The owner may be gone already; then nobody wants the reason.
    drop(frames.send(Err(reason)));
}

/// Passes frames on until the pipe ends; returns what was wrong with the pipe, if anything.
fn pass_on(mut stdout: ChildStdout, frames: &SyncSender<Result<Frame, String>>) -> String {
    loop {
        match frame::read(&mut stdout) {
            Ok(Some(frame)) => {
                if frames.send(Ok(frame)).is_err() {
                    return String::new();
                }
            }
            Ok(None) => return String::new(),
            Err(error) => return format!("; last message: {error}"),
        }
    }
}

fn bury(child: &mut Child, end: &str) -> String {
    match child.wait() {
        Ok(status) => format!("{}{end}", describe(status)),
        Err(error) => format!("cannot wait for it: {error}{end}"),
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("ended with code {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
