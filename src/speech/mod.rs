//! Samples in, what was heard out: the child processes, whisper_rs, the scripted engine, a server. The only place naming
//! whisper_rs.
//!
//! Neither a decoder nor whisper.cpp can be trusted with the life of the service: a malformed file may abort, hang or
//! eat all memory. So both run in children of the same binary (`huisheng child decode|speech`), each in a process group
//! of its own, with limits that it sets on itself, and killed by the parent when it takes too long. [`decoder::Decoder`] and
//! [`engine::Engine`] are the parent's side; [`child::run`] is the child's. [`remote::Remote`] has a server hear instead.

pub mod child;

pub mod decoder;

pub mod engine;

pub mod remote;

pub mod settings;

/// The first bytes of a model file in, the shape of the model out.
pub mod header;

mod frame;

mod joined;

mod process;

mod protocol;
