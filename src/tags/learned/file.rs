//! A model in, its file out, and back: a line of JSON, then the features and weights as little-endian numbers.

use serde::{Deserialize, Serialize};

use crate::tags::learned::Model;
use crate::tags::learned::Row;
use crate::tags::learned::Scale;
use crate::tags::learned::features;
use crate::tags::taxonomy;

/// First words of the file.
const MAGIC: &str = "huisheng tags model 1";
/// Bytes of a feature: key, rarity, step, number of weights.
const ROW: usize = 8 + 4 + 4 + 2;
/// Bytes of a weight: category, steps.
const WEIGHT: usize = 2 + 1;

/// Why a file is no model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// It is something else.
    #[error("this is no tags model; `huisheng tags train` makes one")]
    NotAModel,
    /// It was made by a version that looks at texts in another way.
    #[error("this tags model was made by another version; make it again with `huisheng tags train`")]
    OtherVersion,
    /// It knows other categories.
    #[error("this tags model knows other categories than the taxonomy; make it again with `huisheng tags train`")]
    OtherTaxonomy,
    /// Part of it is missing or spoilt.
    #[error("this tags model is damaged: {0}")]
    Damaged(&'static str),
}

#[derive(Serialize, Deserialize)]
struct Head {
    features_version: u32,
    codes: Vec<String>,
    digest: String,
    margin: f32,
    rules: f32,
    enough: f32,
    rows: usize,
    weights: usize,
}

/// Writes a model.
pub(crate) fn write(model: &Model) -> Vec<u8> {
    let head = Head {
        features_version: features::VERSION,
        codes: model.codes.clone(),
        digest: model.digest.clone(),
        margin: model.scale.margin,
        rules: model.scale.rules,
        enough: model.scale.enough,
        rows: model.rows.len(),
        weights: model.weights.len(),
    };
    let head = serde_json::to_string(&head).expect("strings and numbers are JSON");
    let mut bytes = format!("{MAGIC}\n{head}\n").into_bytes();
    for row in &model.rows {
        bytes.extend(row.key.to_le_bytes());
        bytes.extend(row.rarity.to_le_bytes());
        bytes.extend(row.step.to_le_bytes());
        // No more weights than categories, whose numbers have 16 bits.
        bytes.extend((row.weights.len() as u16).to_le_bytes());
    }
    for (class, steps) in &model.weights {
        bytes.extend(class.to_le_bytes());
        bytes.extend(steps.to_le_bytes());
    }
    bytes
}

/// Reads a model.
pub(crate) fn read(bytes: &[u8]) -> Result<Model, ModelError> {
    let rest = bytes
        .strip_prefix(MAGIC.as_bytes())
        .and_then(|rest| rest.strip_prefix(b"\n"));
    let rest = rest.ok_or(ModelError::NotAModel)?;
    let end = rest
        .iter()
        .position(|byte| *byte == b'\n')
        .ok_or(ModelError::Damaged("its head has no end"))?;
    let (head, body) = rest.split_at(end);
    let head: Head = serde_json::from_slice(head).map_err(|_| ModelError::Damaged("its head cannot be read"))?;
    if head.features_version != features::VERSION {
        return Err(ModelError::OtherVersion);
    }
    if !taxonomy::leaves().iter().map(|leaf| &leaf.code).eq(&head.codes) {
        return Err(ModelError::OtherTaxonomy);
    }
    let body = body.get(1..).unwrap_or_default();
    let wanted = head
        .rows
        .checked_mul(ROW)
        .zip(head.weights.checked_mul(WEIGHT))
        .and_then(|(rows, weights)| rows.checked_add(weights));
    if wanted != Some(body.len()) {
        return Err(ModelError::Damaged("its length is not what its head says"));
    }
    let (rows, weights) = body.split_at(head.rows * ROW);
    let (rows, count) = read_rows(rows)?;
    if count as usize != head.weights {
        return Err(ModelError::Damaged("its features have another number of weights"));
    }
    let weight = |bytes: &[u8]| match bytes {
        [low, high, steps] => (u16::from_le_bytes([*low, *high]), i8::from_le_bytes([*steps])),
        _ => (0, 0),
    };
    let weights: Vec<(u16, i8)> = weights.chunks_exact(WEIGHT).map(weight).collect();
    if weights.iter().any(|(class, _)| usize::from(*class) >= head.codes.len()) {
        return Err(ModelError::Damaged("a weight is of no category"));
    }
    Ok(Model {
        codes: head.codes,
        scale: Scale {
            margin: head.margin,
            rules: head.rules,
            enough: head.enough,
        },
        digest: head.digest,
        places: rows.iter().zip(0..).map(|(row, place)| (row.key, place)).collect(),
        rows,
        weights,
    })
}

/// Reads the features; returns how many weights they have as well.
fn read_rows(bytes: &[u8]) -> Result<(Vec<Row>, u32), ModelError> {
    let mut rows = Vec::with_capacity(bytes.len() / ROW);
    let mut start = 0_u32;
    for mut bytes in bytes.chunks_exact(ROW) {
        let row = Row {
            key: u64::from_le_bytes(take(&mut bytes)),
            rarity: f32::from_le_bytes(take(&mut bytes)),
            step: f32::from_le_bytes(take(&mut bytes)),
            weights: start..start.saturating_add(u32::from(u16::from_le_bytes(take(&mut bytes)))),
        };
        if !(row.rarity.is_finite() && row.step.is_finite()) {
            return Err(ModelError::Damaged("a feature has no finite weight"));
        }
        start = row.weights.end;
        rows.push(row);
    }
    Ok((rows, start))
}

/// Takes the first bytes of a slice; zeros where it is shorter.
fn take<const N: usize>(bytes: &mut &[u8]) -> [u8; N] {
    let (first, rest) = bytes.split_at(N.min(bytes.len()));
    *bytes = rest;
    first.try_into().unwrap_or([0; N])
}
