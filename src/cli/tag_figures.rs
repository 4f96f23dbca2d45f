//! Figures of categories in, lines for people out.

use super::output;
use crate::evaluate::tags::ClassFigures;
use crate::evaluate::tags::TagFigures;
use crate::tags::Tagger;

/// Prints the figures of one tagger on one line.
pub(super) fn summary(name: &str, figures: &TagFigures) -> anyhow::Result<()> {
    let error = figures
        .calibration_error
        .map(|error| format!("  calibration error {error:.3}"));
    output::line(&format!(
        "{name:<10} {} texts  accuracy {}  top three {}  macro F1 {:.3}  answers {} of them, {} right  first level {}{}",
        figures.texts,
        output::percent(figures.accuracy),
        output::percent(figures.top3),
        figures.macro_f1,
        output::percent(figures.coverage),
        output::percent(figures.precision),
        output::percent(figures.level1_accuracy),
        error.unwrap_or_default(),
    ))
}

/// Prints how often the best guess is right where the tagger is so sure.
pub(super) fn reliability(figures: &TagFigures) -> anyhow::Result<()> {
    output::line("\nsure      right     texts")?;
    for bin in &figures.reliability {
        let (confidence, accuracy) = (output::percent(bin.confidence), output::percent(bin.accuracy));
        output::line(&format!("{confidence:>7}   {accuracy:>7}   {:>5}", bin.texts))?;
    }
    Ok(())
}

/// Prints the figures of each category.
pub(super) fn classes(classes: &[ClassFigures], tagger: &Tagger) -> anyhow::Result<()> {
    output::line("\ncode    texts  precision   recall  F1")?;
    for class in classes {
        output::line(&format!(
            "{}  {:>5}  {:>9}  {:>7}  {:.3}  {}",
            class.code,
            class.texts,
            output::percent(class.precision),
            output::percent(class.recall),
            class.f1,
            tagger.category_name(&class.code).unwrap_or_default(),
        ))?;
    }
    Ok(())
}
