//! Points at nodes of a grid: smallest reduced costs axis by axis.
//!
//! ```text
//! min_y c(x, y) - v(y) = min_{y_1} c_1(x_1, y_1) + r(x_2, y_1),   r(x_2, y_1) = min_{y_2} c_2(x_2, y_2) - v(y_1, y_2)
//! ```
//!
//! since squared distances are sums over the axes. All `r` take `n_1 n_2^2` operations, a search after that `n_1`, and `n_2`
//! for each column `y_1` in which something is found. They run along rows of numbers, where a search tree jumps about.
//! Costs and duals are whole numbers below `2^52`, so that sums of doubles are exact. Where costs are rounded, points are
//! off the nodes or few nodes are taken, the tree serves instead.

use super::metric::Metric;
use super::reduced_costs::{Found, Limits};
use crate::registers::on_widest_registers;
use rayon::prelude::*;

/// Sums up to this size are exact.
const LARGEST: i64 = 1 << 52;
/// Sum of the numbers of nodes of both axes, in units of the square root of the number of points, from which on a tree is
/// faster.
const SPARSE: f64 = 8.0;
/// Numbers compared at a time.
const LANES: usize = 8;

/// The nodes of a grid, and the points at them.
#[derive(Debug, Clone)]
pub(super) struct Lattice {
    nodes: [usize; 2],
    /// `cost[i][n_i + d]` is the cost of a step `d` along axis `i`, `-n_i <= d < n_i`.
    cost: [Vec<f64>; 2],
    largest: i64,
    /// The node of every point, row by row.
    places: Vec<usize>,
    /// The point at every node, where there is one.
    points: Vec<u32>,
}

/// Duals of the points of a lattice, prepared for searches.
#[derive(Debug)]
pub(super) struct Duals<'a> {
    lattice: &'a Lattice,
    /// `-v` at every node, infinite where there is no point.
    negative: Vec<f64>,
    /// `r`, all `y_1` for each `x_2` in turn.
    reduced: Vec<f64>,
}

impl Lattice {
    /// The lattice of `points`, if no two of them are at one node and searches in it are exact and fast.
    pub(super) fn of(metric: &Metric, points: &[[f64; 2]]) -> Option<Lattice> {
        let nodes = metric.ring().map(|ring| ring as usize);
        let sparse = (nodes[0] + nodes[1]) as f64 > SPARSE * (points.len() as f64).sqrt();
        let off = |p: &[f64; 2]| p.iter().any(|x| x.fract() != 0.0);
        if !metric.is_whole() || sparse || points.iter().any(off) {
            return None;
        }
        let cost = [0, 1].map(|i| {
            let steps = (0..2 * nodes[i]).map(|k| (k % nodes[i]).min(nodes[i] - k % nodes[i]) as f64);
            steps.map(|d| metric.weight()[i] * d * d).collect()
        });
        let places: Vec<usize> = points.iter().map(|p| p[0] as usize * nodes[1] + p[1] as usize).collect();
        let mut at_nodes = vec![u32::MAX; nodes[0] * nodes[1]];
        for (point, place) in (0..).zip(&places) {
            if std::mem::replace(&mut at_nodes[*place], point) != u32::MAX {
                return None;
            }
        }
        Some(Lattice { nodes, cost, largest: metric.largest(), places, points: at_nodes })
    }

    /// Prepares searches with one dual `values` for each point; `None` where they would not be exact.
    pub(super) fn with_duals(&self, values: &[i64]) -> Option<Duals<'_>> {
        assert_eq!(values.len(), self.places.len(), "one dual for each point");
        if values.iter().any(|v| v.unsigned_abs() >= (LARGEST - self.largest) as u64) {
            return None;
        }
        let mut negative = vec![f64::INFINITY; self.points.len()];
        self.places.iter().zip(values).for_each(|(place, v)| negative[*place] = -v as f64);
        let mut reduced = vec![0.0; self.points.len()];
        reduced
            .par_chunks_mut(self.nodes[0])
            .enumerate()
            .for_each(|(x2, row)| least_sums(self.costs_from(1, x2), &negative, row));
        Some(Duals { lattice: self, negative, reduced })
    }

    /// Costs from node `x` of axis `i` to each of its nodes.
    fn costs_from(&self, i: usize, x: usize) -> &[f64] {
        let n = self.nodes[i];
        &self.cost[i][n - x..2 * n - x]
    }
}

impl Duals<'_> {
    /// Costs along the first axis from node `x`, and `r` there.
    fn rows(&self, [x1, x2]: [usize; 2]) -> [&[f64]; 2] {
        let n1 = self.lattice.nodes[0];
        [self.lattice.costs_from(0, x1), &self.reduced[x2 * n1..][..n1]]
    }

    /// `min_y c(x, y) - v(y)`.
    pub(super) fn least(&self, x: [f64; 2]) -> i64 {
        let [cost, reduced] = self.rows(x.map(|x| x as usize));
        least_sum(cost, reduced) as i64
    }

    /// The points with the smallest reduced costs within `limits`, in any order. `columns` is room for the search.
    pub(super) fn smallest(&self, x: [f64; 2], limits: Limits, columns: &mut Vec<(f64, u32)>, found: &mut Vec<Found>) {
        smallest(self, x, limits, columns, found);
    }
}

/// [`Duals::smallest`] in the widest registers.
fn smallest(duals: &Duals<'_>, x: [f64; 2], limits: Limits, columns: &mut Vec<(f64, u32)>, found: &mut Vec<Found>) {
    on_widest_registers!(smallest_kernel(
        duals: &Duals<'_>,
        x: [f64; 2],
        limits: Limits,
        columns: &mut Vec<(f64, u32)>,
        found: &mut Vec<Found>
    ))
}

#[inline(always)]
fn smallest_kernel(
    duals: &Duals<'_>,
    x: [f64; 2],
    limits: Limits,
    columns: &mut Vec<(f64, u32)>,
    found: &mut Vec<Found>,
) {
    let x = x.map(|x| x as usize);
    let [cost, reduced] = duals.rows(x);
    found.clear();
    columns.clear();
    let mut below = limits.widest(least_sum_kernel(cost, reduced) as i64) as f64;
    each_sum_below(below, cost, reduced, |y1, sum| columns.push((sum, y1 as u32)));
    columns.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let n2 = duals.lattice.nodes[1];
    let along = duals.lattice.costs_from(1, x[1]);
    for &(sum, y1) in columns.iter() {
        if sum >= below {
            break;
        }
        let (y1, first) = (y1 as usize, y1 as usize * n2);
        each_sum_below(below - cost[y1], along, &duals.negative[first..first + n2], |y2, sum| {
            found.push(((sum + cost[y1]) as i64, duals.lattice.points[first + y2]));
        });
        if found.len() > limits.most {
            let (_, last, _) = found.select_nth_unstable(limits.most - 1);
            below = last.0 as f64;
            found.truncate(limits.most);
        }
    }
}

/// The least sums of a row and each of `rows`.
fn least_sums(row: &[f64], rows: &[f64], out: &mut [f64]) {
    on_widest_registers!(least_sums_kernel(row: &[f64], rows: &[f64], out: &mut [f64]))
}

#[inline(always)]
fn least_sums_kernel(row: &[f64], rows: &[f64], out: &mut [f64]) {
    out.iter_mut().zip(rows.chunks_exact(row.len())).for_each(|(least, other)| *least = least_sum_kernel(row, other));
}

/// The least of the sums of two rows.
fn least_sum(a: &[f64], b: &[f64]) -> f64 {
    on_widest_registers!(least_sum_kernel(a: &[f64], b: &[f64]) -> f64)
}

#[inline(always)]
fn least_sum_kernel(a: &[f64], b: &[f64]) -> f64 {
    let (a, rest_of_a) = a.as_chunks::<LANES>();
    let (b, rest_of_b) = b.as_chunks::<LANES>();
    let mut least = [f64::INFINITY; LANES];
    for (a, b) in a.iter().zip(b) {
        for i in 0..LANES {
            least[i] = lower(a[i] + b[i], least[i]);
        }
    }
    let rest = rest_of_a.iter().zip(rest_of_b).map(|(a, b)| a + b);
    rest.chain(least).fold(f64::INFINITY, lower)
}

/// Visits the sums of two rows that are below `limit`.
#[inline(always)]
fn each_sum_below(limit: f64, a: &[f64], b: &[f64], mut visit: impl FnMut(usize, f64)) {
    let mut visit_below = |first: usize, a: &[f64], b: &[f64]| {
        for (i, (a, b)) in (first..).zip(a.iter().zip(b)) {
            if a + b < limit {
                visit(i, a + b);
            }
        }
    };
    let (parts_of_a, rest_of_a) = a.as_chunks::<LANES>();
    let (parts_of_b, rest_of_b) = b.as_chunks::<LANES>();
    for (part, (a, b)) in parts_of_a.iter().zip(parts_of_b).enumerate() {
        let mut any = false;
        for i in 0..LANES {
            any |= a[i] + b[i] < limit;
        }
        if any {
            visit_below(part * LANES, a, b);
        }
    }
    visit_below(a.len() - rest_of_a.len(), rest_of_a, rest_of_b);
}

/// `f64::min` for numbers that are none of them NaN: one instruction.
#[inline(always)]
fn lower(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::test_random::Random;

    /// Every answer is that of a search through all points, on full and on sparse grids, also where the axes differ.
    #[test]
    fn searches_in_a_lattice_find_what_a_search_through_all_points_finds() {
        let mut random = Random(11);
        let (mut columns, mut found) = (Vec::new(), Vec::new());
        for (nodes, period, share) in
            [([16, 16], [1.0, 1.0], 1.0), ([24, 17], [1.0, 17.0 / 12.0], 0.5), ([9, 30], [3.0, 10.0], 0.9)]
        {
            let metric = Metric::new(nodes.map(|n| n as f64), period, 2 * nodes[0] * nodes[1]);
            let mut points: Vec<[f64; 2]> =
                (0..nodes[0] * nodes[1]).map(|k| [(k / nodes[1]) as f64, (k % nodes[1]) as f64]).collect();
            points.retain(|_| random.next() <= share);
            let lattice = Lattice::of(&metric, &points).expect("whole costs at nodes");
            for roughness in [0.0, 0.01, 1.0] {
                let smooth = |p: &[f64; 2]| (p[0] / nodes[0] as f64).sin() + (6.0 * p[1] / nodes[1] as f64).cos();
                let mut dual = |p| 0.1 * smooth(p) + roughness * random.next();
                let values: Vec<i64> = points.iter().map(|p| (metric.largest() as f64 * dual(p)) as i64).collect();
                let duals = lattice.with_duals(&values).expect("small duals");
                for x in points.iter().step_by(7) {
                    let mut all: Vec<Found> =
                        (0..).zip(points.iter().zip(&values)).map(|(y, (p, v))| (metric.cost(*x, *p) - v, y)).collect();
                    all.sort_unstable();
                    assert_eq!(duals.least(*x), all[0].0);
                    let (below, slack) = (all[all.len() / 3].0, metric.largest() / 20);
                    duals.smallest(*x, Limits { below, slack, most: all.len() }, &mut columns, &mut found);
                    found.sort_unstable();
                    let within: Vec<Found> =
                        all.iter().copied().filter(|f| f.0 < below && f.0 <= all[0].0 + slack).collect();
                    assert_eq!(found, within, "{nodes:?}, roughness {roughness}");
                    // Which of several equal ones are left out beyond the most is open.
                    duals.smallest(*x, Limits { below: i64::MAX, slack: i64::MAX, most: 7 }, &mut columns, &mut found);
                    found.sort_unstable();
                    let costs = |list: &[Found]| list.iter().take(7).map(|f| f.0).collect::<Vec<i64>>();
                    assert_eq!(costs(&found), costs(&all), "{nodes:?}, roughness {roughness}");
                }
            }
        }
    }

    #[test]
    fn lattices_are_declined_where_they_would_be_inexact_or_slow() {
        let nodes = |n1: usize, n2: usize| -> Vec<[f64; 2]> {
            (0..n1 * n2).map(|k| [(k / n2) as f64, (k % n2) as f64]).collect()
        };
        let metric = |n: [f64; 2], period| Metric::new(n, period, 1000);
        let square = metric([8.0, 8.0], [1.0, 1.0]);
        let lattice = Lattice::of(&square, &nodes(8, 8)).expect("a full grid");
        assert!(lattice.with_duals(&[0; 64]).is_some());
        assert!(lattice.with_duals(&[LARGEST; 64]).is_none(), "sums are not exact");
        assert!(
            Lattice::of(&metric([8.0, 8.0], [1.0, 2.0_f64.powf(0.25)]), &nodes(8, 8)).is_none(),
            "costs are rounded"
        );
        assert!(Lattice::of(&square, &[[0.5, 1.0], [2.0, 3.0], [4.0, 4.0], [5.0, 5.0]]).is_none(), "off the nodes");
        assert!(Lattice::of(&square, &[[2.0, 3.0]; 8]).is_none(), "two points at a node");
        assert!(Lattice::of(&metric([4.0, 256.0], [1.0, 64.0]), &nodes(4, 256)).is_none(), "a strip");
    }
}
