//! A recording on standard input in, blocks of samples on standard output out.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::panic;
use std::panic::AssertUnwindSafe;

use crate::audio;
use crate::audio::AudioError;
use crate::audio::raw::Raw;
use crate::speech::child::ffmpeg;
use crate::speech::child::limits;
use crate::speech::frame;
use crate::speech::protocol::Decoded;

/// Bytes of address space, of this process and ffmpeg together.
const MEMORY: u64 = 1 << 30;

/// Decodes; `raw` says, as JSON, what to take a file for whose content gives nothing away.
pub(crate) fn run(raw: Option<&str>) -> io::Result<()> {
    limits::die_with_parent()?;
    limits::limit_memory(MEMORY)?;
    limits::write_no_files()?;
    let raw: Option<Raw> = raw.map(serde_json::from_str).transpose()?;
    let mut recording = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut out = io::stdout().lock();
    let mut broken = Ok(());
    let mut sink = |block: &[Vec<i16>]| {
        if broken.is_ok() {
            broken = frame::write(&mut out, &Decoded::Block { channels: block.len() }, &block.concat());
        }
    };
    // A decoder that panics over a file does so each time: the file is at fault, and another try is useless.
    panic::set_hook(Box::new(|_| ()));
    let decoded = panic::catch_unwind(AssertUnwindSafe(|| {
        match audio::decode_from(&mut recording, raw, &mut sink) {
            Err(AudioError::Foreign(foreign)) => ffmpeg::decode(foreign, &mut sink),
            decoded => Ok(decoded),
        }
    }));
    let decoded = decoded.unwrap_or_else(|_| Ok(Err(AudioError::Damaged("the decoder breaks off".to_owned()))))?;
    broken?;
    let last = match decoded {
        Ok(format) => Decoded::End { format },
        Err(error) => Decoded::Failed(error),
    };
    frame::write(&mut out, &last, &[])
}
