//! Figures of recordings in, lines for people out.

use crate::cli::output;
use crate::evaluate::asr::File;
use crate::evaluate::asr::Layer;
use crate::evaluate::asr::Layers;
use crate::evaluate::asr::Report;
use crate::evaluate::asr::Total;
use crate::evaluate::entities::Entities;
use crate::evaluate::entities::Found;

/// Picks one kind of entities.
type Kind = fn(&Entities) -> Found;

/// Prints all recordings together, by layout and by codec, and each of `files`.
pub(in crate::cli) fn print_report(report: &Report, files: &[File]) -> anyhow::Result<()> {
    print_total(&report.total)?;
    for (title, groups) in [("by channels", &report.by_layout), ("by codec", &report.by_codec)] {
        output::line(&format!("\n{title}"))?;
        for group in groups {
            let name = format!("{} ({})", group.name, group.files);
            row(
                &name,
                &group.layers,
                times(group.audio_s, group.seconds, group.seconds_plain),
            )?;
        }
    }
    if !files.is_empty() {
        output::line("\nby recording")?;
    }
    for file in files {
        row(
            &file.file,
            &file.layers,
            times(file.audio_s, file.seconds, file.seconds_plain),
        )?;
    }
    Ok(())
}

/// Prints the figures of all recordings together.
pub(in crate::cli) fn print_total(total: &Total) -> anyhow::Result<()> {
    let layers = &total.layers;
    let speed = |seconds: f64| {
        let factor = seconds / total.audio_s.max(0.001);
        let times = total.audio_s / seconds.max(0.001);
        format!("{seconds:.1} s, real-time factor {factor:.3} ({times:.1}× real time)")
    };
    let minutes = total.audio_s / 60.0;
    output::line(&format!("recordings         {} ({minutes:.1} min)", total.files))?;
    output::line(&format!("CER corrected      {}", percent(&layers.corrected)))?;
    output::line(&format!(
        "CER as heard       {}   {}",
        percent(&layers.heard),
        speed(total.seconds)
    ))?;
    if layers.normalised_differs > 0 {
        output::line(&format!(
            "CER normalised     {}   numbers as digits on both sides",
            output::percent(layers.normalised.rate())
        ))?;
    }
    if let (Some(plain), Some(seconds)) = (&layers.plain, total.seconds_plain) {
        output::line(&format!("CER plain Whisper  {}   {}", percent(plain), speed(seconds)))?;
    }
    let kinds: [(&str, Kind); 3] = [
        ("numbers right", |entities| entities.numbers),
        ("plates right", |entities| entities.plates),
        ("places right", |entities| entities.places),
    ];
    for (title, kind) in kinds {
        entity(title, layers, kind)?;
    }
    Ok(())
}

/// Prints the share of what was said that stands right in each layer, and how much of what stands there was said.
fn entity(title: &str, layers: &Layers, kind: Kind) -> anyhow::Result<()> {
    let found = |layer: &Layer| kind(&layer.entities);
    let said = found(&layers.corrected).said;
    let shown = |layer: &Layer| {
        let share = |share: Option<f64>| share.map_or_else(|| "none".to_owned(), output::percent);
        let found = found(layer);
        format!("{} (precision {})", share(found.recall()), share(found.precision()))
    };
    let plain = layers.plain.as_ref();
    let plain = plain.map_or_else(String::new, |layer| format!(", plain Whisper {}", shown(layer)));
    output::line(&format!(
        "{title:<18} corrected {}, as heard {}{plain}, of {said} said",
        shown(&layers.corrected),
        shown(&layers.heard),
    ))
}

/// Prints the figures of some recordings in one line.
fn row(name: &str, layers: &Layers, times: String) -> anyhow::Result<()> {
    let plain = layers.plain.as_ref();
    let plain = plain.map_or_else(String::new, |plain| format!("  plain {}", percent(plain)));
    let right = |title: &str, of: Kind| {
        let (found, plain) = (
            of(&layers.corrected.entities),
            layers.plain.as_ref().map(|plain| of(&plain.entities).right),
        );
        match (found.said, plain) {
            (0, _) => String::new(),
            (said, Some(plain)) => format!("  {title} {} of {said} (plain {plain})", found.right),
            (said, None) => format!("  {title} {} of {said}", found.right),
        }
    };
    output::line(&format!(
        "  {name:<20} CER corrected {}  as heard {}{plain}{}{}{}  {times}",
        percent(&layers.corrected),
        percent(&layers.heard),
        right("numbers", |entities| entities.numbers),
        right("plates", |entities| entities.plates),
        right("places", |entities| entities.places),
    ))
}

fn times(audio_s: f64, seconds: f64, plain: Option<f64>) -> String {
    let factor = |seconds: f64| format!("{:.3}", seconds / audio_s.max(0.001));
    let plain = plain.map_or_else(String::new, |plain| format!(" (plain {})", factor(plain)));
    format!("real-time factor {}{plain}", factor(seconds))
}

fn percent(layer: &Layer) -> String {
    output::percent(layer.cer.rate())
}
