//! The value of a set of weights, and how far it can be from the truth.
//!
//! Any weights give a lower bound, the dual value
//!
//! ```text
//! D = sum_a t_a w_a + int phi rho,      phi(x) = min_a |x - y_a|^2 - w_a.
//! ```
//!
//! An upper bound is the cost of a plan: every cell sends its mass to its own site, except that the mismatch `t - m` is
//! repaired by sending `f_ab` of cell `a` to site `b`. As `x` in `C_a` costs
//! `|x - y_b|^2 - |x - y_a|^2 = w_b - w_a + slack_ab(x)` more, `slack >= 0` affine in `x`, this plan costs
//!
//! ```text
//! D + sum f_ab (mean of slack_ab where it is taken) <= D + sum f_ab max over C_a of slack_ab =: D + gap.
//! ```
//!
//! The flow `f` is that of the Newton direction, `H_ab (delta_b - delta_a)` across each facet, and what the linear solver
//! left over goes from each site to the next along the Hilbert curve, which balances exactly. Both flows must not take
//! more from a cell than it has; otherwise there is no certificate.

use super::field::Field;
use super::newton::{Direction, State};
use super::power_diagram::{Facet, Weighted};
use super::sites::Sites;

/// Roundings of a term of a sum, in units of `eps`.
const ROUNDINGS: f64 = 4.0;

/// Bounds of `W2^2` on a torus of area 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Certificate {
    /// `D`, a lower bound up to `uncertainty`.
    pub dual: f64,
    /// Upper bound minus `D`; infinite when the mismatch cannot be repaired.
    pub gap: f64,
    /// Rounding, quadrature, interpolation.
    pub uncertainty: f64,
}

/// Smallest boxes around the cells, relative to their sites.
struct Boxes {
    lower: Vec<[f64; 2]>,
    upper: Vec<[f64; 2]>,
}

impl Boxes {
    fn new(state: &State, sites: &Weighted) -> Boxes {
        let count = sites.positions.len();
        let mut boxes = Boxes { lower: vec![[f64::INFINITY; 2]; count], upper: vec![[f64::NEG_INFINITY; 2]; count] };
        state.diagram.for_each_corner(sites, |a, corner| {
            for (i, place) in corner.into_iter().enumerate() {
                boxes.lower[a][i] = boxes.lower[a][i].min(place);
                boxes.upper[a][i] = boxes.upper[a][i].max(place);
            }
        });
        boxes
    }

    /// `max` over the box of cell `a` of `height - 2 u.x`, the slack towards a site at `u`.
    fn largest_slack(&self, a: usize, u: [f64; 2], height: f64) -> f64 {
        let least = |i: usize| (u[i] * self.lower[a][i]).min(u[i] * self.upper[a][i]);
        (height - 2.0 * (least(0) + least(1))).max(0.0)
    }

    fn largest_diameter(&self) -> f64 {
        let diameter = |(l, u): (&[f64; 2], &[f64; 2])| (u[0] - l[0]).hypot(u[1] - l[1]);
        self.lower.iter().zip(&self.upper).map(diameter).fold(0.0, f64::max)
    }
}

/// The certificate of a state of the true density with its Newton direction.
pub(super) fn certify(state: &State, sites: &Sites, field: &Field, direction: &Direction) -> Certificate {
    let weighted = Weighted {
        positions: &sites.positions,
        lengths: sites.lengths,
        weights: &state.weights,
        triangulation: &state.triangulation,
    };
    let (dual, size) = dual_value(state, sites, field, &weighted);
    let boxes = Boxes::new(state, &weighted);
    let error = field.error();
    // sum over facets of 2 |u| length = int of the Laplacian of |x|^2 = 4.
    let reading = 4.0 * (error.potential + error.flux * boxes.largest_diameter());
    Certificate {
        dual,
        gap: repair(state, sites, direction, &weighted, &boxes),
        uncertainty: ROUNDINGS * f64::EPSILON * size + reading + left_out(state, sites, field),
    }
}

/// `D` and the sum of the sizes of its terms.
fn dual_value(state: &State, sites: &Sites, field: &Field, weighted: &Weighted) -> (f64, f64) {
    let mut areas = vec![0.0; sites.len()];
    let (mut cost, mut potential, mut size) = (0.0, 0.0, 0.0);
    let jump = |facet: &Facet| {
        if facet.ratio <= 0.0 || matches!(field, Field::Uniform) {
            return 0.0;
        }
        let [p, q] = state.diagram.ends(facet.half_edge, weighted);
        let [b, c] = field.potentials(p, q);
        2.0 * (facet.u[0] * facet.u[0] * b + facet.u[1] * facet.u[1] * c) / facet.square.sqrt()
    };
    let parts = |facet: &Facet| (facet.a, facet.b, facet.areas(), facet.second_moments(), jump(facet));
    for (a, b, [area_a, area_b], [moment_a, moment_b], jump) in state.diagram.map_facets(weighted, parts) {
        areas[a] += area_a;
        areas[b] += area_b;
        cost += moment_a + moment_b;
        size += moment_a.abs() + moment_b.abs();
        potential -= jump;
        size += jump.abs();
    }
    let mut exchange = 0.0;
    for ((w, t), area) in state.weights.iter().zip(&sites.masses).zip(&areas) {
        exchange += w.value() * (t - area);
        size += (w.value() * t).abs();
    }
    (cost + exchange + potential, size)
}

/// The gap: what the repair of the mismatch costs at most.
fn repair(state: &State, sites: &Sites, direction: &Direction, weighted: &Weighted, boxes: &Boxes) -> f64 {
    let delta = &direction.step;
    let mut taken = vec![0.0; sites.len()];
    let mut gap = 0.0;
    for (facet, (a, b, coupling)) in state.diagram.facets(weighted).zip(&state.couplings) {
        let (a, b) = (*a as usize, *b as usize);
        if a == b {
            continue;
        }
        let flow = coupling * (delta[b] - delta[a]);
        let (from, u, height) = if flow > 0.0 {
            (a, facet.u, facet.height)
        } else {
            (b, facet.u.map(|v| -v), 2.0 * facet.square - facet.height)
        };
        taken[from] += flow.abs();
        gap += flow.abs() * boxes.largest_slack(from, u, height);
    }
    let mut carried = 0.0;
    for a in 0..sites.len() - 1 {
        // Sites up to a still want this much.
        carried += direction.unsolved[a];
        let (from, to) = if carried > 0.0 { (a + 1, a) } else { (a, a + 1) };
        let share = [0, 1].map(|i| {
            let difference: f64 = sites.positions[to][i] - sites.positions[from][i];
            difference - difference.round()
        });
        let u = [share[0] * sites.lengths[0], share[1] * sites.lengths[1]];
        let height = u[0] * u[0] + u[1] * u[1] - state.weights[to].minus(state.weights[from]);
        taken[from] += carried.abs();
        gap += carried.abs() * boxes.largest_slack(from, u, height);
    }
    let possible = taken.iter().zip(&state.masses).all(|(taken, mass)| taken <= mass);
    if possible { gap } else { f64::INFINITY }
}

/// Bound on what the atoms left out and the dips of the density below zero can change: such mass goes anywhere.
fn left_out(state: &State, sites: &Sites, field: &Field) -> f64 {
    let (least, largest) =
        state.weights.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, m), w| (l.min(w.value()), m.max(w.value())));
    let farthest = (sites.lengths[0] * sites.lengths[0] + sites.lengths[1] * sites.lengths[1]) / 4.0;
    let negative = match field {
        Field::BandLimited(field) => field.negative_mass,
        Field::Uniform | Field::PiecewiseConstant(_) => 0.0,
    };
    2.0 * (sites.dropped + negative) * (farthest + largest - least)
}
