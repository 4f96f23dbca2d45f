//! A recording on standard input in, blocks of samples on standard output out.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;

use crate::audio;
use crate::speech::child::limits;
use crate::speech::frame;
use crate::speech::protocol::Decoded;

/// Bytes of address space.
const MEMORY: u64 = 1 << 30;

pub(crate) fn run() -> io::Result<()> {
    limits::die_with_parent()?;
    limits::limit_memory(MEMORY)?;
    limits::write_no_files()?;
    let mut recording = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut out = io::stdout().lock();
    let mut broken = Ok(());
    let decoded = audio::decode_from(&mut recording, &mut |block| {
        if broken.is_ok() {
            broken = frame::write(&mut out, &Decoded::Block { channels: block.len() }, &block.concat());
        }
    });
    broken?;
    let last = match decoded {
        Ok(format) => Decoded::End { format },
        Err(error) => Decoded::Failed(error),
    };
    frame::write(&mut out, &last, &[])
}
