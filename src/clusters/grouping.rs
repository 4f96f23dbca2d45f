//! Scored pairs in, groups without chains out.
//!
//! Groups grow by joining, the best pair of groups first. Two groups fit as well as the members of the smaller one fit
//! the core of the larger: for each, the mean of its two best links into it, or one link that is strong by itself (the
//! same room, the same number and kind). So chains, in which each call knows only the next, do not grow, and a call that
//! resembles two groups does not join them.

use std::cmp::Ordering;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What one link alone is worth, where two are asked for: it must reach 0.77 to be enough at a threshold of 0.5.
const ALONE: f32 = 0.65;

/// Nodes by number, and what is known about pairs of them.
#[derive(Debug)]
pub(crate) struct Pairs {
    nodes: usize,
    links: Vec<BTreeMap<usize, f32>>,
    together: Vec<(usize, usize)>,
    apart: Vec<BTreeSet<usize>>,
    declared: BTreeSet<(usize, usize)>,
    /// Nodes that say too little to be compared with all others.
    thin: BTreeSet<usize>,
}

impl Pairs {
    /// Returns pairs of nodes 0 to `nodes` - 1 of which nothing is known.
    pub(crate) fn new(nodes: usize) -> Pairs {
        Pairs {
            nodes,
            links: vec![BTreeMap::new(); nodes],
            together: Vec::new(),
            apart: vec![BTreeSet::new(); nodes],
            declared: BTreeSet::new(),
            thin: BTreeSet::new(),
        }
    }

    /// Marks a node that says too little (a chaser without a place): that it lacks links is no evidence.
    pub(crate) fn mark_thin(&mut self, node: usize) {
        self.thin.insert(node);
    }

    /// Adds a link; of several between the same nodes the likeliest counts.
    pub(crate) fn link(&mut self, x: usize, y: usize, probability: f32) {
        if x != y {
            for (from, to) in [(x, y), (y, x)] {
                let known = self.links[from].entry(to).or_insert(probability);
                *known = known.max(probability);
            }
        }
    }

    /// Adds a pair that a record declares to be one.
    pub(crate) fn declare(&mut self, x: usize, y: usize) {
        if x != y {
            self.declared.insert((x.min(y), x.max(y)));
        }
    }

    /// Adds a pair that people put together; given earlier, it wins over later ones.
    pub(crate) fn decide_together(&mut self, x: usize, y: usize) {
        if x != y {
            self.together.push((x, y));
        }
    }

    /// Adds a pair that people keep apart.
    pub(crate) fn decide_apart(&mut self, x: usize, y: usize) {
        if x != y {
            self.apart[x].insert(y);
            self.apart[y].insert(x);
        }
    }

    /// Returns the links into a node.
    fn reach(&self, node: usize) -> BTreeMap<usize, Best> {
        let best = |(&other, &first): (&usize, &f32)| (other, Best { first, second: 0.0 });
        self.links[node].iter().map(best).collect()
    }

    /// Groups all nodes, single ones too; groups that fit less than `threshold` stay apart. Members are in order of
    /// their number, groups in order of their first member.
    pub(crate) fn groups(&self, threshold: f32) -> Vec<Vec<usize>> {
        let mut groups = Groups::new(self);
        for &(x, y) in &self.together {
            groups.unite(x, y);
        }
        groups.settle();
        for &(x, y) in &self.declared {
            groups.unite(x, y);
        }
        groups.grow(threshold);
        groups.members.into_values().collect()
    }
}

/// How two groups fit, in millionths; whole numbers sort totally.
type Fit = u32;

struct Groups<'a> {
    pairs: &'a Pairs,
    /// Members by group; a group is named by its first member.
    members: BTreeMap<usize, Vec<usize>>,
    owner: Vec<usize>,
    /// By group, the two best links into it of each node that has one.
    reach: BTreeMap<usize, BTreeMap<usize, Best>>,
    /// Groups that people have formed: two of them are never joined by the program.
    settled: BTreeSet<usize>,
}

impl<'a> Groups<'a> {
    fn new(pairs: &'a Pairs) -> Groups<'a> {
        Groups {
            pairs,
            members: (0..pairs.nodes).map(|node| (node, vec![node])).collect(),
            owner: (0..pairs.nodes).collect(),
            reach: (0..pairs.nodes).map(|node| (node, pairs.reach(node))).collect(),
            settled: BTreeSet::new(),
        }
    }

    /// Marks the groups of two or more as formed by people.
    fn settle(&mut self) {
        let large = self.members.iter().filter(|(_, members)| members.len() > 1);
        self.settled = large.map(|(&group, _)| group).collect();
    }

    /// Unites the groups of two nodes unless people keep any of their members apart.
    fn unite(&mut self, x: usize, y: usize) {
        let (x, y) = (self.owner[x], self.owner[y]);
        if x != y && self.may_join(x, y) {
            self.join(x, y);
        }
    }

    fn may_join(&self, x: usize, y: usize) -> bool {
        let both_settled = self.settled.contains(&x) && self.settled.contains(&y);
        let foes = self.members[&x].iter().flat_map(|&node| &self.pairs.apart[node]);
        !both_settled && foes.into_iter().all(|&foe| self.owner[foe] != y)
    }

    fn join(&mut self, x: usize, y: usize) -> usize {
        let (kept, gone) = (x.min(y), x.max(y));
        let moved = self.members.remove(&gone).unwrap_or_default();
        for &node in &moved {
            self.owner[node] = kept;
        }
        let members = self.members.entry(kept).or_default();
        members.extend(moved);
        members.sort_unstable();
        let reach = self.reach.remove(&gone).unwrap_or_default();
        let own = self.reach.entry(kept).or_default();
        for (node, best) in reach {
            own.entry(node).or_default().join(best);
        }
        if self.settled.remove(&gone) {
            self.settled.insert(kept);
        }
        kept
    }

    /// Joins the best fitting groups until none fits.
    fn grow(&mut self, threshold: f32) {
        let least = (threshold * 1e6) as Fit;
        let mut waiting: BTreeSet<(Fit, Reverse<(usize, usize)>)> = BTreeSet::new();
        let mut fits: BTreeMap<usize, BTreeMap<usize, Fit>> = BTreeMap::new();
        let all: Vec<usize> = self.members.keys().copied().collect();
        for group in all {
            self.enter(group, least, &mut waiting, &mut fits);
        }
        while let Some((_, Reverse((x, y)))) = waiting.pop_last() {
            for group in [x, y] {
                for (other, fit) in fits.remove(&group).unwrap_or_default() {
                    waiting.remove(&(fit, Reverse((group.min(other), group.max(other)))));
                    fits.entry(other).or_default().remove(&group);
                }
            }
            let joined = self.join(x, y);
            self.enter(joined, least, &mut waiting, &mut fits);
        }
    }

    /// Queues a group with all that it fits.
    fn enter(
        &self,
        group: usize,
        least: Fit,
        waiting: &mut BTreeSet<(Fit, Reverse<(usize, usize)>)>,
        fits: &mut BTreeMap<usize, BTreeMap<usize, Fit>>,
    ) {
        for (other, fit) in self.fits(group) {
            if fit >= least && self.may_join(group, other) {
                waiting.insert((fit, Reverse((group.min(other), group.max(other)))));
                fits.entry(group).or_default().insert(other, fit);
                fits.entry(other).or_default().insert(group, fit);
            }
        }
    }

    /// Returns how a group fits each group that it has a link to.
    fn fits(&self, group: usize) -> BTreeMap<usize, Fit> {
        let own = &self.members[&group];
        let linked = self.reach[&group].keys().map(|&node| self.owner[node]);
        let neighbours: BTreeSet<usize> = linked.filter(|&other| other != group).collect();
        let fit = |other: usize| {
            // Either side may be the smaller; of equal ones both must fit.
            let fit = match own.len().cmp(&self.members[&other].len()) {
                Ordering::Less => self.mean(group, other),
                Ordering::Equal => self.mean(group, other).min(self.mean(other, group)),
                Ordering::Greater => self.mean(other, group),
            };
            (other, (fit * 1e6) as Fit)
        };
        neighbours.into_iter().map(fit).collect()
    }

    /// Mean over the members of the group `few` of how each fits the core of the group `many`.
    fn mean(&self, few: usize, many: usize) -> f32 {
        let is_thin = |node: &usize| self.pairs.thin.contains(node);
        let core = self.members[&many].iter().filter(|node| !is_thin(node)).take(2).count();
        let reach = &self.reach[&many];
        let fit = |node: &usize| {
            let best = reach.get(node).copied().unwrap_or_default();
            if core < 2 || is_thin(node) {
                best.first
            } else {
                best.of_two()
            }
        };
        let members = &self.members[&few];
        members.iter().map(fit).sum::<f32>() / members.len() as f32
    }
}

/// The two best links of a node into a group.
#[derive(Clone, Copy, Debug, Default)]
struct Best {
    first: f32,
    second: f32,
}

impl Best {
    fn see(&mut self, probability: f32) {
        if probability > self.first {
            self.second = self.first;
            self.first = probability;
        } else {
            self.second = self.second.max(probability);
        }
    }

    fn join(&mut self, other: Best) {
        self.see(other.first);
        self.see(other.second);
    }

    fn of_two(self) -> f32 {
        ((self.first + self.second) / 2.0).max(self.first * ALONE)
    }
}
