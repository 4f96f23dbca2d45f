//! huisheng (回声): emergency-call audio in; searchable text, repeat incidents and warnings out.
//!
//! # Flow
//!
//! ```text
//! recording ─ audio ─ (speech) ─ transcript ─ terms ─ elements ─ tags ─ index ─ links ─ clusters ─ alerts
//!               └────────────────┴────── pipeline loads, calls, saves ──────┴────────┘
//!           text · sound below, used by all        store · models · speech · jobs        web · cli at the end
//! ```
//!
//! The modules are listed below in the order of the flow, and **the order of the list is the law**: a module uses only
//! modules above it. Down to [`alerts`] they are plain functions over plain data ([`index`] alone writes files, through
//! its engine): no clock, no environment, no waiting. From [`records`] on they wait, store and serve. A test reads this
//! file and enforces it.
//!
//! # Invariants
//!
//! 1. **The store is the truth.** Original audio and records are never changed; transcript, elements, tags, index,
//!    links and clusters are derived from them, stamped with what made them, and `huisheng rebuild` recreates them.
//! 2. **People decide.** A decision ([`clusters::Decision`]) is stored as a fact with who, when and why; it constrains
//!    every later computation and can be undone.
//! 3. **A job may run twice.** Jobs hold identifiers, load, call one stage, save in one transaction guarded by a fence
//!    that only rises, and enqueue the next in the same transaction.
//! 4. **Nothing is dropped silently.** What cannot be read is parked with its reason and shown.
//! 5. **A link never hides a call and never lowers its urgency.**
//! 6. **Events, matters and hotspots are different things** and never share a cluster.
//! 7. **Same input, same output.** Every sort is total, ids are stable, and the order in which calls arrive does not
//!    change the clusters.
//!
//! # What happens to a call
//!
//! `huisheng import` reads records ([`records`]) and recordings into the [`store`] and enqueues a job in the same
//! transaction. A worker of [`jobs`] claims it under a lease. [`pipeline`] has the recording decoded by a child process
//! ([`speech`]), which is all that dies when a file is hostile, and gives its channels to [`transcript`]: the speech
//! child, which owns the model, hears each channel with the words of the desk in its prompt; [`sound`] names the places
//! that sound like what was heard; the channel is heard again with those names; the better supported hearing becomes the
//! text. Then [`elements`] finds times, places, persons and numbers in it, [`tags`] gives category, labels and urgency
//! with the words that caused them, [`index`] makes the call findable, and [`links`] compares it with the calls that
//! share a key with it. [`clusters`] groups what is linked, under the decisions of people, and [`alerts`] warns by the
//! colours of the rule table. Every step is saved before the next is enqueued, so a killed process goes on where it was.

pub mod call;

pub mod audio;

pub mod text;

pub mod sound;

pub mod transcript;

pub mod terms;

pub mod elements;

pub mod tags;

pub mod index;

pub mod links;

pub mod clusters;

pub mod alerts;

pub mod records;

pub mod store;

pub mod speech;

pub mod models;

pub mod jobs;

pub mod pipeline;

pub mod views;

pub mod evaluate;

pub mod web;

pub mod telemetry;

pub mod config;

pub mod app;

pub mod cli;
