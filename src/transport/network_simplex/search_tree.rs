//! Points in a k-d tree: which of them have the smallest reduced costs as seen from a point of the other side?
//!
//! ```text
//! u(x) = min_y c(x, y) - v(y)        (the c-transform)
//! ```
//!
//! Each node of the tree knows the box of its points and a plane above their duals, which bounds the reduced cost of
//! everything below it ([`super::majorant`]), so that most of the tree is passed over. Where that does not apply, the cost of
//! the box minus the largest dual does, bit for bit (see [`super::metric`]). The answer is exact.

use super::majorant::{Majorant, Moments};
use super::metric::Metric;
use super::reduced_costs::{Found, Limits};

/// Most points in a leaf. The leaves of one scale are the points of the next coarser one.
const LEAF: usize = 4;

#[derive(Debug, Clone, Copy)]
struct Branch {
    low: [f64; 2],
    high: [f64; 2],
    begin: u32,
    end: u32,
    /// The first of two branches below, which stand side by side; 0 for a leaf.
    below: u32,
}

#[derive(Debug, Clone)]
pub(super) struct SearchTree {
    metric: Metric,
    branches: Vec<Branch>,
    points: Vec<[f64; 2]>,
}

/// Duals of the points of a tree, with bounds of those below every branch.
#[derive(Debug, Clone)]
pub(super) struct Duals<'a> {
    tree: &'a SearchTree,
    values: &'a [i64],
    largest: Vec<i64>,
    majorants: Vec<Majorant>,
    /// Rounding of a bound from a majorant.
    rounding: f64,
}

impl SearchTree {
    /// Sorts `points` into a tree; returns where each point of the tree came from too.
    pub(super) fn build(metric: Metric, points: &[[f64; 2]]) -> (SearchTree, Vec<u32>) {
        let mut order: Vec<u32> = (0..points.len() as u32).collect();
        let mut branches = vec![Branch { low: [0.0; 2], high: [0.0; 2], begin: 0, end: points.len() as u32, below: 0 }];
        let mut next = 0;
        while next < branches.len() {
            let (begin, end) = (branches[next].begin as usize, branches[next].end as usize);
            let part = &mut order[begin..end];
            let (low, high) = bounding_box(points, part);
            (branches[next].low, branches[next].high) = (low, high);
            if part.len() > LEAF {
                let extent = |i: usize| metric.weight()[i].sqrt() * (high[i] - low[i]);
                let axis = usize::from(extent(1) > extent(0));
                let middle = part.len() / 2;
                let key = |p: &u32| points[*p as usize][axis];
                part.select_nth_unstable_by(middle, |p, q| key(p).total_cmp(&key(q)).then(p.cmp(q)));
                branches[next].below = branches.len() as u32;
                let middle = (begin + middle) as u32;
                let half = |begin, end| Branch { begin, end, below: 0, low, high };
                branches.extend([half(begin as u32, middle), half(middle, end as u32)]);
            }
            next += 1;
        }
        let sorted = order.iter().map(|p| points[*p as usize]).collect();
        (SearchTree { metric, branches, points: sorted }, order)
    }

    /// The same tree with costs of the same coordinates in another unit.
    pub(super) fn with_metric(&self, metric: Metric) -> SearchTree {
        SearchTree { metric, ..self.clone() }
    }

    pub(super) fn points(&self) -> &[[f64; 2]] {
        &self.points
    }

    /// Ranges of points that are near each other, a few in each.
    pub(super) fn leaves(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.branches.iter().filter(|b| b.below == 0).map(|b| b.begin as usize..b.end as usize)
    }

    pub(super) fn metric(&self) -> &Metric {
        &self.metric
    }

    /// The tree with duals `values` of its points.
    pub(super) fn with_duals<'a>(&'a self, values: &'a [i64]) -> Duals<'a> {
        let mut largest = vec![i64::MIN; self.branches.len()];
        let mut moments = vec![Moments::default(); self.branches.len()];
        for (index, branch) in self.branches.iter().enumerate().rev() {
            let points = branch.begin as usize..branch.end as usize;
            match branch.below as usize {
                0 => {
                    largest[index] = *values[points.clone()].iter().max().expect("leaves hold points");
                    points.for_each(|y| moments[index].add(self.points[y], values[y] as f64));
                }
                below => {
                    largest[index] = largest[below].max(largest[below + 1]);
                    moments[index] = moments[below].joined(moments[below + 1]);
                }
            };
        }
        let majorant = |(branch, moments): (&Branch, &Moments)| {
            let points = branch.begin as usize..branch.end as usize;
            Majorant::new(branch.low, branch.high, moments, points.map(|y| (self.points[y], values[y])))
        };
        let majorants = self.branches.iter().zip(&moments).map(majorant).collect();
        let scale = values.iter().fold(0.0_f64, |m, v| m.max(v.unsigned_abs() as f64)) + self.metric.uncapped();
        Duals { tree: self, values, largest, majorants, rounding: 64.0 * f64::EPSILON * scale }
    }
}

fn bounding_box(points: &[[f64; 2]], part: &[u32]) -> ([f64; 2], [f64; 2]) {
    part.iter().fold(([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]), |(low, high), p| {
        let p = points[*p as usize];
        ([low[0].min(p[0]), low[1].min(p[1])], [high[0].max(p[0]), high[1].max(p[1])])
    })
}

impl Duals<'_> {
    /// The points with the smallest reduced costs within `limits` as seen from `x`, ascending.
    pub(super) fn smallest(&self, x: [f64; 2], mut limits: Limits, found: &mut Vec<Found>) {
        found.clear();
        let mut open = [(0_i64, 0_u32); 128];
        let mut height = 1;
        open[0] = (self.bound(x, 0), 0);
        while height > 0 {
            height -= 1;
            let (bound, index) = open[height];
            if bound >= limits.below {
                continue;
            }
            let branch = &self.tree.branches[index as usize];
            if branch.below == 0 {
                for y in branch.begin..branch.end {
                    let reduced = self.tree.metric.cost(x, self.tree.points[y as usize]) - self.values[y as usize];
                    limits.take(reduced, y, found);
                }
                continue;
            }
            let [first, second] = [branch.below, branch.below + 1].map(|index| (self.bound(x, index), index));
            // The nearer one last: it is taken next.
            let (near, far) = if first.0 <= second.0 { (first, second) } else { (second, first) };
            (open[height], open[height + 1]) = (far, near);
            height += 2;
        }
    }

    /// `min_y c(x, y) - v(y)`.
    pub(super) fn least(&self, x: [f64; 2], found: &mut Vec<Found>) -> i64 {
        self.smallest(x, Limits { below: i64::MAX, slack: 0, most: 1 }, found);
        found[0].0
    }

    #[inline]
    fn bound(&self, x: [f64; 2], index: u32) -> i64 {
        let (branch, metric, largest) =
            (&self.tree.branches[index as usize], &self.tree.metric, self.largest[index as usize]);
        match self.majorants[index as usize].bound(metric, x) {
            // Duals are whole numbers, so that rounding the cost down is rounding the difference down.
            Some(bound) => rounded_down(bound - self.rounding).min(metric.largest() - 1 - largest),
            None => metric.cost_of_box(x, branch.low, branch.high) - largest,
        }
    }
}

/// `floor`, which costs a call on processors of the lowest common kind.
#[inline]
fn rounded_down(x: f64) -> i64 {
    let whole = x as i64;
    whole - i64::from(whole as f64 > x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::test_random::Random;

    /// Every list of nearest points is that of a search through all of them, whatever the duals and the metric.
    #[test]
    fn the_smallest_reduced_costs_are_found() {
        let mut random = Random(3);
        let mut draw = || random.next();
        // Whole numbers on rings of nodes.
        let coordinate = |share: f64, ring: f64| if ring > 1.0 { (share * ring).floor() } else { share };
        for (ring, period, count) in [
            ([1.0, 1.0], [1.0, 1.0], 300),
            ([1.0, 1.0], [3.0, 0.5], 90),
            ([24.0, 16.0], [1.0, 2.0], 250),
            ([1.0, 1.0], [1.0, 1.0], 3),
        ] {
            let points: Vec<[f64; 2]> = (0..count).map(|_| [0, 1].map(|i| coordinate(draw(), ring[i]))).collect();
            let plain = Metric::new(ring, period, 2 * count);
            let capped = plain.nearer(1e-9 * plain.uncapped(), 2 * count);
            for metric in [Some(plain), capped].into_iter().flatten() {
                let (tree, _) = SearchTree::build(metric, &points);
                let largest = metric.largest() as f64;
                // Smooth duals, for which the planes are good, and rough ones.
                for roughness in [0.0, 0.01, 1.0] {
                    let values: Vec<i64> = tree
                        .points()
                        .iter()
                        .map(|y| {
                            (largest * (0.1 * (6.0 * y[0] / ring[0]).sin() + 0.3 * y[1] / ring[1] + roughness * draw()))
                                as i64
                        })
                        .collect();
                    let duals = tree.with_duals(&values);
                    for _ in 0..40 {
                        let x = [0, 1].map(|i| draw() * ring[i]);
                        let mut all: Vec<Found> = (0..)
                            .zip(tree.points().iter().zip(&values))
                            .map(|(y, (point, v))| (metric.cost(x, *point) - v, y))
                            .collect();
                        all.sort_unstable();
                        let mut found = Vec::new();
                        duals.smallest(x, Limits { below: i64::MAX, slack: i64::MAX, most: 7 }, &mut found);
                        let costs = |list: &[Found]| list.iter().take(7).map(|f| f.0).collect::<Vec<i64>>();
                        assert_eq!(costs(&found), costs(&all), "{metric:?}, roughness {roughness}");
                        let slack = metric.largest() / 50;
                        duals.smallest(x, Limits { below: all[count / 3].0, slack, most: count }, &mut found);
                        let within: Vec<Found> =
                            all.iter().copied().filter(|f| f.0 < all[count / 3].0 && f.0 <= all[0].0 + slack).collect();
                        assert_eq!(found, within, "{metric:?}, roughness {roughness}");
                    }
                }
            }
        }
    }
}
