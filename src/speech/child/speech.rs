//! Requests on standard input in, what was heard on standard output out.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::speech::child::detector::Detector;
use crate::speech::child::limits;
use crate::speech::child::scripted;
use crate::speech::child::whisper::Whisper;
use crate::speech::frame;
use crate::speech::frame::Frame;
use crate::speech::protocol::{Answer, Ask, Setup};

/// Address space of a child without a model.
const MEMORY: u64 = 1 << 30;

/// Who hears in this child.
enum Hearer {
    Whisper(Box<Whisper>),
    Detector(Detector),
    Scripted,
}

pub(crate) fn run() -> io::Result<()> {
    limits::die_with_parent()?;
    let (frames, requests) = sync_channel(1);
    thread::spawn(move || watch(&frames));
    let Ok(first) = requests.recv() else {
        return Ok(());
    };
    let mut out = io::stdout().lock();
    let mut hearer = match set_up(first.parse()?)? {
        Ok(hearer) => hearer,
        Err(reason) => return frame::write(&mut out, &Answer::Refused(reason), &[]),
    };
    frame::write(&mut out, &Answer::Ready, &[])?;
    serve(&requests, &mut |ask, samples| hearer.answer(ask, samples), &mut out)
}

/// Passes requests on, and ends the whole process when the pipe ends: nobody is left to hear an answer.
fn watch(frames: &SyncSender<Frame>) {
    let mut input = io::stdin().lock();
    while let Ok(Some(frame)) = frame::read(&mut input) {
        if frames.send(frame).is_err() {
            break;
        }
    }
    std::process::exit(0)
}

/// Becomes who the parent asks for; the inner error is a refusal.
fn set_up(setup: Setup) -> io::Result<Result<Hearer, String>> {
    match setup {
        Setup::Scripted => {
            limits::limit_memory(MEMORY)?;
            limits::write_no_files()?;
            Ok(Ok(Hearer::Scripted))
        }
        Setup::Detector { threads } => {
            limits::limit_memory(MEMORY)?;
            let detector = Detector::load(i32::try_from(threads.clamp(1, 64)).expect("at most 64"));
            limits::write_no_files()?;
            Ok(detector.map(Hearer::Detector))
        }
        Setup::Whisper {
            model,
            threads,
            beam,
            fallbacks,
        } => {
            let size = std::fs::metadata(&model).map_or(0, |file| file.len());
            limits::limit_memory(2 * size + MEMORY)?;
            let whisper = Whisper::load(&model, threads, beam, fallbacks);
            limits::write_no_files()?;
            Ok(whisper.map(|whisper| Hearer::Whisper(Box::new(whisper))))
        }
    }
}

fn serve(
    requests: &Receiver<Frame>,
    answer: &mut dyn FnMut(Ask<'_>, &[i16]) -> Answer,
    out: &mut impl io::Write,
) -> io::Result<()> {
    for frame in requests {
        let ask: Ask<'_> = serde_json::from_slice(&frame.head)?;
        frame::write(out, &answer(ask, &frame.samples), &[])?;
    }
    Ok(())
}

impl Hearer {
    fn answer(&mut self, ask: Ask<'_>, samples: &[i16]) -> Answer {
        let answer = match (self, ask) {
            (Hearer::Whisper(whisper), Ask::Spans) => whisper.spans(samples).map(Answer::Spans),
            (Hearer::Whisper(whisper), Ask::Hear(prompt)) => whisper.hear(samples, &prompt).map(Answer::Heard),
            (Hearer::Detector(detector), Ask::Spans) => detector.spans(samples).map(Answer::Spans),
            (Hearer::Detector(_), Ask::Hear(_)) => Err("this engine only finds speech".to_owned()),
            (Hearer::Scripted, Ask::Spans) => Ok(Answer::Spans(scripted::spans(samples))),
            (Hearer::Scripted, Ask::Hear(_)) => Ok(Answer::Heard(scripted::hear(samples))),
        };
        answer.unwrap_or_else(Answer::Refused)
    }
}
