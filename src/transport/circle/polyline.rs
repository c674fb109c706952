//! Pieces against pieces on `R/Z`: the monotone coupling with a given shift is a staircase of straight parcels.
//!
//! Between two neighbouring levels of either measure `x` and `T` are linear in the mass, so with displacements
//! `d_0, d_1` at its ends a parcel of mass `m` contributes
//!
//! ```text
//! C  : m (d_0^2 + d_0 d_1 + d_1^2) / 3,     C'/2 : (x_1 - x_0) (d_0 + d_1) / 2,     C''/2 : (x_1 - x_0) / g,
//! ```
//!
//! and a gap in the source, where `x` moves on alone, contributes to the last two as a parcel of mass 0 does.
//! A displacement at an edge of the source is the distance to an edge of the target plus the difference of their levels
//! over the density there: nothing cancels between close measures on the same cells.

use super::convex::Tangent;
use super::pieces::Pieces;
use super::sum::{Sum, twice_mean_modulus};

/// A stretch of the coupling.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parcel {
    pub(super) mass: f64,
    /// Number of the piece of the target.
    pub(super) to: usize,
    /// Source at its two ends.
    pub(super) x: [f64; 2],
    /// `T - x` at its two ends.
    pub(super) d: [f64; 2],
}

/// The two measures with one shift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coupling<'a> {
    pub(super) source: &'a Pieces,
    pub(super) target: &'a Pieces,
    pub(super) shift: f64,
}

impl Coupling<'_> {
    /// `F_i + a - G_j` with `G_j` on its turn.
    fn rise(&self, i: usize, j: usize, turn: f64) -> f64 {
        (self.source.levels[i].minus(self.target.levels[j]) - turn) + self.shift
    }

    /// `T - x` at the level of edge `i` of the source, which lies in piece `j` of the target; `x` is the place of that edge.
    fn at_source_edge(&self, i: usize, x: f64, j: usize, turn: f64) -> f64 {
        let slope = self.target.width(j) / self.target.mass(j);
        let (after, before) = (self.rise(i, j, turn).max(0.0), (-self.rise(i, j + 1, turn)).max(0.0));
        let (edge, offset) = match after <= before {
            true => (self.target.starts[j], after * slope),
            false => (self.target.ends[j], -before * slope),
        };
        lifted(x, edge, turn) + offset
    }

    /// `x` and `T - x` at the level of edge `j` of the target, which lies in piece `i` of the source; `t` is the place of
    /// that edge.
    fn at_target_edge(&self, i: usize, j: usize, t: f64, turn: f64) -> (f64, f64) {
        let slope = self.source.width(i) / self.source.mass(i);
        let (after, before) = ((-self.rise(i, j, turn)).max(0.0), self.rise(i + 1, j, turn).max(0.0));
        let (edge, offset) = match after <= before {
            true => (self.source.starts[i], after * slope),
            false => (self.source.ends[i], -before * slope),
        };
        (edge + offset, lifted(edge, t, turn) - offset)
    }

    /// The piece of the target at the level of the first edge of the source, and its turn.
    fn first(&self) -> (usize, f64) {
        let turn = self.shift.floor();
        let rest = self.shift - turn;
        let j = self.target.levels.partition_point(|level| level.high <= rest).clamp(1, self.target.len());
        (j - 1, turn)
    }

    /// Visits all parcels and gaps of one turn of the source.
    pub(super) fn for_each(&self, mut visit: impl FnMut(Parcel)) {
        let (n, m) = (self.source.len(), self.target.len());
        let (mut j, mut turn) = self.first();
        let mut i = 0;
        let mut corner = (self.source.starts[0], self.at_source_edge(0, self.source.starts[0], j, turn));
        while i < n {
            // Which of the two pieces ends first.
            let ahead = self.rise(i + 1, j + 1, turn);
            let (source_ends, target_ends) = (ahead <= 0.0, ahead >= 0.0);
            let next = if source_ends {
                (self.source.ends[i], self.at_source_edge(i + 1, self.source.ends[i], j, turn))
            } else {
                self.at_target_edge(i, j + 1, self.target.ends[j], turn)
            };
            visit(Parcel { mass: self.mass_ahead(i, j, turn), to: j, x: [corner.0, next.0], d: [corner.1, next.1] });
            corner = next;
            if source_ends {
                corner = self.across_gap(i, j, turn);
                let gap = self.source.gap(i);
                if gap > 0.0 {
                    visit(Parcel { mass: 0.0, to: j, x: [next.0, next.0 + gap], d: [next.1, corner.1] });
                }
                i += 1;
            }
            if target_ends {
                j += 1;
                if j == m {
                    (j, turn) = (0, turn + 1.0);
                }
                // Where mass ends on both sides the source has moved on already, and is at its next piece.
                if source_ends {
                    let lap = if i == n { 1.0 } else { 0.0 };
                    corner.1 = lifted(corner.0, self.target.starts[j], turn - lap);
                } else {
                    corner = self.at_target_edge(i, j, self.target.starts[j], turn);
                }
            }
        }
    }

    /// Mass of the parcel that starts where the later of the two pieces starts.
    fn mass_ahead(&self, i: usize, j: usize, turn: f64) -> f64 {
        let rest_of_source = self.source.mass(i).min(self.rise(i + 1, j, turn));
        let rest_of_target = self.target.mass(j).min(-self.rise(i, j + 1, turn));
        rest_of_source.min(rest_of_target).max(0.0)
    }

    /// The start of the piece after `i` at the level of the end of `i`, which lies in piece `j` of the target.
    fn across_gap(&self, i: usize, j: usize, turn: f64) -> (f64, f64) {
        let last = i + 1 == self.source.len();
        let x = if last { self.source.starts[0] } else { self.source.starts[i + 1] };
        (x, self.at_source_edge(i + 1, x, j, turn) - if last { 1.0 } else { 0.0 })
    }

    /// Cost, its derivatives and spread.
    pub(super) fn sweep(&self) -> Tangent {
        let (mut cost, mut slope, mut curvature, mut spread) = <(Sum, Sum, Sum, Sum)>::default();
        self.for_each(|p| {
            let ([x_0, x_1], [d_0, d_1]) = (p.x, p.d);
            let (dx, dt) = (x_1 - x_0, (x_1 + d_1) - (x_0 + d_0));
            cost.add(p.mass * (d_0 * d_0 + d_0 * d_1 + d_1 * d_1) / 3.0);
            slope.add(0.5 * dx * (d_0 + d_1));
            curvature.add(dx * (self.target.width(p.to) / self.target.mass(p.to)));
            spread.add(twice_mean_modulus(d_0, d_1) * (dx + dt.max(0.0)));
        });
        Tangent {
            cost: cost.value(),
            half_slope: slope.value(),
            half_curvature: curvature.value(),
            spread: spread.value(),
        }
    }
}

/// `(t + turn) - x` such that no digit of the nearer of the two copies is lost.
fn lifted(x: f64, t: f64, turn: f64) -> f64 {
    (t + turn.min(0.0)) + (turn.max(0.0) - x)
}
