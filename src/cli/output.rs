//! Values in, lines on standard output out; progress on standard error where that is a terminal.

use std::env;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressDrawTarget;
use indicatif::ProgressStyle;
use serde::Serialize;

use super::Language;

/// Writes one value as one line of JSON.
pub(super) fn json_line(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Writes one line of text; unlike `println!` it reports a closed pipe instead of panicking.
pub(super) fn line(text: &str) -> anyhow::Result<()> {
    self::text(text)?;
    self::text("\n")
}

/// Writes text that has its line ends.
pub(super) fn text(text: &str) -> anyhow::Result<()> {
    Ok(io::stdout().lock().write_all(text.as_bytes())?)
}

/// Returns the language of the environment's locale; Chinese unless it names another.
pub(super) fn language_of_the_locale() -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| env::var(name).ok().filter(|v| !v.is_empty()));
    match locale.as_deref() {
        Some(locale) if locale.starts_with("en") => Language::En,
        _ => Language::Zh,
    }
}

/// Returns a progress bar of `total` steps that shows on a terminal only.
pub(super) fn bar(total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), target());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {elapsed}/{eta}");
    bar.set_style(style.expect("the template is tested by every use"));
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// Returns a progress bar of bytes that shows on a terminal only.
pub(super) fn byte_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, target());
    let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {eta}");
    bar.set_style(style.expect("the template is tested by every use"));
    bar
}

fn target() -> ProgressDrawTarget {
    if io::stderr().is_terminal() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    }
}

/// Returns milliseconds as `m:ss`.
pub(super) fn clock(ms: u64) -> String {
    format!("{}:{:02}", ms / 60_000, ms / 1_000 % 60)
}

/// Returns a share as a percentage with one decimal.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
