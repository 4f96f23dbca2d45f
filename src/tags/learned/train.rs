//! Labelled features in, a model out: one linear support vector machine for each category.
//!
//! Each is trained by dual coordinate descent with squared hinge loss (Hsieh et al., "A Dual Coordinate Descent Method
//! for Large-scale Linear SVM", ICML 2008). The same samples give the same model, however many cores there are.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ops::Range;
use std::thread;

use crate::tags::learned::Bag;
use crate::tags::learned::Model;
use crate::tags::learned::Row;
use crate::tags::learned::Scale;
use crate::tags::learned::features::Feature;

/// A feature of fewer samples than this is chance.
const MIN_SAMPLES: u32 = 2;
/// How much a wrong sample costs against large weights.
const COST: f32 = 1.0;
/// Rounds over all samples, and the largest violation at which no more are needed.
const ROUNDS: usize = 40;
const TOLERANCE: f32 = 0.05;
/// Weights nearer to zero than this are left out.
const SMALL: f32 = 0.05;

/// A text with its category.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// Number of its category.
    pub(crate) class: usize,
    /// What it shows.
    pub(crate) features: Vec<Feature>,
}

/// Trains a model on samples, given the codes of the categories.
pub(crate) fn train(samples: &[&Sample], codes: &[String], scale: Scale, digest: &str) -> Model {
    let (rows, places) = vocabulary(samples);
    let mut model = Model {
        codes: codes.to_vec(),
        scale,
        digest: digest.to_owned(),
        places,
        rows,
        weights: Vec::new(),
    };
    let shown = |sample: &&Sample| {
        let features = sample.features.iter().map(|one| (one, 1.0));
        (sample.class, model.bag(features))
    };
    let bags: Vec<(usize, Bag)> = samples.iter().map(shown).collect();
    let columns = columns(&bags, codes.len(), model.rows.len());
    pack(&mut model, columns);
    model
}

/// Puts the weights of each category into a model, those near zero left out and the rest in 127 steps either way.
fn pack(model: &mut Model, columns: Vec<Vec<f32>>) {
    let mut weights: Vec<Vec<(u16, f32)>> = vec![Vec::new(); model.rows.len()];
    for (class, column) in (0..).zip(columns) {
        for (weights, weight) in weights.iter_mut().zip(column) {
            if weight.abs() >= SMALL {
                weights.push((class, weight));
            }
        }
    }
    for (row, weights) in model.rows.iter_mut().zip(weights) {
        let start = model.weights.len();
        let largest = weights.iter().map(|(_, weight)| weight.abs()).fold(0.0, f32::max);
        row.step = largest / 127.0;
        let steps = |(class, weight): (u16, f32)| (class, (weight / row.step).round() as i8);
        model.weights.extend(weights.into_iter().map(steps));
        row.weights = to_u32(start)..to_u32(model.weights.len());
    }
}

/// Gives every feature that is no chance its place and rarity, in order of the keys.
fn vocabulary(samples: &[&Sample]) -> (Vec<Row>, HashMap<u64, u32>) {
    let mut frequency: BTreeMap<u64, u32> = BTreeMap::new();
    for sample in samples {
        let mut keys: Vec<u64> = sample.features.iter().map(|one| one.key).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().for_each(|key| *frequency.entry(key).or_default() += 1);
    }
    frequency.retain(|_, count| *count >= MIN_SAMPLES);
    let row = |(key, count): (u64, u32)| Row {
        key,
        rarity: (samples.len() as f32 / count as f32).ln() + 1.0,
        step: 0.0,
        weights: 0..0,
    };
    let rows: Vec<Row> = frequency.into_iter().map(row).collect();
    let places = rows.iter().zip(0..).map(|(row, place)| (row.key, place)).collect();
    (rows, places)
}

/// Trains every category, as many at a time as there are cores.
fn columns(bags: &[(usize, Bag)], classes: usize, features: usize) -> Vec<Vec<f32>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let share = classes.div_ceil(cores).max(1);
    let portions: Vec<Range<usize>> = (0..classes)
        .step_by(share)
        .map(|from| from..(from + share).min(classes))
        .collect();
    let train = |portion: Range<usize>| portion.map(|class| separate(bags, class, features)).collect::<Vec<_>>();
    thread::scope(|scope| {
        let workers: Vec<_> = portions
            .into_iter()
            .map(|portion| scope.spawn(|| train(portion)))
            .collect();
        let join =
            |worker: thread::ScopedJoinHandle<'_, Vec<Vec<f32>>>| worker.join().expect("training does not panic");
        workers.into_iter().flat_map(join).collect()
    })
}

/// Returns the weights that tell one category from all others.
fn separate(bags: &[(usize, Bag)], class: usize, features: usize) -> Vec<f32> {
    const SOFTNESS: f32 = 0.5 / COST;
    let mut weights = vec![0.0_f32; features];
    let mut duals = vec![0.0_f32; bags.len()];
    let mut order: Vec<usize> = (0..bags.len()).collect();
    for round in 0..ROUNDS {
        shuffle(&mut order, round as u64);
        let mut worst = 0.0_f32;
        for &number in &order {
            let (Some((own, bag)), Some(dual)) = (bags.get(number), duals.get_mut(number)) else {
                continue;
            };
            let sign = if *own == class { 1.0 } else { -1.0 };
            let margin: f32 = bag
                .0
                .iter()
                .map(|(place, value)| weights[*place as usize] * value)
                .sum();
            let gradient = sign * margin - 1.0 + SOFTNESS * *dual;
            let violation = if *dual == 0.0 { gradient.min(0.0) } else { gradient };
            if violation.abs() < 1e-6 {
                continue;
            }
            worst = worst.max(violation.abs());
            let next = (*dual - gradient / (1.0 + SOFTNESS)).max(0.0);
            let step = (next - *dual) * sign;
            *dual = next;
            for (place, value) in &bag.0 {
                weights[*place as usize] += step * value;
            }
        }
        if worst < TOLERANCE {
            break;
        }
    }
    weights
}

/// Brings numbers into an order by chance (Fisher and Yates), the same for the same seed.
fn shuffle(order: &mut [usize], seed: u64) {
    for last in (1..order.len()).rev() {
        let dice = mix(seed << 40 | last as u64) % (last as u64 + 1);
        order.swap(last, dice as usize);
    }
}

/// Scatters a number over all numbers (the finisher of SplitMix64).
fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).expect("a model has fewer than four billion weights")
}
