//! What an initial density on the line says of its tails: where its mass is, and its moments.
//!
//! ```text
//! reach:     per axis, where the density exceeds 1e-14 of its maximum
//! moments:   int |z_i - c_i|^p mu_0   and   int exp(q |z - c|^2/2) mu_0,    trapezoid sums over five times the reach
//! ```
//!
//! The second is infinite, or as good as, when the integrand has not fallen to 1e-9 of its maximum at the ends.

use crate::game::Expression;

/// Densities outside the reach are below this share of their maximum.
const REACH_DENSITY: f64 = 1e-14;
/// Half of the first box in which the reach is looked for, its growth, and where the search is given up.
const FIRST: f64 = 1.0;
const GROWTH: f64 = 1.1;
const WIDEST: f64 = 1e6;
/// Points per axis in one and two dimensions: for the reach, and for the moments.
const REACH_POINTS: [usize; 2] = [4097, 257];
const MOMENT_POINTS: [usize; 2] = [1025, 129];
/// Share of the maximum of an integrand at the ends up to which it counts as integrable.
const INTEGRABLE: f64 = 1e-9;
/// Points beyond a box, each twice as far out as the one before.
const BEYOND: i32 = 12;

/// An initial density on the line or plane.
#[derive(Debug, Clone)]
pub struct Start {
    /// Per axis, where it is above 1e-14 of its maximum.
    pub reach: Vec<[f64; 2]>,
    points: Vec<Vec<f64>>,
    /// Logarithms of the density at the points, relative to the maximum.
    logs: Vec<f64>,
    /// Whether a point is at an end of the lattice.
    outer: Vec<bool>,
}

impl Start {
    /// Looks at a density; `None` when it does not fall off.
    pub fn of(density: &Expression) -> Option<Start> {
        let dimension = density.variables().len();
        let reach = reach(density)?;
        let wide: Vec<[f64; 2]> =
            reach.iter().map(|[low, high]| [3.0 * low - 2.0 * high, 3.0 * high - 2.0 * low]).collect();
        let (points, outer) = lattice(&wide, MOMENT_POINTS[dimension - 1]);
        let logs = logarithms(density, &points);
        let largest = logs.iter().fold(f64::NEG_INFINITY, |m: f64, l| m.max(*l));
        let logs = logs.into_iter().map(|log| log - largest).collect();
        Some(Start { reach, points, logs, outer })
    }

    fn squared_distances(&self, centre: &[f64]) -> Vec<f64> {
        let square = |j: usize| self.points.iter().zip(centre).map(|(axis, c)| (axis[j] - c).powi(2)).sum();
        (0..self.logs.len()).map(square).collect()
    }

    /// `sum_i int |z_i - c_i|^p mu_0 / p`.
    pub fn moment(&self, centre: &[f64], power: i32) -> f64 {
        let weights: Vec<f64> = self.logs.iter().map(|log| log.exp()).collect();
        let mass: f64 = weights.iter().sum();
        let value =
            |j: usize| self.points.iter().zip(centre).map(|(axis, c)| (axis[j] - c).abs().powi(power)).sum::<f64>();
        weights.iter().enumerate().map(|(j, w)| w * value(j)).sum::<f64>() / (mass * f64::from(power))
    }

    /// `log int exp(q |z - c|^2/2) mu_0` for several `q`; infinite where the integral is.
    pub fn exponential_moments(&self, centre: &[f64], rates: &[f64]) -> Vec<f64> {
        let squares = self.squared_distances(centre);
        let mass: f64 = self.logs.iter().map(|log| log.exp()).sum();
        let moment = |q: &f64| {
            let exponents: Vec<f64> = self.logs.iter().zip(&squares).map(|(log, s)| log + 0.5 * q * s).collect();
            let largest = exponents.iter().fold(f64::NEG_INFINITY, |m: f64, e| m.max(*e));
            let at_end = exponents.iter().zip(&self.outer).filter(|(_, outer)| **outer).map(|(e, _)| *e);
            if at_end.fold(f64::NEG_INFINITY, f64::max) > largest + INTEGRABLE.ln() {
                return f64::INFINITY;
            }
            largest + exponents.iter().map(|e| (e - largest).exp()).sum::<f64>().ln() - mass.ln()
        };
        rates.iter().map(moment).collect()
    }
}

/// Place of point `j` of a lattice along an axis.
fn index(j: usize, axis: usize, points: usize) -> usize {
    j / points.pow(axis as u32) % points
}

/// Points of a lattice over a box, both ends included, and which of them are at an end.
fn lattice(intervals: &[[f64; 2]], points: usize) -> (Vec<Vec<f64>>, Vec<bool>) {
    let count = points.pow(intervals.len() as u32);
    let coordinate = |axis: usize, [low, high]: [f64; 2]| {
        (0..count).map(|j| low + (high - low) * index(j, axis, points) as f64 / (points - 1) as f64).collect()
    };
    let places = intervals.iter().enumerate().map(|(axis, interval)| coordinate(axis, *interval)).collect();
    let at_end = |j: usize| (0..intervals.len()).any(|axis| [0, points - 1].contains(&index(j, axis, points)));
    (places, (0..count).map(at_end).collect())
}

fn logarithms(density: &Expression, points: &[Vec<f64>]) -> Vec<f64> {
    let slices: Vec<&[f64]> = points.iter().map(Vec::as_slice).collect();
    let mut logs = vec![0.0; points[0].len()];
    density.evaluate_log_many(&slices, &mut logs);
    // What is not a density is refused elsewhere, with its place.
    logs.iter_mut().filter(|log| log.is_nan()).for_each(|log| *log = f64::NEG_INFINITY);
    logs
}

/// Grows a box, each side by itself, until the density on its faces and beyond is small.
fn reach(density: &Expression) -> Option<Vec<[f64; 2]>> {
    let dimension = density.variables().len();
    let mut intervals = vec![[-FIRST, FIRST]; dimension];
    loop {
        let (inside, _) = lattice(&intervals, REACH_POINTS[dimension - 1]);
        let logs = logarithms(density, &inside);
        let mut largest = logs.iter().fold(f64::NEG_INFINITY, |m: f64, l| m.max(*l));
        let faces: Vec<[f64; 2]> =
            (0..dimension).map(|axis| [0, 1].map(|side| face(density, &intervals, &inside, axis, side))).collect();
        largest = faces.iter().flatten().fold(largest, |m, l| m.max(*l));
        if largest == f64::NEG_INFINITY {
            // Nothing seen yet.
            intervals.iter_mut().for_each(|interval| *interval = interval.map(|end| 2.0 * end));
        }
        let mut grown = largest == f64::NEG_INFINITY;
        for (interval, faces) in intervals.iter_mut().zip(&faces) {
            let width = interval[1] - interval[0];
            if width > WIDEST {
                return None;
            }
            for (side, sign) in [(0, -1.0), (1, 1.0)] {
                if faces[side] > largest + REACH_DENSITY.ln() {
                    interval[side] += sign * 0.5 * (GROWTH - 1.0) * width;
                    grown = true;
                }
            }
        }
        if !grown {
            return Some(shrunk(&intervals, &inside, &logs, largest));
        }
    }
}

/// The largest logarithm on a face of the box and at points further and further out behind it.
fn face(density: &Expression, intervals: &[[f64; 2]], inside: &[Vec<f64>], axis: usize, side: usize) -> f64 {
    let [low, high] = intervals[axis];
    let (end, width) = (intervals[axis][side], high - low);
    let points = REACH_POINTS[intervals.len() - 1];
    let outermost = if side == 0 { 0 } else { points - 1 };
    let on_face: Vec<usize> = (0..inside[axis].len()).filter(|j| index(*j, axis, points) == outermost).collect();
    let sign = if side == 0 { -1.0 } else { 1.0 };
    let beyond = [0.0, 0.05, 0.15].into_iter().chain((0..BEYOND).map(|k| 0.25 * 2.0_f64.powi(k)));
    let largest = |shift: f64| {
        let mut points: Vec<Vec<f64>> = inside.iter().map(|axis| on_face.iter().map(|j| axis[*j]).collect()).collect();
        points[axis].iter_mut().for_each(|z| *z = end + sign * shift * width);
        logarithms(density, &points).into_iter().fold(f64::NEG_INFINITY, f64::max)
    };
    beyond.map(largest).fold(f64::NEG_INFINITY, f64::max)
}

/// The part of a box in which the density is not small.
fn shrunk(intervals: &[[f64; 2]], points: &[Vec<f64>], logs: &[f64], largest: f64) -> Vec<[f64; 2]> {
    let held: Vec<usize> = (0..logs.len()).filter(|j| logs[*j] > largest + REACH_DENSITY.ln()).collect();
    let of_axis = |(axis, interval): (usize, &[f64; 2])| {
        let spacing = (interval[1] - interval[0]) / (REACH_POINTS[intervals.len() - 1] - 1) as f64;
        let places = || held.iter().map(|j| points[axis][*j]);
        let (low, high) = (places().fold(f64::INFINITY, f64::min), places().fold(f64::NEG_INFINITY, f64::max));
        [low - spacing, high + spacing]
    };
    intervals.iter().enumerate().map(of_axis).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::game::Scope;

    fn start(text: &str, variables: &[&str]) -> Option<Start> {
        Start::of(&Expression::parse(text, &Scope::new(variables.iter().copied())).unwrap())
    }

    #[test]
    fn reach_and_moments_of_a_gaussian_are_those_by_hand() {
        let (mean, variance) = (1.9, 0.04);
        let found = start("exp(-(x - 1.9)^2/0.08)", &["x"]).unwrap();
        let half = (2.0 * variance * 1e14_f64.ln()).sqrt();
        let [low, high] = found.reach[0];
        assert!((low - (mean - half)).abs() < 0.01 && (high - (mean + half)).abs() < 0.01, "{low}, {high}");
        let second = found.moment(&[0.5], 2) * 2.0;
        assert!((second - (1.4 * 1.4 + variance)).abs() < 1e-10, "{second}");
        let rates = [1.0, 8.0, 20.0, 26.0];
        let moments = found.exponential_moments(&[0.5], &rates);
        for (q, moment) in rates.iter().zip(&moments).take(2) {
            let rest = 1.0 - q * variance;
            let exact = 0.5 * q * 1.4 * 1.4 / rest - 0.5 * rest.ln();
            assert!((moment - exact).abs() < 1e-9 * exact, "q = {q}: {moment} for {exact}");
        }
        // The integral diverges from q = 1/variance = 25 on; before that the lattice may be too narrow for it.
        assert_eq!(moments[3], f64::INFINITY);
    }

    #[test]
    fn a_density_far_from_the_origin_is_found() {
        for mean in [-700.3_f64, -41.7, 6.1, 9.0, 49.0, 3.1e3] {
            let found = start(&format!("exp(-(x - ({mean}))^2/0.4)"), &["x"]).unwrap();
            let half = (0.4 * 1e14_f64.ln()).sqrt();
            let [low, high] = found.reach[0];
            let slack = 2e-3 * (1.0 + mean.abs());
            assert!(low <= mean - half + 1e-9 && high >= mean + half - 1e-9, "{mean}: {low}, {high}");
            assert!(low > mean - half - slack && high < mean + half + slack, "{mean}: {low}, {high}");
        }
    }

    #[test]
    fn a_density_of_the_plane_has_a_reach_for_each_axis() {
        let found = start("exp(-(x1 + 3)^2 - 4*(x2 - 5)^2)", &["x1", "x2"]).unwrap();
        let half = 1e14_f64.ln().sqrt();
        for (axis, (centre, half)) in [(-3.0, half), (5.0, 0.5 * half)].into_iter().enumerate() {
            let [low, high] = found.reach[axis];
            assert!(
                (low - centre + half).abs() < 0.4 && (high - centre - half).abs() < 0.4,
                "axis {axis}: {low}, {high}"
            );
        }
        assert!((found.moment(&[-3.0, 5.0], 2) * 2.0 - 0.5 - 0.125).abs() < 1e-9);
    }

    #[test]
    fn what_has_heavy_tails_has_no_reach_or_no_moment() {
        assert!(start("1/(1 + x^2)", &["x"]).is_none());
        assert!(start("1", &["x"]).is_none());
        let exponential = start("1/cosh(x)", &["x"]).unwrap();
        assert_eq!(exponential.exponential_moments(&[0.0], &[0.5])[0], f64::INFINITY);
    }
}
