//! What is wanted and what is given in, how many are right out, with precision, recall and F1.

use serde::Serialize;

use crate::evaluate::share;

/// How many items of a kind are right, were given and are wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "CountView")]
pub struct Count {
    /// Given and wanted.
    pub right: usize,
    /// Found in the texts.
    pub given: usize,
    /// In the gold.
    pub wanted: usize,
}

#[derive(Serialize)]
struct CountView {
    right: usize,
    given: usize,
    wanted: usize,
    precision: Option<f64>,
    recall: Option<f64>,
    f1: Option<f64>,
}

impl From<Count> for CountView {
    fn from(count: Count) -> CountView {
        CountView {
            right: count.right,
            given: count.given,
            wanted: count.wanted,
            precision: count.precision(),
            recall: count.recall(),
            f1: count.f1(),
        }
    }
}

impl Count {
    /// Returns the share of what was given that is right; `None` where nothing was given.
    #[must_use]
    pub fn precision(self) -> Option<f64> {
        share(self.right, self.given)
    }

    /// Returns the share of what is wanted that was given; `None` where nothing is wanted.
    #[must_use]
    pub fn recall(self) -> Option<f64> {
        share(self.right, self.wanted)
    }

    /// Returns the harmonic mean of both; `None` where nothing is given or wanted.
    #[must_use]
    pub fn f1(self) -> Option<f64> {
        share(2 * self.right, self.given + self.wanted)
    }

    pub(super) fn plus(self, other: Count) -> Count {
        Count {
            right: self.right + other.right,
            given: self.given + other.given,
            wanted: self.wanted + other.wanted,
        }
    }

    /// Pairs what is wanted with what is given, each at most once, in order.
    pub(super) fn pairs<T>(wanted: &[T], given: &[T], same: impl Fn(&T, &T) -> bool) -> Count {
        let mut free = vec![true; given.len()];
        let mut right = 0;
        for value in wanted {
            let found = (0..given.len()).find(|&place| free[place] && same(value, &given[place]));
            if let Some(place) = found {
                free[place] = false;
                right += 1;
            }
        }
        Count {
            right,
            given: given.len(),
            wanted: wanted.len(),
        }
    }
}
