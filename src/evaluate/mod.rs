//! Predictions and gold in, figures out, always beside a baseline.

/// What was said and what was heard in, character errors out.
pub mod asr;

/// Texts with their right elements in, right, given and wanted of each kind out.
pub mod elements;

/// What was said and what was heard in, right numbers, plates and places out.
pub mod entities;

/// Clusters and gold groups in, B³, pairs and dangerous merges out.
pub mod links;

/// Texts with their right categories in, accuracy and coverage out.
pub mod tags;

/// Returns a part of a whole as a share of it; `None` where the whole is nothing.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
