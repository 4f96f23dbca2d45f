//! The one test program: each module below is a question that a user or maintainer would ask.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "a test says what it skipped and measured")]

/// House rules that the compiler does not know.
mod layering;

/// Do the files that people hand over become calls, once, and does what cannot be read stay in sight?
mod records;

/// Does the store keep what it was given, once, whatever comes first and whoever dies?
mod store;

/// Is everything about people invented?
mod fixtures;

/// Whether numbers are written as others write them.
mod numbers;

/// Recordings and engines in children that crash, hang and lie.
mod audio;

/// Does every damaged recording end with sound or a reason?
mod damage;

/// Do recordings of every kind sound as another decoder says?
mod decoding;

/// A transcription server that behaves, and one that does not.
mod remote;

/// Do `transcribe` and `eval asr` print what they promise?
mod hearing;

/// The real model on real speech.
mod whisper;

/// Does the main job keep its promises on the demo, with the real model?
mod demo;

/// A small desk for the two below.
mod desk;

/// Does the HTTP API say what it promises, whoever asks?
mod api;

/// Does a person see and hear what is there, and only that?
mod pages;

/// Are categories learned from records?
mod tags;

/// Is anything lost or doubled when the process is killed at any moment?
mod faults;
