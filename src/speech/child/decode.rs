//! A recording on standard input in, blocks of samples on standard output out.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

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
    let decoded = match audio::decode_from(&mut recording, raw, &mut sink) {
        Err(AudioError::Foreign(foreign)) => ffmpeg::decode(foreign, &mut sink)?,
        decoded => decoded,
    };
    broken?;
    let last = match decoded {
        Ok(format) => Decoded::End { format },
        Err(error) => Decoded::Failed(error),
    };
    frame::write(&mut out, &last, &[])
}
