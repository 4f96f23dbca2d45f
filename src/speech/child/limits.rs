//! A number of bytes in, a process that dies before it takes more out.

use std::io;

use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

/// Ties this process to the life of its parent, and forbids it core files, which would hold what people said.
pub(crate) fn die_with_parent() -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    set(Resource::Core, 0)
}

/// Limits the address space: taking more aborts this process and nothing else.
///
/// GPU drivers reserve far more addresses than they use, so a build with one goes without.
pub(crate) fn limit_memory(bytes: u64) -> io::Result<()> {
    match cfg!(any(feature = "cuda", feature = "metal", feature = "vulkan")) {
        true => Ok(()),
        false => set(Resource::As, bytes),
    }
}

/// Forbids writing to files.
pub(crate) fn write_no_files() -> io::Result<()> {
    set(Resource::Fsize, 0)
}

fn set(resource: Resource, value: u64) -> io::Result<()> {
    Ok(setrlimit(
        resource,
        Rlimit {
            current: Some(value),
            maximum: Some(value),
        },
    )?)
}
